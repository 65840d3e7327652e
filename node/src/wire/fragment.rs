//! Frames that are too large for one travel in pieces, and are put together again.

use super::{Malformed, Read};
use rustc_hash::FxHashMap;

/// Bytes of a piece.
pub const PIECE: usize = 64 << 10;
/// Bytes of a message.
pub const MAX_MESSAGE: usize = 64 << 20;
/// Bytes of a frame that was put together: a message, and what a frame says besides.
const MAX_WHOLE: usize = MAX_MESSAGE + (1 << 20);
/// A frame of which so many bytes have come gets room for the largest one: only addresses, which the system gives memory for when they are written. So what has come is not copied again and again.
const LONG: usize = 1 << 20;
/// Frames that may be unfinished at once.
const MAX_UNFINISHED: usize = 256;
/// Bytes that unfinished frames may have together.
const MAX_TOTAL: usize = 2 * MAX_WHOLE;

/// Frames of which not all pieces have arrived. What they take grows with what arrives.
#[derive(Debug, Default)]
pub struct Reassembly {
    unfinished: FxHashMap<u32, Vec<u8>>,
    total: usize,
}

impl Reassembly {
    /// A piece has arrived; gives the frame if it was the last.
    pub fn add(&mut self, id: u32, is_last: bool, bytes: &[u8]) -> Read<Option<Vec<u8>>> {
        if bytes.is_empty() {
            return Err(Malformed("an empty piece"));
        }
        if !self.unfinished.contains_key(&id) && self.unfinished.len() >= MAX_UNFINISHED {
            return Err(Malformed("too many unfinished frames"));
        }
        let whole = self.unfinished.entry(id).or_default();
        if whole.len() + bytes.len() > MAX_WHOLE || self.total + bytes.len() > MAX_TOTAL {
            return Err(Malformed("unfinished frames are too large"));
        }
        if whole.len() >= LONG && whole.capacity() < MAX_WHOLE {
            // Without such room it grows as others do.
            let _ = whole.try_reserve_exact(MAX_WHOLE - whole.len());
        }
        whole.extend_from_slice(bytes);
        self.total += bytes.len();
        if !is_last {
            return Ok(None);
        }
        let whole = self.unfinished.remove(&id).unwrap_or_default();
        self.total -= whole.len();
        Ok(Some(whole))
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::{Frame, decode};
    use super::*;
    use proptest::prelude::*;

    fn pieces(id: u32, frame: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        let count = frame.len().div_ceil(PIECE);
        let pieces = frame.chunks(PIECE).enumerate();
        pieces.map(move |(at, bytes)| {
            let is_last = at + 1 == count;
            let mut piece = Frame::fragment_header(id, is_last, bytes.len());
            piece.extend_from_slice(bytes);
            assert_eq!(piece, Frame::Fragment { id, is_last, bytes }.encode());
            piece
        })
    }

    fn feed(reassembly: &mut Reassembly, piece: &[u8]) -> Option<Vec<u8>> {
        let Ok(Frame::Fragment { id, is_last, bytes }) = decode(piece) else {
            panic!("a piece");
        };
        reassembly.add(id, is_last, bytes).expect("a good piece")
    }

    #[test]
    fn interleaved_frames_are_told_apart() {
        let (a, b) = (vec![1; 3 * PIECE + 5], vec![2; 3 * PIECE]);
        let mut reassembly = Reassembly::default();
        let (mut one, mut two) = (pieces(1, &a), pieces(2, &b));
        let mut found = Vec::new();
        loop {
            let next: Vec<_> = one.next().into_iter().chain(two.next()).collect();
            if next.is_empty() {
                break;
            }
            found.extend(next.iter().filter_map(|piece| feed(&mut reassembly, piece)));
        }
        assert!(found == [b.clone(), a.clone()]);
        assert_eq!((reassembly.total, reassembly.unfinished.len()), (0, 0));
    }

    #[test]
    fn there_are_bounds() {
        let mut reassembly = Reassembly::default();
        for id in 0..MAX_UNFINISHED as u32 {
            assert_eq!(reassembly.add(id, false, &[1]), Ok(None));
        }
        assert!(reassembly.add(1000, false, &[1]).is_err());
        assert_eq!(reassembly.add(0, false, &[1]), Ok(None));
        let mut reassembly = Reassembly::default();
        let piece = vec![0; PIECE];
        let most = MAX_WHOLE / PIECE;
        for _ in 0..most {
            assert_eq!(reassembly.add(1, false, &piece), Ok(None));
        }
        assert!(reassembly.add(1, true, &piece).is_err());
        assert!(Reassembly::default().add(1, false, &[]).is_err());
    }

    proptest! {
        #[test]
        fn frames_come_back(len in 1..5 * PIECE) {
            let frame: Vec<u8> = (0..len).map(|at| at as u8).collect();
            let mut reassembly = Reassembly::default();
            let whole = pieces(9, &frame).filter_map(|piece| feed(&mut reassembly, &piece));
            prop_assert_eq!(whole.collect::<Vec<_>>(), vec![frame]);
        }
    }
}
