//! What travels between nodes: MessagePack ([`pack`]), frames ([`frame`]), how they stand in a stream of bytes ([`stream`]), and how large ones travel in pieces ([`fragment`]).

pub mod fragment;
pub mod frame;
pub mod pack;
pub mod stream;

use std::fmt;

/// Bytes that are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed: {}", self.0)
    }
}

/// What reading gives.
pub type Read<T> = Result<T, Malformed>;
