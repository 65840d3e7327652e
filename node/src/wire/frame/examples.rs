//! Examples of frames, from which tests and the fuzzer start.

use super::*;
use snow_vm::actor::pid::SERIAL;

/// Each kind of frame at least once.
pub fn examples() -> Vec<Frame<'static>> {
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
