//! The heap: cells, their allocation, counting and freeing. `docs/memory.md` describes the model.

mod alloc;
mod cell;
mod depot;
mod huge;
mod measure;
mod release;
mod share;
mod statics;

pub(crate) use alloc::{BLOCK_WORDS, Seen};
pub use alloc::{Counters, Heap, MAX_SMALL_WORDS};
pub use cell::{Cell, STATIC, header_word};
pub use depot::Depot;
pub use measure::Meter;
pub use share::{Walk, Way};
pub use statics::Statics;

#[cfg(test)]
mod tests;
