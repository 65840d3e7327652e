//! What a check leaves for the next one.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::hash::Hash;
use crate::diagnostics::Diagnostic;
use crate::syntax::ast::File;
use crate::typed::{Mailboxes, Ty, TypeParam};

/// What a check leaves for the next one. It is worth something only to the same compiler with the same standard library.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// Modules in the order of the project.
    pub(super) modules: Vec<Remembered>,
    /// All heads together.
    pub(super) environment: Hash,
}

impl Memory {
    /// Its bytes, for [`Memory::decode`].
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_allocvec(self)
    }

    /// Reads what [`Memory::encode`] of the same compiler wrote.
    pub fn decode(bytes: &[u8]) -> Result<Memory, postcard::Error> {
        postcard::from_bytes(bytes)
    }
}

/// A module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub path: String,
    pub name: SmolStr,
    /// Its text.
    pub text: Hash,
    /// What others see of it.
    pub heads: File,
    /// The text that `heads` was read from.
    pub shape: Hash,
    /// What parsing it said.
    pub syntax: Vec<Diagnostic>,
    /// What checking its bodies gave; none where there was a mistake in it, so that it is checked again.
    pub bodies: Option<Bodies>,
}

/// What checking the bodies of a module gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Bodies {
    /// Whether some text of the project could not be read: then mistakes may have been passed over.
    pub gaps: bool,
    /// Warnings about it.
    pub warnings: Vec<Diagnostic>,
    /// The modules whose functions it refers to, by their numbers, and what was inferred of those.
    pub uses: Vec<(u32, Hash)>,
    /// What was inferred of its functions, in their order.
    pub signatures: Vec<Inferred>,
    /// A hash of those that others can refer to.
    pub interface: Hash,
}

/// What is inferred of a function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Inferred {
    /// Type parameters.
    pub type_params: Vec<TypeParam>,
    /// Names and types of parameters.
    pub params: Vec<(SmolStr, Ty)>,
    /// Type of the result.
    pub ret: Ty,
    /// What it receives.
    pub mailboxes: Mailboxes,
}
