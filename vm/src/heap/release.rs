//! Dropping: counting down, and taking dead cells apart without recursion.

use snow_bytecode::layout::Slot;

use super::alloc::Heap;
use super::cell::{Cell, STATIC};
use crate::types::{Class, Shape, TypeInfo};
use crate::value::{closure, list, map, text};

/// Cells of the pending list that one drop takes apart at most, with [`DESCENT`] others each; the rest stays on the list.
const BUDGET: usize = 32;

/// Cells that are taken apart at most on the way down from one on the pending list.
const DESCENT: usize = 7;

/// References of one list buffer that count as one step of the budget.
const PIECE: u32 = 1024;

impl Heap {
    /// Counts one more reference.
    ///
    /// # Safety
    /// `word` refers to a live cell.
    #[inline(always)]
    pub unsafe fn dup(&self, word: u64) {
        // SAFETY: by contract.
        unsafe { Cell::from_word(word).dup() }
    }

    /// Counts one more reference, unless the word is null.
    ///
    /// # Safety
    /// `word` is 0 or refers to a live cell.
    #[inline(always)]
    pub unsafe fn dup_nullable(&self, word: u64) {
        // SAFETY: by contract.
        if let Some(cell) = unsafe { Cell::from_nullable(word) } {
            cell.dup();
        }
    }

    /// Gives up an owned reference.
    ///
    /// # Safety
    /// `word` is an owned reference; it is not used afterwards.
    #[inline(always)]
    pub unsafe fn drop_ref(&mut self, word: u64) {
        // SAFETY: by contract.
        let cell = unsafe { Cell::from_word(word) };
        let count = cell.count();
        if count > 1 {
            cell.set_count(count - 1);
        } else if count != STATIC {
            self.drop_last(cell);
        }
    }

    /// Gives up an owned reference or null.
    ///
    /// # Safety
    /// As [`Heap::drop_ref`], unless `word` is 0.
    #[inline(always)]
    pub unsafe fn drop_nullable(&mut self, word: u64) {
        if word != 0 {
            // SAFETY: by contract.
            unsafe { self.drop_ref(word) }
        }
    }

    /// Gives up what a row of slots owns; nulls are skipped.
    ///
    /// # Safety
    /// `words` points to as many words as there are slots, of those kinds, all owned.
    pub unsafe fn drop_slots(&mut self, slots: &[Slot], words: *const u64) {
        for (i, slot) in slots.iter().enumerate() {
            // SAFETY: by contract.
            unsafe {
                let word = *words.add(i);
                match *slot {
                    Slot::Word | Slot::Float => {}
                    Slot::Ref(_) | Slot::Null(_) | Slot::Any => self.drop_nullable(word),
                    Slot::Token(size) => self.free_token(word, size),
                }
            }
        }
    }

    #[inline(never)]
    fn drop_last(&mut self, cell: Cell) {
        if cell.count() > 0 || cell.drop_shared() {
            self.bury(cell);
            self.settle_some();
        }
    }

    /// Uncounts a reference while the pending list is being worked off.
    #[inline(always)]
    pub(crate) fn release(&mut self, cell: Cell) {
        if self.uncount(cell) {
            self.bury(cell);
        }
    }

    #[inline(always)]
    pub(crate) fn release_nullable(&mut self, word: u64) {
        // SAFETY: callers pass words of reference slots of a live or dying cell.
        if let Some(cell) = unsafe { Cell::from_nullable(word) } {
            self.release(cell);
        }
    }

    /// Frees a dead cell that owns nothing, or puts it on the pending list.
    #[inline(always)]
    fn bury(&mut self, cell: Cell) {
        let types: *const _ = self.types();
        // SAFETY: the cell is dead, and its header still says what it is; the types outlive the heap.
        unsafe {
            let info = (*types).info(cell.ty());
            let link_in_word = match info.class {
                Class::Fields => {
                    let shape = info.shape(cell.tag());
                    if shape.refs == 0 && shape.more.is_empty() {
                        let words = shape.words();
                        return self.free(cell, words);
                    }
                    shape.refs & 1 == 0
                }
                Class::Text if cell.tag() == text::FLAT => {
                    return self.free(cell, text::words(cell));
                }
                Class::Text => true,
                Class::List if cell.tag() == list::BUFFER => return self.bury_buffer(cell, info),
                Class::List => {
                    let buffer = cell.get(1);
                    self.free(cell, list::LIST_WORDS);
                    return self.release_buffer(buffer, info);
                }
                Class::Closure => false,
                Class::Map if cell.tag() == map::BUCKET => {
                    return self.free(cell, map::bucket_words(cell));
                }
                Class::Map => true,
                Class::None => unreachable!("a cell of a type without cells"),
            };
            self.push_pending(cell, link_in_word);
        }
    }

    /// As [`Heap::release_nullable`], for the buffer of a list of this type that died.
    #[inline(always)]
    fn release_buffer(&mut self, word: u64, info: &TypeInfo) {
        // SAFETY: the word of a list that refers to its buffer.
        if let Some(buffer) = unsafe { Cell::from_nullable(word) }
            && self.uncount(buffer)
        {
            self.bury_buffer(buffer, info);
        }
    }

    /// As [`Heap::bury`], for a buffer.
    #[inline(always)]
    fn bury_buffer(&mut self, buffer: Cell, info: &TypeInfo) {
        // SAFETY: the buffer is dead, and of the type that its header still says.
        unsafe {
            if !list::free_plain(self, buffer, info) {
                self.push_pending(buffer, false);
            }
        }
    }

    /// # Safety
    /// The cell is dead; payload word 1 is free for a link, or an address when not `link_in_word`.
    #[inline(always)]
    unsafe fn push_pending(&mut self, cell: Cell, link_in_word: bool) {
        let next = self.pending.map_or(0, Cell::word);
        // SAFETY: by contract; addresses have 48 bits, so the upper 16 of word 1 are free.
        unsafe {
            if link_in_word {
                cell.set(1, next);
                cell.set_count(1);
            } else {
                let link = next >> 3;
                cell.set_count(link as u32 as i32);
                cell.set(1, cell.get(1) | (link >> 32) << 48);
            }
        }
        self.pending = Some(cell);
    }

    /// # Safety
    /// As [`Heap::push_pending`], which the cell went through.
    #[inline(always)]
    unsafe fn unlink_pending(&mut self, cell: Cell, link_in_word: bool) {
        // SAFETY: undoes what `push_pending` did.
        unsafe {
            let next = if link_in_word {
                cell.get(1)
            } else {
                let word = cell.get(1);
                cell.set(1, word & 0xffff_ffff_ffff);
                (u64::from(cell.count() as u32) | (word >> 48) << 32) << 3
            };
            self.pending = Cell::from_nullable(next);
        }
    }

    /// Takes at most `budget` pending cells apart, and a few that die with each.
    pub fn settle(&mut self, budget: usize) {
        for _ in 0..budget {
            let Some(cell) = self.pending else { return };
            // SAFETY: cells on the pending list are dead and intact but for the link.
            let mut dying = unsafe { self.take_apart(cell) };
            // A few steps down the structure, without a detour over the list.
            for _ in 0..DESCENT {
                let Some(cell) = dying else { break };
                // SAFETY: the last reference to it is gone, and it is on no list.
                dying = unsafe { self.take_dying_apart(cell) };
            }
            if let Some(cell) = dying {
                self.bury(cell);
            }
        }
    }

    /// Takes a dead cell apart that is not on the pending list; gives one that died with it.
    ///
    /// # Safety
    /// The cell is dead and intact.
    #[inline(always)]
    unsafe fn take_dying_apart(&mut self, cell: Cell) -> Option<Cell> {
        let types: *const _ = self.types();
        // SAFETY: the types outlive the heap and are not changed; the cell is dead and ours.
        unsafe {
            let info = (*types).info(cell.ty());
            if !matches!(info.class, Class::Fields) {
                self.bury(cell);
                return None;
            }
            let shape = info.shape(cell.tag());
            let dying = self.release_but_one(cell, shape);
            self.free(cell, shape.words());
            dying
        }
    }

    /// As [`Heap::release_fields`], but gives back one of the cells that die instead of burying it.
    ///
    /// # Safety
    /// As [`Heap::release_fields`].
    #[inline(always)]
    unsafe fn release_but_one(&mut self, cell: Cell, shape: &Shape) -> Option<Cell> {
        let mut dying = None;
        let mut refs = shape.refs;
        // SAFETY: the shape's slots are inside the cell.
        unsafe {
            while refs != 0 {
                let slot = refs.trailing_zeros() as usize;
                refs &= refs - 1;
                if let Some(part) = Cell::from_nullable(cell.get(slot + 1))
                    && self.uncount(part)
                    && let Some(other) = dying.replace(part)
                {
                    self.bury(other);
                }
            }
            for &slot in &shape.more {
                self.release_nullable(cell.get(usize::from(slot) + 1));
            }
        }
        dying
    }

    /// Gives up a reference; whether it was the last one.
    #[inline(always)]
    fn uncount(&mut self, cell: Cell) -> bool {
        let count = cell.count();
        if count > 1 {
            cell.set_count(count - 1);
        }
        count == 1 || (count < 0 && cell.drop_shared())
    }

    /// Takes a slice of the pending list apart; called when a free list runs empty and at safe points.
    #[inline]
    pub fn settle_some(&mut self) {
        if self.pending.is_some() {
            self.settle(BUDGET);
        }
    }

    /// Takes all pending cells apart, and what dies with them.
    pub fn settle_all(&mut self) {
        while self.pending.is_some() {
            self.settle(BUDGET);
        }
    }

    /// Takes a pending cell apart; gives one that died with it.
    ///
    /// # Safety
    /// The cell is the first on the pending list.
    unsafe fn take_apart(&mut self, cell: Cell) -> Option<Cell> {
        let types: *const _ = self.types();
        // SAFETY: the types outlive the heap and are not changed; the cell is dead and ours.
        unsafe {
            let info = (*types).info(cell.ty());
            match info.class {
                Class::Fields => {
                    let shape = info.shape(cell.tag());
                    self.unlink_pending(cell, shape.refs & 1 == 0);
                    let dying = self.release_but_one(cell, shape);
                    self.free(cell, shape.words());
                    return dying;
                }
                Class::Text => {
                    self.unlink_pending(cell, true);
                    self.release_nullable(text::parent(cell));
                    self.free(cell, text::VIEW_WORDS);
                }
                Class::List => {
                    self.unlink_pending(cell, false);
                    if list::release_piece(self, cell, info, PIECE) {
                        self.push_pending(cell, false);
                    }
                }
                Class::Map => {
                    self.unlink_pending(cell, true);
                    map::release_parts(self, cell, info.elem_ref, info.value_ref);
                }
                Class::Closure => {
                    self.unlink_pending(cell, false);
                    let shape = &*closure::shape(cell);
                    self.release_fields(cell, shape);
                    self.free(cell, shape.words());
                }
                Class::None => unreachable!("a cell of a type without cells"),
            }
        }
        None
    }

    /// # Safety
    /// The cell has this shape, and what it refers to is given up.
    #[inline(always)]
    pub(crate) unsafe fn release_fields(&mut self, cell: Cell, shape: &Shape) {
        // SAFETY: the shape's slots are inside the cell.
        unsafe {
            let mut refs = shape.refs;
            while refs != 0 {
                let slot = refs.trailing_zeros() as usize;
                refs &= refs - 1;
                self.release_nullable(cell.get(slot + 1));
            }
            for &slot in &shape.more {
                self.release_nullable(cell.get(usize::from(slot) + 1));
            }
        }
    }
}
