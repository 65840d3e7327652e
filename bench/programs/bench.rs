// Put before every program by the runner.
#[allow(dead_code)]
fn bench<T: std::fmt::Display>(work: impl FnOnce() -> T) {
    let start = std::time::Instant::now();
    let checksum = work();
    let time = start.elapsed().as_secs_f64() * 1000.0;
    println!("checksum: {checksum}\ntime_ms: {time:.1}");
}
