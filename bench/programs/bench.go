package main

import (
	"fmt"
	"time"
)

// bench runs the work and prints its checksum and how long it took. Compiled together with every program.
func bench(work func() int) {
	start := time.Now()
	checksum := work()
	elapsed := float64(time.Since(start).Nanoseconds()) / 1e6
	fmt.Printf("checksum: %d\ntime_ms: %.1f\n", checksum, elapsed)
}
