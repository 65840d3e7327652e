//! Struct update and indexing.

use snow_bytecode::inst::TextForm;
use snow_bytecode::types::{Type, TypeId};

use super::{Fault, Lower, Res};
use crate::core::ir::{End, Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr};

impl<'a> Lower<'_, 'a> {
    pub(super) fn update(&mut self, base: &'a Expr, fields: &'a [(u32, Expr)]) -> Res<Op> {
        let base = self.value(base)?;
        let fields = fields
            .iter()
            .map(|(field, value)| Ok((*field, self.value(value)?)));
        Ok(Op::Update(base, fields.collect::<Res<_>>()?))
    }

    /// `xs[i]`.
    pub(super) fn index(
        &mut self,
        base: &'a Expr,
        index: &'a Expr,
        ty: TypeId,
        span: Span,
    ) -> Res<Var> {
        let base = self.value(base)?;
        let index = self.value(index)?;
        let op = match self.mono.types.get(self.type_of(base)) {
            Type::List(_) => Op::ListGet(base, index),
            Type::Map(..) => return self.map_index(base, index, ty, span),
            _ if self.mono.types.is_keyed(self.type_of(base)) => {
                return self.map_index(base, index, ty, span);
            }
            Type::String => return self.library_get("String", base, index, span),
            Type::Bytes => return self.library_get("Bytes", base, index, span),
            _ => return Err(Fault::internal(span, "an index into something that has none").into()),
        };
        Ok(self.emit(ty, op, span))
    }

    /// `m[k]`: the value, or a crash that shows the key.
    fn map_index(&mut self, map: Var, key: Var, ty: TypeId, span: Span) -> Res<Var> {
        let text_type = self.con(Con::String)?;
        let join = self.join();
        let after = self.block(|lower| {
            let has = lower.map_has(map, key, span)?;
            let then = lower.block(|lower| {
                let value = lower.map_get(map, key, ty, span)?;
                lower.jump(join, vec![value])
            })?;
            let otherwise = lower.block(|lower| {
                let text = lower.emit(text_type, Op::Str("key not found: ".into()), span);
                let text = lower.append_text(TextForm::Debug, Some(text), key, text_type, span)?;
                lower.end(End::Panic {
                    text,
                    span: span.into(),
                })
            })?;
            lower.end(End::If(has, Box::new(then), Box::new(otherwise)))
        })?;
        let result = self.var(ty, "");
        self.resume(join, vec![result], after)?;
        Ok(result)
    }

    fn library_get(&mut self, module: &str, base: Var, index: Var, span: Span) -> Res<Var> {
        let get = self.mono.library(module, "get", span)?;
        self.call_with(get, Vec::new(), vec![base, index], span)
    }
}
