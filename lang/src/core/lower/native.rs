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
        match (Intrinsic::by_symbol(symbol), args.as_slice()) {
            (Some(Intrinsic::Number(value)), []) => return self.number(value, ret, span),
            (Some(Intrinsic::Sign), &[value]) => return self.sign(value, span),
            (Some(intrinsic), _) => {
                if let Some(op) = operation(intrinsic, &args) {
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

/// The operation of Core that an instruction of the library is; the others stay natives until emission.
fn operation(intrinsic: Intrinsic, args: &[Var]) -> Option<Op> {
    Some(match (intrinsic, args) {
        (Intrinsic::Int(op), &[a, b]) => Op::IntBin(op, a, b),
        (Intrinsic::IntNeg, &[a]) => Op::IntNeg(a),
        (Intrinsic::Float(op), &[a, b]) => Op::FloatBin(op, a, b),
        (Intrinsic::FloatUn(op), &[a]) => Op::FloatUn(op, a),
        (Intrinsic::Equal, &[a, b]) => Op::Equal(a, b),
        (Intrinsic::Compare, &[a, b]) => Op::Compare(a, b),
        (Intrinsic::Hash, &[a]) => Op::Hash(a),
        (Intrinsic::Concat, &[a, b]) => Op::Concat(a, b),
        (Intrinsic::Text(form), &[text, value]) => Op::AppendText(form, text, value),
        (Intrinsic::RangeNew, &[a, b]) => Op::Range(a, b),
        (Intrinsic::RangeStart, &[a]) => Op::RangeStart(a),
        (Intrinsic::RangeEnd, &[a]) => Op::RangeEnd(a),
        (Intrinsic::ListNew, []) => Op::List(Vec::new()),
        (Intrinsic::ListLen, &[a]) => Op::ListLen(a),
        (Intrinsic::ListGet, &[a, index]) => Op::ListGet(a, index),
        (Intrinsic::ListAppend, &[a, value]) => Op::ListAppend(a, value),
        (Intrinsic::ListPrepend, &[a, value]) => Op::ListPrepend(a, value),
        (Intrinsic::ListDrop, &[a, count]) => Op::ListDrop(a, count),
        (Intrinsic::ListSet, &[a, index, value]) => Op::ListSet(a, index, value),
        (Intrinsic::ListConcat, &[a, b]) => Op::ListConcat(a, b),
        (Intrinsic::MapNew, []) => Op::MapNew,
        (Intrinsic::MapGet, &[map, key]) => Op::MapGet(map, key),
        (Intrinsic::MapHas, &[map, key]) => Op::MapHas(map, key),
        (Intrinsic::MapPut, &[map, key, value]) => Op::MapPut(map, key, value),
        (Intrinsic::MapNext, &[map, from]) => Op::MapNext(map, from),
        (Intrinsic::MapKey, &[map, entry]) => Op::MapKeyAt(map, entry),
        (Intrinsic::MapValue, &[map, entry]) => Op::MapValueAt(map, entry),
        _ => return None,
    })
}
