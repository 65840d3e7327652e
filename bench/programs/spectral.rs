fn a(i: usize, j: usize) -> f64 {
    1.0 / (((i + j) * (i + j + 1) / 2 + i + 1) as f64)
}
fn times(v: &[f64]) -> Vec<f64> {
    (0..v.len()).map(|i| v.iter().enumerate().map(|(j, x)| a(i, j) * x).fold(0.0, |s, x| s + x)).collect()
}
fn transposed(v: &[f64]) -> Vec<f64> {
    (0..v.len()).map(|i| v.iter().enumerate().map(|(j, x)| a(j, i) * x).fold(0.0, |s, x| s + x)).collect()
}
fn main() {
    bench(|| {
        let (mut u, mut v) = (vec![1.0; std::hint::black_box(1000)], Vec::new());
        for _ in 0..10 {
            v = transposed(&times(&u));
            u = transposed(&times(&v));
        }
        let uv: f64 = u.iter().zip(&v).fold(0.0, |s, (x, y)| s + x * y);
        let vv: f64 = v.iter().fold(0.0, |s, x| s + x * x);
        ((uv / vv).sqrt() * 1.0e9).floor() as i64
    });
}
