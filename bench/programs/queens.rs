fn safe(q: i64, placed: &[i64]) -> bool {
    placed.iter().rev().zip(1..).all(|(&c, d)| q != c && q != c + d && q != c - d)
}
fn place(n: usize, placed: &mut Vec<i64>) -> i64 {
    if placed.len() == n {
        return 1;
    }
    let mut count = 0;
    for q in 1..=n as i64 {
        if safe(q, placed) {
            placed.push(q);
            count += place(n, placed);
            placed.pop();
        }
    }
    count
}
fn main() {
    bench(|| place(std::hint::black_box(12), &mut Vec::new()));
}
