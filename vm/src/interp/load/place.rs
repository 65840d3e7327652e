//! Computing arguments where the callee wants them.
//!
//! An argument that is computed shortly before a call and used for nothing else is written directly into the callee's frame, which saves
//! the call a copy. Only words and floats: a crash in between must find references in the registers that liveness names.

use super::emitter::Emitter;
use rustc_hash::FxHashMap;
use snow_bytecode::inst::{Access, Inst, OperandMut};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{Function, Reg};

/// Instructions searched backwards for the one that computes an argument.
const BACK: usize = 12;

/// Instructions searched forwards for another use of it.
const FORTH: usize = 24;

/// What is computed in place, and by which instruction.
#[derive(Default)]
pub struct Plan {
    /// By the index of the computing instruction: the register of this frame that is the argument's place.
    places: FxHashMap<usize, Reg>,
    /// By the index of the call: its arguments, those in place replaced.
    args: FxHashMap<usize, Vec<Reg>>,
    /// Most arguments of a call with some in place.
    pub outgoing: usize,
}

impl Plan {
    /// Looks for arguments to compute in place; `distance` is that of frames called from here, in words.
    pub fn new(func: &Function, targets: &[bool], distance: usize) -> Plan {
        let mut plan = Plan::default();
        let search = Search { func, targets };
        for (at, inst) in func.code.iter().enumerate() {
            if let Inst::Call { args, .. } = inst {
                plan.place_args(&search, at, args, distance);
            }
        }
        plan
    }

    fn place_args(&mut self, search: &Search<'_>, call: usize, args: &[Reg], distance: usize) {
        if distance + args.len() > usize::from(u16::MAX) {
            return;
        }
        let mut placed = args.to_vec();
        for (index, arg) in args.iter().enumerate() {
            if let Some(def) = search.computed_for(call, *arg) {
                let place = Reg((distance + index) as u32);
                placed[index] = place;
                self.places.insert(def, place);
            }
        }
        if placed != args {
            self.outgoing = self.outgoing.max(args.len());
            self.args.insert(call, placed);
        }
    }

    /// The instruction at an index with the registers that the plan gives it, when they differ.
    pub fn replace(&self, at: usize, inst: &Inst) -> Option<Inst> {
        if let Some(place) = self.places.get(&at) {
            let mut inst = inst.clone();
            inst.operands_mut(&mut |operand| {
                if let OperandMut::Def(dst) = operand {
                    *dst = *place;
                }
            });
            return Some(inst);
        }
        let Inst::Call { func, dsts, .. } = inst else {
            return None;
        };
        let args = self.args.get(&at)?.clone();
        Some(Inst::Call {
            func: *func,
            dsts: dsts.clone(),
            args,
        })
    }
}

/// Questions about one function's code.
struct Search<'a> {
    func: &'a Function,
    targets: &'a [bool],
}

impl Search<'_> {
    /// The instruction that computes `arg` for this call alone, on a straight way to it.
    fn computed_for(&self, call: usize, arg: Reg) -> Option<usize> {
        if self.func.regs[arg.0 as usize].is_ref() || self.reads(call, arg) != 1 {
            return None;
        }
        for at in (call.saturating_sub(BACK)..call).rev() {
            if self.targets[at + 1] {
                return None;
            }
            let inst = &self.func.code[at];
            if self.writes(at, arg) {
                return (computes_a_word(inst, self.func) && self.is_dead_after(call, arg))
                    .then_some(at);
            }
            if self.reads(at, arg) > 0 || !leaves_frames_above_alone(inst) {
                return None;
            }
        }
        None
    }

    fn reads(&self, at: usize, reg: Reg) -> usize {
        let mut count = 0;
        self.func.code[at].accesses(None, &mut |access| match access {
            Access::Use(read) | Access::Take(read) => count += usize::from(read == reg),
            Access::Def(_) => {}
        });
        count
    }

    fn writes(&self, at: usize, reg: Reg) -> bool {
        let mut found = false;
        self.func.code[at].defs(&mut |written| found |= written == reg);
        found
    }

    /// Whether nothing reads the register after the instruction, as far as a short search can tell.
    fn is_dead_after(&self, at: usize, reg: Reg) -> bool {
        let mut open = Vec::new();
        let mut seen = Vec::new();
        let leave = |at: usize, open: &mut Vec<usize>| {
            let inst = &self.func.code[at];
            inst.targets(&mut |label| open.push(label.0 as usize));
            // Code that nothing reaches may end in any instruction.
            if !inst.is_terminator() && at + 1 < self.func.code.len() {
                open.push(at + 1);
            }
        };
        if self.writes(at, reg) {
            return true;
        }
        leave(at, &mut open);
        while let Some(next) = open.pop() {
            if seen.contains(&next) {
                continue;
            }
            if seen.len() == FORTH || self.reads(next, reg) > 0 {
                return false;
            }
            seen.push(next);
            if !self.writes(next, reg) {
                leave(next, &mut open);
            }
        }
        true
    }
}

/// Whether an instruction computes one word without touching what lies above the registers.
fn computes_a_word(inst: &Inst, func: &Function) -> bool {
    let is_word = |reg: &Reg| matches!(func.regs[reg.0 as usize], Slot::Word | Slot::Float);
    match inst {
        Inst::ConstInt { .. }
        | Inst::ConstFloat { .. }
        | Inst::IntBin { .. }
        | Inst::IntBinImm { .. }
        | Inst::IntImmBin { .. }
        | Inst::IntNeg { .. }
        | Inst::IntToFloat { .. }
        | Inst::FloatBin { .. }
        | Inst::FloatUn { .. }
        | Inst::ListLen { .. }
        | Inst::BytesLen { .. } => true,
        Inst::Move { dst, .. } | Inst::Load { dst, .. } | Inst::ListGet { dst, .. } => is_word(dst),
        _ => false,
    }
}

/// Whether an instruction neither makes a frame, nor uses scratch space, nor jumps.
fn leaves_frames_above_alone(inst: &Inst) -> bool {
    let mut jumps = inst.is_terminator();
    inst.targets(&mut |_| jumps = true);
    !jumps
        && !matches!(
            inst,
            Inst::Call { .. }
                | Inst::CallClosure { .. }
                | Inst::CallClosureKeep { .. }
                | Inst::CallNative { .. }
                | Inst::ListNew { .. }
                | Inst::AppendText { .. }
                | Inst::Equal { .. }
                | Inst::Compare { .. }
                | Inst::Hash { .. }
        )
}

/// For each instruction whether some jump leads to it; one more for the end.
pub fn jump_targets(func: &Function) -> Vec<bool> {
    let mut targets = vec![false; func.code.len() + 1];
    for inst in &func.code {
        inst.targets(&mut |label| targets[label.0 as usize] = true);
    }
    targets
}

impl Emitter<'_> {
    /// Number of arguments, from the first, that a call must copy: what follows is in place.
    pub fn to_copy(&self, args: &[Reg]) -> usize {
        let in_place = |(index, arg): &(usize, &Reg)| arg.0 as usize == self.distance() + index;
        args.iter()
            .enumerate()
            .rev()
            .take_while(in_place)
            .count()
            .abs_diff(args.len())
    }
}
