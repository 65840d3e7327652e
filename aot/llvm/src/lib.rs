//! Verified bytecode to machine code, through LLVM. `docs/native.md` says what an object contains.
//!
//! [`compile`] is a pure function of a module and a [`Job`]. The order of things: the machine first, whose data layout every type depends
//! on; then the declarations ([`unit`]); then each function ([`function`], with the instructions in [`ops`]); then the optimiser.

mod build;
mod crash;
mod debug;
mod frame;
mod function;
mod helpers;
mod live;
mod ops;
mod own;
mod program;
mod signature;
mod target;
mod unit;
mod waits;

pub use target::{Cpu, processor};

use inkwell::context::Context;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::{FileType, TargetMachine};
use snow_bytecode::layout::Layouts;
use snow_bytecode::module::{FuncId, Module};
use std::time::{Duration, Instant};

use own::Variant;
use unit::{Scope, Unit};

/// How much to optimise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Level {
    O0,
    O1,
    O2,
    O3,
}

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emit {
    /// A relocatable object.
    Object,
    /// Assembly text.
    Assembly,
    /// LLVM IR, optimised.
    Ir,
    /// LLVM IR before optimisation.
    PlainIr,
}

/// Which functions to compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// Some functions, and loops of functions by the index of their header.
    Unit {
        /// The functions.
        funcs: Vec<FuncId>,
        /// The loops.
        loops: Vec<(FuncId, u32)>,
    },
    /// All, with the table that an executable needs; the module's bytes are embedded.
    Program {
        /// The module, encoded.
        bytecode: &'a [u8],
    },
}

/// A request.
#[derive(Clone, Debug)]
pub struct Job<'a> {
    /// Which functions.
    pub content: Content<'a>,
    /// How much to optimise.
    pub level: Level,
    /// For which processor.
    pub cpu: Cpu,
    /// In which form.
    pub emit: Emit,
    /// Whether to say where in the sources code comes from.
    pub debug_info: bool,
    /// Whether code compares the stack pointer with the limit. Without, deep recursion ends the process: only to measure what it costs.
    pub limit_checks: bool,
    /// Whether to verify after every pass.
    pub verify: bool,
}

/// Why there is no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// LLVM has no code generator for this machine.
    #[error("LLVM cannot make code for this machine: {0}")]
    Target(String),
    /// What was made is not valid: a mistake of this crate.
    #[error("internal error: the code of this program is not valid: {0}")]
    Invalid(String),
    /// LLVM failed.
    #[error("LLVM failed: {0}")]
    Llvm(String),
    /// A function that is not in the module.
    #[error("the module has no {0}, or no loop there")]
    Unknown(FuncId),
    /// The types have no layout.
    #[error(transparent)]
    Layout(#[from] snow_bytecode::layout::LayoutError),
}

/// What was made, and how long it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Object or text.
    pub bytes: Vec<u8>,
    /// Number of functions.
    pub functions: usize,
    /// Time for making IR.
    pub lowering: Duration,
    /// Time for optimising it.
    pub optimising: Duration,
    /// Time for making machine code.
    pub emitting: Duration,
}

/// Compiles functions of a module that the verifier has passed.
pub fn compile(module: &Module, job: &Job<'_>) -> Result<Code, Error> {
    let start = Instant::now();
    let layouts = Layouts::compute(&module.types)?;
    target::configure();
    let machine = target::machine(job.cpu, job.level)?;
    let context = Context::create();
    let (funcs, loops, scope) = match &job.content {
        Content::Unit { funcs, loops } => (funcs.clone(), loops.clone(), Scope::Unit),
        Content::Program { .. } => {
            let all = (0..module.funcs.len() as u32).map(FuncId).collect();
            (all, Vec::new(), Scope::Program)
        }
    };
    check(module, &funcs, &loops)?;
    let mut loops = loops;
    let mut unit = Unit::new(&context, &machine, module, &layouts, &funcs, scope);
    unit.limit_checks = job.limit_checks;
    for id in &funcs {
        let points = unit.waits.points(module.func(*id));
        loops.extend(points.into_iter().map(|inst| (*id, inst)));
    }
    if job.debug_info {
        unit.describe_sources();
    }
    for id in &funcs {
        let target = function::lower(&unit, *id, Variant::Any);
        let name = format!("snow.u{}", id.0);
        function::uniform(
            &unit,
            &name,
            unit.convention(*id),
            target,
            function::Entry::Function,
        );
    }
    for (id, header) in &loops {
        let target = function::lower_from(&unit, *id, *header);
        let name = format!("snow.o{}.{header}", id.0);
        function::uniform(
            &unit,
            &name,
            unit.convention(*id),
            target,
            function::Entry::Loop,
        );
    }
    while let Some(id) = unit.next_own() {
        function::lower(&unit, id, Variant::Own);
    }
    if let Content::Program { bytecode } = job.content {
        program::describe(&unit, bytecode, &loops);
    }
    if let Some(debug) = &unit.debug {
        debug.finish();
    }
    let functions = funcs.len();
    let lowered = Instant::now();
    optimise(&unit, &machine, job)?;
    let optimised = Instant::now();
    let bytes = emit(&unit, &machine, job)?;
    Ok(Code {
        bytes,
        functions,
        lowering: lowered - start,
        optimising: optimised - lowered,
        emitting: optimised.elapsed(),
    })
}

fn check(module: &Module, funcs: &[FuncId], loops: &[(FuncId, u32)]) -> Result<(), Error> {
    let known = |id: &FuncId| (id.0 as usize) < module.funcs.len();
    if let Some(unknown) = funcs.iter().find(|id| !known(id)) {
        return Err(Error::Unknown(*unknown));
    }
    for (id, header) in loops {
        let mut is_header = false;
        if known(id) {
            for inst in &module.func(*id).code {
                inst.targets(&mut |label| is_header |= label.0 == *header);
            }
        }
        if !is_header {
            return Err(Error::Unknown(*id));
        }
    }
    Ok(())
}

fn optimise(unit: &Unit<'_, '_>, machine: &TargetMachine, job: &Job<'_>) -> Result<(), Error> {
    if job.emit == Emit::PlainIr {
        return Ok(());
    }
    let llvm = &unit.llvm;
    if job.verify {
        llvm.verify()
            .map_err(|error| Error::Invalid(error.to_string()))?;
    }
    let passes = match job.level {
        Level::O0 => "default<O0>",
        Level::O1 => "default<O1>",
        Level::O2 => "default<O2>",
        Level::O3 => "default<O3>",
    };
    let options = PassBuilderOptions::create();
    options.set_verify_each(job.verify);
    options.set_loop_vectorization(true);
    options.set_loop_slp_vectorization(true);
    options.set_loop_unrolling(true);
    llvm.run_passes(passes, machine, options)
        .map_err(|error| Error::Llvm(error.to_string()))
}

fn emit(unit: &Unit<'_, '_>, machine: &TargetMachine, job: &Job<'_>) -> Result<Vec<u8>, Error> {
    let kind = match job.emit {
        Emit::Ir | Emit::PlainIr => return Ok(unit.llvm.print_to_string().to_bytes().to_vec()),
        Emit::Object => FileType::Object,
        Emit::Assembly => FileType::Assembly,
    };
    let buffer = machine
        .write_to_memory_buffer(&unit.llvm, kind)
        .map_err(|error| Error::Llvm(error.to_string()))?;
    Ok(buffer.as_slice().to_vec())
}
