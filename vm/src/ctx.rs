//! The context of running code: heap, atoms, output and the reason of a crash. Both tiers and all natives get it as their first argument.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use crate::abi::NativeState;
use crate::atoms::Atoms;
use crate::carrier::Carrier;
use crate::heap::Heap;
use crate::interp::TraceBuilder;
use crate::output::Output;
use crate::types::RuntimeTypes;

/// What a native function, or a function in native form, came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[must_use]
pub enum Status {
    /// The result is written.
    Ok = 0,
    /// Crash; the reason is in the context, there is no result.
    Crash = 1,
    /// The program ends now; the exit code is in the context.
    Exit = 2,
}

/// Everything that running code needs besides its arguments.
#[repr(C)]
pub struct Ctx {
    /// What compiled code reads and writes.
    pub native: NativeState,
    /// Cells.
    pub heap: Heap,
    /// The stacks that code runs on.
    pub carrier: Carrier,
    /// Names of atoms.
    pub atoms: Atoms,
    /// Buffered standard output.
    pub output: Output,
    /// Arguments of the program.
    pub args: Vec<String>,
    /// State of the random generator; `None` until it is used or seeded.
    pub random: Option<u64>,
    /// When the program first asked for the monotonic clock, which counts from there.
    pub start: Option<Instant>,
    /// Environment variables that the program has set; they hide the process's own.
    pub env: BTreeMap<String, String>,
    /// Files that the program has opened for reading, by handle; `None` when closed.
    pub files: Vec<Option<BufReader<File>>>,
    /// Processes that the program has started and not waited for, by handle.
    pub children: Vec<Option<Child>>,
    /// The frames that the crash under way has left so far, innermost first.
    pub trace: TraceBuilder,
    crash: Option<String>,
    exit: Option<i32>,
}

impl Ctx {
    /// A context for a program with these types.
    pub fn new(types: Arc<RuntimeTypes>, atoms: Atoms, output: Output, args: Vec<String>) -> Ctx {
        Ctx {
            native: NativeState::new(),
            trace: TraceBuilder::default(),
            heap: Heap::new(types),
            carrier: Carrier::new(),
            atoms,
            output,
            args,
            random: None,
            start: None,
            env: BTreeMap::new(),
            files: Vec::new(),
            children: Vec::new(),
            crash: None,
            exit: None,
        }
    }

    /// The loaded types.
    #[inline(always)]
    pub fn types(&self) -> &RuntimeTypes {
        self.heap.types()
    }

    /// Stores the reason of a crash and gives the status that reports it.
    #[cold]
    pub fn crash(&mut self, reason: impl Into<String>) -> Status {
        self.crash = Some(reason.into());
        Status::Crash
    }

    /// Takes the reason of the crash that was reported.
    pub fn take_crash(&mut self) -> String {
        self.crash
            .take()
            .unwrap_or_else(|| "unknown reason".to_owned())
    }

    /// What code that was asked to stop finds at its next safe point: 0 to go on, or a status. The limit is the stack's again.
    pub fn safe_point(&mut self) -> u32 {
        self.native.limit.store(self.carrier.limit(), Relaxed);
        Status::Ok as u32
    }

    /// Asks for the end of the program.
    pub fn exit(&mut self, code: i32) -> Status {
        self.exit = Some(code);
        Status::Exit
    }

    /// The exit code that was asked for.
    pub fn exit_code(&self) -> Option<i32> {
        self.exit
    }
}
