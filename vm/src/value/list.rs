//! Lists: views over shared buffers that grow at both ends, and chains of them where a neighbouring slot is taken.
//! `docs/memory.md` has the layouts.
//!
//! Elements are words in element form. Indices that come from programs are checked here.

mod buffer;
mod chain;
mod grow;
#[cfg(test)]
mod tests;

use snow_bytecode::types::TypeId;

use crate::heap::{Cell, Heap};
use crate::types::TypeInfo;

use buffer::{BUFFER_HEAD, Buffer, Side, View, Width, view};

/// Tag of a list whose elements are all in its buffer.
pub const FLAT: u8 = 0;
/// Tag of a buffer.
pub const BUFFER: u8 = 1;
/// Tag of a list some of whose elements are beyond its buffer's link.
pub const CHAIN: u8 = 2;
/// Tag of a list whose elements take a byte each, and are all in its buffer.
pub const NARROW: u8 = 3;

/// Words of a list cell.
pub const LIST_WORDS: usize = 4;
/// Most elements of a list: positions have 31 bits.
pub const MAX_LEN: usize = (1 << 31) - 1;

/// The tag of lists of a type that are not chains.
pub(crate) fn tag_of(narrow: bool) -> u8 {
    match narrow {
        true => NARROW,
        false => FLAT,
    }
}

/// A buffer with nothing in it. `lo` and `hi` are both `at`.
unsafe fn new_buffer(heap: &mut Heap, ty: TypeId, capacity: usize, at: usize) -> Buffer {
    let width = Width::of_type(heap.types().info(ty));
    // SAFETY: by contract.
    unsafe { new_buffer_of(heap, ty, width, capacity, at) }
}

/// As [`new_buffer`], where the width is known.
#[inline(always)]
unsafe fn new_buffer_of(
    heap: &mut Heap,
    ty: TypeId,
    width: Width,
    capacity: usize,
    at: usize,
) -> Buffer {
    let capacity = width.capacity(capacity);
    assert!(capacity <= MAX_LEN, "list too long");
    // SAFETY: the head is filled; slots outside the bounds need no value.
    unsafe {
        let buffer = heap.alloc(ty, BUFFER, BUFFER_HEAD + width.words(capacity));
        buffer.set(1, 0);
        buffer.set(3, capacity as u64);
        let buffer = Buffer(buffer);
        buffer.set_bounds(at, at);
        buffer
    }
}

/// A list cell that is no chain; takes the buffer.
unsafe fn new_flat(heap: &mut Heap, ty: TypeId, view: View) -> u64 {
    let tag = tag_of(heap.types().info(ty).narrow);
    // SAFETY: all elements are in the buffer.
    unsafe { new_list(heap, ty, tag, view) }
}

/// A list cell; takes the buffer.
unsafe fn new_list(heap: &mut Heap, ty: TypeId, tag: u8, view: View) -> u64 {
    // SAFETY: all words are filled.
    unsafe {
        let list = heap.alloc(ty, tag, LIST_WORDS);
        list.set(1, view.buffer);
        list.set(2, view.start as u64);
        list.set(3, view.len as u64);
        list.word()
    }
}

/// A list of these elements; takes them.
///
/// # Safety
/// `ty` is a list type, the elements are of its element form.
pub unsafe fn new(heap: &mut Heap, ty: TypeId, elems: &[u64]) -> u64 {
    if elems.is_empty() {
        return empty(heap, ty);
    }
    // SAFETY: the buffer has room for all elements.
    unsafe {
        let buffer = new_buffer(heap, ty, elems.len(), 0);
        match Width::of_type(heap.types().info(ty)) {
            Width::Word => {
                std::ptr::copy_nonoverlapping(elems.as_ptr(), buffer.slots(), elems.len());
            }
            Width::Byte => {
                let elems = elems.iter().enumerate();
                elems.for_each(|(at, elem)| buffer.write(Width::Byte, at, *elem));
            }
        }
        buffer.set_bounds(0, elems.len());
        let view = View {
            buffer: buffer.0.word(),
            start: 0,
            len: elems.len(),
        };
        new_flat(heap, ty, view)
    }
}

/// `count` times the same element, which is borrowed.
///
/// # Safety
/// `ty` is a list type, the element is of its element form.
pub unsafe fn repeat(heap: &mut Heap, ty: TypeId, elem: u64, count: usize) -> u64 {
    if count == 0 {
        return empty(heap, ty);
    }
    // SAFETY: the buffer has room for all elements, each of which has a reference of its own.
    unsafe {
        let buffer = new_buffer(heap, ty, count, 0);
        let info = heap.types().info(ty);
        match Width::of_type(info) {
            Width::Word => std::slice::from_raw_parts_mut(buffer.slots(), count).fill(elem),
            Width::Byte => {
                let first = buffer.slot(Width::Byte, 0);
                std::slice::from_raw_parts_mut(first, count).fill(elem as u8);
            }
        }
        if info.elem_ref {
            (0..count).for_each(|_| heap.dup_nullable(elem));
        }
        buffer.set_bounds(0, count);
        let view = View {
            buffer: buffer.0.word(),
            start: 0,
            len: count,
        };
        new_flat(heap, ty, view)
    }
}

/// The static empty list of a type.
#[inline(always)]
pub fn empty(heap: &Heap, ty: TypeId) -> u64 {
    heap.types().info(ty).empty
}

/// An empty list with room for `capacity` elements.
///
/// # Safety
/// `ty` is a list type.
pub unsafe fn with_capacity(heap: &mut Heap, ty: TypeId, capacity: usize) -> u64 {
    if capacity == 0 {
        return empty(heap, ty);
    }
    // SAFETY: an empty buffer and a list of nothing in it.
    unsafe {
        let buffer = new_buffer(heap, ty, capacity, 0);
        let view = View {
            buffer: buffer.0.word(),
            start: 0,
            len: 0,
        };
        new_flat(heap, ty, view)
    }
}

/// Number of elements.
///
/// # Safety
/// `list` refers to a list.
#[inline(always)]
pub unsafe fn len(list: u64) -> usize {
    // SAFETY: word 3 of a list is its length.
    unsafe { Cell::from_word(list).get(3) as usize }
}

/// The element at an index, or `None` out of range; a reference stays the list's.
///
/// # Safety
/// `list` refers to a list.
#[inline(always)]
pub unsafe fn get(list: u64, index: i64) -> Option<u64> {
    // SAFETY: a flat list's elements are in its buffer.
    unsafe {
        let cell = Cell::from_word(list);
        let view = view(cell);
        if index as u64 >= view.len as u64 {
            return None;
        }
        let at = (view.start + index) as usize;
        match cell.tag() {
            FLAT => Some(Buffer::of(view).read(Width::Word, at)),
            NARROW => Some(Buffer::of(view).read(Width::Byte, at)),
            _ => Some(chain::get(cell, index as usize)),
        }
    }
}

/// The reason of a crash by an index that is out of range.
#[cold]
pub fn out_of_range(index: i64, len: usize) -> String {
    format!("index {index} out of range for a list of length {len}")
}

/// The element at an index of a flat list, or `None` for any other list or index: calls nothing. A reference stays the list's.
///
/// # Safety
/// `list` refers to a list.
#[inline(always)]
pub unsafe fn get_flat(list: u64, index: i64) -> Option<u64> {
    // SAFETY: a flat list's elements are in its buffer.
    unsafe {
        let cell = Cell::from_word(list);
        let view = view(cell);
        let inside = (index as u64) < view.len as u64 && cell.tag() == FLAT;
        inside.then(|| Buffer::of(view).read(Width::Word, view.start as usize + index as usize))
    }
}

/// As [`get_flat`], for narrow lists.
///
/// # Safety
/// As there.
#[inline(always)]
pub unsafe fn get_narrow(list: u64, index: i64) -> Option<u64> {
    // SAFETY: a narrow list's elements are in its buffer.
    unsafe {
        let cell = Cell::from_word(list);
        let view = view(cell);
        let inside = (index as u64) < view.len as u64 && cell.tag() == NARROW;
        inside.then(|| Buffer::of(view).read(Width::Byte, view.start as usize + index as usize))
    }
}

/// Replaces an element that is no reference, of a unique flat list with a buffer of its own; false, with nothing done, for any other list or index. Calls
/// nothing.
///
/// # Safety
/// `list` is an owned reference to a list of words, `elem` an element of it.
#[inline(always)]
pub unsafe fn set_in_flat(list: u64, index: i64, elem: u64) -> bool {
    // SAFETY: by contract.
    unsafe { set_in_place(list, index, elem, FLAT, Width::Word) }
}

/// As [`set_in_flat`], for narrow lists.
///
/// # Safety
/// As there.
#[inline(always)]
pub unsafe fn set_in_narrow(list: u64, index: i64, elem: u64) -> bool {
    // SAFETY: by contract.
    unsafe { set_in_place(list, index, elem, NARROW, Width::Byte) }
}

#[inline(always)]
unsafe fn set_in_place(list: u64, index: i64, elem: u64, tag: u8, width: Width) -> bool {
    // SAFETY: the elements of a list with this tag are in its buffer, which a list that is not empty has.
    unsafe {
        let cell = Cell::from_word(list);
        let view = view(cell);
        if index as u64 >= view.len as u64 || cell.count() != 1 || cell.tag() != tag {
            return false;
        }
        let buffer = Buffer::of(view);
        let own = buffer.0.count() == 1;
        if own {
            buffer.write(width, view.start as usize + index as usize, elem);
        }
        own
    }
}

/// Appends to a unique list with a free slot behind it; false, with nothing done, for any other. Calls nothing.
///
/// # Safety
/// As [`append`]; the list stays the caller's when the result is false.
#[inline(always)]
pub unsafe fn append_in_place(list: u64, elem: u64) -> bool {
    // SAFETY: by contract; the slot after the list is free when it is the buffer's `hi`.
    unsafe {
        let cell = Cell::from_word(list);
        let view = view(cell);
        if view.buffer == 0 || cell.count() != 1 || cell.tag() != FLAT {
            return false;
        }
        let buffer = Buffer::of(view);
        let end = view.start as usize + view.len;
        let free = end == buffer.hi() && end < buffer.capacity() && buffer.0.count() == 1;
        if free {
            buffer.write(Width::Word, end, elem);
            buffer.set_bounds(buffer.lo(), end + 1);
            cell.set(3, view.len as u64 + 1);
        }
        free
    }
}

/// Takes the first element out of a unique flat list by moving its start; `None`, with nothing done, for any other list. `dup` counts an
/// element that stays in a buffer which others see, and says whether it could. Calls nothing else.
///
/// # Safety
/// As [`uncons`]; the list stays the caller's, without its first element.
#[inline(always)]
pub unsafe fn uncons_in_place(list: u64, dup: impl FnOnce(u64) -> bool) -> Option<u64> {
    // SAFETY: by contract; an element is moved out of a buffer only when nothing else sees it.
    unsafe {
        let cell = Cell::from_word(list);
        let view = view(cell);
        if view.len == 0 || cell.count() != 1 || cell.tag() != FLAT {
            return None;
        }
        let buffer = Buffer::of(view);
        let start = view.start as usize;
        let head = buffer.read(Width::Word, start);
        if start == buffer.lo() && buffer.0.count() == 1 {
            buffer.set_bounds(start + 1, buffer.hi());
        } else if !dup(head) {
            return None;
        }
        cell.set(2, view.start as u64 + 1);
        cell.set(3, view.len as u64 - 1);
        Some(head)
    }
}

/// Replaces an element, in place when the list is unique; takes list and element. `None` out of range: both are dropped.
///
/// # Safety
/// `list` is an owned reference to a list, `elem` an owned element of it.
#[inline]
pub unsafe fn set(heap: &mut Heap, list: u64, index: i64, elem: u64) -> Option<u64> {
    // SAFETY: by contract; `unique` makes the buffer ours.
    unsafe {
        let types: *const _ = heap.types().info(Cell::from_word(list).ty());
        let is_ref = (*types).elem_ref;
        if index as u64 >= len(list) as u64 {
            heap.drop_ref(list);
            if is_ref {
                heap.drop_nullable(elem);
            }
            return None;
        }
        let list = unique(heap, list);
        let view = view(list);
        let (buffer, at) = (Buffer::of(view), view.start as usize + index as usize);
        if is_ref {
            let old = std::mem::replace(&mut *buffer.slots().add(at), elem);
            heap.drop_nullable(old);
        } else {
            buffer.write(Width::of(list), at, elem);
        }
        Some(list.word())
    }
}

/// Moves an element out of a list and leaves a hole there; takes the list. `None` out of range: the list is dropped. The second result
/// is the list.
///
/// # Safety
/// `list` is an owned reference to a list; the result is only dropped or given to [`fill`] with the same index.
#[inline]
pub unsafe fn take(heap: &mut Heap, list: u64, index: i64) -> Option<(u64, u64)> {
    // SAFETY: by contract; `unique` makes the buffer ours. Words that are no references stay as they are.
    unsafe {
        let is_ref = heap.types().info(Cell::from_word(list).ty()).elem_ref;
        if index as u64 >= len(list) as u64 {
            heap.drop_ref(list);
            return None;
        }
        let list = unique(heap, list);
        let view = view(list);
        let (buffer, at) = (Buffer::of(view), view.start as usize + index as usize);
        let elem = match is_ref {
            true => std::mem::take(&mut *buffer.slots().add(at)),
            false => buffer.read(Width::of(list), at),
        };
        Some((elem, list.word()))
    }
}

/// Fills the hole that [`take`] left; takes both. An index out of range gives `None`, as [`set`].
///
/// # Safety
/// As [`set`].
#[inline]
pub unsafe fn fill(heap: &mut Heap, list: u64, index: i64, elem: u64) -> Option<u64> {
    // SAFETY: the hole is null, which `set` skips.
    unsafe { set(heap, list, index, elem) }
}

/// The list so that it can be changed in place: as it is, or copied; takes it.
///
/// # Safety
/// `list` is an owned reference to a list that is not empty.
#[inline(always)]
pub unsafe fn own(heap: &mut Heap, list: u64) -> u64 {
    // SAFETY: by contract.
    unsafe { unique(heap, list) }.word()
}

/// A list with a flat buffer that nothing else refers to; takes the list.
///
/// # Safety
/// `list` is an owned reference to a list that is not empty.
#[inline(always)]
unsafe fn unique(heap: &mut Heap, list: u64) -> Cell {
    // SAFETY: by contract.
    unsafe {
        let cell = Cell::from_word(list);
        if cell.is_unique() && cell.tag() != CHAIN && Buffer::of(view(cell)).0.is_unique() {
            return cell;
        }
        if let Some(copy) = grow::flatten_short(heap, cell) {
            return Cell::from_word(copy);
        }
        Cell::from_word(grow::flatten(heap, cell))
    }
}

/// The list with its elements changed, in place when nobody else has it; takes the list.
///
/// # Safety
/// `list` is an owned reference to a list; the elements stay valid ones, owned by the list.
pub unsafe fn change(heap: &mut Heap, list: u64, change: impl FnOnce(&mut [u64])) -> u64 {
    // SAFETY: by contract; `unique` makes the buffer ours.
    unsafe {
        if len(list) == 0 {
            return list;
        }
        let list = unique(heap, list);
        let (view, width) = (view(list), Width::of(list));
        let (buffer, start) = (Buffer::of(view), view.start as usize);
        match width {
            Width::Word => {
                let first = buffer.slots().add(start);
                change(std::slice::from_raw_parts_mut(first, view.len));
            }
            Width::Byte => {
                let range = start..start + view.len;
                let mut elems: Vec<u64> = range.map(|at| buffer.read(width, at)).collect();
                change(&mut elems);
                let elems = elems.into_iter().enumerate();
                elems.for_each(|(at, elem)| buffer.write(width, start + at, elem));
            }
        }
        list.word()
    }
}

/// `list ++ [elem]`; takes both.
///
/// # Safety
/// `list` is an owned reference to a list, `elem` an owned element of it.
#[inline]
pub unsafe fn append(heap: &mut Heap, list: u64, elem: u64) -> u64 {
    // SAFETY: by contract; the slot after the list is free when it is the buffer's `hi`.
    unsafe {
        let cell = Cell::from_word(list);
        if append_in_place(list, elem) {
            return list;
        }
        grow::append(heap, cell, elem)
    }
}

/// `elem :: list`; takes both.
///
/// # Safety
/// As [`append`].
#[inline]
pub unsafe fn prepend(heap: &mut Heap, list: u64, elem: u64) -> u64 {
    // SAFETY: by contract.
    unsafe {
        let cell = Cell::from_word(list);
        if let Some(word) = prepend_in_slot(heap, cell, elem) {
            return word;
        }
        grow::prepend(heap, cell, elem)
    }
}

/// Prepends in the free slot before a list, where there is one that needs no clearing; nothing is done where not.
///
/// # Safety
/// As [`append`].
#[inline(always)]
unsafe fn prepend_in_slot(heap: &mut Heap, cell: Cell, elem: u64) -> Option<u64> {
    // SAFETY: by contract. The slot before the list is free when the list starts at the buffer's `lo`, or when the buffer has no other list: then what is
    // in it is garbage, which words can be overwritten with.
    unsafe {
        let view = view(cell);
        if cell.tag() == CHAIN || view.len == 0 || view.start <= 0 {
            return None;
        }
        let (buffer, at, count) = (Buffer::of(view), view.start as usize - 1, cell.count());
        let sharers = buffer.0.count();
        let is_only = sharers == 1 && !heap.types().info(cell.ty()).elem_ref;
        if sharers <= 0 || count <= 0 || !(is_only || buffer.lo() == at + 1) {
            return None;
        }
        buffer.write(Width::of(cell), at, elem);
        buffer.set_bounds(at, buffer.hi());
        if count == 1 {
            cell.set(2, at as u64);
            cell.set(3, view.len as u64 + 1);
            return Some(cell.word());
        }
        buffer.0.dup();
        cell.set_count(count - 1);
        let longer = View {
            start: at as i64,
            len: view.len + 1,
            ..view
        };
        Some(new_list(heap, cell.ty(), cell.tag(), longer))
    }
}

/// First element and the rest; takes the list. `None` when it is empty (then it is dropped).
///
/// # Safety
/// `list` is an owned reference to a list.
#[inline]
pub unsafe fn uncons(heap: &mut Heap, list: u64) -> Option<(u64, u64)> {
    // SAFETY: by contract; an element leaves a buffer only when nothing else sees it.
    unsafe {
        let cell = Cell::from_word(list);
        let view = view(cell);
        if view.len == 0 {
            heap.drop_ref(list);
            return None;
        }
        if cell.tag() == CHAIN {
            return Some(chain::uncons(heap, cell));
        }
        let buffer = Buffer::of(view);
        let start = view.start as usize;
        let head = buffer.read(Width::of(cell), start);
        let is_ref = heap.types().info(cell.ty()).elem_ref;
        if !cell.is_unique() {
            if is_ref {
                heap.dup_nullable(head);
            }
            return Some((head, drop_first(heap, list, 1)));
        }
        if buffer.0.is_unique() {
            if start != buffer.lo() {
                grow::trim(heap, cell);
            }
            buffer.set_bounds(start + 1, buffer.hi());
        } else if is_ref {
            heap.dup_nullable(head);
        }
        cell.set(2, view.start as u64 + 1);
        cell.set(3, view.len as u64 - 1);
        Some((head, list))
    }
}

/// The list without its first `count` elements (clamped); takes the list.
///
/// # Safety
/// `list` is an owned reference to a list.
pub unsafe fn drop_first(heap: &mut Heap, list: u64, count: i64) -> u64 {
    // SAFETY: by contract.
    unsafe {
        let all = len(list);
        let count = usize::try_from(count).unwrap_or(0).min(all);
        slice(heap, list, count, all)
    }
}

/// Elements `from .. to` of a list as a view; takes the list.
///
/// # Safety
/// `list` is an owned reference to a list, the range is inside it.
pub unsafe fn slice(heap: &mut Heap, list: u64, from: usize, to: usize) -> u64 {
    // SAFETY: by contract.
    unsafe {
        let cell = Cell::from_word(list);
        let old = view(cell);
        debug_assert!(from <= to && to <= old.len);
        if from == 0 && to == old.len {
            return list;
        }
        let ty = cell.ty();
        if from == to {
            heap.drop_ref(list);
            return empty(heap, ty);
        }
        let part = View {
            buffer: old.buffer,
            start: old.start + from as i64,
            len: to - from,
        };
        if cell.tag() == CHAIN {
            return chain::slice(heap, cell, part);
        }
        if cell.is_unique() {
            cell.set(2, part.start as u64);
            cell.set(3, part.len as u64);
            grow::trim(heap, cell);
            return list;
        }
        Cell::from_word(part.buffer).dup();
        heap.drop_ref(list);
        new_flat(heap, ty, part)
    }
}

/// `a ++ b`; takes both.
///
/// # Safety
/// Both are owned references to lists of one type.
pub unsafe fn concat(heap: &mut Heap, a: u64, b: u64) -> u64 {
    // SAFETY: by contract.
    unsafe {
        if len(a) == 0 {
            heap.drop_ref(a);
            return b;
        }
        if len(b) == 0 {
            heap.drop_ref(b);
            return a;
        }
        grow::concat(heap, a, b)
    }
}

/// Calls `visit` with each element's word in order, until it gives `false`. References stay the list's.
///
/// # Safety
/// `list` refers to a list that stays alive; `visit` does not change it.
pub unsafe fn for_each(list: u64, mut visit: impl FnMut(u64) -> bool) {
    // SAFETY: segments are inside buffers that the list keeps alive.
    unsafe {
        let all = len(list);
        if Cell::from_word(list).tag() == NARROW {
            let mut elems = (0..all as i64).filter_map(|at| get(list, at));
            elems.all(visit);
            return;
        }
        let mut at = 0;
        while at < all {
            let segment = segment(list, at);
            for &word in segment {
                if !visit(word) {
                    return;
                }
            }
            at += segment.len();
        }
    }
}

/// The longest run of elements from index `at` on that lies side by side in memory.
///
/// # Safety
/// `list` refers to a list of words that outlives the result and is not changed, `at` is below its length.
#[inline]
unsafe fn segment<'a>(list: u64, at: usize) -> &'a [u64] {
    // SAFETY: by contract.
    unsafe {
        let cell = Cell::from_word(list);
        if cell.tag() == FLAT {
            let view = view(cell);
            let first = Buffer::of(view).slots().add(view.start as usize + at);
            return std::slice::from_raw_parts(first, view.len - at);
        }
        chain::segment(cell, at)
    }
}

/// Frees a dead buffer that refers to nothing; false, with nothing done, for any other.
///
/// # Safety
/// The cell is a dead buffer of the list type that `info` is about.
#[inline(always)]
pub(crate) unsafe fn free_plain(heap: &mut Heap, buffer: Cell, info: &TypeInfo) -> bool {
    // SAFETY: by contract.
    unsafe {
        let is_plain = !info.elem_ref && buffer.get(1) == 0;
        if is_plain {
            let words = Width::of_type(info).words(Buffer(buffer).capacity());
            heap.free(buffer, BUFFER_HEAD + words);
        }
        is_plain
    }
}

/// Gives up what a dead buffer refers to and frees it. A large one is done in pieces: true when it must come again.
///
/// # Safety
/// The cell is a dead buffer, of the list type that `info` is about.
pub(crate) unsafe fn release_piece(
    heap: &mut Heap,
    cell: Cell,
    info: &TypeInfo,
    piece: u32,
) -> bool {
    // SAFETY: slots between the bounds are filled, and given up with the buffer.
    unsafe {
        heap.release_nullable(cell.get(1));
        cell.set(1, 0);
        let buffer = Buffer(cell);
        if info.elem_ref {
            let (lo, hi) = (buffer.lo(), buffer.hi());
            let end = hi.min(lo + piece as usize);
            for i in lo..end {
                heap.release_nullable(*buffer.slots().add(i));
            }
            buffer.set_bounds(end, hi);
            if end < hi {
                return true;
            }
        }
        let words = Width::of_type(info).words(buffer.capacity());
        heap.free(cell, BUFFER_HEAD + words);
        false
    }
}

/// Words of a part of a list.
///
/// # Safety
/// The cell is live, of the list type that `info` is about.
pub(crate) unsafe fn words_of(cell: Cell, info: &TypeInfo) -> usize {
    match cell.tag() {
        // SAFETY: the tag says that it is a buffer.
        BUFFER => BUFFER_HEAD + Width::of_type(info).words(unsafe { Buffer(cell).capacity() }),
        _ => LIST_WORDS,
    }
}

/// Calls a function with each reference in a part of a list, or null: of the elements with at most so many after the first `from`. A buffer's slots that no list
/// sees are filled, too, and so count. Gives how many elements have been passed then, if there are more.
///
/// # Safety
/// The cell is live; `elem_ref` says whether the elements of its type are references.
pub(crate) unsafe fn some_parts(
    cell: Cell,
    elem_ref: bool,
    from: usize,
    most: usize,
    part: &mut impl FnMut(u64),
) -> Option<usize> {
    // SAFETY: slots between the bounds are filled.
    unsafe {
        if from == 0 {
            part(cell.get(1));
        }
        if cell.tag() != BUFFER || !elem_ref {
            return None;
        }
        let buffer = Buffer(cell);
        let (first, hi) = (buffer.lo() + from, buffer.hi());
        let end = first.saturating_add(most).min(hi);
        for at in first..end {
            part(*buffer.slots().add(at));
        }
        (end < hi).then_some(end - buffer.lo())
    }
}
