//! Lists: what compiled code does not do in line.

use snow_bytecode::types::TypeId;

use super::Ref;
use super::crashes::crash;
use super::kept::kept;
use super::status::OK;
use crate::ctx::Ctx;
use crate::value::list;

/// A list of elements.
///
/// # Safety
/// `elems` points to `len` owned elements of the list type's element form.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_list_new(ctx: *mut Ctx, ty: u32, elems: *const u64, len: u64) -> Ref {
    // SAFETY: by contract.
    unsafe {
        let elems = std::slice::from_raw_parts(elems, len as usize);
        Ref(list::new(&mut (*ctx).heap, TypeId(ty), elems))
    }
}

kept! {
    /// The element at an index that is in range, borrowed. Compiled code relies on it that this only reads memory.
    ///
    /// # Safety
    /// `list` refers to a list with more elements than `index`.
    pub unsafe fn snow_list_get = list_get(list: Ref, index: i64) -> u64 {
        // SAFETY: by contract; null would be an element that is not there.
        unsafe { list::get(list.0, index) }.unwrap_or_default()
    }
}

kept! {
    /// Crashes since an index is out of range.
    ///
    /// # Safety
    /// `list` refers to a list.
    pub unsafe fn snow_list_index = list_index(ctx: *mut Ctx, list: Ref, index: i64) -> u32 {
        // SAFETY: callers hold the list.
        crash(ctx, list::out_of_range(index, unsafe { list::len(list.0) }))
    }
}

/// `list ++ [elem]`.
///
/// # Safety
/// Both are owned; `elem` is an element of the list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_list_append(ctx: *mut Ctx, list: Ref, elem: u64) -> Ref {
    // SAFETY: by contract.
    Ref(unsafe { list::append(&mut (*ctx).heap, list.0, elem) })
}

/// `elem :: list`.
///
/// # Safety
/// As [`snow_list_append`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_list_prepend(ctx: *mut Ctx, list: Ref, elem: u64) -> Ref {
    // SAFETY: by contract.
    Ref(unsafe { list::prepend(&mut (*ctx).heap, list.0, elem) })
}

/// Stores the first element and the rest of a list in `out`; or crashes.
///
/// # Safety
/// `list` is owned; `out` has room for two words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_list_uncons(ctx: *mut Ctx, list: Ref, out: *mut u64) -> u32 {
    // SAFETY: by contract.
    unsafe {
        match list::uncons(&mut (*ctx).heap, list.0) {
            Some((head, tail)) => {
                *out = head;
                *out.add(1) = tail;
                OK
            }
            None => crash(ctx, "empty list"),
        }
    }
}

/// The list without its first elements.
///
/// # Safety
/// `list` is owned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_list_drop(ctx: *mut Ctx, list: Ref, count: i64) -> Ref {
    // SAFETY: by contract.
    Ref(unsafe { list::drop_first(&mut (*ctx).heap, list.0, count) })
}

kept! {
    /// The list so that its elements can be changed in place: as it is, or copied.
    ///
    /// # Safety
    /// `list` is owned and not empty.
    pub unsafe fn snow_list_own = list_own(ctx: *mut Ctx, list: Ref) -> Ref {
        // SAFETY: by contract.
        Ref(unsafe { list::own(&mut (*ctx).heap, list.0) })
    }
}

/// Stores the list with an element replaced, or a hole filled, in `out`; or crashes.
///
/// # Safety
/// `list` and `elem` are owned; `elem` is an element of the list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_list_set(
    ctx: *mut Ctx,
    list: Ref,
    index: i64,
    elem: u64,
    out: *mut u64,
) -> u32 {
    // SAFETY: by contract.
    unsafe {
        let len = list::len(list.0);
        match list::set(&mut (*ctx).heap, list.0, index, elem) {
            Some(list) => *out = list,
            None => return crash(ctx, list::out_of_range(index, len)),
        }
    }
    OK
}

/// Stores an element moved out, and the list with a hole there, in `out`; or crashes.
///
/// # Safety
/// `list` is owned; `out` has room for two words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_list_take(
    ctx: *mut Ctx,
    list: Ref,
    index: i64,
    out: *mut u64,
) -> u32 {
    // SAFETY: by contract.
    unsafe {
        let len = list::len(list.0);
        match list::take(&mut (*ctx).heap, list.0, index) {
            Some((elem, list)) => {
                *out = elem;
                *out.add(1) = list;
            }
            None => return crash(ctx, list::out_of_range(index, len)),
        }
    }
    OK
}

/// `a ++ b`.
///
/// # Safety
/// Both are owned lists of one type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_list_concat(ctx: *mut Ctx, a: Ref, b: Ref) -> Ref {
    // SAFETY: by contract.
    Ref(unsafe { list::concat(&mut (*ctx).heap, a.0, b.0) })
}
