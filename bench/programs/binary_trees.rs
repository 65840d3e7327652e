struct Node(Option<Box<Node>>, Option<Box<Node>>);
fn make(d: u32) -> Box<Node> {
    Box::new(if d == 0 { Node(None, None) } else { Node(Some(make(d - 1)), Some(make(d - 1))) })
}
fn check(n: &Node) -> i64 {
    1 + n.0.as_ref().map_or(0, |l| check(l)) + n.1.as_ref().map_or(0, |r| check(r))
}
fn main() {
    bench(|| {
        let depth = std::hint::black_box(16);
        let mut sum = check(&make(depth + 1));
        let long = make(depth);
        for d in (4..=depth).step_by(2) {
            for _ in 0..1 << (depth - d + 4) {
                sum += check(&make(d));
            }
        }
        sum + check(&long)
    });
}
