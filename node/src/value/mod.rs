//! Values on the wire.
//!
//! A value is written by its type, without names: fields in order, a variant by its number. Before its first value a type is described, with all names
//! ([`structure`]). Who reads goes by the type that it needs itself: if the two have one fingerprint, the description does not matter; if not, fields and
//! variants are found by their names ([`decode`]). So bytes that are no value of the type that is needed are never taken for one, whatever was described.
//!
//! | type | on the wire |
//! |---|---|
//! | Int, Float, Bool, String, Bytes | as in MessagePack |
//! | () | nil |
//! | Atom | its name |
//! | Range | array of start and end |
//! | Pid, Ref | array of the index of the node and the number there |
//! | List, Set | array |
//! | Map | map, in order |
//! | tuple, struct | array of the fields |
//! | variant | its number, or an array of that and the fields |

pub mod decode;
pub mod encode;
mod plan;
pub mod structure;
#[cfg(test)]
mod tests;

pub use decode::{Decoder, Misfit};
pub use encode::{Encoder, Unsendable};
pub use structure::Structure;

use snow_vm::actor::pid::{SERIAL, SERIAL_BITS};

/// Numbers of nodes: those that pids have here, and those that they have on a connection.
pub trait Nodes {
    /// The index on the connection of a node with this number here; none when there are too many.
    fn index_of(&mut self, node: u32) -> Option<u32>;
    /// The number here of the node with this index on the connection.
    fn node_at(&mut self, index: u32) -> Option<u32>;
}

/// The node and the number there of a pid or reference.
pub(crate) fn split(word: u64) -> (u32, u64) {
    ((word >> SERIAL_BITS) as u32, word & SERIAL)
}

/// The word of a pid or reference.
pub(crate) fn join(node: u32, number: u64) -> u64 {
    u64::from(node) << SERIAL_BITS | number
}
