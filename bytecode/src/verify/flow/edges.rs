//! Where instructions jump to, and what is known there.

use super::Scope;
use super::state::Patch;
use crate::inst::Inst;
use crate::layout::Slot;
use crate::module::{Label, Reg};

/// Every jump of an instruction, with what changes on it.
pub(super) fn jumps(scope: &Scope<'_>, inst: &Inst) -> Vec<(Label, Option<Patch>)> {
    match inst {
        Inst::SwitchTag {
            a,
            targets,
            default,
        } => {
            let tagged = |(tag, label): (usize, &Label)| (*label, Some(Patch::Tag(*a, tag as u8)));
            let last = (targets.len() + 1 == variants(scope, *a))
                .then_some(Patch::Tag(*a, targets.len() as u8));
            targets
                .iter()
                .enumerate()
                .map(tagged)
                .chain([(*default, last)])
                .collect()
        }
        Inst::BranchTagNot { a, tag, target } => {
            let other = (variants(scope, *a) == 2).then_some(Patch::Tag(*a, 1 - (*tag).min(1)));
            vec![(*target, other)]
        }
        Inst::BranchNull { a, target } => vec![(*target, Some(Patch::Null(*a)))],
        _ => {
            let patch = inst.unset_on_jump().map(Patch::Unset);
            let mut jumps = Vec::new();
            inst.targets(&mut |label| jumps.push((label, patch)));
            jumps
        }
    }
}

/// What is known when an instruction does not jump.
pub(super) fn fall_through(inst: &Inst) -> Option<Patch> {
    match inst {
        Inst::BranchTagNot { a, tag, .. } => Some(Patch::Tag(*a, *tag)),
        _ => None,
    }
}

/// Number of variants of the boxed sum in a register.
fn variants(scope: &Scope<'_>, reg: Reg) -> usize {
    match scope.kind(reg) {
        Slot::Ref(ty) => scope.layouts.cells(ty).len(),
        _ => 0,
    }
}
