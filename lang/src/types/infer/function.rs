//! What is particular to the bodies of named functions: `main`, and warnings about unused locals.

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, Block, FnBody, FnClause, Span, Stmt};
use crate::typed::{Con, Expr, Owner};
use crate::types::arena::TyId;

impl Infer<'_, '_> {
    /// Whether the function at hand is the program's `main`.
    pub(in crate::types) fn is_main(&self) -> bool {
        self.world.program.main == Some(self.f.func)
    }

    /// Whether nobody wants the value of the function at hand: it is the program's `main`, or a test.
    fn is_run(&self) -> bool {
        let func = &self.world.program.funcs[self.f.func.0 as usize];
        self.is_main() || func.owner == Owner::Test
    }

    /// The body of a function. The value of `main` is thrown away unless its type is written, and so is that of a test.
    pub(in crate::types) fn function_block(&mut self, block: &Block, expect: Expect) -> Expr {
        let (ret, why) = self.f.ret;
        if !self.is_run() || !self.arena.is_var(ret) {
            return self.block(block, expect);
        }
        self.demand(block.span, ret, TyId::UNIT, why);
        self.discard(block)
    }

    /// Warns about a `return` of a value at the end of a function, where the value alone says the same.
    pub(in crate::types) fn needless_return(&mut self, clause: &FnClause) {
        let last = match &clause.body {
            Some(FnBody::Expr(body)) => body,
            Some(FnBody::Block(block)) => match block.stmts.last() {
                Some(Stmt::Expr(last)) => last,
                _ => return,
            },
            None => return,
        };
        let ast::ExprKind::Return(Some(value)) = &last.kind else {
            return;
        };
        if self.world.is_std(self.f.module) {
            return;
        }
        let word = Span {
            end: value.span.start,
            ..last.span
        };
        self.world.warnings.push(
            Diagnostic::new(Code::NEEDLESS_RETURN, word, "this `return` is not needed")
                .label("remove this")
                .note("the value of a function is its last expression; `return` leaves it earlier"),
        );
    }

    /// Warns about locals of the function at hand that nothing reads.
    pub(in crate::types) fn warn_unused(&mut self) {
        if self.world.is_std(self.f.module) {
            return;
        }
        for (local, used) in self.f.locals.iter().zip(&self.f.used) {
            if *used || local.name.starts_with('_') || local.name == "self" {
                continue;
            }
            self.world.warnings.push(
                Diagnostic::new(
                    Code::UNUSED_VARIABLE,
                    local.span,
                    format!("`{}` is never used", local.name),
                )
                .label("unused variable")
                .help(format!("if that is on purpose, call it `_{}`", local.name)),
            );
        }
    }

    /// Warns about Results that a member of the group throws away.
    pub(in crate::types) fn warn_ignored(&mut self) {
        let result = self.world.program.known.result;
        for member in &self.members {
            if self.world.is_std(member.frame.module) {
                continue;
            }
            for &(span, ty) in &member.frame.discarded {
                if let Some((Con::Adt(id), _)) = self.arena.known(ty)
                    && Some(id) == result
                {
                    self.world.warnings.push(
                        Diagnostic::new(
                            Code::IGNORED_RESULT,
                            span,
                            "this `Result` is ignored, and with it any error",
                        )
                        .label("may be an `Err`")
                        .help("handle it with `case`, pass it on with `?`, or say that it does not matter: `let _ = …`"),
                    );
                }
            }
        }
    }
}
