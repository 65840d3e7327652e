//! Places among bytes that patterns look at.

use snow_bytecode::inst::{BitField, Cond, IntOp};
use snow_bytecode::types::TypeId;

use super::matching::Match;
use super::{Fault, Lower, Res};
use crate::core::ir::{Op, Var};
use crate::patterns::occ::{Occ, OccId, Place, Size, Step};
use crate::typed::{Con, FieldForm};

/// Bits of a [`Occ::Scalar`] below the code point.
const SCALAR_SHIFT: i64 = 3;

impl<'m, 'a> Lower<'m, 'a> {
    /// Type of an occurrence among bytes, and what computes it.
    pub(super) fn byte_occurrence(
        &mut self,
        occ: Occ,
        state: &mut Match<'_, 'm, 'a>,
    ) -> Res<(TypeId, Op)> {
        let (int, span) = (self.con(Con::Int)?, state.span);
        Ok(match occ {
            Occ::Bits {
                place,
                field,
                is_float,
            } => {
                let con = if is_float { Con::Float } else { Con::Int };
                (self.con(con)?, self.field(place, field, state)?)
            }
            Occ::Piece { place, size } => {
                let from = self.position(place, state)?;
                let size = match size {
                    Size::Known(bytes) => self.int(i64::from(bytes), span)?,
                    Size::Of(occ) => self.occurrence(occ, state)?,
                };
                let to = self.emit(int, Op::IntBin(IntOp::WrappingAdd, from, size), span);
                let bytes = self.occurrence(place.of, state)?;
                (self.bytes_type()?, Op::BytesSlice(bytes, from, to))
            }
            Occ::Remains(place) => {
                let bytes = self.occurrence(place.of, state)?;
                let op = match place.from.is_none() && place.bits == 0 {
                    true => Op::Copy(bytes),
                    false => Op::BytesDrop(bytes, self.position(place, state)?),
                };
                (self.bytes_type()?, op)
            }
            Occ::Scalar(place) => {
                let bytes = self.occurrence(place.of, state)?;
                let at = self.position(place, state)?;
                (int, Op::BytesScalar(bytes, at))
            }
            Occ::Code(scalar) => {
                let scalar = self.occurrence(scalar, state)?;
                let shift = self.int(SCALAR_SHIFT, span)?;
                (int, Op::IntBin(IntOp::Shr, scalar, shift))
            }
            Occ::Past { place, step } => {
                let from = self.position(place, state)?;
                let size = self.step_size(step, state)?;
                (int, Op::IntBin(IntOp::WrappingAdd, from, size))
            }
            Occ::Size(number) => (int, Op::Copy(self.size(number, state)?)),
            _ => return Err(Fault::internal(span, "no occurrence among bytes").into()),
        })
    }

    fn field(&mut self, place: Place, field: FieldForm, state: &mut Match<'_, 'm, 'a>) -> Res<Op> {
        let bytes = self.occurrence(place.of, state)?;
        let at = match place.from {
            Some(past) => Some(self.occurrence(past, state)?),
            None => None,
        };
        let field = BitField {
            offset: place.bits,
            bits: field.bits,
            signed: field.signed,
            little: field.little,
        };
        Ok(Op::BytesGet { bytes, at, field })
    }

    /// The number of bytes before a place that is at the border of one.
    fn position(&mut self, place: Place, state: &mut Match<'_, 'm, 'a>) -> Res<Var> {
        let bytes = self.int(i64::from(place.bits / 8), state.span)?;
        let Some(past) = place.from else {
            return Ok(bytes);
        };
        let past = self.occurrence(past, state)?;
        if place.bits == 0 {
            return Ok(past);
        }
        let int = self.con(Con::Int)?;
        let sum = Op::IntBin(IntOp::WrappingAdd, past, bytes);
        Ok(self.emit(int, sum, state.span))
    }

    fn step_size(&mut self, step: Step, state: &mut Match<'_, 'm, 'a>) -> Res<Var> {
        match step {
            Step::Size(size) => self.occurrence(size, state),
            Step::Scalar(scalar) => {
                let int = self.con(Con::Int)?;
                let scalar = self.occurrence(scalar, state)?;
                let mask = self.int((1 << SCALAR_SHIFT) - 1, state.span)?;
                Ok(self.emit(int, Op::IntBin(IntOp::And, scalar, mask), state.span))
            }
        }
    }

    /// Evaluates a size.
    fn size(&mut self, number: u32, state: &mut Match<'_, 'm, 'a>) -> Res<Var> {
        let size = state.occs.size(number).clone();
        for (local, occ) in size.binds {
            let var = self.occurrence(occ, state)?;
            self.bind(local, var);
        }
        self.value(size.expr)
    }

    /// A Bool: whether so many bytes are at a place.
    pub(super) fn fits(
        &mut self,
        place: Place,
        size: OccId,
        state: &mut Match<'_, 'm, 'a>,
    ) -> Res<Op> {
        let (int, span) = (self.con(Con::Int)?, state.span);
        let position = self.position(place, state)?;
        let length = self.length(place.of, state)?;
        let size = self.occurrence(size, state)?;
        // Neither is negative: neither has the sign's bit.
        let there = self.emit(int, Op::IntBin(IntOp::WrappingSub, length, position), span);
        let left = self.emit(int, Op::IntBin(IntOp::WrappingSub, there, size), span);
        let both = self.emit(int, Op::IntBin(IntOp::Or, left, size), span);
        let zero = self.int(0, span)?;
        Ok(Op::IntCmp(Cond::Ge, both, zero))
    }

    /// A Bool: whether a code point is at a place.
    pub(super) fn is_scalar(&mut self, place: Place, state: &mut Match<'_, 'm, 'a>) -> Res<Op> {
        let occ = state.occs.intern(Occ::Scalar(place));
        let scalar = self.occurrence(occ, state)?;
        let zero = self.int(0, state.span)?;
        Ok(Op::IntCmp(Cond::Ge, scalar, zero))
    }

    /// How many bytes there are, or follow a step.
    pub(super) fn byte_length(&mut self, on: OccId, state: &mut Match<'_, 'm, 'a>) -> Res<Op> {
        if let Occ::Past { place, .. } = state.occs.get(on) {
            let all = self.length(place.of, state)?;
            let past = self.occurrence(on, state)?;
            return Ok(Op::IntBin(IntOp::WrappingSub, all, past));
        }
        Ok(Op::BytesLen(self.occurrence(on, state)?))
    }
}
