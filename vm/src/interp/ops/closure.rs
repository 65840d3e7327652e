//! Closures: making them, calling them, reading captures.
//!
//! A closure's code gets the closure itself, owned, as its first argument. Calls are laid out as
//! `[op | closure, count, position of the link, scratch] [args…] [third] [link]`.

use super::call::{admit, callee_base, enter};
use super::word::cell;
use crate::interp::code::{Code, row_words};
use crate::interp::state::{Flow, State, Stop};
use crate::value::closure;
use snow_bytecode::types::TypeId;
use std::sync::atomic::Ordering::Relaxed;

/// Address of the code of a closure.
#[inline(always)]
fn target(s: State, closure: u64) -> u64 {
    // SAFETY: the register holds a closure; entries live as long as the program, and name one of its functions.
    unsafe {
        let func = (*closure::entry(closure)).func;
        (*s.vm().entries.add(func as usize)).load(Relaxed) as u64
    }
}

/// What a call does with the closure in its register.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holding {
    /// Hands it to the code.
    Moved,
    /// Hands another reference to the code.
    Kept,
}

#[inline(always)]
fn call_with(s: State, holding: Holding) -> Flow {
    let code = s.code();
    let link_at = code.c() as usize;
    let link = s.ext(link_at);
    let new_base = callee_base(s, link);
    if let Some(stop) = admit(s, new_base) {
        return s.stop(stop);
    }
    let closure = s.get(code.a);
    // SAFETY: `admit` saw to the room.
    unsafe { *new_base = closure };
    for (index, arg) in s.row(1, code.b as usize).iter().enumerate() {
        // SAFETY: as above.
        unsafe { *new_base.add(index + 1) = s.get(*arg) };
    }
    if holding == Holding::Kept {
        cell(s, code.a).dup();
    }
    // SAFETY: the word behind the link is the next instruction.
    enter(s, target(s, closure), new_base, unsafe {
        s.pc.add(link_at + 1)
    })
}

/// Calls the closure in `a`, consuming it.
#[inline(always)]
pub fn call(s: State) -> Flow {
    call_with(s, Holding::Moved)
}

/// Calls the closure in `a`, keeping it.
#[inline(always)]
pub fn call_keep(s: State) -> Flow {
    call_with(s, Holding::Kept)
}

/// Calls the closure in `a` in this frame.
#[inline(always)]
pub fn tail_call(s: State) -> Flow {
    if s.fuel <= 0 {
        return s.stop(Stop::Yield);
    }
    let code = s.code();
    let count = code.b as usize;
    let closure = s.get(code.a);
    let args = s.gather(code.d(), s.row(1, count));
    s.set(0, closure);
    // SAFETY: the callee has a register for each argument, and the stack room for it.
    unsafe { std::ptr::copy(args, s.base.add(1), count) };
    let target = target(s, closure);
    Flow::Jump(State {
        pc: target as *const Code,
        fuel: s.fuel - 1,
        ..s
    })
}

/// `a` = a closure over `b` captures: `[op | dst, count] [entry] [header] [captures…]`
#[inline(always)]
pub fn make(s: State) -> Flow {
    let regs = s.row(3, s.code().b as usize);
    // SAFETY: all words are filled: the entry, then the captures.
    unsafe {
        let cell = s.vm().ctx.heap.alloc(TypeId(0), 0, regs.len() + 2);
        cell.set(0, s.ext(2).head);
        cell.set(1, s.ext(1).head);
        for (index, reg) in regs.iter().enumerate() {
            cell.set(index + 2, s.get(*reg));
        }
        s.set(s.code().a, cell.word());
    }
    s.next(3 + row_words(regs.len()))
}

/// `a` = capture `c` of the closure in `b`
#[inline(always)]
pub fn capture(s: State) -> Flow {
    // SAFETY: the register holds a closure with this capture (verifier).
    s.set(s.code().a, unsafe {
        closure::capture(s.get(s.code().b), s.code().c())
    });
    s.next(1)
}
