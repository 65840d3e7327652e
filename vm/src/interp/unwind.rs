//! Leaving frames: what they own is given up, innermost first.
//!
//! There is no unwinding of native frames: a handler that crashes stops the dispatcher, and the frames are walked here. What
//! a frame owns at its instruction comes from [`snow_bytecode::liveness`], computed when a function is first left this way.

use super::code::Code;
use super::program::Position;
use super::{Frames, Vm};
use crate::heap::Meter;
use rustc_hash::FxHashMap;
use snow_bytecode::inst::Access;
use snow_bytecode::layout::Slot;
use snow_bytecode::liveness::Liveness;
use snow_bytecode::module::Reg;
use std::rc::Rc;

/// Whether the innermost instruction had begun, and so consumed its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Innermost {
    /// It crashed, or called something that did.
    Begun,
    /// It was about to begin: its operands are still the frame's.
    NotBegun,
    /// It was compiled code, which has given up what the frame held and is in the trace.
    Left,
}

/// A register with a reference, and its kind.
type Owned = Rc<[(u32, Slot)]>;

/// Liveness of the functions that were left by a crash so far.
pub struct LivenessCache {
    funcs: FxHashMap<u32, Liveness>,
    owned: FxHashMap<(u32, usize), Owned>,
}

impl LivenessCache {
    /// Nothing is known yet.
    pub fn new() -> LivenessCache {
        LivenessCache {
            funcs: FxHashMap::default(),
            owned: FxHashMap::default(),
        }
    }
}

impl Vm {
    /// Leaves all frames of a run, gives up what they own, and adds them to the trace.
    pub(super) fn unwind(&mut self, frames: &mut Frames, innermost: Innermost) {
        let program = self.program.clone();
        if innermost == Innermost::Left {
            (frames.pc, frames.base) = caller(frames.base);
        }
        let mut position = program.position(frames.pc);
        if let (Some(position), Innermost::NotBegun) = (position, innermost) {
            self.drop_operands(position, frames.base);
        }
        while let Some(at) = position {
            self.ctx.trace.push(at, &program);
            self.drop_owned(at, frames.base);
            let (call, base) = caller(frames.base);
            position = program.position(call);
            frames.base = base;
        }
        frames.pc = program.exit().1;
    }

    /// Measures what the frames of a run own that has not begun its innermost instruction.
    pub fn measure(&mut self, frames: &Frames, meter: &mut Meter) {
        let program = self.program.clone();
        let (mut pc, mut base) = (frames.pc, frames.base);
        let mut is_innermost = true;
        while let Some(at) = program.position(pc) {
            if is_innermost {
                self.each_operand(at, |vm, reg, slot| {
                    vm.measure_register(base, reg, slot, meter)
                });
            }
            let owned = self.owned_during(at);
            for (reg, slot) in owned.iter() {
                self.measure_register(base, *reg, *slot, meter);
            }
            is_innermost = false;
            (pc, base) = caller(base);
        }
    }

    fn measure_register(&self, base: *mut u64, reg: u32, slot: Slot, meter: &mut Meter) {
        if matches!(slot, Slot::Ref(_) | Slot::Null(_) | Slot::Any) {
            // SAFETY: the register is in the frame and owns a reference, or null.
            unsafe { self.ctx.heap.measure(meter, *base.add(reg as usize)) };
        }
    }

    /// Gives up what a frame with these registers owns at an instruction that has begun.
    pub(super) fn drop_owned(&mut self, at: Position, base: *mut u64) {
        let owned = self.owned_during(at);
        for (reg, slot) in owned.iter() {
            self.drop_register(base, *reg, *slot);
        }
    }

    fn drop_register(&mut self, base: *mut u64, reg: u32, slot: Slot) {
        // SAFETY: the register is in the frame and owns what its kind says.
        unsafe { self.ctx.heap.drop_slots(&[slot], base.add(reg as usize)) };
    }

    /// What a frame owns while the instruction runs.
    fn owned_during(&mut self, at: Position) -> Owned {
        if let Some(owned) = self.liveness.owned.get(&(at.func.0, at.inst)) {
            return Rc::clone(owned);
        }
        let program = &self.program;
        let (module, layouts) = (&program.module, program.types.layouts());
        let liveness = self.liveness.funcs.entry(at.func.0).or_insert_with(|| {
            Liveness::compute(module, layouts, at.func)
                .expect("the module was verified before it was loaded")
        });
        let func = &module.funcs[at.func.0 as usize];
        let regs = liveness.owned_during(module, layouts, at.inst as u32);
        let owned: Owned = regs
            .into_iter()
            .map(|reg| (reg.0, func.regs[reg.0 as usize]))
            .collect();
        self.liveness
            .owned
            .insert((at.func.0, at.inst), Rc::clone(&owned));
        owned
    }

    /// Gives up what an instruction that did not begin would have consumed.
    fn drop_operands(&mut self, at: Position, base: *mut u64) {
        self.each_operand(at, |vm, reg, slot| vm.drop_register(base, reg, slot));
    }

    /// Calls a function with each register that an instruction consumes.
    fn each_operand(&mut self, at: Position, mut act: impl FnMut(&mut Vm, u32, Slot)) {
        let program = self.program.clone();
        let func = &program.module.funcs[at.func.0 as usize];
        let inst = &func.code[at.inst];
        inst.accesses(program.module.callee_params(inst), &mut |access| {
            if let Access::Take(Reg(reg)) = access {
                act(self, reg, func.regs[reg as usize]);
            }
        });
    }
}

/// The link word of the call that made the frame at `base`, and the frame it is in.
fn caller(base: *mut u64) -> (*const Code, *mut u64) {
    // SAFETY: every frame has a return address, behind a link word, and the link's operands below its base.
    unsafe {
        let call = (*base.sub(1) as *const Code).sub(1);
        let distance = (*base.sub(2) >> 32) as usize;
        (call, base.byte_sub(distance))
    }
}
