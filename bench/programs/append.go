package main

import "strings"

func main() {
	bench(func() int {
		// `+=` copies the string each time; a builder is how Go programs do it.
		var s strings.Builder
		for i := 0; i < 5_000_000; i++ {
			s.WriteString("snow")
		}
		return len(s.String())
	})
}
