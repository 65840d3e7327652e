//! Identities of actors.

use std::fmt;

/// Bits of a slot's number.
pub const SLOT_BITS: u32 = 24;
/// Bits of a generation.
pub const GENERATION_BITS: u32 = 16;

/// An actor of this runtime: a slot of its table, and the generation that says which of the actors that have had the slot is meant. Generations begin at 1, so
/// that no pid is a small number.
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
        self.0 >> (SLOT_BITS + GENERATION_BITS) == 0 && self.generation() != 0
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#Pid<0.{}>", self.slot())
    }
}

impl fmt::Debug for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#Pid<0.{}:{}>", self.slot(), self.generation())
    }
}
