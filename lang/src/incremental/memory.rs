//! What a check leaves for the next one.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Source;
use super::hash::Hash;
use crate::diagnostics::Diagnostic;
use crate::syntax::ast::File;
use crate::typed::{Mailboxes, Ty, TypeParam};

/// What a check leaves for the next one. It is worth something only to the same compiler with the same standard library. Modules stay in
/// the form in which they are written until they are needed, so that those that have not changed are never written anew.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Modules in the order of the project.
    pub(super) modules: Vec<Written>,
    /// All heads together.
    pub(super) environment: Hash,
}

/// A module in the form in which it is written.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub path: String,
    pub name: SmolStr,
    /// Its text.
    pub text: Hash,
    /// The [`Remembered`] of it.
    known: Part,
}

/// Some of the bytes of a memory.
#[derive(Clone, Debug)]
struct Part {
    bytes: Arc<Vec<u8>>,
    range: Range<usize>,
}

/// What stands before the parts of modules.
#[derive(Serialize, Deserialize)]
struct Index {
    environment: Hash,
    modules: Vec<Entry>,
}

/// A module, and how long its part is.
#[derive(Serialize, Deserialize)]
struct Entry {
    path: String,
    name: SmolStr,
    text: Hash,
    length: usize,
}

impl Memory {
    /// Its bytes, for [`Memory::decode`].
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        let entries = self.modules.iter().map(|module| Entry {
            path: module.path.clone(),
            name: module.name.clone(),
            text: module.text,
            length: module.known.range.len(),
        });
        let index = Index {
            environment: self.environment,
            modules: entries.collect(),
        };
        let mut bytes = postcard::to_allocvec(&index)?;
        bytes.reserve(index.modules.iter().map(|entry| entry.length).sum());
        for module in &self.modules {
            bytes.extend_from_slice(module.known.bytes());
        }
        Ok(bytes)
    }

    /// Reads what [`Memory::encode`] of the same compiler wrote, from byte `start` on.
    pub fn decode(bytes: Vec<u8>, start: usize) -> Option<Memory> {
        let (index, rest) = postcard::take_from_bytes::<Index>(bytes.get(start..)?).ok()?;
        let mut next = bytes.len() - rest.len();
        let bytes = Arc::new(bytes);
        let mut modules = Vec::with_capacity(index.modules.len());
        for entry in index.modules {
            let range = next..next.checked_add(entry.length)?;
            next = range.end;
            bytes.get(range.clone())?;
            modules.push(Written {
                path: entry.path,
                name: entry.name,
                text: entry.text,
                known: Part {
                    bytes: Arc::clone(&bytes),
                    range,
                },
            });
        }
        Some(Memory {
            modules,
            environment: index.environment,
        })
    }
}

impl Part {
    fn bytes(&self) -> &[u8] {
        &self.bytes[self.range.clone()]
    }
}

impl Written {
    /// Whether it is a module, whose text has a hash.
    pub fn is(&self, source: &Source<'_>, text: Hash) -> bool {
        self.path == source.path && self.name == source.module && self.text == text
    }

    /// What is remembered of it.
    pub fn read(&self) -> Option<Remembered> {
        postcard::from_bytes(self.known.bytes()).ok()
    }

    /// Writes what is to be remembered of a module.
    pub fn new(source: &Source<'_>, text: Hash, known: &Remembered) -> Written {
        // Trees and types have a serialised form whatever they are; without one the module is read again.
        let bytes = postcard::to_allocvec(known).unwrap_or_default();
        let range = 0..bytes.len();
        Written {
            path: source.path.to_owned(),
            name: SmolStr::new(source.module),
            text,
            known: Part {
                bytes: Arc::new(bytes),
                range,
            },
        }
    }
}

/// What is known of a module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Remembered {
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
