package main

func main() {
	bench(func() int {
		me, total := make(chan int), 0
		for n := 1000000; n > 0; n-- {
			go func(n int) { me <- n }(n)
			total += <-me
		}
		return total
	})
}
