//! Starting functions on other nodes, by their names.

use crate::arrived::read_arguments;
use crate::facts::{Signature, signature};
use crate::incoming::Reading;
use crate::lanes::{NOBODY, Pair};
use crate::node::Node;
use crate::outbox::{MOST_SPAWNS, PendingSpawn};
use crate::session::Session;
use crate::value::{Misfit, join};
use crate::wire::Read;
use crate::wire::frame::{ExitKind, Frame, LinkKind, Spawn};
use crate::wire::pack::Writer;
use snow_bytecode::module::ExportedCode;
use snow_bytecode::types::{Type, TypeId};
use snow_vm::actor::entry::{Answer, Content, Signal};
use snow_vm::actor::process::Awaited;
use snow_vm::actor::{Pid, Reason};
use snow_vm::remote::{Passed, Undelivered};
use snow_vm::sched::visitor::{Host, Unborn, Visitor};
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
    /// The signature that the function is thought to have.
    pub signature: Signature,
    /// The arguments as one value in element form, see [`parameters`]: its type and its word.
    pub args: (TypeId, u64),
}

/// What has come of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The answer to the request of this number will come; the requester may have to be held.
    Request(u64, Passed),
    /// The actor runs: it is one of this node.
    Started(Pid),
}

impl Node {
    /// Asks another node to start a function; the answer comes under [`reference`].
    ///
    /// # Safety
    /// The arguments are live, and of the signature's types. They stay the caller's.
    pub unsafe fn request_spawn(&self, ask: &Request<'_>) -> Result<Asked, Refusal> {
        let session = self
            .session_with(ask.node)
            .ok_or(Refusal::Status(Status::NotConnected))?;
        // SAFETY: by contract.
        unsafe { self.push_spawn(&session, ask) }
    }

    unsafe fn push_spawn(&self, session: &Session, ask: &Request<'_>) -> Result<Asked, Refusal> {
        let Signature {
            params, mailbox, ..
        } = &ask.signature;
        let mut types = Vec::new();
        for ty in params {
            types.push(self.define(session, *ty)?);
        }
        let mailbox = match mailbox {
            Some(ty) => Some(self.define(session, *ty)?),
            None => None,
        };
        let mut args = arguments(params.len());
        if !params.is_empty() {
            let (ty, word) = ask.args;
            // SAFETY: by contract.
            unsafe { self.write_value(session, &mut args, ty, word)? };
        }
        let req_id = SPAWN_REQUEST_ID.fetch_add(1, Relaxed);
        let frame = Frame::Spawn(Spawn {
            req_id,
            requester: ask.requester.serial(),
            link: ask.link,
            name: ask.name,
            fingerprint: self.facts.function(&ask.signature),
            call: ask.call,
            mailbox,
            types,
            args: &args.bytes,
        });
        let pending = PendingSpawn {
            requester: ask.requester,
            link: ask.link.is_link(),
            call: ask.call,
            signature: ask.signature.clone(),
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
            outbox.push_of(Some(pair), &frame);
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
    pub(crate) fn note_mismatch(&self, requester: Pid, ours: &Signature, theirs: &str) {
        let ours = self.facts.show(ours);
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
    /// The other side asks for a function to be started. The answer is on its way before the actor runs, so that nothing of the actor overtakes it.
    pub(crate) fn spawn(&mut self, spawn: &Spawn<'_>) -> Read<()> {
        let req_id = spawn.req_id;
        let peer = self.session.node;
        match self.make(spawn)? {
            Ok(mut unborn) => {
                let pid = unborn.pid();
                let requester = self.there(spawn.requester);
                match spawn.link {
                    LinkKind::None => {}
                    LinkKind::Link => unborn.link(requester),
                    LinkKind::Adopt => unborn.adopt(requester),
                }
                self.session.send(|outbox| {
                    if spawn.link.is_link() {
                        outbox.links.insert((pid, spawn.requester));
                    }
                    if let Some(call) = spawn.call {
                        outbox.watched.insert(join(peer, call), pid);
                    }
                    outbox.push(&Frame::SpawnReply {
                        req_id,
                        status: Status::Done as u8,
                        serial: pid.serial(),
                        detail: "",
                    });
                });
                self.host.start(unborn);
            }
            Err(status) => self.refuse_spawn(spawn, status),
        }
        Ok(())
    }

    /// A function of another signature says which one it has.
    fn refuse_spawn(&mut self, spawn: &Spawn<'_>, status: Status) {
        let facts = &self.node.facts;
        let code = facts
            .export(spawn.name)
            .and_then(|export| export.code.as_ref());
        let detail = match (status, code) {
            (Status::BadSignature, Some(code)) => facts.show(&signature(code)),
            (Status::BadSignature, None) => "a generic function".to_owned(),
            _ => String::new(),
        };
        self.session.send(|outbox| {
            outbox.push(&Frame::SpawnReply {
                req_id: spawn.req_id,
                status: status as u8,
                serial: 0,
                detail: &detail,
            });
        });
    }

    fn make(&mut self, spawn: &Spawn<'_>) -> Read<Result<Unborn, Status>> {
        let node = self.node;
        let Some(export) = node.facts.export(spawn.name) else {
            return Ok(Err(Status::NoFunction));
        };
        if !node.options.spawn.allows(export.kind) {
            return Ok(Err(Status::Refused));
        }
        let Some(code) = &export.code else {
            return Ok(Err(Status::BadSignature));
        };
        let is_same = node.facts.function(&signature(code)) == spawn.fingerprint;
        if !is_same && !self.could_fit(code, spawn)? {
            return Ok(Err(Status::BadSignature));
        }
        if spawn.types.len() != code.params.len() {
            return Ok(Err(Status::BadSignature));
        }
        let words = match self.arguments_of(code, spawn)? {
            Ok(words) => words,
            Err(Misfit::Malformed(malformed)) => return Err(malformed),
            Err(_) => return Ok(Err(Status::BadSignature)),
        };
        // SAFETY: the words are those of the function's parameters; what is exported owns all of them.
        let unborn = unsafe {
            self.host
                .unborn(code.func, &words, spawn.name, code.mailbox)
        };
        let Some(mut unborn) = unborn else {
            return Ok(Err(Status::TooMany));
        };
        if let Some(call) = spawn.call {
            unborn.answers(Awaited {
                to: self.there(spawn.requester),
                reference: join(self.session.node, call),
                ty: code.ret,
            });
        }
        Ok(Ok(unborn))
    }

    fn arguments_of(
        &mut self,
        code: &ExportedCode,
        spawn: &Spawn<'_>,
    ) -> Read<Result<Vec<u64>, Misfit>> {
        let mut described = Vec::new();
        for (theirs, ours) in spawn.types.iter().zip(&code.params) {
            described.push((Arc::clone(self.described(*theirs)?), *ours));
        }
        let types: Vec<_> = described
            .iter()
            .map(|(theirs, ours)| (theirs.unless_same(self.node, *ours), *ours))
            .collect();
        let (heap, mut nodes) = (self.host.heap(), self.nodes.clone());
        Ok(read_arguments(
            self.node, heap, &mut nodes, &types, spawn.args,
        ))
    }

    /// Whether what the other side may send is what the function receives, as far as names of variants go; each message is looked at when it comes.
    fn could_fit(&self, code: &ExportedCode, spawn: &Spawn<'_>) -> Read<bool> {
        let (Some(ours), Some(theirs)) = (code.mailbox, spawn.mailbox) else {
            return Ok(true);
        };
        let theirs = self.described(theirs)?;
        Ok(theirs.fits_variants(self.node.facts.types().table().get(ours)))
    }

    /// What has come of a spawn of this side.
    pub(crate) fn spawn_reply(&mut self, req_id: u64, status: u8, serial: u64, detail: &str) {
        let pending = self
            .session
            .send(|outbox| outbox.pending_spawns.remove(&req_id));
        let Some(pending) = pending else { return };
        self.make_room();
        if status != Status::Done as u8 {
            if status == Status::BadSignature as u8 {
                self.node
                    .note_mismatch(pending.requester, &pending.signature, detail);
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
