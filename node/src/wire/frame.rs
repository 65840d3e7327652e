//! Frames: one tag byte, a MessagePack array. On the wire their length comes before them, see [`super::stream`].
//!
//! A frame says of actors only their serials: the sender's is of the node that the frame comes from, the receiver's of the node that it goes to. So neither can
//! claim to be another one's.

use super::pack::{Reader, Writer};
use super::stream::{LENGTH, set_length};
use super::{Malformed, Read};
use crate::lanes::Pair;
use crate::{global, group, questions};
use snow_vm::actor::Reason;
use snow_vm::actor::pid::SERIAL;

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

/// A frame from its tag and body.
pub fn decode(bytes: &[u8]) -> Read<Frame<'_>> {
    let (tag, body) = bytes.split_first().ok_or(Malformed("an empty frame"))?;
    let tag = Tag::of(*tag).ok_or(Malformed("an unknown frame"))?;
    let mut read = Reader::new(body);
    let frame = decode_body(tag, &mut read)?;
    read.end()?;
    Ok(frame)
}

fn decode_body<'a>(tag: Tag, read: &mut Reader<'a>) -> Read<Frame<'a>> {
    read.array_of(fields(tag))?;
    Ok(match tag {
        Tag::Send => decode_send(read)?,
        Tag::RegSend => Frame::RegSend {
            name: read.text()?,
            value: decode_payload(read)?,
        },
        Tag::PeerList => Frame::PeerList {
            peers: list(read, Reader::text)?,
        },
        Tag::Link => Frame::Link {
            from: serial(read)?,
            to: serial(read)?,
            adopts: read.bool()?,
        },
        Tag::Unlink => Frame::Unlink {
            from: serial(read)?,
            to: serial(read)?,
        },
        Tag::Exit => Frame::Exit {
            from: serial(read)?,
            to: serial(read)?,
            kind: match read.bool()? {
                true => ExitKind::Linked,
                false => ExitKind::Asked,
            },
            reason: decode_reason(read)?,
        },
        Tag::Monitor => Frame::Monitor {
            from: serial(read)?,
            to: serial(read)?,
            reference: serial(read)?,
        },
        Tag::Demonitor => Frame::Demonitor {
            to: serial(read)?,
            reference: serial(read)?,
        },
        Tag::MonitorExit => Frame::MonitorExit {
            from: serial(read)?,
            to: serial(read)?,
            reference: serial(read)?,
            reason: decode_reason(read)?,
        },
        Tag::Spawn => Frame::Spawn(decode_spawn(read)?),
        Tag::SpawnReply => Frame::SpawnReply {
            req_id: read.number()?,
            status: read.small()?,
            serial: serial(read)?,
            detail: read.text()?,
        },
        Tag::Global => Frame::Global(decode_note(read)?),
        Tag::Group => Frame::Group {
            kind: group::Kind::of(read.number()?).ok_or(Malformed("an unknown change"))?,
            serial: serial(read)?,
            name: short_name(read)?,
        },
        Tag::Fragment => Frame::Fragment {
            id: read.small()?,
            is_last: read.bool()?,
            bytes: read.bytes()?,
        },
        Tag::NodeDef => Frame::NodeDef {
            index: read.small()?,
            name: read.text()?,
            creation: read.number()?,
        },
        Tag::TypeDef => Frame::TypeDef {
            index: read.small()?,
            fingerprint: read.exactly()?,
            structure: read.bytes()?,
        },
        Tag::Ask => Frame::Ask {
            from: serial(read)?,
            call: serial(read)?,
            kind: questions::Kind::of(read.number()?).ok_or(Malformed("an unknown question"))?,
            serial: serial(read)?,
            name: read.text()?,
        },
        Tag::Told => Frame::Told {
            to: serial(read)?,
            call: serial(read)?,
            numbers: list(read, Reader::number)?,
            texts: list(read, Reader::text)?,
        },
        Tag::Ping => Frame::Ping {
            token: read.number()?,
        },
        Tag::Pong => Frame::Pong {
            token: read.number()?,
        },
    })
}

/// How many fields the body has.
fn fields(tag: Tag) -> usize {
    match tag {
        Tag::PeerList | Tag::Ping | Tag::Pong => 1,
        Tag::Unlink | Tag::Demonitor => 2,
        Tag::RegSend
        | Tag::Link
        | Tag::Monitor
        | Tag::Group
        | Tag::Fragment
        | Tag::NodeDef
        | Tag::TypeDef => 3,
        Tag::Send | Tag::SpawnReply | Tag::Global | Tag::Told => 4,
        Tag::Ask | Tag::Exit | Tag::MonitorExit => 5,
        Tag::Spawn => 9,
    }
}

fn decode_note<'a>(read: &mut Reader<'a>) -> Read<global::Note<'a>> {
    use global::Kind::{Name, NoName, Register, Release};
    let kind = global::Kind::of(read.number()?).ok_or(Malformed("an unknown note"))?;
    Ok(global::Note {
        kind,
        req: read.number()?,
        value: match kind {
            Name | NoName | Register | Release => serial(read)?,
            _ => read.number()?,
        },
        name: short_name(read)?,
    })
}

/// A name of an actor or a group.
fn short_name<'a>(read: &mut Reader<'a>) -> Read<&'a str> {
    match read.text()? {
        name if name.len() <= MAX_NAME => Ok(name),
        _ => Err(Malformed("a name that is too long")),
    }
}

fn decode_send<'a>(read: &mut Reader<'a>) -> Read<Frame<'a>> {
    let to = serial(read)?;
    if read.peek()? != super::pack::Kind::Array {
        read.nil()?;
        let value = decode_payload(read)?;
        return Ok(Frame::Send { to, value });
    }
    read.array_of(2)?;
    Ok(Frame::Answer {
        to,
        call: read.number()?,
        unwatched: read.bool()?,
        value: decode_payload(read)?,
    })
}

fn decode_spawn<'a>(read: &mut Reader<'a>) -> Read<Spawn<'a>> {
    Ok(Spawn {
        req_id: read.number()?,
        requester: serial(read)?,
        link: LinkKind::of(read.number()?).ok_or(Malformed("an unknown link"))?,
        name: read.text()?,
        fingerprint: read.exactly()?,
        call: decode_optional(read, serial)?,
        mailbox: decode_optional(read, Reader::small)?,
        types: list(read, Reader::small)?,
        args: read.bytes()?,
    })
}

fn decode_optional<'a, T>(
    read: &mut Reader<'a>,
    one: impl Fn(&mut Reader<'a>) -> Read<T>,
) -> Read<Option<T>> {
    match read.peek()? {
        super::pack::Kind::Int => one(read).map(Some),
        _ => read.nil().map(|()| None),
    }
}

fn decode_payload<'a>(read: &mut Reader<'a>) -> Read<Payload<'a>> {
    Ok(Payload {
        ty: read.small()?,
        bytes: read.bytes()?,
    })
}

fn decode_reason(read: &mut Reader<'_>) -> Read<Reason> {
    let code = read.int()?;
    let text = read.text()?;
    match code {
        0..=5 => Ok(Reason::from_parts(code, text)),
        _ => Err(Malformed("an unknown reason")),
    }
}

fn serial(read: &mut Reader<'_>) -> Read<u64> {
    match read.number()? {
        number @ 0..=SERIAL => Ok(number),
        _ => Err(Malformed("no serial")),
    }
}

fn list<'a, T>(read: &mut Reader<'a>, one: impl Fn(&mut Reader<'a>) -> Read<T>) -> Read<Vec<T>> {
    // Not reserved: the length is only what the other side says.
    let mut items = Vec::new();
    for _ in 0..read.array()? {
        items.push(one(read)?);
    }
    Ok(items)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::wire) fn examples() -> Vec<Frame<'static>> {
        let value = Payload {
            ty: 7,
            bytes: &[1, 2, 3],
        };
        let why = || Reason::Crash("boom".into());
        vec![
            Frame::Send { to: 5, value },
            Frame::Answer {
                to: 5,
                call: u64::MAX,
                unwatched: true,
                value,
            },
            Frame::RegSend {
                name: "store",
                value,
            },
            Frame::PeerList {
                peers: vec!["a@h:1", "b@h:2"],
            },
            Frame::Link {
                from: 1,
                to: SERIAL,
                adopts: true,
            },
            Frame::Unlink { from: 1, to: 2 },
            Frame::Exit {
                from: 1,
                to: 2,
                kind: ExitKind::Linked,
                reason: why(),
            },
            Frame::Exit {
                from: 1,
                to: 2,
                kind: ExitKind::Asked,
                reason: Reason::Killed,
            },
            Frame::Global(global::Note {
                kind: global::Kind::Lock,
                req: 3,
                value: u64::MAX,
                name: "leader",
            }),
            Frame::Group {
                kind: group::Kind::Left,
                serial: SERIAL,
                name: "workers",
            },
            Frame::Ask {
                from: 1,
                call: 2,
                kind: questions::Kind::Info,
                serial: 4,
                name: "store",
            },
            Frame::Told {
                to: 1,
                call: 2,
                numbers: vec![1, u64::MAX],
                texts: vec!["store", ""],
            },
            Frame::Monitor {
                from: 1,
                to: 2,
                reference: 3,
            },
            Frame::Demonitor {
                to: 2,
                reference: 3,
            },
            Frame::MonitorExit {
                from: 1,
                to: 2,
                reference: 3,
                reason: why(),
            },
            Frame::Spawn(Spawn {
                req_id: 1,
                requester: 2,
                link: LinkKind::Adopt,
                name: "Main.worker",
                fingerprint: [9; 16],
                call: Some(7),
                mailbox: Some(4),
                types: vec![1, 2],
                args: &[0x92, 1, 2],
            }),
            Frame::Spawn(Spawn {
                req_id: 1,
                requester: 2,
                link: LinkKind::None,
                name: "",
                fingerprint: [0; 16],
                call: None,
                mailbox: None,
                types: vec![],
                args: &[0x90],
            }),
            Frame::SpawnReply {
                req_id: 1,
                status: 4,
                serial: 0,
                detail: "",
            },
            Frame::Fragment {
                id: 3,
                is_last: true,
                bytes: &[1; 300],
            },
            Frame::NodeDef {
                index: 2,
                name: "c@h:3",
                creation: u64::MAX,
            },
            Frame::TypeDef {
                index: 1,
                fingerprint: [1; 16],
                structure: &[0x90],
            },
            Frame::Ping { token: 1 },
            Frame::Pong { token: 2 },
        ]
    }

    #[test]
    fn all_frames_come_back() {
        for frame in examples() {
            assert_eq!(decode(&frame.encode()), Ok(frame));
        }
        for tag in Tag::ALL {
            assert!(
                examples().iter().any(|frame| frame.tag() == *tag),
                "{tag:?}"
            );
        }
    }

    #[test]
    fn tags_are_those_of_the_protocol() {
        assert_eq!((DIST_SPAWN, DIST_SPAWN_REPLY), (0x19, 0x1a));
        assert_eq!(Tag::of(0x1e), None, "reserved");
        assert_eq!(Tag::Pong as u8, 0xf1);
    }

    #[test]
    fn cut_frames_and_frames_with_more_behind_them_are_refused() {
        for frame in examples() {
            let bytes = frame.encode();
            for len in 0..bytes.len() {
                assert!(decode(&bytes[..len]).is_err(), "{frame:?} to {len}");
            }
            let longer = [&bytes[..], &[0xc0]].concat();
            assert!(decode(&longer).is_err(), "{frame:?}");
        }
    }

    #[test]
    fn serials_have_40_bits() {
        let frame = Frame::Link {
            from: SERIAL + 1,
            to: 0,
            adopts: false,
        };
        assert!(decode(&frame.encode()).is_err());
    }

    #[test]
    fn long_reasons_are_cut_between_characters() {
        let text = "ä".repeat(MAX_REASON);
        let frame = Frame::Exit {
            from: 1,
            to: 2,
            kind: ExitKind::Asked,
            reason: Reason::Crash(text.as_str().into()),
        };
        let bytes = frame.encode();
        let Ok(Frame::Exit { reason, .. }) = decode(&bytes) else {
            panic!("an exit");
        };
        assert_eq!(reason.text().len(), MAX_REASON);
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn changed_frames_do_no_harm(which in 0..19_usize, at in any::<usize>(), to in any::<u8>()) {
            let mut bytes = examples()[which].encode();
            let at = at % bytes.len();
            bytes[at] = to;
            let _ = decode(&bytes);
        }
    }
}
