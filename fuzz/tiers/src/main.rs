//! `./dev fuzz tiers`: random programs in all tiers, until the time is over or one differs.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use snow_fuzz_tiers::compare::{Finding, Kind, Verdict, compare};
use snow_fuzz_tiers::program::{Program, program};
use snow_fuzz_tiers::run::Runner;
use snow_fuzz_tiers::shrink::shrink;
use snow_tests::command;

const USAGE: &str = "\
./dev fuzz tiers [SECONDS | --inputs N] [--seed N] [--vm] [--print]

Runs random programs in every tier and compares. Without an amount, for 60 seconds. The programs have the
seeds N, N + 1, …; --print prints the first one instead. With --vm they run in the interpreter only, which
tests the compiler and finds leaks, and is many times faster.";

/// How long a program that differs is made smaller.
const SHRINKING: Duration = Duration::from_secs(300);

/// What the command line asks for.
struct Wanted {
    time: Duration,
    inputs: u64,
    seed: u64,
    vm_only: bool,
    print: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(wanted) = wanted(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if wanted.print {
        print!("{}", program(wanted.seed).root.print());
        return ExitCode::SUCCESS;
    }
    match fuzz(&wanted) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn wanted(arguments: &[String]) -> Option<Wanted> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut wanted = Wanted {
        time: Duration::from_secs(60),
        inputs: u64::MAX,
        // Short, since seeds are copied by hand.
        seed: now.map_or(0, |now| now.as_secs() % 10_000_000 * 1000),
        vm_only: false,
        print: false,
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--inputs" => {
                wanted.inputs = words.next()?.parse().ok()?;
                wanted.time = Duration::MAX;
            }
            "--seed" => wanted.seed = words.next()?.parse().ok()?,
            "--vm" => wanted.vm_only = true,
            "--print" => wanted.print = true,
            seconds => wanted.time = Duration::from_secs(seconds.parse().ok()?),
        }
    }
    Some(wanted)
}

/// True when all programs ran alike.
fn fuzz(wanted: &Wanted) -> Result<bool, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut runner = Runner::new(command::snow()?, folder.path().to_owned())?;
    if wanted.vm_only {
        runner.others.clear();
    }
    let (start, mut skipped) = (Instant::now(), 0);
    println!("tiers: seed {}, vm and {:?}", wanted.seed, runner.others);
    for tried in 0..wanted.inputs {
        if start.elapsed() > wanted.time {
            println!(
                "tiers: {tried} programs, {skipped} of them too slow to compare, no difference"
            );
            return Ok(true);
        }
        let seed = wanted.seed + tried;
        let program = program(seed);
        match compare(&runner, &program.root.print(), &runner.others)? {
            Verdict::Fine => {}
            Verdict::Skipped => skipped += 1,
            Verdict::Found(finding) => {
                report(&runner, seed, program, &finding)?;
                return Ok(false);
            }
        }
    }
    println!(
        "tiers: {} programs, {skipped} of them too slow to compare, no difference",
        wanted.inputs
    );
    Ok(true)
}

/// Keeps the program as it was, and a smaller one with the same mistake.
fn report(runner: &Runner, seed: u64, program: Program, finding: &Finding) -> Result<(), String> {
    println!("tiers: seed {seed}: {finding}");
    keep(
        &format!("snow-tiers-{seed}-whole.snow"),
        &program,
        "the program",
    )?;
    if finding.kind == Kind::Slow {
        // Every attempt to make it smaller would take as long.
        return Ok(());
    }
    let start = Instant::now();
    let tiers = match runner.others.contains(&finding.tier) {
        true => vec![finding.tier],
        false => Vec::new(),
    };
    let same = |text: &str| match compare(runner, text, &tiers) {
        Ok(Verdict::Found(other)) => other.is_like(finding),
        _ => false,
    };
    let small = shrink(program, same, || start.elapsed() < SHRINKING);
    keep(&format!("snow-tiers-{seed}.snow"), &small, "a smaller one")
}

fn keep(name: &str, program: &Program, what: &str) -> Result<(), String> {
    let path: PathBuf = std::env::temp_dir().join(Path::new(name));
    std::fs::write(&path, program.root.print()).map_err(|error| error.to_string())?;
    println!("{what} is in {}", path.display());
    Ok(())
}
