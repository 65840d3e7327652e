package main

func flips(p, q []int) int {
	n := 0
	copy(q, p)
	for q[0] != 0 {
		for i, j := 0, q[0]; i < j; i, j = i+1, j-1 {
			q[i], q[j] = q[j], q[i]
		}
		n++
	}
	return n
}

func run(n int) int {
	p, q, counts := make([]int, n), make([]int, n), make([]int, n)
	for i := range p {
		p[i] = i
	}
	index, most, sum := 0, 0, 0
	for {
		f := flips(p, q)
		if index%2 == 0 {
			sum += f
		} else {
			sum -= f
		}
		if f > most {
			most = f
		}
		index++
		for r := 1; ; r++ {
			if r == n {
				return sum*1000 + most
			}
			first := p[0]
			copy(p, p[1:r+1])
			p[r] = first
			counts[r]++
			if counts[r] <= r {
				break
			}
			counts[r] = 0
		}
	}
}

func main() {
	bench(func() int { return run(10) })
}
