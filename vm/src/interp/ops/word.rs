//! Constants, moves and counting.

use crate::heap::Cell;
use crate::interp::state::{Flow, State, Stop, rest};
use snow_bytecode::types::TypeId;

/// `a = imm`
#[inline(always)]
pub fn constant(s: State) -> Flow {
    s.give(i64::from(s.code().imm()) as u64)
}

/// `a` = the head of the extension word
#[inline(always)]
pub fn constant_wide(s: State) -> Flow {
    let value = s.ext(1).head;
    s.set(s.code().a, value);
    State { last: value, ..s }.next(2)
}

/// `a = b`
#[inline(always)]
pub fn copy(s: State) -> Flow {
    s.give(s.get(s.code().b))
}

/// The cell in a register that holds a reference.
#[inline(always)]
pub fn cell(s: State, reg: u16) -> Cell {
    // SAFETY: the verifier has seen that the register holds a live reference.
    unsafe { Cell::from_word(s.get(reg)) }
}

rest! {
    /// [`dup`] and [`dup_nullable`] of a cell that is static, shared between actors, or counted very often.
    DupRest(s) {
        // SAFETY: the register holds null or a live reference.
        unsafe { s.vm().ctx.heap.dup_nullable(s.get(s.code().b)) };
        s.set(s.code().a, s.get(s.code().b));
        s.next(1)
    }
}

/// `a` = another reference to the cell in `b`
#[inline(always)]
pub fn dup(s: State) -> Flow {
    let cell = cell(s, s.code().b);
    if !cell.dup_owned() {
        return s.rest::<DupRest>();
    }
    s.set(s.code().a, cell.word());
    s.next(1)
}

/// `a` = another reference to the cell in `b`, if any
#[inline(always)]
pub fn dup_nullable(s: State) -> Flow {
    let word = s.get(s.code().b);
    // SAFETY: the register holds null or a live reference.
    let cell = unsafe { Cell::from_nullable(word) };
    if cell.is_some_and(|cell| !cell.dup_owned()) {
        return s.rest::<DupRest>();
    }
    s.set(s.code().a, word);
    s.next(1)
}

rest! {
    /// [`drop`] of a last reference, or of a cell that is static or shared between actors.
    DropRest(s) {
        // SAFETY: the register owns a reference.
        unsafe { s.vm().ctx.heap.drop_ref(s.get(s.code().a)) };
        s.next(1)
    }
}

/// Gives up the reference in `a`.
#[inline(always)]
pub fn drop(s: State) -> Flow {
    if cell(s, s.code().a).drop_owned() {
        s.next(1)
    } else {
        s.rest::<DropRest>()
    }
}

/// Gives up the reference in `a`, if any.
#[inline(always)]
pub fn drop_nullable(s: State) -> Flow {
    // SAFETY: the register holds null or owns a reference.
    match unsafe { Cell::from_nullable(s.get(s.code().a)) } {
        Some(cell) if !cell.drop_owned() => s.rest::<DropRest>(),
        _ => s.next(1),
    }
}

/// Frees the memory in token `a`, which has `b` payload words.
#[inline(always)]
pub fn free_token(s: State) -> Flow {
    // SAFETY: the register holds a token of this size.
    unsafe { s.vm().ctx.heap.free_token(s.get(s.code().a), s.code().b) };
    s.next(1)
}

/// `a = b`, which must not be null
#[inline(always)]
pub fn cast_null(s: State) -> Flow {
    let word = s.get(s.code().b);
    if word == 0 {
        return s.stop(Stop::Corrupt);
    }
    s.set(s.code().a, word);
    s.next(1)
}

/// `a = b`, which must be a cell of type `imm`
#[inline(always)]
pub fn cast_any(s: State) -> Flow {
    let word = s.get(s.code().b);
    // SAFETY: the register holds null or a live reference.
    let cell = unsafe { Cell::from_nullable(word) };
    if cell.is_none_or(|cell| cell.ty() != TypeId(s.code().cd)) {
        return s.stop(Stop::Corrupt);
    }
    s.set(s.code().a, word);
    s.next(1)
}

/// `a = b`, which must be null or a cell of type `imm`
#[inline(always)]
pub fn cast_any_nullable(s: State) -> Flow {
    if s.get(s.code().b) == 0 {
        s.set(s.code().a, 0);
        return s.next(1);
    }
    cast_any(s)
}
