//! Byte segments: the parts of `<<a, b:16, rest:bytes>>` as an expression and as a pattern.

use serde::{Deserialize, Serialize};

use super::{Expr, ExprKind};
use crate::syntax::ast::Span;

/// A segment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Segment<T> {
    /// The value, or the pattern for it.
    pub value: T,
    /// How it lies among the bytes.
    pub form: SegmentForm,
    /// Its place.
    pub span: Span,
}

/// How a value lies among bytes. All but integers begin at a whole byte.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum SegmentForm {
    /// An Int.
    Int(FieldForm),
    /// A Float of 64 bits.
    Float(FieldForm),
    /// A code point, an Int, in UTF-8.
    Scalar,
    /// A String in UTF-8; in patterns a literal.
    Text,
    /// Bytes: so many, or all; in a pattern all that follow, as its last segment.
    Bytes(Option<Expr>),
}

/// A field of 1 to 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FieldForm {
    /// Bits.
    pub bits: u8,
    /// Whether the highest is a sign.
    pub signed: bool,
    /// Whether the first byte is the lowest.
    pub little: bool,
}

impl FieldForm {
    /// A byte.
    pub const BYTE: FieldForm = FieldForm {
        bits: 8,
        signed: false,
        little: false,
    };
}

impl<T> Segment<T> {
    /// The expression that gives its size.
    pub fn size(&self) -> Option<&Expr> {
        match &self.form {
            SegmentForm::Bytes(size) => size.as_ref(),
            _ => None,
        }
    }

    /// The expression that gives its size, to be changed.
    pub fn size_mut(&mut self) -> Option<&mut Expr> {
        match &mut self.form {
            SegmentForm::Bytes(size) => size.as_mut(),
            _ => None,
        }
    }
}

impl SegmentForm {
    /// Its bits, where the form says that without looking at values.
    pub fn bits(&self) -> Option<u32> {
        match self {
            SegmentForm::Int(field) | SegmentForm::Float(field) => Some(field.bits.into()),
            SegmentForm::Bytes(Some(Expr {
                kind: ExprKind::Int(count),
                ..
            })) if (0..=MAX_KNOWN).contains(count) => Some(*count as u32 * 8),
            SegmentForm::Scalar | SegmentForm::Text | SegmentForm::Bytes(_) => None,
        }
    }
}

/// Sizes above are taken as they come at run time, though they are literals, so that no sum of them is too large for a field's offset.
const MAX_KNOWN: i64 = 4096;
