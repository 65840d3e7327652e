//! Carriers: the stacks that Snow code runs on.
//!
//! A carrier is a chain of stack segments. A run begins on the first one; code whose comparison with the limit fails goes on on the next,
//! which is four times as large, and gives it back when it returns (see [`hop`]). Natives that need more stack than a segment
//! is sure to have, and all that the runtime does between slices, run on the thread's own stack.
//!
//! What runs on a carrier may [`park`]: the thread is on its own stack again, as if the function had returned, and any thread may let it [`go_on`] later.
//!
//! Nothing unwinds from one stack to another.

mod budget;
mod hop;
mod segment;
mod switch;

#[cfg(test)]
pub(crate) mod tests;

pub use budget::{Budget, Overflow};
pub use hop::{STACK_OVERFLOW, snow_hop};

use crate::ctx::Ctx;
use segment::Segment;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::Ordering::Relaxed;
use switch::{SWITCHES, begin_on, call_on, change_to};

/// Bytes of the first segment that are above its limit.
const FIRST_BYTES: usize = 64 * 1024;

/// How much larger each segment is than the one before.
const GROWTH: usize = 4;

/// A chain of stack segments, and the stack of the thread that runs on it.
pub struct Carrier {
    /// What stacks of all kinds may still take.
    pub budget: Budget,
    /// The segments in use, then those kept for later.
    segments: Vec<Segment>,
    /// Number of segments in use.
    depth: usize,
    /// Where the thread's own stack is free; null while nothing runs here, or while the thread is on that stack.
    system: *mut u8,
    /// Where what is parked here goes on; null when nothing is.
    place: *mut u8,
    /// What the outermost function has panicked with.
    panic: Option<Box<dyn Any + Send>>,
}

impl Carrier {
    /// A carrier without stacks.
    pub fn new() -> Carrier {
        Carrier {
            budget: Budget::new(0, 0),
            segments: Vec::new(),
            depth: 0,
            system: std::ptr::null_mut(),
            place: std::ptr::null_mut(),
            panic: None,
        }
    }

    /// Whether a function waits on this carrier.
    pub fn is_parked(&self) -> bool {
        !self.place.is_null()
    }

    /// Lowest address that the stack pointer may have on the innermost segment.
    pub fn limit(&self) -> usize {
        match self.depth.checked_sub(1) {
            Some(last) => self.segments[last].limit(),
            None => 0,
        }
    }

    /// The next segment becomes the innermost one; gives its highest address.
    fn push(&mut self) -> Result<*mut u8, Overflow> {
        if self.depth > 0 {
            self.admit()?;
        } else if self.segments.is_empty() {
            // The first segment is not counted: whatever the bound is, code can run.
            self.segments.push(Segment::map(FIRST_BYTES)?);
        }
        self.depth += 1;
        Ok(self.segments[self.depth - 1].top())
    }

    /// Sees to it that there is a segment behind the innermost one that the budget pays for.
    fn admit(&mut self) -> Result<(), Overflow> {
        let left = self.budget.left();
        if self
            .segments
            .get(self.depth)
            .is_none_or(|kept| kept.bytes() > left)
        {
            let wanted = self.segments[self.depth - 1].usable() * GROWTH;
            let affordable = left.saturating_sub(Segment::OVERHEAD) & !(FIRST_BYTES - 1);
            if affordable == 0 {
                return Err(Overflow);
            }
            self.segments.truncate(self.depth);
            self.segments.push(Segment::map(wanted.min(affordable))?);
        }
        self.budget.take(self.segments[self.depth].bytes())
    }

    /// Gives the innermost segment back.
    fn pop(&mut self) {
        self.depth -= 1;
        if self.depth > 0 {
            self.budget.give(self.segments[self.depth].bytes());
        }
    }
}

impl Default for Carrier {
    fn default() -> Carrier {
        Carrier::new()
    }
}

/// How control comes back from a carrier to the thread's own stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// The function has returned.
    Finished,
    /// It waits on its stack, until somebody lets it [`go_on`].
    Parked,
}

thread_local! {
    /// The context whose carrier the thread runs on.
    static CURRENT: Cell<*mut Ctx> = const { Cell::new(std::ptr::null_mut()) };
}

/// The context of the code that runs here, for functions that get none; null where no code runs, or on the thread's own stack. What is asked once stays right, also when the code goes on in
/// another thread.
#[inline(never)]
pub fn current() -> *mut Ctx {
    let ctx = CURRENT.get();
    // SAFETY: a context is there as long as code runs on its carrier.
    match unsafe { ctx.as_ref() } {
        Some(found) if !found.carrier.system.is_null() => ctx,
        _ => std::ptr::null_mut(),
    }
}

/// Calls a function on the context's carrier, which is free, from the thread's own stack.
///
/// # Safety
/// The context is valid, and nobody uses a reference to it while the function runs; so it is when it goes on later, with what the function refers to.
pub unsafe fn begin<F: FnOnce()>(ctx: *mut Ctx, f: F) -> Result<Back, Overflow> {
    // SAFETY: by contract; the new segment is free. The parcel is emptied before control comes back.
    unsafe {
        if !SWITCHES {
            f();
            return Ok(Back::Finished);
        }
        let top = (*ctx).carrier.push()?;
        (*ctx).native.limit.store((*ctx).carrier.limit(), Relaxed);
        let mut parcel = Arrival { ctx, f: Some(f) };
        let left = &raw mut (*ctx).carrier.system;
        let before = CURRENT.replace(ctx);
        begin_on(top, arrive::<F>, (&raw mut parcel).cast(), left);
        CURRENT.set(before);
        Ok(back(ctx))
    }
}

/// Lets the function that is parked on the context's carrier go on. Not always on the thread that it left.
///
/// # Safety
/// As [`begin`]; the carrier is parked.
pub unsafe fn go_on(ctx: *mut Ctx) -> Back {
    // SAFETY: by contract.
    unsafe {
        let place = std::mem::replace(&mut (*ctx).carrier.place, std::ptr::null_mut());
        (*ctx).native.limit.store((*ctx).carrier.limit(), Relaxed);
        let before = CURRENT.replace(ctx);
        change_to(&raw mut (*ctx).carrier.system, place);
        CURRENT.set(before);
        back(ctx)
    }
}

/// Leaves the carrier, until somebody lets this [`go_on`]. Whoever calls this must not have read anything that belongs to the thread.
///
/// # Safety
/// The caller is on the context's carrier, uses no reference to the context that lasts longer than the call, and no function of the system
/// lies between it and where the carrier begins.
#[inline(never)]
pub unsafe fn park(ctx: *mut Ctx) {
    // SAFETY: by contract; the thread waits at the place that is stored there.
    unsafe {
        let system = std::mem::replace(&mut (*ctx).carrier.system, std::ptr::null_mut());
        change_to(&raw mut (*ctx).carrier.place, system);
    }
}

/// What has happened when control is on the thread's own stack again.
unsafe fn back(ctx: *mut Ctx) -> Back {
    // SAFETY: by contract of the callers.
    let ctx = unsafe { &mut *ctx };
    ctx.native.limit.store(0, Relaxed);
    if ctx.carrier.is_parked() {
        return Back::Parked;
    }
    ctx.carrier.pop();
    if let Some(panic) = ctx.carrier.panic.take() {
        resume_unwind(panic);
    }
    Back::Finished
}

/// What the function gets that begins a carrier's stack.
struct Arrival<F> {
    ctx: *mut Ctx,
    f: Option<F>,
}

/// The outermost function of a carrier.
extern "C" fn arrive<F: FnOnce()>(parcel: *mut u8) {
    // SAFETY: `begin` passes its parcel, and waits until control leaves this stack for the first time; after that it is not used.
    unsafe {
        let parcel = parcel.cast::<Arrival<F>>();
        let ctx = (*parcel).ctx;
        if let Some(f) = (*parcel).f.take() {
            (*ctx).carrier.panic = catch_unwind(AssertUnwindSafe(f)).err();
        }
        let system = std::mem::replace(&mut (*ctx).carrier.system, std::ptr::null_mut());
        let mut nowhere = std::ptr::null_mut();
        change_to(&raw mut nowhere, system);
    }
    unreachable!("nobody goes on at the end of a carrier");
}

/// Runs a function on the thread's own stack, when the caller is on a carrier. The function must not run Snow code.
///
/// # Safety
/// As [`run`].
pub unsafe fn on_system_stack<R>(ctx: *mut Ctx, f: impl FnOnce() -> R) -> R {
    // SAFETY: by contract; below the address that `run` stored the thread's stack is free.
    unsafe {
        let system = std::mem::replace(&mut (*ctx).carrier.system, std::ptr::null_mut());
        if system.is_null() {
            return f();
        }
        let mut here = std::ptr::null_mut();
        let result = switch(system, &raw mut here, f);
        (*ctx).carrier.system = system;
        result.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// What the two sides of a switch share.
struct Parcel<F, R> {
    function: Option<F>,
    result: Option<std::thread::Result<R>>,
}

/// Calls a function on another stack, and stores in `left` where this one is free.
///
/// # Safety
/// The stack is free and large enough.
unsafe fn switch<R, F: FnOnce() -> R>(
    stack: *mut u8,
    left: *mut *mut u8,
    function: F,
) -> std::thread::Result<R> {
    extern "C" fn arrive<R, F: FnOnce() -> R>(parcel: *mut u8) {
        // SAFETY: `switch` passes its parcel, and waits.
        let parcel = unsafe { &mut *parcel.cast::<Parcel<F, R>>() };
        if let Some(function) = parcel.function.take() {
            parcel.result = Some(catch_unwind(AssertUnwindSafe(function)));
        }
    }
    let mut parcel = Parcel {
        function: Some(function),
        result: None,
    };
    // SAFETY: by contract; the parcel stays where it is until the call returns.
    unsafe { call_on(stack, arrive::<R, F>, (&raw mut parcel).cast(), left) };
    parcel.result.expect("the function has run")
}
