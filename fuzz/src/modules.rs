//! Modules changed instruction by instruction, most of which the verifier accepts: what it accepts must run without corrupting memory and
//! leave nothing behind.

use std::sync::Arc;

use snow_bytecode::asm::assemble;
use snow_bytecode::decode::decode;
use snow_bytecode::encode::{encode, seal};
use snow_bytecode::inst::{Inst, OperandMut};
use snow_bytecode::module::{Label, Module, Reg};
use snow_bytecode::verify::verify;
use snow_vm::interp::{Outcome, Vm, load};
use snow_vm::native::Intrinsics;
use snow_vm::output::Output;
use snow_vm::types::RuntimeTypes;
use snow_vm::world::World;

use crate::mutate::Numbers;

/// Lists, maps, cells, holes, closures, text, loops and tail calls.
const SAMPLE: &str = include_str!("sample.txt");

/// Changes to one module; accepted ones are kept, so that it drifts away from the sample.
const CHANGES: usize = 8;

/// Calls and loop turns that a module may use.
const FUEL: i64 = 3_000;

/// Bytes of stack that a module may use.
const STACK: usize = 1 << 20;

/// The body of a module to start from.
pub fn sample() -> Vec<u8> {
    body(&assemble(SAMPLE).expect("the sample beside this file is well formed"))
}

/// What stands behind the header of an encoded module; `seal` puts a header before it again.
pub fn body(module: &Module) -> Vec<u8> {
    let header = seal(&[]).len();
    encode(module)[header..].to_vec()
}

/// A module of the corpus with a few changes.
pub fn mutate(corpus: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let from = &corpus[numbers.below(corpus.len())];
    let mut module = decode(&seal(from)).expect("the corpus is well formed");
    for _ in 0..numbers.below(CHANGES) {
        let before = module.clone();
        change(&mut module, numbers);
        if verify(&module).is_err() {
            module = before;
        }
    }
    change(&mut module, numbers);
    body(&module)
}

/// Changes one instruction of a function.
fn change(module: &mut Module, numbers: &mut Numbers) {
    let count = module.funcs.len();
    let func = &mut module.funcs[numbers.below(count)];
    let (regs, len) = (func.regs.len(), func.code.len());
    if regs == 0 || len == 0 {
        return;
    }
    let at = numbers.below(len);
    match numbers.below(8) {
        0 => drop(func.code.remove(at)),
        1 => func.code.swap(at, (at + 1).min(len - 1)),
        2 => {
            let copy = func.code[numbers.below(len)].clone();
            func.code.insert(at, copy);
        }
        3 => {
            let (from, to) = (numbers.below(regs), numbers.below(regs));
            func.regs[from] = func.regs[to];
        }
        _ => change_operand(&mut func.code[at], regs, len, numbers),
    }
}

/// Changes some operand of an instruction to another that exists.
fn change_operand(inst: &mut Inst, regs: usize, len: usize, numbers: &mut Numbers) {
    let mut chosen = numbers.below(4);
    inst.operands_mut(&mut |operand| {
        if chosen > 0 {
            chosen -= 1;
            return;
        }
        chosen = usize::MAX;
        let reg = Reg(numbers.below(regs) as u32);
        match operand {
            OperandMut::Def(place) | OperandMut::Use(place) | OperandMut::Take(place) => {
                *place = reg
            }
            OperandMut::Defs(list)
            | OperandMut::Uses(list)
            | OperandMut::Takes(list)
            | OperandMut::Args(list) => {
                if let Some(place) = pick(list, numbers) {
                    *place = reg;
                }
            }
            OperandMut::OptDefs(list) => {
                if let Some(place) = pick(list, numbers) {
                    *place = Some(reg).filter(|_| numbers.below(2) == 0);
                }
            }
            OperandMut::FieldTakes(fields) => {
                if let Some(place) = pick(fields, numbers) {
                    *place = (numbers.below(5) as u16, reg);
                }
            }
            OperandMut::Imm(value) => {
                *value = [-1, 0, 1, 2, 40, i64::MIN, i64::MAX][numbers.below(7)]
            }
            OperandMut::Field(slot) => *slot = numbers.below(5) as u16,
            OperandMut::Tag(tag) => *tag = numbers.below(3) as u8,
            OperandMut::Bits(field) => {
                field.offset = [0, 3, 8, 64, u32::MAX][numbers.below(5)];
                field.bits = [1, 8, 24, 64][numbers.below(4)];
            }
            OperandMut::Type(id) => id.0 = numbers.below(12) as u32,
            OperandMut::Func(id) => id.0 = numbers.below(5) as u32,
            OperandMut::Const(id) => id.0 = numbers.below(4) as u32,
            OperandMut::Target(label) => *label = Label(numbers.below(len) as u32),
            _ => {}
        }
    });
}

fn pick<'l, T>(list: &'l mut [T], numbers: &mut Numbers) -> Option<&'l mut T> {
    let at = numbers.below(list.len().max(1));
    list.get_mut(at)
}

/// Runs a module that the verifier accepts for a while.
pub fn execute(bytes: &[u8]) {
    let Ok(module) = decode(bytes) else { return };
    if verify(&module).is_err() {
        return;
    }
    let Ok(types) = RuntimeTypes::new(&module.types, [1, 2]) else {
        return;
    };
    let Ok(program) = load(Arc::new(module), Arc::new(types), &Intrinsics::default()) else {
        return;
    };
    let mut vm = Vm::new(
        Arc::new(program),
        Arc::new(World::new(Output::memory(), Vec::new())),
    );
    let program = Arc::clone(vm.program());
    // SAFETY: the verifier saw that the entry has no parameters.
    let mut actor = unsafe { vm.frames(program.module.entry, &[], STACK) };
    match vm.resume(&mut actor, FUEL) {
        Outcome::Yielded => drop(vm.kill(&mut actor)),
        Outcome::Done(words) => {
            let results = &program.module.func(program.module.entry).results;
            // SAFETY: the entry has returned these results, which are owned.
            unsafe { vm.ctx.heap.drop_slots(results, words.as_ptr()) };
        }
        Outcome::Crashed(_) | Outcome::Exit(_) => {}
        Outcome::Waiting | Outcome::Parked(_) => unreachable!("no native waits"),
    }
    vm.ctx.heap.settle_all();
    assert_eq!(vm.ctx.heap.live(), 0, "cells are left");
}
