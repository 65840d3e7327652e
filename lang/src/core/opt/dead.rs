//! Removal of what nothing needs: results that are not read, parameters of joins that are not read.

use rustc_hash::FxHashSet;

use super::census;
use crate::core::ir::{Block, End, Func, JoinId, Op, Stmt, Var};
use crate::stack::with_stack;

/// Removes dead code; whether what is left may be simplified further: a block has become short, or a join takes less. To `open` joins there will
/// be other jumps, so they keep their parameters.
pub(super) fn remove(func: &mut Func, open: &FxHashSet<JoinId>) -> bool {
    let mut pass = Dead {
        uses: census::uses(func),
        open,
        dropped: vec![Vec::new(); func.joins as usize],
        shrunk: false,
    };
    pass.block(&mut func.body);
    if pass.dropped.iter().any(|params| !params.is_empty()) {
        pass.drop_params(&mut func.body);
    }
    pass.shrunk
}

/// Statements of a block that simplification treats as a whole.
const SHORT: usize = 1;

struct Dead<'o> {
    uses: Vec<u32>,
    open: &'o FxHashSet<JoinId>,
    /// Per join: numbers of the parameters that go, descending.
    dropped: Vec<Vec<usize>>,
    shrunk: bool,
}

impl Dead<'_> {
    /// Removes from the end of the code to its start, so that what only dead code read is dead when it is reached.
    fn block(&mut self, block: &mut Block) {
        with_stack(|| {
            for inner in block.end.blocks_mut() {
                self.block(inner);
            }
            let mut dead = Vec::new();
            for (at, stmt) in block.stmts.iter_mut().enumerate().rev() {
                if !self.is_needed(stmt) {
                    dead.push(at);
                }
            }
            if dead.is_empty() {
                return;
            }
            self.shrunk |= block.stmts.len() - dead.len() <= SHORT;
            let mut at = 0;
            block.stmts.retain(|_| {
                let gone = dead.last() == Some(&at);
                if gone {
                    dead.pop();
                }
                at += 1;
                !gone
            });
        });
    }

    /// Whether a statement has to stay; what only it read is not needed either when it goes.
    fn is_needed(&mut self, stmt: &mut Stmt) -> bool {
        match stmt {
            Stmt::Let { var, op, .. } => {
                if self.uses[var.0 as usize] == 0 && is_pure(op) {
                    op.operands(&mut |operand| self.uses[operand.0 as usize] -= 1);
                    return false;
                }
            }
            Stmt::Join(join) => {
                self.block(&mut join.body);
                if self.open.contains(&join.id) {
                    return true;
                }
                let unused = (0..join.params.len()).rev();
                let unused =
                    unused.filter(|number| self.uses[join.params[*number].0 as usize] == 0);
                self.dropped[join.id.0 as usize] = unused.collect();
            }
        }
        true
    }

    fn drop_params(&mut self, body: &mut Block) {
        self.shrunk = true;
        let dropped = &self.dropped;
        let of = |join: JoinId| dropped[join.0 as usize].iter().copied();
        body.for_each_block_mut(&mut |block| {
            for stmt in &mut block.stmts {
                if let Stmt::Join(join) = stmt {
                    of(join.id).for_each(|number| remove_at(&mut join.params, number));
                }
            }
            if let End::Jump(join, args) = &mut block.end {
                of(*join).for_each(|number| remove_at(args, number));
            }
        });
    }
}

fn remove_at(vars: &mut Vec<Var>, number: usize) {
    vars.remove(number);
}

/// Whether an operation neither crashes nor has an effect.
pub(super) fn is_pure(op: &Op) -> bool {
    use snow_bytecode::inst::IntOp;
    match op {
        Op::IntBin(op, ..) => matches!(
            op,
            IntOp::WrappingAdd
                | IntOp::WrappingSub
                | IntOp::WrappingMul
                | IntOp::And
                | IntOp::Or
                | IntOp::Xor
        ),
        Op::IntNeg(_)
        | Op::Call(..)
        | Op::CallClosure(..)
        | Op::Native(..)
        | Op::ListGet(..)
        | Op::ListSet(..)
        | Op::MapGet(..)
        | Op::MapKeyAt(..)
        | Op::MapValueAt(..)
        | Op::BytesPutScalar(..) => false,
        _ => true,
    }
}
