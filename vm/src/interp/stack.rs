//! The frame stack of an actor: a block of words that grows by reallocation.

use crate::carrier::{Budget, Overflow};
use std::alloc::{GlobalAlloc, Layout, System, handle_alloc_error};

/// Words of a fresh stack, besides the room that the largest frame of the program needs.
const FIRST_WORDS: usize = 256;

/// Frames of a run.
///
/// The system's allocator is used on purpose: it moves large blocks by remapping pages, without copying them and without holding both.
pub struct Stack {
    words: *mut u64,
    capacity: usize,
    /// Words kept free above the highest base, so that a call need not know the size of the frame it makes.
    reserve: usize,
}

impl Stack {
    /// A stack for frames of at most `reserve` words.
    pub fn new(reserve: usize) -> Stack {
        let capacity = FIRST_WORDS + reserve;
        let layout = layout(capacity);
        // SAFETY: the layout is not empty.
        let words = unsafe { System.alloc(layout) }.cast::<u64>();
        if words.is_null() {
            handle_alloc_error(layout);
        }
        Stack {
            words,
            capacity,
            reserve,
        }
    }

    /// Address of the first word.
    pub fn start(&self) -> *mut u64 {
        self.words
    }

    /// Highest base of a frame.
    pub fn limit(&self) -> *mut u64 {
        // SAFETY: the reserve is less than the capacity.
        unsafe { self.words.add(self.capacity - self.reserve) }
    }

    /// Its size.
    pub fn bytes(&self) -> usize {
        self.capacity * size_of::<u64>()
    }

    /// Doubles the stack, or makes it as large as the budget allows; its words may move.
    pub fn grow(&mut self, budget: &mut Budget) -> Result<(), Overflow> {
        let more = self.capacity.min(budget.left() / size_of::<u64>());
        if more == 0 {
            return Err(Overflow);
        }
        let capacity = self.capacity + more;
        // SAFETY: the block was allocated with this layout; the new size is valid (below).
        let words = unsafe {
            System.realloc(
                self.words.cast(),
                layout(self.capacity),
                layout(capacity).size(),
            )
        };
        if words.is_null() {
            return Err(Overflow);
        }
        budget.take(more * size_of::<u64>())?;
        self.words = words.cast();
        self.capacity = capacity;
        Ok(())
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: the block was allocated with this layout.
        unsafe { System.dealloc(self.words.cast(), layout(self.capacity)) }
    }
}

fn layout(words: usize) -> Layout {
    Layout::array::<u64>(words).expect("a stack is smaller than the address space")
}
