//! Closures: code of their own, and a value that holds what they take from around them.

use snow_bytecode::types::{Type, TypeId};

use super::{Fault, Frame, Lower, Res};
use crate::core::ir::{FuncKind, Op, Var};
use crate::syntax::ast::Span;
use crate::typed::Clause;

impl<'a> Lower<'_, 'a> {
    /// A closure of these clauses.
    pub(super) fn lambda(&mut self, clauses: &'a [Clause], ty: TypeId, span: Span) -> Res<Var> {
        let Type::Fun { params, ret } = self.mono.types.get(ty).clone() else {
            return Err(Fault::internal(span, "a closure that is no function").into());
        };
        let at = self.mono.reserve();
        self.frames.push(Frame::new(ret));
        let params: Vec<Var> = params.iter().map(|ty| self.var(*ty, "")).collect();
        let what = format!("a closure of {}", self.name);
        let body = self.clauses(clauses, &params, &what, span)?;
        let captures = std::mem::take(&mut self.frame_mut().captures);
        let (inner, outer) = captures.into_iter().map(|c| (c.inner, c.outer)).unzip();
        let kind = FuncKind::Closure {
            fun_type: ty,
            captures: inner,
        };
        let name = format!("{}/fn", self.name);
        let func = self.finish_frame(kind, name, params, body, span);
        self.mono.define(at, func);
        Ok(self.emit(ty, Op::Closure(at, outer), span))
    }
}
