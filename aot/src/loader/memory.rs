//! The mapping that code lies in: first writable, then executable, never both.

use std::ffi::c_void;
use std::io;
use std::ops::Range;
use std::ptr::{NonNull, null_mut, with_exposed_provenance_mut};

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};

/// Pages of their own. Unmapped when dropped.
#[derive(Debug)]
pub struct Memory {
    start: NonNull<c_void>,
    len: usize,
}

// SAFETY: the pages belong to this value, which gives no access to them but by address.
unsafe impl Send for Memory {}
// SAFETY: as above; they are never written again.
unsafe impl Sync for Memory {}

/// The same before its protection.
#[derive(Debug)]
pub struct WritableMemory(Memory);

impl Memory {
    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.len
    }
}

impl WritableMemory {
    /// Zeroed memory of `len` bytes, at an address that the system takes from `hint` when it can.
    pub fn new(len: usize, hint: usize) -> io::Result<WritableMemory> {
        let hint = hint & !(page_size() - 1);
        let hint = if hint == 0 {
            null_mut()
        } else {
            with_exposed_provenance_mut(hint)
        };
        let access = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: a new private mapping touches no memory that is in use; without `FIXED` the hint cannot replace one.
        let start = unsafe { mmap_anonymous(hint, len.max(1), access, MapFlags::PRIVATE) }?;
        let start = NonNull::new(start).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(WritableMemory(Memory { start, len }))
    }

    /// Its first address.
    pub fn start(&self) -> usize {
        self.0.start.as_ptr().expose_provenance()
    }

    /// Its bytes.
    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the pages are mapped for reading and writing, zeroed, and nobody else's.
        unsafe { std::slice::from_raw_parts_mut(self.0.start.as_ptr().cast(), self.0.len) }
    }

    /// Makes `text` executable and `constants` readable; neither can be written any more. Both begin and end at pages.
    pub fn protect(self, text: Range<usize>, constants: Range<usize>) -> io::Result<Memory> {
        self.set(text.clone(), MprotectFlags::READ | MprotectFlags::EXEC)?;
        self.set(constants, MprotectFlags::READ)?;
        let start = self.start();
        flush_instructions(start + text.start..start + text.end);
        Ok(self.0)
    }

    fn set(&self, range: Range<usize>, access: MprotectFlags) -> io::Result<()> {
        assert!(range.start <= range.end && range.end <= self.0.len);
        if range.is_empty() {
            return Ok(());
        }
        // SAFETY: the range is inside the mapping, to which no reference exists.
        let start = unsafe { self.0.start.as_ptr().byte_add(range.start) };
        // SAFETY: as above.
        unsafe { mprotect(start, range.len(), access) }?;
        Ok(())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's; whoever held addresses into it has promised to be gone.
        // An error would mean that it is not mapped; nothing could be done about it.
        let _ = unsafe { munmap(self.start.as_ptr(), self.len.max(1)) };
    }
}

/// Size of a page, a power of two.
pub fn page_size() -> usize {
    rustix::param::page_size()
}

/// Makes processors see instructions that were written as data. x86-64 does so by itself.
#[cfg(not(target_arch = "aarch64"))]
fn flush_instructions(_: Range<usize>) {}

/// Makes processors see instructions that were written as data.
#[cfg(target_arch = "aarch64")]
fn flush_instructions(range: Range<usize>) {
    use std::arch::asm;
    // The smallest line that the architecture allows: more steps than needed, but right everywhere.
    const LINE: usize = 16;
    // SAFETY: cache maintenance of mapped, readable memory changes no data.
    unsafe {
        for address in range.clone().step_by(LINE) {
            asm!("dc cvau, {}", in(reg) address);
        }
        asm!("dsb ish");
        for address in range.step_by(LINE) {
            asm!("ic ivau, {}", in(reg) address);
        }
        asm!("dsb ish", "isb");
    }
}
