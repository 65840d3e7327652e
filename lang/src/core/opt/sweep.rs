//! Removal of functions that nothing reaches any more.

use super::graph::mentions;
use crate::core::ir::{FuncId, Op, Program, Stmt};

/// Removes functions that neither `main` nor an exported function reaches, and numbers the others anew.
pub(super) fn remove_unreachable(program: &mut Program) {
    let numbers = reachable(program);
    let mut old = std::mem::take(&mut program.funcs).into_iter();
    let mut kept = Vec::new();
    for number in &numbers {
        let func = old.next();
        if number.is_some() {
            kept.extend(func);
        }
    }
    let renumber = |id: &mut FuncId| {
        if let Some(number) = numbers[id.0 as usize] {
            *id = number;
        }
    };
    for func in &mut kept {
        func.body.for_each_block_mut(&mut |block| {
            for stmt in &mut block.stmts {
                if let Stmt::Let {
                    op: Op::Call(func, _) | Op::Closure(func, _) | Op::FuncValue(func),
                    ..
                } = stmt
                {
                    renumber(func);
                }
            }
        });
    }
    program.funcs = kept;
    program
        .exports
        .iter_mut()
        .filter_map(|export| export.func.as_mut())
        .for_each(renumber);
    program.entry.iter_mut().for_each(renumber);
}

/// The new number of each function that is reached.
fn reachable(program: &Program) -> Vec<Option<FuncId>> {
    let mut reached = vec![false; program.funcs.len()];
    let roots = program
        .exports
        .iter()
        .filter_map(|export| export.func)
        .chain(program.entry);
    let mut waiting: Vec<usize> = roots.map(|func| func.0 as usize).collect();
    while let Some(at) = waiting.pop() {
        if !reached[at] {
            reached[at] = true;
            mentions(program, at, |callee, _| waiting.push(callee));
        }
    }
    let mut next = 0;
    let number = |reached: bool| {
        reached.then(|| {
            next += 1;
            FuncId(next - 1)
        })
    };
    reached.into_iter().map(number).collect()
}
