//! Frames in a stream of bytes: before each its length, `u32`, big-endian.

use super::{Malformed, Read};

/// Bytes that a frame may have after its length.
pub const MAX_FRAME: usize = 256 << 10;

/// Bytes of a length.
pub const LENGTH: usize = 4;

/// Sets the length of a frame that has been written behind room for it.
pub fn set_length(framed: &mut [u8]) {
    let length = (framed.len() - LENGTH) as u32;
    framed[..LENGTH].copy_from_slice(&length.to_be_bytes());
}

/// A frame with its length before it.
pub fn with_length(frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 + frame.len());
    append(&mut out, frame);
    out
}

/// Appends a frame with its length before it.
pub fn append(out: &mut Vec<u8>, frame: &[u8]) {
    debug_assert!(frame.len() <= MAX_FRAME);
    out.extend_from_slice(&(frame.len() as u32).to_be_bytes());
    out.extend_from_slice(frame);
}

/// The beginning of a frame of which so many bytes are to follow, with its length before it.
pub fn begin(first: &[u8], left: usize) -> Vec<u8> {
    let length = first.len() + left;
    debug_assert!(length <= MAX_FRAME);
    let mut out = Vec::with_capacity(LENGTH + first.len());
    out.extend_from_slice(&(length as u32).to_be_bytes());
    out.extend_from_slice(first);
    out
}

/// Bytes that are kept for the next frame when all that has arrived was used.
const KEPT: usize = 16 << 10;

/// Cuts what arrives into frames.
#[derive(Debug, Default)]
pub struct Splitter {
    bytes: Vec<u8>,
    /// How much of it has been given out.
    used: usize,
}

impl Splitter {
    /// Something has arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.used > 0 {
            self.bytes.drain(..self.used);
            self.used = 0;
            if self.bytes.is_empty() {
                self.bytes.shrink_to(KEPT);
            }
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// The next frame, if it is complete.
    pub fn next_frame(&mut self) -> Read<Option<&[u8]>> {
        let rest = &self.bytes[self.used..];
        let Some((length, rest)) = rest.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 || length > MAX_FRAME {
            return Err(Malformed("a frame of a forbidden length"));
        }
        if rest.len() < length {
            return Ok(None);
        }
        let start = self.used + 4;
        self.used = start + length;
        Ok(Some(&self.bytes[start..start + length]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::frame::Frame;
    use crate::wire::frame::examples::examples;
    use proptest::prelude::*;

    #[test]
    fn forbidden_lengths_are_noticed_at_once() {
        for length in [0_u32, MAX_FRAME as u32 + 1, u32::MAX] {
            let mut splitter = Splitter::default();
            splitter.push(&length.to_be_bytes());
            assert!(splitter.next_frame().is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn frames_are_cut_alike_however_they_arrive(cuts in proptest::collection::vec(1..40_usize, 1..60)) {
            let frames: Vec<Vec<u8>> = examples().iter().map(Frame::encode).collect();
            let mut stream = Vec::new();
            frames.iter().for_each(|frame| append(&mut stream, frame));
            let (mut splitter, mut found, mut rest) = (Splitter::default(), Vec::new(), &stream[..]);
            for cut in cuts.iter().copied().chain(std::iter::repeat(17)) {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at(cut.min(rest.len()));
                splitter.push(now);
                while let Some(frame) = splitter.next_frame().expect("good frames") {
                    found.push(frame.to_vec());
                }
                rest = later;
            }
            prop_assert_eq!(found, frames);
        }
    }
}
