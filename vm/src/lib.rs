//! The runtime both tiers share: heap, values, registry and the bytecode interpreter.

pub mod abi;
pub mod actor;
pub mod atoms;
pub mod carrier;
pub mod ctx;
pub mod embedded;
pub mod heap;
pub mod interp;
#[cfg(all(
    target_arch = "x86_64",
    target_os = "linux",
    target_env = "gnu",
    not(miri)
))]
mod memcpy;
pub mod native;
pub mod output;
pub mod platform;
pub mod registry;
pub mod remote;
pub mod run;
pub mod sched;
pub mod types;
pub mod value;
pub mod world;

#[cfg(test)]
mod fixture;
