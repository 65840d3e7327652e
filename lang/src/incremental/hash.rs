//! Hashes of texts and of what is inferred: 128 bits, so that equal hashes mean equal things.

use std::hash::Hasher as _;

use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128, SipHasher13};

/// A hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hash(u128);

impl Hash {
    /// The hash of a text.
    pub fn of(text: &[u8]) -> Hash {
        let mut hasher = Hasher::default();
        hasher.part(text);
        hasher.finish()
    }

    /// Its bytes.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }
}

/// Hashes parts, each with its length.
#[derive(Debug, Default)]
pub struct Hasher {
    inner: SipHasher13,
}

impl Hasher {
    /// Adds a part.
    pub fn part(&mut self, bytes: &[u8]) {
        self.inner.write_usize(bytes.len());
        self.inner.write(bytes);
    }

    /// The hash of all parts.
    pub fn finish(&self) -> Hash {
        Hash(self.inner.finish128().as_u128())
    }
}
