//! Clusters of real processes on this machine.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod basics;
mod chaos;
mod fixture;
mod lives;
mod members;
mod network;
mod pressure;
mod proxy;
mod strangers;
