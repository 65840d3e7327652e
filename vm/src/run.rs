//! Running a program from start to end: what `snow run` does after compiling.

use crate::actor::Reason;
use crate::actor::log::Reports;
use crate::actor::slots;
use crate::heap::Counters;
use crate::interp::{self, LoadError, NativeUnit, Program, TierHook};
use crate::native::Intrinsics;
use crate::output::{BROKEN_PIPE, Output};
use crate::platform::Platform;
use crate::sched::runtime::{Outlook, Parts};
use crate::sched::stop::Signals;
use crate::sched::{Runtime, close};
use crate::types::RuntimeTypes;
use crate::world::{Counts, World};
use parking_lot::Mutex;
use snow_bytecode::module::{FuncId, Module};
use snow_bytecode::verify::{VerifyError, verify};
use std::hash::{BuildHasher, RandomState};
use std::io::{ErrorKind, Write};
use std::sync::Arc;
use std::time::Instant;

/// Bytes that frames may take unless `SNOW_MAX_STACK` says otherwise.
const DEFAULT_MAX_STACK: usize = 1 << 30;

/// A module that the verifier has passed.
pub struct VerifiedModule(Arc<Module>);

impl VerifiedModule {
    /// Verifies a module.
    pub fn new(module: Module) -> Result<VerifiedModule, VerifyError> {
        verify(&module)?;
        Ok(VerifiedModule(Arc::new(module)))
    }

    /// A module that was verified before and cannot have changed since: an executable holds one beside the code compiled from it.
    ///
    /// # Safety
    /// [`VerifiedModule::new`] would give it.
    pub unsafe fn trusted(module: Module) -> VerifiedModule {
        VerifiedModule(Arc::new(module))
    }

    /// The module.
    pub fn module(&self) -> &Arc<Module> {
        &self.0
    }
}

/// Whether to print what the heap counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeapStats {
    /// As the last line on the error output.
    Print,
    /// Not at all.
    Quiet,
}

/// How to run a program.
pub struct RunOptions {
    /// Arguments of the program.
    pub args: Vec<String>,
    /// Where its standard output goes.
    pub output: Output,
    /// Where what operators are told goes.
    pub errors: Box<dyn Write + Send>,
    /// What operators are told, and how.
    pub reports: Reports,
    /// How many threads run actors, at most.
    pub schedulers: usize,
    /// Most actors at once, up to [`slots::MOST`].
    pub max_processes: u32,
    /// Makes the run repeatable: clocks, random numbers and who runs next follow from it. One thread runs actors then.
    pub seed: Option<u64>,
    /// Whether to listen to the process's signals.
    pub signals: Signals,
    /// Most bytes that frames of an actor may take.
    pub max_stack: usize,
    /// Whether to print what the heap counted.
    pub heap_stats: HeapStats,
    /// Compiled code of the program that is there from the start.
    pub units: Vec<NativeUnit>,
    /// What chooses the functions to compile while the program runs.
    pub hook: Option<Box<dyn TierHook>>,
    /// When the program is ended, at the end of a slice, if it still runs.
    pub deadline: Option<Instant>,
    /// Counters for a program that was compiled with them.
    pub counts: Option<Counts>,
    /// What is done before `main` begins.
    pub prepare: Option<Prepare>,
}

/// Something that is done before a program begins, which does not begin when that fails.
pub type Prepare = Box<dyn FnOnce(&Arc<Runtime>) -> Result<(), String> + Send>;

/// An environment variable with a value that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadVariable {
    /// The most bytes that stacks may take.
    #[error("SNOW_MAX_STACK is `{0}`, but must be a number of bytes")]
    MaxStack(String),
    /// The number of threads that run actors.
    #[error("SNOW_SCHEDULERS is `{0}`, but must be a number from 1 to 255")]
    Schedulers(String),
    /// The most actors at once.
    #[error("SNOW_MAX_PROCESSES is `{0}`, but must be a number from 1 to 16777215")]
    MaxProcesses(String),
    /// What is logged.
    #[error(
        "SNOW_LOG is `{0}`, but must be `json` or `text`, a level (`debug`, `info`, `warning`, `error`, `off`), or both with a comma between them"
    )]
    Log(String),
}

/// How many threads run actors unless `SNOW_SCHEDULERS` says otherwise: as many as there are cores.
fn schedulers() -> Result<usize, BadVariable> {
    match std::env::var("SNOW_SCHEDULERS") {
        Ok(text) => match text.parse() {
            Ok(count @ 1..=MOST_SCHEDULERS) => Ok(count),
            _ => Err(BadVariable::Schedulers(text)),
        },
        Err(_) => Ok(std::thread::available_parallelism()
            .map_or(1, |count| count.get().min(MOST_SCHEDULERS))),
    }
}

/// How many actors there may be at once: as many as have pids, unless `SNOW_MAX_PROCESSES` says less.
fn max_processes() -> Result<u32, BadVariable> {
    match std::env::var("SNOW_MAX_PROCESSES") {
        Ok(text) => match text.parse() {
            Ok(count @ 1..=slots::MOST) => Ok(count),
            _ => Err(BadVariable::MaxProcesses(text)),
        },
        Err(_) => Ok(slots::MOST),
    }
}

/// Keys of timers have a byte for the scheduler.
const MOST_SCHEDULERS: usize = 255;

impl RunOptions {
    /// The process's own outputs, and what the environment says.
    pub fn from_environment(args: Vec<String>) -> Result<RunOptions, BadVariable> {
        let max_stack = match std::env::var("SNOW_MAX_STACK") {
            Ok(text) => text.parse().map_err(|_| BadVariable::MaxStack(text))?,
            Err(_) => DEFAULT_MAX_STACK,
        };
        let wants_stats = std::env::var("SNOW_HEAP_STATS").is_ok_and(|value| value == "1");
        Ok(RunOptions {
            args,
            output: Output::stdout(),
            errors: Box::new(std::io::stderr()),
            reports: Reports::from_environment().map_err(BadVariable::Log)?,
            schedulers: schedulers()?,
            max_processes: max_processes()?,
            seed: None,
            signals: Signals::Listen,
            max_stack,
            heap_stats: if wants_stats {
                HeapStats::Print
            } else {
                HeapStats::Quiet
            },
            units: Vec::new(),
            hook: None,
            deadline: None,
            counts: None,
            prepare: None,
        })
    }
}

/// How a program has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It returned.
    Returned,
    /// It asked to end.
    Exited,
    /// It crashed; the report is on the error output.
    Crashed,
    /// Its time was up.
    TimedOut,
}

impl Ending {
    fn of(outlook: &Outlook) -> Ending {
        match (outlook.exit, &outlook.main) {
            _ if outlook.timed_out => Ending::TimedOut,
            (Some(_), _) => Ending::Exited,
            (None, Some(Reason::Crash(_))) => Ending::Crashed,
            (None, _) => Ending::Returned,
        }
    }
}

/// What is left of a program that has ended.
pub struct Finished {
    /// Exit code for the process.
    pub code: u8,
    /// How it came to its end.
    pub ending: Ending,
    /// What a memory output collected.
    pub output: Vec<u8>,
    /// What the heap counted.
    pub counters: Counters,
}

/// Runs `main` of a program and gives what came of it. Crash reports and statistics go to the options' outputs.
pub fn run(
    module: VerifiedModule,
    intrinsics: &Intrinsics,
    options: RunOptions,
) -> Result<Finished, LoadError> {
    let entry = module.0.entry;
    Ok(LoadedProgram::new(module, intrinsics)?.run(entry, options))
}

/// A program that is ready to run, also several times at once: nothing that one run does is seen by another.
#[derive(Clone)]
pub struct LoadedProgram(Arc<Program>);

impl LoadedProgram {
    /// Loads a module.
    pub fn new(module: VerifiedModule, intrinsics: &Intrinsics) -> Result<Self, LoadError> {
        let state = RandomState::new();
        let types = RuntimeTypes::new(&module.0.types, [state.hash_one(0), state.hash_one(1)])?;
        let program = interp::load(module.0, Arc::new(types), intrinsics)?;
        Ok(LoadedProgram(Arc::new(program)))
    }

    /// Installs compiled code of the program: runs that begin from now on use it.
    pub fn install(&self, unit: NativeUnit) {
        self.0.install(unit);
    }

    /// Runs a function and gives what came of it; see [`run`]. Panics when the function has parameters.
    pub fn run(&self, function: FuncId, options: RunOptions) -> Finished {
        let params = &self.0.module.func(function).params;
        assert!(params.is_empty(), "a run begins without arguments");
        run_program(Arc::clone(&self.0), function, options)
    }
}

fn run_program(program: Arc<Program>, entry: FuncId, options: RunOptions) -> Finished {
    let platform = options
        .seed
        .map_or_else(Platform::of_system, Platform::seeded);
    let mut world = World::on(platform, options.output, options.args);
    world.counts = options.counts;
    let world = Arc::new(world);
    for unit in options.units {
        program.install(unit);
    }
    program.register_functions(&world);
    *world.hook.lock() = options.hook;
    let errors = Arc::new(Mutex::new(options.errors));
    let schedulers = if options.seed.is_some() {
        1
    } else {
        options.schedulers
    };
    let parts = Parts {
        program,
        world: Arc::clone(&world),
        max_stack: options.max_stack,
        deadline: options.deadline,
        max_processes: options.max_processes,
        reports: options.reports,
        signals: options.signals,
        errors: Box::new(Shared(Arc::clone(&errors))),
    };
    let ended = close::run_program(parts, entry, schedulers, options.prepare);
    #[cfg(snow_profile)]
    interp::profile::print();
    let ending = Ending::of(&ended.outlook);
    let mut errors = errors.lock();
    let code = flush(&world, exit_code(&ended.outlook), &mut **errors);
    if options.heap_stats == HeapStats::Print {
        // There is nobody left to tell that the error output is closed.
        let _ = writeln!(errors, "{}", stats_line(&ended.counters));
    }
    let output = world.output.lock().take_collected();
    Finished {
        code,
        ending,
        output,
        counters: ended.counters,
    }
}

/// An output that others write to, too.
struct Shared(Arc<Mutex<Box<dyn Write + Send>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.lock().flush()
    }
}

fn exit_code(outlook: &Outlook) -> u8 {
    match (outlook.exit, &outlook.main) {
        (Some(code), _) => code as u8,
        (None, Some(Reason::Normal | Reason::Shutdown)) => 0,
        (None, _) => 1,
    }
}

/// Writes what the program has printed; gives the exit code.
fn flush(world: &World, code: u8, errors: &mut dyn Write) -> u8 {
    match world.output.lock().flush() {
        Ok(()) => code,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            let _ = writeln!(errors, "error: nobody reads the program's output any more");
            code.max(BROKEN_PIPE)
        }
        Err(error) => {
            let _ = writeln!(errors, "error: cannot write to standard output: {error}");
            code.max(1)
        }
    }
}

fn stats_line(counters: &Counters) -> String {
    let Counters {
        allocated,
        freed,
        copies,
        peak_bytes,
        ..
    } = counters;
    let live = allocated - freed;
    format!(
        "heap: allocations={allocated} frees={freed} live={live} peak_bytes={peak_bytes} copies={copies}"
    )
}
