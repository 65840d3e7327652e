//! Bytes.

use snow_bytecode::inst::Inst;

use super::func::Flattener;
use super::{Result, internal};
use crate::core::ir::{self, Op};

impl Flattener<'_> {
    pub(super) fn bytes_op(&mut self, var: ir::Var, op: &Op) -> Result<()> {
        let inst = match op {
            Op::BytesLen(a) => {
                let (a, dst) = (self.one(*a)?, self.fresh_one(var)?);
                Inst::BytesLen { dst, a }
            }
            Op::BytesGet { bytes, at, field } => {
                let a = self.one(*bytes)?;
                let at = at.map(|at| self.one(at)).transpose()?;
                let (dst, field) = (self.fresh_one(var)?, *field);
                match at {
                    Some(at) => Inst::BytesGetAt { field, dst, a, at },
                    None => Inst::BytesGet { field, dst, a },
                }
            }
            Op::BytesScalar(a, at) => {
                let (a, at, dst) = (self.one(*a)?, self.one(*at)?, self.fresh_one(var)?);
                Inst::BytesScalar { dst, a, at }
            }
            Op::BytesSlice(a, from, to) => {
                let (a, from, to) = (self.one(*a)?, self.one(*from)?, self.one(*to)?);
                let dst = self.fresh_one(var)?;
                Inst::BytesSlice { dst, a, from, to }
            }
            Op::BytesDrop(a, count) => {
                let (a, count) = (self.one(*a)?, self.one(*count)?);
                let dst = self.fresh_one(var)?;
                Inst::BytesDrop { dst, a, count }
            }
            Op::BytesNew(capacity) => {
                let (ty, dst) = (self.ty(var)?, self.fresh_one(var)?);
                let capacity = i64::from(*capacity);
                Inst::BytesNew { dst, ty, capacity }
            }
            Op::BytesPut(field, a, value) => {
                let (a, value) = (self.one(*a)?, self.one(*value)?);
                let (dst, field) = (self.fresh_one(var)?, *field);
                Inst::BytesPut {
                    field,
                    dst,
                    a,
                    value,
                }
            }
            Op::BytesPutScalar(a, value) => {
                let (a, value) = (self.one(*a)?, self.one(*value)?);
                let dst = self.fresh_one(var)?;
                Inst::BytesPutScalar { dst, a, value }
            }
            _ => return Err(internal(self.span, "not an operation on bytes")),
        };
        self.push(inst);
        Ok(())
    }
}
