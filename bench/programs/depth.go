package main

func sum(n int) int {
	if n == 0 {
		return 0
	}
	return n%10 + sum(n-1)
}

func main() {
	bench(func() int {
		total := 0
		for k := 0; k < 10; k++ {
			total += sum(1_000_000)
		}
		return total
	})
}
