//! The Snow compiler front and middle end: source text to bytecode, as pure functions.
pub mod core;
pub mod diagnostics;
pub mod emit;
pub mod patterns;
pub mod stack;
pub mod syntax;
pub mod typed;
