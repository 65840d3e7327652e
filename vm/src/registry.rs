//! The registry of functions by name: how code that knows only a name finds what to call.

use rustc_hash::FxHashMap;
use snow_bytecode::module::{FuncId, Module};

/// Functions by their names, `Module.function`. Closures and names that start with `__` are not in it.
#[derive(Default)]
pub struct Registry {
    functions: FxHashMap<Box<str>, FuncId>,
}

impl Registry {
    /// The exported functions of a module.
    pub fn of_module(module: &Module) -> Registry {
        let mut registry = Registry::default();
        for export in &module.exports {
            registry.register(&export.name, export.func);
        }
        registry
    }

    /// Adds a function; one of the same name is replaced for lookups from then on.
    pub fn register(&mut self, name: &str, func: FuncId) {
        let base = name.rsplit('.').next().unwrap_or(name);
        if !base.starts_with("__") {
            self.functions.insert(name.into(), func);
        }
    }

    /// The function of a name.
    pub fn lookup(&self, name: &str) -> Option<FuncId> {
        self.functions.get(name).copied()
    }
}
