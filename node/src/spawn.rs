//! Starting functions on other nodes, by their names. What others ask for is [`crate::requested`].

use crate::departure::Written;
use crate::facts::{Print, Signature};
use crate::incoming::Reading;
use crate::lanes::{NOBODY, Pair};
use crate::node::Node;
use crate::outbox::{MOST_SPAWNS, PendingSpawn};
use crate::session::Session;
use crate::wire::frame::{ExitKind, Frame, LinkKind, Spawn};
use crate::wire::pack::Writer;
use snow_bytecode::types::{Type, TypeId};
use snow_vm::actor::entry::{Answer, Content, Signal};
use snow_vm::actor::{Pid, Reason};
use snow_vm::remote::{Departing, Passed, Undelivered};
use snow_vm::sched::visitor::{Host, Visitor};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Number of the next request, in the whole process.
pub static SPAWN_REQUEST_ID: AtomicU64 = AtomicU64::new(1);

/// What marks the answer to a spawn among the answers that an actor may wait for: its reference has the lowest bits of this tag, and the request above
/// them. The bits for a node are not those of any node, so that it is no other call's.
pub const SPAWN_REPLY_TAG: u64 = u64::MAX - 4;

/// The reference under which a requester waits for the answer to its request.
pub fn reference(request: u64) -> u64 {
    SPAWN_REPLY_TAG ^ (request << 3)
}

/// The request of such a reference.
pub fn request(reference: u64) -> u64 {
    (SPAWN_REPLY_TAG ^ reference) >> 3
}

/// What became of a spawn, in numbers that are no pids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// It runs.
    Done = 0,
    /// The other side has no such function.
    NoFunction = 1,
    /// It has one that takes other arguments.
    BadSignature = 2,
    /// It does not let others start it.
    Refused = 3,
    /// It has too many actors.
    TooMany = 4,
    /// There is no connection.
    NotConnected = 5,
    /// Too many requests of this side are unanswered: there is to be one answer before the next.
    Full = 7,
}

/// Signatures that did not fit of which is known what they are.
const MOST_MISMATCHES: usize = 1024;

/// What is asked for.
pub struct Request<'a> {
    /// Who asks.
    pub requester: Pid,
    /// The node.
    pub node: &'a str,
    /// The function's name.
    pub name: &'a str,
    /// How the two are to be linked.
    pub link: LinkKind,
    /// The call of the requester to which the function's result is the answer.
    pub call: Option<u64>,
    /// What it is given.
    pub given: Given<'a>,
}

/// What a function is given.
pub enum Given<'a> {
    /// Values of this program.
    Values {
        /// The signature that the function is thought to have.
        signature: Signature,
        /// The arguments as one value in element form, see [`parameters`]: its type and its word.
        args: (TypeId, u64),
    },
    /// What was written by somebody who may not have the function's types.
    Bytes {
        /// The fingerprint that the function is thought to have.
        fingerprint: Print,
        /// The arguments as they travel. The index of this node is 0, that of the other one 1.
        args: &'a [u8],
    },
}

impl Given<'_> {
    /// The signature that the function is thought to have, where that is known.
    pub fn signature(&self) -> Option<&Signature> {
        match self {
            Given::Values { signature, .. } => Some(signature),
            Given::Bytes { .. } => None,
        }
    }
}

/// What has come of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The answer to the request of this number will come; the requester may have to be held.
    Request(u64, Passed),
    /// The actor runs: it is one of this node.
    Started(Pid),
    /// Not all arguments are written: it is to be asked again.
    More,
}

impl Node {
    /// Asks another node to start a function; the answer comes under [`reference`]. Large arguments are written in turns, as messages are.
    ///
    /// # Safety
    /// The arguments are live, and of the signature's types; the same ones and unchanged as long as something is departing. They stay the caller's.
    pub unsafe fn request_spawn(
        &self,
        ask: &Request<'_>,
        departing: &mut Departing,
    ) -> Result<Asked, Refusal> {
        let mut spawn = Spawn {
            req_id: 0,
            requester: ask.requester.serial(),
            link: ask.link,
            name: ask.name,
            fingerprint: [0; 16],
            call: ask.call,
            mailbox: None,
            types: Vec::new(),
            args: &[],
        };
        match &ask.given {
            Given::Bytes { fingerprint, args } => {
                let session = self.session_with(ask.node);
                let session = session.ok_or(Undelivered::NoConnection)?;
                (spawn.fingerprint, spawn.args) = (*fingerprint, args);
                self.push_request(&session, ask, spawn, Vec::new())
            }
            Given::Values { signature, args } => {
                let count = signature.params.len();
                // SAFETY: by contract.
                let written = unsafe { self.write_arguments(ask.node, count, *args, departing)? };
                let Some(Written {
                    session,
                    mut pieces,
                }) = written
                else {
                    return Ok(Asked::More);
                };
                for ty in &signature.params {
                    spawn.types.push(self.define(&session, *ty)?);
                }
                if let Some(ty) = signature.mailbox {
                    spawn.mailbox = Some(self.define(&session, ty)?);
                }
                spawn.fingerprint = self.facts.function(signature);
                let whole = (pieces.len() == 1).then(|| pieces.remove(0));
                spawn.args = whole.as_deref().unwrap_or_default();
                self.push_request(&session, ask, spawn, pieces)
            }
        }
    }

    /// Writes so many arguments, for the connection that is given with them: at once, or, when there is too much of them, for a turn. None when that was not all.
    ///
    /// # Safety
    /// As [`Node::request_spawn`].
    unsafe fn write_arguments(
        &self,
        node: &str,
        count: usize,
        value: (TypeId, u64),
        departing: &mut Departing,
    ) -> Result<Option<Written>, Undelivered> {
        let session = || self.session_with(node).ok_or(Undelivered::NoConnection);
        if departing.is_over() {
            let (session, mut out) = (session()?, arguments(count));
            // SAFETY: by contract.
            if count == 0 || unsafe { self.write_few(&session, &mut out, value)? } {
                let pieces = vec![out.bytes];
                return Ok(Some(Written { session, pieces }));
            }
        }
        let begin = || Ok((session()?, arguments(count)));
        // SAFETY: by contract.
        unsafe { self.write_in_turns(begin, value, departing) }
    }

    /// Puts a request into what is to be sent; its arguments are in it, or come in pieces.
    fn push_request(
        &self,
        session: &Session,
        ask: &Request<'_>,
        mut spawn: Spawn<'_>,
        pieces: Vec<Vec<u8>>,
    ) -> Result<Asked, Refusal> {
        spawn.req_id = SPAWN_REQUEST_ID.fetch_add(1, Relaxed);
        let req_id = spawn.req_id;
        let frame = Frame::Spawn(spawn);
        let pending = PendingSpawn {
            requester: ask.requester,
            link: ask.link.is_link(),
            call: ask.call,
            signature: ask.given.signature().cloned(),
            is_abandoned: false,
        };
        let pair = Pair::new(ask.requester.serial(), NOBODY);
        session.send(|outbox| {
            if outbox.closed.is_some() {
                return Err(Refusal::Status(Status::NotConnected));
            }
            if outbox.pending_spawns.len() >= MOST_SPAWNS {
                return Err(Refusal::Status(Status::Full));
            }
            match pieces.is_empty() {
                true => outbox.push_of(Some(pair), &frame),
                false => outbox.push_written(pair, &frame, pieces),
            }
            outbox.pending_spawns.insert(req_id, pending);
            Ok(Asked::Request(req_id, outbox.passed(ask.requester)))
        })
    }

    /// An actor waits until one more request can be made of a node: then the call has the answer 0, or 5 when the connection is over.
    pub fn await_room(&self, node: &str, asker: (Pid, u64)) -> Result<(), Undelivered> {
        let session = self.session_with(node).ok_or(Undelivered::NoConnection)?;
        let has_room = session.send(|outbox| {
            if outbox.closed.is_some() {
                return Err(Undelivered::NoConnection);
            }
            let has_room = outbox.pending_spawns.len() < MOST_SPAWNS;
            if !has_room {
                outbox.awaiting_room.push_back(asker);
            }
            Ok(has_room)
        })?;
        if has_room {
            let mut host = Visitor::new(Arc::clone(&self.runtime));
            self.answer_number(&mut host, asker, 0);
        }
        Ok(())
    }

    /// Answers a call of an actor with a number; false when the actor has ended.
    pub(crate) fn answer_number(
        &self,
        host: &mut dyn Host,
        (to, reference): (Pid, u64),
        word: u64,
    ) -> bool {
        let Some(ty) = self.facts.int else {
            return true;
        };
        let answer = Answer {
            ty,
            word,
            reference,
            unwatched: true,
        };
        host.deliver(to, Content::Answer(answer))
    }

    /// Keeps what an actor expected of a function and what that has, until it asks.
    pub(crate) fn note_mismatch(&self, requester: Pid, ours: Option<&Signature>, theirs: &str) {
        let ours = ours.map_or_else(String::new, |ours| self.facts.show(ours));
        let mut mismatches = self.mismatches.lock();
        if mismatches.len() >= MOST_MISMATCHES {
            mismatches.clear();
        }
        mismatches.insert(requester, (ours, theirs.to_owned()));
    }

    /// What an actor expected of the function that had another signature, and what that has.
    pub fn mismatch(&self, requester: Pid) -> (String, String) {
        let known = self.mismatches.lock();
        known.get(&requester).cloned().unwrap_or_default()
    }

    /// The requester waits no more: if the actor is to be linked with it, it is killed when the answer comes.
    pub fn abandon_spawn(&self, req_id: u64) {
        for session in self.sessions() {
            let mut outbox = session.outbox();
            if let Some(pending) = outbox.pending_spawns.get_mut(&req_id) {
                pending.is_abandoned = true;
            }
        }
    }
}

/// The beginning of an array of arguments. Several are a tuple, which is written as an array itself.
pub(crate) fn arguments(count: usize) -> Writer {
    let mut args = Writer::default();
    if count < 2 {
        args.array(count);
    }
    args
}

/// Why nothing was asked.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// As the other side would have answered.
    Status(Status),
    /// An argument cannot leave its node.
    Unsendable(String),
}

impl From<Undelivered> for Refusal {
    fn from(why: Undelivered) -> Refusal {
        match why {
            Undelivered::Unsendable(why) => Refusal::Unsendable(why),
            _ => Refusal::Status(Status::NotConnected),
        }
    }
}

impl Reading<'_> {
    /// What has come of a spawn of this side.
    pub(crate) fn spawn_reply(&mut self, req_id: u64, status: u8, serial: u64, detail: &str) {
        let pending = self
            .session
            .send(|outbox| outbox.pending_spawns.remove(&req_id));
        let Some(pending) = pending else { return };
        self.make_room();
        if status != Status::Done as u8 {
            if status == Status::BadSignature as u8 {
                let ours = pending.signature.as_ref();
                self.node.note_mismatch(pending.requester, ours, detail);
            }
            self.answer_spawn(pending.requester, req_id, status.into());
            return;
        }
        if pending.is_abandoned {
            return self.give_up_child(&pending, serial, Reason::Killed);
        }
        let child = self.there(serial);
        if let Some(call) = pending.call {
            let monitor = (pending.requester, serial);
            self.session
                .send(|outbox| outbox.monitors.insert(call, monitor));
        }
        if pending.link {
            let link = (pending.requester, serial);
            self.session.send(|outbox| outbox.links.insert(link));
            self.host.signal(pending.requester, Signal::Link(child));
        }
        if !self.answer_spawn(pending.requester, req_id, child.word()) {
            self.give_up_child(&pending, serial, Reason::NoProc);
        }
    }

    fn answer_spawn(&mut self, requester: Pid, req_id: u64, word: u64) -> bool {
        let asker = (requester, reference(req_id));
        self.node.answer_number(self.host, asker, word)
    }

    /// One who waits to make a request may.
    fn make_room(&mut self) {
        loop {
            let next = self.session.send(|outbox| outbox.awaiting_room.pop_front());
            let Some(asker) = next else { return };
            if self.node.answer_number(self.host, asker, 0) {
                return;
            }
        }
    }

    /// Nobody waits for an actor any more that was to be linked.
    fn give_up_child(&mut self, pending: &PendingSpawn, serial: u64, reason: Reason) {
        if !pending.link {
            return;
        }
        let requester = pending.requester;
        self.session.send(|outbox| {
            outbox.links.remove(&(requester, serial));
            outbox.push(&Frame::Exit {
                from: requester.serial(),
                to: serial,
                kind: match reason {
                    Reason::Killed => ExitKind::Asked,
                    _ => ExitKind::Linked,
                },
                reason,
            });
        });
    }
}

/// The types of arguments that are one value: none are `()`, a single one is itself, several are a tuple.
pub fn parameters(types: &snow_vm::types::RuntimeTypes, all: TypeId, count: usize) -> Vec<TypeId> {
    match (types.table().get(all), count) {
        (_, 0) => Vec::new(),
        (Type::Tuple(items), 2..) => items.clone(),
        _ => vec![all],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_requests_are_no_other_references() {
        for number in [1, 2, 1000, 1 << 30] {
            let reference = reference(number);
            assert_eq!(request(reference), number);
            assert_eq!(reference & 7, SPAWN_REPLY_TAG & 7);
            assert_eq!(reference >> 40, SPAWN_REPLY_TAG >> 40);
        }
    }
}
