//! Modules changed at random: whatever passes the verifier runs without corrupting memory and leaves nothing behind.

use super::super::{Outcome, Vm, load};
use crate::native::Intrinsics;
use crate::output::Output;
use crate::types::RuntimeTypes;
use snow_bytecode::asm::assemble;
use snow_bytecode::inst::{Inst, OperandMut};
use snow_bytecode::module::{Label, Module, Reg};
use snow_bytecode::verify::verify;
use std::sync::Arc;

/// Lists, maps, cells, holes, closures, text, loops and tail calls.
const SAMPLE: &str = include_str!("damaged.txt");

/// A small generator of numbers (SplitMix64), so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }
}

/// Changes one instruction of a function.
fn change(module: &mut Module, numbers: &mut Numbers) {
    let count = module.funcs.len();
    let func = &mut module.funcs[numbers.below(count)];
    let (regs, len) = (func.regs.len(), func.code.len());
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
                let at = numbers.below(list.len());
                if let Some(place) = list.get_mut(at) {
                    *place = reg;
                }
            }
            OperandMut::OptDefs(list) => {
                let at = numbers.below(list.len());
                if let Some(place) = list.get_mut(at) {
                    *place = Some(reg).filter(|_| numbers.below(2) == 0);
                }
            }
            OperandMut::FieldTakes(fields) => {
                let at = numbers.below(fields.len());
                if let Some(place) = fields.get_mut(at) {
                    *place = (numbers.below(5) as u16, reg);
                }
            }
            OperandMut::Imm(value) => {
                *value = [-1, 0, 1, 2, 40, i64::MIN, i64::MAX][numbers.below(7)]
            }
            OperandMut::Field(slot) => *slot = numbers.below(5) as u16,
            OperandMut::Tag(tag) => *tag = numbers.below(3) as u8,
            OperandMut::Type(id) => id.0 = numbers.below(12) as u32,
            OperandMut::Func(id) => id.0 = numbers.below(5) as u32,
            OperandMut::Const(id) => id.0 = numbers.below(4) as u32,
            OperandMut::Target(label) => *label = Label(numbers.below(len) as u32),
            _ => {}
        }
    });
}

/// Runs a module for a while; whether it verified.
fn survives(module: Module) -> bool {
    if verify(&module).is_err() {
        return false;
    }
    let types = RuntimeTypes::new(&module.types, [1, 2]).expect("types have a layout");
    let intrinsics = Intrinsics::default();
    let Ok(program) = load(Arc::new(module), Arc::new(types), &intrinsics) else {
        return false;
    };
    let mut vm = Vm::new(Arc::new(program), Output::memory(), Vec::new());
    let program = Arc::clone(vm.program());
    // SAFETY: the verifier saw that the entry has no parameters.
    let mut actor = unsafe { vm.actor(program.module.entry, &[], 1 << 20) };
    match vm.resume(&mut actor, 3_000) {
        Outcome::Yielded => vm.kill(&mut actor),
        Outcome::Done(words) => {
            let results = &program.module.func(program.module.entry).results;
            // SAFETY: the entry has returned these results, which are owned.
            unsafe { vm.ctx.heap.drop_slots(results, words.as_ptr()) };
        }
        Outcome::Crashed(_) | Outcome::Exit(_) => {}
    }
    vm.ctx.heap.settle_all();
    assert_eq!(
        vm.ctx.heap.live(),
        0,
        "cells are left by\n{}",
        snow_bytecode::disasm::disassemble(&program.module)
    );
    true
}

fn check(rounds: usize, seed: u64) -> usize {
    let sample = assemble(SAMPLE).expect("the sample is well formed");
    assert!(
        survives(sample.clone()),
        "{}",
        verify(&sample)
            .err()
            .map_or(String::new(), |e| e.to_string())
    );
    let mut numbers = Numbers(seed);
    let mut ran = 0;
    for _ in 0..rounds {
        let mut module = sample.clone();
        // Changes that the verifier accepts are kept, so that the module drifts away from the sample.
        for _ in 0..8 {
            let before = module.clone();
            change(&mut module, &mut numbers);
            if survives(module.clone()) {
                ran += 1;
            } else {
                module = before;
            }
        }
    }
    ran
}

#[test]
fn changed_modules_run_or_are_rejected() {
    let ran = check(600, 1);
    assert!(ran > 200, "many changed modules run: {ran}");
}

/// Run by hand, optimised: `cargo test -p snow-vm --release many_changed -- --ignored`.
#[test]
#[ignore = "takes minutes"]
fn many_changed_modules_run_or_are_rejected() {
    assert!(check(50_000, 2) > 0);
}
