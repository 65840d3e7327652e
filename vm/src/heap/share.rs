//! Handing values to other actors, without copying them.
//!
//! A cell *moves* when the sender has the only reference to it, and to every cell on the way to it. All else that can be reached from the value is
//! marked as *shared*, once: from then on it is counted atomically. Below a cell that is shared already the walk stops, since all there is. So sending costs a step for each
//! cell that was the sender's own, and nothing for the rest.

use super::cell::Cell;
use super::{Heap, STATIC};
use crate::types::{Class, Shape};
use crate::value::{closure, list, map, text};

/// How the cells above one are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// They move, or there are none.
    Move,
    /// Some actor besides the receiver may see them.
    Share,
}

impl Heap {
    /// Hands an owned reference, or null, to another actor. Gives the number of cells that were looked at.
    ///
    /// # Safety
    /// `word` is 0 or an owned reference, which this heap's actor does not use any more.
    pub unsafe fn hand_over(&mut self, word: u64) -> usize {
        // SAFETY: by contract.
        unsafe { self.walk(word, Way::Move) }
    }

    /// Marks all that can be reached from a reference, or null, as shared: the caller keeps its reference.
    ///
    /// # Safety
    /// `word` is 0 or a reference.
    pub unsafe fn share(&mut self, word: u64) -> usize {
        // SAFETY: by contract.
        unsafe { self.walk(word, Way::Share) }
    }

    unsafe fn walk(&mut self, word: u64, way: Way) -> usize {
        // SAFETY: by contract of the callers; cells stay live, for nothing is given up here.
        unsafe {
            let Some(cell) = Cell::from_nullable(word) else {
                return 0;
            };
            let mut work = std::mem::take(&mut self.walk);
            let mut steps = 0;
            let mut next = Some((cell, way));
            while let Some((cell, way)) = next {
                steps += self.step(cell, way, &mut work);
                next = work.pop();
            }
            self.walk = work;
            steps
        }
    }

    /// Marks one cell if it must be, and notes what it refers to. Gives the number of cells that are done with.
    unsafe fn step(&self, cell: Cell, way: Way, work: &mut Vec<(Cell, Way)>) -> usize {
        let Some(way) = mark(cell, way) else {
            return 1;
        };
        let string = self.types().string();
        let mut steps = 1;
        // SAFETY: the cell is live, and laid out as its header says.
        unsafe {
            self.each_part(cell, &mut |word| {
                let Some(part) = Cell::from_nullable(word) else {
                    return;
                };
                if part.ty() == string && part.tag() == text::FLAT {
                    // Most parts are texts, which have no parts: looked at here, their headers are read several at a time, while the
                    // processor waits for memory.
                    mark(part, way);
                    steps += 1;
                } else if part.count() > STATIC {
                    work.push((part, way));
                }
            });
        }
        steps
    }

    /// Calls a function with each reference in a cell, or null.
    ///
    /// # Safety
    /// The cell is live.
    pub(super) unsafe fn each_part(&self, cell: Cell, part: &mut impl FnMut(u64)) {
        let info = self.types().info(cell.ty());
        // SAFETY: each kind's references are where its layout says.
        unsafe {
            match info.class {
                Class::Fields => each_field(cell, info.shape(cell.tag()), part),
                Class::Closure => each_field(cell, &*closure::shape(cell), part),
                Class::Text if cell.tag() == text::FLAT => {}
                Class::Text => part(text::parent(cell)),
                Class::List => list::each_part(cell, info.elem_ref, part),
                Class::Map => map::each_part(cell, info, part),
                Class::None => unreachable!("a cell of a type without cells"),
            }
        }
    }
}

/// Marks a cell as shared if it must be. Gives how its parts are handed over, or none when there is nothing to do below it.
#[inline(always)]
fn mark(cell: Cell, way: Way) -> Option<Way> {
    let count = cell.count();
    if count <= STATIC {
        return None;
    }
    let way = if count == 1 { way } else { Way::Share };
    if way == Way::Share {
        cell.set_count(-count);
    }
    Some(way)
}

unsafe fn each_field(cell: Cell, shape: &Shape, part: &mut impl FnMut(u64)) {
    let mut refs = shape.refs;
    // SAFETY: the shape's slots are inside the cell.
    unsafe {
        while refs != 0 {
            let slot = refs.trailing_zeros() as usize;
            refs &= refs - 1;
            part(cell.get(slot + 1));
        }
        for &slot in &shape.more {
            part(cell.get(usize::from(slot) + 1));
        }
    }
}
