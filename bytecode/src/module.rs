//! A module in memory: what the emitter builds, the encoder writes, the verifier checks and the tiers run.

use crate::inst::Inst;
use crate::layout::Slot;
use crate::types::{TypeId, TypeTable};

/// A register of a function's frame. Wider than a frame may be, so that a compiler can number values before it allocates registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Reg(pub u32);

/// Index into [`Module::funcs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FuncId(pub u32);

/// Index into [`Module::natives`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct NativeId(pub u32);

/// Index into [`Module::consts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ConstId(pub u32);

/// Jump target: index of an instruction in the same function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Label(pub u32);

/// How ids look in listings and messages.
macro_rules! shown {
    ($($id:ident $prefix:literal),*) => { $(
        impl std::fmt::Display for $id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    )* };
}

shown!(Reg "r", FuncId "f", NativeId "n", ConstId "c", Label "@", TypeId "t");

/// A constant that becomes a static cell (or an atom number) at load.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// String literal.
    Str(String),
    /// Bytes literal.
    Bytes(Vec<u8>),
    /// Atom name without the colon.
    Atom(String),
}

/// Whether a parameter's references are consumed by the callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The callee owns the argument and must consume or drop it.
    Own,
    /// The caller keeps the argument alive during the call; the callee may only read or dup it.
    Borrow,
}

/// One parameter slot of a function (an unboxed aggregate makes several).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParamSlot {
    /// Kind of the word.
    pub slot: Slot,
    /// Meaningful for reference slots; `Own` for others.
    pub mode: Mode,
}

impl ParamSlot {
    /// A parameter that the callee owns.
    pub fn owned(slot: Slot) -> ParamSlot {
        ParamSlot {
            slot,
            mode: Mode::Own,
        }
    }

    /// A reference that the callee only reads.
    pub fn borrowed(slot: Slot) -> ParamSlot {
        ParamSlot {
            slot,
            mode: Mode::Borrow,
        }
    }

    /// Whether the caller keeps the argument.
    pub fn is_borrowed(&self) -> bool {
        self.mode == Mode::Borrow
    }
}

/// What a function is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FuncKind {
    /// Called by id, maybe with borrowed parameters.
    Direct,
    /// Code of a closure: parameter 0 is the closure itself (owned, `Ref(fun_type)`), every parameter is owned.
    Closure {
        /// The `Fun` type that the closure has.
        fun_type: TypeId,
        /// Kinds of the captured words, in element form.
        captures: Vec<Slot>,
    },
}

/// A place in the sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Index into [`Module::files`].
    pub file: u32,
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
    /// Whose code it is: 0 for the function's own, else that of entry `inlined - 1` of [`Function::inlined`].
    pub inlined: u32,
}

/// A call that the code of its callee has replaced: a frame of stack traces without a frame at run time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inlined {
    /// The callee's name.
    pub function: String,
    /// Where it was called, in the function's own code or in that of an earlier entry. None after a tail call, which would have left
    /// no other frame.
    pub call: Option<Place>,
}

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// `Module.name`, as shown in stack traces (closures: `Module.name/fn`).
    pub name: String,
    /// What it is for.
    pub kind: FuncKind,
    /// Parameter slots; they arrive in registers 0, 1, ….
    pub params: Vec<ParamSlot>,
    /// Kinds of the result words (one to three), always owned.
    pub results: Vec<Slot>,
    /// Kind of every register, parameters first.
    pub regs: Vec<Slot>,
    /// Code; execution starts at 0.
    pub code: Vec<Inst>,
    /// `(instruction index, place)`, ascending; an entry holds until the next one.
    pub lines: Vec<(u32, Place)>,
    /// Calls that were inlined.
    pub inlined: Vec<Inlined>,
}

/// A frame of a stack trace: the function's name, and where it was.
pub type Frame<'f> = (&'f str, Option<Place>);

impl Function {
    /// The frames that an instruction stands for, innermost first: those of the inlined calls that it is in, then the function's own.
    pub fn frames_at(&self, index: u32) -> impl Iterator<Item = Frame<'_>> {
        let mut next = Some(self.place_at(index));
        std::iter::from_fn(move || {
            let place = next.take()?;
            let entry = place.and_then(|place| self.inlined_at(place));
            next = entry.and_then(|entry| entry.call).map(Some);
            let name = entry.map_or(&self.name, |entry| &entry.function);
            Some((name.as_str(), place))
        })
    }

    /// Which instructions begin a block: the first, targets of jumps, and what follows instructions that may jump. The last entry stands for
    /// the end of the code.
    pub fn block_starts(&self) -> Vec<bool> {
        let mut starts = vec![false; self.code.len() + 1];
        starts[0] = true;
        for (index, inst) in self.code.iter().enumerate() {
            inst.targets(&mut |label| {
                starts[label.0 as usize] = true;
                starts[index + 1] = true;
            });
        }
        starts
    }

    fn inlined_at(&self, place: Place) -> Option<&Inlined> {
        self.inlined.get(place.inlined.checked_sub(1)? as usize)
    }

    /// The source place of an instruction, if it is known.
    pub fn place_at(&self, index: u32) -> Option<Place> {
        let after = self.lines.partition_point(|(start, _)| *start <= index);
        self.lines
            .get(after.checked_sub(1)?)
            .map(|(_, place)| *place)
    }
}

/// An imported native function at one instance of its type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Native {
    /// Symbol, e.g. `snow_map_put`.
    pub symbol: String,
    /// Types of the declaration's type parameters, in order.
    pub type_args: Vec<TypeId>,
    /// Argument words.
    pub params: Vec<ParamSlot>,
    /// Result words.
    pub results: Vec<Slot>,
}

/// What an exported name stands for, which decides who may start it from elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExportKind {
    /// A function of its module's own.
    #[default]
    Private,
    /// A function that other modules may call.
    Public,
    /// An actor.
    Actor,
    /// What a service or supervisor runs.
    Service,
}

impl ExportKind {
    /// All, by their numbers in the file.
    pub const ALL: [ExportKind; 4] = [
        ExportKind::Private,
        ExportKind::Public,
        ExportKind::Actor,
        ExportKind::Service,
    ];

    /// The word that stands for it in listings; none for private functions.
    pub fn keyword(self) -> Option<&'static str> {
        match self {
            ExportKind::Private => None,
            ExportKind::Public => Some("public"),
            ExportKind::Actor => Some("actor"),
            ExportKind::Service => Some("service"),
        }
    }
}

/// A name under which other code may find a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// `Module.name`.
    pub name: String,
    /// What it stands for.
    pub kind: ExportKind,
    /// The code; none of a generic function, which has no code of its own.
    pub code: Option<ExportedCode>,
}

/// What is behind a name: code, and the types of what it takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedCode {
    /// The function.
    pub func: FuncId,
    /// Types of its parameters.
    pub params: Vec<TypeId>,
    /// Type of its result.
    pub ret: TypeId,
    /// Type of the messages that it receives, if it receives any.
    pub mailbox: Option<TypeId>,
}

/// A linked program.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Types of all functions.
    pub types: TypeTable,
    /// Constants.
    pub consts: Vec<Const>,
    /// Functions.
    pub funcs: Vec<Function>,
    /// Imports.
    pub natives: Vec<Native>,
    /// Exports: every named top-level function.
    pub exports: Vec<Export>,
    /// Source paths for stack traces, as the user wrote them or relative to the project.
    pub files: Vec<String>,
    /// `main`, without parameters.
    pub entry: FuncId,
}

impl Module {
    /// The function with this id. Panics, as the two below, when it is not of this module; the verifier has checked all ids.
    pub fn func(&self, id: FuncId) -> &Function {
        &self.funcs[id.0 as usize]
    }

    /// The imported native with this id.
    pub fn native(&self, id: NativeId) -> &Native {
        &self.natives[id.0 as usize]
    }

    /// The constant with this id.
    pub fn constant(&self, id: ConstId) -> &Const {
        &self.consts[id.0 as usize]
    }
}
