//! The portable bytecode format: types, layouts, functions, instructions.

pub mod asm;
pub mod decode;
pub mod disasm;
pub mod encode;
pub mod fingerprint;
mod graph;
pub mod inst;
pub mod layout;
pub mod liveness;
pub mod module;
pub mod names;
pub mod reach;
pub mod types;
pub mod verify;
mod wire;

pub use wire::FORMAT_VERSION;
