//! Constants and natives of a module, each kept once.

use rustc_hash::FxHashMap;
use snow_bytecode::module::{Const, ConstId, Native, NativeId};

/// The growing tables.
#[derive(Debug, Default)]
pub(super) struct Pools {
    /// Constants in order of their ids.
    pub consts: Vec<Const>,
    /// Natives in order of their ids.
    pub natives: Vec<Native>,
    texts: FxHashMap<String, ConstId>,
    bytes: FxHashMap<Vec<u8>, ConstId>,
    atoms: FxHashMap<String, ConstId>,
    native_ids: FxHashMap<Native, NativeId>,
}

impl Pools {
    /// The constant for a text.
    pub fn text(&mut self, text: &str) -> ConstId {
        if let Some(id) = self.texts.get(text) {
            return *id;
        }
        let id = push(&mut self.consts, Const::Str(text.to_owned()));
        self.texts.insert(text.to_owned(), id);
        id
    }

    /// The constant for bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> ConstId {
        if let Some(id) = self.bytes.get(bytes) {
            return *id;
        }
        let id = push(&mut self.consts, Const::Bytes(bytes.to_vec()));
        self.bytes.insert(bytes.to_vec(), id);
        id
    }

    /// The constant for an atom.
    pub fn atom(&mut self, name: &str) -> ConstId {
        if let Some(id) = self.atoms.get(name) {
            return *id;
        }
        let id = push(&mut self.consts, Const::Atom(name.to_owned()));
        self.atoms.insert(name.to_owned(), id);
        id
    }

    /// The import of a native.
    pub fn native(&mut self, native: Native) -> NativeId {
        if let Some(id) = self.native_ids.get(&native) {
            return *id;
        }
        let id = NativeId(self.natives.len() as u32);
        self.natives.push(native.clone());
        self.native_ids.insert(native, id);
        id
    }
}

fn push(consts: &mut Vec<Const>, value: Const) -> ConstId {
    consts.push(value);
    ConstId(consts.len() as u32 - 1)
}
