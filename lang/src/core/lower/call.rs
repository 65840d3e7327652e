//! Direct calls.

use snow_bytecode::types::TypeId;

use super::{Lower, Res, Subst};
use crate::core::ir::{Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Expr, FuncId, Imp, Ty};

impl<'a> Lower<'_, 'a> {
    pub(super) fn call(
        &mut self,
        id: FuncId,
        types: &'a [Ty],
        args: &'a [Expr],
        span: Span,
    ) -> Res<Var> {
        let args = self.values(args)?;
        let types = self.type_args(types, span)?;
        self.call_with(id, types, args, span)
    }

    /// A call with arguments that are variables already.
    pub(super) fn call_with(
        &mut self,
        id: FuncId,
        types: Vec<TypeId>,
        args: Vec<Var>,
        span: Span,
    ) -> Res<Var> {
        let func = self.mono.func(id);
        if matches!(func.imp, Imp::Native { .. }) {
            return self.native_call(id, types, args, span);
        }
        let ret = self
            .mono
            .types
            .of(&func.ret, &Subst::new(types.clone()), span)?;
        let callee = self.mono.instance(id, types, span)?;
        Ok(self.emit(ret, Op::Call(callee, args), span))
    }
}
