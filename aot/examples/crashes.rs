//! Measures what a crash costs: `cargo run --profile bench-release -p snow-aot --example crashes` (after `./dev build`, with the same profile's
//! `snow-llvm` beside it or in `SNOW_LLVM`). Each crash leaves 20 frames, which are named in its trace; 500 compiled units are loaded.

use snow_aot::protocol::OptLevel;
use snow_aot::tier::compile_all;
use snow_bytecode::asm::assemble;
use snow_bytecode::module::{FuncId, Module};
use snow_vm::interp::{Outcome, Vm, load};
use snow_vm::native::Intrinsics;
use snow_vm::output::Output;
use snow_vm::run::VerifiedModule;
use snow_vm::types::RuntimeTypes;
use snow_vm::world::World;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

/// `down(n) = if n == 0 then 100 / n else down(n - 1) + n`, and a `main` that calls it with 18: with both, 20 frames.
const PROGRAM: &str = r#"
types
  t0 = Int
consts
files
  "crashes.snow"
natives
fn f0 "Main.down" (word) -> (word) {
  reg r1 word
  .line 0 1 1
  br.int.imm ne r0 0 @more
  r0 = int.imm.bin div 100 r0
  ret [r0]
@more:
  r1 = int.bin.imm sub r0 1
  [r1] = call f0 [r1]
  r0 = int.bin add r1 r0
  ret [r0]
}
fn f1 "Main.main" () -> (word) {
  reg r0 word
  .line 0 5 1
  r0 = int 18
  [r0] = call f0 [r0]
  ret [r0]
}
entry f1
"#;

const CRASHES: u32 = 10_000;
const FRAMES: usize = 20;
const UNITS: usize = 500;
const MAX_STACK: usize = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let module = Arc::clone(VerifiedModule::new(assemble(PROGRAM)?)?.module());
    let mut vm = machine(&module)?;
    println!("interpreter: {:.2} µs a crash", microseconds(&mut vm));
    for _ in 0..UNITS {
        vm.install(compile_all(&module, OptLevel::O2, None)?.0);
    }
    println!(
        "native code, {UNITS} units: {:.2} µs a crash",
        microseconds(&mut vm)
    );
    Ok(())
}

fn machine(module: &Arc<Module>) -> Result<Vm, Box<dyn Error>> {
    let types = RuntimeTypes::new(&module.types, [1, 2])?;
    let program = load(Arc::clone(module), Arc::new(types), &Intrinsics::default())?;
    Ok(Vm::new(
        Arc::new(program),
        Arc::new(World::new(Output::memory(), Vec::new())),
    ))
}

/// Time of one crash, from the start of an actor to the trace of its frames.
fn microseconds(vm: &mut Vm) -> f64 {
    let start = Instant::now();
    for _ in 0..CRASHES {
        crash(vm);
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(CRASHES)
}

fn crash(vm: &mut Vm) {
    // SAFETY: `main` has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(1), &[], MAX_STACK) };
    let fuel = vm.next_fuel();
    let Outcome::Crashed(crash) = vm.resume(&mut actor, fuel) else {
        panic!("the program crashes");
    };
    let frames = crash.trace.first.len() + crash.trace.last.len();
    assert_eq!(
        (crash.reason.as_str(), frames),
        ("division by zero", FRAMES)
    );
}
