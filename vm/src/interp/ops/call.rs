//! Calls and returns.
//!
//! A call is `[op | args 0..4] [args…] [third] [link]`. The link word holds the target's code address, the registers for the first two
//! results and the distance between the two frames in bytes; the word `third` is there when there is a third result and holds its
//! register. Below the callee's base lie two words: the return address, which points just behind the link, and below that a copy of
//! the link's operands. Frames need no further bookkeeping.

use crate::interp::code::{Code, changing_head, row_words};
use crate::interp::state::{First, Flow, State, Stop};

/// Enters `target` in a new frame that already has its arguments.
#[inline(always)]
pub fn enter(s: State, target: u64, new_base: *mut u64, return_to: *const Code) -> Flow {
    // SAFETY: `limit` left room for the frame and the words below it; the link word precedes `return_to`.
    unsafe {
        *new_base.sub(1) = return_to as u64;
        *new_base.sub(2) = (*return_to.sub(1)).operands();
    }
    Flow::Jump(State {
        pc: target as *const Code,
        base: new_base,
        fuel: s.fuel - 1,
        ..s
    })
}

/// Whether a call may begin: a reduction is left and the stack has room.
#[inline(always)]
pub fn admit(s: State, new_base: *mut u64) -> Option<Stop> {
    if s.fuel <= 0 {
        return Some(Stop::Yield);
    }
    if new_base > s.vm().limit {
        return Some(Stop::Grow);
    }
    None
}

/// Base of the frame that a call with this link makes.
#[inline(always)]
pub fn callee_base(s: State, link: &Code) -> *mut u64 {
    // SAFETY: the distance is at most the size of this frame and one, which is inside the stack.
    unsafe { s.base.byte_add(link.cd as usize) }
}

/// Address of the code that a link leads to: that of the function, or the stub that enters its compiled code.
#[inline(always)]
fn target(link: &Code) -> u64 {
    // SAFETY: links are words of the program's code.
    unsafe { changing_head(link) }
}

/// Calls with `N` (at most four) arguments.
#[inline(always)]
pub fn direct<const N: usize>(s: State) -> Flow {
    let link = s.ext(1);
    let new_base = callee_base(s, link);
    if let Some(stop) = admit(s, new_base) {
        return s.stop(stop);
    }
    let args = s.code().shorts();
    for index in 0..N {
        // SAFETY: `admit` saw to the room.
        unsafe { *new_base.add(index) = s.get(args[index]) };
    }
    // SAFETY: the word behind the link is the next instruction.
    enter(s, target(link), new_base, unsafe { s.pc.add(2) })
}

/// Calls with any number of arguments: `[op | count, position of the link] [args…] [third] [link]`.
#[inline(always)]
pub fn direct_many(s: State) -> Flow {
    let count = s.code().a as usize;
    let words = s.code().b as usize;
    let link = s.ext(words);
    let new_base = callee_base(s, link);
    if let Some(stop) = admit(s, new_base) {
        return s.stop(stop);
    }
    for (index, arg) in s.row(1, count).iter().enumerate() {
        // SAFETY: `admit` saw to the room.
        unsafe { *new_base.add(index) = s.get(*arg) };
    }
    // SAFETY: the word behind the link is the next instruction.
    enter(s, target(link), new_base, unsafe { s.pc.add(words + 1) })
}

/// Calls in this frame, with `N` (at most four) arguments.
#[inline(always)]
pub fn tail<const N: usize>(s: State) -> Flow {
    if s.fuel <= 0 {
        return s.stop(Stop::Yield);
    }
    let target = target(s.ext(1));
    let values = s.code().shorts();
    let mut args = [0; N];
    for index in 0..N {
        args[index] = s.get(values[index]);
    }
    for index in 0..N {
        s.set(index as u16, args[index]);
    }
    Flow::Jump(State {
        pc: target as *const Code,
        fuel: s.fuel - 1,
        ..s
    })
}

/// Calls in this frame, with any number of arguments: `[op | count scratch] [args…] [link]`.
#[inline(always)]
pub fn tail_many(s: State) -> Flow {
    if s.fuel <= 0 {
        return s.stop(Stop::Yield);
    }
    let count = s.code().a as usize;
    let scratch = s.gather(s.code().b, s.row(1, count));
    // SAFETY: the arguments become the first registers, of which the callee has at least as many.
    unsafe { std::ptr::copy(scratch, s.base, count) };
    let target = target(s.ext(1 + row_words(count)));
    Flow::Jump(State {
        pc: target as *const Code,
        fuel: s.fuel - 1,
        ..s
    })
}

/// The state in which the caller carries on, and the registers for the first two results.
///
/// All this is read from the frame itself: going through the code at the return address would put another load into the chain of
/// dependencies that bounds the speed of returns.
#[inline(always)]
fn leave(s: State) -> (State, [u16; 2]) {
    // SAFETY: every frame has the words that `enter` wrote below its base.
    unsafe {
        let link = s.base.sub(2);
        let distance = *link.cast::<u32>().add(1);
        let dsts = *link.cast::<[u16; 2]>();
        let pc = *s.base.sub(1) as *const Code;
        (
            State {
                pc,
                base: s.base.byte_sub(distance as usize),
                ..s
            },
            dsts,
        )
    }
}

/// Returns these words.
#[inline(always)]
pub fn give_back<const N: usize>(s: State, values: [u64; N]) -> Flow {
    let (caller, dsts) = leave(s);
    for index in 0..N {
        let dst = match index {
            0 | 1 => dsts[index],
            // SAFETY: a call with three results has the word `third` before its link.
            _ => unsafe { (*caller.pc.sub(2)).a },
        };
        caller.set(dst, values[index]);
    }
    Flow::Jump(caller)
}

/// Returns the word in `a`.
#[inline(always)]
pub fn return_one<F: First>(s: State) -> Flow {
    give_back(s, [F::get(s, s.code().a)])
}

/// Returns the words in `a` and `b`.
#[inline(always)]
pub fn return_two(s: State) -> Flow {
    give_back(s, [s.get(s.code().a), s.get(s.code().b)])
}

/// Returns the words in `a`, `b` and `c`.
#[inline(always)]
pub fn return_three(s: State) -> Flow {
    give_back(
        s,
        [s.get(s.code().a), s.get(s.code().b), s.get(s.code().c())],
    )
}
