//! A node as the runtime's schedulers see it: what they write, read and wait for.

use crate::accept;
use crate::incoming::{self, RAW, Until};
use crate::membership::NODE_ITSELF;
use crate::node::Node;
use crate::session::LAST_WORDS;
use rustix::event::epoll::EventFlags;
use snow_vm::actor::Pid;
use snow_vm::actor::entry::Content;
use snow_vm::remote::{Departing, Passed, Remote, Undelivered};
use snow_vm::sched::visitor::{Host, Visitor};
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

/// Rooms for what is read that are kept.
const MOST_RAW: usize = 4;
/// Connections that are seen to before actors have their turn.
const MOST_TURNS: usize = 16;
/// How long a node that leaves waits without looking around.
const LOOK_AROUND: Duration = Duration::from_millis(100);

impl Remote for Node {
    fn forward(
        &self,
        from: Option<Pid>,
        to: Pid,
        content: &Content,
        departing: &mut Departing,
    ) -> Result<Passed, Undelivered> {
        if to == NODE_ITSELF {
            self.hear(content);
            return Ok(Passed::On);
        }
        self.pass_on(from, to, content, departing)
    }

    fn flush(&self, host: &mut dyn Host) -> bool {
        for session in self.unsent.take() {
            session.flush();
        }
        self.release(host);
        self.unsent.any()
    }

    fn look(&self) -> bool {
        self.poll.look() || self.nursery.any()
    }

    fn has_arrivals(&self) -> bool {
        self.poll.has_ready() || self.nursery.any()
    }

    fn take_in(&self, host: &mut dyn Host) -> bool {
        let Some(node) = self.own.upgrade() else {
            return false;
        };
        let mut has_come = false;
        // Each once: what has more goes to the end.
        for _ in 0..self.poll.ready().min(MOST_TURNS) {
            let Some(session) = self.poll.take() else {
                break;
            };
            has_come = true;
            let events = session.attend();
            if events.contains(EventFlags::OUT) {
                session.flush_again();
            }
            let over = EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR;
            let until = match events.intersects(over) {
                true => Until::Nothing,
                false => Until::Short,
            };
            let arrives = events.intersects(over | EventFlags::IN);
            let has_more = arrives && incoming::take_in(&node, &session, host, until);
            // That the other side has hung up is told only once.
            let more = match has_more {
                true => events.difference(EventFlags::OUT) | EventFlags::IN,
                false => EventFlags::empty(),
            };
            if session.leave_alone(more) {
                self.poll.put(session);
            }
        }
        has_come |= node.read_arguments(host);
        self.release(host);
        has_come
    }

    fn rest(&self, until: Option<Instant>) {
        if !self.unsent.any() && !self.nursery.any() {
            self.poll.wait(until);
        }
    }

    fn rouse(&self) {
        self.poll.ring();
    }

    fn leave(&self) {
        self.is_leaving.store(true, SeqCst);
        self.keeper.wake();
        self.pulse.wake();
        if let Some(listener) = self.listener.lock().take() {
            accept::close(&listener);
        }
        self.poll.ring();
        self.end_sessions();
        // A thread may begin another one while it ends.
        loop {
            let threads = std::mem::take(&mut *self.threads.lock());
            if threads.is_empty() {
                break;
            }
            for thread in threads {
                // A thread that has panicked has said so.
                let _ = thread.join();
            }
        }
        // One that was about to begin.
        self.end_sessions();
        self.give_up_arguments(&mut Visitor::new(Arc::clone(&self.runtime)));
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Node {
    /// Writes all that is to be sent, as far as the system takes it, from a thread that is no scheduler.
    pub(crate) fn flush_now(&self) {
        for session in self.unsent.take() {
            session.flush();
        }
        if self.unsent.has_released() {
            self.release(&mut Visitor::new(Arc::clone(&self.runtime)));
        }
    }

    /// Lets actors go on that were held.
    fn release(&self, host: &mut dyn Host) {
        for sender in self.unsent.released() {
            host.deliver(sender, Content::Room);
        }
    }

    /// Room for what is read.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let kept = self.raw.lock().pop();
        kept.unwrap_or_else(|| vec![0; RAW])
    }

    /// The room is not needed any more.
    pub(crate) fn keep_raw(&self, raw: Vec<u8>) {
        let mut kept = self.raw.lock();
        if kept.len() < MOST_RAW {
            kept.push(raw);
        }
    }

    /// Sends the last words on all connections, and waits until the others have hung up. No scheduler does that any more.
    fn end_sessions(&self) {
        let mut visitor = Visitor::new(Arc::clone(&self.runtime));
        let deadline = Instant::now() + LAST_WORDS;
        self.sessions().iter().for_each(|session| session.finish());
        while !self.sessions.read().is_empty() && Instant::now() < deadline {
            self.flush(&mut visitor);
            self.rest(Some(deadline.min(Instant::now() + LOOK_AROUND)));
            self.take_in(&mut visitor);
        }
        let Some(node) = self.own.upgrade() else {
            return;
        };
        for session in self.sessions() {
            session.close("this side has left");
            // It waits for whoever is at it, and finds that it is over.
            incoming::take_in(&node, &session, &mut visitor, Until::Nothing);
        }
    }
}
