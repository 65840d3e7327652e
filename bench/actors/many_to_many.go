package main

func worker(me chan int, peers []chan int, parent chan int) {
	go func() {
		for left := 1000; left > 0; left-- {
			for _, peer := range peers {
				peer <- left
			}
		}
	}()
	total := 0
	for left := len(peers) * 1000; left > 0; left-- {
		total += <-me
	}
	parent <- total
}

func main() {
	bench(func() int {
		parent, peers := make(chan int), make([]chan int, 40)
		for i := range peers {
			peers[i] = make(chan int, 1024)
		}
		for _, me := range peers {
			go worker(me, peers, parent)
		}
		total := 0
		for range peers {
			total += <-parent
		}
		return total
	})
}
