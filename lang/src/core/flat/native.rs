//! Natives: imports, and instructions that the standard library names.

use snow_bytecode::inst::{Inst, IntOp};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{Mode, Native, ParamSlot};
use snow_bytecode::types::Type;

use super::func::Flattener;
use super::ir::Var;
use super::row::Row;
use super::{Result, internal};
use crate::core::ir::{self, NativeRef, Op};
use crate::emit::intrinsics::Intrinsic;

impl Flattener<'_> {
    pub(super) fn native(
        &mut self,
        var: ir::Var,
        native: &NativeRef,
        args: &[ir::Var],
    ) -> Result<()> {
        if native.symbol.starts_with("snow_") {
            return self.import(var, native, args);
        }
        let Some(intrinsic) = Intrinsic::by_symbol(&native.symbol) else {
            let symbol = &native.symbol;
            return Err(internal(
                self.span,
                format!("no instruction is called `{symbol}`"),
            ));
        };
        self.intrinsic(var, intrinsic, args)
    }

    fn import(&mut self, var: ir::Var, native: &NativeRef, args: &[ir::Var]) -> Result<()> {
        if native.params.len() != args.len() {
            let symbol = &native.symbol;
            return Err(internal(
                self.span,
                format!("wrong number of arguments for `{symbol}`"),
            ));
        }
        let (mut params, mut flat) = (Vec::new(), Vec::new());
        for (param, arg) in native.params.iter().zip(args) {
            let ty = self.ty(*arg)?;
            let mode = if param.owned { Mode::Own } else { Mode::Borrow };
            let (slots, row) = if param.generic {
                let slot = self.layouts().element(ty);
                (vec![slot], Row::one(self.element_of(*arg)?))
            } else {
                (self.layouts().slots(ty).to_vec(), self.row(*arg)?)
            };
            params.extend(slots.into_iter().map(|slot| ParamSlot {
                slot,
                mode: if slot.is_ref() { mode } else { Mode::Own },
            }));
            flat.extend_from_slice(row.as_slice());
        }
        let ty = self.ty(var)?;
        let generic = native.generic_result;
        let results = if generic {
            vec![self.layouts().element(ty)]
        } else {
            self.layouts().slots(ty).to_vec()
        };
        let id = self.shared.pools.native(Native {
            symbol: native.symbol.to_string(),
            type_args: native.type_args.clone(),
            params,
            results,
        });
        let call = |dsts| Inst::CallNative {
            native: id,
            dsts,
            args: flat,
        };
        if generic {
            return self.bind_element(var, |_, dst| call(vec![dst]));
        }
        let dsts = self.fresh(var)?.to_vec();
        self.push(call(dsts));
        Ok(())
    }

    fn intrinsic(&mut self, var: ir::Var, what: Intrinsic, args: &[ir::Var]) -> Result<()> {
        if let Some(op) = what.operation(args) {
            return self.op(var, &op);
        }
        match (what, args) {
            (Intrinsic::IntToFloat, &[a]) => {
                let (a, dst) = (self.one(a)?, self.fresh_one(var)?);
                self.push(Inst::IntToFloat { dst, a });
                Ok(())
            }
            (Intrinsic::FloatToInt, &[a]) => {
                let (a, dst) = (self.one(a)?, self.fresh_one(var)?);
                self.push(Inst::FloatToInt { dst, a });
                Ok(())
            }
            (Intrinsic::Number(value), []) => self.number(var, value),
            (Intrinsic::Sign, &[a]) => self.sign(var, a),
            (Intrinsic::ListTake, &[a, i]) => self.list_take(var, a, i),
            (Intrinsic::ListFill, &[a, i, x]) => self.list_fill(var, a, i, x),
            (Intrinsic::MapTake, &[m, k]) => self.map_take(var, m, k),
            (Intrinsic::MapFill, &[m, k, v]) => self.map_fill(var, m, k, v),
            _ => Err(internal(
                self.span,
                format!("wrong number of arguments for {what:?}"),
            )),
        }
    }

    /// Zero or one of the variable's type.
    fn number(&mut self, var: ir::Var, value: u8) -> Result<()> {
        match self.shared.types.get(self.ty(var)?) {
            Type::Float => {
                let (dst, bits) = (self.fresh_one(var)?, f64::from(value).to_bits());
                self.push(Inst::ConstFloat { dst, bits });
            }
            _ => self.bind_int(var, i64::from(value)),
        }
        Ok(())
    }

    /// An Int as it is, an Ordering as -1, 0 or 1.
    fn sign(&mut self, var: ir::Var, value: ir::Var) -> Result<()> {
        let a = self.one(value)?;
        if matches!(self.shared.types.get(self.ty(value)?), Type::Int) {
            self.bind(var, Row::one(a));
            return Ok(());
        }
        let (op, imm, dst) = (IntOp::WrappingSub, 1, self.fresh_one(var)?);
        self.push(Inst::IntBinImm { op, dst, a, imm });
        Ok(())
    }

    fn list_take(&mut self, var: ir::Var, list: ir::Var, index: ir::Var) -> Result<()> {
        let list_type = self.ty(list)?;
        let elem_type = self.key_type(list_type)?;
        let (list, index) = (self.one(list)?, self.one(index)?);
        if !self.layouts().element(elem_type).is_ref() {
            let elem = self.element_row(elem_type, |_, dst| Inst::ListGet { dst, list, index });
            return self.pair(var, elem, list);
        }
        let dst = self.out.fresh(Slot::Ref(list_type));
        let elem = self.element_row(elem_type, |_, elem| Inst::ListTake {
            elem,
            dst,
            list,
            index,
        });
        self.pair(var, elem, dst)
    }

    fn list_fill(
        &mut self,
        var: ir::Var,
        list: ir::Var,
        index: ir::Var,
        elem: ir::Var,
    ) -> Result<()> {
        let elem_type = self.ty(elem)?;
        if !self.layouts().element(elem_type).is_ref() {
            return self.op(var, &Op::ListSet(list, index, elem));
        }
        let (list, index) = (self.one(list)?, self.one(index)?);
        let elem = self.element_of(elem)?;
        let dst = self.fresh_one(var)?;
        self.push(Inst::ListFill {
            dst,
            list,
            index,
            elem,
        });
        Ok(())
    }

    fn map_take(&mut self, var: ir::Var, map: ir::Var, key: ir::Var) -> Result<()> {
        let map_type = self.ty(map)?;
        let Type::Map(_, value_type) = *self.shared.types.get(map_type) else {
            return Err(internal(self.span, "`map.take` needs a map"));
        };
        let is_ref = self.layouts().element(value_type).is_ref();
        let found = self.found.get_mut(&(map, key));
        let found = found.filter(|_| !is_ref).map(|found| {
            found.read = true;
            found.value
        });
        let (map, key) = (self.one(map)?, self.element_of(key)?);
        if let Some(value) = found {
            return self.pair(var, Row::one(value), map);
        }
        if !is_ref {
            let target = self.crash_label("key not found");
            let value = self.element_row(value_type, |_, dst| Inst::MapGet {
                dst,
                map,
                key,
                target,
            });
            return self.pair(var, value, map);
        }
        let dst = self.out.fresh(Slot::Ref(map_type));
        self.taken_keys.insert(dst, key);
        let value = self.element_row(value_type, |_, value| Inst::MapTake {
            value,
            dst,
            map,
            key,
        });
        self.pair(var, value, dst)
    }

    fn map_fill(&mut self, var: ir::Var, map: ir::Var, key: ir::Var, value: ir::Var) -> Result<()> {
        let value_type = self.ty(value)?;
        if !self.layouts().element(value_type).is_ref() {
            return self.op(var, &Op::MapPut(map, key, value));
        }
        let map = self.one(map)?;
        let key = match self.taken_keys.get(&map) {
            Some(key) => *key,
            None => self.element_of(key)?,
        };
        let value = self.element_of(value)?;
        let dst = self.fresh_one(var)?;
        self.push(Inst::MapFill {
            dst,
            map,
            key,
            value,
        });
        Ok(())
    }

    /// Binds a variable of a pair type.
    fn pair(&mut self, var: ir::Var, first: Row, second: Var) -> Result<()> {
        let parts = [first, Row::one(second)];
        let row = self.construct_rows(self.ty(var)?, 0, &parts)?;
        if self.layouts().is_boxed(self.ty(var)?) {
            self.pairs.insert(row.get(0), parts);
        }
        self.bind(var, row);
        Ok(())
    }
}
