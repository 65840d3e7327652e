//! Strings and bytes: flat cells that grow in place, and views into them.

use std::ptr::copy_nonoverlapping;

use snow_bytecode::types::TypeId;

use crate::heap::{Cell, Heap, STATIC};

/// Tag of a flat cell: header, length, capacity, bytes.
pub const FLAT: u8 = 0;
/// Tag of a view: header, length, address, parent.
pub const VIEW: u8 = 1;
/// Words of a view.
pub const VIEW_WORDS: usize = 4;

/// Words before the bytes of a flat cell.
pub(crate) const HEAD: usize = 3;

/// Pieces shorter than this are copied, not viewed.
const VIEW_MIN: usize = 32;

/// Words of a flat cell.
///
/// # Safety
/// The cell is flat.
#[inline(always)]
pub(crate) unsafe fn words(cell: Cell) -> usize {
    // SAFETY: by contract.
    HEAD + unsafe { cell.get(2) } as usize / 8
}

/// The cell that a view looks into.
///
/// # Safety
/// The cell is a view.
#[inline(always)]
pub(crate) unsafe fn parent(cell: Cell) -> u64 {
    // SAFETY: by contract.
    unsafe { cell.get(3) }
}

/// A new string or bytes cell.
#[inline]
pub fn new(heap: &mut Heap, ty: TypeId, bytes: &[u8]) -> u64 {
    let cell = with_capacity(heap, ty, bytes.len());
    // SAFETY: the cell has the capacity.
    unsafe {
        append_small(flat_bytes(cell), bytes);
        cell.set(1, bytes.len() as u64);
    }
    cell.word()
}

/// An empty flat cell with room for `capacity` bytes.
#[inline]
pub fn with_capacity(heap: &mut Heap, ty: TypeId, capacity: usize) -> Cell {
    let words = capacity.div_ceil(8);
    // SAFETY: the head is filled here; bytes beyond the length need no value.
    unsafe {
        let cell = heap.alloc(ty, FLAT, HEAD + words);
        cell.set(1, 0);
        cell.set(2, words as u64 * 8);
        cell
    }
}

#[inline(always)]
unsafe fn flat_bytes(cell: Cell) -> *mut u8 {
    // SAFETY: the caller has a flat cell.
    unsafe { cell.as_ptr().add(HEAD).cast() }
}

/// Number of bytes.
///
/// # Safety
/// `word` refers to a string or bytes.
#[inline(always)]
pub unsafe fn len(word: u64) -> usize {
    // SAFETY: by contract.
    unsafe { Cell::from_word(word).get(1) as usize }
}

/// The bytes; they stay valid and unchanged as long as the caller keeps a reference and does not give it to [`push`] or [`concat`].
///
/// # Safety
/// `word` refers to a string or bytes that outlives the result.
#[inline(always)]
pub unsafe fn bytes<'a>(word: u64) -> &'a [u8] {
    // SAFETY: flat cells hold `len` bytes; the address of a view is inside its parent, which it keeps alive.
    unsafe {
        let cell = Cell::from_word(word);
        let start = if cell.tag() == FLAT {
            flat_bytes(cell).cast_const()
        } else {
            std::ptr::with_exposed_provenance(cell.get(2) as usize)
        };
        std::slice::from_raw_parts(start, cell.get(1) as usize)
    }
}

/// The text; see [`bytes`].
///
/// # Safety
/// `word` refers to a string that outlives the result.
#[inline(always)]
pub unsafe fn str<'a>(word: u64) -> &'a str {
    // SAFETY: strings are made from valid UTF-8 only, and cut at its borders.
    unsafe { std::str::from_utf8_unchecked(bytes(word)) }
}

/// Appends to a string or bytes; takes it. In place when it is unique.
///
/// # Safety
/// `word` is an owned reference to a string (then `piece` is valid UTF-8) or bytes; `piece` is not part of a unique cell `word`.
#[inline]
pub unsafe fn push(heap: &mut Heap, word: u64, piece: &[u8]) -> u64 {
    // SAFETY: by contract; the copy stays within the capacity.
    unsafe {
        let cell = Cell::from_word(word);
        let len = cell.get(1) as usize;
        if cell.tag() == FLAT && cell.is_unique() {
            let total = len + piece.len();
            let cell = if total <= cell.get(2) as usize {
                cell
            } else {
                grow(heap, cell, total)
            };
            append_small(flat_bytes(cell).add(len), piece);
            cell.set(1, total as u64);
            return cell.word();
        }
        push_copy(heap, cell, piece)
    }
}

/// Copies a piece; short ones without a call.
///
/// # Safety
/// There is room for the piece at `to`.
#[inline(always)]
unsafe fn append_small(to: *mut u8, piece: &[u8]) {
    // SAFETY: by contract; the overlapping loads and stores stay inside `len` bytes.
    unsafe {
        let (from, len) = (piece.as_ptr(), piece.len());
        match len {
            0 => {}
            1 => *to = *from,
            2..4 => {
                let end = from.add(len - 2).cast::<u16>().read_unaligned();
                to.cast::<u16>()
                    .write_unaligned(from.cast::<u16>().read_unaligned());
                to.add(len - 2).cast::<u16>().write_unaligned(end);
            }
            4..8 => {
                let end = from.add(len - 4).cast::<u32>().read_unaligned();
                to.cast::<u32>()
                    .write_unaligned(from.cast::<u32>().read_unaligned());
                to.add(len - 4).cast::<u32>().write_unaligned(end);
            }
            8..=16 => {
                let end = from.add(len - 8).cast::<u64>().read_unaligned();
                to.cast::<u64>()
                    .write_unaligned(from.cast::<u64>().read_unaligned());
                to.add(len - 8).cast::<u64>().write_unaligned(end);
            }
            _ => copy_nonoverlapping(from, to, len),
        }
    }
}

#[cold]
unsafe fn grow(heap: &mut Heap, cell: Cell, needed: usize) -> Cell {
    // SAFETY: the cell is flat and unique; the new capacity is written with the new size.
    unsafe {
        let old = words(cell);
        let capacity = needed.max(cell.get(2) as usize * 2).max(40).div_ceil(8) * 8;
        let grown = heap.resize(cell, old, HEAD + capacity / 8);
        grown.set(2, capacity as u64);
        grown
    }
}

#[inline(never)]
unsafe fn push_copy(heap: &mut Heap, cell: Cell, piece: &[u8]) -> u64 {
    // SAFETY: the copy has room for both parts.
    unsafe {
        let head = bytes(cell.word());
        // A constant has to be copied by whoever appends to it.
        if !head.is_empty() && cell.count() != STATIC {
            heap.counters.copies += 1;
        }
        let copy = with_capacity(heap, cell.ty(), head.len() + piece.len());
        copy_nonoverlapping(head.as_ptr(), flat_bytes(copy), head.len());
        copy_nonoverlapping(
            piece.as_ptr(),
            flat_bytes(copy).add(head.len()),
            piece.len(),
        );
        copy.set(1, (head.len() + piece.len()) as u64);
        heap.drop_ref(cell.word());
        copy.word()
    }
}

/// `a <> b`; takes `a`, uses `b`.
///
/// # Safety
/// `a` is an owned reference, `b` a reference, both to strings or both to bytes.
#[inline]
pub unsafe fn concat(heap: &mut Heap, a: u64, b: u64) -> u64 {
    // SAFETY: a unique `a` is neither `b` nor the parent of a view `b`.
    unsafe { push(heap, a, bytes(b)) }
}

/// Bytes `from .. to` as a value of their own: a view when they are many. Uses `word`; the result is owned.
///
/// # Safety
/// `word` refers to a string or bytes; the range is inside it, for strings at borders of characters.
pub unsafe fn slice(heap: &mut Heap, word: u64, from: usize, to: usize) -> u64 {
    // SAFETY: by contract; a view keeps the flat parent alive.
    unsafe {
        let cell = Cell::from_word(word);
        let piece = &bytes(word)[from..to];
        if piece.len() < VIEW_MIN {
            return new(heap, cell.ty(), piece);
        }
        if from == 0 && to == len(word) {
            cell.dup();
            return word;
        }
        let owner = if cell.tag() == FLAT {
            cell
        } else {
            Cell::from_word(parent(cell))
        };
        owner.dup();
        let view = heap.alloc(cell.ty(), VIEW, VIEW_WORDS);
        view.set(1, piece.len() as u64);
        view.set(2, piece.as_ptr().expose_provenance() as u64);
        view.set(3, owner.word());
        view.word()
    }
}

/// What follows the first `count` bytes; takes `word`. A unique view is moved on in place.
///
/// # Safety
/// `word` is an owned reference to bytes, or to a string with a border of characters there; it has so many bytes.
#[inline]
pub unsafe fn drop_first(heap: &mut Heap, word: u64, count: usize) -> u64 {
    // SAFETY: by contract; the address stays inside the parent.
    unsafe {
        let cell = Cell::from_word(word);
        if count == 0 {
            return word;
        }
        if cell.tag() == VIEW && cell.is_unique() {
            cell.set(1, cell.get(1) - count as u64);
            cell.set(2, cell.get(2) + count as u64);
            return word;
        }
        drop_first_copy(heap, cell, count)
    }
}

/// [`drop_first`] of what is no unique view: it becomes one, or a short piece.
///
/// # Safety
/// As [`drop_first`].
#[inline(never)]
unsafe fn drop_first_copy(heap: &mut Heap, cell: Cell, count: usize) -> u64 {
    // SAFETY: by contract.
    unsafe {
        let rest = slice(heap, cell.word(), count, cell.get(1) as usize);
        heap.drop_ref(cell.word());
        rest
    }
}

/// The rest after `prefix`, or `None` when the string does not start with it. Uses `word`; the result is owned.
///
/// # Safety
/// `word` refers to a string, `prefix` is valid UTF-8 (or `word` refers to bytes).
#[inline]
pub unsafe fn strip_prefix(heap: &mut Heap, word: u64, prefix: &[u8]) -> Option<u64> {
    // SAFETY: after a whole string of UTF-8 there is a border of characters.
    unsafe {
        let all = bytes(word);
        all.starts_with(prefix)
            .then(|| slice(heap, word, prefix.len(), all.len()))
    }
}

/// Whether a string equals a text (a constant).
///
/// # Safety
/// `a` refers to a string or bytes.
#[inline]
pub unsafe fn equals(a: u64, b: &[u8]) -> bool {
    // SAFETY: by contract.
    unsafe { same(bytes(a), b) }
}

/// Whether both are the same bytes; short ones are compared without a call.
#[inline(always)]
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        0 => true,
        // Reads that overlap where there are fewer bytes than two reads have.
        1..4 => a[0] == b[0] && ends::<1>(a, b) && a[a.len() / 2] == b[a.len() / 2],
        4..8 => begins::<4>(a, b) && ends::<4>(a, b),
        8..=16 => begins::<8>(a, b) && ends::<8>(a, b),
        _ => a == b,
    }
}

#[inline(always)]
fn begins<const N: usize>(a: &[u8], b: &[u8]) -> bool {
    a.first_chunk::<N>() == b.first_chunk::<N>()
}

#[inline(always)]
fn ends<const N: usize>(a: &[u8], b: &[u8]) -> bool {
    a.last_chunk::<N>() == b.last_chunk::<N>()
}
