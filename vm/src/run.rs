//! Running a program from start to end: what `snow run` does after compiling.

use crate::heap::Counters;
use crate::interp::{self, LoadError, NativeUnit, Outcome, Program, TierHook, Vm};
use crate::native::Intrinsics;
use crate::output::{BROKEN_PIPE, Output};
use crate::types::RuntimeTypes;
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
    /// Where crash reports go.
    pub errors: Box<dyn Write>,
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
}

/// An environment variable with a value that means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("SNOW_MAX_STACK is `{0}`, but must be a number of bytes")]
pub struct BadMaxStack(String);

impl RunOptions {
    /// The process's own outputs, and what the environment says.
    pub fn from_environment(args: Vec<String>) -> Result<RunOptions, BadMaxStack> {
        let max_stack = match std::env::var("SNOW_MAX_STACK") {
            Ok(text) => text.parse().map_err(|_| BadMaxStack(text))?,
            Err(_) => DEFAULT_MAX_STACK,
        };
        let wants_stats = std::env::var("SNOW_HEAP_STATS").is_ok_and(|value| value == "1");
        Ok(RunOptions {
            args,
            output: Output::stdout(),
            errors: Box::new(std::io::stderr()),
            max_stack,
            heap_stats: if wants_stats {
                HeapStats::Print
            } else {
                HeapStats::Quiet
            },
            units: Vec::new(),
            hook: None,
            deadline: None,
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
    fn of(outcome: &Outcome) -> Ending {
        match outcome {
            Outcome::Done(_) => Ending::Returned,
            Outcome::Exit(_) => Ending::Exited,
            Outcome::Crashed(_) => Ending::Crashed,
            Outcome::Yielded => Ending::TimedOut,
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

fn run_program(program: Arc<Program>, entry: FuncId, mut options: RunOptions) -> Finished {
    let mut vm = Vm::new(program, options.output, options.args);
    for unit in options.units {
        vm.install(unit);
    }
    vm.register_functions();
    if let Some(hook) = options.hook {
        vm.set_hook(hook);
    }
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.actor(entry, &[], options.max_stack) };
    let outcome = loop {
        let fuel = vm.next_fuel();
        match vm.resume(&mut actor, fuel) {
            Outcome::Yielded if options.deadline.is_none_or(|end| Instant::now() < end) => {}
            Outcome::Yielded => {
                vm.kill(&mut actor);
                break Outcome::Yielded;
            }
            outcome => break outcome,
        }
    };
    #[cfg(snow_profile)]
    interp::profile::print();
    let ending = Ending::of(&outcome);
    let code = finish(&mut vm, entry, outcome, &mut *options.errors);
    vm.ctx.heap.settle_all();
    let counters = vm.ctx.heap.counters;
    if options.heap_stats == HeapStats::Print {
        // There is nobody left to tell that the error output is closed.
        let _ = writeln!(options.errors, "{}", stats_line(&counters));
    }
    Finished {
        code,
        ending,
        output: vm.ctx.output.take_collected(),
        counters,
    }
}

/// Reports how the program ended, and writes what it has printed; gives the exit code.
fn finish(vm: &mut Vm, entry: FuncId, outcome: Outcome, errors: &mut dyn Write) -> u8 {
    let flushed = vm.ctx.output.flush();
    let code = match outcome {
        Outcome::Done(words) => {
            let slots = vm.program().module.func(entry).results.clone();
            // SAFETY: the entry has returned these results, which are owned.
            unsafe { vm.ctx.heap.drop_slots(&slots, words.as_ptr()) };
            0
        }
        Outcome::Exit(code) => code as u8,
        Outcome::Crashed(crash) => {
            // A closed error output cannot be reported anywhere.
            let _ = write!(errors, "crash: {}\n{}", crash.reason, crash.trace.render());
            1
        }
        Outcome::Yielded => 1,
    };
    match flushed {
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
