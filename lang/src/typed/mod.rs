//! The typed program: what type checking produces and lowering reads.
//!
//! A tree per function in which every name is resolved, every expression has its type, and sugar that depends on names or
//! types is gone (pipes, keyword arguments, method calls, trailing blocks, `T?`). It is still generic: types may mention type
//! parameters, which monomorphisation replaces. It is serialisable, because the standard library is embedded in this form.
//!
//! Invariants: no unsolved type variable exists; arguments stand in parameter order and match in number; fields of a
//! construction are complete and in declaration order; every [`LocalId`] is bound before its use; `?`, `break`, `continue` and `return`
//! stand where they are allowed.

mod body;
mod bytes;
mod interface;
mod mailbox;
mod receive;
pub mod walk;

use std::sync::Arc;

pub use body::BodyRef;
pub use bytes::{FieldForm, Segment, SegmentForm};
pub use interface::{Bound, Impl, ImplId, Interface, InterfaceId, Owner};
pub use mailbox::{Mailboxes, Receives};
pub use receive::{Receive, ReceiveCode};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::syntax::ast::Span;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub u32);
    )* };
}

ids! {
    /// Index into [`Program::modules`].
    ModuleId,
    /// Index into [`Program::funcs`].
    FuncId,
    /// Index into [`Program::types`].
    TypeDefId,
    /// Index into [`Program::aliases`].
    AliasId,
    /// A local of one function (closures inside it included): index into [`Body::locals`].
    LocalId,
    /// A loop of one function, for `break` and `continue`.
    LoopId,
}

/// A whole program: the standard library's modules first, then the user's.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Program {
    /// Modules in dependency-free order of discovery.
    pub modules: Vec<Module>,
    /// Structs and sum types.
    pub types: Vec<TypeDef>,
    /// Aliases; types in the program mention none, importing modules may.
    pub aliases: Vec<Alias>,
    /// Functions, natives included.
    pub funcs: Vec<Func>,
    /// Interfaces; those that the language refers to come first.
    pub interfaces: Vec<Interface>,
    /// Implementations.
    pub impls: Vec<Impl>,
    /// Types and functions that the compiler itself refers to.
    pub known: Known,
    /// The user's `main`, when there is one.
    pub main: Option<FuncId>,
}

/// Items that desugaring refers to; set while the standard library is checked.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Known {
    /// `Option`: variants `Some` (0) and `None` (1).
    pub option: Option<TypeDefId>,
    /// `Result`: variants `Ok` (0) and `Err` (1).
    pub result: Option<TypeDefId>,
    /// `Ordering`: `Less`, `Equal`, `Greater`.
    pub ordering: Option<TypeDefId>,
    /// `Queue`, for `for` loops.
    pub queue: Option<TypeDefId>,
    /// `Signal`, whose variants `receive` matches beside messages.
    pub signal: Option<TypeDefId>,
    /// `ExitReason`.
    pub exit_reason: Option<TypeDefId>,
    /// `Iter`: a loop goes over its steps.
    pub iter: Option<TypeDefId>,
}

/// A module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Module {
    /// Dotted name, e.g. `Math.Vector`; the file given to `snow run` is `Main`.
    pub name: SmolStr,
    /// Whether it belongs to the standard library.
    pub std: bool,
    /// The module that it is nested in.
    pub parent: Option<ModuleId>,
    /// Whether other modules may name it.
    pub public: bool,
    /// `##!` text.
    pub doc: Option<String>,
}

/// Type constructors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Con {
    Int,
    Float,
    Bool,
    Unit,
    String,
    Bytes,
    Atom,
    Range,
    Ref,
    List,
    Map,
    Set,
    /// An actor; its argument is the type of the messages that it takes.
    Pid,
    /// Arguments are the parameter types, then the result type.
    Fun,
    /// Two or more.
    Tuple,
    /// A struct or sum type.
    Adt(TypeDefId),
}

impl Con {
    /// Whether values of the type hold no values of the types of its arguments, so that it does not matter what those can do.
    pub fn is_opaque(self) -> bool {
        matches!(self, Con::Fun | Con::Pid)
    }
}

/// A type without inference variables.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Ty {
    /// A constructor with its arguments.
    App(Con, Arc<[Ty]>),
    /// A type parameter: numbers `0..type_params.len()` are the function's (or type definition's) own; let-generalised
    /// locals have parameters with higher numbers, unique in the function.
    Param(u32),
}

impl Ty {
    /// A constructor without arguments.
    pub fn con(con: Con) -> Ty {
        Ty::App(con, Arc::default())
    }

    /// Whether it mentions a type parameter.
    pub fn is_open(&self) -> bool {
        match self {
            Ty::Param(_) => true,
            Ty::App(_, args) => args.iter().any(Ty::is_open),
        }
    }

    /// A constructor with arguments.
    pub fn app(con: Con, args: impl Into<Arc<[Ty]>>) -> Ty {
        Ty::App(con, args.into())
    }
}

/// A struct or sum type definition.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TypeDef {
    /// Source name.
    pub name: SmolStr,
    /// Where it is defined.
    pub module: ModuleId,
    /// Names of its parameters.
    pub type_params: Vec<SmolStr>,
    /// Its shape.
    pub shape: Shape,
    /// Whether `Display` is derived.
    pub display: bool,
    /// What its parameters must have.
    pub bounds: Vec<Vec<Bound>>,
    /// Every interface that it has by its structure, with what its parameters must have for that.
    pub derives: Vec<(InterfaceId, Vec<(u32, InterfaceId)>)>,
    /// Whether other modules may name it.
    pub public: bool,
    /// Its name in the source.
    pub span: Span,
    /// `##` text.
    pub doc: Option<String>,
}

/// A type alias.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Alias {
    /// Source name.
    pub name: SmolStr,
    /// Where it is defined.
    pub module: ModuleId,
    /// Names of its parameters.
    pub type_params: Vec<SmolStr>,
    /// What it stands for, in terms of its parameters.
    pub ty: Ty,
    /// Whether other modules may name it.
    pub public: bool,
    /// Its name in the source.
    pub span: Span,
}

/// Struct or sum.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Shape {
    /// Fields in order.
    Struct(Vec<FieldDef>),
    /// Variants in order; the index is the tag.
    Sum(Vec<VariantDef>),
}

/// A field; variants' positional fields have no name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FieldDef {
    /// Source name, empty when positional.
    pub name: SmolStr,
    /// Type in terms of the definition's parameters.
    pub ty: Ty,
}

/// A variant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VariantDef {
    /// Source name.
    pub name: SmolStr,
    /// Fields in order.
    pub fields: Vec<FieldDef>,
}

/// A type parameter of a function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TypeParam {
    /// Source name, or an invented one (`a`, `b`, …) when inferred.
    pub name: SmolStr,
    /// What the type must have.
    pub bounds: Vec<Bound>,
}

/// A function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Func {
    /// Source name.
    pub name: SmolStr,
    /// Where it is defined.
    pub module: ModuleId,
    /// Whether other modules may use it.
    pub public: bool,
    /// Whether it was written as an actor.
    pub is_actor: bool,
    /// What it belongs to.
    pub owner: Owner,
    /// Its parameters' types may mention these.
    pub type_params: Vec<TypeParam>,
    /// Parameter names (for keyword arguments; empty for patterns) and types.
    pub params: Vec<(SmolStr, Ty)>,
    /// Result type.
    pub ret: Ty,
    /// Whether its last parameter, `timeout`, may be left out.
    pub may_wait: bool,
    /// What it receives.
    pub mailboxes: Mailboxes,
    /// What it does.
    pub imp: Imp,
    /// Its name in the source.
    pub span: Span,
    /// `##` text.
    pub doc: Option<String>,
}

impl Func {
    /// Whether its name alone says which code is meant: no type parameter is left open by what it takes and receives. One that only its result mentions is of a
    /// function that never returns.
    pub fn is_definite(&self) -> bool {
        let own = match &self.mailboxes.own {
            Receives::Messages(ty) => Some(ty),
            _ => None,
        };
        let mut parts = self.params.iter().map(|(_, ty)| ty).chain(own);
        !parts.any(Ty::is_open) && self.type_params.iter().all(|param| param.bounds.is_empty())
    }
}

/// Implementation of a function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Imp {
    /// Snow code.
    Body(BodyRef),
    /// A method of an interface: implementations say what it does, or its default does.
    Method {
        /// Its number in the interface.
        number: u32,
        /// Whether its first parameter is `self`.
        has_self: bool,
        /// What it does where an implementation says nothing.
        default: Option<BodyRef>,
    },
    /// A native function or an instruction.
    Native {
        /// `snow_…` for natives, a mnemonic for instructions.
        symbol: SmolStr,
        /// Which parameters it consumes.
        owned: Vec<bool>,
    },
}

/// Code of a function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Body {
    /// All locals, closures' included.
    pub locals: Vec<Local>,
    /// Clauses in order; a call that none matches crashes.
    pub clauses: Vec<Clause>,
}

/// A local.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Local {
    /// Source name.
    pub name: SmolStr,
    /// Its type (in terms of its own parameters, when let-generalised).
    pub ty: Ty,
    /// Where it is bound.
    pub span: Span,
}

/// A clause of a function or closure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Clause {
    /// One pattern a parameter.
    pub params: Vec<Pat>,
    /// `when …`.
    pub guard: Option<Expr>,
    /// Value.
    pub body: Expr,
    /// The clause's head in the source.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Expr {
    /// What it does.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Ty,
    /// Its place.
    pub span: Span,
}

/// Arithmetic, by operand type (Int or Float once monomorphic).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

/// Comparisons: `Eq`/`Ne` need `Eq`, the others `Ord`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Rel {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Forms of expressions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum ExprKind {
    Unit,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(SmolStr),
    Atom(SmolStr),
    /// `<<1, 2>>` of constant bytes.
    Bytes(Vec<u8>),
    /// `<<a, b:16, rest:bytes>>`.
    Segments(Vec<Segment<Expr>>),
    /// A local; `args` instantiate a let-generalised one's own parameters, in the order of [`ExprKind::Let`]'s `params`.
    Local(LocalId, Vec<Ty>),
    /// A named function as a value.
    Func(FuncId, Vec<Ty>),
    /// Direct call; types instantiate the function's type parameters.
    Call(FuncId, Vec<Ty>, Vec<Expr>),
    /// Call of a closure value.
    CallValue(Box<Expr>, Vec<Expr>),
    /// A closure. Free locals are captured.
    Lambda(Vec<Clause>),
    /// A struct (variant 0) or variant with all fields in order; the type is the expression's.
    Construct {
        variant: u32,
        fields: Vec<Expr>,
    },
    Tuple(Vec<Expr>),
    /// `[a, ...b]`.
    List(Vec<ListItem>),
    /// `%{k => v}`, later keys win.
    Map(Vec<(Expr, Expr)>),
    /// Field `index` of a struct.
    Field(Box<Expr>, u32),
    /// `%{base | …}`: values in source order by field index.
    Update(Box<Expr>, Vec<(u32, Expr)>),
    /// `xs[i]` on a List, Map, String or Bytes (by the type of the first).
    Index(Box<Expr>, Box<Expr>),
    /// Arithmetic on two operands of the expression's type.
    Arith(Arith, Box<Expr>, Box<Expr>),
    /// Unary minus.
    Neg(Box<Expr>),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// Comparison of two operands of one type.
    Compare(Rel, Box<Expr>, Box<Expr>),
    /// `a..b`, `a..=b` (true).
    Range(Box<Expr>, Box<Expr>, bool),
    /// `<>` on Strings or Bytes.
    Concat(Box<Expr>, Box<Expr>),
    /// `++`.
    Append(Box<Expr>, Box<Expr>),
    /// `x :: xs`.
    Cons(Box<Expr>, Box<Expr>),
    /// String with interpolated parts.
    Interp(Vec<InterpPart>),
    /// The Debug text of a value (`inspect`).
    Inspect(Box<Expr>),
    /// Statements, then a value.
    Block(Vec<Stmt>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `case`; arms in order.
    Case(Box<Expr>, Vec<Arm>),
    /// `cond`; crashes when none holds.
    Cond(Vec<(Expr, Expr)>),
    While(LoopId, Box<Expr>, Box<Expr>),
    For(Box<For>),
    Return(Box<Expr>),
    Break(LoopId),
    Continue(LoopId),
    /// `e?` on an Option or Result; the function or closure returns the same constructor.
    Try(Box<Expr>),
    Receive(Box<Receive>),
    /// `assert e`: crashes with the source text and, for a comparison, both sides.
    Assert(Box<Expr>, SmolStr),
    /// Crashes with the text (a String); fits any type.
    Panic(Box<Expr>),
}

/// A part of an interpolated string.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum InterpPart {
    /// Literal text.
    Text(SmolStr),
    /// A value of any type, shown by Display where it has it, by Debug where not.
    Value(Expr),
}

/// An element of a list expression.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ListItem {
    /// One element.
    One(Expr),
    /// `...xs`.
    Splice(Expr),
}

/// A statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Stmt {
    /// Evaluates and discards.
    Expr(Expr),
    #[allow(missing_docs)]
    /// `let pat = value [else otherwise]`; the pattern is irrefutable unless there is an `else`, which diverges.
    Let {
        pat: Pat,
        value: Expr,
        otherwise: Option<Expr>,
    },
    #[allow(missing_docs)]
    /// A let-generalised local: `params` are the type parameters it abstracts over; `value` is a syntactic value.
    LetPoly {
        local: LocalId,
        params: Vec<u32>,
        value: Expr,
    },
}

/// An arm of a `case`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arm {
    /// Pattern.
    pub pat: Pat,
    /// Guard.
    pub guard: Option<Expr>,
    /// Value.
    pub body: Expr,
}

/// A `for` loop.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct For {
    /// Its number, for `break` and `continue`.
    pub id: LoopId,
    /// Generators, outermost first: the iterable's type is Range, List, Map (elements are pairs), Set, Queue or String.
    pub generators: Vec<(Pat, Expr)>,
    /// `when …`.
    pub guard: Option<Expr>,
    /// Body.
    pub body: Expr,
    /// Whether the list of values is used; otherwise the expression's type is still the list's but no list is built.
    pub collects: bool,
}

/// A typed pattern.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pat {
    /// What it matches.
    pub kind: PatKind,
    /// Type of what is matched.
    pub ty: Ty,
    /// Its place.
    pub span: Span,
}

/// Forms of patterns.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum PatKind {
    Wildcard,
    Bind(LocalId),
    /// `p as name`.
    As(Box<Pat>, LocalId),
    Unit,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(SmolStr),
    Atom(SmolStr),
    /// Integers `from..to`; `true` when inclusive.
    Range(i64, i64, bool),
    Tuple(Vec<Pat>),
    /// A struct (variant 0) or variant; one pattern a field, wildcards for those left out.
    Construct {
        variant: u32,
        fields: Vec<Pat>,
    },
    /// `[a, b, ...rest]` and `h :: t`: leading patterns, then the rest's pattern if open.
    List(Vec<Pat>, Option<Box<Pat>>),
    /// Alternatives that bind the same locals.
    Or(Vec<Pat>),
    /// `"prefix" <> rest`.
    Prefix(SmolStr, Box<Pat>),
    /// `%{"key" => p}`: keys are literals.
    Map(Vec<(Expr, Pat)>),
    /// `<<a, b:16, rest:bytes>>`; sizes name locals that fields before them bind.
    Segments(Vec<Segment<Pat>>),
}
