//! From a part of a program to an object, and all parts at the same time.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use inkwell::context::Context;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::{FileType, TargetMachine};
use snow_bytecode::module::FuncId;

use crate::analysis::Analysis;
use crate::function;
use crate::own::Variant;
use crate::parts::Part;
use crate::unit::{Scope, Unit};
use crate::{Code, Content, Emit, Error, Job, Level, program, target};

/// LLVM is recursive where code is nested.
const STACK: usize = 64 << 20;

/// The passes of `-O2`: those of LLVM's own that find something in code of this kind, once instead of several times. Left out are what works on
/// several functions at once (the front end has done that), vectorisation (loops have safe points), and what prepares for either.
const PASSES: &str = concat!(
    "function<eager-inv>(sroa<modify-cfg>,early-cse<>,simplifycfg<switch-range-to-icmp>),",
    "always-inline,require<globals-aa>,function(invalidate<aa>),require<profile-summary>,",
    "cgscc(devirt<4>(inline,function-attrs<skip-non-recursive-function-attrs>,function<eager-inv;no-rerun>(",
    "sroa<modify-cfg>,early-cse<memssa>,simplifycfg<switch-range-to-icmp>,instcombine<max-iterations=1;no-verify-fixpoint>,",
    "jump-threading,correlated-propagation,tailcallelim,simplifycfg<switch-range-to-icmp>,constraint-elimination,",
    "loop-mssa(loop-instsimplify,loop-simplifycfg,licm<no-allowspeculation>,loop-rotate<header-duplication;no-prepare-for-lto>,",
    "licm<allowspeculation>,simple-loop-unswitch<no-nontrivial;trivial>),",
    "simplifycfg<switch-range-to-icmp>,instcombine<max-iterations=1;no-verify-fixpoint>,",
    "loop(loop-idiom,indvars,loop-deletion,loop-unroll-full),gvn<>,sccp,bdce,adce,dse,loop-mssa(licm<allowspeculation>),",
    "simplifycfg<switch-range-to-icmp;hoist-common-insts;sink-common-insts>,instcombine<max-iterations=1;no-verify-fixpoint>))),",
    "globaldce,elim-avail-extern,function<eager-inv>(",
    "simplifycfg<forward-switch-cond;switch-range-to-icmp;switch-to-lookup;no-keep-loops;hoist-common-insts;sink-common-insts>,",
    "loop-unroll<O2>,loop-mssa(licm<allowspeculation>),div-rem-pairs,simplifycfg<switch-range-to-icmp;speculate-unpredictables>),",
    "constmerge",
);

/// What all parts have in common.
pub struct Plan<'a> {
    /// The program.
    pub program: &'a Analysis<'a>,
    /// What the objects are for.
    pub scope: Scope,
    /// Where functions are entered besides at their begin.
    pub entries: &'a [(FuncId, u32)],
    /// The request.
    pub job: &'a Job<'a>,
}

/// What became of a part.
struct Made {
    bytes: Vec<u8>,
    functions: usize,
    lowering: Duration,
    optimising: Duration,
    emitting: Duration,
}

/// Makes all parts, on as many threads as there are processors.
pub fn all(plan: &Plan<'_>, parts: &[Part]) -> Result<Code, Error> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        while let index = next.fetch_add(1, Ordering::Relaxed)
            && let Some(part) = parts.get(index)
        {
            made.push((index, one(plan, part, index == 0)));
        }
        made
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut made = thread::scope(|scope| {
        let mut running = Vec::new();
        for _ in 1..threads.min(parts.len()) {
            let thread = thread::Builder::new().stack_size(STACK);
            // Without another thread this one does all.
            running.extend(thread.spawn_scoped(scope, work));
        }
        let mut made = work();
        for thread in running {
            made.extend(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        made
    });
    made.sort_by_key(|(index, _)| *index);
    let made: Result<Vec<Made>, Error> = made.into_iter().map(|(_, made)| made).collect();
    made.map(collect)
}

fn collect(made: Vec<Made>) -> Code {
    let time = |of: fn(&Made) -> Duration| made.iter().map(of).sum();
    Code {
        functions: made.iter().map(|made| made.functions).sum(),
        lowering: time(|made| made.lowering),
        optimising: time(|made| made.optimising),
        emitting: time(|made| made.emitting),
        files: made.into_iter().map(|made| made.bytes).collect(),
    }
}

/// Makes a part; the first one of a program has the description of the program.
fn one(plan: &Plan<'_>, part: &Part, is_first: bool) -> Result<Made, Error> {
    let start = Instant::now();
    let job = plan.job;
    let machine = target::machine(job.cpu, job.level)?;
    let context = Context::create();
    let mut unit = Unit::new(&context, &machine, plan.program, part, plan.scope);
    unit.limit_checks = job.limit_checks;
    if job.debug_info {
        unit.describe_sources();
    }
    lower(&unit, plan, part);
    unit.finish_assembly();
    if let (true, Content::Program { bytecode }) = (is_first, &job.content) {
        program::describe(&unit, bytecode, plan.entries);
    }
    if let Some(debug) = &unit.debug {
        debug.finish();
    }
    let lowered = Instant::now();
    optimise(&unit, &machine, job)?;
    let optimised = Instant::now();
    let bytes = emit(&unit, &machine, job)?;
    Ok(Made {
        bytes,
        functions: part.home.len(),
        lowering: lowered - start,
        optimising: optimised - lowered,
        emitting: optimised.elapsed(),
    })
}

fn lower(unit: &Unit<'_, '_>, plan: &Plan<'_>, part: &Part) {
    for id in &part.home {
        function::lower(unit, *id, Variant::Any);
        function::uniform(unit, *id);
    }
    for id in &part.copies {
        function::lower(unit, *id, Variant::Any);
    }
    let entries = plan.entries.iter();
    for (id, inst) in entries.filter(|(id, _)| part.home.contains(id)) {
        let target = function::lower_from(unit, *id, *inst);
        let name = format!("snow.o{}.{inst}", id.0);
        function::loop_entry(unit, &name, unit.convention(*id), target);
    }
    while let Some(id) = unit.next_own() {
        function::lower(unit, id, Variant::Own);
    }
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
        Level::O2 => PASSES,
        Level::O3 => "default<O3>",
    };
    let options = PassBuilderOptions::create();
    options.set_verify_each(job.verify);
    options.set_loop_vectorization(true);
    // Fields that lie side by side are written as pairs then and read one by one elsewhere, or the other way round, and processors forward neither from what is being stored.
    options.set_loop_slp_vectorization(false);
    options.set_loop_unrolling(true);
    llvm.run_passes(passes, machine, options)
        .map_err(|error| Error::Llvm(error.to_string()))
}

fn emit(unit: &Unit<'_, '_>, machine: &TargetMachine, job: &Job<'_>) -> Result<Vec<u8>, Error> {
    let kind = match job.emit {
        Emit::Ir | Emit::PlainIr => return Ok(unit.llvm.print_to_string().to_bytes().to_vec()),
        Emit::Object | Emit::Objects => FileType::Object,
        Emit::Assembly => FileType::Assembly,
    };
    let buffer = machine
        .write_to_memory_buffer(&unit.llvm, kind)
        .map_err(|error| Error::Llvm(error.to_string()))?;
    Ok(buffer.as_slice().to_vec())
}
