//! Huge pages for heaps that have grown.
//!
//! With pages of 2 MiB the processor finds addresses faster, and the system is asked for memory less often: a map of a million entries took a sixth less
//! time with them. They are only asked for where a heap is large, since the smallest program would take megabytes more than it needs.

/// Heaps of so many bytes are large.
const LARGE: u64 = 8 << 20;

/// Binary logarithm of the size of a region, for which huge pages are asked for at once: the blocks that come next will be near.
const REGION: u32 = 25;

/// Where a heap has asked for huge pages.
#[derive(Debug, Default)]
pub(super) struct HugePages {
    /// The regions, sorted.
    asked: Vec<usize>,
    /// The latest.
    last: usize,
}

impl HugePages {
    /// Notes that a heap with so many bytes has got a block.
    #[inline]
    pub fn note(&mut self, heap_bytes: u64, block: *mut u64, size: usize) {
        if heap_bytes >= LARGE {
            let (first, last) = (block.addr() >> REGION, (block.addr() + size - 1) >> REGION);
            if first != self.last || last != self.last {
                (first..=last).for_each(|region| self.region(region));
            }
        }
    }

    fn region(&mut self, region: usize) {
        self.last = region;
        if let Err(at) = self.asked.binary_search(&region) {
            self.asked.insert(at, region);
            ask(region << REGION, 1 << REGION);
        }
    }
}

/// Asks for huge pages; that there are none is no mistake.
#[cfg(all(target_os = "linux", not(miri)))]
#[cold]
fn ask(first: usize, bytes: usize) {
    use rustix::mm::{Advice, madvise};
    static ALLOW: std::sync::Once = std::sync::Once::new();
    // The allocator has switched them off for the process; from here on the setting of the system holds for memory for which nobody asks, too.
    ALLOW.call_once(|| {
        let _ = rustix::thread::disable_transparent_huge_pages(false);
    });
    let first = std::ptr::with_exposed_provenance_mut(first);
    // SAFETY: advice about the size of pages changes nothing about what is in them, whosever they are.
    let _ = unsafe { madvise(first, bytes, Advice::LinuxHugepage) };
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn ask(_first: usize, _bytes: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_asked_for_once_and_only_by_large_heaps() {
        let mut huge = HugePages::default();
        let block = |region: usize| std::ptr::without_provenance_mut(region << REGION);
        huge.note(LARGE - 1, block(5), 4096);
        assert!(huge.asked.is_empty());
        huge.note(LARGE, block(5), (1 << REGION) + 8);
        assert_eq!(huge.asked, [5, 6]);
        huge.note(LARGE, block(3), 4096);
        huge.note(LARGE, block(6), 4096);
        assert_eq!(huge.asked, [3, 5, 6]);
    }
}
