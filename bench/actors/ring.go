package main

func member(in, next chan int) {
	for n := range in {
		next <- n - 1
	}
}

func main() {
	bench(func() int {
		last := make(chan int)
		first := last
		for i := 0; i < 502; i++ {
			in := make(chan int)
			go member(in, first)
			first = in
		}
		first <- 5000000
		for n := range last {
			if n <= 0 {
				break
			}
			first <- n - 1
		}
		return 5000000
	})
}
