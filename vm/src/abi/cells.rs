//! Cells of structs, tuples and sums.

use super::Ref;
use crate::ctx::Ctx;
use crate::heap::Cell;
use crate::value::cells;

/// Gives up a cell and gives its memory as a token when it was unique, else null.
///
/// # Safety
/// `cell` is an owned reference to a cell of a boxed type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_drop_reuse(ctx: *mut Ctx, cell: Ref) -> Ref {
    // SAFETY: by contract.
    Ref(unsafe { cells::drop_reuse(&mut (*ctx).heap, cell.0) })
}

/// A unique copy of a cell.
///
/// # Safety
/// `cell` is an owned reference to a cell of a boxed type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_copy_cell(ctx: *mut Ctx, cell: Ref) -> Ref {
    // SAFETY: by contract.
    Ref(unsafe { cells::copy(&mut (*ctx).heap, Cell::from_word(cell.0)) }.word())
}
