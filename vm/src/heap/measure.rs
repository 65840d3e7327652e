//! How much memory values take: the cells that no other actor can see.

use super::Heap;
use super::cell::{Cell, STATIC};
use crate::types::Class;
use crate::value::{closure, list, map, text};
use rustc_hash::FxHashSet;

/// Adds up the words of cells, each once.
pub struct Meter {
    words: u64,
    /// What is more than this is not looked at.
    most: u64,
    /// Cells with several references that were counted.
    seen: FxHashSet<u64>,
    work: Vec<Cell>,
}

impl Meter {
    /// Nothing so far; it stops soon after `most` words.
    pub fn new(most: u64) -> Meter {
        Meter {
            words: 0,
            most,
            seen: FxHashSet::default(),
            work: Vec::new(),
        }
    }

    /// The words so far.
    pub fn words(&self) -> u64 {
        self.words
    }

    /// Adds what is no cell.
    pub fn add(&mut self, words: usize) {
        self.words += words as u64;
    }

    fn note(&mut self, word: u64) {
        // SAFETY: callers pass references of live cells, or null.
        let Some(cell) = (unsafe { Cell::from_nullable(word) }) else {
            return;
        };
        let count = cell.count();
        if count == 1 || (count > STATIC && self.seen.insert(word)) {
            self.work.push(cell);
        }
    }
}

impl Heap {
    /// Adds the cells that can be reached from a reference, or null. Those of other actors are left out, and all below them.
    ///
    /// # Safety
    /// `word` is 0 or a reference to a live cell.
    pub unsafe fn measure(&self, meter: &mut Meter, word: u64) {
        meter.note(word);
        while let Some(cell) = meter.work.pop() {
            if meter.words > meter.most {
                meter.work.clear();
                return;
            }
            // SAFETY: what a live cell refers to is live.
            unsafe {
                meter.add(self.words_of(cell));
                self.each_part(cell, &mut |part| meter.note(part));
            }
        }
    }

    /// The size of a cell, header included.
    ///
    /// # Safety
    /// It is live.
    unsafe fn words_of(&self, cell: Cell) -> usize {
        let info = self.types().info(cell.ty());
        // SAFETY: by contract.
        unsafe {
            match info.class {
                Class::Fields => info.shape(cell.tag()).words(),
                Class::Closure => (*closure::shape(cell)).words(),
                Class::Text if cell.tag() == text::FLAT => text::words(cell),
                Class::Text => text::VIEW_WORDS,
                Class::List => list::words_of(cell, info),
                Class::Map => map::words_of(cell, info),
                Class::None => unreachable!("a cell of a type without cells"),
            }
        }
    }
}
