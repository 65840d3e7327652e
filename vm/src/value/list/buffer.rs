//! The words of lists and their buffers.

use crate::heap::Cell;

/// Words of a buffer before its slots.
pub(super) const BUFFER_HEAD: usize = 4;

/// A list's parts, read once.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub buffer: u64,
    pub start: i64,
    pub len: usize,
}

/// # Safety
/// `list` refers to a list.
#[inline(always)]
pub(super) unsafe fn view(list: Cell) -> View {
    // SAFETY: the words of a list cell.
    unsafe {
        View {
            buffer: list.get(1),
            start: list.get(2) as i64,
            len: list.get(3) as usize,
        }
    }
}

/// A buffer cell. Each method requires it to be live, the setters that it is unique or that the slot is nobody else's.
#[derive(Clone, Copy)]
pub(super) struct Buffer(pub Cell);

impl Buffer {
    #[inline(always)]
    pub unsafe fn of(view: View) -> Buffer {
        // SAFETY: the caller has a list that is not empty: its buffer is not null.
        Buffer(unsafe { Cell::from_word(view.buffer) })
    }

    #[inline(always)]
    pub unsafe fn slots(self) -> *mut u64 {
        // SAFETY: the slots follow the head.
        unsafe { self.0.as_ptr().add(BUFFER_HEAD) }
    }

    #[inline(always)]
    pub unsafe fn lo(self) -> usize {
        // SAFETY: word 2 has both bounds.
        unsafe { self.0.get(2) as u32 as usize }
    }

    #[inline(always)]
    pub unsafe fn hi(self) -> usize {
        // SAFETY: as in `lo`.
        unsafe { (self.0.get(2) >> 32) as usize }
    }

    #[inline(always)]
    pub unsafe fn set_bounds(self, lo: usize, hi: usize) {
        debug_assert!(lo <= hi);
        // SAFETY: as in `lo`.
        unsafe { self.0.set(2, lo as u64 | (hi as u64) << 32) }
    }

    #[inline(always)]
    pub unsafe fn capacity(self) -> usize {
        // SAFETY: word 3 has capacity, side and depth.
        unsafe { self.0.get(3) as usize & 0x7fff_ffff }
    }

    pub unsafe fn link(self) -> Option<Cell> {
        // SAFETY: word 1 is null or a list.
        unsafe { Cell::from_nullable(self.0.get(1)) }
    }

    pub unsafe fn side(self) -> Side {
        // SAFETY: as in `capacity`.
        if unsafe { self.0.get(3) } >> 31 & 1 == 0 {
            Side::After
        } else {
            Side::Before
        }
    }

    pub unsafe fn depth(self) -> usize {
        // SAFETY: as in `capacity`.
        unsafe { (self.0.get(3) >> 32) as usize }
    }
}

/// Where the elements of a buffer's link belong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// From position `capacity` on.
    After,
    /// Before position 0.
    Before,
}
