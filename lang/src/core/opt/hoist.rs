//! What does not change in a loop is computed before it: lengths of lists, and floats, which instructions cannot hold as immediates.

use super::census::Census;
use crate::core::ir::{Block, Func, Op, Stmt};
use crate::stack::with_stack;

/// How many values are moved out of one loop; each takes a register all the while.
const MAX_MOVED: usize = 8;

/// Moves them.
pub(super) fn hoist(func: &mut Func) {
    if !has_loops(func) {
        return;
    }
    let mut pass = Hoist {
        census: Census::of(func),
    };
    pass.block(&mut func.body);
}

fn has_loops(func: &Func) -> bool {
    let mut stmts = func.body.all_blocks().flat_map(|block| &block.stmts);
    stmts.any(|stmt| matches!(stmt, Stmt::Join(join) if join.looping))
}

/// Whether code runs in each turn of a loop.
#[derive(Clone, Copy, PartialEq)]
enum Runs {
    Always,
    Maybe,
}

struct Hoist {
    census: Census,
}

impl Hoist {
    fn block(&mut self, block: &mut Block) {
        with_stack(|| {
            let mut at = 0;
            while let Some(stmt) = block.stmts.get_mut(at) {
                if let Stmt::Join(join) = stmt {
                    self.block(&mut join.body);
                    if join.looping {
                        let start = self.census.joins[join.id.0 as usize].declared_at;
                        let mut moved = Vec::new();
                        self.collect(&mut join.body, start, Runs::Always, &mut moved);
                        let count = moved.len();
                        block.stmts.splice(at..at, moved);
                        at += count;
                    }
                }
                at += 1;
            }
            for inner in block.end.blocks_mut() {
                self.block(inner);
            }
        });
    }

    /// Takes what can be moved before the loop declared at `start` out of a block of its body.
    fn collect(&mut self, block: &mut Block, start: u32, runs: Runs, moved: &mut Vec<Stmt>) {
        with_stack(|| {
            block.stmts.retain_mut(|stmt| {
                match stmt {
                    Stmt::Let { var, op, .. }
                        if moved.len() < MAX_MOVED && self.is_fixed(op, start, runs) =>
                    {
                        self.census.vars[var.0 as usize].bound_at = start - 1;
                        moved.push(stmt.clone());
                        return false;
                    }
                    Stmt::Join(join) => self.collect(&mut join.body, start, Runs::Maybe, moved),
                    Stmt::Let { .. } => {}
                }
                true
            });
            for inner in block.end.blocks_mut() {
                self.collect(inner, start, Runs::Maybe, moved);
            }
        });
    }

    fn is_fixed(&self, op: &Op, start: u32, runs: Runs) -> bool {
        match op {
            Op::Float(_) => true,
            Op::ListLen(list) => {
                runs == Runs::Always && self.census.vars[list.0 as usize].bound_at < start
            }
            _ => false,
        }
    }
}
