//! Native code for a program that is running: all of it before it begins, or what is hot while it runs.

mod background;
mod code;
mod profile;
#[cfg(test)]
mod tests;

use std::env;
use std::path::PathBuf;
use std::sync::Arc;

use snow_bytecode::encode::encode;
use snow_bytecode::module::{FuncId, Module};
use snow_vm::interp::{NativeUnit, Sample, TierHook};

use crate::build::BuildError;
use crate::cache::Cache;
use crate::loader::{LoadError, Loader, Symbols};
use crate::protocol::{Cpu, Emit, JobKind, OptLevel, Options};
use crate::worker::WorkerError;

use background::{Background, Ready, Report};
use code::load_unit;
use profile::{Choice, Profile};

/// Samples after which a function is hot, unless `SNOW_TIER_THRESHOLD` says otherwise.
const THRESHOLD: u32 = 40;

/// Part of the threshold after which the worker is started, so that it is ready when something is hot.
const HEAD_START: u32 = 2;

/// Why there is no native code.
#[derive(Debug, thiserror::Error)]
pub enum TierError {
    /// The worker gives none.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// Code before the start cannot be made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The code cannot be loaded.
    #[error("native code cannot be loaded: {0}")]
    Load(#[from] LoadError),
}

impl TierError {
    /// Whether nothing can be compiled any more.
    pub fn is_final(&self) -> bool {
        match self {
            TierError::Worker(error) | TierError::Build(BuildError::Worker(error)) => {
                !matches!(error, WorkerError::Failed(_))
            }
            TierError::Build(_) => true,
            TierError::Load(_) => false,
        }
    }
}

/// What the environment says about the hot tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierSettings {
    /// Samples after which a function is hot.
    pub threshold: u32,
    /// Whether to tell on standard error what is compiled.
    pub log: bool,
}

/// A setting of the environment that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SNOW_TIER_THRESHOLD is `{0}`, but must be a number from 1 on")]
pub struct BadThreshold(String);

impl TierSettings {
    /// Reads the environment.
    pub fn from_environment() -> Result<TierSettings, BadThreshold> {
        let threshold = match env::var("SNOW_TIER_THRESHOLD") {
            Ok(text) => match text.parse() {
                Ok(number) if number > 0 => number,
                _ => return Err(BadThreshold(text)),
            },
            Err(_) => THRESHOLD,
        };
        let log = env::var("SNOW_TIER_LOG").is_ok_and(|value| value == "1");
        Ok(TierSettings { threshold, log })
    }
}

/// How code for this machine and moment is compiled.
fn options(opt: OptLevel) -> Options {
    Options {
        opt,
        cpu: Cpu::Native,
        emit: Emit::Object,
        debug_info: false,
    }
}

/// Compiles all functions of a program before it begins. Besides the code, this gives the reason why it could not be kept for later.
pub fn compile_all(
    module: &Module,
    opt: OptLevel,
    cache: Option<&Cache>,
) -> Result<(NativeUnit, Option<BuildError>), TierError> {
    let kind = JobKind::Unit {
        funcs: (0..module.funcs.len() as u32).collect(),
        loops: Vec::new(),
    };
    let options = Options {
        emit: Emit::Objects,
        ..options(opt)
    };
    let compiled = crate::build::compile(encode(module), kind, options, cache)?;
    // SAFETY: the objects come from the worker, for this module.
    let unit = unsafe { load_unit(&mut Loader::new(Symbols::runtime()), &compiled.files)? };
    Ok((unit, compiled.unkept))
}

/// Compiles what is hot while the program runs, and never makes it wait.
pub struct HotTier {
    module: Arc<Module>,
    worker: PathBuf,
    profile: Profile,
    settings: TierSettings,
    stage: Stage,
    samples: u32,
    warned: bool,
}

/// How far the compiler is.
enum Stage {
    /// Not needed yet.
    Waiting,
    /// Ready for a choice.
    Idle(Background),
    /// At work.
    Busy(Background),
    /// It has failed for good.
    Gone,
}

impl HotTier {
    /// A tier for a program that is about to run, with the worker at this path.
    pub fn new(module: Arc<Module>, worker: PathBuf, settings: TierSettings) -> HotTier {
        HotTier {
            worker,
            profile: Profile::new(Arc::clone(&module), settings.threshold),
            module,
            settings,
            stage: Stage::Waiting,
            samples: 0,
            warned: false,
        }
    }

    fn start(&self) -> Background {
        self.log(format_args!("starting the compiler"));
        let module = Arc::clone(&self.module);
        Background::start(module, self.worker.clone(), options(OptLevel::O2))
    }

    fn ask(&self, background: &Background, choice: Choice) {
        let Choice {
            root,
            samples,
            funcs,
            loops,
        } = &choice;
        let (more, loops) = (funcs.len().saturating_sub(1), loops.len());
        self.log(format_args!(
            "compiling {} ({samples} samples), with {more} more functions and entries into {loops} loops",
            self.name(*root)
        ));
        background.ask(choice);
    }

    fn receive(&mut self, report: Report) -> Option<NativeUnit> {
        match report {
            Report::Ready(ready) => {
                self.log_ready(&ready);
                Some(ready.unit)
            }
            Report::Refused(choice, error) => {
                self.warn(&format!("{}: {error}", self.name(choice.root)));
                None
            }
            Report::Gone(error) => {
                self.warn(&error.to_string());
                self.stage = Stage::Gone;
                None
            }
        }
    }

    fn log_ready(&self, ready: &Ready) {
        let Ready {
            took, stats, bytes, ..
        } = ready;
        self.log(format_args!(
            "{} is ready after {:.1} ms (lowering {:.1}, optimising {:.1}, emitting {:.1}), {bytes} bytes",
            self.name(ready.choice.root),
            took.as_secs_f64() * 1000.0,
            stats.lowering as f64 / 1000.0,
            stats.optimising as f64 / 1000.0,
            stats.emitting as f64 / 1000.0,
        ));
    }

    fn name(&self, func: FuncId) -> &str {
        &self.module.func(func).name
    }

    fn log(&self, what: std::fmt::Arguments<'_>) {
        if self.settings.log {
            eprintln!("tier: {what}");
        }
    }

    /// Tells once that something stays in the interpreter; the rest would be more of the same.
    fn warn(&mut self, why: &str) {
        if !std::mem::replace(&mut self.warned, true) {
            warn(why);
        }
    }
}

/// Tells that a program runs without native code, or some of it.
pub fn warn(why: &str) {
    eprintln!("snow: warning: {why}; the program runs on in the interpreter");
}

impl TierHook for HotTier {
    fn sample(&mut self, at: Sample) {
        self.samples = self.samples.saturating_add(1);
        self.profile.count(at);
        self.stage = match std::mem::replace(&mut self.stage, Stage::Gone) {
            Stage::Waiting
                if self.samples.saturating_mul(HEAD_START) >= self.settings.threshold =>
            {
                Stage::Idle(self.start())
            }
            Stage::Idle(background) => match self.profile.choose() {
                Some(choice) => {
                    self.ask(&background, choice);
                    Stage::Busy(background)
                }
                None => Stage::Idle(background),
            },
            other => other,
        };
    }

    fn poll(&mut self) -> Vec<NativeUnit> {
        let Stage::Busy(background) = &self.stage else {
            return Vec::new();
        };
        let Some(report) = background.report() else {
            return Vec::new();
        };
        if let Stage::Busy(background) = std::mem::replace(&mut self.stage, Stage::Gone) {
            self.stage = Stage::Idle(background);
        }
        self.receive(report).into_iter().collect()
    }
}
