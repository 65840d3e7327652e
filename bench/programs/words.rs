use std::collections::HashMap;
use std::fmt::Write;
fn main() {
    let (mut text, mut seed) = (String::new(), 42_i64);
    for _ in 0..2_000_000 {
        seed = seed * 16807 % 2147483647;
        write!(text, "word{} ", seed % 10007).expect("written to memory");
    }
    bench(|| {
        let mut counts: HashMap<&str, i64> = HashMap::new();
        for word in text.split_whitespace() {
            *counts.entry(word).or_insert(0) += 1;
        }
        counts.len() as i64 * 100000 + counts["word42"]
    });
}
