//! What compiled code and the runtime know of each other; `docs/native.md` describes it.
//!
//! - [`state`]: the part of the context that compiled code reads and writes;
//! - [`pool`]: the words that the loader prepares for it;
//! - [`table`]: the functions that it calls, all of them `snow_*`, with their types;
//! - [`kept`]: those of them that keep the caller's registers;
//! - [`suspend`]: leaving frames to go on later;
//! - [`layout`]: where it finds what it touches in memory;
//! - [`executable`]: how the object of an executable describes itself.
//!
//! The functions follow one convention: the context first; references are [`Ref`], other words `u64` or `i64`; rows of words
//! by address; what is not stated otherwise is consumed; a `u32` result of a function that can crash is a status of [`status`].

mod bytes;
pub(crate) mod calls;
mod cells;
mod counting;
pub(crate) mod crashes;
pub mod executable;
pub mod kept;
pub mod layout;
mod lists;
mod maps;
pub mod pool;
pub mod signature;
pub mod state;
pub mod status;
pub mod suspend;
pub mod table;
mod texts;

pub use signature::{AbiType, Ref, Signature};
pub use state::{NativeState, UniformFn};
pub use table::{RuntimeFunction, RuntimeSymbol, symbols, table};
