//! Code at the end of a loop, moved out of it: so a copy of the loop does not copy what comes after.

use rustc_hash::FxHashSet;

use crate::core::ir::{Block, End, Func, Join, JoinId, Op, Stmt, Var, VarInfo};
use crate::stack::with_stack;

/// Puts the code in a loop that does not lead back into it into joins before the loop; whether the loop was found.
pub(super) fn move_out(func: &mut Func, id: JoinId) -> bool {
    let mut body = std::mem::take(&mut func.body);
    let mut found = false;
    body.for_each_block_mut(&mut |block| {
        let at = block.stmts.iter().position(|stmt| is_join(stmt, id));
        let Some(at) = at else {
            return;
        };
        let Stmt::Join(the_loop) = &mut block.stmts[at] else {
            return;
        };
        found = true;
        let moved = exits(func, the_loop);
        block.stmts.splice(at..at, moved);
    });
    func.body = body;
    found
}

fn is_join(stmt: &Stmt, id: JoinId) -> bool {
    matches!(stmt, Stmt::Join(join) if join.id == id)
}

/// The joins that a loop's exits become.
fn exits(func: &mut Func, the_loop: &mut Join) -> Vec<Stmt> {
    let mut inside = Inside::default();
    inside.joins.insert(the_loop.id);
    inside.vars.extend(&the_loop.params);
    inside.add(&the_loop.body);
    let mut pass = Exits {
        vars: &mut func.vars,
        joins: &mut func.joins,
        inside,
        moved: Vec::new(),
    };
    pass.below(&mut the_loop.body);
    pass.moved
}

/// What code binds and declares.
#[derive(Default)]
struct Inside {
    vars: FxHashSet<Var>,
    joins: FxHashSet<JoinId>,
}

impl Inside {
    fn of(block: &Block) -> Inside {
        let mut inside = Inside::default();
        inside.add(block);
        inside
    }

    fn add(&mut self, block: &Block) {
        for stmt in block.all_blocks().flat_map(|block| &block.stmts) {
            match stmt {
                Stmt::Let { var, .. } => {
                    self.vars.insert(*var);
                }
                Stmt::Join(join) => {
                    self.joins.insert(join.id);
                    self.vars.extend(&join.params);
                }
            }
        }
    }
}

struct Exits<'f> {
    vars: &'f mut Vec<VarInfo>,
    joins: &'f mut u32,
    /// What is of the loop.
    inside: Inside,
    moved: Vec<Stmt>,
}

impl Exits<'_> {
    /// Moves exits out of the blocks below one.
    fn below(&mut self, block: &mut Block) {
        with_stack(|| {
            for stmt in &mut block.stmts {
                if let Stmt::Join(join) = stmt {
                    self.block(&mut join.body);
                }
            }
            block.end.blocks_mut().for_each(|block| self.block(block));
        });
    }

    fn block(&mut self, block: &mut Block) {
        if is_short(block) {
            return;
        }
        match self.leaves(block) {
            true => self.move_block(block),
            false => self.below(block),
        }
    }

    /// Whether no way leads from a block back into the loop.
    fn leaves(&self, block: &Block) -> bool {
        let own = Inside::of(block).joins;
        block.all_blocks().all(|block| match &block.end {
            End::Jump(join, _) => own.contains(join) || !self.inside.joins.contains(join),
            _ => true,
        })
    }

    /// Leaves a jump in a block's place.
    fn move_block(&mut self, block: &mut Block) {
        let needed = self.needed(block);
        let id = JoinId(*self.joins);
        *self.joins += 1;
        let jump = Block {
            stmts: Vec::new(),
            end: End::Jump(id, needed.clone()),
        };
        let mut body = std::mem::replace(block, jump);
        let params: Vec<Var> = needed.iter().map(|var| self.fresh_like(*var)).collect();
        let rename = |var: &mut Var| {
            if let Some(at) = needed.iter().position(|needed| needed == var) {
                *var = params[at];
            }
        };
        body.for_each_block_mut(&mut |block| {
            for stmt in &mut block.stmts {
                if let Stmt::Let { op, .. } = stmt {
                    op.operands_mut(&mut |var| rename(var));
                }
            }
            block.end.operands_mut(&mut |var| rename(var));
        });
        self.moved.push(Stmt::Join(Box::new(Join {
            id,
            params,
            looping: false,
            body,
        })));
    }

    /// The loop's variables that a block reads.
    fn needed(&self, block: &Block) -> Vec<Var> {
        let own = Inside::of(block).vars;
        let mut needed = Vec::new();
        let mut read = |var: Var| {
            let is_free = self.inside.vars.contains(&var) && !own.contains(&var);
            if is_free && !needed.contains(&var) {
                needed.push(var);
            }
        };
        for block in block.all_blocks() {
            for stmt in &block.stmts {
                if let Stmt::Let { op, .. } = stmt {
                    op.operands(&mut read);
                }
            }
            block.end.operands(&mut read);
        }
        needed
    }

    fn fresh_like(&mut self, var: Var) -> Var {
        let info = self.vars[var.0 as usize].clone();
        self.vars.push(info);
        Var(self.vars.len() as u32 - 1)
    }
}

/// Whether code may be copied as well as a jump: it only leaves, with at most a constant.
fn is_short(block: &Block) -> bool {
    let ends = matches!(
        block.end,
        End::Jump(..) | End::Return(_) | End::Crash { .. } | End::Unreachable
    );
    let constant = |stmt: &Stmt| {
        matches!(
            stmt,
            Stmt::Let {
                op: Op::Unit | Op::Bool(_) | Op::Int(_),
                ..
            }
        )
    };
    ends && block.stmts.len() <= 1 && block.stmts.iter().all(constant)
}
