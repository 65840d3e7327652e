//! Reading lists some of whose elements are beyond a link.

use crate::heap::{Cell, Heap};

use super::{Buffer, CHAIN, FLAT, Side, View, new_list, view};

/// Where a position of a chain is.
enum Place {
    /// In this slot of the list's own buffer.
    Own(usize),
    /// At this index of the linked list.
    Link(Cell, usize),
}

/// # Safety
/// The view is of a live list and contains the position, or it is the buffer's or link's end.
unsafe fn place(view: View, position: i64) -> Place {
    // SAFETY: chunks have a link, which is a list.
    unsafe {
        let buffer = Buffer::of(view);
        let capacity = buffer.capacity();
        if position >= 0 && (position as usize) < capacity {
            return Place::Own(position as usize);
        }
        let link = buffer
            .link()
            .expect("positions outside of a buffer are behind its link");
        match buffer.side() {
            Side::After => Place::Link(link, position as usize - capacity),
            Side::Before => Place::Link(link, (super::len(link.word()) as i64 + position) as usize),
        }
    }
}

/// The element at an index below the length.
///
/// # Safety
/// `list` is live and has the index.
#[cold]
pub(super) unsafe fn get(mut list: Cell, mut index: usize) -> u64 {
    loop {
        // SAFETY: the index is inside each list of the chain in turn.
        unsafe {
            let view = view(list);
            match place(view, view.start + index as i64) {
                Place::Own(slot) => return *Buffer::of(view).slots().add(slot),
                Place::Link(link, at) => (list, index) = (link, at),
            }
        }
    }
}

/// See [`super::segment`].
///
/// # Safety
/// As there.
#[cold]
pub(super) unsafe fn segment<'a>(mut list: Cell, mut at: usize) -> &'a [u64] {
    let mut limit = usize::MAX;
    loop {
        // SAFETY: the segment ends with the buffer, or where one of the views does.
        unsafe {
            let view = view(list);
            limit = limit.min(view.len - at);
            match place(view, view.start + at as i64) {
                Place::Own(slot) => {
                    let buffer = Buffer::of(view);
                    let len = limit.min(buffer.capacity() - slot);
                    return std::slice::from_raw_parts(buffer.slots().add(slot), len);
                }
                Place::Link(link, index) => (list, at) = (link, index),
            }
        }
    }
}

/// See [`super::uncons`].
///
/// # Safety
/// `list` is an owned chain that is not empty.
#[cold]
pub(super) unsafe fn uncons(heap: &mut Heap, list: Cell) -> (u64, u64) {
    // SAFETY: the head is dupped before the list is given up.
    unsafe {
        let head = get(list, 0);
        if heap.types().info(list.ty()).elem_ref {
            heap.dup_nullable(head);
        }
        (head, super::drop_first(heap, list.word(), 1))
    }
}

/// A part of a chain, which is not empty; takes the list. The result refers to the deepest buffer that has all of it.
///
/// # Safety
/// `list` is an owned chain, `part` a part of its view.
#[cold]
pub(super) unsafe fn slice(heap: &mut Heap, list: Cell, mut part: View) -> u64 {
    // SAFETY: each step stays inside a live list of the chain, which the new list's buffer keeps alive.
    unsafe {
        let tag = loop {
            let first = place(part, part.start);
            let last = place(part, part.start + part.len as i64 - 1);
            match (first, last) {
                (Place::Own(_), Place::Own(_)) => break FLAT,
                (Place::Link(link, index), Place::Link(..)) => {
                    let inner = view(link);
                    part = View {
                        start: inner.start + index as i64,
                        ..inner_part(inner, part)
                    };
                    if link.tag() == FLAT {
                        break FLAT;
                    }
                }
                _ => break CHAIN,
            }
        };
        let ty = list.ty();
        Cell::from_word(part.buffer).dup();
        heap.drop_ref(list.word());
        new_list(heap, ty, tag, part)
    }
}

fn inner_part(inner: View, part: View) -> View {
    View {
        buffer: inner.buffer,
        start: inner.start,
        len: part.len,
    }
}

/// How many links an index may have to follow.
///
/// # Safety
/// `list` is live.
pub(super) unsafe fn depth(list: Cell) -> usize {
    // SAFETY: a chain has a buffer.
    unsafe {
        if list.tag() == CHAIN {
            Buffer::of(view(list)).depth()
        } else {
            0
        }
    }
}
