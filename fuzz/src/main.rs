//! `./dev fuzz`: fuzzes a target, or all of them, and keeps an input that fails.

use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use snow_fuzz::fuzz;
use snow_fuzz::targets::Target;

const USAGE: &str = "\
./dev fuzz [TARGET] [SECONDS | --inputs N] [--seed N]
./dev fuzz TARGET --replay FILE

Without a target all are fuzzed; without an amount, each for 60 seconds. A seed makes the same inputs again;
a file is an input that was kept because the target did not survive it.";

/// How long a target is fuzzed.
#[derive(Clone, Copy)]
enum Amount {
    Time(Duration),
    Inputs(u64),
}

/// What the command line asks for.
struct Wanted {
    targets: Vec<Target>,
    amount: Amount,
    seed: u64,
    replay: Option<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(wanted) = wanted(&arguments) else {
        let names: Vec<&str> = Target::ALL.iter().map(|target| target.name()).collect();
        eprintln!("{USAGE}\nTargets: {}", names.join(", "));
        return ExitCode::from(2);
    };
    if let Some(path) = &wanted.replay {
        return replay(&wanted.targets, path);
    }
    let results = wanted.targets.iter().map(|target| run(*target, &wanted));
    match results.filter(|survived| !survived).count() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn wanted(arguments: &[String]) -> Option<Wanted> {
    let mut wanted = Wanted {
        targets: Target::ALL.to_vec(),
        amount: Amount::Time(Duration::from_secs(60)),
        seed: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |now| now.as_nanos() as u64),
        replay: None,
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--inputs" {
            wanted.amount = Amount::Inputs(words.next()?.parse().ok()?);
        } else if word == "--seed" {
            wanted.seed = words.next()?.parse().ok()?;
        } else if word == "--replay" {
            wanted.replay = Some(words.next()?.clone());
        } else if let Ok(seconds) = word.parse() {
            wanted.amount = Amount::Time(Duration::from_secs(seconds));
        } else {
            let known = Target::ALL.iter().find(|target| target.name() == word)?;
            wanted.targets = vec![*known];
        }
    }
    Some(wanted)
}

/// Gives targets one input.
fn replay(targets: &[Target], path: &str) -> ExitCode {
    let input = match std::fs::read(path) {
        Ok(input) => input,
        Err(error) => {
            eprintln!("cannot read {path}: {error}");
            return ExitCode::from(2);
        }
    };
    for target in targets {
        let start = Instant::now();
        target.run(&input);
        println!("{}: {:.3} s", target.name(), start.elapsed().as_secs_f64());
    }
    ExitCode::SUCCESS
}

/// Fuzzes one target; false when it failed.
fn run(target: Target, wanted: &Wanted) -> bool {
    let start = Instant::now();
    println!("{}: seed {}", target.name(), wanted.seed);
    let enough = |tried| match wanted.amount {
        Amount::Time(time) => start.elapsed() > time,
        Amount::Inputs(count) => tried >= count,
    };
    match fuzz(target, wanted.seed, enough) {
        Ok(tried) => {
            let seconds = start.elapsed().as_secs_f64();
            println!(
                "{}: {tried} inputs in {seconds:.0} s, no failure",
                target.name()
            );
            true
        }
        Err(failure) => {
            let name = format!("snow-fuzz-{}-{}", target.name(), wanted.seed);
            let path = std::env::temp_dir().join(name);
            println!("{}: {}", target.name(), failure.reason);
            match std::fs::write(&path, &failure.input) {
                Ok(()) => println!("the input is in {}", path.display()),
                Err(error) => println!("the input could not be kept: {error}"),
            }
            false
        }
    }
}
