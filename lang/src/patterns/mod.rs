//! Pattern matching: decision trees for lowering, and the checks for missing and superfluous patterns.

pub mod occ;
pub mod tree;
