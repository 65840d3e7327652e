//! The words of lists and their buffers.

use crate::heap::Cell;
use crate::types::TypeInfo;

use super::NARROW;

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

    /// The slots of a buffer of words.
    #[inline(always)]
    pub unsafe fn slots(self) -> *mut u64 {
        // SAFETY: the slots follow the head.
        unsafe { self.0.as_ptr().add(BUFFER_HEAD) }
    }

    /// The address of a slot.
    #[inline(always)]
    pub unsafe fn slot(self, width: Width, at: usize) -> *mut u8 {
        // SAFETY: the caller's position is one of the buffer, or its end.
        unsafe { self.slots().cast::<u8>().add(width.bytes(at)) }
    }

    #[inline(always)]
    pub unsafe fn read(self, width: Width, at: usize) -> u64 {
        // SAFETY: the slot is filled.
        unsafe {
            match width {
                Width::Word => *self.slots().add(at),
                Width::Byte => u64::from(*self.slot(width, at)),
            }
        }
    }

    #[inline(always)]
    pub unsafe fn write(self, width: Width, at: usize, elem: u64) {
        // SAFETY: the slot is inside the buffer.
        unsafe {
            match width {
                Width::Word => *self.slots().add(at) = elem,
                Width::Byte => *self.slot(width, at) = elem as u8,
            }
        }
    }

    /// Copies slots of another buffer, or from elsewhere in this one.
    #[inline(always)]
    pub unsafe fn copy(self, width: Width, at: usize, from: *const u8, count: usize) {
        // SAFETY: the caller's slots are inside of buffers.
        unsafe { std::ptr::copy(from, self.slot(width, at), width.bytes(count)) }
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

/// How much room an element has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Width {
    /// A word.
    Word,
    /// A byte: in lists with the tag `NARROW`, which are never chains.
    Byte,
}

impl Width {
    /// That of a list.
    #[inline(always)]
    pub fn of(list: Cell) -> Width {
        match list.tag() {
            NARROW => Width::Byte,
            _ => Width::Word,
        }
    }

    /// That of all lists of a type.
    #[inline(always)]
    pub fn of_type(info: &TypeInfo) -> Width {
        match info.narrow {
            true => Width::Byte,
            false => Width::Word,
        }
    }

    #[inline(always)]
    pub fn bytes(self, slots: usize) -> usize {
        match self {
            Width::Word => slots * 8,
            Width::Byte => slots,
        }
    }

    /// Words that so many slots take in a buffer.
    #[inline(always)]
    pub fn words(self, slots: usize) -> usize {
        match self {
            Width::Word => slots,
            Width::Byte => slots.div_ceil(8),
        }
    }

    /// Slots of a buffer that has room for so many.
    #[inline(always)]
    pub fn capacity(self, slots: usize) -> usize {
        match self {
            Width::Word => slots.max(1),
            Width::Byte => slots.max(1).next_multiple_of(8),
        }
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
