//! The standard library: Snow sources and the Rust natives they declare.
//!
//! `snow/` holds the modules, one file each. A function that Snow cannot say is declared there as `native fn … = "snow_…"`; the
//! module of the same name here has its body and one line in a table. A test keeps declarations and tables equal.

mod bytes;
mod call;
mod env;
mod file;
mod file_stream;
mod float;
mod global;
mod int;
mod io;
mod json;
mod list;
mod log;
mod map;
mod math;
mod node;
mod path;
mod process;
pub mod random;
mod receive;
mod repeated;
mod sources;
mod string;
mod support;
mod system;
#[cfg(test)]
mod tests;
mod timer;
mod words;

pub use sources::{SOURCES, Source, texts};

use snow_vm::native::{Intrinsic, Intrinsics};

/// The tables of all modules.
const TABLES: &[&[&Intrinsic]] = &[
    bytes::TABLE,
    call::TABLE,
    env::TABLE,
    file::TABLE,
    file_stream::TABLE,
    float::TABLE,
    global::TABLE,
    int::TABLE,
    io::TABLE,
    json::TABLE,
    list::TABLE,
    log::TABLE,
    map::TABLE,
    math::TABLE,
    node::TABLE,
    path::TABLE,
    process::TABLE,
    random::TABLE,
    receive::TABLE,
    string::TABLE,
    system::TABLE,
    timer::TABLE,
];

/// All natives of the standard library. From now on compiled code can be linked with the C functions of nodes, too.
pub fn intrinsics() -> Intrinsics {
    snow_vm::abi::table::export(snow_node::intrinsics::exported);
    Intrinsics::new(TABLES.iter().copied().flatten().copied())
}
