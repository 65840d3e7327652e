//! `<<a, b:16, rest:bytes>>`: bytes that grow segment by segment.

use snow_bytecode::inst::BitField;
use snow_bytecode::types::TypeId;

use super::{Lower, Res};
use crate::core::ir::{Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr, ExprKind, FieldForm, Segment, SegmentForm};

/// Most bytes that room is made for at once.
const MAX_ROOM: u32 = 1 << 16;

/// What is appended.
#[derive(Clone, Copy)]
enum Part {
    /// An integer that is known, its first bit highest.
    Known { value: u64, bits: u32 },
    /// An Int or Float.
    Field(Var, FieldForm),
    /// A code point.
    Scalar(Var),
    /// Bytes, or a String.
    Whole(Var),
}

/// Bytes being built.
struct Built {
    /// The bytes so far.
    bytes: Option<Var>,
    /// Bits of their last byte that are in use; none when it is 0.
    used: u32,
    ty: TypeId,
    span: Span,
    /// Bytes to make room for.
    room: u32,
}

impl<'a> Lower<'_, 'a> {
    /// All values are computed first, so that nothing refers to the bytes while they grow.
    pub(super) fn segments(
        &mut self,
        segments: &'a [Segment<Expr>],
        ty: TypeId,
        span: Span,
    ) -> Res<Var> {
        let mut parts: Vec<Part> = Vec::with_capacity(segments.len());
        for segment in segments {
            let part = self.part(segment)?;
            let part = match joined(parts.last(), part) {
                Some(both) => {
                    parts.pop();
                    both
                }
                None => part,
            };
            parts.push(part);
        }
        let bits = segments.iter().filter_map(|segment| segment.form.bits());
        let bits = bits.fold(0u32, u32::saturating_add);
        let mut built = Built {
            bytes: None,
            used: 0,
            ty,
            span,
            room: bits.div_ceil(8).min(MAX_ROOM),
        };
        for part in parts {
            self.append_part(&mut built, part)?;
        }
        self.begun(&mut built)
    }

    fn part(&mut self, segment: &'a Segment<Expr>) -> Res<Part> {
        if let (SegmentForm::Int(field), ExprKind::Int(value)) =
            (&segment.form, &segment.value.kind)
        {
            return Ok(known(*value, *field));
        }
        let value = self.value(&segment.value)?;
        Ok(match &segment.form {
            SegmentForm::Int(field) | SegmentForm::Float(field) => Part::Field(value, *field),
            SegmentForm::Scalar => Part::Scalar(value),
            SegmentForm::Text | SegmentForm::Bytes(None) => Part::Whole(value),
            SegmentForm::Bytes(Some(size)) => {
                let size = self.value(size)?;
                let leading = self.mono.library("Bytes", "leading", segment.span)?;
                let args = vec![value, size];
                Part::Whole(self.call_with(leading, Vec::new(), args, segment.span)?)
            }
        })
    }

    fn append_part(&mut self, built: &mut Built, part: Part) -> Res<()> {
        let op = match part {
            Part::Known { value, bits } => {
                let value = self.int(value as i64, built.span)?;
                let field = FieldForm {
                    bits: bits as u8,
                    ..FieldForm::BYTE
                };
                self.put(built, value, field)?
            }
            Part::Field(value, field) => self.put(built, value, field)?,
            Part::Scalar(value) => Op::BytesPutScalar(self.begun(built)?, value),
            Part::Whole(value) if built.bytes.is_none() && self.type_of(value) == built.ty => {
                built.bytes = Some(value);
                return Ok(());
            }
            Part::Whole(value) => Op::Concat(self.begun(built)?, value),
        };
        built.bytes = Some(self.emit(built.ty, op, built.span));
        Ok(())
    }

    fn put(&mut self, built: &mut Built, value: Var, field: FieldForm) -> Res<Op> {
        let place = BitField {
            offset: built.used,
            bits: field.bits,
            signed: field.signed,
            little: field.little,
        };
        let bytes = self.begun(built)?;
        built.used = (built.used + u32::from(field.bits)) % 8;
        Ok(Op::BytesPut(place, bytes, value))
    }

    /// The bytes so far.
    fn begun(&mut self, built: &mut Built) -> Res<Var> {
        if let Some(bytes) = built.bytes {
            return Ok(bytes);
        }
        let bytes = self.emit(built.ty, Op::BytesNew(built.room), built.span);
        built.bytes = Some(bytes);
        Ok(bytes)
    }

    /// `Bytes`.
    pub(super) fn bytes_type(&mut self) -> Res<TypeId> {
        Ok(self.con(Con::Bytes)?)
    }
}

/// A literal with its first bit highest.
fn known(value: i64, field: FieldForm) -> Part {
    let bits = u32::from(field.bits);
    let value = match field.little {
        true => (value as u64).swap_bytes() >> (64 - bits),
        false => value as u64,
    };
    Part::Known {
        value: value << (64 - bits) >> (64 - bits),
        bits,
    }
}

/// Two literals as one, if that has no more than 64 bits.
fn joined(last: Option<&Part>, next: Part) -> Option<Part> {
    match (last, next) {
        (
            Some(Part::Known { value, bits }),
            Part::Known {
                value: low,
                bits: more,
            },
        ) if bits + more <= 64 => {
            // Both have bits, so the shift is of less than 64.
            let value = value << more | low;
            let bits = bits + more;
            Some(Part::Known { value, bits })
        }
        _ => None,
    }
}
