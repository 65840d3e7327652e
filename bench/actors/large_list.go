package main

import (
	"fmt"
	"time"
)

type take struct {
	from chan []int
	list []int
}

// Go passes slices by reference; what is owned by one goroutine alone must be copied, as it is here.
func echo(in chan take) {
	for t := range in {
		t.from <- append([]int(nil), t.list...)
	}
}

func main() {
	list := make([]int, 100000)
	for i := range list {
		list[i] = i
	}
	to, from := make(chan take), make(chan []int)
	go echo(to)
	start := time.Now()
	for n := 0; n < 1000; n++ {
		to <- take{from, append([]int(nil), list...)}
		list = <-from
	}
	elapsed := time.Since(start)
	sum := 0
	for _, v := range list {
		sum += v
	}
	fmt.Printf("checksum: %d\ntime_ms: %.3f\n", sum, float64(elapsed.Nanoseconds())/1e6)
}
