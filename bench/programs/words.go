package main

import (
	"fmt"
	"strings"
)

func text(n, seed int) string {
	var out strings.Builder
	for i := 0; i < n; i++ {
		seed = seed * 16807 % 2147483647
		fmt.Fprintf(&out, "word%d ", seed%10007)
	}
	return out.String()
}

func main() {
	source := text(2_000_000, 42)
	bench(func() int {
		counts := make(map[string]int)
		for _, word := range strings.Fields(source) {
			counts[word]++
		}
		return len(counts)*100000 + counts["word42"]
	})
}
