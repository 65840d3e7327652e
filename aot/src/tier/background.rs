//! The thread that talks to the worker while the program runs.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use snow_bytecode::encode::encode;
use snow_bytecode::module::Module;

use super::TierError;
use super::code::load_unit;
use super::profile::Choice;
use crate::loader::{Loader, Symbols};
use crate::protocol::{Job, JobKind, Options, Stats};
use crate::worker::{Killer, Worker};
use snow_vm::interp::NativeUnit;

/// Code that is ready, and how it came about.
pub struct Ready {
    /// The code.
    pub unit: NativeUnit,
    /// What was asked for.
    pub choice: Choice,
    /// From the question to the code.
    pub took: Duration,
    /// What the worker did in this time.
    pub stats: Stats,
    /// Bytes of the object.
    pub bytes: usize,
}

/// What the thread reports.
pub enum Report {
    /// Code.
    Ready(Box<Ready>),
    /// This choice cannot be compiled; others can.
    Refused(Choice, TierError),
    /// Nothing can be compiled any more.
    Gone(TierError),
}

/// The thread, from outside.
pub struct Background {
    choices: Sender<Choice>,
    reports: Receiver<Report>,
    end: Arc<End>,
}

/// How the thread is brought to its end.
#[derive(Default)]
struct End {
    wanted: AtomicBool,
    worker: Mutex<Option<Killer>>,
}

impl End {
    /// A worker has begun.
    fn begun(&self, killer: &Killer) {
        *self.worker.lock().unwrap_or_else(PoisonError::into_inner) = Some(killer.clone());
        if self.wanted.load(Ordering::SeqCst) {
            killer.kill();
        }
    }
}

impl Background {
    /// Starts the thread, which starts the worker.
    pub fn start(module: Arc<Module>, worker: PathBuf, options: Options) -> Background {
        let (choices, incoming) = channel();
        let (outgoing, reports) = channel();
        let end = Arc::new(End::default());
        let of_thread = Arc::clone(&end);
        thread::spawn(move || {
            let worker = Worker::start_at(&worker, |killer| of_thread.begun(killer));
            let result = worker
                .map_err(TierError::from)
                .and_then(|worker| work(worker, &module, options, &incoming, &outgoing));
            if let Err(error) = result {
                // The program may have ended, and with it the receiver.
                let _ = outgoing.send(Report::Gone(error));
            }
        });
        Background {
            choices,
            reports,
            end,
        }
    }

    /// Asks for code. A thread that is gone has said so.
    pub fn ask(&self, choice: Choice) {
        let _ = self.choices.send(choice);
    }

    /// What there is to report.
    pub fn report(&self) -> Option<Report> {
        self.reports.try_recv().ok()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.end.wanted.store(true, Ordering::SeqCst);
        let worker = self.end.worker.lock();
        if let Some(killer) = &*worker.unwrap_or_else(PoisonError::into_inner) {
            killer.kill();
        }
    }
}

fn work(
    mut worker: Worker,
    module: &Module,
    options: Options,
    choices: &Receiver<Choice>,
    reports: &Sender<Report>,
) -> Result<(), TierError> {
    worker.load(encode(module))?;
    let mut loader = Loader::new(Symbols::runtime());
    while let Ok(choice) = choices.recv() {
        let report = match compile(&mut worker, &mut loader, &choice, options) {
            Ok(ready) => Report::Ready(Box::new(ready)),
            Err(error) if error.is_final() => return Err(error),
            Err(error) => Report::Refused(choice, error),
        };
        if reports.send(report).is_err() {
            break;
        }
    }
    Ok(())
}

fn compile(
    worker: &mut Worker,
    loader: &mut Loader,
    choice: &Choice,
    options: Options,
) -> Result<Ready, TierError> {
    let start = Instant::now();
    let kind = JobKind::Unit {
        funcs: choice.funcs.iter().map(|func| func.0).collect(),
        loops: choice.loops.clone(),
    };
    let compiled = worker.compile(Job { kind, options })?;
    // SAFETY: the object comes from the worker, which has the same module.
    let unit = unsafe { load_unit(loader, &compiled.files)? };
    Ok(Ready {
        unit,
        choice: choice.clone(),
        took: start.elapsed(),
        stats: compiled.stats,
        bytes: compiled.files.iter().map(Vec::len).sum(),
    })
}
