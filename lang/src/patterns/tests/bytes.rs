//! Byte patterns: random ones, and what matches them, bit by bit.

use proptest::prelude::*;

use super::{T, V, matches, pattern, ty};
use crate::patterns::occ::{Occ, OccId, Occs, Place, Size, Step};
use crate::syntax::ast::Span;
use crate::typed::{Expr, ExprKind, FieldForm, LocalId, Pat, PatKind, Segment, SegmentForm};

/// The local of all sizes, until [`number_sizes`] gives each its own.
const SIZE: LocalId = LocalId(1);

const TEXTS: [&str; 3] = ["a", "ab", "abababababé"];

fn field(bits: u8, signed: bool, little: bool) -> SegmentForm {
    SegmentForm::Int(FieldForm {
        bits,
        signed,
        little,
    })
}

fn segment(form: SegmentForm, value: Pat) -> Segment<Pat> {
    let span = Span::default();
    Segment { value, form, span }
}

fn int(kind: ExprKind) -> Expr {
    Expr {
        kind,
        ty: ty(&T::Int),
        span: Span::default(),
    }
}

/// A pattern of segments.
pub(super) fn segments(depth: u32) -> BoxedStrategy<PatKind> {
    let ints = || pattern(T::Int, depth);
    let bytes = || pattern(T::Bytes, depth);
    let group = prop_oneof![
        4 => ints().prop_map(|pat| vec![segment(field(8, false, false), pat)]),
        1 => ints().prop_map(|pat| vec![segment(field(8, true, false), pat)]),
        2 => (ints(), any::<bool>()).prop_map(|(pat, little)| vec![segment(field(16, false, little), pat)]),
        2 => (ints(), ints()).prop_map(|(a, b)| vec![
            segment(field(4, false, false), a),
            segment(field(4, true, false), b),
        ]),
        1 => prop::sample::select(TEXTS.to_vec()).prop_map(|text| {
            vec![segment(SegmentForm::Text, super::pat(PatKind::Str(text.into()), &T::Str))]
        }),
        1 => ints().prop_map(|pat| vec![segment(SegmentForm::Scalar, pat)]),
        1 => (0..3i64, bytes()).prop_map(|(count, pat)| {
            vec![segment(SegmentForm::Bytes(Some(int(ExprKind::Int(count)))), pat)]
        }),
        2 => bytes().prop_map(|pat| vec![
            segment(field(8, true, false), super::pat(PatKind::Bind(SIZE), &T::Int)),
            segment(SegmentForm::Bytes(Some(int(ExprKind::Local(SIZE, Vec::new())))), pat),
        ]),
    ];
    let rest = bytes().prop_map(|pat| segment(SegmentForm::Bytes(None), pat));
    (
        prop::collection::vec(group, 0..4),
        prop::option::weighted(0.6, rest),
    )
        .prop_map(|(groups, rest)| {
            PatKind::Segments(groups.into_iter().flatten().chain(rest).collect())
        })
        .boxed()
}

pub(super) fn value() -> BoxedStrategy<V> {
    let byte = prop_oneof![0..4u8, Just(97), Just(98), Just(0xFF), Just(0x13)];
    let piece = prop_oneof![
        8 => byte.prop_map(|byte| vec![byte]),
        1 => Just("é".as_bytes().to_vec()),
        1 => Just("abababababé".as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..6)
        .prop_map(|pieces| V::Bytes(pieces.concat()))
        .boxed()
}

/// Gives every size that a field binds a local of its own.
pub(super) fn number_sizes(pat: &mut Pat, next: &mut u32) {
    match &mut pat.kind {
        PatKind::As(inner, _) | PatKind::Prefix(_, inner) => number_sizes(inner, next),
        PatKind::Tuple(parts) | PatKind::Or(parts) | PatKind::Construct { fields: parts, .. } => {
            parts.iter_mut().for_each(|part| number_sizes(part, next));
        }
        PatKind::List(lead, rest) => {
            lead.iter_mut().for_each(|part| number_sizes(part, next));
            rest.iter_mut().for_each(|part| number_sizes(part, next));
        }
        PatKind::Segments(segments) => {
            let mut last = SIZE;
            for segment in segments {
                if let Some(Expr {
                    kind: ExprKind::Local(local, _),
                    ..
                }) = segment.size_mut()
                {
                    *local = last;
                }
                if let PatKind::Bind(local) = &mut segment.value.kind
                    && *local == SIZE
                {
                    *next += 1;
                    last = LocalId(*next);
                    *local = last;
                    continue;
                }
                number_sizes(&mut segment.value, next);
            }
        }
        _ => {}
    }
}

/// Bits of bytes from one on, as the definition says.
fn read(bytes: &[u8], at: usize, field: FieldForm) -> Option<i64> {
    let bit = |index: usize| Some(bytes.get(index / 8)? >> (7 - index % 8) & 1);
    let bits: Option<Vec<u8>> = (at..at + usize::from(field.bits)).map(bit).collect();
    let mut bits = bits?;
    if field.little {
        bits = bits.chunks(8).rev().flatten().copied().collect();
    }
    let start = if field.signed && bits[0] == 1 { -1 } else { 0 };
    Some(
        bits.iter()
            .fold(start, |value, bit| value << 1 | i64::from(*bit)),
    )
}

fn scalar(bytes: &[u8]) -> Option<char> {
    let one = |count| {
        std::str::from_utf8(bytes.get(..count)?)
            .ok()?
            .chars()
            .next()
    };
    (1..=4).find_map(one)
}

/// Whether bytes match segments, tried directly.
pub(super) fn matches_segments(segments: &[Segment<Pat>], bytes: &[u8]) -> bool {
    let mut at = 0;
    let mut sizes: Vec<(LocalId, i64)> = Vec::new();
    for segment in segments {
        let rest = &bytes[(at / 8).min(bytes.len())..];
        let (value, bits) = match (&segment.form, &segment.value.kind) {
            (SegmentForm::Int(field), kind) => {
                let Some(value) = read(bytes, at, *field) else {
                    return false;
                };
                if let PatKind::Bind(local) = kind {
                    sizes.push((*local, value));
                }
                (V::Int(value), usize::from(field.bits))
            }
            (SegmentForm::Text, PatKind::Str(text)) => {
                if !rest.starts_with(text.as_bytes()) {
                    return false;
                }
                (V::Str(text.to_string()), text.len() * 8)
            }
            (SegmentForm::Scalar, _) => match scalar(rest) {
                Some(c) => (V::Int(u32::from(c).into()), c.len_utf8() * 8),
                None => return false,
            },
            (SegmentForm::Bytes(size), _) => {
                let count = match size.as_ref().map(|size| &size.kind) {
                    None => rest.len() as i64,
                    Some(ExprKind::Int(count)) => *count,
                    Some(ExprKind::Local(local, _)) => {
                        let known = sizes.iter().find(|(name, _)| name == local);
                        known.expect("sizes are bound before").1
                    }
                    Some(other) => panic!("no size: {other:?}"),
                };
                let piece = usize::try_from(count)
                    .ok()
                    .and_then(|count| rest.get(..count));
                let Some(piece) = piece else { return false };
                (V::Bytes(piece.to_vec()), piece.len() * 8)
            }
            (form, _) => panic!("no segment of these tests: {form:?}"),
        };
        if !matches(&segment.value, &value) {
            return false;
        }
        at += bits;
    }
    at == bytes.len() * 8
}

fn bytes_at(occs: &Occs<'_>, occ: OccId, roots: &[V]) -> Vec<u8> {
    match super::at(occs, occ, roots) {
        V::Bytes(bytes) => bytes,
        other => panic!("no bytes: {other:?}"),
    }
}

fn int_at(occs: &Occs<'_>, occ: OccId, roots: &[V]) -> i64 {
    match super::at(occs, occ, roots) {
        V::Int(value) => value,
        other => panic!("no integer: {other:?}"),
    }
}

/// Bits before a place.
fn bits_before(occs: &Occs<'_>, place: Place, roots: &[V]) -> usize {
    let from = place.from.map_or(0, |past| int_at(occs, past, roots));
    from as usize * 8 + place.bits as usize
}

/// The value at a place among bytes; panics when the tree did not make sure that it is there.
pub(super) fn at(occs: &Occs<'_>, occ: Occ, roots: &[V]) -> V {
    match occ {
        Occ::Bits { place, field, .. } => {
            let bytes = bytes_at(occs, place.of, roots);
            let at = bits_before(occs, place, roots);
            V::Int(read(&bytes, at, field).expect("a field that is there"))
        }
        Occ::Piece { place, size } => {
            let from = bits_before(occs, place, roots) / 8;
            let size = match size {
                Size::Known(size) => size as usize,
                Size::Of(occ) => {
                    usize::try_from(int_at(occs, occ, roots)).expect("a size that was tested")
                }
            };
            V::Bytes(bytes_at(occs, place.of, roots)[from..from + size].to_vec())
        }
        Occ::Remains(place) => {
            let from = bits_before(occs, place, roots) / 8;
            V::Bytes(bytes_at(occs, place.of, roots)[from..].to_vec())
        }
        Occ::Code(scalar) => at(occs, occs.get(scalar), roots),
        Occ::Scalar(place) => {
            let c = scalar_at(occs, place, roots).expect("a code point that was tested");
            V::Int(u32::from(c).into())
        }
        Occ::Past { place, step } => {
            let from = bits_before(occs, place, roots) / 8;
            let size = match step {
                Step::Size(size) => int_at(occs, size, roots) as usize,
                Step::Scalar(_) => scalar_at(occs, place, roots)
                    .expect("a code point that was tested")
                    .len_utf8(),
            };
            V::Int((from + size) as i64)
        }
        Occ::Size(number) => match occs.size(number).expr.kind {
            ExprKind::Int(value) => V::Int(value),
            ref other => panic!("no size of these tests: {other:?}"),
        },
        other => panic!("no place among bytes: {other:?}"),
    }
}

pub(super) fn scalar_at(occs: &Occs<'_>, place: Place, roots: &[V]) -> Option<char> {
    let from = bits_before(occs, place, roots) / 8;
    scalar(&bytes_at(occs, place.of, roots)[from..])
}

pub(super) fn fits(occs: &Occs<'_>, place: Place, size: OccId, roots: &[V]) -> bool {
    let from = bits_before(occs, place, roots) / 8;
    let left = bytes_at(occs, place.of, roots).len() - from;
    (0..=left as i64).contains(&int_at(occs, size, roots))
}

/// How many bytes there are, or follow a step.
pub(super) fn length(occs: &Occs<'_>, on: OccId, roots: &[V]) -> usize {
    match (occs.get(on), super::at(occs, on, roots)) {
        (Occ::Past { place, .. }, V::Int(past)) => {
            bytes_at(occs, place.of, roots).len() - past as usize
        }
        (_, V::Bytes(bytes)) => bytes.len(),
        (_, V::List(items)) => items.len(),
        (_, other) => panic!("no length: {other:?}"),
    }
}
