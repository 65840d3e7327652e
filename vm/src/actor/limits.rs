//! Bounds of actors, and what happens when a mailbox is full.

use super::bound::Bound;
use super::entry::{Content, Entry};
use super::process::Process;
use crate::ctx::Ctx;
use crate::heap::Heap;
use crate::native::Fault;

/// What happens when a message arrives and the mailbox is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The message is dropped.
    DropNew,
    /// The oldest one is dropped.
    DropOld,
    /// The actor crashes.
    Crash,
}

/// The bound of a mailbox.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// How many messages may wait.
    pub most: usize,
    /// What happens to more.
    pub policy: Policy,
}

/// All that bounds an actor.
#[derive(Default)]
pub struct Bounds {
    /// The bound of its mailbox.
    pub mailbox: Option<Limit>,
    /// The bound of its memory.
    pub heap: Option<Bound>,
    /// Messages that the bound of the mailbox has cost it.
    pub dropped: u64,
}

impl Process {
    /// The bound of its mailbox.
    pub fn mailbox_limit(&self) -> Option<Limit> {
        self.bounds.as_ref()?.mailbox
    }

    /// The bound of its memory.
    #[inline]
    pub fn heap_bound(&mut self) -> Option<&mut Bound> {
        self.bounds.as_mut()?.heap.as_mut()
    }

    /// Queues a message, unless the mailbox is full.
    ///
    /// # Safety
    /// The entry is a message, and the actor's alone.
    pub unsafe fn queue_message(&mut self, heap: &mut Heap, entry: *mut Entry) {
        // SAFETY: by contract; what leaves the queue is owned.
        unsafe {
            let waiting = self.mailbox.messages();
            let Some(bounds) = &mut self.bounds else {
                return self.mailbox.append(entry);
            };
            let Some(limit) = bounds.mailbox.filter(|limit| waiting >= limit.most) else {
                return self.mailbox.append(entry);
            };
            bounds.dropped += 1;
            match limit.policy {
                Policy::DropNew => Entry::open(heap, entry).discard(heap),
                Policy::DropOld => {
                    let is_message = |content: &Content| {
                        matches!(content, Content::Message(..) | Content::Letter(_))
                    };
                    if let Some(oldest) = self.mailbox.remove_first(heap, is_message) {
                        oldest.discard(heap);
                    }
                    self.mailbox.append(entry);
                }
                Policy::Crash => {
                    Entry::open(heap, entry).discard(heap);
                    self.blame(format!("the mailbox is full: {} messages", limit.most));
                }
            }
        }
    }
}

/// What bounds an actor; bounds below 1 are none.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Messages that may wait.
    pub mailbox: i64,
    /// What happens to more.
    pub policy: Policy,
    /// Bytes of its own cells and its mailbox.
    pub heap: i64,
}

impl Process {
    /// Sets bounds.
    pub fn set_limits(&mut self, heap: &Heap, limits: Limits) {
        let most = usize::try_from(limits.mailbox)
            .ok()
            .filter(|most| *most > 0);
        let policy = limits.policy;
        let bounds = self.bounds.get_or_insert_default();
        bounds.mailbox = most.map(|most| Limit { most, policy });
        let bytes = u64::try_from(limits.heap).ok().filter(|bytes| *bytes > 0);
        bounds.heap = bytes.map(|bytes| Bound::new(bytes, heap));
    }
}

/// Bounds the running actor.
pub fn set(ctx: &mut Ctx, limits: Limits) -> Result<(), Fault> {
    ctx.process()?.set_limits(&ctx.heap, limits);
    Ok(())
}
