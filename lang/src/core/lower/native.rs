//! Natives of the standard library: those that are instructions become operations of Core, the others calls.

use std::sync::Arc;

use snow_bytecode::inst::IntOp;
use snow_bytecode::types::{Type, TypeId};

use super::{Fault, Lower, Res, Subst};
use crate::core::ir::{NativeParam, NativeRef, Op, Var};
use crate::emit::intrinsics::Intrinsic;
use crate::syntax::ast::Span;
use crate::typed::{Con, Func, FuncId, Imp, Ty};

impl Lower<'_, '_> {
    /// A call of a native at type arguments.
    pub(super) fn native_call(
        &mut self,
        id: FuncId,
        types: Vec<TypeId>,
        args: Vec<Var>,
        span: Span,
    ) -> Res<Var> {
        let func = self.mono.func(id);
        let Imp::Native { symbol, owned } = &func.imp else {
            return Err(Fault::internal(span, "a Snow function called as a native").into());
        };
        let ret = self
            .mono
            .types
            .of(&func.ret, &Subst::new(types.clone()), span)?;
        if let Some(done) = self.in_place_of(symbol, &types, &args, ret, span)? {
            return Ok(done);
        }
        match (Intrinsic::by_symbol(symbol), args.as_slice()) {
            (Some(Intrinsic::Equal), &[a, b]) => return self.equal_vars(a, b, span),
            (Some(Intrinsic::Compare), &[a, b]) => return self.order_vars(a, b, span),
            (Some(Intrinsic::Hash), &[value]) => return self.hash_var(value, span),
            (Some(Intrinsic::Number(value)), []) => return self.number(value, ret, span),
            (Some(Intrinsic::Sign), &[value]) => return self.sign(value, span),
            (Some(intrinsic), _) => {
                if let Some(op) = intrinsic.operation(&args) {
                    return Ok(self.emit(ret, op, span));
                }
            }
            (None, _) => {}
        }
        let native = Arc::new(NativeRef {
            symbol: symbol.clone(),
            type_args: types,
            params: native_params(func, owned),
            generic_result: matches!(func.ret, Ty::Param(_)),
        });
        Ok(self.emit(ret, Op::Native(native, args), span))
    }

    fn number(&mut self, value: u8, ty: TypeId, span: Span) -> Res<Var> {
        let op = match self.mono.types.get(ty) {
            Type::Float => Op::Float(f64::from(value)),
            _ => Op::Int(i64::from(value)),
        };
        Ok(self.emit(ty, op, span))
    }

    /// What a comparator returned, as an Int that is negative, zero or positive.
    fn sign(&mut self, value: Var, span: Span) -> Res<Var> {
        if matches!(self.mono.types.get(self.type_of(value)), Type::Int) {
            return Ok(value);
        }
        // The tag word of an Ordering: Less 0, Equal 1, Greater 2.
        let int = self.con(Con::Int)?;
        let equal = self.int(1, span)?;
        Ok(self.emit(int, Op::IntBin(IntOp::WrappingSub, value, equal), span))
    }
}

fn native_params(func: &Func, owned: &[bool]) -> Vec<NativeParam> {
    let params = func.params.iter().zip(owned);
    let mode = params.map(|((_, ty), owned)| NativeParam {
        owned: *owned,
        generic: matches!(ty, Ty::Param(_)),
    });
    mode.collect()
}
