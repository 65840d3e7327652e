//! `memcpy` for processors on which that of the C library is slow.
//!
//! For more than 2 KiB glibc uses `rep movsb`. On AMD's Zen 3 and 4 that copies a byte at a time, some twenty times slower than it should, when the target begins fewer than 32 bytes behind the source, as
//! seen from the beginnings of their pages (glibc's bug 30994; mended in 2.39, which stable distributions do not have yet). This is no rare case: a text's bytes begin 24 bytes after its block, and what is
//! read from files and connections begins where a block does. So what would be copied so slowly is copied in pieces that are too short for `rep movsb`; all else is glibc's.

use std::ffi::c_void;

/// Copies of at most so many bytes are never slow.
const SHORT: usize = 2048;
/// Bytes of a piece: whole cache lines, fewer than are copied by `rep movsb`.
const PIECE: usize = SHORT - 64;
/// Targets that begin fewer bytes than this behind the source, but for whole pages, are slow, unless they begin where it does.
const NEAR: usize = 32;
/// Bytes of a page.
const PAGE: usize = 4096;

unsafe extern "C" {
    fn memmove(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void;
}

/// As in C. It takes the place of glibc's wherever this library is linked into an executable.
///
/// # Safety
/// As in C: the two regions are valid for `len` bytes, and do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memcpy(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
    // SAFETY: by contract; `memmove` is the same function in glibc, with fewer demands.
    unsafe {
        match len > SHORT && is_slow(to, from) {
            true => in_pieces(to, from, len),
            false => memmove(to, from, len),
        }
    }
}

/// # Safety
/// As [`memcpy`].
#[cold]
#[inline(never)]
unsafe fn in_pieces(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void {
    let mut done = 0;
    while done < len {
        let piece = PIECE.min(len - done);
        // SAFETY: the piece is inside the regions, which are apart.
        unsafe { memmove(to.byte_add(done), from.byte_add(done), piece) };
        done += piece;
    }
    to
}

#[inline(always)]
fn is_slow(to: *mut c_void, from: *const c_void) -> bool {
    let behind = to.addr().wrapping_sub(from.addr()) % PAGE;
    (1..NEAR).contains(&behind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_bytes_are_copied_and_no_others(len in 0..20_000_usize, from in 0..80_usize, behind in 0..80_usize) {
            let source: Vec<u8> = (0..from + len).map(|at| (at % 251) as u8).collect();
            let mut target = vec![0xff; 2 * PAGE + 80 + len + 1];
            // The target is as far behind the beginning of a page as the source is, and a little more.
            let page = (source.as_ptr().addr()).wrapping_sub(target.as_ptr().addr()) % PAGE;
            let start = page + from + behind;
            let to = target[start..].as_mut_ptr().cast();
            // SAFETY: both have the bytes, and are apart.
            let given = unsafe { memcpy(to, source[from..].as_ptr().cast(), len) };
            prop_assert_eq!(given, to);
            prop_assert!(target[start..start + len] == source[from..]);
            prop_assert!(target[..start].iter().all(|byte| *byte == 0xff));
            prop_assert!(target[start + len..].iter().all(|byte| *byte == 0xff));
        }
    }
}
