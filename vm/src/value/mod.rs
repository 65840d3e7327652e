//! Snow values in memory and the operations on them that instructions and natives are made of.
//!
//! The functions here take and give words. Whether an argument is consumed is said by name and documentation as in the instruction
//! table: *takes* means that an owned reference is consumed, *uses* that it stays the caller's. They are `unsafe` where a word
//! of the wrong kind would be undefined behaviour: the verifier and the signatures of natives rule that out.

pub mod build;
pub mod bytes;
pub mod cells;
pub mod closure;
pub mod compare;
pub mod equal;
pub mod hash;
pub mod list;
pub mod map;
pub mod show;
pub mod text;
pub mod walk;

#[cfg(test)]
mod tests;
