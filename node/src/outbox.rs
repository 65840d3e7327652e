//! What waits to be sent over a connection, and what the connection has said of nodes and types.

use crate::hello::Hello;
use crate::value::Nodes;
use crate::wire::fragment::{self, PIECE};
use crate::wire::frame::Frame;
use crate::wire::stream;
use rustc_hash::{FxHashMap, FxHashSet};
use snow_bytecode::types::TypeId;
use snow_vm::actor::Pid;
use std::collections::VecDeque;

/// Bytes that are encrypted and written at once.
const BLOCK: usize = 64 << 10;
/// Types that a connection may define in a direction.
pub const MOST_TYPES: u32 = 4096;
/// Nodes that a connection may define in a direction.
pub const MOST_NODES: u32 = 65_535;
/// Spawns that may be unanswered.
pub const MOST_SPAWNS: usize = 4096;
/// Bytes that may wait for the other side to take them; a connection on which more would wait is given up.
pub const MOST_WAITING: usize = 256 << 20;

/// The index of the node that a frame comes from.
pub const SENDER: u32 = 0;
/// The index of the node that a frame goes to.
pub const RECEIVER: u32 = 1;
/// The first index that is defined.
pub const FIRST_DEFINED: u32 = 2;

/// A spawn that was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingSpawn {
    /// Who has asked.
    pub requester: Pid,
    /// Whether the actor is to be linked with it.
    pub link: bool,
    /// The call of the requester to which the result is the answer.
    pub call: Option<u64>,
    /// Whether the requester waits no more.
    pub is_abandoned: bool,
}

/// One direction of a connection. Frames are in the order in which they were made.
#[derive(Default)]
pub struct Outbox {
    /// Whole frames, with their lengths.
    blocks: VecDeque<Vec<u8>>,
    /// Frames that overtake all others.
    urgent: Vec<u8>,
    waiting: usize,
    next_piece: u32,
    types: FxHashMap<TypeId, u32>,
    nodes: FxHashMap<u32, u32>,
    /// Unanswered spawns by their requests.
    pub pending_spawns: FxHashMap<u64, PendingSpawn>,
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
        self.waiting
    }

    /// Puts a frame at the end.
    pub fn push(&mut self, frame: &Frame<'_>) {
        self.push_bytes(&frame.encode());
    }

    /// As [`Outbox::push`], for a frame in bytes. A large one goes in pieces.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        if self.closed.is_some() {
            return;
        }
        if bytes.len() <= PIECE {
            return self.append(bytes);
        }
        self.next_piece = self.next_piece.wrapping_add(1);
        for piece in fragment::pieces(self.next_piece, bytes) {
            self.append(&piece);
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        let length = 4 + bytes.len();
        match self.blocks.back_mut() {
            Some(block) if block.len() + length <= BLOCK => stream::append(block, bytes),
            _ => self.blocks.push_back(stream::with_length(bytes)),
        }
        self.counts.frames_out += 1;
        self.waiting += length;
        if self.waiting > MOST_WAITING {
            self.close("the other side does not take what is sent to it");
        }
    }

    /// Puts a frame before all others.
    pub fn push_urgent(&mut self, frame: &Frame<'_>) {
        if self.closed.is_none() {
            stream::append(&mut self.urgent, &frame.encode());
            self.counts.frames_out += 1;
        }
    }

    /// What is to be written next.
    pub fn take(&mut self) -> Option<Vec<u8>> {
        let block = if self.urgent.is_empty() {
            let block = self.blocks.pop_front()?;
            self.waiting -= block.len();
            block
        } else {
            std::mem::take(&mut self.urgent)
        };
        self.counts.bytes_out += block.len() as u64;
        Some(block)
    }

    /// Nothing is sent any more; the first reason counts.
    pub fn close(&mut self, reason: &str) {
        self.closed.get_or_insert_with(|| reason.to_owned());
        self.blocks.clear();
        self.urgent.clear();
        self.waiting = 0;
    }

    /// The index of a type, and whether it is new and must be defined; none when there are too many.
    pub fn type_index(&mut self, ty: TypeId) -> Option<(u32, bool)> {
        let next = self.types.len() as u32;
        if let Some(index) = self.types.get(&ty) {
            return Some((*index, false));
        }
        if next >= MOST_TYPES {
            return None;
        }
        self.types.insert(ty, next);
        Some((next, true))
    }
}

/// The numbers of nodes as a connection has them, for what is sent over it.
pub struct OutNodes<'a> {
    /// The connection.
    pub outbox: &'a mut Outbox,
    /// The number of its other side here.
    pub peer: u32,
    /// The HELLO of a number's life.
    pub life: &'a dyn Fn(u32) -> Option<crate::peers::Life>,
}

impl Nodes for OutNodes<'_> {
    fn index_of(&mut self, node: u32) -> Option<u32> {
        if node == crate::peers::HERE {
            return Some(SENDER);
        }
        if node == self.peer {
            return Some(RECEIVER);
        }
        if let Some(index) = self.outbox.nodes.get(&node) {
            return Some(*index);
        }
        let index = self.outbox.nodes.len() as u32 + FIRST_DEFINED;
        if index > MOST_NODES {
            return None;
        }
        let life = (self.life)(node)?;
        self.outbox.nodes.insert(node, index);
        self.outbox.push(&Frame::NodeDef {
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
    use crate::wire::frame::decode;
    use crate::wire::stream::Splitter;

    fn frames(outbox: &mut Outbox) -> Vec<Vec<u8>> {
        let mut splitter = Splitter::default();
        while let Some(block) = outbox.take() {
            splitter.push(&block);
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
    fn a_large_frame_goes_in_pieces_that_are_put_together_again() {
        let mut outbox = Outbox::default();
        let large = vec![0x10; 3 * PIECE];
        outbox.push_bytes(&large);
        let mut reassembly = fragment::Reassembly::default();
        let mut whole = None;
        for frame in frames(&mut outbox) {
            let Ok(Frame::Fragment { id, is_last, bytes }) = decode(&frame) else {
                panic!("a piece");
            };
            whole = reassembly.add(id, is_last, bytes).expect("a good piece");
        }
        assert!(whole == Some(large));
    }

    #[test]
    fn what_nobody_takes_ends_the_connection() {
        let mut outbox = Outbox::default();
        let large = vec![0x10; 32 << 20];
        while outbox.closed.is_none() {
            outbox.push_bytes(&large);
            assert!(outbox.waiting() <= MOST_WAITING + (1 << 20));
        }
        assert_eq!(outbox.waiting(), 0);
        assert!(outbox.take().is_none());
    }

    #[test]
    fn a_type_is_defined_once() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.type_index(TypeId(5)), Some((0, true)));
        assert_eq!(outbox.type_index(TypeId(6)), Some((1, true)));
        assert_eq!(outbox.type_index(TypeId(5)), Some((0, false)));
        for ty in 0..MOST_TYPES {
            outbox.type_index(TypeId(ty));
        }
        assert_eq!(outbox.type_index(TypeId(MOST_TYPES + 7)), None);
    }
}
