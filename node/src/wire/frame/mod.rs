//! Frames: one tag byte, a MessagePack array. On the wire their length comes before them, see [`super::stream`].
//!
//! A frame says of actors only their serials: the sender's is of the node that the frame comes from, the receiver's of the node that it goes to. So neither can
//! claim to be another one's.

mod decode;
pub mod examples;
#[cfg(test)]
mod tests;

pub use decode::decode;

use super::pack::Writer;
use super::stream::{LENGTH, set_length};
use crate::lanes::Pair;
use crate::{global, group, questions};
use snow_vm::actor::Reason;

/// Declares the tags: `Name = number, "NAME";`.
macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident = $number:literal;)*) => {
        /// What a frame is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Tag {
            $($(#[$doc])* $name = $number,)*
        }

        impl Tag {
            /// All tags.
            pub const ALL: &[Tag] = &[$(Tag::$name),*];

            /// The tag of a number.
            pub fn of(number: u8) -> Option<Tag> {
                match number {
                    $($number => Some(Tag::$name),)*
                    _ => None,
                }
            }
        }
    };
}

tags! {
    /// A message, or the answer to a call.
    Send = 0x10;
    /// A message for whoever has a name.
    RegSend = 0x11;
    /// The members that the sender knows.
    PeerList = 0x12;
    /// The sender links itself with the receiver.
    Link = 0x13;
    /// It gives the link up.
    Unlink = 0x14;
    /// A linked actor has ended, or asks the receiver to end.
    Exit = 0x15;
    /// The sender wants to know when the receiver ends.
    Monitor = 0x16;
    /// It does not any more.
    Demonitor = 0x17;
    /// A monitored actor has ended.
    MonitorExit = 0x18;
    /// A function is to be started as an actor.
    Spawn = 0x19;
    /// What has come of that.
    SpawnReply = 0x1a;
    /// A name of the whole cluster: who has it, who may have it.
    Global = 0x1b;
    /// An actor joins a group or leaves it.
    Group = 0x1c;
    /// A piece of a frame that is too large for one.
    Fragment = 0x1d;
    /// The index of a node.
    NodeDef = 0x20;
    /// The index of a type.
    TypeDef = 0x21;
    /// A question about the receiver's actors.
    Ask = 0x22;
    /// What it is answered.
    Told = 0x23;
    /// Is anybody there?
    Ping = 0xf0;
    /// Yes.
    Pong = 0xf1;
}

/// Tag of [`Tag::Spawn`].
pub const DIST_SPAWN: u8 = Tag::Spawn as u8;
/// Tag of [`Tag::SpawnReply`].
pub const DIST_SPAWN_REPLY: u8 = Tag::SpawnReply as u8;

/// How an actor is to learn of an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitKind {
    /// An actor that it is linked with has ended.
    Linked,
    /// An actor asks it to end.
    Asked,
}

/// How an actor is linked with the one that it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    /// It is not.
    None = 0,
    /// As all are that are linked.
    Link = 1,
    /// As a child with its supervisor: it ends when the connection does.
    Adopt = 2,
}

impl LinkKind {
    /// The kind of a number.
    pub fn of(number: u64) -> Option<LinkKind> {
        let all = [LinkKind::None, LinkKind::Link, LinkKind::Adopt];
        all.get(usize::try_from(number).ok()?).copied()
    }

    /// Whether there is a link.
    pub fn is_link(self) -> bool {
        self != LinkKind::None
    }
}

/// A value on its way: the index of its type, and its MessagePack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// Index of a type that was defined before.
    pub ty: u32,
    /// The value.
    pub bytes: &'a [u8],
}

/// What asks for an actor to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spawn<'a> {
    /// Number of the request.
    pub req_id: u64,
    /// Who asks.
    pub requester: u64,
    /// How they are to be linked.
    pub link: LinkKind,
    /// The function.
    pub name: &'a str,
    /// Fingerprint of what it takes, gives and receives.
    pub fingerprint: [u8; 16],
    /// The call of the requester to which the function's result is the answer.
    pub call: Option<u64>,
    /// Type of the messages that the requester will send, if that is known.
    pub mailbox: Option<u32>,
    /// The arguments: their types, and an array of values.
    pub types: Vec<u32>,
    /// See `types`.
    pub args: &'a [u8],
}

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "what the fields are is said once, at the tags")]
pub enum Frame<'a> {
    Send {
        to: u64,
        value: Payload<'a>,
    },
    /// Also [`Tag::Send`]: with the reference of a call, and whether the monitor that belongs to it is over.
    Answer {
        to: u64,
        call: u64,
        unwatched: bool,
        value: Payload<'a>,
    },
    RegSend {
        name: &'a str,
        value: Payload<'a>,
    },
    PeerList {
        peers: Vec<&'a str>,
    },
    Link {
        from: u64,
        to: u64,
        adopts: bool,
    },
    Unlink {
        from: u64,
        to: u64,
    },
    Exit {
        from: u64,
        to: u64,
        kind: ExitKind,
        reason: Reason,
    },
    Monitor {
        from: u64,
        to: u64,
        reference: u64,
    },
    Demonitor {
        to: u64,
        reference: u64,
    },
    MonitorExit {
        from: u64,
        to: u64,
        reference: u64,
        reason: Reason,
    },
    Spawn(Spawn<'a>),
    SpawnReply {
        req_id: u64,
        status: u8,
        serial: u64,
        /// The signature that the function has, if it is another one.
        detail: &'a str,
    },
    Global(global::Note<'a>),
    Group {
        kind: group::Kind,
        serial: u64,
        name: &'a str,
    },
    Fragment {
        id: u32,
        is_last: bool,
        bytes: &'a [u8],
    },
    NodeDef {
        index: u32,
        name: &'a str,
        creation: u64,
    },
    TypeDef {
        index: u32,
        fingerprint: [u8; 16],
        structure: &'a [u8],
    },
    Ask {
        from: u64,
        call: u64,
        kind: questions::Kind,
        serial: u64,
        name: &'a str,
    },
    Told {
        to: u64,
        call: u64,
        numbers: Vec<u64>,
        texts: Vec<&'a str>,
    },
    Ping {
        token: u64,
    },
    Pong {
        token: u64,
    },
}

/// Most bytes of a global name, or the name of a group.
pub const MAX_NAME: usize = 1024;
/// Most bytes of the text of a reason that travel.
const MAX_REASON: usize = 16 << 10;

impl Frame<'_> {
    /// Its tag.
    pub fn tag(&self) -> Tag {
        match self {
            Frame::Send { .. } | Frame::Answer { .. } => Tag::Send,
            Frame::RegSend { .. } => Tag::RegSend,
            Frame::PeerList { .. } => Tag::PeerList,
            Frame::Link { .. } => Tag::Link,
            Frame::Unlink { .. } => Tag::Unlink,
            Frame::Exit { .. } => Tag::Exit,
            Frame::Monitor { .. } => Tag::Monitor,
            Frame::Demonitor { .. } => Tag::Demonitor,
            Frame::MonitorExit { .. } => Tag::MonitorExit,
            Frame::Spawn(_) => Tag::Spawn,
            Frame::SpawnReply { .. } => Tag::SpawnReply,
            Frame::Global(_) => Tag::Global,
            Frame::Group { .. } => Tag::Group,
            Frame::Fragment { .. } => Tag::Fragment,
            Frame::NodeDef { .. } => Tag::NodeDef,
            Frame::TypeDef { .. } => Tag::TypeDef,
            Frame::Ask { .. } => Tag::Ask,
            Frame::Told { .. } => Tag::Told,
            Frame::Ping { .. } => Tag::Ping,
            Frame::Pong { .. } => Tag::Pong,
        }
    }

    /// The pair of actors that a frame is of, if it is of one; messages do not say from whom they are.
    pub fn pair(&self) -> Option<Pair> {
        match *self {
            Frame::Link { from, to, .. }
            | Frame::Unlink { from, to }
            | Frame::Exit { from, to, .. }
            | Frame::Monitor { from, to, .. }
            | Frame::MonitorExit { from, to, .. } => Some(Pair::new(from, to)),
            _ => None,
        }
    }

    /// A message or an answer up to the bytes of its value, which are to be written behind and closed; gives where they begin. Before it there is room for its length.
    pub fn begin_send(to: u64, call: Option<(u64, bool)>, ty: u32) -> (Writer, usize) {
        let mut out = begin(Tag::Send);
        numbers(&mut out, 4, &[to]);
        match call {
            None => out.nil(),
            Some((call, unwatched)) => {
                out.array(2);
                out.number(call);
                out.bool(unwatched);
            }
        }
        out.number(ty.into());
        let start = out.open_bytes();
        (out, start)
    }

    /// What a frame begins with whose last field is bytes of which it has none, up to so many that are to follow. There is no length before it.
    pub fn up_to_bytes(&self, len: usize) -> Vec<u8> {
        let mut out = Writer {
            bytes: self.encode(),
        };
        let mut none = Writer::default();
        none.bytes(&[]);
        debug_assert!(out.bytes.ends_with(&none.bytes));
        out.bytes.truncate(out.bytes.len() - none.bytes.len());
        out.bytes_header(len);
        out.bytes
    }

    /// A piece up to its bytes.
    pub fn fragment_header(id: u32, is_last: bool, len: usize) -> Vec<u8> {
        let mut out = Writer {
            bytes: vec![Tag::Fragment as u8],
        };
        numbers(&mut out, 3, &[u64::from(id)]);
        out.bool(is_last);
        out.bytes_header(len);
        out.bytes
    }

    /// Tag and body.
    pub fn encode(&self) -> Vec<u8> {
        self.framed().split_off(LENGTH)
    }

    /// As [`Frame::encode`], with the length before it.
    pub fn framed(&self) -> Vec<u8> {
        let mut out = begin(self.tag());
        self.body(&mut out);
        set_length(&mut out.bytes);
        out.bytes
    }

    fn body(&self, out: &mut Writer) {
        match self {
            Frame::Send { to, value } => {
                numbers(out, 4, &[*to]);
                out.nil();
                payload(out, value);
            }
            Frame::Answer {
                to,
                call,
                unwatched,
                value,
            } => {
                numbers(out, 4, &[*to]);
                out.array(2);
                out.number(*call);
                out.bool(*unwatched);
                payload(out, value);
            }
            Frame::RegSend { name, value } => {
                out.array(3);
                out.text(name);
                payload(out, value);
            }
            Frame::PeerList { peers } => {
                out.array(1);
                out.array(peers.len());
                peers.iter().for_each(|peer| out.text(peer));
            }
            Frame::Link { from, to, adopts } => {
                numbers(out, 3, &[*from, *to]);
                out.bool(*adopts);
            }
            Frame::Unlink { from, to } => numbers(out, 2, &[*from, *to]),
            Frame::Exit {
                from,
                to,
                kind,
                reason: why,
            } => {
                numbers(out, 5, &[*from, *to]);
                out.bool(*kind == ExitKind::Linked);
                reason(out, why);
            }
            Frame::Monitor {
                from,
                to,
                reference,
            } => numbers(out, 3, &[*from, *to, *reference]),
            Frame::Demonitor { to, reference } => numbers(out, 2, &[*to, *reference]),
            Frame::MonitorExit {
                from,
                to,
                reference,
                reason: why,
            } => {
                numbers(out, 5, &[*from, *to, *reference]);
                reason(out, why);
            }
            Frame::Spawn(spawn) => spawn.body(out),
            Frame::SpawnReply {
                req_id,
                status,
                serial,
                detail,
            } => {
                numbers(out, 4, &[*req_id, u64::from(*status), *serial]);
                out.text(detail);
            }
            Frame::Global(note) => {
                numbers(out, 4, &[note.kind as u64, note.req, note.value]);
                out.text(note.name);
            }
            Frame::Group { kind, serial, name } => {
                numbers(out, 3, &[*kind as u64, *serial]);
                out.text(name);
            }
            Frame::Fragment { id, is_last, bytes } => {
                numbers(out, 3, &[u64::from(*id)]);
                out.bool(*is_last);
                out.bytes(bytes);
            }
            Frame::NodeDef {
                index,
                name,
                creation,
            } => {
                numbers(out, 3, &[u64::from(*index)]);
                out.text(name);
                out.number(*creation);
            }
            Frame::TypeDef {
                index,
                fingerprint,
                structure,
            } => {
                numbers(out, 3, &[u64::from(*index)]);
                out.bytes(fingerprint);
                out.bytes(structure);
            }
            Frame::Ask {
                from,
                call,
                kind,
                serial,
                name,
            } => {
                numbers(out, 5, &[*from, *call, *kind as u64, *serial]);
                out.text(name);
            }
            Frame::Told {
                to,
                call,
                numbers: some,
                texts,
            } => {
                numbers(out, 4, &[*to, *call]);
                numbers(out, some.len(), some);
                out.array(texts.len());
                texts.iter().for_each(|text| out.text(text));
            }
            Frame::Ping { token } | Frame::Pong { token } => numbers(out, 1, &[*token]),
        }
    }
}

impl Spawn<'_> {
    fn body(&self, out: &mut Writer) {
        numbers(out, 9, &[self.req_id, self.requester]);
        out.number(self.link as u64);
        out.text(self.name);
        out.bytes(&self.fingerprint);
        optional(out, self.call);
        optional(out, self.mailbox.map(u64::from));
        out.array(self.types.len());
        self.types.iter().for_each(|ty| out.number((*ty).into()));
        out.bytes(self.args);
    }
}

/// The beginning of a frame, with room for its length.
fn begin(tag: Tag) -> Writer {
    let mut bytes = Vec::with_capacity(64);
    bytes.extend([0; LENGTH]);
    bytes.push(tag as u8);
    Writer { bytes }
}

/// A number or nothing.
fn optional(out: &mut Writer, number: Option<u64>) {
    match number {
        Some(number) => out.number(number),
        None => out.nil(),
    }
}

/// The beginning of an array of `len` elements, of which the first are numbers.
fn numbers(out: &mut Writer, len: usize, first: &[u64]) {
    out.array(len);
    first.iter().for_each(|number| out.number(*number));
}

fn payload(out: &mut Writer, value: &Payload<'_>) {
    out.number(value.ty.into());
    out.bytes(value.bytes);
}

fn reason(out: &mut Writer, reason: &Reason) {
    out.number(reason.code() as u64);
    let text = reason.text();
    let end = (0..=MAX_REASON.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    out.text(&text[..end.unwrap_or(0)]);
}
