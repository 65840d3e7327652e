//! Ways out of a function by a crash: what the frame owns is given up, and its place is noted.
//!
//! Instructions that own the same registers share one block, which knows by phis where it was entered from and why.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{IntValue, PhiValue};
use rustc_hash::FxHashMap;
use snow_bytecode::layout::{Layouts, Slot};
use snow_bytecode::liveness::Liveness;
use snow_bytecode::module::{FuncId, Module, Reg};
use snow_vm::abi::status::Reason;

use crate::build::Likely;
use crate::frame::Frame;

/// What is known about the crashes of a function.
pub struct Crashes<'c> {
    /// The distinct sets of registers that instructions own.
    sets: Vec<Box<[Reg]>>,
    /// By instruction: the number of its set.
    by_inst: Vec<u32>,
    /// By set: the way out, when there is one yet.
    exits: FxHashMap<u32, Exit<'c>>,
}

/// A block that leaves the function.
#[derive(Clone, Copy)]
struct Exit<'c> {
    block: BasicBlock<'c>,
    at: PhiValue<'c>,
    status: PhiValue<'c>,
}

impl<'c> Crashes<'c> {
    /// Analyses a function of a verified module.
    pub fn new(module: &Module, layouts: &Layouts, func: FuncId) -> Crashes<'c> {
        let liveness = Liveness::compute(module, layouts, func).expect("the module was verified");
        let mut numbers: FxHashMap<Box<[Reg]>, u32> = FxHashMap::default();
        let mut by_inst = vec![0; module.func(func).code.len()];
        liveness.each_owned_during(module, layouts, &mut |index, owned| {
            let next = numbers.len() as u32;
            by_inst[index as usize] = *numbers.entry(owned.into()).or_insert(next);
        });
        let mut sets = vec![Box::default(); numbers.len()];
        for (set, number) in numbers {
            sets[number as usize] = set;
        }
        Crashes {
            sets,
            by_inst,
            exits: FxHashMap::default(),
        }
    }
}

impl<'c> Frame<'_, 'c, '_> {
    /// Leaves the function with a status, from the block that is being built.
    pub fn leave(&mut self, status: IntValue<'c>) {
        let exit = self.exit();
        let b = self.b();
        let here = b.here();
        let at = b.word(u64::from(self.id.0) << 32 | u64::from(self.at));
        exit.at.add_incoming(&[(&at, here)]);
        exit.status.add_incoming(&[(&status, here)]);
        b.jump(exit.block);
    }

    /// Leaves the function when a status is not 0; goes on otherwise.
    pub fn check_status(&mut self, status: IntValue<'c>) {
        let failed = self.b().icmp_to(IntPredicate::NE, status, 0);
        self.crash_if_status(failed, status);
    }

    /// Crashes with a fixed reason when a condition holds; goes on otherwise.
    pub fn crash_if(&mut self, cond: IntValue<'c>, reason: Reason) {
        let status = self.b().i32(reason as u32);
        self.crash_if_status(cond, status);
    }

    fn crash_if_status(&mut self, cond: IntValue<'c>, status: IntValue<'c>) {
        let exit = self.exit();
        let b = self.b();
        let here = b.here();
        let on = b.block("");
        let at = b.word(u64::from(self.id.0) << 32 | u64::from(self.at));
        exit.at.add_incoming(&[(&at, here)]);
        exit.status.add_incoming(&[(&status, here)]);
        b.branch(cond, exit.block, on, Likely::Else);
        b.at(on);
    }

    /// The way out of the instruction being lowered.
    fn exit(&mut self) -> Exit<'c> {
        let set = self.crashes.by_inst[self.at as usize];
        if let Some(exit) = self.crashes.exits.get(&set) {
            return *exit;
        }
        let b = self.b();
        let here = b.here();
        let block = b.block("crash");
        b.at(block);
        let exit = Exit {
            block,
            at: b.phi(b.t.i64),
            status: b.phi(b.t.i32),
        };
        self.finish_exit(exit, set);
        b.at(here);
        self.crashes.exits.insert(set, exit);
        exit
    }

    fn finish_exit(&self, exit: Exit<'c>, set: u32) {
        let (at, status) = (exit.at.as_basic_value(), exit.status.as_basic_value());
        let status = self
            .call("snow_unwind", &[self.ctx.into(), at.into(), status.into()])
            .into_int_value();
        for reg in &self.crashes.sets[set as usize] {
            // Out of line, whatever the kind: this is no place to be fast.
            match self.slot(*reg) {
                slot @ Slot::Token(_) => self.drop(self.cell(*reg), slot),
                _ => self.run("snow_drop", &[self.ctx.into(), self.cell(*reg).into()]),
            }
        }
        self.return_status(status);
    }

    /// Returns a status that is not 0, with no results.
    pub fn return_status(&self, status: IntValue<'c>) {
        let b = self.b();
        let none = self.convention.ret_type(b).get_poison();
        b.ret(&b.insert(none, status.into(), self.convention.status_field()));
    }
}
