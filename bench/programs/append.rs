fn main() {
    bench(|| {
        let mut s = String::new();
        for _ in 0..std::hint::black_box(5_000_000) {
            s.push_str(std::hint::black_box("snow"));
        }
        s.len()
    });
}
