//! What actors send to others on other nodes: it is written as the connection needs it, and put into the connection's outbox.

use crate::lanes::{NOBODY, Pair};
use crate::node::Node;
use crate::outbox::{OutNodes, Outbox};
use crate::questions;
use crate::session::Session;
use crate::value::encode::{PIECE_STEPS, Progress};
use crate::value::structure::MAX_STRUCTURE;
use crate::value::{Encoder, Unsendable, split};
use crate::wire::fragment::PIECE;
use crate::wire::frame::{ExitKind, Frame, Payload};
use crate::wire::pack::Writer;
use snow_bytecode::types::TypeId;
use snow_vm::actor::entry::{Content, Signal};
use snow_vm::actor::{Pid, Reason};
use snow_vm::remote::{Departing, Passed, Undelivered};
use std::sync::Arc;

impl Node {
    /// Passes something on to an actor of another node. It stays the caller's. `from` is the running actor that sends it, if it may be held.
    pub(crate) fn pass_on(
        &self,
        from: Option<Pid>,
        to: Pid,
        content: &Content,
        departing: &mut Departing,
    ) -> Result<Passed, Undelivered> {
        // SAFETY: the caller has the value, and keeps it while it is departing.
        unsafe {
            match content {
                Content::Message(ty, word) => {
                    self.send_value((from, to, None), (*ty, *word), departing)
                }
                Content::Due(ty, word) => {
                    // Nobody can be held for it.
                    self.send_value((None, to, None), (*ty, *word), departing)
                }
                Content::Answer(answer) => {
                    let call = Some((answer.reference, answer.unwatched));
                    let value = (answer.ty, answer.word);
                    self.send_value((from, to, call), value, departing)
                }
                Content::Signal(signal) => self.session_of(to)?.send(|outbox| {
                    outbox.open()?;
                    forward_signal(outbox, from, to.serial(), signal)
                }),
                Content::Parcel(..)
                | Content::Letter(_)
                | Content::Timeout(_)
                | Content::Room
                | Content::Taken => Ok(Passed::On),
            }
        }
    }

    /// Sends a message to whoever has a name on a node.
    ///
    /// # Safety
    /// The word is a live element of the type, the same one and unchanged as long as something is departing. It stays the caller's.
    pub unsafe fn send_named(
        &self,
        from: Pid,
        (node, name): (&str, &str),
        value: (TypeId, u64),
        departing: &mut Departing,
    ) -> Result<Passed, Undelivered> {
        let session = self.session_with(node);
        let begin = || Ok((session.ok_or(Undelivered::NoConnection)?, Writer::default()));
        // SAFETY: by contract.
        let Some(written) = (unsafe { self.write_in_turns(begin, value, departing)? }) else {
            return Ok(Passed::More);
        };
        let value = Payload {
            ty: self.define(&written.session, value.0)?,
            bytes: &[],
        };
        let pair = Pair {
            from: from.serial(),
            to: None,
        };
        written.session.send(|outbox| {
            outbox.open()?;
            outbox.push_written(pair, &Frame::RegSend { name, value }, written.pieces);
            Ok(outbox.passed(from))
        })
    }

    /// The connection with the node of a pid.
    fn session_of(&self, to: Pid) -> Result<Arc<Session>, Undelivered> {
        if let Some(session) = self.sessions.read().get(&to.node()) {
            return Ok(Arc::clone(session));
        }
        // Another life of a connected node is known to be over.
        let life = self.peers.life(to.node());
        let is_over = life.is_some_and(|life| {
            life.name == self.name || self.session_with(life.name.as_str()).is_some()
        });
        Err(match is_over {
            true => Undelivered::NoProc,
            false => Undelivered::NoConnection,
        })
    }

    /// Writes a value for a connection, without its type, if that is done in a moment; whether it was, else what was written is worth nothing.
    ///
    /// # Safety
    /// The word is a live element of the type.
    pub(crate) unsafe fn write_few(
        &self,
        session: &Session,
        out: &mut Writer,
        value: (TypeId, u64),
    ) -> Result<bool, Undelivered> {
        let life = |number| self.peers.life(number);
        let mut nodes = OutNodes {
            session,
            life: &life,
        };
        let mut encoder = Encoder {
            types: self.facts.types(),
            atoms: &self.runtime.program.atoms,
            nodes: &mut nodes,
        };
        let (mut progress, mut steps) = (Progress::default(), FEW);
        // SAFETY: by contract.
        unsafe { encoder.some(&mut progress, out, value, &mut steps, PIECE) }.map_err(unsendable)
    }

    /// The index of a type on a connection, which is told of it if it does not know it.
    pub(crate) fn define(&self, session: &Session, ty: TypeId) -> Result<u32, Undelivered> {
        let mut outbox = session.outbox();
        if let Some(index) = outbox.known_type(ty) {
            return Ok(index);
        }
        let known = self.facts.describe(ty);
        if known.structure.len() > MAX_STRUCTURE {
            let why = "the type of the message is too large for other nodes";
            return Err(Undelivered::Unsendable(why.to_owned()));
        }
        let Some(index) = outbox.new_type(ty) else {
            let why = "a connection knows at most 4096 types";
            return Err(Undelivered::Unsendable(why.to_owned()));
        };
        outbox.push(&Frame::TypeDef {
            index,
            fingerprint: known.fingerprint,
            structure: &known.structure,
        });
        Ok(index)
    }

    /// Sends a message or an answer.
    ///
    /// # Safety
    /// The word is a live element of the type, the same one and unchanged as long as something is departing.
    unsafe fn send_value(
        &self,
        route: Route,
        value: (TypeId, u64),
        departing: &mut Departing,
    ) -> Result<Passed, Undelivered> {
        if departing.is_over() {
            let session = self.session_of(route.1)?;
            // SAFETY: by contract.
            if let Some(passed) = unsafe { self.send_small(&session, route, value)? } {
                return Ok(passed);
            }
        }
        let (from, to, call) = route;
        let begin = || Ok((self.session_of(to)?, Writer::default()));
        // SAFETY: by contract.
        let Some(written) = (unsafe { self.write_in_turns(begin, value, departing)? }) else {
            return Ok(Passed::More);
        };
        let value = Payload {
            ty: self.define(&written.session, value.0)?,
            bytes: &[],
        };
        let to = to.serial();
        let frame = match call {
            None => Frame::Send { to, value },
            Some((call, unwatched)) => Frame::Answer {
                to,
                call: split(call).1,
                unwatched,
                value,
            },
        };
        let pair = Pair::new(from.map_or(NOBODY, Pid::serial), to);
        put_value(&written.session, from, call, |outbox| {
            outbox.push_written(pair, &frame, written.pieces);
        })
    }

    /// As [`Node::send_value`], of what is written in a moment; nothing was done if it is not.
    ///
    /// # Safety
    /// As there.
    unsafe fn send_small(
        &self,
        session: &Session,
        (from, to, call): Route,
        value: (TypeId, u64),
    ) -> Result<Option<Passed>, Undelivered> {
        let to = to.serial();
        let number = call.map(|(call, unwatched)| (split(call).1, unwatched));
        let index = self.define(session, value.0)?;
        let (mut out, start) = Frame::begin_send(to, number, index);
        // SAFETY: by contract.
        if !unsafe { self.write_few(session, &mut out, value)? } {
            return Ok(None);
        }
        out.close_bytes(start);
        let pair = Pair::new(from.map_or(NOBODY, Pid::serial), to);
        let passed = put_value(session, from, call, |outbox| {
            outbox.push_framed(pair, out.bytes);
        });
        passed.map(Some)
    }
}

/// From whom a value goes, to whom, and whether it answers a call: its reference, and whether who answers was monitored for it and has ended that.
type Route = (Option<Pid>, Pid, Option<(u64, bool)>);

/// Steps in which a value is written that is sent at once: too few for any piece of a long text.
const FEW: usize = PIECE_STEPS - 1;

/// Puts a message or an answer into what is to be sent.
fn put_value(
    session: &Session,
    from: Option<Pid>,
    call: Option<(u64, bool)>,
    put: impl FnOnce(&mut Outbox),
) -> Result<Passed, Undelivered> {
    session.send(|outbox| {
        outbox.open()?;
        if let Some((call, true)) = call {
            outbox.watched.remove(&call);
        }
        put(outbox);
        if from.is_none() {
            outbox.bound();
        }
        Ok(outbox.passed_of(from))
    })
}

/// Passes a signal on, and notes what it means for the connection.
fn forward_signal(
    outbox: &mut Outbox,
    from: Option<Pid>,
    to: u64,
    signal: &Signal,
) -> Result<Passed, Undelivered> {
    let mut pair = None;
    let frame = match *signal {
        Signal::Link(from) | Signal::Adopt(from) => {
            outbox.links.insert((from, to));
            Frame::Link {
                from: from.serial(),
                to,
                adopts: matches!(signal, Signal::Adopt(_)),
            }
        }
        Signal::Unlink(from) => {
            outbox.links.remove(&(from, to));
            let from = from.serial();
            Frame::Unlink { from, to }
        }
        Signal::Monitor(from, reference) => {
            outbox.monitors.insert(reference, (from, to));
            Frame::Monitor {
                from: from.serial(),
                to,
                reference,
            }
        }
        Signal::Demonitor(reference) => match outbox.monitors.remove(&reference) {
            Some((from, _)) => {
                pair = Some(Pair::new(from.serial(), to));
                Frame::Demonitor { to, reference }
            }
            // It has fired already.
            None => return Ok(Passed::On),
        },
        Signal::Down(reference, pid, ref reason) => {
            if outbox.watched.remove(&reference).is_none() {
                return Ok(Passed::On);
            }
            Frame::MonitorExit {
                from: pid.serial(),
                to,
                reference: split(reference).1,
                reason: reason.clone(),
            }
        }
        Signal::LinkExit(pid, ref reason) => {
            outbox.links.remove(&(pid, to));
            exit(pid, to, ExitKind::Linked, reason)
        }
        Signal::Exit(pid, ref reason) => exit(pid, to, ExitKind::Asked, reason),
        Signal::Info(from, reference, _) => Frame::Ask {
            from: from.serial(),
            call: reference,
            kind: questions::Kind::Info,
            serial: to,
            name: "",
        },
        Signal::Question(from, reference, question) => {
            let kind = questions::Kind::from(question);
            return questions::put(outbox, (from, reference), kind, to, "");
        }
        Signal::Numbers(reference, ref numbers) => Frame::Told {
            to,
            call: split(reference).1,
            numbers: numbers.to_vec(),
            texts: Vec::new(),
        },
        // They are for actors here.
        Signal::End(_)
        | Signal::Stopping
        | Signal::NodeUp(_)
        | Signal::NodeDown(_)
        | Signal::NameLost(_)
        | Signal::Joined(..)
        | Signal::Left(..) => return Ok(Passed::On),
    };
    match pair {
        Some(_) => outbox.push_of(pair, &frame),
        None => outbox.push(&frame),
    }
    Ok(outbox.passed_of(from))
}

fn exit(from: Pid, to: u64, kind: ExitKind, reason: &Reason) -> Frame<'static> {
    Frame::Exit {
        from: from.serial(),
        to,
        kind,
        reason: reason.clone(),
    }
}

pub(crate) fn unsendable(why: Unsendable) -> Undelivered {
    Undelivered::Unsendable(why.to_string())
}
