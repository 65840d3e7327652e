package main

type ball struct {
	from chan int
	n    int
}

func ponger(in chan ball) {
	for b := range in {
		b.from <- b.n + 1
	}
}

func main() {
	bench(func() int {
		to, from := make(chan ball), make(chan int)
		go ponger(to)
		for n := 1000000; n > 0; n-- {
			to <- ball{from, n}
			if <-from != n+1 {
				panic("wrong")
			}
		}
		return 1000000
	})
}
