//! Counting and memory: what compiled code does not do itself.

use super::Ref;
use super::kept::kept;
use crate::ctx::Ctx;
use crate::heap::Cell;

kept! {
    /// Counts one more reference to a cell that cannot be counted plainly: static, shared between actors, or counted very often. Gives the reference.
    ///
    /// # Safety
    /// `cell` is a live cell.
    pub unsafe fn snow_dup = dup(cell: Ref) -> Ref {
        // SAFETY: by contract.
        unsafe { Cell::from_word(cell.0) }.dup();
        cell
    }
}

/// Gives up a reference, or null.
///
/// # Safety
/// `cell` is null or an owned reference.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_drop(ctx: *mut Ctx, cell: Ref) {
    // SAFETY: by contract.
    unsafe { (*ctx).heap.drop_nullable(cell.0) }
}

kept! {
    /// Gives up a reference, or null, where a function is left with a status; gives the status.
    ///
    /// # Safety
    /// `cell` is null or an owned reference.
    pub unsafe fn snow_leave = leave(ctx: *mut Ctx, cell: Ref, status: u32) -> u32 {
        // SAFETY: by contract.
        unsafe { (*ctx).heap.drop_nullable(cell.0) }
        status
    }
}

kept! {
    /// Whether this is the only reference to a cell whose count is not 1.
    ///
    /// # Safety
    /// `cell` is a live cell, and the caller holds a reference.
    pub unsafe fn snow_is_unique = is_unique(cell: Ref) -> u32 {
        // SAFETY: by contract.
        unsafe { Cell::from_word(cell.0) }.is_unique().into()
    }
}

kept! {
    /// Memory for a cell of `words` words with this header; the payload is the caller's to fill.
    ///
    /// # Safety
    /// `words` is at least 2.
    pub unsafe fn snow_alloc = alloc(ctx: *mut Ctx, header: u64, words: u64) -> Ref {
        // SAFETY: by contract; the header replaces the one that `alloc` wrote.
        unsafe {
            let cell = (*ctx)
                .heap
                .alloc(snow_bytecode::types::TypeId(0), 0, words as usize);
            cell.set(0, header);
            Ref(cell.word())
        }
    }
}

/// Frees the memory of a token, or nothing when it is null.
///
/// # Safety
/// `token` is null or an unused token for `words` payload words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_free_token(ctx: *mut Ctx, token: Ref, words: u32) {
    // SAFETY: by contract.
    unsafe { (*ctx).heap.free_token(token.0, words as u16) }
}
