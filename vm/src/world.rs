//! What all actors of a running program share besides its code: standard output, arguments, environment, open files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::process::Child;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;

use crate::interp::TierHook;
use crate::output::Output;
use crate::platform::Platform;
use crate::registry::{ProgramRegistry, Registered};
use crate::sched::Runtime;

/// Counters of places of a program, which all its runs share.
pub type Counts = Arc<[AtomicU64]>;

/// A file that the program has opened for reading. Whoever reads locks it, and no other file.
pub type OpenFile = Arc<Mutex<BufReader<File>>>;

/// The outside of one run of a program. Two of them in one process share nothing.
pub struct World {
    /// Standard output.
    pub output: Mutex<Output>,
    /// Arguments of the program.
    pub args: Vec<String>,
    /// Clocks, seeds and choices.
    pub platform: Platform,
    /// Environment variables that the program has set; they hide the process's own.
    pub env: Mutex<BTreeMap<String, String>>,
    /// Files that are open for reading, by handle; `None` when closed.
    pub files: Mutex<Vec<Option<OpenFile>>>,
    /// Processes that the program has started and not waited for, by handle.
    pub children: Mutex<Vec<Option<Child>>>,
    /// How often places of the program have run, where that is counted.
    pub counts: Option<Counts>,
    /// What chooses the functions to compile.
    pub(crate) hook: Mutex<Option<Box<dyn TierHook>>>,
    /// The program's functions by name, once they are registered.
    pub(crate) registry: OnceLock<ProgramRegistry>,
    /// What runs the program.
    pub(crate) runtime: OnceLock<Weak<Runtime>>,
}

impl World {
    /// A world with this standard output and these arguments, on the system's platform.
    pub fn new(output: Output, args: Vec<String>) -> World {
        World::on(Platform::of_system(), output, args)
    }

    /// As [`World::new`], on another platform.
    pub fn on(platform: Platform, output: Output, args: Vec<String>) -> World {
        World {
            output: Mutex::new(output),
            args,
            platform,
            env: Mutex::default(),
            files: Mutex::default(),
            children: Mutex::default(),
            counts: None,
            hook: Mutex::default(),
            registry: OnceLock::new(),
            runtime: OnceLock::new(),
        }
    }

    /// What runs the program, while it runs.
    pub fn runtime(&self) -> Option<Arc<Runtime>> {
        self.runtime.get()?.upgrade()
    }

    /// The function of a name, once functions are registered.
    pub fn lookup(&self, name: &str) -> Option<Arc<Registered>> {
        self.registry.get()?.lookup(name)
    }
}
