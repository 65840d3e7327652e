//! What does not change in a loop is computed before it: lengths of lists, and floats, which instructions cannot hold as immediates.

use super::census::Census;
use crate::core::ir::{Block, Func, Op, Stmt};
use crate::stack::with_stack;

/// How many values are moved out of one loop; each takes a register all the while.
const MAX_MOVED: usize = 8;

/// Moves them.
pub(super) fn hoist(func: &mut Func) {
    let census = Census::of(func);
    let mut pass = Hoist {
        bound_at: census.bound_at,
        declared_at: census.declared_at,
    };
    pass.block(&mut func.body);
}

/// Whether code runs in each turn of a loop.
#[derive(Clone, Copy, PartialEq)]
enum Runs {
    Always,
    Maybe,
}

struct Hoist {
    bound_at: Vec<u32>,
    declared_at: Vec<u32>,
}

impl Hoist {
    fn block(&mut self, block: &mut Block) {
        with_stack(|| {
            for mut stmt in std::mem::take(&mut block.stmts) {
                if let Stmt::Join(join) = &mut stmt {
                    self.block(&mut join.body);
                    if join.looping {
                        let start = self.declared_at[join.id.0 as usize];
                        let mut moved = Vec::new();
                        self.collect(&mut join.body, start, Runs::Always, &mut moved);
                        block.stmts.append(&mut moved);
                    }
                }
                block.stmts.push(stmt);
            }
            for inner in block.end.blocks_mut() {
                self.block(inner);
            }
        });
    }

    /// Takes what can be moved before the loop declared at `start` out of a block of its body.
    fn collect(&mut self, block: &mut Block, start: u32, runs: Runs, moved: &mut Vec<Stmt>) {
        with_stack(|| {
            for mut stmt in std::mem::take(&mut block.stmts) {
                match &mut stmt {
                    Stmt::Let { var, op, .. }
                        if moved.len() < MAX_MOVED && self.is_fixed(op, start, runs) =>
                    {
                        self.bound_at[var.0 as usize] = start - 1;
                        moved.push(stmt);
                        continue;
                    }
                    Stmt::Join(join) => self.collect(&mut join.body, start, Runs::Maybe, moved),
                    Stmt::Let { .. } => {}
                }
                block.stmts.push(stmt);
            }
            for inner in block.end.blocks_mut() {
                self.collect(inner, start, Runs::Maybe, moved);
            }
        });
    }

    fn is_fixed(&self, op: &Op, start: u32, runs: Runs) -> bool {
        match op {
            Op::Float(_) => true,
            Op::ListLen(list) => runs == Runs::Always && self.bound_at[list.0 as usize] < start,
            _ => false,
        }
    }
}
