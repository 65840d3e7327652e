//! Ways out of a function by a crash: what the frame owns is given up, and its place is noted.
//!
//! Instructions that own the same registers share blocks, which know by phis where they were entered from and why.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicMetadataValueEnum, IntValue, PhiValue, PointerValue};
use rustc_hash::FxHashMap;
use snow_bytecode::layout::{Layouts, Slot};
use snow_bytecode::liveness::Liveness;
use snow_bytecode::module::{FuncId, Module, Reg};
use snow_vm::abi::status::{Reason, SUSPENDED};

use crate::build::{Class, Likely};
use crate::frame::Frame;

/// What is known about the crashes of a function.
pub struct Crashes<'c> {
    /// The distinct sets of registers that instructions own.
    sets: Vec<Box<[Reg]>>,
    /// By instruction: the number of its set.
    by_inst: Vec<u32>,
    /// By set and reason: the way out, when there is one yet.
    exits: FxHashMap<(u32, Option<Reason>), Exit<'c>>,
    /// By set: where the frame is left after the crash was noted.
    ends: FxHashMap<u32, End<'c>>,
}

/// A block that notes a crash. Crashes with a fixed reason do not share it with others: what differs between the places that go there is one small number,
/// which costs nothing where no crash happens.
#[derive(Clone, Copy)]
struct Exit<'c> {
    block: BasicBlock<'c>,
    /// The instruction.
    at: PhiValue<'c>,
    /// The status; None where the reason is fixed.
    status: Option<PhiValue<'c>>,
}

/// A block that gives up what the frame owns, and returns.
#[derive(Clone, Copy)]
struct End<'c> {
    block: BasicBlock<'c>,
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
            ends: FxHashMap::default(),
        }
    }
}

impl<'c> Frame<'_, 'c, '_> {
    /// Leaves the function with a status, from the block that is being built.
    pub fn leave(&mut self, status: IntValue<'c>) {
        if self.needed.contains_key(&self.at) {
            let b = self.b();
            let (suspend, crash) = (b.block("suspend"), b.block("failed"));
            let is_suspended = b.icmp_to(IntPredicate::EQ, status, SUSPENDED.into());
            b.branch(is_suspended, suspend, crash, Likely::Either);
            b.at(suspend);
            self.suspend();
            b.at(crash);
        }
        let exit = self.exit(None, Some(status));
        self.b().jump(exit);
    }

    /// Leaves the function when a status is not 0; goes on otherwise.
    pub fn check_status(&mut self, status: IntValue<'c>) {
        if self.needed.contains_key(&self.at) {
            let b = self.b();
            let (left, on) = (b.block("left"), b.block(""));
            b.branch(
                b.icmp_to(IntPredicate::NE, status, 0),
                left,
                on,
                Likely::Else,
            );
            b.at(left);
            self.leave(status);
            b.at(on);
            return;
        }
        let failed = self.b().icmp_to(IntPredicate::NE, status, 0);
        let exit = self.exit(None, Some(status));
        self.leave_if(failed, exit);
    }

    /// Saves what the function needs to go on at the instruction being lowered, and returns.
    fn suspend(&self) {
        let b = self.b();
        let (func, at) = (b.i32(self.id.0), b.i32(self.at));
        let args = [self.ctx.into(), func.into(), at.into()];
        let row = self.call("snow_suspend", &args).into_pointer_value();
        let owned = &self.crashes.sets[self.crashes.by_inst[self.at as usize] as usize];
        let needed = self.needed[&self.at].iter();
        let unread = owned
            .iter()
            .filter(|reg| !self.needed[&self.at].contains(reg));
        for reg in needed.chain(unread) {
            b.store_as(Class::Row, b.word_at(row, reg.0.into()), self.get(*reg));
        }
        self.return_status(b.i32(SUSPENDED));
    }

    /// Crashes with a fixed reason when a condition holds; goes on otherwise.
    pub fn crash_if(&mut self, cond: IntValue<'c>, reason: Reason) {
        let exit = self.exit(Some(reason), None);
        self.leave_if(cond, exit);
    }

    fn leave_if(&self, cond: IntValue<'c>, exit: BasicBlock<'c>) {
        let b = self.b();
        let on = b.block("");
        b.branch(cond, exit, on, Likely::Else);
        b.at(on);
    }

    /// The way out of the instruction being lowered, from the block that is being built.
    fn exit(&mut self, reason: Option<Reason>, status: Option<IntValue<'c>>) -> BasicBlock<'c> {
        let set = self.crashes.by_inst[self.at as usize];
        let exit = match self.crashes.exits.get(&(set, reason)) {
            Some(exit) => *exit,
            None => self.new_exit(set, reason),
        };
        let b = self.b();
        let here = b.here();
        exit.at.add_incoming(&[(&b.i32(self.at), here)]);
        if let Some((phi, status)) = exit.status.zip(status) {
            phi.add_incoming(&[(&status, here)]);
        }
        exit.block
    }

    fn new_exit(&mut self, set: u32, reason: Option<Reason>) -> Exit<'c> {
        let b = self.b();
        let here = b.here();
        let block = b.block("crash");
        b.at(block);
        let at = b.phi(b.t.i32);
        let phi = reason.is_none().then(|| b.phi(b.t.i32));
        let status = match (reason, phi) {
            (Some(reason), _) => b.i32(reason as u32),
            (None, phi) => phi.expect("made above").as_basic_value().into_int_value(),
        };
        let exit = Exit {
            block,
            at,
            status: phi,
        };
        self.note(at, status, set);
        b.at(here);
        self.crashes.exits.insert((set, reason), exit);
        exit
    }

    /// Notes a crash, and goes on to where the frame is left.
    fn note(&mut self, at: PhiValue<'c>, status: IntValue<'c>, set: u32) {
        let b = self.b();
        let at = at.as_basic_value().into_int_value();
        let status = self.unwind(at, status);
        let end = match self.crashes.ends.get(&set) {
            Some(end) => *end,
            None => self.new_end(set),
        };
        end.status.add_incoming(&[(&status, b.here())]);
        b.jump(end.block);
    }

    /// Adds the frame to the trace; gives the status for the caller.
    pub fn unwind(&self, at: IntValue<'c>, status: IntValue<'c>) -> IntValue<'c> {
        let func = self.b().i32(self.id.0);
        let args = [self.ctx.into(), func.into(), at.into(), status.into()];
        self.failure("snow_unwind", &args)
    }

    /// Gives up a reference where the function is left with a status, which is the result.
    pub fn give_up(&self, cell: PointerValue<'c>, status: IntValue<'c>) -> IntValue<'c> {
        let args = [self.ctx.into(), cell.into(), status.into()];
        self.failure("snow_leave", &args)
    }

    /// Calls a function of the runtime whose result is a status other than 0. LLVM should know: where it inlines this function, what follows the call is
    /// not a way back into the caller's loops, which would have to read all again that the runtime may have changed.
    fn failure(&self, name: &str, args: &[BasicMetadataValueEnum<'c>]) -> IntValue<'c> {
        let status = self.call(name, args).into_int_value();
        self.b().never_zero(status);
        status
    }

    fn new_end(&mut self, set: u32) -> End<'c> {
        let b = self.b();
        let here = b.here();
        let block = b.block("end");
        b.at(block);
        let status = b.phi(b.t.i32);
        let mut left_with = status.as_basic_value().into_int_value();
        for reg in &self.crashes.sets[set as usize] {
            // Out of line, whatever the kind: this is no place to be fast.
            match self.slot(*reg) {
                slot @ Slot::Token(_) => self.drop(self.cell(*reg), slot),
                _ => left_with = self.give_up(self.cell(*reg), left_with),
            }
        }
        self.return_status(left_with);
        b.at(here);
        let end = End { block, status };
        self.crashes.ends.insert(set, end);
        end
    }

    /// Returns a status that is not 0, with no results.
    pub fn return_status(&self, status: IntValue<'c>) {
        let b = self.b();
        let none = self.convention.ret_type(b).get_poison();
        b.ret(&b.insert(none, status.into(), self.convention.status_field()));
    }
}
