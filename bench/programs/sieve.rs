fn main() {
    bench(|| {
        let n: usize = std::hint::black_box(5_000_000);
        let mut composite = vec![false; n + 1];
        let mut count = 0;
        for i in 2..=n {
            if !composite[i] {
                count += 1;
                for j in (i * i..n + 1).step_by(i) {
                    composite[j] = true;
                }
            }
        }
        count
    });
}
