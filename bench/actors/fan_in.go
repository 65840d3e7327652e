package main

func main() {
	bench(func() int {
		me, total := make(chan int, 1024), 0
		for i := 0; i < 100; i++ {
			go func() {
				for left := 20000; left > 0; left-- {
					me <- left
				}
			}()
		}
		for left := 2000000; left > 0; left-- {
			total += <-me
		}
		return total
	})
}
