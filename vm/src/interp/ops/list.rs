//! Lists.

use crate::heap::Cell;
use crate::interp::code::row_words;
use crate::interp::state::{Flow, State, rest};
use crate::value::list;
use snow_bytecode::types::TypeId;

rest! {
    /// `a` = a list of `imm` elements: `[op | dst, scratch, count] [type] [elements…]`
    pub New(s) {
        let regs = s.row(2, s.code().cd as usize);
        let elems = s.gather(s.code().b, regs);
        // SAFETY: the elements have just been copied there; they are owned and of the list's element form (verifier).
        let word = unsafe {
            let elems = std::slice::from_raw_parts(elems, regs.len());
            list::new(&mut s.vm().ctx.heap, TypeId(s.ext(1).head as u32), elems)
        };
        s.set(s.code().a, word);
        s.next(2 + row_words(regs.len()))
    }
}

/// `a` = number of elements of `b`
#[inline(always)]
pub fn len(s: State) -> Flow {
    // SAFETY: the register holds a list.
    s.give(unsafe { list::len(s.get(s.code().b)) } as u64)
}

/// Crashes because an index is not in a list of length `len`.
#[cold]
fn out_of_range(s: State, index: i64, len: usize) -> Flow {
    s.stop(s.vm().crash(list::out_of_range(index, len)))
}

rest! {
    /// [`get`] of a chained list, or out of range.
    GetRest(s) {
        let (word, index) = (s.get(s.code().b), s.int(s.code().c()));
        // SAFETY: the register holds a list.
        match unsafe { list::get(word, index) } {
            Some(elem) => {
                s.set(s.code().a, elem);
                s.next(1)
            }
            // SAFETY: as above.
            None => out_of_range(s, index, unsafe { list::len(word) }),
        }
    }
}

/// `a` = element `c` of `b`
#[inline(always)]
pub fn get(s: State) -> Flow {
    let (word, index) = (s.get(s.code().b), s.int(s.code().c()));
    // SAFETY: the register holds a list.
    unsafe {
        if let Some(elem) = list::get_flat(word, index) {
            return s.give(elem);
        }
        match list::get_narrow(word, index) {
            Some(elem) => s.give(elem),
            None => s.rest::<GetRest>(),
        }
    }
}

rest! {
    /// [`get_dup`] of an element that cannot be counted plainly, of a chained list, or out of range.
    GetDupRest(s) {
        let (word, index) = (s.get(s.code().b), s.int(s.code().c()));
        // SAFETY: the register holds a list, which keeps its elements alive; an element is null or a reference.
        unsafe {
            let Some(elem) = list::get(word, index) else {
                return out_of_range(s, index, list::len(word));
            };
            s.vm().ctx.heap.dup_nullable(elem);
            s.set(s.code().a, elem);
        }
        s.next(1)
    }
}

/// `a` = element `c` of `b`, counted
#[inline(always)]
pub fn get_dup(s: State) -> Flow {
    // SAFETY: the register holds a list, whose elements are null or references.
    unsafe {
        let elem = list::get_flat(s.get(s.code().b), s.int(s.code().c()));
        match elem {
            Some(elem) if elem != 0 && Cell::from_word(elem).dup_owned() => {
                s.set(s.code().a, elem);
                s.next(1)
            }
            _ => s.rest::<GetDupRest>(),
        }
    }
}

rest! {
    /// [`append`] where the list must grow or be copied.
    AppendRest(s) {
        let code = s.code();
        // SAFETY: the registers own a list and an element of it.
        let word = unsafe { list::append(&mut s.vm().ctx.heap, s.get(code.b), s.get(code.c())) };
        s.set(code.a, word);
        s.next(1)
    }
}

/// `a` = `b` with element `c` at its end
#[inline(always)]
pub fn append(s: State) -> Flow {
    let (word, elem) = (s.get(s.code().b), s.get(s.code().c()));
    // SAFETY: the registers own a list and an element of it.
    if !unsafe { list::append_in_place(word, elem) } {
        return s.rest::<AppendRest>();
    }
    s.set(s.code().a, word);
    s.next(1)
}

rest! {
    /// `a` = `b` with element `c` before it
    pub Prepend(s) {
        let code = s.code();
        // SAFETY: the registers own a list and an element of it.
        let word = unsafe { list::prepend(&mut s.vm().ctx.heap, s.get(code.b), s.get(code.c())) };
        s.set(code.a, word);
        s.next(1)
    }
}

rest! {
    /// [`uncons`] of a list that is seen elsewhere, chained, or empty.
    UnconsRest(s) {
        let code = s.code();
        // SAFETY: the register owns a list.
        match unsafe { list::uncons(&mut s.vm().ctx.heap, s.get(code.c())) } {
            Some((head, tail)) => {
                s.set(code.a, head);
                s.set(code.b, tail);
                s.next(1)
            }
            None => s.stop(s.vm().crash("empty list")),
        }
    }
}

#[inline(always)]
fn uncons_with(s: State, dup: impl FnOnce(u64) -> bool) -> Flow {
    let word = s.get(s.code().c());
    // SAFETY: the register owns a list.
    match unsafe { list::uncons_in_place(word, dup) } {
        Some(head) => {
            s.set(s.code().a, head);
            s.set(s.code().b, word);
            s.next(1)
        }
        None => s.rest::<UnconsRest>(),
    }
}

/// `a` = first element of `c`, `b` = the rest
#[inline(always)]
pub fn uncons(s: State) -> Flow {
    uncons_with(s, |head| {
        // SAFETY: an element that is not null is a live reference.
        head != 0 && unsafe { Cell::from_word(head) }.dup_owned()
    })
}

/// As [`uncons`], for elements that are no references
#[inline(always)]
pub fn uncons_word(s: State) -> Flow {
    uncons_with(s, |_| true)
}

rest! {
    /// `a` = `b` without its first `c` elements
    pub DropFirst(s) {
        let code = s.code();
        // SAFETY: the register owns a list.
        let word = unsafe { list::drop_first(&mut s.vm().ctx.heap, s.get(code.b), s.int(code.c())) };
        s.set(code.a, word);
        s.next(1)
    }
}

rest! {
    /// [`set`] and [`set_word`] where the list must be copied, an old element is given up, or out of range.
    SetRest(s) {
        let code = s.code();
        let (word, index) = (s.get(code.b), s.int(code.c()));
        // SAFETY: the register holds a list.
        let len = unsafe { list::len(word) };
        // SAFETY: the registers own a list and an element of it.
        match unsafe { list::set(&mut s.vm().ctx.heap, word, index, s.get(code.d())) } {
            Some(word) => {
                s.set(code.a, word);
                s.next(1)
            }
            None => out_of_range(s, index, len),
        }
    }
}

/// `a` = `b` with `d` as element `c`
#[inline(always)]
pub fn set(s: State) -> Flow {
    s.rest::<SetRest>()
}

/// As [`set`], for elements that are no references
#[inline(always)]
pub fn set_word(s: State) -> Flow {
    let code = s.code();
    let word = s.get(code.b);
    let (index, elem) = (s.int(code.c()), s.get(code.d()));
    // SAFETY: the registers own a list of words and an element of it.
    unsafe {
        if !list::set_in_flat(word, index, elem) && !list::set_in_narrow(word, index, elem) {
            return s.rest::<SetRest>();
        }
    }
    s.set(code.a, word);
    s.next(1)
}

rest! {
    /// `a` = element `d` moved out of `c`, `b` = the list with a hole there
    pub Take(s) {
        let code = s.code();
        let (word, index) = (s.get(code.c()), s.int(code.d()));
        // SAFETY: the register holds a list.
        let len = unsafe { list::len(word) };
        // SAFETY: the register owns a list.
        match unsafe { list::take(&mut s.vm().ctx.heap, word, index) } {
            Some((elem, word)) => {
                s.set(code.a, elem);
                s.set(code.b, word);
                s.next(1)
            }
            None => out_of_range(s, index, len),
        }
    }
}

rest! {
    /// `a` = `b` ++ `c`
    pub Concat(s) {
        let code = s.code();
        // SAFETY: the registers own lists of one type.
        let word = unsafe { list::concat(&mut s.vm().ctx.heap, s.get(code.b), s.get(code.c())) };
        s.set(code.a, word);
        s.next(1)
    }
}

rest! {
    /// `a` = `b` with `d` in the hole at `c`
    pub Fill(s) {
        let code = s.code();
        let (word, index) = (s.get(code.b), s.int(code.c()));
        // SAFETY: the register holds a list.
        let len = unsafe { list::len(word) };
        // SAFETY: the registers own a list with a hole there, and an element of it.
        match unsafe { list::fill(&mut s.vm().ctx.heap, word, index, s.get(code.d())) } {
            Some(word) => {
                s.set(code.a, word);
                s.next(1)
            }
            None => out_of_range(s, index, len),
        }
    }
}
