//! The loader: a verified module becomes a [`Program`] of internal code.

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

use super::code::Code;
use super::dispatch;
use super::opcode::Op;
use super::program::{EXIT, FuncInfo, Program};
use crate::atoms::Atoms;
use crate::heap::{Statics, header_word};
use crate::native::{ImportError, Intrinsics, NativeTypes};
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
    /// Its address.
    pub function: u64,
    /// Address of its [`NativeTypes`].
    pub types: u64,
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
    let (functions, native_types) = bind_natives(&module, &types, intrinsics)?;
    let natives = native_addresses(&functions, &native_types);
    let entries: Vec<Option<Box<ClosureEntry>>> = make_entries(&module);
    let closures: Vec<Option<BoundClosure>> = bind_closures(&module, &entries, &mut statics);
    let cx = LoadContext {
        types: &types,
        constants: &constants,
        natives: &natives,
        closures: &closures,
    };

    let mut linker = Linker::new();
    for func in &module.funcs {
        linker.add(&cx, func)?;
    }
    let (code, funcs, extent) = linker.finish();
    Ok(Program {
        code,
        funcs,
        extent,
        constants,
        atoms,
        module,
        types,
        _statics: statics,
        _natives: native_types,
        _entries: entries,
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

/// Addresses and types of the imported natives.
fn bind_natives(
    module: &Module,
    types: &RuntimeTypes,
    intrinsics: &Intrinsics,
) -> Result<(Vec<u64>, Box<[NativeTypes]>), ImportError> {
    let mut functions = Vec::new();
    let mut all_types = Vec::new();
    for import in &module.natives {
        let (intrinsic, native_types) = intrinsics.bind(import, types)?;
        functions.push(intrinsic.function as usize as u64);
        all_types.push(native_types);
    }
    Ok((functions, all_types.into_boxed_slice()))
}

/// The natives as calls name them; `types` must stay where they are.
fn native_addresses(functions: &[u64], types: &[NativeTypes]) -> Vec<BoundNative> {
    let address = |types: &NativeTypes| (&raw const *types).expose_provenance() as u64;
    let bound = functions.iter().zip(types);
    bound
        .map(|(&function, types)| BoundNative {
            function,
            types: address(types),
        })
        .collect()
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

    fn finish(mut self) -> (Box<[Code]>, Vec<FuncInfo>, usize) {
        self.code.shrink_to_fit();
        let base = self.code.as_ptr();
        for (word, target) in &self.calls {
            let target = base.wrapping_add(self.funcs[target.0 as usize].start);
            self.code[*word].head = target as u64;
        }
        (self.code.into_boxed_slice(), self.funcs, self.extent)
    }
}
