//! A stack segment: memory from the system with a page below it that must not be touched.

use super::Overflow;
use crate::abi::state::RESERVE;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use std::ptr::null_mut;

/// Bytes of the guard; at least a page, and a multiple of every page size in use.
const GUARD: usize = 64 * 1024;

/// Memory for a stack.
pub struct Segment {
    start: *mut u8,
    bytes: usize,
}

impl Segment {
    /// Bytes of a segment that are not above its limit.
    pub const OVERHEAD: usize = GUARD + RESERVE;

    /// A segment with `usable` bytes above its limit.
    pub fn map(usable: usize) -> Result<Segment, Overflow> {
        let bytes = usable + Segment::OVERHEAD;
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a new mapping, which nobody knows yet.
        let start = unsafe { mmap_anonymous(null_mut(), bytes, access, flags) };
        let start = start.map_err(|_| Overflow)?;
        let segment = Segment {
            start: start.cast(),
            bytes,
        };
        // SAFETY: the guard is part of the mapping.
        let guarded = unsafe { mprotect(start, GUARD, MprotectFlags::empty()) };
        guarded.map_err(|_| Overflow)?;
        Ok(segment)
    }

    /// Its highest address.
    pub fn top(&self) -> *mut u8 {
        self.start.wrapping_add(self.bytes)
    }

    /// Lowest address that the stack pointer may have.
    pub fn limit(&self) -> usize {
        self.start.addr() + Segment::OVERHEAD
    }

    /// Its size.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes above the limit.
    pub fn usable(&self) -> usize {
        self.bytes - Segment::OVERHEAD
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and no code is on it.
        let unmapped = unsafe { munmap(self.start.cast(), self.bytes) };
        debug_assert!(unmapped.is_ok());
    }
}
