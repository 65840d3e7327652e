//! Byte patterns as sets of values: a byte after the other, as lists are heads and tails.

use super::space::{BYTE, Ctor, Space};
use crate::typed::{FieldForm, Pat, PatKind, Program, Segment, SegmentForm};

/// Bytes that are looked at one by one; what lies beyond counts as unknown.
const LOOKED_AT: usize = 64;

/// The set that a byte pattern matches.
pub(super) fn space(program: &Program, segments: &[Segment<Pat>]) -> Space {
    let mut bytes = Row::default();
    let mut end = Space::Of(Ctor::Empty, Vec::new());
    for (index, segment) in segments.iter().enumerate() {
        if bytes.done.len() > LOOKED_AT {
            end = Space::Unknown;
            break;
        }
        match (&segment.form, &segment.value.kind) {
            (SegmentForm::Int(field), _) => {
                bytes.int(&Space::of(program, &segment.value), *field);
            }
            (SegmentForm::Text, PatKind::Str(text)) => {
                let byte = |byte: &u8| ints(i64::from(*byte), i64::from(*byte));
                bytes.done.extend(text.as_bytes().iter().map(byte));
            }
            (SegmentForm::Bytes(None), _) if index + 1 == segments.len() => {
                end = Space::of(program, &segment.value);
            }
            (form, _) => match form.bits() {
                Some(bits) if Space::of(program, &segment.value).is_any() => {
                    let count = (bits as usize / 8).min(LOOKED_AT + 1);
                    bytes.done.extend(std::iter::repeat_n(BYTE.clone(), count));
                }
                _ => {
                    end = Space::Unknown;
                    break;
                }
            },
        }
    }
    let cons = |rest, byte| Space::Of(Ctor::Byte, vec![byte, rest]);
    bytes.done.into_iter().rev().fold(end, cons)
}

fn ints(from: i64, to: i64) -> Space {
    Space::Of(Ctor::Ints(from, to), Vec::new())
}

/// What is known about a bit.
#[derive(Clone, Copy)]
enum Bit {
    Is(bool),
    Any,
    /// The pattern asks for something, but not bit by bit.
    Unknown,
}

/// Bytes so far.
#[derive(Default)]
struct Row {
    done: Vec<Space>,
    /// Bits of a byte that is not complete.
    open: Vec<Bit>,
}

impl Row {
    /// Adds a field, given as the set of its values.
    fn int(&mut self, values: &Space, field: FieldForm) {
        if field.bits == 8 && !field.signed && self.open.is_empty() {
            return self.done.push(byte(values));
        }
        let count = u32::from(field.bits);
        let mut bits: Vec<Bit> = (0..count).rev().map(|index| bit(values, index)).collect();
        if field.little {
            bits = bits.chunks(8).rev().flatten().copied().collect();
        }
        for bit in bits {
            self.open.push(bit);
            if self.open.len() == 8 {
                let whole = of_bits(&self.open);
                self.open.clear();
                self.done.push(whole);
            }
        }
    }
}

fn bit(values: &Space, index: u32) -> Bit {
    match values {
        Space::Any => Bit::Any,
        Space::Of(Ctor::Ints(from, to), _) if from == to => Bit::Is(from >> index & 1 == 1),
        _ => Bit::Unknown,
    }
}

/// The values of a byte among a set of integers.
fn byte(values: &Space) -> Space {
    match values {
        Space::Any => BYTE.clone(),
        Space::Of(Ctor::Ints(from, to), _) => match ((*from).max(0), (*to).min(255)) {
            (from, to) if from <= to => ints(from, to),
            _ => Space::Or(Vec::new()),
        },
        Space::Or(parts) => Space::Or(parts.iter().map(byte).collect()),
        Space::Of(..) | Space::Unknown => Space::Unknown,
    }
}

/// The values of a byte of which some bits are known.
fn of_bits(bits: &[Bit]) -> Space {
    if bits.iter().any(|bit| matches!(bit, Bit::Unknown)) {
        return Space::Unknown;
    }
    let fits = |value: &i64| {
        bits.iter().rev().enumerate().all(|(index, bit)| match bit {
            Bit::Is(set) => (value >> index & 1 == 1) == *set,
            Bit::Any | Bit::Unknown => true,
        })
    };
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for value in (0..=255).filter(fits) {
        match ranges.last_mut() {
            Some((_, to)) if *to + 1 == value => *to = value,
            _ => ranges.push((value, value)),
        }
    }
    match ranges.as_slice() {
        [(from, to)] => ints(*from, *to),
        _ => Space::Or(ranges.iter().map(|(from, to)| ints(*from, *to)).collect()),
    }
}
