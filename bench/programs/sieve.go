package main

func main() {
	bench(func() int {
		n, count := 5_000_000, 0
		composite := make([]bool, n+1)
		for i := 2; i <= n; i++ {
			if !composite[i] {
				count++
				for j := i * i; j <= n; j += i {
					composite[j] = true
				}
			}
		}
		return count
	})
}
