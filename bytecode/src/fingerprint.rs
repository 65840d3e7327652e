//! Fingerprints of types: two types with the same one have the same structure, so that values of one may be read as values of the other on
//! any node, however and wherever it was compiled.
//!
//! What counts: the name of the type (without its module), names and types of fields and variants in order, and so on through all types. Type
//! arguments count through the fields that use them. In a recursive type, a type that was met before is written as the distance back to
//! where it was met, among the types that are recursive together.

#[cfg(test)]
mod tests;

use crate::graph::TypeGraph;
use crate::types::{Field, Type, TypeId, TypeTable};
use rustc_hash::FxHashMap;
use siphasher::sip128::{Hasher128, SipHasher24};
use std::fmt;
use std::hash::Hasher;

/// A 128-bit structural hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Key of the hash. Changing it, or anything that is hashed, makes nodes of different versions strangers.
const KEY: [u8; 16] = *b"snow fingerprint";
/// Marks of what follows in the hashed text, where it is not a type of its own.
const CLOSED: u8 = 0xfe;
const BACK: u8 = 0xff;

/// Fingerprints of the types of one table, computed on demand.
pub struct Fingerprints<'t> {
    table: &'t TypeTable,
    /// Which types are recursive together.
    component: Vec<u32>,
    done: FxHashMap<TypeId, Fingerprint>,
}

impl<'t> Fingerprints<'t> {
    /// Prepares a table whose ids are all valid.
    pub fn new(table: &'t TypeTable) -> Fingerprints<'t> {
        let mut component = vec![0; table.types.len()];
        let components = TypeGraph::new(table, for_each_part).components();
        for (number, found) in components.iter().enumerate() {
            for member in &found.members {
                component[member.0 as usize] = number as u32;
            }
        }
        Fingerprints {
            table,
            component,
            done: FxHashMap::default(),
        }
    }

    /// The fingerprint of a type. Panics on an id that is not of the table.
    pub fn of(&mut self, ty: TypeId) -> Fingerprint {
        // What a type refers to is done first; types that are recursive together are written in one walk, so this ends.
        let mut pending = vec![ty];
        while let Some(&next) = pending.last() {
            if self.done.contains_key(&next) {
                pending.pop();
                continue;
            }
            match Walk::new(self, next).run() {
                Ok(fingerprint) => {
                    self.done.insert(next, fingerprint);
                    pending.pop();
                }
                Err(missing) => pending.extend(missing),
            }
        }
        self.done[&ty]
    }

    /// The fingerprint of a function: that of what it takes and gives, in order, and of what it receives.
    pub fn of_function(
        &mut self,
        params: &[TypeId],
        ret: TypeId,
        mailbox: Option<TypeId>,
    ) -> Fingerprint {
        let mut hash = SipHasher24::new_with_key(&KEY);
        hash.write(&(params.len() as u64).to_le_bytes());
        for ty in params.iter().chain([&ret]).chain(&mailbox) {
            hash.write(&self.of(*ty).0.to_le_bytes());
        }
        Fingerprint(hash.finish128().as_u128())
    }
}

/// Writes one type, and those that are recursive together with it, into a hash.
struct Walk<'f, 't> {
    all: &'f Fingerprints<'t>,
    component: u32,
    hash: SipHasher24,
    /// Types met so far, numbered in order.
    met: FxHashMap<TypeId, u64>,
    /// Types to be written, the next one last.
    stack: Vec<TypeId>,
    /// Types of other components that must be done first.
    missing: Vec<TypeId>,
}

impl<'f, 't> Walk<'f, 't> {
    fn new(all: &'f Fingerprints<'t>, root: TypeId) -> Walk<'f, 't> {
        Walk {
            all,
            component: all.component[root.0 as usize],
            hash: SipHasher24::new_with_key(&KEY),
            met: FxHashMap::default(),
            stack: vec![root],
            missing: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Fingerprint, Vec<TypeId>> {
        while let Some(ty) = self.stack.pop() {
            self.write(ty);
        }
        if self.missing.is_empty() {
            Ok(Fingerprint(self.hash.finish128().as_u128()))
        } else {
            Err(self.missing)
        }
    }

    fn write(&mut self, ty: TypeId) {
        if self.all.component[ty.0 as usize] != self.component {
            match self.all.done.get(&ty) {
                Some(fingerprint) => {
                    self.hash.write_u8(CLOSED);
                    self.hash.write(&fingerprint.0.to_le_bytes());
                }
                None => self.missing.push(ty),
            }
            return;
        }
        if let Some(number) = self.met.get(&ty) {
            self.hash.write_u8(BACK);
            self.number(self.met.len() as u64 - number);
            return;
        }
        self.met.insert(ty, self.met.len() as u64);
        let found = self.all.table.get(ty);
        self.shape(found);
        let from = self.stack.len();
        for_each_part(found, &mut |part| self.stack.push(part));
        self.stack[from..].reverse();
    }

    /// Everything about a type but its parts.
    fn shape(&mut self, ty: &Type) {
        self.text(ty.keyword());
        match ty {
            Type::Fun { params, .. } => self.number(params.len() as u64),
            Type::Tuple(items) => self.number(items.len() as u64),
            Type::Struct { name, fields, .. } => {
                self.text(name);
                self.fields(fields);
            }
            Type::Sum { name, variants, .. } => {
                self.text(name);
                self.number(variants.len() as u64);
                for variant in variants {
                    self.text(&variant.name);
                    self.fields(&variant.fields);
                }
            }
            _ => {}
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        self.number(fields.len() as u64);
        fields.iter().for_each(|field| self.text(&field.name));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.hash.write(text.as_bytes());
    }

    fn number(&mut self, number: u64) {
        self.hash.write(&number.to_le_bytes());
    }
}

/// Visits the types of a type's parts: what its values contain, or take and give.
fn for_each_part(ty: &Type, visit: &mut dyn FnMut(TypeId)) {
    match ty {
        Type::Struct { .. } | Type::Sum { .. } => ty.for_each_field(visit),
        _ => ty.for_each_type(visit),
    }
}
