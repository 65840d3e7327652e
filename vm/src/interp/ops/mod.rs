//! Handlers: what each internal instruction does, one file per subject.

// Iterators over arrays are not inlined in every optimised build, and a handler that calls one leaves its frame on the stack.
#![allow(clippy::needless_range_loop)]

pub mod bytes;
pub mod call;
pub mod cell;
pub mod closure;
pub mod control;
pub mod float;
pub mod int;
pub mod list;
pub mod map;
pub mod native;
pub mod text;
pub mod tier;
pub mod word;
