//! Which types are compared, hashed or shown by code of the program.
//!
//! The runtime compares, hashes and shows values by the description of their type, and that is what happens unless a part of the
//! type has an implementation of its own. Then functions are generated ([`Structural`]) that call it where it is.

use rustc_hash::FxHashMap;
use snow_bytecode::types::{Type, TypeId};

use super::Types;
use crate::typed::{Con, InterfaceId, Program, Shape, Ty, TypeDefId};

/// What a generated function does with values of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Structural {
    /// `==` of two.
    Equal,
    /// The `Ordering` of two.
    Compare,
    /// The hash of one.
    Hash,
    /// The text for users.
    Display,
    /// The text for programmers.
    Debug,
}

/// What is known about types with code of their own.
#[derive(Debug, Default)]
pub struct Custom {
    /// Structs and sum types that have, or contain, an implementation.
    defs: FxHashMap<InterfaceId, Vec<bool>>,
    types: FxHashMap<(InterfaceId, TypeId), bool>,
}

/// Keys with code of their own are looked for by it, so these are of interest whatever is done with a value.
const KEYS: [InterfaceId; 2] = [InterfaceId::EQ, InterfaceId::HASH];

impl Types<'_> {
    /// Whether a part of a type has an implementation of an interface, or is a map or set whose keys have one of `Eq` or `Hash`.
    pub fn is_custom(&mut self, interface: InterfaceId, ty: TypeId) -> bool {
        if let Some(&known) = self.custom.types.get(&(interface, ty)) {
            return known;
        }
        let (con, args) = self.key(ty);
        let args = args.to_vec();
        let custom = !con.is_opaque()
            && (matches!(con, Con::Adt(def) if self.is_custom_def(interface, def))
                || args.into_iter().any(|arg| self.is_custom(interface, arg)));
        self.custom.types.insert((interface, ty), custom);
        custom
    }

    fn is_custom_def(&mut self, interface: InterfaceId, def: TypeDefId) -> bool {
        let program = self.program;
        let flags = self
            .custom
            .defs
            .entry(interface)
            .or_insert_with(|| custom_defs(program, interface));
        flags.get(def.0 as usize).copied().unwrap_or(false)
    }

    /// Whether maps with such keys, and sets of such elements, are kept by code of the library.
    pub fn is_custom_key(&mut self, key: TypeId) -> bool {
        KEYS.iter().any(|&interface| self.is_custom(interface, key))
    }

    /// Whether a type is a map or set that code of the library keeps.
    pub fn is_keyed(&self, ty: TypeId) -> bool {
        matches!(self.key(ty).0, Con::Map | Con::Set) && matches!(self.get(ty), Type::Struct { .. })
    }
}

/// For each struct and sum type, whether it or a type in it has an implementation; empty when none does.
fn custom_defs(program: &Program, interface: InterfaceId) -> Vec<bool> {
    let mut flags = vec![false; program.types.len()];
    let mut found = false;
    for decl in &program.impls {
        if (decl.interface == interface || KEYS.contains(&decl.interface))
            && let Some(Con::Adt(def)) = decl.con()
        {
            flags[def.0 as usize] = true;
            found = true;
        }
    }
    if !found {
        return Vec::new();
    }
    loop {
        let before = flags.iter().filter(|flag| **flag).count();
        for (index, def) in program.types.iter().enumerate() {
            flags[index] = flags[index] || fields(&def.shape).any(|ty| mentions(ty, &flags));
        }
        if flags.iter().filter(|flag| **flag).count() == before {
            return flags;
        }
    }
}

fn fields(shape: &Shape) -> Box<dyn Iterator<Item = &Ty> + '_> {
    match shape {
        Shape::Struct(fields) => Box::new(fields.iter().map(|field| &field.ty)),
        Shape::Sum(variants) => {
            let fields = variants.iter().flat_map(|variant| &variant.fields);
            Box::new(fields.map(|field| &field.ty))
        }
    }
}

fn mentions(ty: &Ty, flags: &[bool]) -> bool {
    match ty {
        Ty::Param(_) => false,
        Ty::App(con, _) if con.is_opaque() => false,
        Ty::App(con, args) => {
            matches!(con, Con::Adt(def) if flags[def.0 as usize])
                || args.iter().any(|arg| mentions(arg, flags))
        }
    }
}
