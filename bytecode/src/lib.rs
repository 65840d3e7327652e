//! The portable bytecode format: types, layouts, functions, instructions.

pub mod inst;
pub mod layout;
pub mod module;
pub mod types;
