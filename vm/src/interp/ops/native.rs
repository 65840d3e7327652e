//! Calls of native functions.

use crate::ctx::Status;
use crate::interp::code::row_words;
use crate::interp::state::{Flow, State, Stop};
use crate::native::NativeFn;

/// `[op | results, count, scratch] [function | dsts] [types] [args…]`
#[inline(always)]
pub fn call(s: State) -> Flow {
    if s.fuel <= 0 {
        return s.stop(Stop::Yield);
    }
    let code = s.code();
    let count = code.b as usize;
    let target = s.ext(1);
    let args = s.gather(code.c(), s.row(3, count));
    // SAFETY: the loader put a native there, whose declaration fits the arguments and results; behind the arguments there is scratch
    // space for three results.
    let (status, results) = unsafe {
        let function: NativeFn = std::mem::transmute::<usize, NativeFn>(target.head as usize);
        let types = s.ext(2).head as usize as *const _;
        let results = args.add(count);
        (function(&raw mut s.vm().ctx, types, args, results), results)
    };
    match status {
        Status::Ok => {
            let dsts = target.shorts();
            for index in 0..usize::from(code.a) {
                // SAFETY: the native wrote as many results, of which there are at most three.
                unsafe { s.set(*dsts.get_unchecked(index), *results.add(index)) };
            }
            let cost = s.vm().ctx.cost;
            State {
                fuel: s.fuel - 1 - cost,
                ..s
            }
            .next(3 + row_words(count))
        }
        Status::Crash => s.stop(Stop::Crash),
        Status::Exit => s.stop(Stop::Exit),
        Status::Pending | Status::Suspended => s.stop(Stop::Wait),
    }
}
