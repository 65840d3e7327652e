//! Bounds of mailboxes.

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

impl Process {
    /// Queues a message, unless the mailbox is full.
    ///
    /// # Safety
    /// The entry is a message, and the actor's alone.
    pub unsafe fn queue_message(&mut self, heap: &mut Heap, entry: *mut Entry) {
        // SAFETY: by contract; what leaves the queue is owned.
        unsafe {
            let Some(limit) = self.limit.filter(|limit| self.mailbox.messages() >= limit.most) else {
                return self.mailbox.append(entry);
            };
            self.dropped += 1;
            match limit.policy {
                Policy::DropNew => Entry::open(heap, entry).discard(heap),
                Policy::DropOld => {
                    let is_message = |content: &Content| matches!(content, Content::Message(..));
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

/// Bounds the mailbox of the running actor; a bound below 1 is none.
pub fn set(ctx: &mut Ctx, most: i64, policy: Policy) -> Result<(), Fault> {
    let most = usize::try_from(most).ok().filter(|most| *most > 0);
    ctx.process()?.limit = most.map(|most| Limit { most, policy });
    Ok(())
}
