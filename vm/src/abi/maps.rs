//! Maps and sets.

use super::Ref;
use super::crashes::crash;
use super::status::OK;
use crate::ctx::Ctx;
use crate::value::map;

/// Stores the value under a key, borrowed, in `out` and gives 1; 0 when absent.
///
/// # Safety
/// `map` and `key` are borrowed: a map and a key of its type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_map_get(ctx: *mut Ctx, map: Ref, key: u64, out: *mut u64) -> u32 {
    // SAFETY: by contract.
    unsafe {
        match map::get(&(*ctx).heap, map.0, key) {
            Some(value) => {
                *out = value;
                1
            }
            None => 0,
        }
    }
}

/// The map with a value under a key.
///
/// # Safety
/// All are owned: a map, and a key and value of its types.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_map_put(ctx: *mut Ctx, map: Ref, key: u64, value: u64) -> Ref {
    // SAFETY: by contract.
    Ref(unsafe { map::put(&mut (*ctx).heap, map.0, key, value) })
}

/// Whether a map or set has a key.
///
/// # Safety
/// As [`snow_map_get`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_map_has(ctx: *mut Ctx, map: Ref, key: u64) -> u64 {
    // SAFETY: by contract.
    unsafe { map::has(&(*ctx).heap, map.0, key) }.into()
}

/// Number of the first entry at or after a number, or -1.
///
/// # Safety
/// `map` refers to a map or set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_map_next(map: Ref, from: i64) -> i64 {
    // SAFETY: by contract.
    unsafe { map::next(map.0, from) }.unwrap_or(-1)
}

/// Stores the key of an entry, borrowed, in `out`; or crashes.
///
/// # Safety
/// `map` refers to a map or set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_map_key_at(
    ctx: *mut Ctx,
    map: Ref,
    entry: i64,
    out: *mut u64,
) -> u32 {
    // SAFETY: by contract.
    store_entry(ctx, out, unsafe {
        map::key_at((*ctx).types(), map.0, entry)
    })
}

/// Stores the value of an entry, borrowed, in `out`; or crashes.
///
/// # Safety
/// `map` refers to a map.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_map_value_at(
    ctx: *mut Ctx,
    map: Ref,
    entry: i64,
    out: *mut u64,
) -> u32 {
    // SAFETY: by contract.
    store_entry(ctx, out, unsafe {
        map::value_at((*ctx).types(), map.0, entry)
    })
}

fn store_entry(ctx: *mut Ctx, out: *mut u64, part: Option<u64>) -> u32 {
    match part {
        // SAFETY: `out` has room for a word (contract of the callers).
        Some(word) => unsafe { *out = word },
        None => return crash(ctx, map::NO_ENTRY),
    }
    OK
}

/// Stores the value under a key moved out, and the map with a hole there, in `out`; or crashes.
///
/// # Safety
/// `map` is owned, `key` borrowed; `out` has room for two words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_map_take(ctx: *mut Ctx, map: Ref, key: u64, out: *mut u64) -> u32 {
    // SAFETY: by contract.
    unsafe {
        match map::take(&mut (*ctx).heap, map.0, key) {
            Some((value, map)) => {
                *out = value;
                *out.add(1) = map;
                OK
            }
            None => crash(ctx, map::NO_KEY),
        }
    }
}

/// Stores the map with the hole under a key filled in `out`; or crashes.
///
/// # Safety
/// `map` and `value` are owned, `key` is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn snow_map_fill(
    ctx: *mut Ctx,
    map: Ref,
    key: u64,
    value: u64,
    out: *mut u64,
) -> u32 {
    // SAFETY: by contract.
    unsafe {
        match map::fill(&mut (*ctx).heap, map.0, key, value) {
            Some(map) => *out = map,
            None => return crash(ctx, map::NO_KEY),
        }
    }
    OK
}
