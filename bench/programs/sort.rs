fn main() {
    let mut seed = 42_i64;
    let xs: Vec<i64> = (0..1_000_000).map(|_| { seed = seed * 16807 % 2147483647; seed }).collect();
    bench(|| {
        let mut sorted = xs.clone();
        sorted.sort();
        sorted[500_000] + sorted[0] + xs[0]
    });
}
