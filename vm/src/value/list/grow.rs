//! Lists becoming longer when the fast path cannot: growth of buffers, chunks, copies.

use std::borrow::Cow;

use snow_bytecode::types::TypeId;

use crate::heap::{Cell, Heap, MAX_SMALL_WORDS, header_word};

use super::{
    BUFFER, BUFFER_HEAD, Buffer, CHAIN, FLAT, LIST_WORDS, Side, View, Width, chain, new_buffer,
    new_flat, new_list, view,
};

/// A chunk copies the neighbouring segment when it has at most this many elements.
const COPY_MAX: usize = 32;
/// Chains of more links than this are copied flat.
const DEPTH_MAX: usize = 256;
/// Slots of a first buffer.
const FIRST: usize = 4;

/// The end of a list at which an element is added.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Front,
    Back,
}

/// See [`super::append`].
///
/// # Safety
/// As there.
#[inline(never)]
pub(super) unsafe fn append(heap: &mut Heap, list: Cell, elem: u64) -> u64 {
    // SAFETY: by contract.
    unsafe { add(heap, list, elem, End::Back) }
}

/// See [`super::prepend`].
///
/// # Safety
/// As there.
#[inline(never)]
pub(super) unsafe fn prepend(heap: &mut Heap, list: Cell, elem: u64) -> u64 {
    // SAFETY: by contract.
    unsafe { add(heap, list, elem, End::Front) }
}

unsafe fn add(heap: &mut Heap, list: Cell, elem: u64, end: End) -> u64 {
    // SAFETY: by contract of the callers.
    unsafe {
        let old = view(list);
        if old.len == 0 {
            let ty = list.ty();
            heap.drop_ref(list.word());
            return first(heap, ty, elem, end);
        }
        if end_is_own(list, old, end) {
            let buffer = Buffer::of(old);
            if buffer.0.count() == 1 {
                clear_garbage(heap, list, old, end);
            }
            if let Some(word) = add_in_slot(heap, list, old, elem, end) {
                return word;
            }
            if list.is_unique() && buffer.0.is_unique() {
                let list = enlarge(heap, list, old, end);
                let view = view(list);
                return add_in_slot(heap, list, view, elem, end).expect("there is room now");
            }
        }
        match Width::of(list) {
            Width::Word => add_chunk(heap, list, old, elem, end),
            // Elements that are so small are copied: narrow lists are never chains.
            Width::Byte => {
                let flat = Cell::from_word(flatten(heap, list));
                add(heap, flat, elem, end)
            }
        }
    }
}

/// The list of one element, with room at the end that grows.
unsafe fn first(heap: &mut Heap, ty: TypeId, elem: u64, end: End) -> u64 {
    // SAFETY: the slot is inside the new buffer.
    unsafe {
        let width = Width::of_type(heap.types().info(ty));
        let at = match end {
            End::Front => width.capacity(FIRST) - 1,
            End::Back => 0,
        };
        let buffer = new_buffer(heap, ty, FIRST, at);
        buffer.write(width, at, elem);
        buffer.set_bounds(at, at + 1);
        let view = View {
            buffer: buffer.0.word(),
            start: at as i64,
            len: 1,
        };
        new_flat(heap, ty, view)
    }
}

/// Whether the element at an end of a list that is not empty lies in its own buffer.
unsafe fn end_is_own(list: Cell, view: View, end: End) -> bool {
    // SAFETY: the list has a buffer.
    unsafe {
        match (list.tag(), end) {
            (tag, _) if tag != CHAIN => true,
            (_, End::Front) => view.start >= 0,
            (_, End::Back) => view.start + view.len as i64 <= Buffer::of(view).capacity() as i64,
        }
    }
}

/// Empties the slots beyond an end of the only list that a buffer has.
unsafe fn clear_garbage(heap: &mut Heap, list: Cell, view: View, end: End) {
    // SAFETY: nobody sees these slots; they are filled, and given up here.
    unsafe {
        let buffer = Buffer::of(view);
        let (lo, hi) = (buffer.lo(), buffer.hi());
        let (from, to) = match end {
            End::Front => (lo, view.start as usize),
            End::Back => ((view.start + view.len as i64) as usize, hi),
        };
        if from >= to {
            return;
        }
        if heap.types().info(list.ty()).elem_ref {
            for i in from..to {
                heap.release_nullable(*buffer.slots().add(i));
            }
        }
        match end {
            End::Front => buffer.set_bounds(to, hi),
            End::Back => buffer.set_bounds(lo, from),
        }
        heap.settle_some();
    }
}

/// Empties what a buffer holds beside its only list. Leaves shared buffers alone.
///
/// # Safety
/// `list` is a live flat list that is not empty.
pub(super) unsafe fn trim(heap: &mut Heap, list: Cell) {
    // SAFETY: by contract.
    unsafe {
        let view = view(list);
        if Buffer::of(view).0.count() == 1 {
            clear_garbage(heap, list, view, End::Front);
            clear_garbage(heap, list, view, End::Back);
        }
    }
}

/// Adds an element in the neighbouring slot of the buffer, when there is one that is free.
unsafe fn add_in_slot(heap: &mut Heap, list: Cell, old: View, elem: u64, end: End) -> Option<u64> {
    // SAFETY: a slot outside the bounds is seen by no list. Buffers shared between actors are left alone.
    unsafe {
        let buffer = Buffer::of(old);
        let (lo, hi) = (buffer.lo(), buffer.hi());
        if buffer.0.count() <= 0 {
            return None;
        }
        let mut new = View {
            len: old.len + 1,
            ..old
        };
        match end {
            End::Front => {
                if old.start as usize != lo || lo == 0 {
                    return None;
                }
                buffer.write(Width::of(list), lo - 1, elem);
                buffer.set_bounds(lo - 1, hi);
                new.start -= 1;
            }
            End::Back => {
                let at = (old.start + old.len as i64) as usize;
                if at != hi || at == buffer.capacity() {
                    return None;
                }
                buffer.write(Width::of(list), at, elem);
                buffer.set_bounds(lo, at + 1);
            }
        }
        if list.is_unique() {
            list.set(2, new.start as u64);
            list.set(3, new.len as u64);
            return Some(list.word());
        }
        buffer.0.dup();
        let (ty, tag) = (list.ty(), list.tag());
        heap.drop_ref(list.word());
        Some(new_list(heap, ty, tag, new))
    }
}

/// Makes room at an end of a list; list and buffer are unique, and nothing but the list's part is in the buffer at this end.
unsafe fn enlarge(heap: &mut Heap, list: Cell, old: View, end: End) -> Cell {
    // SAFETY: elements move from the old buffer to the new one, or within one.
    unsafe {
        let buffer = Buffer::of(old);
        if list.tag() == CHAIN {
            return enlarge_chunk(heap, list, old, end);
        }
        trim(heap, list);
        let (capacity, width) = (buffer.capacity(), Width::of(list));
        // Half of the buffer is free at the other end: slide. Otherwise double, all room at the end that grows.
        let target = if old.len <= capacity / 2 {
            capacity
        } else {
            (capacity * 2).max(FIRST)
        };
        let start = if end == End::Front {
            target - old.len
        } else {
            0
        };
        let from = old.start as usize;
        let new = if target == capacity {
            buffer.copy(width, start, buffer.slot(width, from), old.len);
            buffer
        } else if end == End::Back && from == 0 {
            assert!(target <= super::MAX_LEN, "list too long");
            let head = buffer.0.get(3);
            let (before, after) = (width.words(capacity), width.words(target));
            let grown = heap.resize(buffer.0, BUFFER_HEAD + before, BUFFER_HEAD + after);
            grown.set(3, head & !0x7fff_ffff | target as u64);
            Buffer(grown)
        } else {
            let new = new_buffer(heap, list.ty(), target, start);
            new.copy(width, start, buffer.slot(width, from), old.len);
            buffer.set_bounds(0, 0);
            heap.release(buffer.0);
            new
        };
        new.set_bounds(start, start + old.len);
        list.set(1, new.0.word());
        list.set(2, start as u64);
        heap.settle_some();
        list
    }
}

/// As [`enlarge`] for a chunk, whose link's positions depend on its capacity.
unsafe fn enlarge_chunk(heap: &mut Heap, list: Cell, old: View, end: End) -> Cell {
    // SAFETY: as in `enlarge`.
    unsafe {
        let buffer = Buffer::of(old);
        let (capacity, lo, hi) = (buffer.capacity(), buffer.lo(), buffer.hi());
        let target = (capacity * 2).max(FIRST);
        assert!(target <= super::MAX_LEN, "list too long");
        let head = buffer.0.get(3);
        let grown = heap.resize(buffer.0, BUFFER_HEAD + capacity, BUFFER_HEAD + target);
        grown.set(3, head & !0x7fff_ffff | target as u64);
        let grown = Buffer(grown);
        let shift = if end == End::Front {
            target - capacity
        } else {
            0
        };
        std::ptr::copy(
            grown.slots().add(lo),
            grown.slots().add(lo + shift),
            hi - lo,
        );
        grown.set_bounds(lo + shift, hi + shift);
        list.set(1, grown.0.word());
        list.set(2, (old.start + shift as i64) as u64);
        list
    }
}

/// Adds an element to a copy of a list, which has some more room at that end.
unsafe fn add_to_copy(heap: &mut Heap, list: Cell, old: View, elem: u64, end: End) -> u64 {
    // SAFETY: the copy has a free slot at its end.
    unsafe {
        let capacity = (old.len + 1).next_multiple_of(FIRST);
        let at = match end {
            End::Front => capacity - old.len,
            End::Back => 0,
        };
        let copy = Cell::from_word(copied(heap, list, old, capacity, at));
        add_in_slot(heap, copy, view(copy), elem, end).expect("the copy has room")
    }
}

/// Adds an element in a new buffer that is linked to the old list, or has copies of its elements when they are few.
unsafe fn add_chunk(heap: &mut Heap, list: Cell, old: View, elem: u64, end: End) -> u64 {
    // SAFETY: the chunk has room for the copied elements and the new one.
    unsafe {
        let depth = chain::depth(list);
        if old.len <= COPY_MAX || depth >= DEPTH_MAX {
            return add_to_copy(heap, list, old, elem, end);
        }
        let near = near_segment(list, old, end);
        let copied = if list.tag() == CHAIN && near.len() <= COPY_MAX {
            near
        } else {
            &[]
        };
        let is_ref = heap.types().info(list.ty()).elem_ref;
        let capacity = (copied.len() + 1).next_power_of_two().max(FIRST);
        let at = if end == End::Front {
            capacity - copied.len()
        } else {
            0
        };
        let chunk = new_buffer(heap, list.ty(), capacity, at);
        copy_elems(copied, chunk.slots().add(at), is_ref);
        chunk.set_bounds(at, at + copied.len());
        let (rest, ty) = (old.len - copied.len(), list.ty());
        let link = match end {
            End::Front => super::slice(heap, list.word(), copied.len(), old.len),
            End::Back => super::slice(heap, list.word(), 0, rest),
        };
        chunk.0.set(1, link);
        let side = if end == End::Front {
            Side::After
        } else {
            Side::Before
        };
        let depth = chain::depth(Cell::from_word(link)) as u64 + 1;
        chunk
            .0
            .set(3, capacity as u64 | (side as u64) << 31 | depth << 32);
        let start = if end == End::Front {
            at as i64
        } else {
            -(rest as i64)
        };
        let view = View {
            buffer: chunk.0.word(),
            start,
            len: old.len,
        };
        let new = Cell::from_word(new_list(heap, ty, CHAIN, view));
        add_in_slot(heap, new, view, elem, end).expect("the chunk has room")
    }
}

/// The run of elements at an end of a list, as far as it lies side by side; empty where finding it would take long.
unsafe fn near_segment<'a>(list: Cell, old: View, end: End) -> &'a [u64] {
    // SAFETY: the indices are below the length.
    unsafe {
        if end == End::Front {
            return super::segment(list.word(), 0);
        }
        // Only a list whose end is in its own buffer has its last segment at hand.
        if !end_is_own(list, old, end) {
            return &[];
        }
        let own = if old.start < 0 {
            (-old.start) as usize
        } else {
            0
        };
        super::segment(list.word(), own)
    }
}

unsafe fn copy_elems(from: &[u64], to: *mut u64, is_ref: bool) {
    // SAFETY: the caller has room for the elements at `to`.
    unsafe {
        if is_ref {
            for &word in from {
                if let Some(cell) = Cell::from_nullable(word) {
                    cell.dup();
                }
            }
        }
        std::ptr::copy_nonoverlapping(from.as_ptr(), to, from.len());
    }
}

/// A copy of a list as a unique flat list with a unique buffer; takes the list, which is not empty.
///
/// # Safety
/// `list` is an owned reference to a list.
#[inline(never)]
pub(super) unsafe fn flatten(heap: &mut Heap, list: Cell) -> u64 {
    // SAFETY: the copy has room for all elements.
    unsafe {
        let old = view(list);
        copied(heap, list, old, old.len, 0)
    }
}

/// [`flatten`] for a short flat list of words that refer to nothing, when there are free cells for the copy; nothing is done for others. Programs that try
/// what they do to such a list do little else than copy it. Calls nothing.
///
/// # Safety
/// As there.
#[inline(always)]
pub(super) unsafe fn flatten_short(heap: &mut Heap, list: Cell) -> Option<u64> {
    // SAFETY: the copy has room for all elements, and all words of both cells are filled.
    unsafe {
        let (old, ty, count) = (view(list), list.ty(), list.count());
        let words = BUFFER_HEAD + old.len;
        let is_short = words <= MAX_SMALL_WORDS && list.tag() == FLAT && count > 1;
        if !is_short || heap.types().info(ty).elem_ref {
            return None;
        }
        let buffer = Buffer(heap.pop(header_word(ty, BUFFER, 1), words)?);
        let Some(new) = heap.pop(header_word(ty, FLAT, 1), LIST_WORDS) else {
            heap.free(buffer.0, words);
            return None;
        };
        heap.counters.copies += 1;
        list.set_count(count - 1);
        buffer.0.set(1, 0);
        buffer.set_bounds(0, old.len);
        buffer.0.set(3, old.len as u64);
        let from = Buffer::of(old).slots().add(old.start as usize);
        copy_words(from, buffer.slots(), old.len);
        new.set(1, buffer.0.word());
        new.set(2, 0);
        new.set(3, old.len as u64);
        Some(new.word())
    }
}

/// A list of the same elements in a buffer of its own with this capacity, from position `at` on; takes the list, which is not empty.
#[inline(always)]
unsafe fn copied(heap: &mut Heap, list: Cell, old: View, capacity: usize, at: usize) -> u64 {
    // SAFETY: the copy has room for all elements.
    unsafe {
        heap.counters.copies += 1;
        let (ty, tag) = (list.ty(), list.tag());
        let width = Width::of(list);
        let copy = super::new_buffer_of(heap, ty, width, capacity, at);
        let elems = copy.slot(width, at);
        match tag {
            CHAIN => copy_segments(heap, list, elems.cast()),
            _ => {
                let from = Buffer::of(old).slot(width, old.start as usize);
                copy_run(from, elems, width.bytes(old.len));
                dup_elems(heap, ty, elems.cast(), old.len);
            }
        }
        copy.set_bounds(at, at + old.len);
        let view = View {
            buffer: copy.0.word(),
            start: at as i64,
            len: old.len,
        };
        let flat = match tag {
            CHAIN => FLAT,
            tag => tag,
        };
        let new = super::new_list(heap, ty, flat, view);
        heap.drop_ref(list.word());
        new
    }
}

/// Copies elements; few words without a call.
#[inline(always)]
unsafe fn copy_run(from: *const u8, to: *mut u8, bytes: usize) {
    // SAFETY: the caller has that many at both places, in different buffers.
    unsafe {
        match bytes > 128 || bytes & 7 != 0 {
            true => std::ptr::copy_nonoverlapping(from, to, bytes),
            false => copy_words(from.cast(), to.cast(), bytes / 8),
        }
    }
}

/// Copies a few words, two at a time.
#[inline(always)]
unsafe fn copy_words(from: *const u64, to: *mut u64, count: usize) {
    // SAFETY: the caller has that many at both places, in different cells.
    unsafe {
        let mut at = 0;
        while at + 2 <= count {
            let two: [u64; 2] = from.add(at).cast::<[u64; 2]>().read_unaligned();
            to.add(at).cast::<[u64; 2]>().write_unaligned(two);
            at += 2;
        }
        if at < count {
            to.add(at).write_unaligned(from.add(at).read_unaligned());
        }
    }
}

/// Counts one more reference to each of some elements, when they are references.
unsafe fn dup_elems(heap: &Heap, ty: TypeId, elems: *const u64, len: usize) {
    if heap.types().info(ty).elem_ref {
        // SAFETY: the caller has elements of lists of this type.
        unsafe {
            for word in std::slice::from_raw_parts(elems, len) {
                heap.dup_nullable(*word);
            }
        }
    }
}

/// Copies all elements of a list of words to where there is room for them.
unsafe fn copy_segments(heap: &Heap, list: Cell, to: *mut u64) {
    // SAFETY: by contract.
    unsafe {
        let is_ref = heap.types().info(list.ty()).elem_ref;
        let (mut at, len) = (0, view(list).len);
        while at < len {
            let segment = super::segment(list.word(), at);
            copy_elems(segment, to.add(at), is_ref);
            at += segment.len();
        }
    }
}

/// See [`super::concat`]: adds the shorter list to the longer one.
///
/// # Safety
/// Both are owned references to lists that are not empty, of one type.
pub(super) unsafe fn concat(heap: &mut Heap, a: u64, b: u64) -> u64 {
    // SAFETY: by contract; each element is dupped for its new place, then its old list is dropped.
    unsafe {
        let is_ref = heap.types().info(Cell::from_word(a).ty()).elem_ref;
        let (mut all, short, end) = if super::len(a) >= super::len(b) {
            (a, b, End::Back)
        } else {
            (b, a, End::Front)
        };
        let mut add_one = |word: u64| {
            if is_ref {
                heap.dup_nullable(word);
            }
            all = match end {
                End::Back => super::append(heap, all, word),
                End::Front => super::prepend(heap, all, word),
            };
        };
        let segments = segments(short);
        let words = segments.iter().flat_map(|segment| segment.iter().copied());
        match end {
            End::Back => words.for_each(&mut add_one),
            End::Front => words.rev().for_each(&mut add_one),
        }
        heap.drop_ref(short);
        all
    }
}

/// The elements of a list in pieces.
unsafe fn segments<'a>(list: u64) -> Vec<Cow<'a, [u64]>> {
    // SAFETY: by contract of the caller, who keeps the list as it is.
    unsafe {
        let count = super::len(list);
        if Width::of(Cell::from_word(list)) == Width::Byte {
            let elems = (0..count as i64).filter_map(|at| super::get(list, at));
            return vec![Cow::Owned(elems.collect())];
        }
        let (mut at, mut segments) = (0, Vec::new());
        while at < count {
            let segment = super::segment(list, at);
            at += segment.len();
            segments.push(Cow::Borrowed(segment));
        }
        segments
    }
}
