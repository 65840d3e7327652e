package main

func node(parent chan int, number, size int) {
	if size == 1 {
		parent <- number
		return
	}
	part := size / 10
	me := make(chan int)
	for i := 0; i < 10; i++ {
		go node(me, number+i*part, part)
	}
	total := 0
	for i := 0; i < 10; i++ {
		total += <-me
	}
	parent <- total
}

func main() {
	bench(func() int {
		me := make(chan int)
		go node(me, 0, 1000000)
		return <-me
	})
}
