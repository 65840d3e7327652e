package main

import (
	"fmt"
	"runtime"
	"sort"
	"time"
)

func spin(n int) {
	for n >= 0 {
		n = (n + 1) % 1000
	}
}

func main() {
	to, from := make(chan struct{}), make(chan struct{})
	go func() {
		for range to {
			from <- struct{}{}
		}
	}()
	for n := 0; n < 100*runtime.NumCPU(); n++ {
		go spin(n)
	}
	times := make([]float64, 1000)
	for i := range times {
		time.Sleep(time.Millisecond)
		start := time.Now()
		to <- struct{}{}
		<-from
		times[i] = float64(time.Since(start).Nanoseconds()) / 1e6
	}
	sort.Float64s(times)
	fmt.Printf("checksum: %d\ntime_ms: %.3f\n", len(times), times[990])
}
