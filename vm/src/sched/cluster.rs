//! Being a node of a cluster: who reads from the connections with others, and who writes to them.
//!
//! There are no threads for that. A scheduler that would otherwise sleep waits for what arrives instead, one at a time; those that work look for it every millisecond, at the ticker's call. What actors
//! send is written soon after the slices in which they did: when there is nothing else to run, and after a few slices at most.

use super::visitor::Inside;
use super::worker::Worker;
use super::{Runtime, Scheduler};
use crate::remote::Remote;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

/// Slices after which what was sent in them is written, whatever else there is to run.
const MOST_SLICES: u32 = 8;

/// What a scheduler knows of the cluster.
#[derive(Default)]
pub struct Link {
    remote: Option<Arc<dyn Remote>>,
    /// How often the program had joined or left when that was looked at.
    changes: usize,
    /// Whether it has passed something on that was not written.
    is_unsent: bool,
    /// Slices since then.
    slices: u32,
}

impl Runtime {
    /// From now on the program is a node of a cluster; false when it is one already.
    pub fn join_cluster(self: &Arc<Self>, remote: Arc<dyn Remote>) -> bool {
        let mut place = self.remote.write();
        if place.is_some() {
            return false;
        }
        *place = Some(remote);
        self.cluster_changes.fetch_add(1, Release);
        drop(place);
        // Others may send something at any time, so the program does not end by itself.
        self.idle.outside.fetch_add(1, SeqCst);
        self.need_ticker();
        // One of those that sleep waits for what arrives from now on.
        self.idle.wake_one();
        true
    }

    /// The program is no node any more.
    pub fn leave_cluster(&self) {
        let remote = self.remote.write().take();
        if let Some(remote) = remote {
            self.cluster_changes.fetch_add(1, Release);
            remote.leave();
            self.idle.outside.fetch_sub(1, SeqCst);
            self.idle.wake_one();
        }
    }

    /// Whether the program is a node of a cluster.
    pub(super) fn is_node(&self) -> bool {
        self.remote.read().is_some()
    }

    /// What connects the program with others, if anything does.
    pub fn remote(&self) -> Option<Arc<dyn Remote>> {
        self.remote.read().clone()
    }
}

impl Scheduler {
    /// What connects the program with others, if anything does.
    #[inline]
    pub(super) fn remote(&mut self) -> Option<Arc<dyn Remote>> {
        let changes = self.runtime.cluster_changes.load(Acquire);
        if self.link.changes != changes {
            self.link.remote = self.runtime.remote();
            self.link.changes = changes;
        }
        self.link.remote.clone()
    }

    /// Whether something was passed on that was not written.
    pub(super) fn has_unsent(&self) -> bool {
        self.link.is_unsent
    }

    /// Something was passed on, and is to be written soon.
    pub(crate) fn is_unsent(&mut self) {
        if !self.link.is_unsent {
            self.link.is_unsent = true;
            self.link.slices = 0;
        }
    }

    /// Another slice is over: whether it is time to write what was passed on.
    #[inline]
    pub(super) fn has_to_send(&mut self) -> bool {
        if !self.link.is_unsent {
            return false;
        }
        self.link.slices += 1;
        self.link.slices >= MOST_SLICES || self.queue.is_empty()
    }
}

impl Worker {
    /// Writes what was passed on, if it is time.
    #[inline]
    pub(super) fn send_soon(&mut self) {
        if self.scheduler.has_to_send() {
            self.send_now();
        }
    }

    /// Writes what was passed on, here or by whoever is no scheduler.
    pub(super) fn send_now(&mut self) {
        self.scheduler.link.is_unsent = false;
        if let Some(remote) = self.scheduler.remote()
            && remote.flush(&mut self.inside())
        {
            self.scheduler.is_unsent();
        }
    }

    /// Takes in what has arrived; whether there was anything.
    pub(super) fn take_in(&mut self) -> bool {
        let Some(remote) = self.scheduler.remote() else {
            return false;
        };
        let has_come = remote.take_in(&mut self.inside());
        if has_come {
            // Answers may be on their way.
            self.scheduler.is_unsent();
            self.vm.ctx.heap.settle_some();
        }
        has_come
    }

    /// As [`Worker::take_in`], of a scheduler that has other things to do and asks the system whether there is anything.
    pub(super) fn look_outside(&mut self) {
        if let Some(remote) = self.scheduler.remote() {
            self.runtime.idle.looks.fetch_add(1, Relaxed);
            if remote.look() {
                self.take_in();
            }
        }
    }

    fn inside(&mut self) -> Inside<'_> {
        Inside {
            scheduler: &mut self.scheduler,
            heap: &mut self.vm.ctx.heap,
        }
    }
}
