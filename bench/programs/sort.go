package main

import "sort"

func main() {
	xs, seed := make([]int, 1_000_000), 42
	for i := range xs {
		seed = seed * 16807 % 2147483647
		xs[i] = seed
	}
	bench(func() int {
		sorted := append([]int(nil), xs...)
		sort.Ints(sorted)
		return sorted[500_000] + sorted[0] + xs[0]
	})
}
