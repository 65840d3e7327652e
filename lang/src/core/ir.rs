//! Core: the monomorphic intermediate form between lowering, the optimiser, reference counting and emission.
//!
//! Administrative normal form with join points: every intermediate value has a name, operands are variables, and control is blocks,
//! joins and jumps (loops are joins that jump to themselves). Values are *logical*: one variable per Snow value, whatever number of
//! machine words its layout has; splitting into slots happens in the next phase, which works on one-slot variables.
//! Reference counts do not exist here: a variable may be used any number of times.
//!
//! Every variable is assigned exactly once (by its `Let`, as a parameter, or as a join's parameter), and is in scope in the rest of its
//! block and in nested blocks. A join is in scope in the rest of the block that declares it and, for loops, in its own body.

use std::sync::Arc;

use smol_str::SmolStr;
use snow_bytecode::inst::{BitField, Cond, FloatOp, FloatUnOp, IntOp, TextForm};
use snow_bytecode::module::ExportKind;
use snow_bytecode::types::{TypeId, TypeTable};

use crate::syntax::ast::Span;

/// A variable of one function: index into [`Func::vars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Var(pub u32);

/// A join point of one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JoinId(pub u32);

/// Index into [`Program::funcs`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FuncId(pub u32);

/// A monomorphic program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Types of all variables.
    pub types: TypeTable,
    /// Functions.
    pub funcs: Vec<Func>,
    /// `main`.
    pub entry: Option<FuncId>,
    /// The top-level functions that are to be registered.
    pub exports: Vec<Export>,
}

/// A function that is registered under its name.
#[derive(Clone, Debug)]
pub struct Export {
    /// `Module.function`.
    pub name: String,
    /// What it is.
    pub kind: ExportKind,
    /// Its code; none of a generic function.
    pub func: Option<FuncId>,
    /// Type of the messages that it receives, if it receives any.
    pub mailbox: Option<TypeId>,
}

/// A function.
#[derive(Clone, Debug, Default)]
pub struct Func {
    /// `Module.name` as shown in stack traces; closures `Module.name/fn`.
    pub name: String,
    /// Whether it is the code of a closure.
    pub kind: FuncKind,
    /// Parameters in order (without captures).
    pub params: Vec<Var>,
    /// Result type.
    pub ret: TypeId,
    /// Type and name of every variable.
    pub vars: Vec<VarInfo>,
    /// Number of join points.
    pub joins: u32,
    /// Code.
    pub body: Block,
    /// Whether it belongs to the standard library.
    pub library: bool,
    /// Calls that were inlined, an entry after those whose code it is in.
    pub inlined: Vec<Inlined>,
    /// The function's name in the source.
    pub span: Span,
}

/// Where code comes from: a place in the sources, and whose code it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Site {
    /// The place.
    pub span: Span,
    /// 0 for the function's own code, else that of entry `inlined - 1` of [`Func::inlined`].
    pub inlined: u32,
}

impl From<Span> for Site {
    fn from(span: Span) -> Site {
        Site { span, inlined: 0 }
    }
}

impl From<Site> for Span {
    fn from(site: Site) -> Span {
        site.span
    }
}

/// A call that the code of its callee has replaced.
#[derive(Clone, Debug)]
pub struct Inlined {
    /// Name of the callee.
    pub function: String,
    /// Where it was called; none after a tail call, which would have left no other frame.
    pub call: Option<Site>,
}

/// What a function is for.
#[derive(Clone, Debug, Default)]
pub enum FuncKind {
    /// Called by name.
    #[default]
    Direct,
    /// Code of closures: captured values arrive in these variables.
    Closure {
        /// The `Fun` type of the closure value.
        fun_type: TypeId,
        /// Captured variables, in the order of `Op::Closure`'s operands.
        captures: Vec<Var>,
    },
}

/// A variable.
#[derive(Clone, Debug)]
pub struct VarInfo {
    /// Its type.
    pub ty: TypeId,
    /// Source name, empty for intermediate values.
    pub name: SmolStr,
}

/// Statements, then how control goes on.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// In order.
    pub stmts: Vec<Stmt>,
    /// Last.
    pub end: End,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// `var = op`.
    Let {
        /// The variable.
        var: Var,
        /// Its value.
        op: Op,
        /// Source place, for crash reports.
        span: Site,
    },
    /// Declares a join point. Most statements are no joins, so that these are kept apart from them.
    Join(Box<Join>),
}

/// A join point.
#[derive(Clone, Debug)]
pub struct Join {
    /// Its number.
    pub id: JoinId,
    /// Values it is entered with.
    pub params: Vec<Var>,
    /// Whether its body jumps to it.
    pub looping: bool,
    /// Its code.
    pub body: Block,
}

/// How a block ends.
#[derive(Clone, Debug, Default)]
pub enum End {
    /// Function result. A `Return` of the variable that the block's last statement binds by a call is a tail call.
    Return(Var),
    /// To a join point.
    Jump(JoinId, Vec<Var>),
    /// On a Bool.
    If(Var, Box<Block>, Box<Block>),
    /// On the variant of a sum (arms by tag), or on an integer or atom-free literal by value.
    Switch {
        /// The sum value.
        on: Var,
        /// Tag and code.
        arms: Vec<(u8, Block)>,
        /// For other tags; absent when `arms` covers all.
        default: Option<Box<Block>>,
    },
    /// On an Int: dense values become a jump table, others comparisons.
    SwitchInt {
        /// The integer.
        on: Var,
        /// Value and code.
        arms: Vec<(i64, Block)>,
        /// For other values.
        default: Box<Block>,
    },
    /// Crash "no matching clause …" or another fixed text.
    Crash {
        /// Whole reason.
        text: SmolStr,
        /// Place of the failing construct.
        span: Site,
    },
    /// Crash with the text of a String variable.
    Panic {
        /// The text.
        text: Var,
        /// Place.
        span: Site,
    },
    /// Code that the type checker or an earlier statement makes unreachable (after a call that never returns).
    #[default]
    Unreachable,
}

/// What a `Let` computes. Operands are borrowed or consumed as reference counting decides later.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Op {
    Unit,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(SmolStr),
    Bytes(Arc<[u8]>),
    Atom(SmolStr),
    /// Another name for a variable (optimiser removes these).
    Copy(Var),
    IntBin(IntOp, Var, Var),
    IntNeg(Var),
    IntCmp(Cond, Var, Var),
    FloatBin(FloatOp, Var, Var),
    FloatUn(FloatUnOp, Var),
    FloatCmp(Cond, Var, Var),
    /// Bool negation.
    Not(Var),
    /// Structural equality of two values of one type (ints, floats and strings too when not specialised already).
    Equal(Var, Var),
    /// `Ordering` by structure, as the tag word.
    Compare(Var, Var),
    /// Hash as Int.
    Hash(Var),
    /// Direct call.
    Call(FuncId, Vec<Var>),
    /// Call of a closure value.
    CallClosure(Var, Vec<Var>),
    /// Native or instruction of the standard library.
    Native(Arc<NativeRef>, Vec<Var>),
    /// A closure of this code and these captured values.
    Closure(FuncId, Vec<Var>),
    /// A named function as a value of this variable's `Fun` type (emission makes the wrapper and the static cell).
    FuncValue(FuncId),
    /// Struct, tuple (tag 0) or variant of the variable's type, with all fields.
    Construct(u8, Vec<Var>),
    /// Field of a struct or tuple (tag 0), or of a variant whose tag the enclosing switch has established.
    Project {
        value: Var,
        tag: u8,
        field: u32,
    },
    /// Copy of a struct with fields replaced.
    Update(Var, Vec<(u32, Var)>),
    /// First and second word of a range.
    RangeStart(Var),
    RangeEnd(Var),
    /// Half-open range of two Ints.
    Range(Var, Var),
    List(Vec<Var>),
    ListLen(Var),
    /// Element; crashes out of range.
    ListGet(Var, Var),
    ListAppend(Var, Var),
    /// list, element.
    ListPrepend(Var, Var),
    /// First element of a list known to be non-empty.
    ListHead(Var),
    /// The list without its first `n` elements (`n` at most its length).
    ListDrop(Var, Var),
    ListConcat(Var, Var),
    ListSet(Var, Var, Var),
    /// `<>`; also the text of a String behind bytes.
    Concat(Var, Var),
    /// String with the text of a value appended: form, text so far, value.
    AppendText(TextForm, Var, Var),
    /// Bool: the String equals the literal.
    StrEq(Var, SmolStr),
    /// `Option<String>`-free prefix test: Bool whether the String starts with the literal.
    StrStartsWith(Var, SmolStr),
    /// The String without its first `n` bytes (a view; `n` comes from a matched literal).
    StrDropBytes(Var, u32),
    BytesLen(Var),
    /// An Int or Float among bytes that is known to be there; its offset counts from byte `at`.
    BytesGet {
        bytes: Var,
        at: Option<Var>,
        field: BitField,
    },
    /// The code point at a byte with its length, or -1.
    BytesScalar(Var, Var),
    /// Bytes from one number to another that are known to be there.
    BytesSlice(Var, Var, Var),
    /// What follows so many bytes that are known to be there.
    BytesDrop(Var, Var),
    /// No bytes, with room for so many.
    BytesNew(u32),
    /// Bytes with an Int or Float behind them; the field's offset says how many bits of the last byte are in use.
    BytesPut(BitField, Var, Var),
    /// Bytes with a code point behind them; crashes when the Int is none.
    BytesPutScalar(Var, Var),
    MapNew,
    MapPut(Var, Var, Var),
    /// Bool.
    MapHas(Var, Var),
    /// Value under a key known to be present; crashes when absent.
    MapGet(Var, Var),
    /// Number of the first entry at or after a number, or -1 (maps and sets).
    MapNext(Var, Var),
    MapKeyAt(Var, Var),
    MapValueAt(Var, Var),
}

/// A native at one instance of its type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NativeRef {
    /// Symbol of the native, or mnemonic of an instruction.
    pub symbol: SmolStr,
    /// Type arguments in order.
    pub type_args: Vec<TypeId>,
    /// Declared parameters: mode, and whether the declared type is a bare type variable (then passed in element form).
    pub params: Vec<NativeParam>,
    /// Whether the declared result type is a bare type variable.
    pub generic_result: bool,
}

/// A parameter of a native.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NativeParam {
    /// The native consumes it.
    pub owned: bool,
    /// Passed in element form.
    pub generic: bool,
}
