//! The Snow compiler front and middle end: source text to bytecode, as pure functions.
pub mod check;
pub mod compile;
pub mod core;
pub mod coverage;
pub mod emit;
pub mod examples;
mod expand;
pub mod incremental;
pub mod lint;
pub mod patterns;
pub mod resolve;
pub mod stack;
pub mod typed;
pub mod types;

pub use snow_syntax::{diagnostics, format, syntax};
