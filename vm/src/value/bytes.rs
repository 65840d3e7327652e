//! Fields among bytes: integers of any number of bits, and code points; reading and appending them.

use snow_bytecode::inst::BitField;
use snow_bytecode::types::TypeId;

use super::text;
use crate::heap::{Cell, Heap};

/// Why bytes could not be read.
pub const OUT_OF_RANGE: &str = "bytes out of range";

/// Why a number could not be appended as a code point.
pub fn no_scalar(value: i64) -> String {
    format!("{value} is no Unicode code point")
}

/// The field counted from byte `at`; `None` when it ends outside, or so near to the end that [`get`] must look.
#[inline(always)]
pub fn get_near(bytes: &[u8], at: i64, field: BitField) -> Option<u64> {
    let first = (at as usize).checked_add(field.offset as usize / 8)?;
    let eight = bytes.get(first..)?.first_chunk::<8>()?;
    let skip = field.offset % 8;
    if skip + u32::from(field.bits) > 64 {
        return None;
    }
    Some(valued(u64::from_be_bytes(*eight) << skip, field))
}

/// The field counted from byte `at`; `None` when it ends outside.
pub fn get(bytes: &[u8], at: i64, field: BitField) -> Option<u64> {
    let first = (at as usize).checked_add(field.offset as usize / 8)?;
    let rest = bytes.get(first..)?;
    let skip = field.offset % 8;
    let count = (skip + u32::from(field.bits)).div_ceil(8) as usize;
    if count > rest.len() {
        return None;
    }
    let mut eight = [0; 8];
    let head = rest.len().min(8);
    eight[..head].copy_from_slice(&rest[..head]);
    let mut bits = u64::from_be_bytes(eight) << skip;
    if count == 9 {
        bits |= u64::from(rest[8]) >> (8 - skip);
    }
    Some(valued(bits, field))
}

/// The value of a field whose bits are the highest of a word.
#[inline(always)]
fn valued(bits: u64, field: BitField) -> u64 {
    let unused = 64 - u32::from(field.bits);
    let value = bits >> unused;
    let value = if field.little {
        value.swap_bytes() >> unused
    } else {
        value
    };
    if field.signed {
        ((value << unused) as i64 >> unused) as u64
    } else {
        value
    }
}

/// The bytes that a field's bits lie in, the others zero, and how many they are.
fn encoded(value: u64, field: BitField) -> ([u8; 9], usize) {
    let unused = 64 - u32::from(field.bits);
    let ordered = if field.little {
        value.swap_bytes()
    } else {
        value << unused
    };
    let bits = ordered >> unused << unused;
    let mut out = [0; 9];
    out[..8].copy_from_slice(&(bits >> field.offset).to_be_bytes());
    if field.offset > 0 {
        out[8] = (bits << (8 - field.offset)) as u8;
    }
    let count = (field.offset + u32::from(field.bits)).div_ceil(8);
    (out, count as usize)
}

/// Appends a field; takes `word`. Of the last byte `field.offset` bits, below 8, are in use; none when it is 0.
///
/// # Safety
/// `word` is an owned reference to bytes.
pub unsafe fn put(heap: &mut Heap, word: u64, value: u64, field: BitField) -> u64 {
    let (out, count) = encoded(value, field);
    // SAFETY: by contract; what `push` gives is flat and nobody else's, and has the bytes that it had before.
    unsafe {
        let before = text::len(word);
        if field.offset == 0 || before == 0 {
            return text::push(heap, word, &out[..count]);
        }
        let word = text::push(heap, word, &out[1..count]);
        let last = text::bytes(word).as_ptr().add(before - 1).cast_mut();
        *last |= out[0];
        word
    }
}

/// The code point at byte `at`, shifted left by 3, plus the number of its bytes; -1 where there is none.
#[inline]
pub fn scalar(bytes: &[u8], at: i64) -> i64 {
    match bytes.get(at as usize) {
        Some(&byte) if byte < 0x80 => i64::from(byte) << 3 | 1,
        Some(&first) => long_scalar(&bytes[at as usize..], first).unwrap_or(-1),
        None => -1,
    }
}

fn long_scalar(bytes: &[u8], first: u8) -> Option<i64> {
    let count = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return None,
    };
    let one = std::str::from_utf8(bytes.get(..count)?).ok()?;
    let code = u32::from(one.chars().next()?);
    Some(i64::from(code) << 3 | count as i64)
}

/// Appends a code point; takes `word`, also when the value is none.
///
/// # Safety
/// `word` is an owned reference to bytes.
pub unsafe fn put_scalar(heap: &mut Heap, word: u64, value: i64) -> Option<u64> {
    let found = u32::try_from(value).ok().and_then(char::from_u32);
    // SAFETY: by contract.
    unsafe {
        match found {
            Some(c) => {
                let mut room = [0; 4];
                Some(text::push(heap, word, c.encode_utf8(&mut room).as_bytes()))
            }
            None => {
                heap.drop_ref(word);
                None
            }
        }
    }
}

/// Bytes `from` up to `to`; uses `word`.
///
/// # Safety
/// `word` refers to bytes.
pub unsafe fn slice(heap: &mut Heap, word: u64, from: i64, to: i64) -> Option<u64> {
    // SAFETY: by contract.
    unsafe {
        let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
        let is_there = from <= to && to <= text::len(word);
        is_there.then(|| text::slice(heap, word, from, to))
    }
}

/// What follows the first `count` bytes; takes `word`, also when there are fewer.
///
/// # Safety
/// `word` is an owned reference to bytes.
#[inline]
pub unsafe fn drop_first(heap: &mut Heap, word: u64, count: i64) -> Option<u64> {
    // SAFETY: by contract.
    unsafe {
        if count as u64 > text::len(word) as u64 {
            heap.drop_ref(word);
            return None;
        }
        Some(text::drop_first(heap, word, count as usize))
    }
}

/// No bytes, with room for some.
pub fn with_capacity(heap: &mut Heap, ty: TypeId, capacity: i64) -> Cell {
    text::with_capacity(heap, ty, capacity as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixture::{Fixture, ty};

    fn field() -> impl Strategy<Value = BitField> {
        let any = (0..200u32, 1..=64u8, any::<bool>(), any::<bool>());
        any.prop_map(|(offset, bits, signed, little)| BitField {
            offset,
            bits,
            signed,
            little: little && bits.is_multiple_of(8),
        })
    }

    /// Bit by bit, as the definition says.
    fn slow(bytes: &[u8], at: usize, field: BitField) -> Option<u64> {
        let first = at * 8 + field.offset as usize;
        let bit = |index: usize| Some(bytes.get(index / 8)? >> (7 - index % 8) & 1);
        let bits: Option<Vec<u8>> = (first..first + usize::from(field.bits)).map(bit).collect();
        let mut bits = bits?;
        if field.little {
            bits = bits.chunks(8).rev().flatten().copied().collect();
        }
        let negative = field.signed && bits[0] == 1;
        let start = if negative { u64::MAX } else { 0 };
        Some(
            bits.iter()
                .fold(start, |value, bit| value << 1 | u64::from(*bit)),
        )
    }

    proptest! {
        #[test]
        fn fields_are_their_bits(bytes in prop::collection::vec(any::<u8>(), 0..40), at in 0..20usize, field in field()) {
            let expected = slow(&bytes, at, field);
            prop_assert_eq!(get(&bytes, at as i64, field), expected);
            if let Some(near) = get_near(&bytes, at as i64, field) {
                prop_assert_eq!(Some(near), expected);
            }
        }

        #[test]
        fn what_is_put_is_read(values in prop::collection::vec((any::<u64>(), field()), 0..12)) {
            let mut f = Fixture::new();
            let mut word = with_capacity(&mut f.heap, ty::BYTES, 3).word();
            let mut total = 0;
            for (value, field) in &values {
                let field = BitField { offset: total % 8, ..*field };
                // SAFETY: the bytes are owned.
                word = unsafe { put(&mut f.heap, word, *value, field) };
                total += u32::from(field.bits);
            }
            let mut offset = 0;
            for (value, field) in &values {
                let field = BitField { offset, ..*field };
                // SAFETY: as above.
                let bytes = unsafe { text::bytes(word) };
                prop_assert_eq!(bytes.len() as u32, total.div_ceil(8));
                let unused = 64 - u32::from(field.bits);
                let low = (value << unused) >> unused;
                let read = get(bytes, 0, field).map(|value| (value << unused) >> unused);
                prop_assert_eq!(read, Some(low));
                offset += u32::from(field.bits);
            }
            f.drop(word);
            f.finish();
        }

        #[test]
        fn code_points_are_read_as_they_are_written(c in any::<char>(), before in 0..3usize) {
            let text = format!("{}{c}", &"abc"[..before]);
            let found = scalar(text.as_bytes(), before as i64);
            prop_assert_eq!(found, i64::from(u32::from(c)) << 3 | c.len_utf8() as i64);
        }

        #[test]
        fn what_is_no_code_point_is_none(bytes in prop::collection::vec(any::<u8>(), 0..5)) {
            let valid = (1..=bytes.len().min(4)).find_map(|n| std::str::from_utf8(&bytes[..n]).ok()?.chars().next());
            let expected = valid.map_or(-1, |c| i64::from(u32::from(c)) << 3 | c.len_utf8() as i64);
            prop_assert_eq!(scalar(&bytes, 0), expected);
        }
    }

    #[test]
    fn places_outside_are_none() {
        let byte = BitField {
            bits: 8,
            ..BitField::default()
        };
        for at in [-1, 3, i64::MIN, i64::MAX] {
            assert_eq!(get(&[1, 2, 3], at, byte), None);
            assert_eq!(get_near(&[0; 20], at.max(20), byte), None);
            assert_eq!(scalar(&[1, 2, 3], at), -1);
        }
        let far = BitField {
            offset: u32::MAX,
            ..byte
        };
        assert_eq!(get(&[1], i64::MAX, far), None);
    }

    #[test]
    fn a_unique_view_is_moved_on_in_place() {
        let mut f = Fixture::new();
        // SAFETY: the bytes are owned.
        unsafe {
            let all: Vec<u8> = (0..100).collect();
            let word = text::new(&mut f.heap, ty::BYTES, &all);
            let view = drop_first(&mut f.heap, word, 1).expect("there are so many");
            assert_ne!(view, word);
            let moved = drop_first(&mut f.heap, view, 98).expect("there are so many");
            assert_eq!((moved, text::bytes(moved)), (view, &[99u8][..]));
            let kept = Cell::from_word(moved);
            kept.dup();
            let other = drop_first(&mut f.heap, moved, 1).expect("there is one");
            assert_ne!(other, moved);
            assert_eq!(text::len(moved), 1);
            assert_eq!(drop_first(&mut f.heap, moved, 2), None);
            f.drop(other);
        }
        f.finish();
    }
}
