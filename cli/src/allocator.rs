//! The allocator of the process: mimalloc, called without its detour for alignments.
//!
//! The `mimalloc` crate asks for every block by alignment. Nearly all blocks need no more than what mimalloc gives
//! to every block of their size; the compiler spends a twentieth less in total when those are asked for plainly.

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys::{
    mi_free, mi_malloc, mi_malloc_aligned, mi_realloc, mi_realloc_aligned, mi_zalloc,
    mi_zalloc_aligned,
};

/// mimalloc as the allocator of Rust code.
pub struct Mimalloc;

/// Whether every block of this size has this alignment: blocks of 16 bytes and more have 16, smaller ones 8.
#[inline]
fn is_plain(size: usize, align: usize) -> bool {
    align <= 8 || (align <= 16 && size >= 16)
}

// SAFETY: mimalloc gives blocks of at least the size asked for, or null; `is_plain` and the aligned functions see to the
// alignment; all blocks may be freed and resized by the same functions.
unsafe impl GlobalAlloc for Mimalloc {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: any size may be asked for, and alignments are powers of two.
        unsafe {
            if is_plain(size, align) {
                mi_malloc(size).cast()
            } else {
                mi_malloc_aligned(size, align).cast()
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: as in `alloc`.
        unsafe {
            if is_plain(size, align) {
                mi_zalloc(size).cast()
            } else {
                mi_zalloc_aligned(size, align).cast()
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: the block is one of mimalloc's (contract).
        unsafe { mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let align = layout.align();
        // SAFETY: the block is one of mimalloc's (contract); the new one is aligned as in `alloc`.
        unsafe {
            if is_plain(size, align) {
                mi_realloc(block.cast(), size).cast()
            } else {
                mi_realloc_aligned(block.cast(), size, align).cast()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alignment_is_kept() {
        for align in [1, 2, 4, 8, 16, 32, 64, 4096] {
            for size in (1..200).chain([1 << 12, 1 << 20]) {
                let layout = Layout::from_size_align(size, align).expect("a layout");
                // SAFETY: the layouts are not empty, and blocks are freed with the layouts that they have.
                unsafe {
                    let block = Mimalloc.alloc(layout);
                    assert_eq!(block.addr() % align, 0, "{layout:?}");
                    let zeroed = Mimalloc.alloc_zeroed(layout);
                    assert_eq!(zeroed.addr() % align, 0, "{layout:?}");
                    assert!((0..size).all(|at| *zeroed.add(at) == 0), "{layout:?}");
                    let grown = Mimalloc.realloc(block, layout, size * 2);
                    assert_eq!(grown.addr() % align, 0, "{layout:?}");
                    let layout_grown = Layout::from_size_align(size * 2, align).expect("a layout");
                    Mimalloc.dealloc(grown, layout_grown);
                    Mimalloc.dealloc(zeroed, layout);
                }
            }
        }
    }
}
