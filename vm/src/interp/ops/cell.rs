//! Cells of boxed structs, tuples and sums; boxes.

use super::word::cell;
use crate::heap::Cell;
use crate::interp::code::row_words;
use crate::interp::state::{Flow, State};
use crate::value::cells::{self, NO_REG};
use snow_bytecode::types::TypeId;

/// Allocates a cell with `words` payload words and this header.
#[inline(always)]
fn allocate(s: State, header: u64, words: usize) -> Cell {
    // SAFETY: there is at least one payload word, and the callers fill all of them.
    unsafe {
        let cell = s.vm().ctx.heap.alloc(TypeId(0), 0, words + 1);
        cell.set(0, header);
        cell
    }
}

/// `a` = a cell with `N` (at most four) slots: `[op | dst] [header | slots]`
#[inline(always)]
pub fn new<const N: usize>(s: State) -> Flow {
    let ext = s.ext(1);
    let cell = allocate(s, ext.head, N);
    for (index, reg) in ext.shorts().into_iter().take(N).enumerate() {
        // SAFETY: the cell has `N` payload words.
        unsafe { cell.set(index + 1, s.get(reg)) };
    }
    s.set(s.code().a, cell.word());
    s.next(2)
}

/// Writes the slots of a fresh cell.
#[inline(always)]
fn fill(s: State, cell: Cell, regs: &[u16]) {
    for (index, reg) in regs.iter().enumerate() {
        // SAFETY: the cell has as many payload words.
        unsafe { cell.set(index + 1, s.get(*reg)) };
    }
}

/// `a` = a cell with `b` slots: `[op | dst, count] [header] [slots…]`
#[inline(always)]
pub fn new_many(s: State) -> Flow {
    let regs = s.row(2, s.code().b as usize);
    let cell = allocate(s, s.ext(1).head, regs.len());
    fill(s, cell, regs);
    s.set(s.code().a, cell.word());
    s.next(2 + row_words(regs.len()))
}

/// As [`new_many`], in the memory of the token `b` if it has any: `[op | dst, token, count] [header] [slots…]`
#[inline(always)]
pub fn new_reuse(s: State) -> Flow {
    let regs = s.row(2, s.code().c() as usize);
    let header = s.ext(1).head;
    // SAFETY: the register holds null or the memory of a dead cell with as many payload words.
    let cell = match unsafe { Cell::from_nullable(s.get(s.code().b)) } {
        Some(cell) => {
            // SAFETY: the memory is the token's alone.
            unsafe { cell.set(0, header) };
            cell
        }
        None => allocate(s, header, regs.len()),
    };
    fill(s, cell, regs);
    s.set(s.code().a, cell.word());
    s.next(2 + row_words(regs.len()))
}

/// `a` = slot `c` of the cell in `b`
#[inline(always)]
pub fn load(s: State) -> Flow {
    // SAFETY: the cell has this slot (verifier).
    s.set(s.code().a, unsafe {
        cell(s, s.code().b).get(s.code().c() as usize + 1)
    });
    s.next(1)
}

/// As [`load`], for a reference that is counted
#[inline(always)]
pub fn load_dup(s: State) -> Flow {
    // SAFETY: the cell has this slot, which is a reference (verifier).
    let word = unsafe { cell(s, s.code().b).get(s.code().c() as usize + 1) };
    // SAFETY: a slot of a live cell holds a live reference.
    unsafe { s.vm().ctx.heap.dup(word) };
    s.set(s.code().a, word);
    s.next(1)
}

/// As [`load_dup`], for a slot that may be null
#[inline(always)]
pub fn load_dup_nullable(s: State) -> Flow {
    // SAFETY: the cell has this slot, null or a reference (verifier).
    let word = unsafe { cell(s, s.code().b).get(s.code().c() as usize + 1) };
    // SAFETY: a slot of a live cell holds null or a live reference.
    unsafe { s.vm().ctx.heap.dup_nullable(word) };
    s.set(s.code().a, word);
    s.next(1)
}

/// Moves the slots of a unique cell that owns nothing else to the destinations; false when the cell is not unique.
#[inline(always)]
fn move_slots(s: State, cell: Cell, dsts: &[u16]) -> bool {
    if !cell.is_unique() {
        return false;
    }
    for (index, dst) in dsts.iter().enumerate() {
        if *dst != NO_REG {
            // SAFETY: the cell has as many slots as there are destinations.
            s.set(*dst, unsafe { cell.get(index + 1) });
        }
    }
    true
}

/// Takes the cell in `a` apart, all of whose references have destinations: `[op | src, count] [dsts…]`
#[inline(always)]
pub fn unpack_all(s: State) -> Flow {
    let cell = cell(s, s.code().a);
    let dsts = s.row(1, s.code().b as usize);
    if !move_slots(s, cell, dsts) {
        return unpack(s);
    }
    // SAFETY: the cell was unique and its slots have moved.
    unsafe { s.vm().ctx.heap.free(cell, dsts.len().max(1) + 1) };
    s.next(1 + row_words(dsts.len()))
}

/// As [`unpack_all`], and `c` = the cell's memory, or null when others hold the cell
#[inline(always)]
pub fn unpack_reuse_all(s: State) -> Flow {
    let cell = cell(s, s.code().a);
    let dsts = s.row(1, s.code().b as usize);
    if !move_slots(s, cell, dsts) {
        return unpack_reuse(s);
    }
    s.set(s.code().c(), cell.word());
    s.next(1 + row_words(dsts.len()))
}

/// Takes the cell in `a` apart: `[op | src, count] [dsts…]`
#[inline(always)]
pub fn unpack(s: State) -> Flow {
    let dsts = s.row(1, s.code().b as usize);
    // SAFETY: the register owns a cell with as many slots as there are destinations (verifier).
    unsafe { cells::unpack(&mut s.vm().ctx.heap, s.get(s.code().a), dsts, s.base) };
    s.next(1 + row_words(dsts.len()))
}

/// As [`unpack`], and `c` = the cell's memory, or null when others hold the cell
#[inline(always)]
pub fn unpack_reuse(s: State) -> Flow {
    let dsts = s.row(1, s.code().b as usize);
    // SAFETY: as in `unpack`.
    let token =
        unsafe { cells::unpack_reuse(&mut s.vm().ctx.heap, s.get(s.code().a), dsts, s.base) };
    s.set(s.code().c(), token);
    s.next(1 + row_words(dsts.len()))
}

/// Gives up the cell in `b`; `a` = its memory, or null when others hold it
#[inline(always)]
pub fn drop_reuse(s: State) -> Flow {
    // SAFETY: the register owns a cell of a boxed type.
    let token = unsafe { cells::drop_reuse(&mut s.vm().ctx.heap, s.get(s.code().b)) };
    s.set(s.code().a, token);
    s.next(1)
}

/// `a` = the reference in slot `c` of the cell in `b`, which is left with a hole if it is unique
#[inline(always)]
pub fn take_slot(s: State) -> Flow {
    // SAFETY: the register owns a cell with a reference in this slot.
    let word = unsafe { cells::take_slot(&mut s.vm().ctx.heap, s.get(s.code().b), s.code().c()) };
    s.set(s.code().a, word);
    s.next(1)
}

/// `a` = the cell in `b` with `c` slots replaced: `[op | dst, src, count] [slot, register, …]`
#[inline(always)]
pub fn update(s: State) -> Flow {
    let count = s.code().c() as usize;
    let (fields, _) = s.row(1, count * 2).as_chunks::<2>();
    // SAFETY: the register owns a cell with these slots, and the registers hold words of their kinds.
    let word = unsafe { cells::update(&mut s.vm().ctx.heap, s.get(s.code().b), fields, s.base) };
    s.set(s.code().a, word);
    s.next(1 + row_words(count * 2))
}
