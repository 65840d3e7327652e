//! Operations of Core as instructions.

use snow_bytecode::inst::{Cond, FloatOp, Inst, IntOp, TextForm};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::FuncId;
use snow_bytecode::types::Type;

use super::func::{Flattener, Test};
use super::ir::Var;
use super::row::Row;
use super::{Result, internal};
use crate::core::ir::{self, Op};

impl Flattener<'_> {
    /// Appends what computes `op` and binds `var` to it.
    pub(super) fn op(&mut self, var: ir::Var, op: &Op) -> Result<()> {
        match op {
            Op::Unit => self.bind_int(var, 0),
            Op::Bool(value) => self.bind_int(var, i64::from(*value)),
            Op::Int(value) => self.bind_int(var, *value),
            Op::Float(value) => self.float(var, *value)?,
            Op::Str(text) => {
                let (dst, value) = (self.fresh_one(var)?, self.shared.pools.text(text));
                self.push(Inst::ConstStr { dst, value });
            }
            Op::Bytes(bytes) => {
                let (dst, value) = (self.fresh_one(var)?, self.shared.pools.bytes(bytes));
                self.push(Inst::ConstStr { dst, value });
            }
            Op::Atom(name) => {
                let (dst, value) = (self.fresh_one(var)?, self.shared.pools.atom(name));
                self.push(Inst::ConstAtom { dst, value });
            }
            Op::Copy(source) => {
                let row = self.row(*source)?;
                self.bind(var, row);
            }
            Op::IntBin(..)
            | Op::IntNeg(_)
            | Op::IntCmp(..)
            | Op::FloatBin(..)
            | Op::FloatUn(..)
            | Op::FloatCmp(..)
            | Op::Not(_)
            | Op::Equal(..)
            | Op::Compare(..)
            | Op::Hash(_) => self.arithmetic(var, op)?,
            Op::Call(..)
            | Op::CallClosure(..)
            | Op::Native(..)
            | Op::Closure(..)
            | Op::FuncValue(_) => self.call(var, op)?,
            Op::Construct(tag, fields) => self.construct(var, *tag, fields)?,
            Op::Project { value, tag, field } => self.project(var, *value, *tag, *field)?,
            Op::Update(base, fields) => self.update(var, *base, fields)?,
            Op::RangeStart(range) => self.part(var, *range, 0)?,
            Op::RangeEnd(range) => self.part(var, *range, 1)?,
            Op::Range(start, end) => {
                let row = [self.one(*start)?, self.one(*end)?];
                self.bind_slice(var, &row)?;
            }
            Op::Concat(..)
            | Op::AppendText(..)
            | Op::StrEq(..)
            | Op::StrStartsWith(..)
            | Op::StrDropBytes(..) => self.text(var, op)?,
            Op::BytesLen(_)
            | Op::BytesGet { .. }
            | Op::BytesScalar(..)
            | Op::BytesSlice(..)
            | Op::BytesDrop(..)
            | Op::BytesNew(_)
            | Op::BytesPut(..)
            | Op::BytesPutScalar(..) => self.bytes_op(var, op)?,
            Op::List(_)
            | Op::ListLen(_)
            | Op::ListGet(..)
            | Op::ListAppend(..)
            | Op::ListPrepend(..)
            | Op::ListHead(_)
            | Op::ListDrop(..)
            | Op::ListConcat(..)
            | Op::ListSet(..) => self.list(var, op)?,
            Op::MapNew
            | Op::MapPut(..)
            | Op::MapHas(..)
            | Op::MapGet(..)
            | Op::MapNext(..)
            | Op::MapKeyAt(..)
            | Op::MapValueAt(..) => self.map(var, op)?,
        }
        Ok(())
    }

    /// Binds a variable to an integer constant.
    pub(super) fn bind_int(&mut self, var: ir::Var, value: i64) {
        let dst = self.int(value);
        self.bind(var, Row::one(dst));
    }

    /// Binds a variable to these slots.
    pub(super) fn bind_slice(&mut self, var: ir::Var, slots: &[Var]) -> Result<()> {
        let Some(row) = Row::from_slice(slots) else {
            return Err(internal(self.span, "a value of more than three slots"));
        };
        self.bind(var, row);
        Ok(())
    }

    fn float(&mut self, var: ir::Var, value: f64) -> Result<()> {
        let (dst, bits) = (self.fresh_one(var)?, value.to_bits());
        self.push(Inst::ConstFloat { dst, bits });
        Ok(())
    }

    fn part(&mut self, var: ir::Var, value: ir::Var, index: usize) -> Result<()> {
        let part = self.row(value)?.get(index);
        self.bind(var, Row::one(part));
        Ok(())
    }

    fn arithmetic(&mut self, var: ir::Var, op: &Op) -> Result<()> {
        match *op {
            Op::IntBin(op, a, b) => {
                let (a, b) = (self.one(a)?, self.one(b)?);
                let dst = self.fresh_one(var)?;
                self.int_bin(op, dst, a, b);
            }
            Op::IntNeg(a) => {
                let (a, dst) = (self.one(a)?, self.fresh_one(var)?);
                self.push(Inst::IntNeg { dst, a });
            }
            Op::IntCmp(cond, a, b) => {
                let (a, b) = (self.one(a)?, self.one(b)?);
                self.int_cmp(var, cond, a, b)?;
            }
            Op::FloatBin(op, a, b) => self.float_bin(var, op, a, b)?,
            Op::FloatUn(op, a) => {
                let (a, dst) = (self.one(a)?, self.fresh_one(var)?);
                self.push(Inst::FloatUn { op, dst, a });
            }
            Op::FloatCmp(cond, a, b) => {
                let (a, b) = (self.one(a)?, self.one(b)?);
                self.float_cmp(var, cond, a, b)?;
            }
            Op::Not(a) => {
                let (a, dst) = (self.one(a)?, self.fresh_one(var)?);
                self.tests.insert(dst, Test::Not(a));
                self.push(Inst::Not { dst, a });
            }
            Op::Equal(a, b) => self.equal(var, a, b)?,
            Op::Compare(a, b) => {
                let (ty, a, b) = (self.ty(a)?, self.row(a)?.to_vec(), self.row(b)?.to_vec());
                let dst = self.fresh_one(var)?;
                self.push(Inst::Compare { dst, ty, a, b });
            }
            Op::Hash(a) => {
                let (ty, slots) = (self.ty(a)?, self.row(a)?.to_vec());
                let dst = self.fresh_one(var)?;
                self.push(Inst::Hash { dst, ty, slots });
            }
            _ => return Err(internal(self.span, "not an arithmetic operation")),
        }
        Ok(())
    }

    /// `dst = a op b`, with an immediate where one side is a constant.
    pub(super) fn int_bin(&mut self, op: IntOp, dst: Var, a: Var, b: Var) {
        use IntOp::*;
        let commutes = matches!(op, Add | Mul | WrappingAdd | WrappingMul | And | Or | Xor);
        let inst = match (self.out.constant(a), self.out.constant(b)) {
            (_, Some(imm)) => Inst::IntBinImm { op, dst, a, imm },
            (Some(imm), None) if commutes => Inst::IntBinImm { op, dst, a: b, imm },
            (Some(imm), None) => Inst::IntImmBin { op, dst, imm, a: b },
            (None, None) => Inst::IntBin { op, dst, a, b },
        };
        self.push(inst);
    }

    /// Binds `var` to the outcome of an integer comparison.
    pub(super) fn int_cmp(&mut self, var: ir::Var, cond: Cond, a: Var, b: Var) -> Result<()> {
        let dst = self.fresh_one(var)?;
        let (cond, a, b) = match self.out.constant(a) {
            Some(_) if self.out.constant(b).is_none() => (swapped(cond), b, a),
            _ => (cond, a, b),
        };
        self.tests.insert(dst, Test::Int(cond, a, b));
        let inst = match self.out.constant(b) {
            Some(imm) => Inst::IntCmpImm { cond, dst, a, imm },
            None => Inst::IntCmp { cond, dst, a, b },
        };
        self.push(inst);
        Ok(())
    }

    fn float_bin(&mut self, var: ir::Var, op: FloatOp, a: ir::Var, b: ir::Var) -> Result<()> {
        let (a, b) = (self.one(a)?, self.one(b)?);
        let dst = self.fresh_one(var)?;
        self.push(Inst::FloatBin { op, dst, a, b });
        Ok(())
    }

    fn float_cmp(&mut self, var: ir::Var, cond: Cond, a: Var, b: Var) -> Result<()> {
        let dst = self.fresh_one(var)?;
        self.tests.insert(dst, Test::Float(cond, a, b));
        self.push(Inst::FloatCmp { cond, dst, a, b });
        Ok(())
    }

    fn equal(&mut self, var: ir::Var, a: ir::Var, b: ir::Var) -> Result<()> {
        let ty = self.ty(a)?;
        let (row_a, row_b) = (self.row(a)?, self.row(b)?);
        match self.layouts().slots(ty) {
            [Slot::Word] => self.int_cmp(var, Cond::Eq, row_a.get(0), row_b.get(0)),
            [Slot::Float] => self.float_cmp(var, Cond::Eq, row_a.get(0), row_b.get(0)),
            _ => {
                let dst = self.fresh_one(var)?;
                let (a, b) = (row_a.to_vec(), row_b.to_vec());
                self.push(Inst::Equal { dst, ty, a, b });
                Ok(())
            }
        }
    }

    fn call(&mut self, var: ir::Var, op: &Op) -> Result<()> {
        match op {
            Op::Call(func, args) => {
                let args = self.flat_args(args)?;
                let dsts = self.fresh(var)?.to_vec();
                let func = FuncId(func.0);
                self.push(Inst::Call { func, dsts, args });
            }
            Op::CallClosure(closure, args) => {
                let (closure, args) = (self.one(*closure)?, self.flat_args(args)?);
                let dsts = self.fresh(var)?.to_vec();
                self.push(Inst::CallClosure {
                    dsts,
                    closure,
                    args,
                });
            }
            Op::Native(native, args) => self.native(var, native, args)?,
            Op::Closure(func, captured) => {
                let mut captures = Vec::with_capacity(captured.len());
                for capture in captured {
                    captures.push(self.element_of(*capture)?);
                }
                let dst = self.fresh_one(var)?;
                let func = FuncId(func.0);
                self.push(Inst::MakeClosure {
                    dst,
                    func,
                    captures,
                });
            }
            Op::FuncValue(func) => {
                let func = self.shared.function_value(*func, self.ty(var)?);
                let dst = self.fresh_one(var)?;
                self.push(Inst::MakeClosure {
                    dst,
                    func,
                    captures: Vec::new(),
                });
            }
            _ => return Err(internal(self.span, "not a call")),
        }
        Ok(())
    }

    /// All slots of these values.
    pub(super) fn flat_args(&self, args: &[ir::Var]) -> Result<Vec<Var>> {
        let mut flat = Vec::with_capacity(args.len());
        for arg in args {
            flat.extend_from_slice(self.row(*arg)?.as_slice());
        }
        Ok(flat)
    }

    fn text(&mut self, var: ir::Var, op: &Op) -> Result<()> {
        match op {
            Op::Concat(a, b) => {
                let (a, b) = (self.one(*a)?, self.one(*b)?);
                let dst = self.fresh_one(var)?;
                self.push(Inst::Concat { dst, a, b });
            }
            Op::AppendText(form, text, value) => self.append_text(var, *form, *text, *value)?,
            Op::StrEq(text, literal) => {
                let (a, value) = (self.one(*text)?, self.shared.pools.text(literal));
                let dst = self.fresh_one(var)?;
                self.push(Inst::StrEqConst { dst, a, value });
            }
            Op::StrStartsWith(text, prefix) => {
                let (text, constant) = (self.one(*text)?, self.shared.pools.text(prefix));
                let dst = self.int(0);
                self.out.vars[dst.0 as usize].constant = None;
                let length = prefix.len() as u32;
                self.tests.insert(dst, Test::Prefix(text, constant, length));
                self.bind(var, Row::one(dst));
            }
            Op::StrDropBytes(text, length) => {
                let text = self.one(*text)?;
                let rest = self.stripped.get(&(text, *length)).copied();
                let rest = rest.ok_or_else(|| {
                    internal(self.span, "prefix dropped from a text that was not tested")
                })?;
                self.bind(var, Row::one(rest));
            }
            _ => return Err(internal(self.span, "not a text operation")),
        }
        Ok(())
    }

    fn append_text(
        &mut self,
        var: ir::Var,
        form: TextForm,
        text: ir::Var,
        value: ir::Var,
    ) -> Result<()> {
        let (text, ty, row) = (self.one(text)?, self.ty(value)?, self.row(value)?);
        let dst = self.fresh_one(var)?;
        let plain = form == TextForm::Display && matches!(self.shared.types.get(ty), Type::String);
        self.push(if plain {
            let (a, b) = (text, row.get(0));
            Inst::Concat { dst, a, b }
        } else {
            let slots = row.to_vec();
            Inst::AppendText {
                form,
                dst,
                text,
                ty,
                slots,
            }
        });
        Ok(())
    }
}

/// The condition with its sides exchanged.
pub(super) fn swapped(cond: Cond) -> Cond {
    match cond {
        Cond::Eq | Cond::Ne => cond,
        Cond::Lt => Cond::Gt,
        Cond::Le => Cond::Ge,
        Cond::Gt => Cond::Lt,
        Cond::Ge => Cond::Le,
    }
}

/// The condition that holds when `cond` does not.
pub(crate) fn negated(cond: Cond) -> Cond {
    match cond {
        Cond::Eq => Cond::Ne,
        Cond::Ne => Cond::Eq,
        Cond::Lt => Cond::Ge,
        Cond::Ge => Cond::Lt,
        Cond::Le => Cond::Gt,
        Cond::Gt => Cond::Le,
    }
}
