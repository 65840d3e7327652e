//! What arrives over a connection.
//!
//! Nothing that arrives can do more than a local actor could: values are read by the types of this program, frames that cannot be end the connection, and all that
//! grows has a bound.

use crate::arrived::{
    Described, RemoteLetter, RemoteParcel, SharedNodes, Unread, read_value, reject,
};
use crate::facts::Print;
use crate::name::NodeName;
use crate::node::Node;
use crate::outbox::{FIRST_DEFINED, MOST_NODES, MOST_TYPES};
use crate::peers::Life;
use crate::session::{Arrival, Session};
use crate::value::decode::Mailboxes;
use crate::value::{Misfit, Structure, join};
use crate::window;
use crate::wire::fragment::{PIECE, Reassembly};
use crate::wire::frame::{self, ExitKind, Frame, Payload};
use crate::wire::stream::Splitter;
use crate::wire::{Malformed, Read};
use rustc_hash::FxHashMap;
use snow_bytecode::types::TypeId;
use snow_vm::actor::entry::{Content, Signal};
use snow_vm::actor::slots::Slot;
use snow_vm::actor::{Pid, Reason};
use snow_vm::sched::visitor::Host;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

impl Mailboxes for Node {
    fn takes(&self, pid: Pid, message: TypeId) -> bool {
        let slots = &self.runtime.slots;
        match slots.of(pid).ok().and_then(Slot::mailbox) {
            Some(known) if known != message => self.facts.is_open(message) || !slots.is_alive(pid),
            _ => true,
        }
    }
}

/// What is known of one direction of a connection on the side where it arrives.
pub(crate) struct Incoming {
    splitter: Splitter,
    reassembly: Reassembly,
    types: FxHashMap<u32, Arc<Described>>,
    nodes: SharedNodes,
    is_over: bool,
    /// Whether those who want to know were told that the other side is there.
    is_known: bool,
}

impl Incoming {
    /// Of a connection with the node of this number, on which something has arrived already.
    pub fn new(peer: u32, arrived: &[u8]) -> Incoming {
        let mut splitter = Splitter::default();
        splitter.push(arrived);
        Incoming {
            splitter,
            reassembly: Reassembly::default(),
            types: FxHashMap::default(),
            nodes: SharedNodes::new(peer),
            is_over: false,
            is_known: false,
        }
    }

    /// Bytes have arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.splitter.push(bytes);
    }
}

/// Bytes that are read from the system at once.
pub(crate) const RAW: usize = 64 << 10;
/// Bytes that are read from a connection before others have their turn.
const MOST_READ: usize = 256 << 10;

/// Somebody takes in what arrives on a connection.
pub(crate) struct Reading<'n> {
    pub node: &'n Arc<Node>,
    pub session: &'n Arc<Session>,
    pub host: &'n mut dyn Host,
    types: &'n mut FxHashMap<u32, Arc<Described>>,
    /// Whether those who want to know were told that the other side is there.
    pub is_known: &'n mut bool,
    pub nodes: SharedNodes,
}

/// Tells all who should know that a connection has begun. Nothing is taken in before.
pub fn begin(node: &Arc<Node>, session: &Arc<Session>, host: &mut dyn Host) {
    let mut incoming = session.incoming.lock();
    Reading::of(node, session, host, &mut incoming).begin();
}

/// When all that has arrived was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When the system gives less than there was room for: it tells when there is more.
    Short,
    /// When it gives nothing: the other side has hung up, which is told only once.
    Nothing,
}

/// Takes in what has arrived; whether there is more. When the connection is over, tells all who should know.
pub fn take_in(
    node: &Arc<Node>,
    session: &Arc<Session>,
    host: &mut dyn Host,
    until: Until,
) -> bool {
    let mut incoming = session.incoming.lock();
    if incoming.is_over {
        return false;
    }
    let read = AssertUnwindSafe(|| read_all(node, session, &mut *host, &mut incoming, until));
    let read = catch_unwind(read).unwrap_or_else(|_| Err("internal error".to_owned()));
    let reason = match read {
        Ok(has_more) => return has_more,
        Err(reason) => reason,
    };
    session.close(&reason);
    incoming.is_over = true;
    node.poll.remove(session);
    Reading::of(node, session, host, &mut incoming).end();
    false
}

/// Gives whether there is more, or the reason of the end.
fn read_all(
    node: &Arc<Node>,
    session: &Arc<Session>,
    host: &mut dyn Host,
    incoming: &mut Incoming,
    until: Until,
) -> Result<bool, String> {
    // What came with the handshake.
    take_frames(node, session, host, incoming).map_err(|malformed| malformed.to_string())?;
    let mut raw = node.raw();
    let mut read = 0;
    let result = loop {
        let arrival = session.receive(&mut raw, incoming);
        let taken = take_frames(node, session, host, incoming);
        if let Err(malformed) = taken {
            break Err(malformed.to_string());
        }
        match arrival {
            Arrival::Nothing => break Ok(false),
            Arrival::Bytes(count) if count < raw.len() && until == Until::Short => break Ok(false),
            Arrival::Bytes(count) => read += count,
            Arrival::End(reason) => break Err(reason),
        }
        if read >= MOST_READ {
            break Ok(true);
        }
    };
    node.keep_raw(raw);
    result
}

/// Takes in the frames that are complete.
fn take_frames(
    node: &Arc<Node>,
    session: &Arc<Session>,
    host: &mut dyn Host,
    incoming: &mut Incoming,
) -> Read<()> {
    let Incoming {
        splitter,
        reassembly,
        types,
        nodes,
        is_known,
        ..
    } = incoming;
    let mut reading = Reading {
        node,
        session,
        host,
        types,
        is_known,
        nodes: nodes.clone(),
    };
    let (mut frames, mut count) = (0, 0);
    while let Some(bytes) = splitter.next_frame()? {
        frames += 1;
        count += 4 + bytes.len() as u64;
        match frame::decode(bytes)? {
            Frame::Fragment { id, is_last, bytes } => {
                if let Some(whole) = reassembly.add(id, is_last, bytes)? {
                    reading.handle_whole(whole)?;
                }
            }
            frame => reading.handle(frame)?,
        }
    }
    if frames > 0 {
        let counts = &mut session.outbox().counts;
        counts.frames_in += frames;
        counts.bytes_in += count;
    }
    Ok(())
}

impl<'n> Reading<'n> {
    fn of(
        node: &'n Arc<Node>,
        session: &'n Arc<Session>,
        host: &'n mut dyn Host,
        incoming: &'n mut Incoming,
    ) -> Reading<'n> {
        Reading {
            node,
            session,
            host,
            nodes: incoming.nodes.clone(),
            types: &mut incoming.types,
            is_known: &mut incoming.is_known,
        }
    }
}

impl Reading<'_> {
    /// An actor of the other side.
    pub fn there(&self, serial: u64) -> Pid {
        Pid::foreign(self.session.node, serial)
    }

    /// A frame that was put together: a message is left to its receiver to be read, and arguments are read later.
    fn handle_whole(&mut self, whole: Vec<u8>) -> Read<()> {
        match frame::decode(&whole)? {
            Frame::Send { to, value } if value.bytes.len() >= PIECE => {
                let (ty, place) = (value.ty, place(value.bytes, &whole));
                self.letter(here(to), ty, (whole, place))
            }
            Frame::Answer {
                to,
                call,
                unwatched,
                value,
            } => {
                let (ty, place) = (value.ty, place(value.bytes, &whole));
                self.answer((here(to), call, unwatched), ty, (whole, place))
            }
            Frame::Spawn(spawn) if spawn.args.len() >= PIECE => {
                if let Some(args) = self.large_spawn(&spawn)? {
                    let nodes = self.nodes.clone();
                    self.node.read_later(self.session, nodes, whole, args);
                }
                Ok(())
            }
            frame => self.handle(frame),
        }
    }

    fn letter(&mut self, to: Pid, ty: u32, value: (Vec<u8>, Range<usize>)) -> Read<()> {
        let described = Arc::clone(self.described(ty)?);
        let Some(mailbox) = self.mailbox_of(to)? else {
            return Ok(());
        };
        if self.node.is_leaving() || self.session.is_closed() {
            return Ok(());
        }
        let letter = RemoteLetter {
            session: Arc::clone(self.session),
            ty: mailbox,
            unread: Unread::new(self.node, self.nodes.clone(), described, value),
        };
        self.host.deliver(to, Content::Letter(Box::new(letter)));
        Ok(())
    }

    fn handle(&mut self, frame: Frame<'_>) -> Read<()> {
        if self.node.is_leaving() || self.session.is_closed() {
            return Ok(());
        }
        match frame {
            Frame::Send { to, value } => self.message(here(to), value)?,
            Frame::RegSend { name, value } => {
                if let Some(pid) = self.node.runtime.whereis(name) {
                    self.message(pid, value)?;
                }
            }
            Frame::Answer {
                to,
                call,
                unwatched,
                value,
            } => {
                let bytes = (value.bytes.to_vec(), 0..value.bytes.len());
                self.answer((here(to), call, unwatched), value.ty, bytes)?;
            }
            Frame::PeerList { peers } => self.learn(&peers)?,
            Frame::Link { from, to, adopts } => self.link(from, to, adopts),
            Frame::Unlink { from, to } => {
                let (here, there) = (here(to), self.there(from));
                self.session
                    .send(|outbox| outbox.links.remove(&(here, from)));
                self.host.signal(here, Signal::Unlink(there));
            }
            Frame::Exit {
                from,
                to,
                kind,
                reason,
            } => self.exit(from, to, kind, reason),
            Frame::Monitor {
                from,
                to,
                reference,
            } => self.monitor(from, to, reference),
            Frame::Demonitor { to, reference } => {
                let reference = join(self.session.node, reference);
                self.session
                    .send(|outbox| outbox.watched.remove(&reference));
                self.host.signal(here(to), Signal::Demonitor(reference));
            }
            Frame::MonitorExit {
                from,
                to,
                reference,
                reason,
            } => {
                let known = self
                    .session
                    .send(|outbox| outbox.monitors.remove(&reference));
                if known == Some((here(to), from)) {
                    let down = Signal::Down(reference, self.there(from), reason);
                    self.host.signal(here(to), down);
                }
            }
            Frame::Spawn(spawn) => self.spawn(&spawn)?,
            Frame::SpawnReply {
                req_id,
                status,
                serial,
                detail,
            } => self.spawn_reply(req_id, status, serial, detail),
            Frame::Ask {
                from,
                call,
                kind,
                serial,
                name,
            } => self.question(from, call, kind, serial, name),
            Frame::Told {
                to,
                call,
                numbers,
                texts,
            } => self.told(here(to), call, &numbers, &texts),
            Frame::Global(note) => self.note(&note),
            Frame::Group { kind, serial, name } => {
                let from = self.session.node;
                self.node.with_groups(self.host, |groups| {
                    groups.take(from, kind, serial, name);
                });
            }
            Frame::Fragment { .. } => return Err(Malformed("a piece within pieces")),
            Frame::NodeDef {
                index,
                name,
                creation,
            } => self.define_node(index, name, creation)?,
            Frame::TypeDef {
                index,
                fingerprint,
                structure,
            } => self.define_type(index, fingerprint, structure)?,
            // Token 0 only says that the other side is alive.
            Frame::Ping { token: 0 } => {}
            Frame::Ping { token } => self
                .session
                .send(|outbox| outbox.push_urgent(&Frame::Pong { token })),
            Frame::Pong { token } if window::is_mark(token) => {
                self.session.send(|outbox| outbox.mark_answered(token));
            }
            Frame::Pong { token } => self.session.pong(token),
        }
        Ok(())
    }

    fn define_node(&mut self, index: u32, name: &str, creation: u64) -> Read<()> {
        let name = NodeName::parse(name).map_err(|_| Malformed("a node without a name"))?;
        let life = Life {
            name: Arc::new(name),
            creation,
        };
        let mut defined = self.nodes.defined().write();
        if !(FIRST_DEFINED..=MOST_NODES).contains(&index) || defined.contains_key(&index) {
            return Err(Malformed("a forbidden index of a node"));
        }
        // Without a number nothing that mentions the node is understood, and that is all.
        if let Some(number) = self.node.peers.number(&life) {
            defined.insert(index, number);
        }
        Ok(())
    }

    fn define_type(&mut self, index: u32, fingerprint: Print, structure: &[u8]) -> Read<()> {
        if index >= MOST_TYPES || self.types.contains_key(&index) {
            return Err(Malformed("a forbidden index of a type"));
        }
        let described = Described {
            fingerprint,
            structure: Structure::decode(structure)?,
        };
        self.types.insert(index, Arc::new(described));
        Ok(())
    }

    pub fn described(&self, index: u32) -> Read<&Arc<Described>> {
        self.types.get(&index).ok_or(Malformed("an unknown type"))
    }

    /// A message for an actor, which is read by the type of its mailbox.
    fn message(&mut self, to: Pid, value: Payload<'_>) -> Read<()> {
        let described = Arc::clone(self.described(value.ty)?);
        let Some(mailbox) = self.mailbox_of(to)? else {
            return Ok(());
        };
        let mut nodes = self.nodes.clone();
        let heap = self.host.heap();
        match read_value(
            self.node,
            heap,
            &mut nodes,
            &described,
            value.bytes,
            mailbox,
        ) {
            Ok(word) => {
                self.host.deliver(to, Content::Message(mailbox, word));
                Ok(())
            }
            Err(Misfit::Malformed(malformed)) => Err(malformed),
            Err(misfit) => self.reject(&misfit.to_string()),
        }
    }

    /// The type of messages of a receiver; none if it gets none.
    fn mailbox_of(&mut self, to: Pid) -> Read<Option<TypeId>> {
        let slots = &self.node.runtime.slots;
        if !slots.is_alive(to) {
            return Ok(None);
        }
        let mailbox = slots.of(to).ok().and_then(Slot::mailbox);
        if mailbox.is_none() {
            self.reject("an actor without a mailbox")?;
        }
        Ok(mailbox)
    }

    fn reject(&mut self, why: &str) -> Read<()> {
        reject(self.node, self.session, why);
        Ok(())
    }

    fn answer(
        &mut self,
        (to, call, unwatched): (Pid, u64, bool),
        ty: u32,
        value: (Vec<u8>, Range<usize>),
    ) -> Read<()> {
        if self.node.is_leaving() || self.session.is_closed() {
            return Ok(());
        }
        if unwatched {
            self.session.send(|outbox| outbox.monitors.remove(&call));
        }
        let described = Arc::clone(self.described(ty)?);
        let parcel = RemoteParcel {
            unread: Unread::new(self.node, self.nodes.clone(), described, value),
            unwatched,
        };
        self.host
            .deliver(to, Content::Parcel(Box::new((call, Box::new(parcel)))));
        Ok(())
    }

    fn link(&mut self, from: u64, to: u64, adopts: bool) {
        let (here, there) = (here(to), self.there(from));
        self.session
            .send(|outbox| outbox.links.insert((here, from)));
        let signal = match adopts {
            true => Signal::Adopt(there),
            false => Signal::Link(there),
        };
        if !self.host.signal(here, signal) {
            self.session.send(|outbox| {
                outbox.links.remove(&(here, from));
                outbox.push(&Frame::Exit {
                    from: to,
                    to: from,
                    kind: ExitKind::Linked,
                    reason: Reason::NoProc,
                });
            });
        }
    }

    fn exit(&mut self, from: u64, to: u64, kind: ExitKind, reason: Reason) {
        let (here, there) = (here(to), self.there(from));
        let signal = match kind {
            ExitKind::Linked => {
                self.session
                    .send(|outbox| outbox.links.remove(&(here, from)));
                Signal::LinkExit(there, reason)
            }
            ExitKind::Asked => Signal::Exit(there, reason),
        };
        self.host.signal(here, signal);
    }

    fn monitor(&mut self, from: u64, to: u64, reference: u64) {
        let (here, there) = (here(to), self.there(from));
        let own = join(self.session.node, reference);
        self.session.send(|outbox| outbox.watched.insert(own, here));
        if !self.host.signal(here, Signal::Monitor(there, own)) {
            self.session.send(|outbox| {
                outbox.watched.remove(&own);
                outbox.push(&Frame::MonitorExit {
                    from: to,
                    to: from,
                    reference,
                    reason: Reason::NoProc,
                });
            });
        }
    }
}

/// Where bytes are in a frame that they are a part of.
fn place(bytes: &[u8], whole: &[u8]) -> Range<usize> {
    let start = bytes.as_ptr().addr() - whole.as_ptr().addr();
    start..start + bytes.len()
}

/// An actor of this node.
fn here(serial: u64) -> Pid {
    Pid::from_word(serial)
}
