//! The loader: a verified module becomes a [`Program`] of internal code.

mod bytes;
mod calls;
mod cells;
mod control;
mod emitter;
mod floats;
mod ints;
mod lists;
mod maps;
mod place;
mod reg;
mod texts;
mod translate;
mod words;

use super::code::{Code, CodeBlock};
use super::dispatch;
use super::opcode::Op;
use super::program::{EXIT, FuncInfo, Program};
use super::tier::Tier;
use crate::abi::pool::PoolLayout;
use crate::atoms::Atoms;
use crate::heap::{Statics, header_word};
use crate::native::{Import, ImportError, Intrinsics};
use crate::types::RuntimeTypes;
use crate::value::closure::ClosureEntry;
use emitter::Emitter;
pub use emitter::FRAME_LINK;
use snow_bytecode::layout::LayoutError;
use snow_bytecode::module::{Const, ConstId, FuncId, FuncKind, Function, Module, NativeId};
use std::sync::Arc;

/// Why a verified module cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The types have no layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A native is missing or has another type.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A function has too many registers for the operands of internal code.
    #[error("function `{function}` has {count} registers, more than the interpreter can address")]
    TooManyRegisters {
        /// Its name.
        function: String,
        /// Its number of registers.
        count: usize,
    },
    /// A call has more arguments than the operands of internal code can count.
    #[error(
        "function `{function}` has an instruction with {count} operands, more than the interpreter can address"
    )]
    TooManyOperands {
        /// The function.
        function: String,
        /// Number of operands.
        count: usize,
    },
    /// The code of a function or of the program is too long for jump distances.
    #[error("the code of `{function}` is too long")]
    TooLong {
        /// Where the limit was passed.
        function: String,
    },
}

/// A native as calls need it.
#[derive(Clone, Copy)]
pub struct BoundNative {
    /// What the interpreter calls.
    pub function: u64,
    /// What compiled code calls.
    pub compiled: u64,
    /// Address of its [`crate::native::NativeTypes`].
    pub types: u64,
}

impl BoundNative {
    /// The native of an import, which must stay where it is.
    fn of(import: &Import) -> BoundNative {
        BoundNative {
            function: import.interpreted_entry() as usize as u64,
            compiled: import.compiled_entry() as usize as u64,
            types: (&raw const *import).expose_provenance() as u64,
        }
    }
}

/// A closure function as `MakeClosure` needs it.
#[derive(Clone, Copy)]
pub struct BoundClosure {
    /// Address of its [`ClosureEntry`].
    pub entry: u64,
    /// Header of its cells.
    pub header: u64,
    /// The one static cell of a closure that captures nothing.
    pub constant: Option<u64>,
}

/// What the translation of a function needs of the whole program.
pub struct LoadContext<'a> {
    /// The loaded types.
    pub types: &'a RuntimeTypes,
    constants: &'a [u64],
    natives: &'a [BoundNative],
    closures: &'a [Option<BoundClosure>],
}

impl LoadContext<'_> {
    /// The word that stands for a constant.
    pub fn constant(&self, id: ConstId) -> u64 {
        self.constants[id.0 as usize]
    }

    /// A native.
    pub fn native(&self, id: NativeId) -> BoundNative {
        self.natives[id.0 as usize]
    }

    /// A function of kind `Closure`.
    pub fn closure(&self, id: FuncId) -> BoundClosure {
        self.closures[id.0 as usize]
            .expect("the verifier allows closures only of closure functions")
    }
}

/// Makes a program of a verified module.
pub fn load(
    module: Arc<Module>,
    types: Arc<RuntimeTypes>,
    intrinsics: &Intrinsics,
) -> Result<Program, LoadError> {
    let mut statics = Statics::default();
    let mut atoms = Atoms::default();
    let constants = make_constants(&module, &types, &mut statics, &mut atoms);
    let imports = bind_natives(&module, &types, intrinsics)?;
    let natives: Vec<BoundNative> = imports.iter().map(BoundNative::of).collect();
    let entries: Vec<Option<Box<ClosureEntry>>> = make_entries(&module);
    let closures: Vec<Option<BoundClosure>> = bind_closures(&module, &entries, &mut statics);
    let cx = LoadContext {
        types: &types,
        constants: &constants,
        natives: &natives,
        closures: &closures,
    };

    let pool = make_pool(&module, &cx);
    let mut linker = Linker::new();
    for func in &module.funcs {
        linker.add(&cx, func)?;
    }
    let extent = linker.extent;
    let (code, funcs, tier) = linker.finish(&module);
    Ok(Program {
        code,
        funcs,
        extent,
        tier,
        pool,
        constants,
        atoms,
        module,
        types,
        _statics: statics,
        _natives: imports,
        closures: entries,
    })
}

fn make_constants(
    module: &Module,
    types: &RuntimeTypes,
    statics: &mut Statics,
    atoms: &mut Atoms,
) -> Vec<u64> {
    let constant = |constant: &Const| match constant {
        Const::Str(text) => statics.text(types.string(), text.as_bytes()),
        Const::Bytes(bytes) => statics.text(types.bytes(), bytes),
        Const::Atom(name) => atoms.intern(name),
    };
    module.consts.iter().map(constant).collect()
}

/// The imported natives.
fn bind_natives(
    module: &Module,
    types: &RuntimeTypes,
    intrinsics: &Intrinsics,
) -> Result<Box<[Import]>, ImportError> {
    let natives = module.natives.iter();
    natives
        .map(|native| intrinsics.bind(native, types))
        .collect()
}

/// The words for compiled code, as [`PoolLayout`] says.
fn make_pool(module: &Module, cx: &LoadContext<'_>) -> Box<[u64]> {
    let layout = PoolLayout::of(module);
    let mut pool = vec![0; layout.len()];
    for (index, word) in cx.constants.iter().enumerate() {
        pool[layout.constant(ConstId(index as u32))] = *word;
    }
    for (index, closure) in cx.closures.iter().enumerate() {
        let func = FuncId(index as u32);
        pool[layout.closure_entry(func)] = closure.map_or(0, |closure| closure.entry);
        pool[layout.closure_constant(func)] = closure.and_then(|c| c.constant).unwrap_or(0);
    }
    for (index, native) in cx.natives.iter().enumerate() {
        let id = NativeId(index as u32);
        pool[layout.native_code(id)] = native.compiled;
        pool[layout.native_types(id)] = native.types;
    }
    pool.into_boxed_slice()
}

fn make_entries(module: &Module) -> Vec<Option<Box<ClosureEntry>>> {
    let entry = |(index, func): (usize, &Function)| match &func.kind {
        FuncKind::Direct => None,
        FuncKind::Closure { captures, .. } => Some(Box::new(ClosureEntry::new(
            index as u32,
            &func.name,
            captures,
        ))),
    };
    module.funcs.iter().enumerate().map(entry).collect()
}

fn bind_closures(
    module: &Module,
    entries: &[Option<Box<ClosureEntry>>],
    statics: &mut Statics,
) -> Vec<Option<BoundClosure>> {
    let closure = |(func, entry): (&Function, &Option<Box<ClosureEntry>>)| {
        let (FuncKind::Closure { fun_type, captures }, Some(entry)) = (&func.kind, entry) else {
            return None;
        };
        let entry = (&raw const **entry).expose_provenance() as u64;
        Some(BoundClosure {
            entry,
            header: header_word(*fun_type, 0, 1),
            constant: captures
                .is_empty()
                .then(|| statics.cell(*fun_type, 0, &[entry])),
        })
    };
    module.funcs.iter().zip(entries).map(closure).collect()
}

/// Lays the functions' code out in one block and connects calls with their targets.
struct Linker {
    code: Vec<Code>,
    funcs: Vec<FuncInfo>,
    calls: Vec<(usize, FuncId)>,
    extent: usize,
}

impl Linker {
    /// Begins with the words to which outermost frames return.
    fn new() -> Linker {
        let mut code = EXIT.to_vec();
        code.push(Code::of_shorts(dispatch::head(Op::Done), [0; 4]));
        Linker {
            code,
            funcs: Vec::new(),
            calls: Vec::new(),
            extent: 0,
        }
    }

    fn add(&mut self, cx: &LoadContext<'_>, func: &Function) -> Result<(), LoadError> {
        let mut emitter = Emitter::new(cx, func)?;
        emitter.translate_all()?;
        let start = self.code.len();
        self.extent = self.extent.max(emitter.extent());
        self.calls.extend(
            emitter
                .calls
                .iter()
                .map(|(word, target)| (start + *word as usize, *target)),
        );
        self.funcs.push(FuncInfo::new(start, emitter.marks));
        self.code.append(&mut emitter.code);
        Ok(())
    }

    fn finish(self, module: &Module) -> (CodeBlock, Vec<FuncInfo>, Tier) {
        let code = CodeBlock::new(self.code);
        let starts: Vec<*const Code> = self.funcs.iter().map(|func| code.at(func.start)).collect();
        for (word, target) in &self.calls {
            code.set_head(*word, starts[target.0 as usize] as u64);
        }
        let tier = Tier::new(module, &starts, self.calls);
        (code, self.funcs, tier)
    }
}
