//! The two dispatchers.
//!
//! Both run the same handlers. *Threaded*: every handler is a function that ends by calling the next one through the
//! address in the instruction. These must be sibling calls, or the native stack would grow with every instruction. An optimising compiler makes
//! them so where no local variable of the handler can still be in use, which is why a handler calls nothing that might take
//! the address of one: what needs that is a [`Rest`], which runs in a function of its own and hands its state over through the machine. A test
//! looks for handlers that call the next one in the built command, and a rest that finds too much stack in use returns to where the dispatcher
//! began. *Loop*: one match in a loop, which is correct in builds that are not optimised, too; `build.rs` chooses.

use super::Suspended;
use super::opcode::{Op, opcodes};
use super::ops::*;
use super::state::{Chained, Flow, Plain, Rest, State, Stop, aside};

/// What stands in the head of an instruction, so that the dispatcher finds the handler.
pub fn head(op: Op) -> u64 {
    #[cfg(snow_threaded)]
    return threaded::TABLE[op as usize] as usize as u64;
    #[cfg(not(snow_threaded))]
    return op as u64;
}

/// Runs instructions until a handler stops; leaves the place in [`Vm::stopped`].
pub fn run(state: State) -> Stop {
    #[cfg(snow_threaded)]
    return threaded::run(state);
    #[cfg(not(snow_threaded))]
    return looped::run(state);
}

#[cfg(snow_threaded)]
pub use threaded::{Handler as RestFn, rest};

/// The rest of an instruction.
#[cfg(not(snow_threaded))]
pub type RestFn = fn(State) -> Flow;
#[cfg(not(snow_threaded))]
pub use looped::rest;

/// The handlers by the names of their opcodes.
#[allow(non_snake_case)]
mod bodies {
    use super::*;

    macro_rules! bodies {
        (
            { $( $name:ident = $handler:expr; )* }
            { $( $sequence:ident = $first:ident $( $later:ident )+; )* }
            { $( $part:ident = $whole:ident $chained:expr; )* }
        ) => {
            $(
                #[inline(always)]
                pub fn $name(s: State) -> Flow {
                    $handler(s)
                }
            )*
            $(
                #[inline(always)]
                fn $part(s: State) -> Flow {
                    $chained(s)
                }
            )*
            $(
                #[inline(always)]
                pub fn $sequence(s: State) -> Flow {
                    let flow = $first(s);
                    $(
                        let Flow::Next(s) = flow else { return flow };
                        let flow = $later(s);
                    )+
                    flow
                }
            )*
        };
    }
    opcodes!(bodies);
}

/// Leaves the place where a handler stopped in the machine.
#[inline(always)]
fn leave(s: State, stop: Stop) -> Stop {
    s.vm().stopped = Suspended {
        pc: s.pc,
        base: s.base,
        fuel: s.fuel,
    };
    stop
}

#[cfg(snow_threaded)]
mod threaded {
    use super::*;
    use crate::interp::Vm;
    use crate::interp::code::Code;
    use std::sync::atomic::Ordering::Relaxed;

    /// A handler as the code calls it: the parts of [`State`] in machine registers.
    pub type Handler = fn(*const Code, *mut u64, *mut Vm, i64) -> Stop;

    /// Carries on with the next instruction, or leaves the state in the machine and returns.
    #[inline(always)]
    fn proceed(flow: Flow) -> Stop {
        match flow {
            Flow::Next(s) | Flow::Jump(s) => {
                // SAFETY: the loader put the address of a handler there.
                let handler: Handler = unsafe { std::mem::transmute((*s.pc).head as usize) };
                handler(s.pc, s.base, s.vm, s.fuel)
            }
            Flow::Rest(s, rest) => rest(s.pc, s.base, s.vm, s.fuel),
            Flow::Stop(s, stop) => leave(s, stop),
        }
    }

    /// The rest of an instruction as its handler goes on to it.
    #[inline(never)]
    pub fn rest<R: Rest>(pc: *const Code, base: *mut u64, vm: *mut Vm, fuel: i64) -> Stop {
        match out_of_line::<R>(pc, base, vm, fuel) {
            // SAFETY: `out_of_line` has left the state there.
            Stop::Continue => proceed(Flow::Next(unsafe { resumed(vm) })),
            stop => stop,
        }
    }

    /// Does the rest of an instruction, and leaves the state in the machine.
    #[inline(never)]
    fn out_of_line<R: Rest>(pc: *const Code, base: *mut u64, vm: *mut Vm, fuel: i64) -> Stop {
        let flow = R::run(State {
            pc,
            base,
            vm,
            fuel,
            last: 0,
        });
        match flow {
            Flow::Next(s) | Flow::Jump(s) => leave(s, go_on(s)),
            Flow::Stop(s, stop) => leave(s, stop),
            Flow::Rest(..) => unreachable!("a rest goes to no other"),
        }
    }

    /// How to go on after a rest. The stack should be as it was when the dispatcher began; that this is checked makes a build that fails to keep it so
    /// slower, not wrong.
    #[inline(always)]
    fn go_on(s: State) -> Stop {
        let here = 0u8;
        if (&raw const here).addr() >= s.vm().ctx.native.limit.load(Relaxed) {
            Stop::Continue
        } else {
            Stop::Rewind
        }
    }

    /// The state that is left in a machine.
    ///
    /// # Safety
    /// It was left there by [`leave`], with a stop after which the next instruction may run.
    #[inline(always)]
    unsafe fn resumed(vm: *mut Vm) -> State {
        // SAFETY: by contract.
        let at = unsafe { &(*vm).stopped };
        State {
            pc: at.pc,
            base: at.base,
            vm,
            fuel: at.fuel,
            last: 0,
        }
    }

    macro_rules! handlers {
        (
            { $( $name:ident = $handler:expr; )* }
            { $( $sequence:ident = $first:ident $( $later:ident )+; )* }
            { $( $part:ident = $whole:ident $chained:expr; )* }
        ) => {
            $( handlers!(function $name bodies::$name); )*
            $( handlers!(function $sequence bodies::$sequence); )*

            /// The handlers in order of the opcodes.
            pub static TABLE: &[Handler] = &[$( $name, )* $( $sequence ),*];
        };
        (function $name:ident $body:path) => {
            #[allow(non_snake_case)]
            fn $name(pc: *const Code, base: *mut u64, vm: *mut Vm, fuel: i64) -> Stop {
                proceed($body(State { pc, base, vm, fuel, last: 0 }))
            }
        };
    }
    opcodes!(handlers);

    pub fn run(state: State) -> Stop {
        let mut state = state;
        loop {
            match begin(state) {
                // SAFETY: a rest has left the state there.
                Stop::Rewind => state = unsafe { resumed(state.vm) },
                stop => return stop,
            }
        }
    }

    /// Runs instructions until one stops. Not inlined, so that what it calls is called from nowhere else.
    #[inline(never)]
    fn begin(state: State) -> Stop {
        proceed(Flow::Next(state))
    }
}

#[cfg(not(snow_threaded))]
mod looped {
    use super::*;

    /// The rest of an instruction as its handler goes on to it.
    #[inline(never)]
    pub fn rest<R: Rest>(state: State) -> Flow {
        R::run(state)
    }

    macro_rules! handlers {
        (
            { $( $name:ident = $handler:expr; )* }
            { $( $sequence:ident = $first:ident $( $later:ident )+; )* }
            { $( $part:ident = $whole:ident $chained:expr; )* }
        ) => {
            pub fn run(mut state: State) -> Stop {
                loop {
                    // SAFETY: the loader put an opcode there.
                    let op: Op = unsafe { std::mem::transmute(state.code().head as u16) };
                    #[cfg(snow_profile)]
                    super::super::profile::count(op);
                    let flow = match op {
                        $( Op::$name => bodies::$name(state), )*
                        $( Op::$sequence => bodies::$sequence(state), )*
                        $( Op::$part => unreachable!("chained forms are only parts of sequences"), )*
                    };
                    let flow = match flow {
                        Flow::Rest(state, rest) => rest(state),
                        flow => flow,
                    };
                    match flow {
                        Flow::Next(next) | Flow::Jump(next) => state = next,
                        Flow::Rest(..) => unreachable!("a rest goes to no other"),
                        Flow::Stop(at, stop) => return leave(at, stop),
                    }
                }
            }
        };
    }
    opcodes!(handlers);
}
