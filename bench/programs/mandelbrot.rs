fn inside(cr: f64, ci: f64) -> i64 {
    let (mut zr, mut zi, mut n) = (0.0, 0.0, 50);
    loop {
        let (r2, i2) = (zr * zr, zi * zi);
        if r2 + i2 > 4.0 {
            return 0;
        }
        if n == 0 {
            return 1;
        }
        (zr, zi) = (r2 - i2 + cr, 2.0 * zr * zi + ci);
        n -= 1;
    }
}
fn main() {
    bench(|| {
        let size = std::hint::black_box(1000);
        let mut count = 0;
        for y in 0..size {
            for x in 0..size {
                count += inside(2.0 * x as f64 / size as f64 - 1.5, 2.0 * y as f64 / size as f64 - 1.0);
            }
        }
        count
    });
}
