package main

func main() {
	bench(func() int {
		n := 1_000_000
		m := make(map[int]int)
		for i := 0; i < n; i++ {
			m[i*7919%1_000_003] = i
		}
		sum := len(m)
		for i := 0; i < n; i++ {
			sum += m[i*7919%1_000_003] % 7
		}
		return sum
	})
}
