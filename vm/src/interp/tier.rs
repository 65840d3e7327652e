//! The functions of a program that are compiled, and the ways to them.
//!
//! Each function has a *stub*: internal code that enters its compiled code. Installing code stores its entries and turns all calls of
//! the function to the stub: the links of direct calls, and the table that calls of closures use. The function's own code stays as it is, for
//! the frames that are in it.

use super::code::{Code, CodeBlock, changing_head};
use super::dispatch;
use super::opcode::Op;
use super::unit::{NativeFunction, NativeLoop, NativeUnit};
use crate::abi::UniformFn;
use crate::value::closure::ClosureEntry;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use snow_bytecode::module::{FuncId, Function, Module};
use std::any::Any;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicPtr};

/// Words of a stub: `[op | 0 params] [entry]`.
pub const STUB_WORDS: usize = 2;

/// Entries of a program's functions in both tiers.
pub struct Tier {
    /// By function: its stub.
    stubs: CodeBlock,
    /// By function: where calls of closures go.
    entries: Box<[AtomicPtr<Code>]>,
    /// By function: its typed code, or null.
    codes: Box<[AtomicPtr<u8>]>,
    /// Links, and the functions that they lead to.
    calls: Vec<(usize, FuncId)>,
    has_loops: AtomicBool,
    loops: Mutex<FxHashMap<(FuncId, u32), CodeBlock>>,
    owners: Mutex<Vec<Box<dyn Any + Send>>>,
}

impl Tier {
    /// No function is compiled. `starts` are the functions' first words, `calls` the words of links.
    pub fn new(module: &Module, starts: &[*const Code], calls: Vec<(usize, FuncId)>) -> Tier {
        let stubs = module.funcs.iter().flat_map(|func| stub(func, 0)).collect();
        let entry = |start: &*const Code| AtomicPtr::new(start.cast_mut());
        Tier {
            stubs: CodeBlock::new(stubs),
            entries: starts.iter().map(entry).collect(),
            codes: starts.iter().map(|_| AtomicPtr::default()).collect(),
            calls,
            has_loops: AtomicBool::new(false),
            loops: Mutex::default(),
            owners: Mutex::default(),
        }
    }

    /// The stubs in order of the functions.
    pub fn stubs(&self) -> *const Code {
        self.stubs.at(0)
    }

    /// The function whose stub an address is in.
    pub fn function_of_stub(&self, pc: *const Code) -> Option<FuncId> {
        let word = self.stubs.word_at(pc)?;
        Some(FuncId((word / STUB_WORDS) as u32))
    }

    /// By function: where its code begins, in whichever tier.
    pub fn entries(&self) -> &[AtomicPtr<Code>] {
        &self.entries
    }

    /// By function: its typed code, or null.
    pub fn codes(&self) -> &[AtomicPtr<u8>] {
        &self.codes
    }

    /// The compiled code of a function.
    pub fn uniform(&self, func: FuncId) -> Option<UniformFn> {
        let word = self.stubs.at(func.0 as usize * STUB_WORDS + 1);
        // SAFETY: the word is one of the block; what is in it is null or an entry (`install`).
        unsafe {
            let entry = changing_head(word) as usize;
            std::mem::transmute::<usize, Option<UniformFn>>(entry)
        }
    }

    /// Internal code that goes on in compiled code, for a frame that is about to make a turn of this loop.
    pub fn loop_stub(&self, func: FuncId, header: u32) -> Option<*const Code> {
        self.loops
            .lock()
            .get(&(func, header))
            .map(|stub| stub.at(0))
    }

    /// Whether any loop has an entry.
    pub fn has_loops(&self) -> bool {
        self.has_loops.load(Relaxed)
    }

    /// Installs code: calls from now on go there.
    pub fn install(
        &self,
        unit: NativeUnit,
        module: &Module,
        code: &CodeBlock,
        closures: &[Option<Box<ClosureEntry>>],
    ) {
        self.owners.lock().push(unit.owner);
        let mut installed = vec![false; self.entries.len()];
        for function in &unit.functions {
            let func = function.func.0 as usize;
            self.set_entries(function);
            if let Some(entry) = &closures[func] {
                entry.code.store(function.typed.cast_mut(), Release);
            }
            installed[func] = true;
        }
        for (word, func) in &self.calls {
            let func = func.0 as usize;
            if installed[func] {
                code.set_head(*word, self.stubs.at(func * STUB_WORDS) as u64);
            }
        }
        for native in &unit.loops {
            self.add_loop(native, module);
        }
    }

    fn set_entries(&self, function: &NativeFunction) {
        let func = function.func.0 as usize;
        self.stubs
            .set_head(func * STUB_WORDS + 1, function.uniform as usize as u64);
        self.codes[func].store(function.typed.cast_mut(), Release);
        let stub = self.stubs.at(func * STUB_WORDS);
        self.entries[func].store(stub.cast_mut(), Release);
    }

    fn add_loop(&self, native: &NativeLoop, module: &Module) {
        let func = &module.funcs[native.func.0 as usize];
        let entry = native.entry as usize as u64;
        let mut loops = self.loops.lock();
        // A frame may be in a stub that is there: only its entry changes.
        loops
            .entry((native.func, native.header))
            .or_insert_with(|| CodeBlock::new(stub(func, entry).to_vec()))
            .set_head(1, entry);
        self.has_loops.store(true, Relaxed);
    }
}

fn stub(func: &Function, entry: u64) -> [Code; STUB_WORDS] {
    let op = [Op::Compiled1, Op::Compiled2, Op::Compiled3][func.results.len() - 1];
    let params = func.params.len() as u16;
    [
        Code::of_shorts(dispatch::head(op), [0, params, 0, 0]),
        Code::of_shorts(entry, [0; 4]),
    ]
}
