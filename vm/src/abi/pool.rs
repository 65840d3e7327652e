//! The pool: words that objects need of the module as it was loaded, each at a place that follows from the module alone.

use snow_bytecode::module::{ConstId, FuncId, Module, NativeId};

/// Which word of the pool holds what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLayout {
    consts: usize,
    funcs: usize,
    natives: usize,
}

impl PoolLayout {
    /// The layout for a module.
    pub fn of(module: &Module) -> PoolLayout {
        PoolLayout {
            consts: module.consts.len(),
            funcs: module.funcs.len(),
            natives: module.natives.len(),
        }
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.consts + 2 * self.funcs + 2 * self.natives
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A constant: the address of its static cell, or the number of an atom.
    pub fn constant(&self, id: ConstId) -> usize {
        id.0 as usize
    }

    /// Address of the [`crate::value::closure::ClosureEntry`] of a closure function; 0 for others.
    pub fn closure_entry(&self, func: FuncId) -> usize {
        self.consts + func.0 as usize
    }

    /// The one static closure of a closure function that captures nothing; 0 for others.
    pub fn closure_constant(&self, func: FuncId) -> usize {
        self.consts + self.funcs + func.0 as usize
    }

    /// Address of the code of an imported native.
    pub fn native_code(&self, native: NativeId) -> usize {
        self.consts + 2 * self.funcs + native.0 as usize
    }

    /// Address of the [`crate::native::NativeTypes`] of an imported native.
    pub fn native_types(&self, native: NativeId) -> usize {
        self.consts + 2 * self.funcs + self.natives + native.0 as usize
    }
}
