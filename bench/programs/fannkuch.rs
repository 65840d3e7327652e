fn run(n: usize) -> i64 {
    let mut p: Vec<usize> = (0..n).collect();
    let mut q = p.clone();
    let mut counts = vec![0; n];
    let (mut index, mut most, mut sum) = (0, 0, 0);
    loop {
        let mut f = 0;
        if p[0] != 0 {
            q.copy_from_slice(&p);
            while q[0] != 0 {
                let k = q[0];
                q[..=k].reverse();
                f += 1;
            }
        }
        sum += if index % 2 == 0 { f } else { -f };
        most = most.max(f);
        index += 1;
        let mut r = 1;
        loop {
            if r == n {
                return sum * 1000 + most;
            }
            p[..=r].rotate_left(1);
            counts[r] += 1;
            if counts[r] <= r {
                break;
            }
            counts[r] = 0;
            r += 1;
        }
    }
}
fn main() {
    bench(|| run(std::hint::black_box(10)));
}
