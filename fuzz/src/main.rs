//! `./dev fuzz [TARGET] [SECONDS]`: fuzzes a target, or all of them, and keeps an input that fails.

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use snow_fuzz::fuzz;
use snow_fuzz::targets::Target;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seconds = arguments
        .iter()
        .find_map(|text| text.parse().ok())
        .unwrap_or(60);
    let wanted = arguments.iter().find(|text| text.parse::<u64>().is_err());
    let targets: Vec<Target> = Target::ALL
        .iter()
        .copied()
        .filter(|t| wanted.is_none_or(|name| name == t.name()))
        .collect();
    if targets.is_empty() {
        let names: Vec<&str> = Target::ALL.iter().map(|target| target.name()).collect();
        eprintln!("no such target; there are: {}", names.join(", "));
        return ExitCode::from(2);
    }
    let mut code = ExitCode::SUCCESS;
    for target in targets {
        if !run(target, Duration::from_secs(seconds)) {
            code = ExitCode::FAILURE;
        }
    }
    code
}

/// Fuzzes one target; false when it failed.
fn run(target: Target, time: Duration) -> bool {
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_nanos() as u64);
    let start = Instant::now();
    println!("{}: seed {seed}, {} s", target.name(), time.as_secs());
    match fuzz(target, seed, |_| start.elapsed() > time) {
        Ok(tried) => {
            println!("{}: {tried} inputs, no failure", target.name());
            true
        }
        Err(failure) => {
            let path = std::env::temp_dir().join(format!("snow-fuzz-{}-{seed}", target.name()));
            println!("{}: {}", target.name(), failure.reason);
            match std::fs::write(&path, &failure.input) {
                Ok(()) => println!("the input is in {}", path.display()),
                Err(error) => println!("the input could not be kept: {error}"),
            }
            false
        }
    }
}
