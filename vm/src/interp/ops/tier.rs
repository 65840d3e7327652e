//! Entering compiled code.
//!
//! A stub is `[op | 0 params] [entry]`: the code of a frame whose function is compiled. It runs the compiled code with the frame as arguments and
//! as room for the results, and returns those.

use super::call::give_back;
use crate::abi::UniformFn;
use crate::abi::status::{CRASH, EXIT, OK, SUSPENDED};
use crate::interp::code::changing_head;
use crate::interp::state::{Flow, State, Stop, rest};
use crate::interp::tier::STUB_WORDS;
use std::sync::atomic::Ordering::Relaxed;

/// Runs compiled code in this frame, and returns its `N` results.
#[inline(always)]
pub fn enter<const N: usize>(s: State) -> Flow {
    // SAFETY: a stub is only reached once it has an entry, which fits the frame; code that is installed stays.
    let status = unsafe {
        let entry = changing_head(s.pc.add(1)) as usize;
        let entry = std::mem::transmute::<usize, UniformFn>(entry);
        entry(&raw mut (*s.vm).ctx, s.base, s.base)
    };
    match status {
        OK => give_results::<N>(s),
        CRASH => s.stop(Stop::LeftByCrash),
        EXIT => s.stop(Stop::LeftByExit),
        SUSPENDED => s.stop(Stop::Suspended),
        _ => s.rest::<Pending>(),
    }
}

/// Returns what the compiled code has left in the first registers. Written out, without closures: a call in here that was not inlined would leave
/// a native frame behind at every crossing.
#[inline(always)]
fn give_results<const N: usize>(s: State) -> Flow {
    match N {
        1 => give_back(s, [s.get(0)]),
        2 => give_back(s, [s.get(0), s.get(1)]),
        _ => give_back(s, [s.get(0), s.get(1), s.get(2)]),
    }
}

rest! {
    /// Makes the call that compiled code has left to its caller, in the same frame.
    Pending(s) {
        // SAFETY: the context holds a pending call; `limit` left room for the arguments of any function.
        let pc = unsafe {
            let vm = &*s.vm;
            let func = vm.ctx.native.tail_func as usize;
            let params = (*vm.stubs.add(func * STUB_WORDS)).b;
            std::ptr::copy_nonoverlapping(vm.ctx.native.tail_args, s.base, usize::from(params));
            (*vm.entries.add(func)).load(Relaxed).cast_const()
        };
        let next = State { pc, fuel: s.fuel - 1, ..s };
        if s.fuel <= 0 {
            return next.stop(Stop::Yield);
        }
        Flow::Jump(next)
    }
}
