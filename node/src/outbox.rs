//! What waits to be sent over a connection, and what the connection has said of nodes and types.

use crate::facts::Signature;
use crate::held::Held;
use crate::hello::Hello;
use crate::lanes::{Laid, Lanes, NOBODY, Pair, Part};
use crate::session::Session;
use crate::value::Nodes;
use crate::window::Window;
use crate::wire::fragment::PIECE;
use crate::wire::frame::Frame;
use crate::wire::stream::{self, LENGTH};
use rustc_hash::{FxHashMap, FxHashSet};
use snow_bytecode::types::TypeId;
use snow_vm::actor::Pid;
use snow_vm::remote::{Passed, Undelivered};
use std::collections::VecDeque;
use std::time::Instant;

/// Bytes that are encrypted and written at once.
const BLOCK: usize = 64 << 10;
/// Types that a connection may define in a direction.
pub const MOST_TYPES: u32 = 4096;
/// Nodes that a connection may define in a direction.
pub const MOST_NODES: u32 = 65_535;
/// Spawns that may be unanswered.
pub const MOST_SPAWNS: usize = 4096;
/// Bytes that may wait before a connection is given up on which more is sent by others than actors, who cannot be held.
pub const MOST_WAITING: usize = 256 << 20;

/// The index of the node that a frame comes from.
pub const SENDER: u32 = 0;
/// The index of the node that a frame goes to.
pub const RECEIVER: u32 = 1;
/// The first index that is defined.
pub const FIRST_DEFINED: u32 = 2;

/// A spawn that was not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingSpawn {
    /// Who has asked.
    pub requester: Pid,
    /// Whether the actor is to be linked with it.
    pub link: bool,
    /// The call of the requester to which the result is the answer.
    pub call: Option<u64>,
    /// The signature of what was asked for, where it is known.
    pub signature: Option<Signature>,
    /// Whether the requester waits no more.
    pub is_abandoned: bool,
}

/// What leaves next: whole frames, or a piece of one and what stands before it.
pub struct Leaving {
    /// What stands before a piece.
    pub header: Vec<u8>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Leaving {
    fn whole(bytes: Vec<u8>) -> Leaving {
        let header = Vec::new();
        Leaving { header, bytes }
    }

    /// How many bytes leave.
    fn len(&self) -> usize {
        self.header.len() + self.bytes.len()
    }
}

/// One direction of a connection. Frames of a pair of actors are in the order in which they were made.
#[derive(Default)]
pub struct Outbox {
    /// Whole frames, with their lengths.
    blocks: VecDeque<Vec<u8>>,
    /// Blocks that have left.
    blocks_sent: u64,
    /// Large frames, and those that may not overtake them.
    lanes: Lanes,
    /// How much may leave of them before the other side has answered.
    window: Window,
    /// Whether it is a lane's turn.
    is_lane_next: bool,
    /// Frames that overtake all others.
    urgent: Vec<u8>,
    /// Who is held for what has no lane.
    held: Held,
    /// Who is held for what is in lanes.
    held_in_lanes: Held,
    /// Whether what was put in last is in a lane.
    is_last_laid: bool,
    /// Whether it is known that something is to be written.
    pub is_marked: bool,
    types: FxHashMap<TypeId, u32>,
    nodes: FxHashMap<u32, u32>,
    /// Unanswered spawns by their requests.
    pub pending_spawns: FxHashMap<u64, PendingSpawn>,
    /// Who waits until there are fewer, by the calls under which they are told.
    pub awaiting_room: VecDeque<(Pid, u64)>,
    /// Spawns of the other side whose answers have not left.
    open_spawns: usize,
    /// Where those answers are that are on their way: how many blocks leave up to then.
    spawn_answers: VecDeque<u64>,
    /// Questions that were not answered, by the calls of who asks.
    pub questions: FxHashMap<u64, Pid>,
    /// Links across the connection: an actor here, and the serial of one there.
    pub links: FxHashSet<(Pid, u64)>,
    /// Monitors of actors there, by reference: who monitors, and the serial of whom.
    pub monitors: FxHashMap<u64, (Pid, u64)>,
    /// Monitors of actors here, by the references that they have here: whom.
    pub watched: FxHashMap<u64, Pid>,
    /// Why nothing is sent any more, once that is so.
    pub closed: Option<String>,
    /// Whether what waits is the last that is sent.
    pub is_ending: bool,
    /// What was sent and received.
    pub counts: Counts,
    /// The members that the other side has told of when the connection began.
    pub told_peers: Vec<String>,
}

/// Numbers of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames that were sent.
    pub frames_out: u64,
    /// Bytes that were sent, before they were encrypted.
    pub bytes_out: u64,
    /// Frames that were received.
    pub frames_in: u64,
    /// Bytes that were received, after they were decrypted.
    pub bytes_in: u64,
    /// Values that did not fit.
    pub rejected: u64,
}

impl Outbox {
    /// Bytes that wait.
    pub fn waiting(&self) -> usize {
        self.held.waiting() + self.held_in_lanes.waiting()
    }

    /// Whether anything can still be sent.
    pub fn open(&self) -> Result<(), Undelivered> {
        match self.closed {
            None => Ok(()),
            Some(_) => Err(Undelivered::NoConnection),
        }
    }

    /// Whether anything is to be written.
    pub fn has_something(&self) -> bool {
        let has_frames = !self.blocks.is_empty()
            || !self.urgent.is_empty()
            || (!self.lanes.is_empty() && self.may_lanes_leave());
        self.closed.is_none() && (has_frames || self.is_ending)
    }

    /// Puts a frame at the end, or behind what it may not overtake.
    pub fn push(&mut self, frame: &Frame<'_>) {
        self.push_of(frame.pair(), frame);
        self.bound();
    }

    /// Something was put in that no actor can be held for.
    pub fn bound(&mut self) {
        if self.waiting() > MOST_WAITING {
            self.close("the other side does not take what is sent to it");
        }
    }

    /// As [`Outbox::push`], for a frame of a pair of actors of which the sender is held if it has to be.
    pub fn push_of(&mut self, pair: Option<Pair>, frame: &Frame<'_>) {
        let pair = pair.unwrap_or(Pair::new(NOBODY, NOBODY));
        self.push_framed(pair, frame.framed());
    }

    /// As [`Outbox::push_of`], for a frame in bytes, with room for its length before it.
    pub fn push_framed(&mut self, pair: Pair, mut framed: Vec<u8>) {
        if self.closed.is_some() {
            return;
        }
        stream::set_length(&mut framed);
        if self.lanes.concern(pair, framed.len()) {
            return self.lay(pair, Laid::of(framed));
        }
        let length = framed.len();
        self.counts.frames_out += 1;
        self.held.add(length);
        self.is_last_laid = false;
        match self.blocks.back_mut() {
            Some(block) if block.len() + length <= BLOCK => block.extend_from_slice(&framed),
            _ => self.blocks.push_back(framed),
        }
    }

    /// As [`Outbox::push_of`], for a frame that ends with bytes, of which it has none, and these bytes in pieces.
    pub fn push_written(&mut self, pair: Pair, frame: &Frame<'_>, pieces: Vec<Vec<u8>>) {
        let length = pieces.iter().map(Vec::len).sum();
        let mut pieces = VecDeque::from(pieces);
        pieces.push_front(frame.up_to_bytes(length));
        if length > PIECE {
            return self.lay(pair, Laid::in_pieces(pieces));
        }
        let mut framed = vec![0; LENGTH];
        pieces
            .iter()
            .for_each(|piece| framed.extend_from_slice(piece));
        self.push_framed(pair, framed);
    }

    fn lay(&mut self, pair: Pair, frame: Laid) {
        if self.closed.is_none() {
            self.counts.frames_out += 1;
            self.held_in_lanes.add(frame.bytes());
            self.is_last_laid = true;
            let after = self.blocks_sent + self.blocks.len() as u64;
            self.lanes.add(pair, frame, after);
        }
    }

    /// Puts a frame before all others.
    pub fn push_urgent(&mut self, frame: &Frame<'_>) {
        if self.closed.is_none() {
            self.urgent.extend(frame.framed());
            self.counts.frames_out += 1;
        }
    }

    /// The other side asks for a function to be started; false when too many of its requests are unanswered.
    pub fn begin_spawn(&mut self) -> bool {
        let has_room = self.open_spawns < MOST_SPAWNS;
        self.open_spawns += usize::from(has_room);
        has_room
    }

    /// Puts in the answer to such a request.
    pub fn answer_spawn(&mut self, reply: &Frame<'_>) {
        self.push(reply);
        let last = self.blocks_sent + self.blocks.len() as u64;
        self.spawn_answers.push_back(last);
    }

    /// Holds the actor that has sent what was put in last, if too much waits of what is in lanes, or of what is not; whether that was done now. So who sends little is not held for what is large
    /// of others, which does not keep it waiting.
    pub fn holds(&mut self, sender: Pid) -> bool {
        let held = match self.is_last_laid {
            true => &mut self.held_in_lanes,
            false => &mut self.held,
        };
        self.closed.is_none() && held.holds(sender)
    }

    /// What an actor is to do that has sent something.
    pub fn passed(&mut self, sender: Pid) -> Passed {
        match self.holds(sender) {
            true => Passed::Held,
            false => Passed::On,
        }
    }

    /// As [`Outbox::passed`], for what perhaps no actor has sent.
    pub fn passed_of(&mut self, sender: Option<Pid>) -> Passed {
        sender.map_or(Passed::On, |sender| self.passed(sender))
    }

    /// The actors that go on, once for each time that they were held.
    pub fn released(&mut self) -> Vec<Pid> {
        let mut released: Vec<Pid> = self.held.released().into_iter().collect();
        released.extend(self.held_in_lanes.released());
        released
    }

    /// What is to be written next.
    pub fn take(&mut self) -> Option<Leaving> {
        let leaving = if !self.urgent.is_empty() {
            Leaving::whole(std::mem::take(&mut self.urgent))
        } else if self.is_lane_next || self.blocks.is_empty() {
            self.take_of_lanes().or_else(|| self.take_block())?
        } else {
            self.take_block()?
        };
        self.counts.bytes_out += leaving.len() as u64;
        Some(leaving)
    }

    fn take_block(&mut self) -> Option<Leaving> {
        let block = self.blocks.pop_front()?;
        self.blocks_sent += 1;
        self.held.leave(block.len());
        let has_left = |last: &u64| *last <= self.blocks_sent;
        while self.spawn_answers.front().is_some_and(has_left) {
            self.spawn_answers.pop_front();
            self.open_spawns = self.open_spawns.saturating_sub(1);
        }
        self.is_lane_next = true;
        Some(Leaving::whole(block))
    }

    fn take_of_lanes(&mut self) -> Option<Leaving> {
        if self.lanes.is_empty() || !self.may_lanes_leave() {
            return None;
        }
        let part = self.lanes.take(self.blocks_sent)?;
        self.is_lane_next = false;
        let (frame, bytes) = match part {
            Part::Whole(framed) => (Vec::new(), framed),
            Part::Piece { id, is_last, bytes } => {
                let header = Frame::fragment_header(id, is_last, bytes.len());
                (stream::begin(&header, bytes.len()), bytes)
            }
        };
        let mark = self.window.leaves(bytes.len(), Instant::now());
        let mut header = mark.map_or_else(Vec::new, |token| Frame::Ping { token }.framed());
        header.extend_from_slice(&frame);
        self.held_in_lanes.leave(bytes.len());
        Some(Leaving { header, bytes })
    }

    /// Whether there is room for what is in lanes. What is sent last waits for no answers.
    fn may_lanes_leave(&self) -> bool {
        self.is_ending || self.window.has_room()
    }

    /// The other side has answered a mark between pieces.
    pub fn mark_answered(&mut self, token: u64) {
        self.window.answered(token, Instant::now());
    }

    /// Nothing is sent any more; the first reason counts.
    pub fn close(&mut self, reason: &str) {
        self.closed.get_or_insert_with(|| reason.to_owned());
        self.blocks.clear();
        self.urgent.clear();
        self.lanes.clear();
        self.held.clear();
        self.held_in_lanes.clear();
    }

    /// The index of a type, if it was defined.
    pub fn known_type(&self, ty: TypeId) -> Option<u32> {
        self.types.get(&ty).copied()
    }

    /// The index of a type that is about to be defined; none when there are too many.
    pub fn new_type(&mut self, ty: TypeId) -> Option<u32> {
        let next = self.types.len() as u32;
        if next >= MOST_TYPES {
            return None;
        }
        self.types.insert(ty, next);
        Some(next)
    }
}

/// The numbers of nodes as a connection has them, for what is sent over it. What is sent is not locked while a value is written, which may take long.
pub struct OutNodes<'a> {
    /// The connection.
    pub session: &'a Session,
    /// The life of a number.
    pub life: &'a dyn Fn(u32) -> Option<crate::peers::Life>,
}

impl Nodes for OutNodes<'_> {
    fn index_of(&mut self, node: u32) -> Option<u32> {
        if node == crate::peers::HERE {
            return Some(SENDER);
        }
        if node == self.session.node {
            return Some(RECEIVER);
        }
        let mut outbox = self.session.outbox();
        if let Some(index) = outbox.nodes.get(&node) {
            return Some(*index);
        }
        let index = outbox.nodes.len() as u32 + FIRST_DEFINED;
        if index > MOST_NODES {
            return None;
        }
        let life = (self.life)(node)?;
        outbox.nodes.insert(node, index);
        outbox.push(&Frame::NodeDef {
            index,
            name: life.name.as_str(),
            creation: life.creation,
        });
        Some(index)
    }

    fn node_at(&mut self, _index: u32) -> Option<u32> {
        None
    }
}

/// The seconds after which silence means that a connection is lost: both sides use the smaller number.
pub fn tick(own: &Hello, peer: &Hello) -> u64 {
    own.tick.min(peer.tick)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::held::{HIGH, LOW};
    use crate::window;
    use crate::wire::fragment;
    use crate::wire::frame::decode;
    use crate::wire::stream::Splitter;

    fn frames(outbox: &mut Outbox) -> Vec<Vec<u8>> {
        let mut splitter = Splitter::default();
        while let Some(leaving) = outbox.take() {
            splitter.push(&leaving.header);
            splitter.push(&leaving.bytes);
        }
        let mut frames = Vec::new();
        while let Some(frame) = splitter.next_frame().expect("good frames") {
            frames.push(frame.to_vec());
        }
        frames
    }

    #[test]
    fn frames_leave_in_order_and_pings_first() {
        let mut outbox = Outbox::default();
        for to in 0..3 {
            outbox.push(&Frame::Unlink { from: 1, to });
        }
        outbox.push_urgent(&Frame::Ping { token: 1 });
        let frames = frames(&mut outbox);
        let order: Vec<Frame<'_>> = frames
            .iter()
            .map(|frame| decode(frame).expect("a frame"))
            .collect();
        assert_eq!(order[0], Frame::Ping { token: 1 });
        assert_eq!(order[3], Frame::Unlink { from: 1, to: 2 });
        assert_eq!(outbox.waiting(), 0);
    }

    #[test]
    fn a_large_frame_goes_in_pieces_that_are_put_together_again_and_others_overtake_it() {
        let mut outbox = Outbox::default();
        let large = vec![0x10; 3 * PIECE];
        outbox.push_framed(Pair::new(1, 2), stream::with_length(&large));
        outbox.push(&Frame::Unlink { from: 1, to: 2 });
        outbox.push(&Frame::Unlink { from: 3, to: 2 });
        let mut reassembly = fragment::Reassembly::default();
        let mut order = Vec::new();
        for frame in frames(&mut outbox) {
            match decode(&frame) {
                Ok(Frame::Fragment { id, is_last, bytes }) => {
                    let whole = reassembly.add(id, is_last, bytes).expect("a good piece");
                    order.extend(whole.map(|whole| whole == large));
                }
                Ok(Frame::Unlink { from, .. }) => order.push(from == 1),
                Ok(Frame::Ping { token }) if window::is_mark(token) => {}
                other => panic!("not sent: {other:?}"),
            }
        }
        assert_eq!(order, [false, true, true]);
        assert_eq!(outbox.waiting(), 0);
    }

    #[test]
    fn what_nobody_takes_holds_its_senders_or_ends_the_connection() {
        let mut outbox = Outbox::default();
        let (sender, other) = (Pid::new(1, 1), Pid::new(2, 1));
        let pair = Pair::new(sender.serial(), 1);
        while !outbox.holds(sender) {
            outbox.push_framed(pair, vec![0x10; 1 << 20]);
        }
        assert!(outbox.waiting() > HIGH && outbox.waiting() < HIGH + (2 << 20));
        assert!(!outbox.holds(sender), "it is held already");
        assert!(outbox.holds(other));
        outbox.push(&Frame::Unlink { from: 2, to: 1 });
        assert!(!outbox.holds(other), "what it has sent last is small");
        while outbox.released().is_empty() {
            assert!(outbox.waiting() >= LOW);
            if outbox.take().is_none() {
                assert!(!outbox.has_something(), "no piece leaves without an answer");
                outbox.mark_answered(u64::MAX);
            }
        }
        assert!(outbox.waiting() < LOW);
        while outbox.closed.is_none() {
            outbox.push_framed(pair, vec![0x10; 32 << 20]);
            assert!(outbox.waiting() <= MOST_WAITING + (33 << 20));
            outbox.push(&Frame::Unlink { from: 1, to: 2 });
        }
        assert_eq!(outbox.waiting(), 0);
        assert!(outbox.take().is_none());
    }

    /// As many requests of the other side may be open as its own side keeps open at most: they are until the answers have left.
    #[test]
    fn the_other_side_has_so_many_requests_open_and_no_more() {
        let mut outbox = Outbox::default();
        let reply = Frame::SpawnReply {
            req_id: 1,
            status: 1,
            serial: 0,
            detail: "",
        };
        for _ in 0..MOST_SPAWNS {
            assert!(outbox.begin_spawn());
        }
        assert!(!outbox.begin_spawn());
        outbox.answer_spawn(&reply);
        outbox.answer_spawn(&reply);
        assert!(!outbox.begin_spawn(), "the answers have not left");
        while outbox.take().is_some() {}
        assert!(outbox.begin_spawn() && outbox.begin_spawn());
        assert!(!outbox.begin_spawn());
    }

    #[test]
    fn a_type_is_defined_once() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.known_type(TypeId(5)), None);
        assert_eq!(outbox.new_type(TypeId(5)), Some(0));
        assert_eq!(outbox.new_type(TypeId(6)), Some(1));
        assert_eq!(outbox.known_type(TypeId(5)), Some(0));
        for ty in 7..MOST_TYPES + 5 {
            assert!(outbox.new_type(TypeId(ty)).is_some());
        }
        assert_eq!(outbox.new_type(TypeId(MOST_TYPES + 7)), None);
    }
}
