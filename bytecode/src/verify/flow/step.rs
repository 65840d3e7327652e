//! Ownership: what one instruction does to the state.

use super::state::{Hole, Known, Root, State};
use super::{Scope, is_token, owned};
use crate::inst::{Access, Inst};
use crate::module::{FuncKind, Reg};
use crate::verify::error::{Check, Fault, Rule, ensure};

impl Scope<'_> {
    /// Checks an instruction against the state before it, and changes that into the state after it (where it does not jump).
    pub(super) fn step(&self, state: &mut State, inst: &Inst) -> Check {
        self.cell_rules(state, inst)?;
        self.pass(state, inst)
    }

    /// As [`Scope::step`], for an instruction whose operands fit its cells.
    pub(super) fn pass(&self, state: &mut State, inst: &Inst) -> Check {
        let known = self.result_known(state, inst);
        self.consume(state, inst)?;
        self.check_end(state, inst)?;
        if let Some((dst, src)) = inst.moves() {
            return self.transfer(state, inst, dst, src);
        }
        if let Inst::TakeSlot { src, slot, .. } = inst {
            state.end_borrows(*src);
            add_slot_hole(state, *src, *slot);
        }
        let lender = lender(state, inst);
        let mut result = Ok(());
        inst.defs(&mut |reg| {
            if result.is_ok() {
                result = self.define(state, lender, reg, known);
            }
        });
        result?;
        match inst {
            Inst::ListTake {
                dst, index: key, ..
            }
            | Inst::MapTake { dst, key, .. } => {
                state.set_hole(*dst, Hole::Element(*key));
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes and reads an instruction's operands. What is owned then is what a crash of the instruction drops.
    pub(super) fn consume(&self, state: &mut State, inst: &Inst) -> Check {
        let params = self.module.callee_params(inst);
        let (mut result, mut uses, mut takes) = (Ok(()), false, false);
        inst.accesses(params, &mut |access| {
            if result.is_err() {
                return;
            }
            match access {
                Access::Use(reg) => {
                    uses = true;
                    result = self.read(state, inst, reg);
                }
                Access::Take(reg) => {
                    takes = true;
                    result = self.take(state, inst, reg);
                }
                Access::Def(_) => {}
            }
        });
        if uses && takes {
            // What is used must still be there when everything was taken.
            inst.accesses(params, &mut |access| {
                if let (Ok(()), Access::Use(reg)) = (&result, access) {
                    result = self.read(state, inst, reg);
                }
            });
        }
        result
    }

    fn take(&self, state: &mut State, inst: &Inst, reg: Reg) -> Check {
        self.read(state, inst, reg)?;
        if self.is_ref(reg) {
            self.must_own(state, reg)?;
            state.clear(reg);
        }
        Ok(())
    }

    fn must_own(&self, state: &State, reg: Reg) -> Check {
        ensure(state.owned.contains(reg.0), Rule::NotOwned, || {
            format!("{reg} is borrowed and cannot be given away")
        })
    }

    fn read(&self, state: &State, inst: &Inst, reg: Reg) -> Check {
        let readable = state.readable.contains(reg.0);
        ensure(readable, Rule::Unset, || {
            format!("{reg} is not set here, or no longer usable")
        })?;
        if state.holes.is_empty() {
            return Ok(());
        }
        let hole = state.hole(reg);
        ensure(
            hole.is_none_or(|hole| tolerates(inst, reg, hole)),
            Rule::Hole,
            || format!("{reg} has a hole"),
        )
    }

    /// Rules about what is left when a function ends, and about operands that must be owned though they are not taken.
    fn check_end(&self, state: &State, inst: &Inst) -> Check {
        match inst {
            Inst::Return { .. } | Inst::TailCallClosure { .. } => nothing_owned(state),
            Inst::TailCall { args, .. } => {
                let params = self.module.callee_params(inst).unwrap_or_default();
                for (reg, _) in args
                    .iter()
                    .zip(params)
                    .filter(|(_, param)| param.is_borrowed())
                {
                    let outlives = state.status[reg.0 as usize].root == Root::Caller;
                    ensure(outlives, Rule::NotOwned, || {
                        format!("{reg} is borrowed and ends with this frame")
                    })?;
                }
                nothing_owned(state)
            }
            Inst::TakeSlot { src, .. } => self.must_own(state, *src),
            Inst::Capture { src, .. } => {
                let ours = state.status[src.0 as usize].known == Known::ThisClosure;
                ensure(ours, Rule::Sort, || {
                    format!("{src} is not this function's own closure")
                })
            }
            _ => Ok(()),
        }
    }

    /// `Move` and `Cast`.
    fn transfer(&self, state: &mut State, inst: &Inst, dst: Reg, src: Reg) -> Check {
        if !self.is_ref(src) {
            return self.define(state, None, dst, Known::Nothing);
        }
        let mut status = state.status[src.0 as usize];
        if matches!(inst, Inst::Cast { .. }) {
            status.known = Known::Nothing;
        }
        let moved = state.owned.contains(src.0);
        if moved {
            state.owned.remove(src.0);
            state.readable.remove(src.0);
        }
        self.may_write(state, dst)?;
        state.readable.insert(dst.0);
        lose_key(state, dst);
        state.status[dst.0 as usize] = status;
        if moved {
            state.owned.insert(dst.0);
            state.move_borrows(src, dst);
            move_hole(state, src, dst);
        }
        Ok(())
    }

    /// A register gets the instruction's result.
    fn define(&self, state: &mut State, lender: Option<Root>, reg: Reg, known: Known) -> Check {
        self.may_write(state, reg)?;
        state.readable.insert(reg.0);
        lose_key(state, reg);
        if !self.is_ref(reg) {
            return Ok(());
        }
        state.status[reg.0 as usize] = owned(known);
        match lender {
            None => state.owned.insert(reg.0),
            Some(root) => {
                state.status[reg.0 as usize].root = root;
                if let Root::Reg(src) = root {
                    state.lent.insert(src.0);
                }
            }
        }
        Ok(())
    }

    fn may_write(&self, state: &State, reg: Reg) -> Check {
        ensure(!state.owned.contains(reg.0), Rule::Overwrite, || {
            format!("{reg} still owns its value")
        })
    }

    /// What is known of the cell that an instruction gives, from the state before it.
    fn result_known(&self, state: &State, inst: &Inst) -> Known {
        match inst {
            Inst::New { tag, .. } | Inst::NewReuse { tag, .. } => Known::Tag(*tag),
            Inst::Update { src, .. } => state.status[src.0 as usize].known,
            Inst::Dup { src, .. } if !is_token(self.kind(*src)) => {
                state.status[src.0 as usize].known
            }
            _ => Known::Nothing,
        }
    }

    /// Number of captured words of this function's closure.
    pub(super) fn captures(&self) -> &[crate::layout::Slot] {
        match &self.func.kind {
            FuncKind::Closure { captures, .. } => captures,
            FuncKind::Direct => &[],
        }
    }
}

/// Who keeps alive what an instruction borrows, from the state before it writes: it may write the register that it borrows from.
fn lender(state: &State, inst: &Inst) -> Option<Root> {
    let src = inst.borrows_from()?;
    Some(if state.owned.contains(src.0) {
        Root::Reg(src)
    } else {
        state.status[src.0 as usize].root
    })
}

fn nothing_owned(state: &State) -> Check {
    match state.owned.first() {
        Some(reg) => Err(Fault::new(
            Rule::Leak,
            format!("{} is still owned", Reg(reg)),
        )),
        None => Ok(()),
    }
}

/// Whether an instruction may read or take a register with this hole.
fn tolerates(inst: &Inst, reg: Reg, hole: &Hole) -> bool {
    match (inst, hole) {
        (Inst::Move { .. } | Inst::Drop { .. } | Inst::DropReuse { .. }, _) => true,
        (
            Inst::GetTag { .. } | Inst::SwitchTag { .. } | Inst::BranchTagNot { .. },
            Hole::Slots(_),
        ) => true,
        (
            Inst::Load { slot, .. } | Inst::LoadDup { slot, .. } | Inst::TakeSlot { slot, .. },
            Hole::Slots(holes),
        ) => holes.binary_search(slot).is_err(),
        (Inst::Update { src, fields, .. }, Hole::Slots(holes)) => {
            let mut filled: Vec<u16> = fields.iter().map(|(slot, _)| *slot).collect();
            filled.sort_unstable();
            reg == *src && holes.iter().all(|hole| filled.binary_search(hole).is_ok())
        }
        (
            Inst::ListFill {
                list: whole,
                index: key,
                ..
            }
            | Inst::MapFill {
                map: whole, key, ..
            },
            Hole::Element(taken),
        ) => reg == *whole && key == taken,
        _ => false,
    }
}

fn add_slot_hole(state: &mut State, reg: Reg, slot: u16) {
    let mut slots = match state.hole(reg) {
        Some(Hole::Slots(slots)) => slots.clone(),
        _ => Vec::new(),
    };
    let place = slots.partition_point(|other| *other < slot);
    slots.insert(place, slot);
    state.work += slots.len() as u64;
    state.set_hole(reg, Hole::Slots(slots));
}

fn move_hole(state: &mut State, src: Reg, dst: Reg) {
    if let Ok(index) = state.holes.binary_search_by_key(&src, |(reg, _)| *reg) {
        let (_, hole) = state.holes.remove(index);
        state.set_hole(dst, hole);
    }
}

/// What is in `reg` changes, so it is no longer the index or key of a hole.
fn lose_key(state: &mut State, reg: Reg) {
    for (_, hole) in &mut state.holes {
        if *hole == Hole::Element(reg) {
            *hole = Hole::Lost;
        }
    }
}
