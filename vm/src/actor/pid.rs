//! Identities of actors.

use std::fmt;

/// Bits of a slot's number.
pub const SLOT_BITS: u32 = 24;
/// Bits of a generation.
pub const GENERATION_BITS: u32 = 16;
/// Bits of the number that an actor has on its node.
pub const SERIAL_BITS: u32 = SLOT_BITS + GENERATION_BITS;
/// The largest such number.
pub const SERIAL: u64 = (1 << SERIAL_BITS) - 1;

/// An actor: a slot of its runtime's table, and the generation that says which of the actors that have had the slot is meant. Generations begin at 1, so
/// that no pid is a small number. The upper bits say which node it is on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid(u64);

impl Pid {
    /// The actor of a slot in a generation.
    pub fn new(slot: u32, generation: u16) -> Pid {
        debug_assert!(slot >> SLOT_BITS == 0);
        Pid(u64::from(slot) | u64::from(generation) << SLOT_BITS)
    }

    /// What a word of type `Pid` stands for.
    pub fn from_word(word: u64) -> Pid {
        Pid(word)
    }

    /// The word of type `Pid`.
    pub fn word(self) -> u64 {
        self.0
    }

    /// Its slot.
    pub fn slot(self) -> u32 {
        (self.0 & ((1 << SLOT_BITS) - 1)) as u32
    }

    /// Its generation.
    pub fn generation(self) -> u16 {
        (self.0 >> SLOT_BITS) as u16
    }

    /// Whether it is an actor of this runtime, as far as its form goes.
    pub fn is_local(self) -> bool {
        self.node() == 0 && self.generation() != 0
    }

    /// An actor of another node, by that node's number here and its own number there.
    pub const fn foreign(node: u32, serial: u64) -> Pid {
        Pid((node as u64) << SERIAL_BITS | serial & SERIAL)
    }

    /// The number of its node; 0 is this one.
    pub fn node(self) -> u32 {
        (self.0 >> SERIAL_BITS) as u32
    }

    /// Its number on its node: slot and generation.
    pub fn serial(self) -> u64 {
        self.0 & SERIAL
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#Pid<{}.{}>", self.node(), self.slot())
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (node, slot, generation) = (self.node(), self.slot(), self.generation());
        write!(f, "#Pid<{node}.{slot}:{generation}>")
    }
}
