//! Natives of the standard library: those that are instructions become operations of Core, the others calls.

use std::sync::Arc;

use snow_bytecode::inst::{FloatUnOp, IntOp, TextForm};
use snow_bytecode::types::{Type, TypeId};

use super::{Fault, Lower, Res, Subst};
use crate::core::ir::{NativeParam, NativeRef, Op, Var};
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
        if let Some(op) = instruction(symbol, &args) {
            return Ok(self.emit(ret, op, span));
        }
        match (symbol.as_str(), args.as_slice()) {
            ("number.zero", []) => return self.number(0, ret, span),
            ("number.one", []) => return self.number(1, ret, span),
            ("comparison.sign", &[value]) => return self.sign(value, span),
            ("text.display", &[value]) => {
                return Ok(self.append_text(TextForm::Display, None, value, ret, span));
            }
            ("text.debug", &[value]) => {
                return Ok(self.append_text(TextForm::Debug, None, value, ret, span));
            }
            _ => {}
        }
        let native = Arc::new(NativeRef {
            symbol: symbol.clone(),
            type_args: types,
            params: native_params(func, owned),
            generic_result: matches!(func.ret, Ty::Param(_)),
        });
        Ok(self.emit(ret, Op::Native(native, args), span))
    }

    fn number(&mut self, value: i32, ty: TypeId, span: Span) -> Res<Var> {
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

/// The operation of a mnemonic that has one.
fn instruction(symbol: &str, args: &[Var]) -> Option<Op> {
    Some(match (symbol, args) {
        ("list.len", &[list]) => Op::ListLen(list),
        ("list.get", &[list, index]) => Op::ListGet(list, index),
        ("list.append", &[list, value]) => Op::ListAppend(list, value),
        ("list.prepend", &[list, value]) => Op::ListPrepend(list, value),
        ("list.drop", &[list, count]) => Op::ListDrop(list, count),
        ("list.concat", &[a, b]) => Op::ListConcat(a, b),
        ("list.set", &[list, index, value]) => Op::ListSet(list, index, value),
        ("map.new" | "set.new", &[]) => Op::MapNew,
        ("map.put", &[map, key, value]) => Op::MapPut(map, key, value),
        ("map.has" | "set.has", &[map, key]) => Op::MapHas(map, key),
        ("map.get", &[map, key]) => Op::MapGet(map, key),
        ("map.next", &[map, from]) => Op::MapNext(map, from),
        ("map.key", &[map, entry]) => Op::MapKeyAt(map, entry),
        ("map.value", &[map, entry]) => Op::MapValueAt(map, entry),
        ("range.start", &[range]) => Op::RangeStart(range),
        ("range.end", &[range]) => Op::RangeEnd(range),
        ("concat", &[a, b]) => Op::Concat(a, b),
        ("eq", &[a, b]) => Op::Equal(a, b),
        ("compare", &[a, b]) => Op::Compare(a, b),
        ("hash", &[value]) => Op::Hash(value),
        (_, &[a]) => Op::FloatUn(float_unary(symbol)?, a),
        (_, &[a, b]) => Op::IntBin(int_binary(symbol)?, a, b),
        _ => return None,
    })
}

fn float_unary(symbol: &str) -> Option<FloatUnOp> {
    Some(match symbol {
        "float.abs" => FloatUnOp::Abs,
        "float.sqrt" => FloatUnOp::Sqrt,
        "float.floor" => FloatUnOp::Floor,
        "float.ceil" => FloatUnOp::Ceil,
        "float.trunc" => FloatUnOp::Trunc,
        _ => return None,
    })
}

fn int_binary(symbol: &str) -> Option<IntOp> {
    Some(match symbol {
        "int.wrapping_add" => IntOp::WrappingAdd,
        "int.wrapping_sub" => IntOp::WrappingSub,
        "int.wrapping_mul" => IntOp::WrappingMul,
        "int.and" => IntOp::And,
        "int.or" => IntOp::Or,
        "int.xor" => IntOp::Xor,
        "int.shl" => IntOp::Shl,
        "int.shr" => IntOp::Shr,
        _ => return None,
    })
}
