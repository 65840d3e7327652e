//! Source text to AST.
pub mod ast;
