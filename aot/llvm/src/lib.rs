//! Verified bytecode to machine code, through LLVM. `docs/native.md` says what an object contains.
//!
//! [`compile`] is a pure function of a module and a [`Job`]. The order of things: what is known about the program ([`analysis`]) and how it is divided
//! ([`parts`]); then for each part an [`object`]: the machine first, whose data layout every type depends on; then each function ([`function`], with the
//! instructions in [`ops`], and what they share in [`unit`]); then the optimiser.

mod analysis;
mod build;
mod crash;
mod debug;
mod frame;
mod function;
mod helpers;
mod live;
mod loops;
mod object;
mod ops;
mod own;
mod parts;
mod program;
mod signature;
mod small;
mod target;
mod unit;
mod waits;

pub use target::{Cpu, processor};

use snow_bytecode::layout::Layouts;
use snow_bytecode::module::{FuncId, Module};
use std::time::Duration;

use analysis::Analysis;
use object::Plan;
use parts::Part;
use unit::Scope;

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
    /// Relocatable objects that are linked with each other; several processors make them faster than one object.
    Objects,
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

/// What was made, and how long that took, all parts together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Objects, or one text.
    pub files: Vec<Vec<u8>>,
    /// Number of functions.
    pub functions: usize,
    /// Processor time for making IR.
    pub lowering: Duration,
    /// Time for optimising it.
    pub optimising: Duration,
    /// Time for making machine code.
    pub emitting: Duration,
}

/// Compiles functions of a module that the verifier has passed.
pub fn compile(module: &Module, job: &Job<'_>) -> Result<Code, Error> {
    let layouts = Layouts::compute(&module.types)?;
    target::configure();
    let (funcs, scope) = match &job.content {
        Content::Unit { funcs, .. } => (funcs.clone(), Scope::Unit),
        Content::Program { .. } => (parts::all(module).collect(), Scope::Program),
    };
    let loops = match &job.content {
        Content::Unit { loops, .. } => loops.clone(),
        Content::Program { .. } => Vec::new(),
    };
    check(module, &funcs, &loops)?;
    let analysis = Analysis::of(module, &layouts, &funcs);
    let entries = entries(&analysis, &funcs, loops);
    let plan = Plan {
        program: &analysis,
        scope,
        entries: &entries,
        job,
    };
    let divide = |size| parts::divide(module, &analysis.funcs, size);
    let mut parts = match job.emit {
        Emit::Objects if job.verify => divide(parts::VERIFIED_PART),
        Emit::Objects => divide(parts::PART),
        _ => vec![Part::of(analysis.funcs.iter().copied())],
    };
    if job.level == Level::O0 {
        // Nothing is inlined then.
        parts.iter_mut().for_each(|part| part.copies.clear());
    }
    object::all(&plan, &parts)
}

/// Where frames that lie elsewhere go on in compiled code: in loops, and where functions wait.
fn entries(
    program: &Analysis<'_>,
    funcs: &[FuncId],
    loops: Vec<(FuncId, u32)>,
) -> Vec<(FuncId, u32)> {
    let mut entries = loops;
    for id in funcs {
        let points = program.waits.points(program.module.func(*id));
        entries.extend(points.into_iter().map(|inst| (*id, inst)));
    }
    entries
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
