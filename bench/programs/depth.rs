use std::hint::black_box;
#[inline(never)]
fn sum(n: i64) -> i64 {
    if n == 0 { 0 } else { n % 10 + black_box(sum(black_box(n - 1))) }
}
fn main() {
    // Each time on a fresh stack, since Rust's main stack is too small.
    bench(|| {
        let deep = || {
            let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(|| sum(1_000_000));
            thread.expect("a thread can be started").join().expect("it does not panic")
        };
        (0..10).map(|_| deep()).sum::<i64>()
    });
}
