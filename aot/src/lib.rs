//! The native tier without LLVM: how it talks to the process that knows LLVM, and what happens with the objects it gives.
//!
//! `docs/native.md` shows how the parts work together.

pub mod build;
pub mod cache;
pub mod files;
pub mod find;
pub mod link;
pub mod loader;
pub mod names;
pub mod protocol;
pub mod serve;
pub mod tier;
pub mod worker;
