//! The middle end: monomorphic Core and what is done to it.

pub mod flat;
pub mod ir;
pub mod lower;
pub mod mono;
pub mod opt;
pub mod print;
pub mod rc;
pub mod validate;
mod visit;

#[cfg(test)]
mod tests;
