//! Clusters of real processes on this machine.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod basics;
mod chaos;
mod deployed;
mod fixture;
mod global;
mod handmade;
mod intrinsics;
mod letters;
mod lives;
mod members;
mod network;
mod pressure;
mod proxy;
mod secured;
mod steered;
mod strangers;
mod supervised;
mod targets;
