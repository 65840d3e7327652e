//! Building blocks: fresh variables, statements, joins, and the two ways a value flows on.

use smol_str::SmolStr;
use snow_bytecode::types::TypeId;

use super::{Fault, Lower, Res, Stop};
use crate::core::ir::{Block, End, Join, JoinId, Op, Stmt, Var, VarInfo};
use crate::syntax::ast::Span;

/// What becomes of an expression's value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cont {
    /// It is the function's result.
    Return,
    /// It is the one parameter of a join.
    Join(JoinId),
    /// Nothing; control goes on at a join without parameters.
    Discard(JoinId),
}

/// A block under construction, with the outer parts that wait for the rest of the code.
#[derive(Debug, Default)]
pub(super) struct Open {
    stmts: Vec<Stmt>,
    pending: Vec<Pending>,
    end: Option<End>,
    /// The line that was counted last.
    pub(super) counted: Option<u32>,
}

/// A block whose join `join` has the code under construction as its body.
#[derive(Debug)]
struct Pending {
    before: Vec<Stmt>,
    join: JoinId,
    params: Vec<Var>,
    after: Block,
}

impl Open {
    /// The statements of code that does not branch.
    pub(super) fn into_straight_line(self, span: Span) -> Result<Vec<Stmt>, Fault> {
        if self.pending.is_empty() && self.end.is_none() {
            Ok(self.stmts)
        } else {
            Err(Fault::internal(span, "a generalised value that branches"))
        }
    }

    fn finish(mut self, end: End) -> Block {
        let mut block = Block {
            stmts: self.stmts,
            end,
        };
        while let Some(Pending {
            before,
            join,
            params,
            after,
        }) = self.pending.pop()
        {
            let mut stmts = before;
            stmts.push(Stmt::Join(Box::new(Join {
                id: join,
                params,
                looping: false,
                body: block,
            })));
            stmts.extend(after.stmts);
            block = Block {
                stmts,
                end: after.end,
            };
        }
        block
    }
}

impl Lower<'_, '_> {
    /// A fresh variable.
    pub(super) fn var(&mut self, ty: TypeId, name: &str) -> Var {
        let vars = &mut self.frame_mut().vars;
        vars.push(VarInfo {
            ty,
            name: SmolStr::new(name),
        });
        Var(vars.len() as u32 - 1)
    }

    /// Type of a variable.
    pub(super) fn type_of(&self, var: Var) -> TypeId {
        self.frame().vars[var.0 as usize].ty
    }

    /// Gives a variable a source name if it has none.
    pub(super) fn name_var(&mut self, var: Var, name: &SmolStr) {
        let info = &mut self.frame_mut().vars[var.0 as usize];
        if info.name.is_empty() {
            info.name = name.clone();
        }
    }

    /// Adds `fresh = op`.
    pub(super) fn emit(&mut self, ty: TypeId, op: Op, span: Span) -> Var {
        let var = self.var(ty, "");
        let span = span.into();
        self.push(Stmt::Let { var, op, span });
        var
    }

    /// Adds a statement to the current block.
    pub(super) fn push(&mut self, stmt: Stmt) {
        self.frame_mut().open.stmts.push(stmt);
    }

    /// A fresh join, to be declared by [`Lower::declare`] or [`Lower::resume`].
    pub(super) fn join(&mut self) -> JoinId {
        let frame = self.frame_mut();
        frame.entered.push(false);
        JoinId(frame.entered.len() as u32 - 1)
    }

    /// Whether something jumps to a join.
    pub(super) fn is_entered(&self, join: JoinId) -> bool {
        self.frame().entered[join.0 as usize]
    }

    /// Ends the current block. The result is always an error value, so that `?` leaves the code that follows.
    pub(super) fn end<T>(&mut self, end: End) -> Res<T> {
        self.frame_mut().open.end = Some(end);
        Err(Stop::Diverged)
    }

    /// Ends the current block with a jump.
    pub(super) fn jump<T>(&mut self, join: JoinId, args: Vec<Var>) -> Res<T> {
        self.frame_mut().entered[join.0 as usize] = true;
        self.end(End::Jump(join, args))
    }

    /// Ends the current block by handing `value` to `cont`.
    pub(super) fn flow<T>(&mut self, value: Var, cont: Cont) -> Res<T> {
        match cont {
            Cont::Return => self.end(End::Return(value)),
            Cont::Join(join) => self.jump(join, vec![value]),
            Cont::Discard(join) => self.jump(join, Vec::new()),
        }
    }

    /// The block that `code` builds; `code` must end it.
    pub(super) fn block(
        &mut self,
        code: impl FnOnce(&mut Self) -> Res<()>,
    ) -> Result<Block, Fault> {
        let outer = std::mem::take(&mut self.frame_mut().open);
        let depth = self.depth();
        let result = code(self);
        if let Err(Stop::Fault(fault)) = result {
            return Err(fault);
        }
        debug_assert_eq!(depth, self.depth(), "frames are balanced");
        let mut open = std::mem::replace(&mut self.frame_mut().open, outer);
        match open.end.take() {
            Some(end) => Ok(open.finish(end)),
            None => Err(Fault::internal(Span::default(), "a block without an end")),
        }
    }

    /// Declares a join whose code `body` builds.
    pub(super) fn declare(
        &mut self,
        id: JoinId,
        params: Vec<Var>,
        looping: bool,
        body: impl FnOnce(&mut Self) -> Res<()>,
    ) -> Result<(), Fault> {
        let body = self.block(body)?;
        self.push(Stmt::Join(Box::new(Join {
            id,
            params,
            looping,
            body,
        })));
        Ok(())
    }

    /// Declares a join, continues the current block with `after`, and makes what follows the body of the join. When nothing jumps
    /// to the join, what follows is unreachable.
    pub(super) fn resume(&mut self, join: JoinId, params: Vec<Var>, after: Block) -> Res<()> {
        if !self.is_entered(join) {
            self.frame_mut().open.stmts.extend(after.stmts);
            return self.end(after.end);
        }
        let open = &mut self.frame_mut().open;
        let before = std::mem::take(&mut open.stmts);
        open.pending.push(Pending {
            before,
            join,
            params,
            after,
        });
        Ok(())
    }
}
