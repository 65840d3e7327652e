//! Reading frames.

use super::{ExitKind, Frame, LinkKind, MAX_NAME, Payload, Spawn, Tag};
use crate::wire::pack::{Kind, Reader};
use crate::wire::{Malformed, Read};
use crate::{global, group, questions};
use snow_vm::actor::Reason;
use snow_vm::actor::pid::SERIAL;

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
    if read.peek()? != Kind::Array {
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
        Kind::Int => one(read).map(Some),
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
