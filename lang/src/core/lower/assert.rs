//! `assert`.

use smol_str::SmolStr;
use snow_bytecode::inst::TextForm;

use super::{Cont, Lower, Res};
use crate::core::ir::{End, Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr, ExprKind};

impl<'a> Lower<'_, 'a> {
    /// Hands on `()` when the condition holds; otherwise crashes with its source text and, for a comparison, both sides.
    pub(super) fn assert(
        &mut self,
        condition: &'a Expr,
        text: &SmolStr,
        cont: Cont,
        span: Span,
    ) -> Res<()> {
        let (holds, sides) = match &condition.kind {
            ExprKind::Compare(rel, a, b) => {
                let a = self.value(a)?;
                let b = self.value(b)?;
                (self.compare_vars(*rel, a, b, condition.span)?, Some((a, b)))
            }
            _ => (self.value(condition)?, None),
        };
        let then = self.block(|lower| {
            let unit = lower.con(Con::Unit)?;
            let value = lower.emit(unit, Op::Unit, span);
            lower.flow(value, cont)
        })?;
        let otherwise = self.block(|lower| {
            let text = lower.assert_text(text, sides, span)?;
            lower.end(End::Panic {
                text,
                span: span.into(),
            })
        })?;
        self.end(End::If(holds, Box::new(then), Box::new(otherwise)))
    }

    fn assert_text(&mut self, source: &SmolStr, sides: Option<(Var, Var)>, span: Span) -> Res<Var> {
        let string = self.con(Con::String)?;
        let mut text = self.emit(
            string,
            Op::Str(format!("assertion failed: {source}").into()),
            span,
        );
        if let Some((a, b)) = sides {
            for (title, side) in [("\n  left:  ", a), ("\n  right: ", b)] {
                let title = self.emit(string, Op::Str(SmolStr::new_static(title)), span);
                text = self.emit(string, Op::Concat(text, title), span);
                text = self.append_text(TextForm::Debug, Some(text), side, string, span)?;
            }
        }
        Ok(text)
    }
}
