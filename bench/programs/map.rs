use std::collections::HashMap;
fn main() {
    bench(|| {
        let n: i64 = std::hint::black_box(1_000_000);
        let mut m = HashMap::new();
        for i in 0..n {
            m.insert(i * 7919 % 1_000_003, i);
        }
        (0..n).map(|i| m[&(i * 7919 % 1_000_003)] % 7).sum::<i64>() + m.len() as i64
    });
}
