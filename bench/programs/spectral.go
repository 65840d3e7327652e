package main

import "math"

func a(i, j int) float64 {
	return 1.0 / float64((i+j)*(i+j+1)/2+i+1)
}

func times(v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range out {
		sum := 0.0
		for j, x := range v {
			sum += a(i, j) * x
		}
		out[i] = sum
	}
	return out
}

func transposed(v []float64) []float64 {
	out := make([]float64, len(v))
	for i := range out {
		sum := 0.0
		for j, x := range v {
			sum += a(j, i) * x
		}
		out[i] = sum
	}
	return out
}

func both(v []float64) []float64 {
	return transposed(times(v))
}

func dot(u, v []float64) float64 {
	sum := 0.0
	for i, x := range u {
		sum += x * v[i]
	}
	return sum
}

func main() {
	bench(func() int {
		u := make([]float64, 1000)
		for i := range u {
			u[i] = 1.0
		}
		var v []float64
		for k := 0; k < 10; k++ {
			v = both(u)
			u = both(v)
		}
		return int(math.Floor(math.Sqrt(dot(u, v)/dot(v, v)) * 1.0e9))
	})
}
