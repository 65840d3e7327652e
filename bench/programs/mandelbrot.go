package main

func inside(cr, ci float64) int {
	zr, zi := 0.0, 0.0
	for n := 50; ; n-- {
		r2, i2 := zr*zr, zi*zi
		if r2+i2 > 4.0 {
			return 0
		}
		if n == 0 {
			return 1
		}
		zr, zi = r2-i2+cr, 2.0*zr*zi+ci
	}
}

func main() {
	bench(func() int {
		size, count := 1000, 0
		for y := 0; y < size; y++ {
			for x := 0; x < size; x++ {
				count += inside(2.0*float64(x)/float64(size)-1.5, 2.0*float64(y)/float64(size)-1.0)
			}
		}
		return count
	})
}
