//! Tidies jumps: none to jumps, returns or the next instruction, none that a branch could make, no code that no path reaches.

use crate::core::flat::negated;
use snow_bytecode::inst::Inst;
use snow_bytecode::module::{Label, Place};
use snow_bytecode::reach::reached;

/// Tidies the code of a function with its line table.
pub(super) fn tidy(code: &mut Vec<Inst>, lines: &mut Vec<(u32, Place)>) {
    shorten(code);
    invert(code);
    remove_idle_jumps(code, lines);
}

/// A branch around a jump becomes the opposite branch. No other jump leads to the jump: those were made to go where it goes.
fn invert(code: &mut [Inst]) {
    for index in 1..code.len() {
        let (before, after) = code.split_at_mut(index);
        let (Some(branch), Some(Inst::Jump { target })) = (before.last_mut(), after.first_mut())
        else {
            continue;
        };
        let mut skips = false;
        branch.targets(&mut |label| skips = label.0 as usize == index + 1);
        if skips && let Some(opposite) = opposite(branch, *target) {
            *target = Label(index as u32 + 1);
            *branch = opposite;
        }
    }
}

/// The branch to `target` when `branch` would not jump.
fn opposite(branch: &Inst, target: Label) -> Option<Inst> {
    Some(match *branch {
        Inst::BranchIf { a, .. } => Inst::BranchUnless { a, target },
        Inst::BranchUnless { a, .. } => Inst::BranchIf { a, target },
        Inst::BranchInt { cond, a, b, .. } => Inst::BranchInt {
            cond: negated(cond),
            a,
            b,
            target,
        },
        Inst::BranchIntImm { cond, a, imm, .. } => Inst::BranchIntImm {
            cond: negated(cond),
            a,
            imm,
            target,
        },
        Inst::BranchFloat { cond, a, b, .. } => Inst::BranchFloatNot { cond, a, b, target },
        Inst::BranchFloatNot { cond, a, b, .. } => Inst::BranchFloat { cond, a, b, target },
        _ => return None,
    })
}

/// How many jumps in a row are followed.
const CHAIN: usize = 8;

/// Jumps to jumps go to where those go; jumps to returns return.
fn shorten(code: &mut [Inst]) {
    for index in 0..code.len() {
        let mut jumps = false;
        code[index].targets(&mut |_| jumps = true);
        if !jumps {
            continue;
        }
        let mut inst = std::mem::replace(&mut code[index], Inst::Jump { target: Label(0) });
        inst.targets_mut(&mut |label| *label = end_of_chain(code, *label, index));
        if let Inst::Jump { target } = inst
            && let Some(Inst::Return { values }) = code.get(target.0 as usize)
        {
            inst = Inst::Return {
                values: values.clone(),
            };
        }
        code[index] = inst;
    }
}

fn end_of_chain(code: &[Inst], mut label: Label, from: usize) -> Label {
    for _ in 0..CHAIN {
        match code.get(label.0 as usize) {
            Some(Inst::Jump { target }) if label.0 as usize != from => label = *target,
            _ => break,
        }
    }
    label
}

/// Removes jumps to the next instruction, and code that no path reaches. What is removed may bring a jump next to its target.
fn remove_idle_jumps(code: &mut Vec<Inst>, lines: &mut Vec<(u32, Place)>) {
    let mut keep = reached(code);
    loop {
        for (index, inst) in code.iter().enumerate() {
            if matches!(inst, Inst::Jump { target } if target.0 as usize == index + 1) {
                keep[index] = false;
            }
        }
        if keep.iter().all(|keep| *keep) {
            return;
        }
        remove(code, lines, &keep);
        keep.clear();
        keep.resize(code.len(), true);
    }
}

/// Keeps some instructions; jumps and lines follow theirs.
fn remove(code: &mut Vec<Inst>, lines: &mut Vec<(u32, Place)>, keep: &[bool]) {
    let mut new_index = Vec::with_capacity(code.len() + 1);
    let mut kept = 0u32;
    for keep in keep {
        new_index.push(kept);
        kept += u32::from(*keep);
    }
    new_index.push(kept);
    let mut index = 0;
    code.retain(|_| {
        index += 1;
        keep[index - 1]
    });
    for inst in code.iter_mut() {
        inst.targets_mut(&mut |label| label.0 = new_index[label.0 as usize]);
    }
    move_lines(lines, &new_index, kept);
}

/// Lines follow their instructions; of several at one index the last holds.
fn move_lines(lines: &mut Vec<(u32, Place)>, new_index: &[u32], count: u32) {
    let mut moved: Vec<(u32, Place)> = Vec::with_capacity(lines.len());
    for (index, place) in lines.drain(..) {
        let index = new_index[index as usize];
        if moved.last().is_some_and(|(last, _)| *last == index) {
            moved.pop();
        }
        if index < count && moved.last().is_none_or(|(_, last)| *last != place) {
            moved.push((index, place));
        }
    }
    *lines = moved;
}
