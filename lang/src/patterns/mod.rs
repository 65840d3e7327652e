//! Pattern matching: decision trees for lowering, and the checks for missing and superfluous patterns.

mod bytes;
mod check;
mod coverage;
mod example;
mod kept;
pub mod occ;
mod space;
pub mod tree;

pub use check::check;

#[cfg(test)]
mod tests;
