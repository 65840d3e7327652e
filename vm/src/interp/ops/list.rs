//! Lists.

use crate::interp::code::row_words;
use crate::interp::state::{Flow, State, Stop};
use crate::value::list;
use snow_bytecode::types::TypeId;

/// `a` = a list of `imm` elements: `[op | dst, scratch, count] [type] [elements…]`
#[inline(always)]
pub fn new(s: State) -> Flow {
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

/// `a` = number of elements of `b`
#[inline(always)]
pub fn len(s: State) -> Flow {
    // SAFETY: the register holds a list.
    s.set(s.code().a, unsafe { list::len(s.get(s.code().b)) } as u64);
    s.next(1)
}

/// Crashes because index `index` is not in `list`, which stays as it is.
#[cold]
#[inline(never)]
fn crash_out_of_range(s: State, list: u64, index: i64) -> Stop {
    // SAFETY: the caller has a live list.
    let len = unsafe { list::len(list) };
    s.vm().crash(list::out_of_range(index, len))
}

/// `a` = element `c` of `b`
#[inline(always)]
pub fn get(s: State) -> Flow {
    let (word, index) = (s.get(s.code().b), s.int(s.code().c()));
    // SAFETY: the register holds a list.
    match unsafe { list::get(word, index) } {
        Some(elem) => {
            s.set(s.code().a, elem);
            s.next(1)
        }
        None => s.stop(crash_out_of_range(s, word, index)),
    }
}

/// `a` = element `c` of `b`, counted
#[inline(always)]
pub fn get_dup(s: State) -> Flow {
    let (word, index) = (s.get(s.code().b), s.int(s.code().c()));
    // SAFETY: the register holds a list of references.
    match unsafe { list::get(word, index) } {
        Some(elem) => {
            // SAFETY: the list keeps its elements alive.
            unsafe { s.vm().ctx.heap.dup_nullable(elem) };
            s.set(s.code().a, elem);
            s.next(1)
        }
        None => s.stop(crash_out_of_range(s, word, index)),
    }
}

/// `a` = `b` with element `c` at its end
#[inline(always)]
pub fn append(s: State) -> Flow {
    let code = s.code();
    // SAFETY: the registers own a list and an element of it.
    let word = unsafe { list::append(&mut s.vm().ctx.heap, s.get(code.b), s.get(code.c())) };
    s.set(code.a, word);
    s.next(1)
}

/// `a` = `b` with element `c` before it
#[inline(always)]
pub fn prepend(s: State) -> Flow {
    let code = s.code();
    // SAFETY: the registers own a list and an element of it.
    let word = unsafe { list::prepend(&mut s.vm().ctx.heap, s.get(code.b), s.get(code.c())) };
    s.set(code.a, word);
    s.next(1)
}

/// `a` = first element of `c`, `b` = the rest
#[inline(always)]
pub fn uncons(s: State) -> Flow {
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

/// `a` = `b` without its first `c` elements
#[inline(always)]
pub fn drop_first(s: State) -> Flow {
    let code = s.code();
    // SAFETY: the register owns a list.
    let word = unsafe { list::drop_first(&mut s.vm().ctx.heap, s.get(code.b), s.int(code.c())) };
    s.set(code.a, word);
    s.next(1)
}

/// `a` = `b` with `d` as element `c`
#[inline(always)]
pub fn set(s: State) -> Flow {
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
        None => s.stop(s.vm().crash(list::out_of_range(index, len))),
    }
}

/// `a` = element `d` moved out of `c`, `b` = the list with a hole there
#[inline(always)]
pub fn take(s: State) -> Flow {
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
        None => s.stop(s.vm().crash(list::out_of_range(index, len))),
    }
}

/// `a` = `b` ++ `c`
#[inline(always)]
pub fn concat(s: State) -> Flow {
    let code = s.code();
    // SAFETY: the registers own lists of one type.
    let word = unsafe { list::concat(&mut s.vm().ctx.heap, s.get(code.b), s.get(code.c())) };
    s.set(code.a, word);
    s.next(1)
}

/// `a` = `b` with `d` in the hole at `c`
#[inline(always)]
pub fn fill(s: State) -> Flow {
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
        None => s.stop(s.vm().crash(list::out_of_range(index, len))),
    }
}
