//! Free blocks on their way to those who need them.
//!
//! What is sent is allocated by its sender and freed by its receiver, on another core perhaps. If each heap kept what was freed there, a receiver that only receives would gather blocks
//! without end, and its senders would take fresh memory for each message. So a heap that has freed many more than it has allocated gives free blocks away, in chains, and whoever has none left
//! finds them here (Bonwick's magazines: USENIX 2001). One chain is one step under a lock, and stands for many messages.

use super::alloc::MAX_SMALL_WORDS;
use crossbeam_utils::CachePadded;
use parking_lot::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// Blocks of a chain.
pub(super) const CHAIN: usize = 128;

/// Linked blocks: the first word of each is the address of the next one, of the last null.
struct Chain(*mut u64);

// SAFETY: the blocks of a chain are nobody's until somebody takes it.
unsafe impl Send for Chain {}

/// The full chains of a runtime, by the words of their blocks.
#[derive(Default)]
pub struct Depot([CachePadded<Shelf>; MAX_SMALL_WORDS + 1]);

/// Chains of blocks of one size.
#[derive(Default)]
struct Shelf {
    chains: Mutex<Vec<Chain>>,
    /// How many there are. Only a hint.
    len: AtomicUsize,
}

impl Depot {
    /// Adds a chain of blocks of so many words.
    ///
    /// # Safety
    /// They are nobody's, and their memory is there as long as anybody takes chains.
    pub(super) unsafe fn give(&self, words: usize, first: *mut u64) {
        let shelf = &self.0[words];
        let mut chains = shelf.chains.lock();
        chains.push(Chain(first));
        shelf.len.store(chains.len(), Relaxed);
    }

    /// Takes a chain of blocks of so many words, if there is one.
    pub(super) fn take(&self, words: usize) -> Option<*mut u64> {
        let shelf = &self.0[words];
        if shelf.len.load(Relaxed) == 0 {
            return None;
        }
        let mut chains = shelf.chains.lock();
        let chain = chains.pop();
        shelf.len.store(chains.len(), Relaxed);
        chain.map(|Chain(first)| first)
    }
}
