//! Source text to syntax tree, and how mistakes are told.
//!
//! A crate of its own because the grammar's combinators take longer to compile than the rest of the compiler together.

pub mod diagnostics;
pub mod format;
pub mod syntax;
