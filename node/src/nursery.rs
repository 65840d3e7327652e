//! Functions that others have asked for with large arguments: these are read in parts, while others have their turn, and then the functions are started.

use crate::arguments::Arguments;
use crate::arrived::{STEPS, SharedNodes};
use crate::node::Node;
use crate::requested::Answering;
use crate::session::Session;
use crate::spawn::Status;
use crate::wire::frame::{self, Frame};
use parking_lot::Mutex;
use snow_vm::sched::visitor::Host;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Release};

/// A request whose arguments are being read.
pub(crate) struct Unread {
    session: Arc<Session>,
    nodes: SharedNodes,
    /// The whole frame.
    whole: Vec<u8>,
    args: Arguments,
}

/// All of them, the next first.
#[derive(Default)]
pub(crate) struct Nursery {
    waiting: Mutex<Waiting>,
    any: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    all: VecDeque<Box<Unread>>,
    /// Whether the node has left: no more are taken.
    is_closed: bool,
}

impl Nursery {
    /// Whether there are any.
    pub fn any(&self) -> bool {
        self.any.load(Acquire)
    }

    /// Puts one at the end; gives it back when none are taken any more.
    fn put(&self, unread: Box<Unread>) -> Result<(), Box<Unread>> {
        let mut waiting = self.waiting.lock();
        if waiting.is_closed {
            return Err(unread);
        }
        waiting.all.push_back(unread);
        self.any.store(true, Release);
        Ok(())
    }

    fn take(&self) -> Option<Box<Unread>> {
        if !self.any() {
            return None;
        }
        let mut waiting = self.waiting.lock();
        let next = waiting.all.pop_front();
        self.any.store(!waiting.all.is_empty(), Release);
        next
    }

    fn close(&self) -> VecDeque<Box<Unread>> {
        let mut waiting = self.waiting.lock();
        waiting.is_closed = true;
        self.any.store(false, Release);
        std::mem::take(&mut waiting.all)
    }
}

impl Node {
    /// The arguments of a request are to be read.
    pub(crate) fn read_later(
        &self,
        session: &Arc<Session>,
        nodes: SharedNodes,
        whole: Vec<u8>,
        args: Arguments,
    ) {
        let session = Arc::clone(session);
        let unread = Box::new(Unread {
            session,
            nodes,
            whole,
            args,
        });
        // Nothing was read that would have to be given up.
        if self.nursery.put(unread).is_ok() {
            self.poll.ring();
        }
    }

    /// Reads on in the arguments of one request, for as long as a slice; whether there was any.
    pub(crate) fn read_arguments(&self, host: &mut dyn Host) -> bool {
        let Some(mut unread) = self.nursery.take() else {
            return false;
        };
        if unread.session.is_closed() {
            unread.give_up(self, host);
        } else if unread.read(self, host)
            && let Err(mut late) = self.nursery.put(unread)
        {
            late.give_up(self, host);
        }
        true
    }

    /// The node has left: nothing is read any more.
    pub(crate) fn give_up_arguments(&self, host: &mut dyn Host) {
        for mut unread in self.nursery.close() {
            unread.give_up(self, host);
        }
    }
}

impl Unread {
    /// Whether there is more to be read. When there is not, the request is answered.
    fn read(&mut self, node: &Node, host: &mut dyn Host) -> bool {
        // It was such a frame when it came.
        let Ok(Frame::Spawn(spawn)) = frame::decode(&self.whole) else {
            return false;
        };
        let export = node.facts.export(spawn.name);
        let ready = match export.and_then(|export| export.code.as_ref()) {
            None => Err(Status::NoFunction),
            Some(code) => {
                let (heap, nodes) = (host.heap(), &mut self.nodes);
                match self.args.read(node, heap, nodes, spawn.args, STEPS) {
                    Ok(None) => return true,
                    Ok(Some(words)) => Ok((code, words)),
                    Err(_) => Err(Status::BadSignature),
                }
            }
        };
        let session = &self.session;
        Answering {
            node,
            session,
            host,
        }
        .answer(&spawn, ready);
        false
    }

    fn give_up(&mut self, node: &Node, host: &mut dyn Host) {
        self.args.give_up(node, host.heap(), &mut self.nodes);
    }
}
