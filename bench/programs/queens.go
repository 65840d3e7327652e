package main

func safe(q int, placed []int) bool {
	for i := len(placed) - 1; i >= 0; i-- {
		c, d := placed[i], len(placed)-i
		if q == c || q == c+d || q == c-d {
			return false
		}
	}
	return true
}

func place(n int, placed []int) int {
	if len(placed) == n {
		return 1
	}
	count := 0
	for q := 1; q <= n; q++ {
		if safe(q, placed) {
			count += place(n, append(placed, q))
		}
	}
	return count
}

func main() {
	bench(func() int { return place(12, nil) })
}
