//! Text, and operations that follow the structure of a type.

use snow_bytecode::inst::TextForm;
use snow_bytecode::types::TypeId;

use super::Ref;
use crate::ctx::Ctx;
use crate::value::{compare, equal, hash, show, text};

/// `a <> b` of strings or bytes.
///
/// # Safety
/// `a` is owned, `b` borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_text_concat(ctx: *mut Ctx, a: Ref, b: Ref) -> Ref {
    // SAFETY: by contract.
    Ref(unsafe { text::concat(&mut (*ctx).heap, a.0, b.0) })
}

/// A string with a value's text appended; `form` is 0 for Display, 1 for Debug.
///
/// # Safety
/// `text` is owned; `words` points to the slots of a value of the type, which are borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_text_append(
    ctx: *mut Ctx,
    form: u32,
    text: Ref,
    ty: u32,
    words: *const u64,
) -> Ref {
    let form = if form == u32::from(TextForm::Display.code()) {
        TextForm::Display
    } else {
        TextForm::Debug
    };
    // SAFETY: by contract.
    unsafe {
        let words = slots((*ctx).types().layouts().slots(TypeId(ty)).len(), words);
        let Ctx { heap, atoms, .. } = &mut *ctx;
        Ref(show::append(heap, atoms, form, text.0, TypeId(ty), words))
    }
}

/// # Safety
/// `words` points to `len` words that outlive the result.
unsafe fn slots<'a>(len: usize, words: *const u64) -> &'a [u64] {
    // SAFETY: by contract.
    unsafe { std::slice::from_raw_parts(words, len) }
}

/// The words of two values of one type.
///
/// # Safety
/// Both point to the slots of a value of the type that outlive the result.
unsafe fn pair<'a>(
    ctx: *mut Ctx,
    ty: TypeId,
    a: *const u64,
    b: *const u64,
) -> (&'a [u64], &'a [u64]) {
    // SAFETY: by contract.
    unsafe {
        let len = (*ctx).types().layouts().slots(ty).len();
        (slots(len, a), slots(len, b))
    }
}

/// Whether two values of a type are equal.
///
/// # Safety
/// `a` and `b` point to the slots of two values, which are borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_equal(ctx: *mut Ctx, ty: u32, a: *const u64, b: *const u64) -> u64 {
    // SAFETY: by contract.
    unsafe {
        let (a, b) = pair(ctx, TypeId(ty), a, b);
        equal::values((*ctx).types(), TypeId(ty), a, b).into()
    }
}

/// 0, 1, 2 when a value is less than, equal to, greater than another.
///
/// # Safety
/// As [`snow_equal`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_compare(ctx: *mut Ctx, ty: u32, a: *const u64, b: *const u64) -> u64 {
    // SAFETY: by contract.
    unsafe {
        let (a, b) = pair(ctx, TypeId(ty), a, b);
        (compare::values((*ctx).types(), TypeId(ty), a, b) as i64 + 1) as u64
    }
}

/// Hash of a value.
///
/// # Safety
/// `words` points to the slots of a value, which are borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_hash(ctx: *mut Ctx, ty: u32, words: *const u64) -> u64 {
    // SAFETY: by contract.
    unsafe {
        let words = slots((*ctx).types().layouts().slots(TypeId(ty)).len(), words);
        hash::value((*ctx).types(), TypeId(ty), words)
    }
}

/// Whether two strings, or two bytes, are equal.
///
/// # Safety
/// Both are borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_text_equal(a: Ref, b: Ref) -> u64 {
    // SAFETY: by contract.
    unsafe { text::equals(a.0, text::bytes(b.0)) }.into()
}

/// What follows a prefix in a string, owned; null when it has another beginning.
///
/// # Safety
/// Both are borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_text_strip(ctx: *mut Ctx, text: Ref, prefix: Ref) -> Ref {
    // SAFETY: by contract.
    let rest = unsafe { text::strip_prefix(&mut (*ctx).heap, text.0, text::bytes(prefix.0)) };
    Ref(rest.unwrap_or(0))
}
