//! Large frames that wait to be sent, and what may not overtake them.
//!
//! What an actor sends to another arrives in the order in which it was sent; but what others send does not wait for a large message. So a large frame gets a *lane*, and so does all that is of the same pair while it
//! is there. Lanes take turns, a piece each, among each other and with what has no lane.

use crate::wire::fragment::{MAX_MESSAGE, PIECE};
use crate::wire::stream::LENGTH;
use std::collections::VecDeque;

/// Bytes that a frame may have to leave whole, with its length: a message of 64 KiB, and what the frame says besides.
pub const MOST_WHOLE: usize = PIECE + (4 << 10);
/// Large frames that may be begun and not finished.
const MOST_BEGUN: usize = 16;
/// Bytes that these may have together.
const MOST_BYTES: usize = 2 * MAX_MESSAGE;

/// Who sends a frame to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The serial of the sender.
    pub from: u64,
    /// That of the receiver; none if it is not known which one that is.
    pub to: Option<u64>,
}

/// What stands for an actor where there is none. No serial has as many bits.
pub const NOBODY: u64 = u64::MAX;

impl Pair {
    /// Of two actors.
    pub fn new(from: u64, to: u64) -> Pair {
        Pair { from, to: Some(to) }
    }

    /// Whether frames of the two must stay in order.
    fn meets(self, other: Pair) -> bool {
        self.from == other.from && (self.to == other.to || self.to.is_none() || other.to.is_none())
    }
}

/// A frame in a lane.
#[derive(Debug, PartialEq, Eq)]
pub enum Laid {
    /// It leaves whole, with its length before it.
    Whole(Vec<u8>),
    /// It leaves in pieces, which have so many bytes together.
    Large(VecDeque<Vec<u8>>, usize),
}

impl Laid {
    /// A frame with its length before it, which may be too large to leave whole.
    pub fn of(framed: Vec<u8>) -> Laid {
        match framed.len() <= MOST_WHOLE {
            true => Laid::Whole(framed),
            false => Laid::in_pieces(framed[LENGTH..].chunks(PIECE).map(Vec::from).collect()),
        }
    }

    /// A frame in pieces, of which none is empty.
    pub fn in_pieces(pieces: VecDeque<Vec<u8>>) -> Laid {
        let len = pieces.iter().map(Vec::len).sum();
        Laid::Large(pieces, len)
    }

    /// How many bytes leave.
    pub fn bytes(&self) -> usize {
        match self {
            Laid::Whole(framed) => framed.len(),
            Laid::Large(_, len) => *len,
        }
    }
}

/// A frame that waits in a lane.
struct Item {
    frame: Laid,
    /// How many blocks were there before it: all of them leave before it does.
    after: u64,
}

/// Frames of a pair. One for a receiver who is not known has all later ones of its sender, and waits until the earlier lanes of that are empty.
struct Lane {
    pair: Pair,
    born: u64,
    items: VecDeque<Item>,
    /// The first frame, once a piece of it has left.
    begun: Option<Begun>,
}

/// A large frame of which a piece has left: its number, and how many bytes it had.
#[derive(Clone, Copy)]
struct Begun {
    id: u32,
    len: usize,
}

/// What leaves a lane.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// A whole frame, with its length before it.
    Whole(Vec<u8>),
    /// A piece of one.
    Piece {
        /// The number of the frame.
        id: u32,
        /// Whether no more come.
        is_last: bool,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

/// All lanes of a connection.
#[derive(Default)]
pub struct Lanes {
    lanes: VecDeque<Lane>,
    /// Frames that are begun, and their bytes.
    begun: usize,
    begun_bytes: usize,
    born: u64,
    last_id: u32,
}

impl Lanes {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// Gives all up.
    pub fn clear(&mut self) {
        *self = Lanes::default();
    }

    /// Whether a frame of so many bytes, with its length, needs a lane: it is large, or one of its pair has one.
    pub fn concern(&self, pair: Pair, len: usize) -> bool {
        len > MOST_WHOLE || self.lanes.iter().any(|lane| lane.pair.meets(pair))
    }

    /// Adds a frame, behind so many blocks.
    pub fn add(&mut self, pair: Pair, frame: Laid, after: u64) {
        let item = Item { frame, after };
        let meeting = self.lanes.iter_mut().filter(|lane| lane.pair.meets(pair));
        match meeting.max_by_key(|lane| lane.born) {
            Some(lane) if lane.pair == pair || lane.pair.to.is_none() => lane.items.push_back(item),
            _ => {
                self.born += 1;
                self.lanes.push_back(Lane {
                    pair,
                    born: self.born,
                    items: VecDeque::from([item]),
                    begun: None,
                });
            }
        }
    }

    /// The next part, if something may leave after so many blocks have.
    pub fn take(&mut self, blocks: u64) -> Option<Part> {
        let at = (0..self.lanes.len()).find(|at| self.may_leave(*at, blocks))?;
        let mut lane = self.lanes.remove(at)?;
        let part = match &mut lane.items.front_mut()?.frame {
            Laid::Whole(framed) => Part::Whole(std::mem::take(framed)),
            Laid::Large(pieces, len) => {
                let begun = lane.begun.unwrap_or_else(|| self.begin(*len));
                lane.begun = Some(begun);
                let bytes = pieces.pop_front()?;
                let (id, is_last) = (begun.id, pieces.is_empty());
                Part::Piece { id, is_last, bytes }
            }
        };
        if !matches!(part, Part::Piece { is_last: false, .. }) {
            if let Some(begun) = lane.begun.take() {
                self.begun -= 1;
                self.begun_bytes -= begun.len;
            }
            lane.items.pop_front();
        }
        if !lane.items.is_empty() {
            self.lanes.push_back(lane);
        }
        Some(part)
    }

    fn begin(&mut self, len: usize) -> Begun {
        self.last_id = self.last_id.wrapping_add(1);
        self.begun += 1;
        self.begun_bytes += len;
        let id = self.last_id;
        Begun { id, len }
    }

    fn may_leave(&self, at: usize, blocks: u64) -> bool {
        let lane = &self.lanes[at];
        let Some(item) = lane.items.front() else {
            return false;
        };
        if lane.begun.is_some() {
            return true;
        }
        let has_room = match &item.frame {
            Laid::Whole(_) => true,
            Laid::Large(_, len) => {
                self.begun == 0 || (self.begun < MOST_BEGUN && self.begun_bytes + len <= MOST_BYTES)
            }
        };
        let is_first = |other: &Lane| other.pair.from != lane.pair.from || other.born >= lane.born;
        item.after <= blocks
            && has_room
            && (lane.pair.to.is_some() || self.lanes.iter().all(is_first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What leaves: the first byte of each part, with a mark for pieces that are not the last.
    fn order(lanes: &mut Lanes) -> String {
        let mut order = String::new();
        loop {
            match lanes.take(u64::MAX) {
                Some(Part::Whole(framed)) => order.push(framed[LENGTH] as char),
                Some(Part::Piece { is_last, bytes, .. }) => {
                    order.push(bytes[0] as char);
                    if !is_last {
                        order.push('-');
                    }
                }
                None => break,
            }
        }
        assert!(lanes.is_empty());
        assert_eq!((lanes.begun, lanes.begun_bytes), (0, 0));
        order
    }

    fn frame(name: char, pieces: usize) -> Laid {
        let last = if pieces == 1 { 1 } else { 5 << 10 };
        Laid::of(vec![name as u8; LENGTH + PIECE * (pieces - 1) + last])
    }

    #[test]
    fn lanes_take_turns_and_pairs_keep_their_order() {
        let mut lanes = Lanes::default();
        assert!(!lanes.concern(Pair::new(1, 1), MOST_WHOLE));
        lanes.add(Pair::new(1, 1), frame('a', 3), 0);
        lanes.add(Pair::new(2, 1), frame('b', 2), 0);
        assert!(lanes.concern(Pair::new(1, 1), 10) && !lanes.concern(Pair::new(1, 2), 10));
        lanes.add(Pair::new(1, 1), frame('c', 1), 0);
        lanes.add(Pair::new(1, 1), frame('d', 2), 0);
        assert_eq!(order(&mut lanes), "a-b-a-bacd-d");
    }

    #[test]
    fn a_frame_for_a_name_waits_for_all_of_its_sender_s() {
        let mut lanes = Lanes::default();
        lanes.add(Pair::new(1, 1), frame('a', 3), 0);
        lanes.add(Pair::new(1, 2), frame('b', 2), 0);
        let any = Pair { from: 1, to: None };
        lanes.add(any, frame('n', 1), 0);
        lanes.add(Pair::new(1, 1), frame('c', 1), 0);
        lanes.add(Pair::new(2, 1), frame('x', 2), 0);
        assert_eq!(order(&mut lanes), "a-b-x-a-bxanc");
    }

    #[test]
    fn a_lane_waits_for_the_blocks_before_it() {
        let mut lanes = Lanes::default();
        lanes.add(Pair::new(1, 1), frame('a', 2), 5);
        let piece = |is_last, len| Part::Piece {
            id: 1,
            is_last,
            bytes: vec![b'a'; len],
        };
        assert_eq!(lanes.take(4), None);
        assert_eq!(lanes.take(5), Some(piece(false, PIECE)));
        assert_eq!(lanes.take(5), Some(piece(true, 5 << 10)));
    }

    #[test]
    fn few_large_frames_are_begun_at_once() {
        let mut lanes = Lanes::default();
        for from in 0..40 {
            lanes.add(Pair::new(from, 1), frame('a', 3), 0);
        }
        let mut most = 0;
        while lanes.take(0).is_some() {
            most = most.max(lanes.begun);
        }
        assert_eq!(most, MOST_BEGUN);
        assert!(lanes.is_empty());
    }
}
