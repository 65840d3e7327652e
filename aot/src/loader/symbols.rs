//! The symbols that objects may use without defining them.

use std::collections::HashMap;
use std::ffi::{c_int, c_void};

use snow_vm::abi::table::symbols;

/// Addresses by name.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    addresses: HashMap<&'static str, usize>,
}

impl Symbols {
    /// All that compiled code may use: the runtime's table, and what LLVM makes of instructions that the processor lacks.
    pub fn runtime() -> Symbols {
        let own = symbols().into_iter();
        let own = own.map(|symbol| (symbol.name, symbol.address));
        Symbols {
            addresses: own.chain(library()).collect(),
        }
    }

    /// Adds a symbol.
    pub fn insert(&mut self, name: &'static str, address: usize) {
        self.addresses.insert(name, address);
    }

    /// The address of a symbol.
    pub fn lookup(&self, name: &str) -> Option<usize> {
        self.addresses.get(name).copied()
    }

    /// The lowest address of the runtime's own functions; those of shared libraries are elsewhere.
    pub fn lowest(&self) -> Option<usize> {
        let own = self.addresses.iter();
        own.filter(|(name, _)| name.starts_with("snow_"))
            .map(|(_, address)| *address)
            .min()
    }
}

unsafe extern "C" {
    fn fmod(a: f64, b: f64) -> f64;
    fn floor(a: f64) -> f64;
    fn ceil(a: f64) -> f64;
    fn trunc(a: f64) -> f64;
    fn round(a: f64) -> f64;
    fn rint(a: f64) -> f64;
    fn sqrt(a: f64) -> f64;
    fn fma(a: f64, b: f64, c: f64) -> f64;
    fn memcpy(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void;
    fn memmove(to: *mut c_void, from: *const c_void, len: usize) -> *mut c_void;
    fn memset(to: *mut c_void, byte: c_int, len: usize) -> *mut c_void;
    fn memcmp(a: *const c_void, b: *const c_void, len: usize) -> c_int;
    fn bcmp(a: *const c_void, b: *const c_void, len: usize) -> c_int;
}

/// Functions of the C library that LLVM calls by itself.
fn library() -> [(&'static str, usize); 13] {
    [
        ("fmod", fmod as *const () as usize),
        ("floor", floor as *const () as usize),
        ("ceil", ceil as *const () as usize),
        ("trunc", trunc as *const () as usize),
        ("round", round as *const () as usize),
        ("rint", rint as *const () as usize),
        ("sqrt", sqrt as *const () as usize),
        ("fma", fma as *const () as usize),
        ("memcpy", memcpy as *const () as usize),
        ("memmove", memmove as *const () as usize),
        ("memset", memset as *const () as usize),
        ("memcmp", memcmp as *const () as usize),
        ("bcmp", bcmp as *const () as usize),
    ]
}
