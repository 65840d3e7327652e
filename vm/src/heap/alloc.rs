//! Allocation: free lists for small cells, mimalloc for large ones.

use std::alloc::{GlobalAlloc, Layout, handle_alloc_error};
use std::ptr::NonNull;
use std::sync::Arc;

use snow_bytecode::types::TypeId;

use super::cell::{Cell, DEAD};
use super::depot::{CHAIN, Depot};
use super::huge::HugePages;
use crate::types::RuntimeTypes;

#[cfg(miri)]
static BLOCKS: std::alloc::System = std::alloc::System;
#[cfg(not(miri))]
static BLOCKS: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Largest size, header included, that comes from the free lists.
pub const MAX_SMALL_WORDS: usize = 16;

/// Words of a block, see [`Heap::take_block`].
pub(crate) const BLOCK_WORDS: usize = 4;

/// So many more blocks freed than allocated are a surplus.
const SURPLUS: i64 = 16 * 1024;

/// Chains of one size that are given away at once.
const MOST_SHED: usize = 64;

/// What a small cell is taken for where cells are only counted.
const TYPICAL_WORDS: i64 = 4;

/// Bytes of a slab that small cells are carved from.
const SLAB_BYTES: usize = 64 * 1024;

/// Bytes carved into one free list at a time.
const BATCH_BYTES: usize = 2048;

/// What a heap counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Counters {
    /// Cells allocated so far.
    pub allocated: u64,
    /// Cells freed so far.
    pub freed: u64,
    /// Cells or parts of collections that were copied because they were not unique.
    pub copies: u64,
    /// Bytes of cells too large for the free lists that were allocated, less those freed: negative where cells of another heap were freed.
    pub large_bytes: i64,
    /// Bytes of slabs.
    pub slab_bytes: u64,
    /// Highest sum of the two so far.
    pub peak_bytes: u64,
}

impl Counters {
    /// Adds what another heap has counted. The highest sums may have been reached at different times.
    pub fn add(&mut self, other: &Counters) {
        self.allocated += other.allocated;
        self.freed += other.freed;
        self.copies += other.copies;
        self.large_bytes += other.large_bytes;
        self.slab_bytes += other.slab_bytes;
        self.peak_bytes += other.peak_bytes;
    }

    /// Bytes that the heap has from the allocator.
    fn bytes(&self) -> u64 {
        self.slab_bytes.saturating_add_signed(self.large_bytes)
    }
}

/// An entry that was found in a map. Only a hint: map and key may be other values meanwhile, at the same addresses.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// The map's word.
    pub map: u64,
    /// The key's word.
    pub key: u64,
    /// Number of the entry.
    pub number: u32,
}

/// The cells of one scheduler.
#[repr(C)]
pub struct Heap {
    pub(crate) free: [*mut u64; MAX_SMALL_WORDS + 1],
    bump: *mut u64,
    bump_words: usize,
    pub(super) pending: Option<Cell>,
    types: Arc<RuntimeTypes>,
    slabs: Vec<*mut u64>,
    /// What a search in a map has found last, for the next one.
    pub(crate) seen: std::cell::Cell<Seen>,
    /// Statistics; the tests read them.
    pub counters: Counters,
    huge: HugePages,
    /// Blocks that were given back, linked, and how many they are.
    returned: *mut u64,
    returned_len: usize,
    /// Where they go when they are many.
    depot: Option<Arc<Depot>>,
    /// Free blocks that it has given away, less those that it has taken.
    given: i64,
    /// The surplus at which it looks for blocks to give away.
    most_surplus: i64,
}

impl Heap {
    /// An empty heap for values of these types.
    pub fn new(types: Arc<RuntimeTypes>) -> Heap {
        Heap {
            free: [std::ptr::null_mut(); MAX_SMALL_WORDS + 1],
            bump: std::ptr::null_mut(),
            bump_words: 0,
            pending: None,
            types,
            slabs: Vec::new(),
            seen: std::cell::Cell::default(),
            counters: Counters::default(),
            huge: HugePages::default(),
            returned: std::ptr::null_mut(),
            returned_len: 0,
            depot: None,
            given: 0,
            most_surplus: SURPLUS,
        }
    }

    /// From now on free blocks go to others that need them, and come from them.
    pub(crate) fn share_blocks(&mut self, depot: Arc<Depot>) {
        self.depot = Some(depot);
    }

    /// The types of the cells.
    #[inline(always)]
    pub fn types(&self) -> &RuntimeTypes {
        &self.types
    }

    /// The types of the cells, to keep while the heap is being changed.
    pub fn types_arc(&self) -> Arc<RuntimeTypes> {
        Arc::clone(&self.types)
    }

    /// Whether dead cells wait to be taken apart.
    pub fn has_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Cells that are allocated and not freed, dead ones that wait on the pending list included.
    pub fn live(&self) -> u64 {
        self.counters.allocated - self.counters.freed
    }

    /// About how many words this heap has allocated and not freed: what is large counts as it is, a small cell as [`TYPICAL_WORDS`]. Negative where it has freed the cells of
    /// other heaps.
    #[inline]
    pub fn net_words(&self) -> i64 {
        let small = self.counters.allocated.wrapping_sub(self.counters.freed) as i64;
        self.counters.large_bytes / 8 + small * TYPICAL_WORDS
    }

    /// Allocates a cell of `words` words, header included, with count 1. The payload is not initialised.
    ///
    /// # Safety
    /// `words` is at least 2; the caller fills the payload as `ty` and `tag` say before the cell is dropped or shown.
    #[inline(always)]
    pub unsafe fn alloc(&mut self, ty: TypeId, tag: u8, words: usize) -> Cell {
        debug_assert!(words >= 2);
        let block = if words <= MAX_SMALL_WORDS {
            self.alloc_small(words)
        } else {
            self.alloc_large(words)
        };
        self.counters.allocated += 1;
        // SAFETY: the block is fresh, aligned and ours.
        unsafe {
            let cell = Cell::fresh(block);
            cell.init(ty, tag);
            cell
        }
    }

    /// Allocates a small cell with this header, if the free list has one: calls nothing.
    ///
    /// # Safety
    /// As [`Heap::alloc`]; `words` is at most [`MAX_SMALL_WORDS`].
    #[inline(always)]
    pub unsafe fn pop(&mut self, header: u64, words: usize) -> Option<Cell> {
        debug_assert!((2..=MAX_SMALL_WORDS).contains(&words));
        // SAFETY: `words` is an index of the lists (contract); their blocks hold the next one's address in word 0.
        unsafe {
            let list = self.free.get_unchecked_mut(words);
            let head = *list;
            if head.is_null() {
                return None;
            }
            *list = *head.cast::<*mut u64>();
            self.counters.allocated += 1;
            *head = header;
            Some(Cell::fresh(head))
        }
    }

    /// Memory of [`BLOCK_WORDS`] for something of the runtime's own that travels between actors as cells do; it counts as a cell.
    #[inline]
    pub(crate) fn take_block(&mut self) -> *mut u64 {
        self.counters.allocated += 1;
        if self.free[BLOCK_WORDS].is_null() {
            self.take_returned();
        }
        self.alloc_small(BLOCK_WORDS)
    }

    /// Gives memory back that some heap of this runtime has given as a block.
    ///
    /// # Safety
    /// It is a block, and nobody uses it any more.
    #[inline]
    pub(crate) unsafe fn give_block(&mut self, block: *mut u64) {
        self.counters.freed += 1;
        // SAFETY: by contract.
        unsafe { *block.cast::<*mut u64>() = self.returned };
        self.returned = block;
        self.returned_len += 1;
        if self.returned_len >= CHAIN {
            self.pass_on();
        }
    }

    /// The blocks that were given back go to whoever needs some.
    #[cold]
    #[inline(never)]
    fn pass_on(&mut self) {
        if let Some(depot) = &self.depot {
            // SAFETY: the blocks are nobody's; no heap of a runtime ends while another one is used.
            unsafe { depot.give(BLOCK_WORDS, self.returned) };
            self.returned = std::ptr::null_mut();
            self.returned_len = 0;
            self.given += CHAIN as i64;
        }
    }

    /// Gives free blocks away when this heap has freed many that others have allocated. Called now and then.
    #[inline]
    pub(crate) fn shed(&mut self) {
        let freed = self.counters.freed.wrapping_sub(self.counters.allocated) as i64;
        if freed - self.given > self.most_surplus {
            self.shed_surplus(freed);
        }
    }

    #[cold]
    fn shed_surplus(&mut self, freed: i64) {
        let Some(depot) = self.depot.clone() else {
            return;
        };
        let before = self.given;
        for words in 2..=MAX_SMALL_WORDS {
            for _ in 0..MOST_SHED {
                let Some(chain) = self.cut(words) else { break };
                // SAFETY: as in `pass_on`.
                unsafe { depot.give(words, chain) };
                self.given += CHAIN as i64;
            }
        }
        // Without any the surplus is one of large cells, and there is nothing to give before it has grown.
        self.most_surplus = match self.given > before {
            true => SURPLUS,
            false => freed - self.given + SURPLUS,
        };
    }

    /// Takes a chain off a free list that is longer than one.
    fn cut(&mut self, words: usize) -> Option<*mut u64> {
        let first = NonNull::new(self.free[words].cast::<*mut u64>())?;
        let mut last = first;
        // SAFETY: blocks on a free list hold the next one's address in word 0.
        unsafe {
            for _ in 1..CHAIN {
                last = NonNull::new(last.read().cast())?;
            }
            let rest = NonNull::new(last.read())?;
            last.write(std::ptr::null_mut());
            self.free[words] = rest.as_ptr();
        }
        Some(first.as_ptr().cast())
    }

    /// Free blocks that others have given away.
    fn adopt(&mut self, words: usize) -> Option<*mut u64> {
        let chain = self.depot.as_ref()?.take(words)?;
        self.given -= CHAIN as i64;
        Some(chain)
    }

    /// Blocks that were given back are free cells again.
    #[cold]
    #[inline(never)]
    fn take_returned(&mut self) {
        let returned = std::mem::replace(&mut self.returned, std::ptr::null_mut());
        self.returned_len = 0;
        self.free[BLOCK_WORDS] = returned;
    }

    #[inline(always)]
    fn alloc_small(&mut self, words: usize) -> *mut u64 {
        let head = self.free[words];
        if head.is_null() {
            return self.refill(words);
        }
        // SAFETY: blocks on a free list hold the next one's address in word 0.
        self.free[words] = unsafe { *head.cast::<*mut u64>() };
        head
    }

    #[cold]
    #[inline(never)]
    fn refill(&mut self, words: usize) -> *mut u64 {
        self.settle_some();
        let head = self.free[words];
        if !head.is_null() {
            // SAFETY: as in `alloc_small`.
            self.free[words] = unsafe { *head.cast::<*mut u64>() };
            return head;
        }
        if let Some(head) = self.adopt(words) {
            // SAFETY: as in `alloc_small`.
            self.free[words] = unsafe { *head.cast::<*mut u64>() };
            return head;
        }
        if self.bump_words < words {
            self.new_slab();
        }
        let count = (BATCH_BYTES / 8 / words).clamp(1, self.bump_words / words);
        let first = self.bump;
        // SAFETY: `count * words` words are left in the slab; each block is linked to the next, the last to none.
        unsafe {
            for i in 1..count {
                let next = if i + 1 < count {
                    first.add((i + 1) * words)
                } else {
                    std::ptr::null_mut()
                };
                *first.add(i * words).cast::<*mut u64>() = next;
            }
            self.free[words] = if count > 1 {
                first.add(words)
            } else {
                std::ptr::null_mut()
            };
            self.bump = first.add(count * words);
        }
        self.bump_words -= count * words;
        first
    }

    fn new_slab(&mut self) {
        // What is left of the old slab (less than one cell) is wasted until the heap ends.
        let layout = Layout::from_size_align(SLAB_BYTES, 64).expect("constant and valid");
        // SAFETY: the layout is not empty.
        let slab: *mut u64 = unsafe { BLOCKS.alloc(layout) }.cast();
        check_block(slab, layout);
        self.slabs.push(slab);
        self.bump = slab;
        self.bump_words = SLAB_BYTES / 8;
        self.counters.slab_bytes += SLAB_BYTES as u64;
        self.note_growth(slab, SLAB_BYTES);
    }

    #[inline(never)]
    fn alloc_large(&mut self, words: usize) -> *mut u64 {
        let layout = large_layout(words);
        // SAFETY: the layout is not empty.
        let block: *mut u64 = unsafe { BLOCKS.alloc(layout) }.cast();
        check_block(block, layout);
        self.counters.large_bytes += layout.size() as i64;
        self.note_growth(block, layout.size());
        block
    }

    /// Takes note of a block from the allocator.
    fn note_growth(&mut self, block: *mut u64, size: usize) {
        let bytes = self.counters.bytes();
        self.counters.peak_bytes = self.counters.peak_bytes.max(bytes);
        self.huge.note(bytes, block, size);
    }

    /// Gives the memory of a cell back.
    ///
    /// # Safety
    /// The cell was allocated with `words` words by a heap of this runtime, and nothing refers to it.
    #[inline(always)]
    pub unsafe fn free(&mut self, cell: Cell, words: usize) {
        self.counters.freed += 1;
        if cfg!(debug_assertions) {
            // SAFETY: the block is dead and has these words.
            (1..words).for_each(|index| unsafe { cell.set(index, DEAD) });
        }
        if words <= MAX_SMALL_WORDS {
            // SAFETY: the block is dead, its first word may hold the link.
            unsafe { *cell.as_ptr().cast::<*mut u64>() = self.free[words] };
            self.free[words] = cell.as_ptr();
        } else {
            // SAFETY: by contract.
            unsafe { self.free_large(cell, words) }
        }
    }

    #[inline(never)]
    unsafe fn free_large(&mut self, cell: Cell, words: usize) {
        let layout = large_layout(words);
        self.counters.large_bytes -= layout.size() as i64;
        // SAFETY: large blocks were allocated with this layout.
        unsafe { BLOCKS.dealloc(cell.as_ptr().cast(), layout) }
    }

    /// Moves a unique cell into a block of another size; words that fit in both keep their values.
    ///
    /// # Safety
    /// The caller holds the unique reference to `cell`, which has `old` words; `new` is at least 2.
    pub unsafe fn resize(&mut self, cell: Cell, old: usize, new: usize) -> Cell {
        // SAFETY: both blocks are ours and have the sizes stated.
        unsafe {
            if old > MAX_SMALL_WORDS && new > MAX_SMALL_WORDS {
                let (before, after) = (large_layout(old), large_layout(new));
                let block: *mut u64 = BLOCKS
                    .realloc(cell.as_ptr().cast(), before, after.size())
                    .cast();
                check_block(block, after);
                self.counters.large_bytes += after.size() as i64;
                self.counters.large_bytes -= before.size() as i64;
                self.note_growth(block, after.size());
                return Cell::from_word(block.expose_provenance() as u64);
            }
            let moved = self.alloc(cell.ty(), cell.tag(), new);
            std::ptr::copy_nonoverlapping(cell.payload(), moved.payload(), old.min(new) - 1);
            self.free(cell, old);
            moved
        }
    }

    /// Frees the memory that a token holds; null is allowed.
    ///
    /// # Safety
    /// `token` is 0 or an unused token for `words` payload words.
    pub unsafe fn free_token(&mut self, token: u64, words: u16) {
        // SAFETY: a token is the block of a dead cell.
        unsafe {
            if let Some(cell) = Cell::from_nullable(token) {
                self.free(cell, usize::from(words) + 1);
            }
        }
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        self.settle_all();
        let layout = Layout::from_size_align(SLAB_BYTES, 64).expect("constant and valid");
        for slab in self.slabs.drain(..) {
            // SAFETY: slabs were allocated with this layout; no cell of a heap is used after the heap.
            unsafe { BLOCKS.dealloc(slab.cast(), layout) }
        }
    }
}

fn large_layout(words: usize) -> Layout {
    match words
        .checked_mul(8)
        .and_then(|bytes| Layout::from_size_align(bytes, 8).ok())
    {
        Some(layout) => layout,
        None => handle_alloc_error(Layout::new::<u64>()),
    }
}

/// Ends the program when a block was not to be had, or lies where links of the pending list cannot reach.
fn check_block(block: *mut u64, layout: Layout) {
    if block.is_null() || block.addr() >> 48 != 0 {
        handle_alloc_error(layout);
    }
}
