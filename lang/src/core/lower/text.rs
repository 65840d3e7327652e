//! Interpolation and `inspect`: a String that grows part by part.

use smol_str::SmolStr;
use snow_bytecode::inst::TextForm;
use snow_bytecode::types::{Type, TypeId};

use super::{Lower, Res};
use crate::core::ir::{Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Expr, InterpPart};

impl<'a> Lower<'_, 'a> {
    pub(super) fn interpolation(
        &mut self,
        parts: &'a [InterpPart],
        ty: TypeId,
        span: Span,
    ) -> Res<Var> {
        let mut text: Option<Var> = None;
        for part in parts {
            let (next, plain) = match part {
                InterpPart::Text(literal) => (self.emit(ty, Op::Str(literal.clone()), span), true),
                InterpPart::Value(value) => {
                    let value = self.value(value)?;
                    (
                        value,
                        matches!(self.mono.types.get(self.type_of(value)), Type::String),
                    )
                }
            };
            text = Some(match (text, plain) {
                (None, true) => next,
                (Some(text), true) => self.emit(ty, Op::Concat(text, next), span),
                (text, false) => self.append_text(TextForm::Display, text, next, ty, span)?,
            });
        }
        Ok(match text {
            Some(text) => text,
            None => self.emit(ty, Op::Str(SmolStr::default()), span),
        })
    }

    /// The Debug text of a value.
    pub(super) fn inspect(&mut self, value: &'a Expr, ty: TypeId, span: Span) -> Res<Var> {
        let value = self.value(value)?;
        self.append_text(TextForm::Debug, None, value, ty, span)
    }

    /// `text` (or nothing) with the text of a value after it.
    pub(super) fn append_text(
        &mut self,
        form: TextForm,
        text: Option<Var>,
        value: Var,
        ty: TypeId,
        span: Span,
    ) -> Res<Var> {
        if let Some(shown) = self.custom_text(form, value, span)? {
            return Ok(match text {
                Some(text) => self.emit(ty, Op::Concat(text, shown), span),
                None => shown,
            });
        }
        let text = text.unwrap_or_else(|| self.emit(ty, Op::Str(SmolStr::default()), span));
        Ok(self.emit(ty, Op::AppendText(form, text, value), span))
    }
}
