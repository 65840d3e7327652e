//! The portable bytecode format: types, layouts, functions, instructions.

pub mod inst;
pub mod layout;
pub mod liveness;
pub mod module;
pub mod types;
pub mod verify;
