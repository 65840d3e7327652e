fn main() {
    bench(|| {
        let n: usize = std::hint::black_box(5_000_000);
        let mut flags = vec![true; n + 1];
        let mut count = 0;
        for i in 2..=n {
            if flags[i] {
                count += 1;
                for j in (i * i..=n).step_by(i) {
                    flags[j] = false;
                }
            }
        }
        count
    });
}
