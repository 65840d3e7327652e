//! The subcommands, one file each.

pub mod about;
pub mod aot;
pub mod build;
pub mod check;
pub mod cluster;
pub mod disasm;
pub mod explain;
pub mod fmt;
pub mod node;
pub mod run;
pub mod test;
