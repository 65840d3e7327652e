//! The names of a program's functions: what is registered of them, and when.

use super::Program;
use crate::abi::UniformFn;
use crate::registry::{EntryKind, FunctionEntry, ProgramRegistry};
use crate::world::World;
use snow_bytecode::fingerprint::Fingerprints;
use snow_bytecode::module::{Export, FuncId};
use std::sync::atomic::Ordering::Relaxed;

impl Program {
    /// Makes the functions that the module exports known by their names.
    pub fn register_functions(&self, world: &World) {
        let registry = ProgramRegistry::begin();
        let module = &self.module;
        let mut fingerprints = Fingerprints::new(&module.types);
        for Export { name, kind, code } in &module.exports {
            let mut entry = match code {
                Some(code) => {
                    let fingerprint =
                        fingerprints.of_function(&code.params, code.ret, code.mailbox);
                    let (uniform, native) = self.codes(code.func);
                    FunctionEntry::function(code.func.0, uniform, native, fingerprint)
                }
                None => FunctionEntry::generic(),
            };
            entry.kind = EntryKind::of(*kind);
            registry.register(name, entry);
        }
        // A world belongs to one run of one program.
        let _ = world.registry.set(registry);
    }

    /// Makes the names of functions that have been compiled lead to their code.
    pub(super) fn register_again(&self, world: &World, functions: &[FuncId]) {
        let Some(registry) = world.registry.get() else {
            return;
        };
        for Export { name, code, .. } in &self.module.exports {
            let compiled = code.as_ref().map(|code| code.func);
            let Some(func) = compiled.filter(|func| functions.contains(func)) else {
                continue;
            };
            if let Some(known) = registry.lookup(name) {
                let (uniform, native) = self.codes(func);
                let entry = FunctionEntry {
                    uniform,
                    native,
                    func: func.0,
                    ..known.entry()
                };
                registry.register(name, entry);
            }
        }
    }

    /// The compiled code of a function, uniform and typed, as far as there is some.
    fn codes(&self, func: FuncId) -> (Option<UniformFn>, *const u8) {
        let native = self.tier.codes()[func.0 as usize].load(Relaxed);
        (self.tier.uniform(func), native)
    }
}
