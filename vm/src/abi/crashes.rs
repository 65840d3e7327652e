//! Crashes: reasons, and the frames that a crash leaves.

use snow_bytecode::module::FuncId;

use super::Ref;
use super::kept::kept;
use super::status::{CRASH, Reason};
use crate::ctx::Ctx;
use crate::interp::{Position, note_frame};
use crate::value::text;

kept! {
    /// A function leaves its frame with this status at an instruction. Notes the frame, and the text of a fixed reason; gives the status for the
    /// caller.
    ///
    /// # Safety
    /// The status is not 0.
    pub unsafe fn snow_unwind = unwind(ctx: *mut Ctx, func: u32, inst: u32, status: u32) -> u32 {
        let position = Position {
            func: FuncId(func),
            inst: inst as usize,
        };
        // SAFETY: the caller lends the context for the time of the call.
        let ctx = unsafe {
            note_frame(ctx, position);
            &mut *ctx
        };
        match Reason::of_status(status) {
            Some(reason) => ctx.crash(reason.text()) as u32,
            None => status,
        }
    }
}

kept! {
    /// Crashes with the text of a string, which stays the caller's.
    ///
    /// # Safety
    /// `text` refers to a string.
    pub unsafe fn snow_crash = crash_with(ctx: *mut Ctx, text: Ref) -> u32 {
        // SAFETY: by contract.
        unsafe { (*ctx).crash(text::str(text.0)) as u32 }
    }
}

kept! {
    /// Crashes with the text of a string, which is consumed.
    ///
    /// # Safety
    /// `text` is an owned reference to a string.
    pub unsafe fn snow_panic = panic_with(ctx: *mut Ctx, text: Ref) -> u32 {
        // SAFETY: by contract.
        unsafe {
            let status = snow_crash(ctx, text);
            (*ctx).heap.drop_ref(text.0);
            status
        }
    }
}

/// Stores the reason of a crash for code of the runtime.
#[cold]
pub(super) fn crash(ctx: *mut Ctx, reason: impl Into<String>) -> u32 {
    // SAFETY: callers were lent the context by compiled code.
    let status = unsafe { (*ctx).crash(reason) } as u32;
    debug_assert_eq!(status, CRASH);
    status
}
