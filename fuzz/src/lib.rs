//! Fuzzing of everything that reads what people or the network may send: sources, bytecode, and what other nodes say.
//!
//! Inputs are mutations of the test programs and of modules; a target may answer with errors, but must not panic and must
//! answer in bounded time. It runs on the stable toolchain, and the same targets run briefly as tests.

pub mod modules;
pub mod mutate;
mod nodes;
pub mod sources;
pub mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use mutate::Numbers;
use targets::Target;

/// No input may take longer, also on a machine that is busy with other things; inputs are at most [`mutate::MAX_BYTES`].
pub const LIMIT: Duration = Duration::from_secs(20);

/// An input that a target did not survive.
#[derive(Debug)]
pub struct Failure {
    /// What happened.
    pub reason: String,
    /// The input.
    pub input: Vec<u8>,
}

/// Gives the target mutated inputs until `enough` says so; the same seed gives the same inputs.
/// The result is how many were tried, or the first failure.
pub fn fuzz(
    target: Target,
    seed: u64,
    mut enough: impl FnMut(u64) -> bool,
) -> Result<u64, Failure> {
    let corpus = target.corpus();
    let worker = Worker::start(target);
    let mut numbers = Numbers::new(seed);
    let mut tried = 0;
    while !enough(tried) {
        let input = target.input(&corpus, &mut numbers);
        worker
            .check(&input)
            .map_err(|reason| Failure { reason, input })?;
        tried += 1;
    }
    Ok(tried)
}

/// A thread that runs a target, so that an input on which it hangs is noticed.
struct Worker {
    inputs: Sender<Vec<u8>>,
    verdicts: Receiver<Result<(), String>>,
}

impl Worker {
    fn start(target: Target) -> Worker {
        let (inputs, to_run) = mpsc::channel::<Vec<u8>>();
        let (done, verdicts) = mpsc::channel();
        thread::spawn(move || {
            for input in to_run {
                let outcome = catch_unwind(AssertUnwindSafe(|| target.run(&input)));
                if done
                    .send(outcome.map_err(|_| "panicked".to_owned()))
                    .is_err()
                {
                    return;
                }
            }
        });
        Worker { inputs, verdicts }
    }

    fn check(&self, input: &[u8]) -> Result<(), String> {
        let gone = |_| "the worker is gone".to_owned();
        self.inputs.send(input.to_vec()).map_err(gone)?;
        match self.verdicts.recv_timeout(LIMIT) {
            Ok(verdict) => verdict,
            Err(_) => Err(format!("took more than {} s", LIMIT.as_secs())),
        }
    }
}
