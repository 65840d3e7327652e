//! Where instructions jump to, and what is known there.

use super::Scope;
use super::state::Patch;
use crate::inst::Inst;
use crate::layout::Slot;
use crate::module::{Label, Reg};
use crate::verify::error::Check;

/// Calls `visit` for every jump of an instruction, with what changes on it.
pub(super) fn jumps(
    scope: &Scope<'_>,
    inst: &Inst,
    mut visit: impl FnMut(Label, Option<Patch>) -> Check,
) -> Check {
    match inst {
        Inst::SwitchTag {
            a,
            targets,
            default,
        } => {
            for (tag, label) in targets.iter().enumerate() {
                visit(*label, Some(Patch::Tag(*a, tag as u8)))?;
            }
            let last = targets.len() + 1 == variants(scope, *a);
            visit(
                *default,
                last.then_some(Patch::Tag(*a, targets.len() as u8)),
            )
        }
        Inst::BranchTagNot { a, tag, target } => {
            let two = variants(scope, *a) == 2;
            visit(*target, two.then_some(Patch::Tag(*a, 1 - (*tag).min(1))))
        }
        Inst::BranchNull { a, target } => visit(*target, Some(Patch::Null(*a))),
        _ => {
            let patch = inst.unset_on_jump().map(Patch::Unset);
            let mut result = Ok(());
            inst.targets(&mut |label| {
                if result.is_ok() {
                    result = visit(label, patch);
                }
            });
            result
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
