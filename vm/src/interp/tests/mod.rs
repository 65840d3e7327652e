//! Tests of the interpreter on code written by hand: every instruction, and what holds between them.

mod build;
mod crashes;
mod frames;
mod hostile;
mod instructions;
mod natives;
mod tiers;

use super::{Outcome, SLICE, Vm, load};
use crate::native::Intrinsics;
use crate::output::Output;
use crate::types::RuntimeTypes;
use crate::value::text;
use crate::world::World;
use build::STRING;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Module;
use snow_bytecode::verify::verify;
use std::sync::Arc;

/// Bytes of frames that a test may use.
const MAX_STACK: usize = 1 << 28;

/// What became of a program.
#[derive(Debug, PartialEq)]
enum Ending {
    /// The entry returned these words.
    Words(Vec<u64>),
    /// The entry returned one String.
    Text(String),
    /// It crashed with this reason; the functions of its trace.
    Crash(String, Vec<String>),
    /// It asked to end.
    Exit(i32),
}

/// A crash of the entry itself.
fn crash(reason: &str) -> Ending {
    Ending::Crash(reason.to_owned(), vec!["main".to_owned()])
}

/// A machine for a module, which must verify and load.
fn machine(module: Module, intrinsics: &Intrinsics) -> Vm {
    if let Err(error) = verify(&module) {
        panic!(
            "the test's module does not verify: {error}\n{:#?}",
            module.funcs
        );
    }
    let types = RuntimeTypes::new(&module.types, [1, 2]).expect("types have a layout");
    let program = load(Arc::new(module), Arc::new(types), intrinsics).expect("the module loads");
    Vm::new(
        Arc::new(program),
        Arc::new(World::new(Output::memory(), Vec::new())),
    )
}

/// Runs a module in slices of `slice`, and checks that nothing is left on the heap.
fn run_sliced(module: Module, intrinsics: &Intrinsics, slice: i64) -> Ending {
    finish(&mut machine(module, intrinsics), slice, MAX_STACK)
}

/// Runs a machine's program, and checks that nothing is left on the heap.
fn finish(vm: &mut Vm, slice: i64, max_stack: usize) -> Ending {
    let entry = vm.program().module.entry;
    // SAFETY: entries have no parameters.
    let mut actor = unsafe { vm.frames(entry, &[], max_stack) };
    let outcome = loop {
        match vm.resume(&mut actor, slice) {
            Outcome::Yielded => {}
            outcome => break outcome,
        }
    };
    let ending = ending(vm, outcome);
    vm.ctx.heap.settle_all();
    assert_eq!(vm.ctx.heap.live(), 0, "cells are left after {ending:?}");
    ending
}

/// Runs a module to its end.
fn run(module: Module) -> Ending {
    run_sliced(module, &Intrinsics::default(), SLICE)
}

fn ending(vm: &mut Vm, outcome: Outcome) -> Ending {
    match outcome {
        Outcome::Done(words) => {
            let program = Arc::clone(vm.program());
            let slots = &program.module.funcs[program.module.entry.0 as usize].results;
            // SAFETY: the entry returned these results, which are owned.
            unsafe {
                let ending = match slots.as_slice() {
                    [Slot::Ref(ty)] if *ty == STRING => {
                        Ending::Text(text::str(words[0]).to_owned())
                    }
                    slots => Ending::Words(words[..slots.len()].to_vec()),
                };
                vm.ctx.heap.drop_slots(slots, words.as_ptr());
                ending
            }
        }
        Outcome::Crashed(crash) => {
            let trace = crash.trace;
            let frames = trace
                .first
                .into_iter()
                .chain(trace.last)
                .map(|frame| frame.function);
            Ending::Crash(crash.reason, frames.collect())
        }
        Outcome::Exit(code) => Ending::Exit(code),
        other => unreachable!("the caller goes on: {other:?}"),
    }
}
