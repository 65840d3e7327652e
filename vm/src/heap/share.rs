//! Handing values to other actors, without copying them.
//!
//! A cell *moves* when the sender has the only reference to it, and to every cell on the way to it. All else that can be reached from the value is
//! marked as *shared*, once: from then on it is counted atomically. Below a cell that is shared already the walk stops, since all there is. So sending costs a step for each
//! cell that was the sender's own, and nothing for the rest.

use super::cell::Cell;
use super::{Heap, STATIC};
use crate::types::{Class, Shape};
use crate::value::{closure, list, map, text};

/// Elements of one list buffer that are looked at in one step.
const PIECE: usize = 4096;

/// How the cells above one are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// They move, or there are none.
    Move,
    /// Some actor besides the receiver may see them.
    Share,
}

/// What a walk has still to look at.
#[derive(Debug, Default)]
pub struct Walk {
    left: Vec<Item>,
}

/// A cell, or the rest of a large one.
#[derive(Clone, Copy, Debug)]
struct Item {
    cell: Cell,
    way: Way,
    /// Elements that were looked at. If there are any the cell is marked, and `way` is that of its parts.
    done: u32,
}

impl Walk {
    /// Whether there is nothing, or nothing more, to look at.
    pub fn is_over(&self) -> bool {
        self.left.is_empty()
    }

    /// Gives up what was left. What was marked stays so.
    pub fn clear(&mut self) {
        self.left.clear();
    }

    fn add(&mut self, cell: Cell, way: Way) {
        let done = 0;
        self.left.push(Item { cell, way, done });
    }
}

impl Heap {
    /// Hands over what a reference, or null, leads to, for about `most` cells: begins a walk that is over, or goes on with one. Gives the number of cells that were looked at.
    ///
    /// # Safety
    /// `word` is 0 or a reference, the same one each time until the walk is over. Meanwhile nobody uses what it leads to.
    pub unsafe fn walk_some(&self, walk: &mut Walk, word: u64, way: Way, most: usize) -> usize {
        // SAFETY: by contract; cells stay live, for nothing is given up here.
        unsafe {
            if walk.is_over() {
                let Some(cell) = Cell::from_nullable(word) else {
                    return 0;
                };
                walk.add(cell, way);
            }
            let mut steps = 0;
            while steps < most
                && let Some(item) = walk.left.pop()
            {
                steps += self.step(item, walk);
            }
            steps
        }
    }

    /// Marks one cell if it must be, and notes what it refers to. Gives the number of cells that are done with.
    unsafe fn step(&self, item: Item, walk: &mut Walk) -> usize {
        let Item { cell, way, done } = item;
        let way = if done == 0 {
            mark(cell, way)
        } else {
            Some(way)
        };
        let Some(way) = way else {
            return 1;
        };
        let string = self.types().string();
        let mut steps = 1;
        let before = walk.left.len();
        // SAFETY: the cell is live, and laid out as its header says.
        unsafe {
            let more = self.some_parts(cell, done as usize, PIECE, &mut |word| {
                let Some(part) = Cell::from_nullable(word) else {
                    return;
                };
                if part.ty() == string && part.tag() == text::FLAT {
                    // Most parts are texts, which have no parts: looked at here, their headers are read several at a time, while the
                    // processor waits for memory.
                    mark(part, way);
                    steps += 1;
                } else if part.count() > STATIC {
                    walk.add(part, way);
                }
            });
            // The rest of a large cell comes after what is below these parts, or all parts would be noted at once.
            if let Some(done) = more {
                let done = done as u32;
                walk.left.insert(before, Item { cell, way, done });
            }
        }
        steps
    }

    /// Calls a function with each reference in a cell, or null.
    ///
    /// # Safety
    /// The cell is live.
    pub(super) unsafe fn each_part(&self, cell: Cell, part: &mut impl FnMut(u64)) {
        // SAFETY: by contract.
        unsafe {
            self.some_parts(cell, 0, usize::MAX, part);
        }
    }

    /// As [`Heap::each_part`], for at most so many elements of a list after the first `from`. Gives how many have been passed then, if there are more.
    ///
    /// # Safety
    /// The cell is live.
    unsafe fn some_parts(
        &self,
        cell: Cell,
        from: usize,
        most: usize,
        part: &mut impl FnMut(u64),
    ) -> Option<usize> {
        let info = self.types().info(cell.ty());
        // SAFETY: each kind's references are where its layout says.
        unsafe {
            match info.class {
                Class::Fields => each_field(cell, info.shape(cell.tag()), part),
                Class::Closure => each_field(cell, &*closure::shape(cell), part),
                Class::Text if cell.tag() == text::FLAT => {}
                Class::Text => part(text::parent(cell)),
                Class::List => return list::some_parts(cell, info.elem_ref, from, most, part),
                Class::Map => map::each_part(cell, info, part),
                Class::None => unreachable!("a cell of a type without cells"),
            }
        }
        None
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
