//! What functions receive: part of their signatures, though nobody writes it.

use serde::{Deserialize, Serialize};

use super::Ty;

/// What the code of a function receives, and what the functions that it takes and gives receive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailboxes {
    /// The function's own code.
    pub own: Receives,
    /// Its parameters that are functions; empty when there is nothing to say about any.
    pub params: Vec<Receives>,
    /// Its result, if that is a function.
    pub ret: Receives,
}

/// What code receives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Receives {
    /// Nothing, or nothing that matters to a caller.
    #[default]
    Nothing,
    /// What all parts of the signature with the same number receive.
    Shared(u32),
    /// Messages of this type.
    Messages(Ty),
    /// Nothing may be received: the function is put into data.
    Free,
}

impl Mailboxes {
    /// The parts in the order own, parameters, result; `arity` is the number of parameters.
    pub fn parts(&self, arity: usize) -> impl Iterator<Item = &Receives> {
        const NOTHING: &Receives = &Receives::Nothing;
        let params = (0..arity).map(|index| self.params.get(index).unwrap_or(NOTHING));
        std::iter::once(&self.own)
            .chain(params)
            .chain(std::iter::once(&self.ret))
    }
}
