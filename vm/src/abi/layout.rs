//! Where compiled code finds what it touches: offsets in bytes. The one place that turns Rust's layouts into numbers.

use crate::ctx::Ctx;
use crate::heap::{Counters, Heap};
use crate::value::closure::ClosureEntry;
use std::mem::offset_of;

use super::state::NativeState;

/// Changes whenever compiled code of an earlier version no longer fits the runtime.
pub const ABI_VERSION: u32 = 6;

const NATIVE: usize = offset_of!(Ctx, native);
const HEAP: usize = offset_of!(Ctx, heap);

/// In the context: the limit of the stack pointer.
pub const LIMIT: usize = NATIVE + offset_of!(NativeState, limit);
/// In the context: address of the pool.
pub const POOL: usize = NATIVE + offset_of!(NativeState, pool);
/// In the context: address of the table of typed code.
pub const CODES: usize = NATIVE + offset_of!(NativeState, codes);
/// In the context: address of the words for arguments beyond registers.
pub const ARGS: usize = NATIVE + offset_of!(NativeState, args);
/// In the context: the words for results beyond registers.
pub const RESULTS: usize = NATIVE + offset_of!(NativeState, results);
/// In the context: where `snow_hop` continues.
pub const HOP_TARGET: usize = NATIVE + offset_of!(NativeState, hop_target);
/// In the context: where `snow_hop` continues when there is no more stack.
pub const HOP_OVERFLOW: usize = NATIVE + offset_of!(NativeState, hop_overflow);
/// In the context: function of a pending tail call.
pub const TAIL_FUNC: usize = NATIVE + offset_of!(NativeState, tail_func);
/// In the context: address of the arguments of a pending tail call.
pub const TAIL_ARGS: usize = NATIVE + offset_of!(NativeState, tail_args);

/// In the context: head of the free list for cells of `words` words, header included.
pub fn free_list(words: usize) -> usize {
    HEAP + offset_of!(Heap, free) + words * size_of::<*mut u64>()
}

/// In the context: the number of cells allocated so far.
pub const ALLOCATED: usize = HEAP + offset_of!(Heap, counters) + offset_of!(Counters, allocated);
/// In the context: the number of cells freed so far.
pub const FREED: usize = HEAP + offset_of!(Heap, counters) + offset_of!(Counters, freed);

/// Words of the largest cell, header included, that has a free list.
pub const MAX_SMALL_WORDS: usize = crate::heap::MAX_SMALL_WORDS;

/// In a closure cell: word of the address of its entry.
pub const CLOSURE_ENTRY_WORD: usize = 1;
/// In a closure cell: word of the first capture.
pub const CLOSURE_CAPTURES_WORD: usize = 2;
/// In a closure entry: number of the function, 32 bits.
pub const ENTRY_FUNC: usize = offset_of!(ClosureEntry, func);
/// In a closure entry: typed code of the function, or null.
pub const ENTRY_CODE: usize = offset_of!(ClosureEntry, code);

/// No list is so long: addresses of user memory have at most 48 bits, and each element takes a byte at least.
pub const LIST_LEN_END: u64 = 1 << 48;
/// Words of a list cell.
pub const LIST_WORDS: usize = crate::value::list::LIST_WORDS;
/// In a list cell: word of the buffer, of the first position, and of the length.
pub const LIST_BUFFER_WORD: usize = 1;
/// See [`LIST_BUFFER_WORD`].
pub const LIST_START_WORD: usize = 2;
/// See [`LIST_BUFFER_WORD`].
pub const LIST_LEN_WORD: usize = 3;
/// In a buffer cell: word of the bounds, `lo` in the lower half.
pub const BUFFER_BOUNDS_WORD: usize = 2;
/// In a buffer cell: word whose low 31 bits are the capacity.
pub const BUFFER_CAPACITY_WORD: usize = 3;
/// In a buffer cell: word of the first slot.
pub const BUFFER_SLOTS_WORD: usize = 4;
/// Tag of lists whose elements are bytes in their buffer.
pub const NARROW: u8 = crate::value::list::NARROW;
/// Tag of lists whose elements are all in their buffer.
pub const FLAT: u8 = crate::value::list::FLAT;
/// In a string or bytes: word of the length.
pub const TEXT_LEN_WORD: usize = 1;
/// In a view: word of the address of its first byte.
pub const TEXT_ADDRESS_WORD: usize = 2;
/// In a flat string or bytes: word of the first byte.
pub const TEXT_BYTES_WORD: usize = crate::value::text::HEAD;
/// Tag of flat strings and bytes.
pub const TEXT_FLAT: u8 = crate::value::text::FLAT;
