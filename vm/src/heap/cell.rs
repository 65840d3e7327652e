//! A cell: header and payload behind a reference word. `docs/memory.md` has the picture.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, Ordering, fence};

use snow_bytecode::types::TypeId;

/// Count of static and immortal cells.
pub const STATIC: i32 = 0;

/// In builds with assertions, what fills the payload of a freed cell, so that using one is noticed.
pub(super) const DEAD: u64 = 0xdddd_dddd_dddd_dddd;

/// A reference to a live cell.
///
/// Whoever makes one promises that the cell is live, and laid out as its header says, for as long as the value is used;
/// the accessors rely on it. Words are numbered from the header (0) on, the payload begins at 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Cell(NonNull<u64>);

impl Cell {
    /// The cell that a word refers to.
    ///
    /// # Safety
    /// `word` is a reference to a cell that stays live while the result is used.
    #[inline(always)]
    pub unsafe fn from_word(word: u64) -> Cell {
        debug_assert!(
            word != 0 && word.is_multiple_of(8),
            "not a reference: {word:#x}"
        );
        // SAFETY: a reference is the address of a cell, never null.
        let cell = Cell(unsafe {
            NonNull::new_unchecked(std::ptr::with_exposed_provenance_mut(word as usize))
        });
        debug_assert!(
            // SAFETY: every cell has at least one word of payload.
            unsafe { cell.get(1) } != DEAD,
            "a freed cell is used: {word:#x}"
        );
        cell
    }

    /// The cell that begins in a fresh block, not initialised.
    ///
    /// # Safety
    /// The block has two words at least and is the caller's alone.
    #[inline(always)]
    pub(super) unsafe fn fresh(block: *mut u64) -> Cell {
        if cfg!(debug_assertions) {
            // SAFETY: by contract; the word may still say that a freed cell was here.
            unsafe { *block.add(1) = 0 };
        }
        // SAFETY: by contract.
        unsafe { Cell::from_word(block.expose_provenance() as u64) }
    }

    /// The cell that a word refers to, or `None` for null.
    ///
    /// # Safety
    /// As [`Cell::from_word`], unless `word` is 0.
    #[inline(always)]
    pub unsafe fn from_nullable(word: u64) -> Option<Cell> {
        NonNull::new(std::ptr::with_exposed_provenance_mut(word as usize)).map(Cell)
    }

    /// The cell as a word.
    #[inline(always)]
    pub fn word(self) -> u64 {
        self.0.as_ptr().expose_provenance() as u64
    }

    /// Address of the header.
    #[inline(always)]
    pub fn as_ptr(self) -> *mut u64 {
        self.0.as_ptr()
    }

    /// Address of the first payload word.
    ///
    /// # Safety
    /// The cell has a payload.
    #[inline(always)]
    pub unsafe fn payload(self) -> *mut u64 {
        // SAFETY: the payload follows the header in the same block.
        unsafe { self.0.as_ptr().add(1) }
    }

    /// Reads word `index`.
    ///
    /// # Safety
    /// The cell has that word.
    #[inline(always)]
    pub unsafe fn get(self, index: usize) -> u64 {
        // SAFETY: inside the block by the contract.
        unsafe { *self.0.as_ptr().add(index) }
    }

    /// Writes word `index`; does not count.
    ///
    /// # Safety
    /// The cell has that word, and the caller may write it (it holds the unique reference).
    #[inline(always)]
    pub unsafe fn set(self, index: usize, word: u64) {
        // SAFETY: inside the block by the contract.
        unsafe { *self.0.as_ptr().add(index) = word }
    }

    #[inline(always)]
    fn header(self) -> u64 {
        // SAFETY: a live cell has a header.
        unsafe { *self.0.as_ptr() }
    }

    /// Index of the cell's type in the loaded type table.
    #[inline(always)]
    pub fn ty(self) -> TypeId {
        TypeId((self.header() >> 32) as u32 & 0xff_ffff)
    }

    /// Variant of a sum, or part of a collection.
    #[inline(always)]
    pub fn tag(self) -> u8 {
        (self.header() >> 56) as u8
    }

    /// Writes a fresh header with count 1.
    ///
    /// # Safety
    /// The cell's memory is the caller's alone.
    #[inline(always)]
    pub unsafe fn init(self, ty: TypeId, tag: u8) {
        // SAFETY: every block has a header word.
        unsafe { *self.0.as_ptr() = header_word(ty, tag, 1) }
    }

    /// Changes the tag of a unique cell, keeping type and count.
    ///
    /// # Safety
    /// The caller holds the unique reference, and the payload fits the new tag.
    #[inline(always)]
    pub unsafe fn set_tag(self, tag: u8) {
        // SAFETY: every block has a header word.
        unsafe { *self.0.as_ptr() = header_word(self.ty(), tag, self.count()) }
    }

    /// The count, read plainly: exact for owned and static cells.
    #[inline(always)]
    pub fn count(self) -> i32 {
        self.header() as i32
    }

    #[inline(always)]
    fn count_ptr(self) -> *mut i32 {
        if cfg!(target_endian = "little") {
            self.0.as_ptr().cast()
        } else {
            self.0.as_ptr().cast::<i32>().wrapping_add(1)
        }
    }

    #[inline(always)]
    pub(crate) fn set_count(self, count: i32) {
        // SAFETY: the count is half of the header word; a caller inside the crate holds a reference.
        unsafe { *self.count_ptr() = count }
    }

    /// Counts one more reference.
    #[inline(always)]
    pub fn dup(self) {
        if !self.dup_owned() {
            self.dup_cold(1);
        }
    }

    /// Counts one more reference to an owned cell whose count does not overflow, and calls nothing; false for any other.
    #[inline(always)]
    pub fn dup_owned(self) -> bool {
        let count = self.count();
        let plain = (count as u32).wrapping_sub(1) < i32::MAX as u32 - 1;
        if plain {
            self.set_count(count + 1);
        }
        plain
    }

    /// Uncounts a reference to an owned cell that has others, and calls nothing; false for any other.
    #[inline(always)]
    pub fn drop_owned(self) -> bool {
        let count = self.count();
        if count > 1 {
            self.set_count(count - 1);
        }
        count > 1
    }

    /// Counts `more` further references.
    #[inline]
    pub fn dup_many(self, more: u32) {
        let count = self.count();
        if count > 0 && more < (i32::MAX - count) as u32 {
            self.set_count(count + more as i32);
        } else {
            self.dup_cold(more);
        }
    }

    #[cold]
    #[inline(never)]
    fn dup_cold(self, more: u32) {
        let count = self.count();
        if count > 0 {
            self.set_count(STATIC);
        } else if count < 0 {
            let more = i32::try_from(more).unwrap_or(i32::MAX);
            let old = self.shared_count().fetch_sub(more, Ordering::Relaxed);
            if old < i32::MIN / 2 {
                self.shared_count().store(STATIC, Ordering::Relaxed);
            }
        }
    }

    fn shared_count(self) -> &'static AtomicI32 {
        // SAFETY: shared cells are only counted through this atomic, and the cell is live; the reference does not
        // leave this module.
        unsafe { AtomicI32::from_ptr(self.count_ptr()) }
    }

    /// Uncounts a shared reference; true when it was the last one.
    #[cold]
    pub(crate) fn drop_shared(self) -> bool {
        let old = self.shared_count().fetch_add(1, Ordering::Release);
        if old == -1 {
            fence(Ordering::Acquire);
        }
        old == -1
    }

    /// Whether this is the only reference to the cell; a shared cell of which that is true becomes owned again.
    #[inline(always)]
    pub fn is_unique(self) -> bool {
        let count = self.count();
        count == 1 || (count < 0 && self.reclaim())
    }

    #[cold]
    #[inline(never)]
    fn reclaim(self) -> bool {
        let unique = self.shared_count().load(Ordering::Acquire) == -1;
        if unique {
            self.set_count(1);
        }
        unique
    }

    /// Marks an owned cell as shared between actors, keeping its number of references.
    #[cfg(test)]
    pub(crate) fn mark_shared(self) {
        let count = self.count();
        if count > 0 {
            self.set_count(-count);
        }
    }
}

/// The header word of a cell.
#[inline(always)]
pub fn header_word(ty: TypeId, tag: u8, count: i32) -> u64 {
    u64::from(count as u32) | u64::from(ty.0 & 0xff_ffff) << 32 | u64::from(tag) << 56
}
