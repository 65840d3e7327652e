//! Frames, whole and damaged.

use super::examples::examples;
use super::*;
use proptest::prelude::*;
use snow_vm::actor::pid::SERIAL;

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
    fn changed_frames_do_no_harm(which in 0..examples().len(), at in any::<usize>(), to in any::<u8>()) {
        let mut bytes = examples()[which].encode();
        let at = at % bytes.len();
        bytes[at] = to;
        let _ = decode(&bytes);
    }
}
