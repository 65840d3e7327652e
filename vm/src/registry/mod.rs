//! The registry of functions by name: how code that knows only a name finds what to call.
//!
//! Before `main` runs, every top-level function that the module exports is registered, in both tiers by the same call. Closures and names that
//! start with `__` never are. [`FUNCTION_REGISTRY`] belongs to the first program that runs in the process, and to the C interface; programs
//! that run beside it have registries of their own.

pub mod intrinsics;

#[cfg(test)]
mod tests;

use crate::abi::UniformFn;
use crate::abi::status::TAIL;
use crate::ctx::Ctx;
use parking_lot::RwLock;
use rustc_hash::FxHashMap;
use snow_bytecode::fingerprint::Fingerprint;
use snow_bytecode::module::ExportKind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

pub use intrinsics::snow_register_function;

/// What a registered name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum EntryKind {
    /// A function.
    Function = 0,
    /// An actor.
    Actor = 1,
    /// A service.
    Service = 2,
    /// A supervisor.
    Supervisor = 3,
}

impl EntryKind {
    /// The kind of what a module exports.
    pub fn of(kind: ExportKind) -> EntryKind {
        match kind {
            ExportKind::Private | ExportKind::Public => EntryKind::Function,
            ExportKind::Actor => EntryKind::Actor,
            ExportKind::Service => EntryKind::Service,
        }
    }
}

/// A registered function.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct FunctionEntry {
    /// Its uniform code; none while it only runs in the interpreter, which finds it by its number.
    pub uniform: Option<UniformFn>,
    /// Its typed code, or null.
    pub native: *const u8,
    /// Fingerprint of what it takes and gives, lowest byte first; zeros of a generic function.
    pub fingerprint: [u8; 16],
    /// Its number in the program; [`FunctionEntry::NO_CODE`] of a generic function, which cannot be called by its name.
    pub func: u32,
    /// What it is.
    pub kind: EntryKind,
}

// SAFETY: the addresses of code mean the same in every thread.
unsafe impl Send for FunctionEntry {}
// SAFETY: as above.
unsafe impl Sync for FunctionEntry {}

impl FunctionEntry {
    /// Number of what has no code.
    pub const NO_CODE: u32 = u32::MAX;

    /// A function that has this number and these codes.
    pub fn function(
        func: u32,
        uniform: Option<UniformFn>,
        native: *const u8,
        fingerprint: Fingerprint,
    ) -> FunctionEntry {
        FunctionEntry {
            uniform,
            native,
            fingerprint: fingerprint.0.to_le_bytes(),
            func,
            kind: EntryKind::Function,
        }
    }

    /// A generic function: its name is known, but there is no code that one could call without saying for which types.
    pub fn generic() -> FunctionEntry {
        FunctionEntry::function(
            FunctionEntry::NO_CODE,
            None,
            std::ptr::null(),
            Fingerprint(0),
        )
    }

    /// Whether it can be called.
    pub fn has_code(&self) -> bool {
        self.func != FunctionEntry::NO_CODE
    }

    /// Calls it, in whichever tier it is; gives the status.
    ///
    /// # Safety
    /// It has code. The context is that of a machine that runs the entry's program, and on a carrier; `args` points to the function's argument words, all
    /// owned; `ret` has room for its results.
    pub unsafe fn call(&self, ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
        // SAFETY: by contract.
        unsafe {
            let status = match self.uniform {
                Some(code) => code(ctx, args, ret),
                None => return ((*ctx).native.call)(ctx, self.func.into(), args, ret),
            };
            if status != TAIL {
                return status;
            }
            let native = &(*ctx).native;
            (native.call)(ctx, native.tail_func, native.tail_args, ret)
        }
    }
}

/// A name's place in a registry. Call sites keep it; it always holds what was registered last.
#[derive(Debug)]
pub struct Registered(RwLock<FunctionEntry>);

impl Registered {
    /// What the name stands for now.
    pub fn entry(&self) -> FunctionEntry {
        *self.0.read()
    }
}

/// Functions by their names, `Module.function`.
#[derive(Default)]
pub struct Registry {
    functions: RwLock<FxHashMap<Box<str>, Arc<Registered>>>,
}

impl Registry {
    /// Adds a function; one of the same name is replaced for calls made from then on. Names that start with `__` are left out.
    pub fn register(&self, name: &str, entry: FunctionEntry) {
        let base = name.rsplit('.').next().unwrap_or(name);
        if base.starts_with("__") {
            return;
        }
        let mut functions = self.functions.write();
        match functions.get(name) {
            Some(known) => *known.0.write() = entry,
            None => {
                let registered = Arc::new(Registered(RwLock::new(entry)));
                functions.insert(name.into(), registered);
            }
        }
    }

    /// The function of a name.
    pub fn lookup(&self, name: &str) -> Option<Arc<Registered>> {
        self.functions.read().get(name).cloned()
    }

    fn clear(&self) {
        self.functions.write().clear();
    }
}

/// The registry of the process.
pub static FUNCTION_REGISTRY: OnceLock<Registry> = OnceLock::new();

/// Whether a running program has the registry of the process.
static TAKEN: AtomicBool = AtomicBool::new(false);

fn process_registry() -> &'static Registry {
    FUNCTION_REGISTRY.get_or_init(Registry::default)
}

/// The function of a name in the registry of the process.
pub fn lookup_function(name: &str) -> Option<Arc<Registered>> {
    process_registry().lookup(name)
}

/// The registry of one running program.
pub enum ProgramRegistry {
    /// That of the process: this is its first program.
    Process,
    /// One of its own.
    Own(Registry),
}

impl ProgramRegistry {
    /// The registry of a program that begins.
    pub fn begin() -> ProgramRegistry {
        if TAKEN.swap(true, Ordering::AcqRel) {
            ProgramRegistry::Own(Registry::default())
        } else {
            ProgramRegistry::Process
        }
    }

    /// As [`Registry::register`].
    pub fn register(&self, name: &str, entry: FunctionEntry) {
        match self {
            // SAFETY: the name is a string, and the entry one.
            ProgramRegistry::Process => unsafe {
                snow_register_function(name.as_ptr(), name.len() as i64, &raw const entry);
            },
            ProgramRegistry::Own(registry) => registry.register(name, entry),
        }
    }

    /// As [`Registry::lookup`].
    pub fn lookup(&self, name: &str) -> Option<Arc<Registered>> {
        match self {
            ProgramRegistry::Process => lookup_function(name),
            ProgramRegistry::Own(registry) => registry.lookup(name),
        }
    }
}

impl Drop for ProgramRegistry {
    fn drop(&mut self) {
        if let ProgramRegistry::Process = self {
            // The code goes with the program.
            process_registry().clear();
            TAKEN.store(false, Ordering::Release);
        }
    }
}
