//! What is known about the registers at one point of a function, and how the knowledge of two paths is joined.

use super::bits::BitSet;
use crate::module::Reg;
use crate::verify::error::{Check, Fault, Rule};

/// What a readable reference register refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// Who keeps it alive.
    pub(crate) root: Root,
    /// What else is known of the cell.
    pub(crate) known: Known,
}

/// Who keeps the cell of a reference register alive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Root {
    /// The register itself: it is owned.
    #[default]
    Own,
    /// An owned register, from which it is borrowed.
    Reg(Reg),
    /// The caller, through a borrowed parameter.
    Caller,
}

/// A fact about a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing more than its type.
    #[default]
    Nothing,
    /// Its tag.
    Tag(u8),
    /// It is the closure that runs.
    ThisClosure,
}

/// What is missing in an owned cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hole {
    /// These slots, ascending.
    Slots(Vec<u16>),
    /// The list element or map value whose index or key is in this register.
    Element(Reg),
    /// A list element or map value whose index or key was overwritten.
    Lost,
}

/// Registers at one point.
#[derive(Debug)]
pub(crate) struct State {
    /// Registers that hold a value that may be read.
    pub(super) readable: BitSet,
    /// Reference registers that are owned (all readable).
    pub(super) owned: BitSet,
    /// Owned registers from which something may be borrowed.
    pub(super) lent: BitSet,
    /// Meaningful for readable reference registers.
    pub(super) status: Vec<Status>,
    /// Owned registers with holes, ascending.
    pub(super) holes: Vec<(Reg, Hole)>,
    /// Work done so far, in machine words touched.
    pub(super) work: u64,
}

/// A state in compact form, kept where paths may meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    readable: BitSet,
    owned: BitSet,
    refs: Vec<(Reg, Status)>,
    holes: Vec<(Reg, Hole)>,
}

/// A change of one register on an edge.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patch {
    /// The register is unset there.
    Unset(Reg),
    /// The register holds null there: when owned, it is unset, as there is nothing to drop.
    Null(Reg),
    /// The tag of the register's cell is known there.
    Tag(Reg, u8),
}

impl State {
    /// No register is set.
    pub(crate) fn new(regs: usize) -> State {
        State {
            readable: BitSet::new(regs),
            owned: BitSet::new(regs),
            lent: BitSet::new(regs),
            status: vec![Status::default(); regs],
            holes: Vec::new(),
            work: 0,
        }
    }

    /// Becomes the saved state.
    pub(crate) fn load(&mut self, saved: &Saved) {
        self.readable.copy_from(&saved.readable);
        self.owned.copy_from(&saved.owned);
        self.lent.clear();
        for &(reg, status) in &saved.refs {
            self.status[reg.0 as usize] = status;
            if let Root::Reg(root) = status.root {
                self.lent.insert(root.0);
            }
        }
        self.holes.clone_from(&saved.holes);
        self.work += saved.cost();
    }

    /// The compact form; `refs` are the function's reference registers.
    pub(crate) fn save(&self, refs: &BitSet) -> Saved {
        let status = |reg| (Reg(reg), self.status[reg as usize]);
        Saved {
            readable: self.readable.clone(),
            owned: self.owned.clone(),
            refs: self.readable.common(refs).map(status).collect(),
            holes: self.holes.clone(),
        }
    }

    /// Applies an edge's change.
    pub(crate) fn patch(&mut self, patch: Patch) {
        match patch {
            Patch::Unset(reg) => self.clear(reg),
            Patch::Null(reg) if self.owned.contains(reg.0) => self.clear(reg),
            Patch::Null(_) => {}
            Patch::Tag(reg, tag) => self.status[reg.0 as usize].known = Known::Tag(tag),
        }
    }

    /// The register holds nothing any more, and what was borrowed from it neither.
    pub(crate) fn clear(&mut self, reg: Reg) {
        self.end_borrows(reg);
        self.readable.remove(reg.0);
        self.owned.remove(reg.0);
        if !self.holes.is_empty() {
            self.holes.retain(|(holed, _)| *holed != reg);
        }
    }

    /// Unsets what was borrowed from `root`.
    pub(crate) fn end_borrows(&mut self, root: Reg) {
        for reg in self.borrowers(root) {
            self.readable.remove(reg);
        }
        self.lent.remove(root.0);
    }

    /// Makes what is borrowed from `from` borrowed from `to`.
    pub(crate) fn move_borrows(&mut self, from: Reg, to: Reg) {
        let borrowers = self.borrowers(from);
        if borrowers.is_empty() {
            return;
        }
        for reg in borrowers {
            self.status[reg as usize].root = Root::Reg(to);
        }
        self.lent.remove(from.0);
        self.lent.insert(to.0);
    }

    fn borrowers(&mut self, root: Reg) -> Vec<u32> {
        if !self.lent.contains(root.0) {
            return Vec::new();
        }
        let mut seen = 0;
        let mut found = Vec::new();
        for reg in self.readable.iter() {
            seen += 1;
            if !self.owned.contains(reg) && self.status[reg as usize].root == Root::Reg(root) {
                found.push(reg);
            }
        }
        self.work += self.readable.cost() + seen;
        found
    }

    /// The hole of a register.
    pub(crate) fn hole(&self, reg: Reg) -> Option<&Hole> {
        self.holes
            .iter()
            .find(|(holed, _)| *holed == reg)
            .map(|(_, hole)| hole)
    }

    /// Records a hole, in place of one that the register may have.
    pub(crate) fn set_hole(&mut self, reg: Reg, hole: Hole) {
        match self.holes.binary_search_by_key(&reg, |(holed, _)| *holed) {
            Ok(index) => self.holes[index].1 = hole,
            Err(index) => self.holes.insert(index, (reg, hole)),
        }
    }
}

impl Saved {
    /// Weakens the saved state to what also holds in `other`, a state on another path; whether anything changed.
    pub(crate) fn join(&mut self, other: &State) -> Check<bool> {
        if let Some(reg) = self.owned.first_difference(&other.owned) {
            let reg = Reg(reg);
            return Err(Fault::new(
                Rule::Join,
                format!("{reg} is owned on one path and not on another"),
            ));
        }
        if self.holes != other.holes {
            return Err(Fault::new(
                Rule::Join,
                "cells have holes on one path and not on another",
            ));
        }
        let mut changed = self.readable.intersect(&other.readable);
        let readable = &mut self.readable;
        self.refs.retain_mut(|(reg, status)| {
            let theirs = other.status[reg.0 as usize];
            let keep = readable.contains(reg.0) && status.root == theirs.root;
            if !keep {
                changed |= readable.contains(reg.0);
                readable.remove(reg.0);
            } else if status.known != theirs.known && status.known != Known::Nothing {
                status.known = Known::Nothing;
                changed = true;
            }
            keep
        });
        Ok(changed)
    }

    /// A measure of what loading, saving or joining costs.
    pub(crate) fn cost(&self) -> u64 {
        self.readable.cost() * 3 + self.refs.len() as u64
    }
}
