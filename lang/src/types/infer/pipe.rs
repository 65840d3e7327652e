//! Pipes: `x |> f(a)` and `x |2> f(a)`.

use super::args::Args;
use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, BinOp, ExprKind as Ast, Span};
use crate::typed::Expr;

impl Infer<'_, '_> {
    pub(super) fn pipe(
        &mut self,
        value: &ast::Expr,
        slot: u32,
        op_span: Span,
        target: &ast::Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let value = self.infer(value).0;
        self.pipe_into(value, slot, op_span, target, span, expect)
    }

    fn pipe_into(
        &mut self,
        value: Expr,
        slot: u32,
        op_span: Span,
        target: &ast::Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        match &target.kind {
            Ast::Call(call) => {
                let args = Args::of(call);
                if slot == 0 || slot as usize > args.items.len() + 1 {
                    return self.bad_slot(slot, args.items.len() + 1, op_span, span);
                }
                let args = args.with_piped(value, slot as usize - 1);
                self.call_with(&call.callee, args, span, expect)
            }
            // `x |> f(a)?` tries the result of the pipe.
            Ast::Try(inner) => {
                let piped = self.pipe_into(value, slot, op_span, inner, span, Expect::Any);
                self.try_value(piped, span, expect)
            }
            Ast::Binary(op, place, ..) => self.pipe_before_operator(*op, *place, span),
            _ => {
                if slot != 1 {
                    return self.bad_slot(slot, 1, op_span, span);
                }
                let args = Args::default().with_piped(value, 0);
                self.call_with(target, args, span, expect)
            }
        }
    }

    /// `x |> f == y`: what is piped into is the whole comparison, which is never meant.
    fn pipe_before_operator(&mut self, op: BinOp, place: Span, span: Span) -> Expr {
        let op = op.symbol();
        self.sink.push(
            Diagnostic::new(
                Code::NOT_A_FUNCTION,
                place,
                format!("`{op}` binds more tightly than `|>`, so this pipes into its result"),
            )
            .label("this is computed first")
            .help(format!("put the pipe in parentheses: `(… |> …) {op} …`")),
        );
        self.error(span)
    }

    fn bad_slot(&mut self, slot: u32, arguments: usize, op_span: Span, span: Span) -> Expr {
        self.sink.push(
            Diagnostic::new(
                Code::ARGUMENT_COUNT,
                op_span,
                format!("this pipes into argument {slot}, but the call has {arguments} with it"),
            )
            .label("no such argument"),
        );
        self.error(span)
    }
}
