//! The frame stack of an actor: a block of words that grows by reallocation.

use std::alloc::{GlobalAlloc, Layout, System, handle_alloc_error};

/// Words of a fresh stack, besides the room that the largest frame of the program needs.
const FIRST_WORDS: usize = 256;

/// The stack has reached its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow;

/// Frames of one actor.
///
/// The system's allocator is used on purpose: it moves large blocks by remapping pages, without copying them and without holding both.
pub struct Stack {
    words: *mut u64,
    capacity: usize,
    /// Words kept free above the highest base, so that a call need not know the size of the frame it makes.
    reserve: usize,
    /// Most words that the stack may have.
    bound: usize,
}

impl Stack {
    /// A stack for frames of at most `reserve` words, which may grow to `bound` bytes.
    pub fn new(reserve: usize, bound: usize) -> Stack {
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
            bound: (bound / size_of::<u64>()).max(capacity),
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

    /// Doubles the stack; its words may move.
    pub fn grow(&mut self) -> Result<(), Overflow> {
        let capacity = (self.capacity * 2).min(self.bound);
        if capacity == self.capacity {
            return Err(Overflow);
        }
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
