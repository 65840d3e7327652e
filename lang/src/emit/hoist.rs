//! Moves constants out of loops.

use snow_bytecode::inst::Inst;
use snow_bytecode::module::FuncId;

use crate::core::flat::ir::{Block, End, Func, Stmt};
use crate::stack::with_stack;

/// At most this many constants move out of one loop: each keeps a register.
const MANY: usize = 16;

/// Moves constants of loops before them. Gives those that belong before the function's first label, because the function jumps there.
pub(super) fn hoist(func: &mut Func, id: FuncId) -> Vec<Stmt> {
    let hoister = Hoister { id };
    let mut before = Vec::new();
    if hoister.comes_back(&func.body) {
        hoister.collect(&mut func.body, true, &mut before);
    } else {
        hoister.loops(&mut func.body);
    }
    before
}

struct Hoister {
    id: FuncId,
}

impl Hoister {
    /// Puts the constants of the loops in a block before them.
    fn loops(&self, block: &mut Block) {
        with_stack(|| {
            let stmts = std::mem::take(&mut block.stmts);
            for mut stmt in stmts {
                if let Stmt::Join(join) = &mut stmt {
                    if join.looping {
                        self.collect(&mut join.body, false, &mut block.stmts);
                    } else {
                        self.loops(&mut join.body);
                    }
                }
                block.stmts.push(stmt);
            }
            block.end.blocks_mut().for_each(|block| self.loops(block));
        });
    }

    /// Takes the constants out of the blocks that come back to a loop; whether this one does. `whole`: the function is the loop.
    fn collect(&self, block: &mut Block, whole: bool, out: &mut Vec<Stmt>) -> bool {
        with_stack(|| {
            let mut back = self.is_back(&block.end, whole);
            for below in block.end.blocks_mut() {
                back |= self.collect(below, whole, out);
            }
            for stmt in &mut block.stmts {
                if let Stmt::Join(join) = stmt {
                    back |= self.collect(&mut join.body, whole, out);
                }
            }
            if back {
                block.stmts.retain(|stmt| {
                    let constant = matches!(
                        stmt,
                        Stmt::Inst(Inst::ConstInt { .. } | Inst::ConstFloat { .. }, _)
                    );
                    let moves = constant && out.len() < MANY;
                    if moves {
                        out.push(stmt.clone());
                    }
                    !moves
                });
            }
            back
        })
    }

    /// Whether code jumps to the start of the function.
    fn comes_back(&self, block: &Block) -> bool {
        with_stack(|| {
            let in_join = |stmt: &Stmt| match stmt {
                Stmt::Join(join) => self.comes_back(&join.body),
                Stmt::Inst(..) => false,
            };
            self.is_self_call(&block.end)
                || block.stmts.iter().any(in_join)
                || block.end.blocks().any(|block| self.comes_back(block))
        })
    }

    fn is_self_call(&self, end: &End) -> bool {
        matches!(end, End::Leave(Inst::TailCall { func, .. }, _) if *func == self.id)
    }

    /// Jumps count whether or not their join loops: what leads to a join in a loop mostly comes back.
    fn is_back(&self, end: &End, whole: bool) -> bool {
        matches!(end, End::Jump(..)) || whole && self.is_self_call(end)
    }
}
