package main

func idle(in chan int) {
	for n := range in {
		if n == 0 {
			return
		}
	}
}

func main() {
	bench(func() int {
		all := make([]chan int, 1000000)
		for i := range all {
			all[i] = make(chan int)
			go idle(all[i])
		}
		return len(all)
	})
}
