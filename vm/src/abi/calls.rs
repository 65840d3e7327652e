//! Calls that leave compiled code.

use super::kept::kept;
use crate::ctx::Ctx;

/// Calls a function by its number, in whichever tier it is; a closure function gets the closure as its first argument. Gives a status, never
/// [`super::status::TAIL`].
///
/// # Safety
/// `args` points to the argument words of the function, owned or borrowed as it says; `ret` has room for its results; both may be the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_call(
    ctx: *mut Ctx,
    func: u64,
    args: *const u64,
    ret: *mut u64,
) -> u32 {
    // SAFETY: the machine that runs the code has set the function, which outlives the code.
    unsafe {
        let call = (*ctx).native.call;
        call(ctx, func, args, ret)
    }
}

/// Carries out the tail call that a function asked for by [`super::status::TAIL`]; as [`snow_call`].
///
/// # Safety
/// The context holds a pending tail call; `ret` has room for its results.
#[unsafe(no_mangle)]
#[cold]
pub unsafe extern "C" fn snow_call_pending(ctx: *mut Ctx, ret: *mut u64) -> u32 {
    // SAFETY: by contract.
    unsafe { snow_call(ctx, (*ctx).native.tail_func, (*ctx).native.tail_args, ret) }
}

kept! {
    /// A safe point in a loop whose comparison with the limit failed: gives 0 to go on, or a status.
    ///
    /// # Safety
    /// Called on the stack that the limit belongs to.
    pub unsafe fn snow_safe_point = safe_point(ctx: *mut Ctx) -> u32 {
        // SAFETY: compiled code runs on its context's carrier, and keeps nothing of the thread.
        unsafe { Ctx::safe_point(ctx) }
    }
}
