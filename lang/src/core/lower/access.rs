//! Struct update and indexing.

use snow_bytecode::types::{Type, TypeId};

use super::{Fault, Lower, Res};
use crate::core::ir::{Op, Var};
use crate::syntax::ast::Span;
use crate::typed::Expr;

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
            Type::Map(..) => Op::MapGet(base, index),
            Type::String => return self.library_get("String", base, index, span),
            Type::Bytes => return self.library_get("Bytes", base, index, span),
            _ => return Err(Fault::internal(span, "an index into something that has none").into()),
        };
        Ok(self.emit(ty, op, span))
    }

    fn library_get(&mut self, module: &str, base: Var, index: Var, span: Span) -> Res<Var> {
        let get = self.mono.library(module, "get", span)?;
        self.call_with(get, Vec::new(), vec![base, index], span)
    }
}
