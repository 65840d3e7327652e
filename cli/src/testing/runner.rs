//! Running tests: several at once, each in a run of its own that shares nothing with the others.

use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use snow_vm::actor::slots;
use snow_vm::output::Output;
use snow_vm::run::{Ending, LoadedProgram, RunOptions};
use snow_vm::sched::stop::Signals;
use snow_vm::world::Counts;

use super::Case;
use crate::error::CliError;

/// How tests are run.
pub struct Settings {
    /// How many at once.
    pub jobs: usize,
    /// How long one may take.
    pub limit: Duration,
    /// Counters of the program, if it was compiled with them.
    pub counts: Option<Counts>,
}

/// What came of a test.
pub struct Outcome {
    /// Why it failed: a crash report, or what else went wrong. None when it passed.
    pub failure: Option<String>,
    /// What it printed.
    pub output: String,
    /// How long it took.
    pub time: Duration,
}

/// Runs tests and hands their outcomes over in the order of the tests, each as soon as it and those before it are known.
pub fn run(
    program: &LoadedProgram,
    cases: &[Case],
    settings: &Settings,
    mut done: impl FnMut(&Case, Outcome) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let next = AtomicUsize::new(0);
    let (send, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..settings.jobs.min(cases.len()) {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some((number, case)) = take(next, cases) {
                    let outcome = run_one(program, case, settings);
                    if send.send((number, outcome)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut waiting: Vec<Option<Outcome>> = cases.iter().map(|_| None).collect();
        let mut at = 0;
        for (number, outcome) in outcomes {
            waiting[number] = Some(outcome);
            while let Some(outcome) = waiting.get_mut(at).and_then(Option::take) {
                done(&cases[at], outcome)?;
                at += 1;
            }
        }
        Ok(())
    })
}

fn take<'a>(next: &AtomicUsize, cases: &'a [Case]) -> Option<(usize, &'a Case)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    Some((number, cases.get(number)?))
}

fn run_one(program: &LoadedProgram, case: &Case, settings: &Settings) -> Outcome {
    let limit = settings.limit;
    let start = Instant::now();
    let errors = Errors::default();
    let options = match RunOptions::from_environment(Vec::new()) {
        Ok(options) => RunOptions {
            output: Output::memory(),
            errors: Box::new(errors.clone()),
            deadline: start.checked_add(limit),
            schedulers: 1,
            max_processes: slots::MOST,
            signals: Signals::Ignore,
            counts: settings.counts.clone(),
            ..options
        },
        Err(error) => {
            return Outcome {
                failure: Some(error.to_string()),
                output: String::new(),
                time: Duration::ZERO,
            };
        }
    };
    let finished = program.run(case.function, options);
    let failure = match finished.ending {
        Ending::Returned => None,
        Ending::Crashed => Some(errors.text()),
        Ending::Exited => Some(format!(
            "the test ended the program with exit code {}",
            finished.code
        )),
        Ending::TimedOut => Some(format!(
            "the test was stopped after {} s",
            limit.as_secs_f64()
        )),
    };
    Outcome {
        failure,
        output: String::from_utf8_lossy(&finished.output).into_owned(),
        time: start.elapsed(),
    }
}

/// Where the crash report of a test goes.
#[derive(Clone, Default)]
struct Errors(std::sync::Arc<Mutex<Vec<u8>>>);

impl Errors {
    fn text(&self) -> String {
        let bytes = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Errors {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut all = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
