//! Computes the next value of a loop variable after the last use of the current one, so that both can share a register and no move is needed.

use snow_bytecode::inst::{Access, Inst, IntOp};

use super::linear::{Linear, Step};
use crate::core::flat::ir::Var;

/// Steps before a row of moves that are looked at.
const REACH: usize = 64;

/// Reorders arithmetic before moves.
pub(super) fn sink(linear: &mut Linear) {
    for at in 0..linear.steps.len() {
        let Step::Moves(moves, _) = &linear.steps[at] else {
            continue;
        };
        for (dst, src) in moves.clone() {
            sink_one(linear, at, dst, src);
        }
    }
}

/// Moves the computation of `src` behind the last use of `dst` before the moves at `at`.
fn sink_one(linear: &mut Linear, at: usize, dst: Var, src: Var) {
    let Step::Moves(moves, _) = &linear.steps[at] else {
        return;
    };
    let reads = |var: Var| moves.iter().filter(|(_, from)| *from == var).count();
    if dst == src || reads(src) != 1 || reads(dst) != 0 {
        return;
    }
    let mut last_use = None;
    for index in (at.saturating_sub(REACH)..at).rev() {
        let Step::Inst(inst, _) = &linear.steps[index] else {
            return;
        };
        if !is_plain(inst) {
            return;
        }
        if defines(inst, src) {
            if let Some(last) = last_use {
                linear.steps[index..=last].rotate_left(1);
            }
            return;
        }
        if uses(inst, src) {
            return;
        }
        if last_use.is_none() && uses(inst, dst) {
            last_use = Some(index);
        }
    }
}

fn defines(inst: &Inst, var: Var) -> bool {
    let mut found = false;
    inst.defs(&mut |def| found |= def == var);
    found
}

fn uses(inst: &Inst, var: Var) -> bool {
    let mut found = false;
    inst.accesses(None, &mut |access| {
        found |= matches!(access, Access::Use(other) | Access::Take(other) if other == var);
    });
    found
}

/// Arithmetic that may change places: it has no effect but its result, or crashes with "integer overflow" as all of it does.
fn is_plain(inst: &Inst) -> bool {
    let overflows_at_most =
        |op: &IntOp| !matches!(op, IntOp::Div | IntOp::Rem | IntOp::Shl | IntOp::Shr);
    match inst {
        Inst::IntBin { op, .. } | Inst::IntBinImm { op, .. } | Inst::IntImmBin { op, .. } => {
            overflows_at_most(op)
        }
        Inst::ConstInt { .. }
        | Inst::ConstFloat { .. }
        | Inst::IntNeg { .. }
        | Inst::FloatBin { .. }
        | Inst::FloatUn { .. }
        | Inst::IntToFloat { .. } => true,
        _ => false,
    }
}
