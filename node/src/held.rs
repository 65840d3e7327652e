//! Actors that are held, because too much of what is of the same kind as what they have sent waits to leave.

use rustc_hash::FxHashSet;
use snow_vm::actor::Pid;

/// Bytes that may wait before actors that send more are held.
pub const HIGH: usize = 8 << 20;
/// Bytes down to which what waits must have shrunk before they go on.
pub const LOW: usize = 4 << 20;

/// Bytes that wait, and who is held for them.
#[derive(Debug, Default)]
pub struct Held {
    waiting: usize,
    actors: FxHashSet<Pid>,
}

impl Held {
    /// Bytes that wait.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// So many bytes wait, too.
    pub fn add(&mut self, bytes: usize) {
        self.waiting += bytes;
    }

    /// So many bytes have left.
    pub fn leave(&mut self, bytes: usize) {
        self.waiting -= bytes;
    }

    /// Nothing waits any more.
    pub fn clear(&mut self) {
        self.waiting = 0;
    }

    /// Holds an actor that has sent something, if too much waits; whether that was done now.
    pub fn holds(&mut self, sender: Pid) -> bool {
        self.waiting > HIGH && self.actors.insert(sender)
    }

    /// Takes the actors that go on.
    pub fn released(&mut self) -> FxHashSet<Pid> {
        match self.waiting < LOW {
            true => std::mem::take(&mut self.actors),
            false => FxHashSet::default(),
        }
    }
}
