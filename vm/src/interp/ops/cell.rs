//! Cells of boxed structs, tuples and sums; boxes.

use super::word::cell;
use crate::heap::Cell;
use crate::interp::code::row_words;
use crate::interp::state::{Flow, Rest, State, rest};
use crate::value::cells;
use snow_bytecode::types::TypeId;
use std::marker::PhantomData;

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

/// Fills a cell made by [`new`] and ends the instruction.
#[inline(always)]
fn finish_new<const N: usize>(s: State, cell: Cell) -> Flow {
    let regs = s.ext(1).shorts();
    for index in 0..N {
        // SAFETY: the cell has `N` payload words.
        unsafe { cell.set(index + 1, s.get(regs[index])) };
    }
    s.set(s.code().a, cell.word());
    s.next(2)
}

/// [`new`] when the free list is empty.
struct NewRest<const N: usize>;

impl<const N: usize> Rest for NewRest<N> {
    #[inline(always)]
    fn run(s: State) -> Flow {
        finish_new::<N>(s, allocate(s, s.ext(1).head, N))
    }
}

/// `a` = a cell with `N` (at most four) slots: `[op | dst] [header | slots]`
#[inline(always)]
pub fn new<const N: usize>(s: State) -> Flow {
    // SAFETY: all payload words are filled.
    match unsafe { s.vm().ctx.heap.pop(s.ext(1).head, N + 1) } {
        Some(cell) => finish_new::<N>(s, cell),
        None => s.rest::<NewRest<N>>(),
    }
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
    s.give(slot(s))
}

/// Slot `c` of the cell in `b`.
#[inline(always)]
fn slot(s: State) -> u64 {
    // SAFETY: the cell has this slot (verifier).
    unsafe { cell(s, s.code().b).get(s.code().c() as usize + 1) }
}

rest! {
    /// [`load_dup`] and [`load_dup_nullable`] of a cell that is static, shared between actors, or counted very often.
    LoadDupRest(s) {
        let word = slot(s);
        // SAFETY: a slot of a live cell holds null or a live reference.
        unsafe { s.vm().ctx.heap.dup_nullable(word) };
        s.set(s.code().a, word);
        s.next(1)
    }
}

/// As [`load`], for a reference that is counted
#[inline(always)]
pub fn load_dup(s: State) -> Flow {
    let word = slot(s);
    // SAFETY: a slot of a live cell holds a live reference.
    if !unsafe { Cell::from_word(word) }.dup_owned() {
        return s.rest::<LoadDupRest>();
    }
    s.set(s.code().a, word);
    s.next(1)
}

/// As [`load_dup`], for a slot that may be null
#[inline(always)]
pub fn load_dup_nullable(s: State) -> Flow {
    let word = slot(s);
    // SAFETY: a slot of a live cell holds null or a live reference.
    let cell = unsafe { Cell::from_nullable(word) };
    if cell.is_some_and(|cell| !cell.dup_owned()) {
        return s.rest::<LoadDupRest>();
    }
    s.set(s.code().a, word);
    s.next(1)
}

/// What becomes of the memory of a cell that was taken apart.
pub trait Memory {
    /// Takes the memory of a unique cell with `words` payload words.
    fn take(s: State, cell: Cell, words: usize);
    /// Takes the result of [`cells::unpack_reuse`]: the memory, or null when others hold the cell.
    fn take_token(s: State, token: u64, words: usize);
}

/// It is freed.
pub struct Freed;

impl Memory for Freed {
    #[inline(always)]
    fn take(s: State, cell: Cell, words: usize) {
        // SAFETY: the cell was unique and its slots have moved.
        unsafe { s.vm().ctx.heap.free(cell, words + 1) };
    }

    #[inline(always)]
    fn take_token(s: State, token: u64, words: usize) {
        // SAFETY: the token has just been made of a cell of this size.
        unsafe { s.vm().ctx.heap.free_token(token, words as u16) };
    }
}

/// It is kept in register `b` of the extension word.
pub struct Kept;

impl Memory for Kept {
    #[inline(always)]
    fn take(s: State, cell: Cell, _: usize) {
        s.set(s.ext(1).b, cell.word());
    }

    #[inline(always)]
    fn take_token(s: State, token: u64, _: usize) {
        s.set(s.ext(1).b, token);
    }
}

/// [`unpack_few`] of a cell that others hold, too.
struct UnpackRest<const N: usize, M>(PhantomData<M>);

impl<const N: usize, M: Memory> Rest for UnpackRest<N, M> {
    #[inline(always)]
    fn run(s: State) -> Flow {
        let dsts = s.code().shorts();
        let heap = &mut s.vm().ctx.heap;
        // SAFETY: the register owns a cell with `N` slots (verifier).
        let token = unsafe { cells::unpack_reuse(heap, s.get(s.ext(1).a), &dsts[..N], s.base) };
        M::take_token(s, token, N);
        s.next(2)
    }
}

/// Takes a cell with `N` (at most four) slots apart. There is a register for every slot that is a reference, and the spare one for others
/// that are not wanted: `[op | dsts] [– | src, token]`
#[inline(always)]
pub fn unpack_few<const N: usize, M: Memory>(s: State) -> Flow {
    let cell = cell(s, s.ext(1).a);
    if cell.count() != 1 {
        return s.rest::<UnpackRest<N, M>>();
    }
    let dsts = s.code().shorts();
    for index in 0..N {
        // SAFETY: the cell has `N` slots.
        s.set(dsts[index], unsafe { cell.get(index + 1) });
    }
    M::take(s, cell, N);
    s.next(2)
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
