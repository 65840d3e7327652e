//! Frames, whole and damaged.

use super::*;
use proptest::prelude::*;
use snow_vm::actor::pid::SERIAL;

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
