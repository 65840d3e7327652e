//! What is to be known of a program's types and functions when it talks to others; found out when it is asked for.

use crate::value::Structure;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use snow_bytecode::fingerprint::Fingerprints;
use snow_bytecode::module::{Export, ExportKind, ExportedCode, Module};
use snow_bytecode::names::type_name;
use snow_bytecode::types::{Type, TypeId};
use snow_vm::types::RuntimeTypes;
use std::sync::Arc;

/// A fingerprint as it travels.
pub type Print = [u8; 16];

/// The signature of a function: what it takes, gives and receives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Types of its parameters.
    pub params: Vec<TypeId>,
    /// Type of its result.
    pub ret: TypeId,
    /// Type of its messages, if it has any.
    pub mailbox: Option<TypeId>,
}

/// A type as another node is told of it.
#[derive(Clone)]
pub struct Description {
    /// Its fingerprint.
    pub fingerprint: Print,
    /// Its structure in bytes.
    pub structure: Arc<[u8]>,
}

/// What is known of a program.
pub struct Facts {
    types: Arc<RuntimeTypes>,
    module: Arc<Module>,
    exports: FxHashMap<Box<str>, usize>,
    /// The type `Int`, which answers to spawns have.
    pub int: Option<TypeId>,
    /// Lists of Ints and of texts, which answers to questions have.
    pub ints: Option<TypeId>,
    /// See `ints`.
    pub texts: Option<TypeId>,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    descriptions: FxHashMap<TypeId, Description>,
    functions: FxHashMap<Signature, Print>,
    /// Types by their fingerprints, once one was asked for.
    types: Option<FxHashMap<Print, TypeId>>,
}

impl Facts {
    /// What is known of a program with these types.
    pub fn new(module: Arc<Module>, types: Arc<RuntimeTypes>) -> Facts {
        let exports = module.exports.iter().enumerate();
        let int = types.find(&Type::Int);
        let string = types.find(&Type::String);
        let list_of = |ty: Option<TypeId>| ty.and_then(|ty| types.find(&Type::List(ty)));
        Facts {
            exports: exports
                .map(|(at, export)| (export.name.as_str().into(), at))
                .collect(),
            ints: list_of(int),
            texts: list_of(string),
            int,
            types,
            module,
            found: Mutex::default(),
        }
    }

    /// The types.
    pub fn types(&self) -> &Arc<RuntimeTypes> {
        &self.types
    }

    /// A type as another node is told of it.
    pub fn describe(&self, ty: TypeId) -> Description {
        let mut found = self.found.lock();
        let make = || {
            let table = self.types.table();
            Description {
                fingerprint: print(Fingerprints::new(table).of(ty).0),
                structure: Structure::of(table, ty).encode().into(),
            }
        };
        found.descriptions.entry(ty).or_insert_with(make).clone()
    }

    /// The fingerprint of a function.
    pub fn function(&self, signature: &Signature) -> Print {
        let mut found = self.found.lock();
        if let Some(known) = found.functions.get(signature) {
            return *known;
        }
        let Signature {
            params,
            ret,
            mailbox,
        } = signature;
        let made = Fingerprints::new(self.types.table()).of_function(params, *ret, *mailbox);
        let made = print(made.0);
        found.functions.insert(signature.clone(), made);
        made
    }

    /// A type of the program that has a fingerprint.
    pub fn type_of(&self, wanted: &Print) -> Option<TypeId> {
        let table = self.types.table();
        let mut found = self.found.lock();
        let types = found.types.get_or_insert_with(|| {
            let mut prints = Fingerprints::new(table);
            let all = (0..table.types.len() as u32).map(TypeId);
            all.map(|ty| (print(prints.of(ty).0), ty)).collect()
        });
        types.get(wanted).copied()
    }

    /// A signature as people read it.
    pub fn show(&self, signature: &Signature) -> String {
        let name = |ty: &TypeId| type_name(self.types.table(), *ty);
        let params: Vec<String> = signature.params.iter().map(name).collect();
        let messages = signature.mailbox.as_ref().map(name);
        let messages = messages.map_or_else(String::new, |ty| format!(", receives {ty}"));
        format!(
            "({}) -> {}{messages}",
            params.join(", "),
            name(&signature.ret)
        )
    }

    /// The types of the parameters and of the result of what the program exports under a name.
    pub fn types_of(&self, name: &str) -> Vec<Arc<str>> {
        let code = self.export(name).and_then(|export| export.code.as_ref());
        let Some(code) = code else { return Vec::new() };
        let types = code.params.iter().chain([&code.ret]);
        let name = |ty: &TypeId| type_name(self.types.table(), *ty).into();
        types.map(name).collect()
    }

    /// What the program exports under a name.
    pub fn export(&self, name: &str) -> Option<&Export> {
        let at = self.exports.get(name)?;
        self.module.exports.get(*at)
    }

    /// Whether a type says nothing about messages: any actor may stand for one that takes such.
    pub fn is_open(&self, message: TypeId) -> bool {
        match self.types.table().get(message) {
            Type::Unit => true,
            Type::Sum { variants, .. } => variants.is_empty(),
            _ => false,
        }
    }
}

/// The signature of what is exported.
pub fn signature(code: &ExportedCode) -> Signature {
    Signature {
        params: code.params.clone(),
        ret: code.ret,
        mailbox: code.mailbox,
    }
}

fn print(number: u128) -> Print {
    number.to_le_bytes()
}

/// What others may start here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpawnPolicy {
    /// Nothing.
    None,
    /// Actors, services and supervisors of the program.
    #[default]
    Actors,
    /// Its public functions, too.
    Public,
    /// All its functions.
    All,
}

impl SpawnPolicy {
    /// The policy of a word.
    pub fn of(word: &str) -> Option<SpawnPolicy> {
        Some(match word {
            "none" => SpawnPolicy::None,
            "actors" => SpawnPolicy::Actors,
            "pub" => SpawnPolicy::Public,
            "all" => SpawnPolicy::All,
            _ => return None,
        })
    }

    /// Whether it allows what is exported as this.
    pub fn allows(self, kind: ExportKind) -> bool {
        self >= match kind {
            ExportKind::Actor | ExportKind::Service => SpawnPolicy::Actors,
            ExportKind::Public => SpawnPolicy::Public,
            ExportKind::Private => SpawnPolicy::All,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_allow_more_and_more() {
        let allowed = |word: &str| {
            let policy = SpawnPolicy::of(word).expect("a policy");
            let kinds = ExportKind::ALL.into_iter();
            kinds
                .filter(|kind| policy.allows(*kind))
                .collect::<Vec<_>>()
        };
        use ExportKind::{Actor, Public, Service};
        assert_eq!(allowed("none"), []);
        assert_eq!(allowed("actors"), [Actor, Service]);
        assert_eq!(allowed("pub"), [Public, Actor, Service]);
        assert_eq!(allowed("all"), ExportKind::ALL);
        assert_eq!(SpawnPolicy::of("everything"), None);
    }
}
