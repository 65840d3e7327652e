//! The forward dataflow over a function: which registers are set, owned or borrowed at each instruction, and what is known of their cells.
//! The verifier runs it to reject bad ownership, the tiers to know what a crash must drop ([`crate::liveness`]).
//!
//! States are kept at the starts of blocks and only ever lose facts, so each block is visited a few times. Hostile code could make many
//! visits to large states; a bound on the work, generous for what compilers make, keeps checking linear in the size of the code.

pub(crate) mod bits;
mod cells;
mod edges;
mod state;
mod step;

use super::error::{Check, Fault, Rule};
use super::scope::Scope;
use crate::inst::{Access, Inst};
use crate::layout::Slot;
use crate::module::{FuncKind, Label, Mode, Reg};
use state::{Known, Patch, Root, Saved, State, Status};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Work per function and per instruction that is always allowed, in machine words touched.
const BASE_WORK: u64 = 1 << 22;
const WORK_PER_INST: u64 = 1 << 12;

/// The result: states at the starts of blocks.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    /// First instruction of each block, ascending.
    starts: Vec<u32>,
    /// State there; none where no path leads.
    entries: Vec<Option<Saved>>,
}

impl Flow {
    /// Analyses a function whose operands have been checked. An error comes with the index of the instruction.
    pub(crate) fn analyse(scope: &Scope<'_>) -> Result<Flow, (u32, Fault)> {
        let starts = block_starts(&scope.func.code);
        let entries = vec![None; starts.len()];
        let mut walk = Walk {
            scope,
            flow: Flow { starts, entries },
            queue: BinaryHeap::new(),
            queued: Vec::new(),
            state: initial_state(scope),
            budget: BASE_WORK + WORK_PER_INST * scope.func.code.len() as u64,
        };
        walk.queued = vec![false; walk.flow.starts.len()];
        walk.arrive(0).map_err(|fault| (0, fault))?;
        while let Some(Reverse(block)) = walk.queue.pop() {
            walk.queued[block] = false;
            walk.block(block)?;
        }
        Ok(walk.flow)
    }

    /// Registers that are owned while the instruction runs: owned before it and not taken by it. Empty where no path leads.
    pub(crate) fn owned_during(&self, scope: &Scope<'_>, index: u32) -> Vec<Reg> {
        let block = self
            .starts
            .partition_point(|start| *start <= index)
            .saturating_sub(1);
        let Some(Some(entry)) = self.entries.get(block) else {
            return Vec::new();
        };
        let mut state = State::new(scope.func.regs.len());
        state.load(entry);
        for at in self.starts[block]..=index {
            let Some(inst) = scope.func.code.get(at as usize) else {
                return Vec::new();
            };
            let passed = if at == index {
                scope.consume(&mut state, inst)
            } else {
                scope.pass(&mut state, inst)
            };
            if passed.is_err() {
                return Vec::new();
            }
        }
        state.owned.iter().map(Reg).collect()
    }

    /// As [`Flow::owned_during`], for all instructions that a path reaches.
    pub(crate) fn each_owned_during(&self, scope: &Scope<'_>, visit: &mut dyn FnMut(u32, &[Reg])) {
        let mut state = State::new(scope.func.regs.len());
        let mut owned = Vec::new();
        let code = &scope.func.code;
        for (block, entry) in self.entries.iter().enumerate() {
            let Some(entry) = entry else { continue };
            state.load(entry);
            let end = self
                .starts
                .get(block + 1)
                .map_or(code.len(), |end| *end as usize);
            let start = self.starts[block] as usize;
            for (index, inst) in code.iter().enumerate().take(end).skip(start) {
                owned.clear();
                owned.extend(state.owned.iter().map(Reg));
                inst.accesses(scope.module.callee_params(inst), &mut |access| {
                    if let Access::Take(reg) = access {
                        owned.retain(|owned| *owned != reg);
                    }
                });
                visit(index as u32, &owned);
                if scope.pass(&mut state, inst).is_err() {
                    break;
                }
            }
        }
    }

    fn block_at(&self, index: u32) -> Option<usize> {
        self.starts.binary_search(&index).ok()
    }
}

/// The first instruction of every block: targets, and what follows an instruction that jumps.
fn block_starts(code: &[Inst]) -> Vec<u32> {
    let mut is_start = vec![false; code.len() + 1];
    is_start[0] = true;
    for (index, inst) in code.iter().enumerate() {
        let mut jumps = inst.is_terminator();
        inst.targets(&mut |label| {
            jumps = true;
            is_start[label.0 as usize] = true;
        });
        is_start[index + 1] |= jumps;
    }
    (0..code.len() as u32)
        .filter(|index| is_start[*index as usize])
        .collect()
}

/// Parameters are set; the others are not.
fn initial_state(scope: &Scope<'_>) -> State {
    let mut state = State::new(scope.func.regs.len());
    for (index, param) in scope.func.params.iter().enumerate() {
        let reg = index as u32;
        state.readable.insert(reg);
        if param.slot.is_ref() && param.mode == Mode::Own {
            state.owned.insert(reg);
        } else {
            state.status[index].root = Root::Caller;
        }
    }
    if let FuncKind::Closure { .. } = scope.func.kind
        && let Some(status) = state.status.first_mut()
    {
        status.known = Known::ThisClosure;
    }
    state
}

struct Walk<'s, 'm> {
    scope: &'s Scope<'m>,
    flow: Flow,
    queue: BinaryHeap<Reverse<usize>>,
    queued: Vec<bool>,
    state: State,
    budget: u64,
}

impl Walk<'_, '_> {
    /// Runs the state through one block and on to those after it.
    fn block(&mut self, block: usize) -> Result<(), (u32, Fault)> {
        if let Some(entry) = &self.flow.entries[block] {
            self.state.load(entry);
        }
        let end = self
            .flow
            .starts
            .get(block + 1)
            .copied()
            .unwrap_or(self.scope.func.code.len() as u32);
        for index in self.flow.starts[block]..end {
            let inst = &self.scope.func.code[index as usize];
            self.scope
                .step(&mut self.state, inst)
                .map_err(|fault| (index, fault))?;
            self.jumps(inst).map_err(|fault| (index, fault))?;
            if inst.is_terminator() {
                return Ok(());
            }
            if let Some(patch) = edges::fall_through(inst) {
                self.state.patch(patch);
            }
        }
        self.arrive(end).map_err(|fault| (end - 1, fault))
    }

    /// Follows every jump of an instruction.
    fn jumps(&mut self, inst: &Inst) -> Check {
        edges::jumps(self.scope, inst, |label, patch| self.jump(label, patch))
    }

    /// Arrives at a label with a change, and comes back to the state before.
    fn jump(&mut self, label: Label, patch: Option<Patch>) -> Check {
        match patch {
            None => self.arrive(label.0),
            Some(patch @ Patch::Tag(reg, _)) => {
                let before = self.state.status[reg.0 as usize];
                self.state.patch(patch);
                self.arrive(label.0)?;
                self.state.status[reg.0 as usize] = before;
                Ok(())
            }
            Some(patch @ (Patch::Unset(_) | Patch::Null(_))) => {
                let before = self.state.save(&self.scope.refs);
                self.state.patch(patch);
                self.arrive(label.0)?;
                self.state.load(&before);
                Ok(())
            }
        }
    }

    /// The state holds on a path to `index`, the start of a block.
    fn arrive(&mut self, index: u32) -> Check {
        let Some(block) = self.flow.block_at(index) else {
            return Err(Fault::new(
                Rule::Target,
                format!("control goes on to @{index}, past the end"),
            ));
        };
        let changed = match &mut self.flow.entries[block] {
            Some(entry) => {
                self.state.work += entry.cost();
                entry.join(&self.state)?
            }
            none => {
                let saved = self.state.save(&self.scope.refs);
                self.state.work += saved.cost();
                *none = Some(saved);
                true
            }
        };
        if self.state.work > self.budget {
            return Err(Fault::new(
                Rule::TooComplex,
                "too many registers live across too many jumps",
            ));
        }
        if changed && !self.queued[block] {
            self.queued[block] = true;
            self.queue.push(Reverse(block));
        }
        Ok(())
    }
}

/// The status of a register that owns a cell of which `known` holds.
fn owned(known: Known) -> Status {
    Status {
        root: Root::Own,
        known,
    }
}

/// Whether a slot is a token, which is owned but never shared.
fn is_token(slot: Slot) -> bool {
    matches!(slot, Slot::Token(_))
}
