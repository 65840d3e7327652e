//! From Core to bytecode.

pub mod intrinsics;
