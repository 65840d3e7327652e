//! The abstract syntax tree: what the parser produces and what the formatter, name
//! resolution and the language server read.
//!
//! The tree covers the whole grammar and keeps every construct as written: pipes, keyword
//! arguments, trailing blocks and clauses are not desugared here, so that the formatter can
//! print them back and diagnostics can point at them. Comments live beside the tree, in
//! [`File::comments`]. Every node has a [`Span`].

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Index of a source file in the compiler's file set.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct FileId(pub u32);

/// A half-open byte range `start..end` in one source file.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
pub struct Span {
    /// The file the range lies in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span that covers `self` and `other` (both in the same file).
    pub fn to(self, other: Span) -> Span {
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// Text of an identifier, without its place.
pub type Name = SmolStr;

/// An identifier and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ident {
    /// Its text.
    pub name: Name,
    /// Its place.
    pub span: Span,
}

/// One parsed source file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// Text of `##!` lines, joined by newlines.
    pub module_doc: Option<String>,
    /// Items in source order.
    pub items: Vec<Item>,
    /// Every comment in source order (doc comments included), for the formatter.
    pub comments: Vec<Comment>,
}

/// A comment as it stands in the source, delimiters included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Its place, including `#` or `#= … =#`.
    pub span: Span,
    /// Whether only blanks stand before it on its line.
    pub own_line: bool,
}

/// A top-level item with what may stand before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// `##` lines before the item.
    pub doc: Option<String>,
    /// Whether `pub` was written.
    pub public: bool,
    /// The item itself.
    pub kind: ItemKind,
    /// From `pub` or the first keyword to the last token.
    pub span: Span,
}

/// The kinds of items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ItemKind {
    /// `import …` or `from … import …`.
    Import(Import),
    /// One clause of a function; adjacent clauses of one name and arity form the function.
    Fn(FnClause),
    /// `native fn name(p :: T) -> R = "symbol"`; accepted in standard-library sources only.
    Native(NativeFn),
    /// `struct … end`.
    Struct(StructDef),
    /// `type … do variants end`.
    Sum(SumDef),
    /// `type Name<T> = …`.
    Alias(AliasDef),
    /// `interface` or `trait`.
    Interface(InterfaceDef),
    /// `impl I for T`.
    Impl(ImplDef),
    /// One clause of an actor.
    Actor(ActorDef),
    /// `service … end`.
    Service(ServiceDef),
    /// `supervisor … end`.
    Supervisor(SupervisorDef),
    /// `module Name do … end`.
    Module(ModuleDef),
    /// `test "name" do … end`.
    Test(TestDef),
}

/// `import A.B`, `import A as M`, `from A.B import x, Y`, or the rejected `from M import *`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// The dotted module path.
    pub path: Vec<Ident>,
    /// What is brought in.
    pub what: ImportWhat,
}

/// What an import brings into scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ImportWhat {
    /// `import Math.Vector`: the last segment as a module name.
    Module,
    /// `import Math as M`.
    Alias(Ident),
    /// `from Math import add, Shape as S`: names, each with its new name if renamed.
    Names(Vec<(Ident, Option<Ident>)>),
    /// `from M import *`; the span of the star.
    Star(Span),
}

/// A generic parameter list entry `T`.
pub type TypeParam = Ident;

/// `where T: Ord + Display`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// The bounded type (usually a parameter).
    pub ty: TypeExpr,
    /// The interfaces required.
    pub interfaces: Vec<TypeExpr>,
    /// Its place.
    pub span: Span,
}

/// One clause of a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FnClause {
    /// The function's name.
    pub name: Ident,
    /// `<T, U>`.
    pub type_params: Vec<TypeParam>,
    /// Parameters: patterns with optional annotations and defaults never.
    pub params: Vec<Param>,
    /// `-> T`.
    pub ret: Option<TypeExpr>,
    /// `where …`.
    pub bounds: Vec<Bound>,
    /// `when …`.
    pub guard: Option<Expr>,
    /// Body; `None` only for interface methods without default.
    pub body: Option<FnBody>,
    /// What it was written as.
    pub role: Role,
    /// From the keyword to the end of the body.
    pub span: Span,
}

/// What a function was written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// `fn`.
    #[default]
    Function,
    /// `actor`.
    Actor,
}

/// How a body was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FnBody {
    /// `= expr`.
    Expr(Expr),
    /// `do … end`.
    Block(Block),
}

/// A native declaration of the standard library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NativeFn {
    /// Snow name.
    pub name: Ident,
    /// `<T>`.
    pub type_params: Vec<TypeParam>,
    /// Parameters, always annotated names.
    pub params: Vec<NativeParam>,
    /// Result type.
    pub ret: TypeExpr,
    /// `where …`.
    pub bounds: Vec<Bound>,
    /// Symbol of the native or intrinsic instruction.
    pub symbol: SmolStr,
    /// Its place.
    pub span: Span,
}

/// A parameter of a native: `m :: own Map<K, V>` passes ownership, without `own` it is borrowed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NativeParam {
    /// Name.
    pub name: Ident,
    /// Whether the native consumes the argument.
    pub owned: bool,
    /// Type.
    pub ty: TypeExpr,
}

/// A parameter of a function or closure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Param {
    /// The pattern (in a parameter `::` is always an annotation).
    pub pattern: Pattern,
    /// `:: T`.
    pub ty: Option<TypeExpr>,
    /// Whole parameter.
    pub span: Span,
}

/// `deriving(A, B)`; `None` when the clause is absent.
pub type Deriving = Option<Vec<Ident>>;

/// A struct definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StructDef {
    /// Name.
    pub name: Ident,
    /// `<T>`.
    pub type_params: Vec<TypeParam>,
    /// `where …`.
    pub bounds: Vec<Bound>,
    /// Fields in order.
    pub fields: Vec<FieldDef>,
    /// `deriving(…)`.
    pub deriving: Deriving,
}

/// `name :: Type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldDef {
    /// `##` lines before it.
    pub doc: Option<String>,
    /// Name.
    pub name: Ident,
    /// Type.
    pub ty: TypeExpr,
}

/// A sum type definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SumDef {
    /// Name.
    pub name: Ident,
    /// `<T>`.
    pub type_params: Vec<TypeParam>,
    /// `where …`.
    pub bounds: Vec<Bound>,
    /// Variants in order.
    pub variants: Vec<VariantDef>,
    /// `deriving(…)`.
    pub deriving: Deriving,
}

/// A variant `Circle(Float)` or `Rectangle(width :: Float, height :: Float)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VariantDef {
    /// `##` lines before it.
    pub doc: Option<String>,
    /// Name.
    pub name: Ident,
    /// Fields; names are all present or all absent (checked later).
    pub fields: Vec<(Option<Ident>, TypeExpr)>,
    /// Its place.
    pub span: Span,
}

/// `type Mapper<T> = Fun(T) -> String`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AliasDef {
    /// Name.
    pub name: Ident,
    /// `<T>`.
    pub type_params: Vec<TypeParam>,
    /// What it stands for.
    pub ty: TypeExpr,
}

/// An interface definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InterfaceDef {
    /// Name.
    pub name: Ident,
    /// `<T>`.
    pub type_params: Vec<TypeParam>,
    /// `where Self: …` and super-interfaces written `interface A: B + C`.
    pub supers: Vec<TypeExpr>,
    /// `where …`.
    pub bounds: Vec<Bound>,
    /// `type Item`, or with what it is where an implementation says nothing: `type Item = Int`.
    pub assoc_types: Vec<(Ident, Option<TypeExpr>)>,
    /// Methods with optional defaults.
    pub methods: Vec<Method>,
}

/// A method of an interface or impl, with its docs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Method {
    /// `##` lines before it.
    pub doc: Option<String>,
    /// The clause (`self` is an ordinary first parameter named `self`).
    pub clause: FnClause,
}

/// `impl Container for Stack<T> where T: Display do … end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImplDef {
    /// `impl<T>` parameters if written.
    pub type_params: Vec<TypeParam>,
    /// The interface.
    pub interface: TypeExpr,
    /// The implementing type.
    pub target: TypeExpr,
    /// `where …`.
    pub bounds: Vec<Bound>,
    /// `type Item = T`.
    pub assoc_types: Vec<(Ident, TypeExpr)>,
    /// Methods.
    pub methods: Vec<Method>,
}

/// One clause of an actor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActorDef {
    /// Name.
    pub name: Ident,
    /// `<T>`.
    pub type_params: Vec<TypeParam>,
    /// Parameters.
    pub params: Vec<Param>,
    /// `where …`.
    pub bounds: Vec<Bound>,
    /// `when …`.
    pub guard: Option<Expr>,
    /// Body.
    pub body: Block,
    /// `terminate do … end`.
    pub terminate: Option<Block>,
    /// Its place.
    pub span: Span,
}

/// A service definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceDef {
    /// Name.
    pub name: Ident,
    /// Members in source order.
    pub members: Vec<ServiceMember>,
}

/// A member of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ServiceMember {
    /// `fn init(…) …` and helper functions.
    Fn(FnClause),
    /// `call Get(…) :: T do |state| … end`.
    Call(Handler),
    /// `cast Clear(…) do |state| … end`.
    Cast(Handler),
    /// `info NodeDown(name) do |state| … end`.
    Info(InfoHandler),
    /// `terminate do |state| … end`.
    Terminate(TrailingBlock),
}

/// A call or cast handler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handler {
    /// `##` lines before it.
    pub doc: Option<String>,
    /// PascalCase name.
    pub name: Ident,
    /// Parameters.
    pub params: Vec<Param>,
    /// `:: T` (calls only).
    pub reply: Option<TypeExpr>,
    /// `do |state| … end`.
    pub block: TrailingBlock,
    /// Its place.
    pub span: Span,
}

/// `info pattern do |state| … end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InfoHandler {
    /// The signal pattern.
    pub pattern: Pattern,
    /// `do |state| … end`.
    pub block: TrailingBlock,
    /// Its place.
    pub span: Span,
}

/// A supervisor definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupervisorDef {
    /// Name.
    pub name: Ident,
    /// Parameters.
    pub params: Vec<Param>,
    /// `strategy: one_for_one` and the like, before or between children.
    pub settings: Vec<(Ident, Expr)>,
    /// Children in order.
    pub children: Vec<ChildDef>,
}

/// `child name do … end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChildDef {
    /// Name.
    pub name: Ident,
    /// `start: …`, `restart: …` and the like.
    pub settings: Vec<(Ident, Expr)>,
    /// Its place.
    pub span: Span,
}

/// `module Inner do … end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModuleDef {
    /// Name.
    pub name: Ident,
    /// Items.
    pub items: Vec<Item>,
}

/// `test "name" do … end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestDef {
    /// The test's title.
    pub title: SmolStr,
    /// The test as a function without parameters, which is called as it begins: `test "title"`.
    pub function: FnClause,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypeExpr {
    /// What was written.
    pub kind: TypeExprKind,
    /// Its place.
    pub span: Span,
}

/// Forms of types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TypeExprKind {
    /// `Int`, `T`, `Geometry.Point`, `Map<K, V>`, `Self.Item`.
    Path {
        /// Dotted path.
        path: Vec<Ident>,
        /// `<A, B>`.
        args: Vec<TypeExpr>,
    },
    /// `(A, B)`; `()` when empty.
    Tuple(Vec<TypeExpr>),
    /// `Fun(A, B) -> C`.
    Fun(Vec<TypeExpr>, Box<TypeExpr>),
    /// `T?`.
    Option(Box<TypeExpr>),
    /// `T!E`.
    Result(Box<TypeExpr>, Box<TypeExpr>),
    /// `Item = T` among the arguments of an interface: what an associated type is.
    Assoc(Ident, Box<TypeExpr>),
    /// Something that did not parse; already reported.
    Error,
}

/// A sequence of statements; the last expression is its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Statements in order.
    pub stmts: Vec<Stmt>,
    /// The statements' place (without `do` and `end`); empty at the `end` for an empty block.
    pub span: Span,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Stmt {
    /// `let pattern [:: T] = value [else … end]`.
    Let(LetStmt),
    /// An expression.
    Expr(Expr),
}

/// A `let`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LetStmt {
    /// What is bound.
    pub pattern: Pattern,
    /// `:: T`.
    pub ty: Option<TypeExpr>,
    /// The value.
    pub value: Expr,
    /// `else … end`, which must leave.
    pub otherwise: Option<Block>,
    /// Its place.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    /// What was written.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// Binary operators with both operands evaluated (and the short-circuit ones).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum BinOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Gt,
    Le,
    Ge,
    /// `a..b`
    Range,
    /// `a..=b`
    RangeInclusive,
    /// `<>`
    Concat,
    /// `++`
    Append,
    /// `::`
    Cons,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl BinOp {
    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            BinOp::Or => "or",
            BinOp::And => "and",
            BinOp::Eq => "==",
            BinOp::Ne => "!=",
            BinOp::Lt => "<",
            BinOp::Gt => ">",
            BinOp::Le => "<=",
            BinOp::Ge => ">=",
            BinOp::Range => "..",
            BinOp::RangeInclusive => "..=",
            BinOp::Concat => "<>",
            BinOp::Append => "++",
            BinOp::Cons => "::",
            BinOp::Add => "+",
            BinOp::Sub => "-",
            BinOp::Mul => "*",
            BinOp::Div => "/",
            BinOp::Rem => "%",
        }
    }
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum UnOp {
    Neg,
    Not,
}

/// Forms of expressions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ExprKind {
    /// `42`; the minus of a negative literal is part of it.
    Int(i64),
    /// `1.5`.
    Float(f64),
    /// `true`, `false`.
    Bool(bool),
    /// `()` or `nil`.
    Unit,
    /// `:name`.
    Atom(Name),
    /// A string with interpolations; a plain string is one text part (or none).
    Str(Vec<StrPart>),
    /// `<<…>>`.
    Bytes(Vec<ByteSegment<Expr>>),
    /// `name`: a value, function or parameter.
    Name(Name),
    /// `Circle`, `Math`, `Shape`: a variant, or the module or type before a dot.
    Upper(Name),
    /// `self` is a call; this is `a.b`: a field, a module item, or a method when called.
    Field(Box<Expr>, Ident),
    /// `f(args) [do |x| … end]`.
    Call(Box<Call>),
    /// `xs[i]`.
    Index(Box<Expr>, Box<Expr>),
    /// `e?`.
    Try(Box<Expr>),
    /// `-e`, `not e`, `!e`.
    Unary(UnOp, Box<Expr>),
    /// `a op b`; the span is the operator's.
    Binary(BinOp, Span, Box<Expr>, Box<Expr>),
    /// `x |> f(a)` (slot 1) or `x |2> f(a)`.
    Pipe {
        /// What is piped.
        value: Box<Expr>,
        /// 1-based argument position.
        slot: u32,
        /// Where the operator stands.
        op_span: Span,
        /// A call, or a function value.
        target: Box<Expr>,
    },
    /// `(a, b)` with two or more.
    Tuple(Vec<Expr>),
    /// `(e)`, kept for the formatter.
    Paren(Box<Expr>),
    /// `[a, ...b]`.
    List(Vec<ListItem<Expr>>),
    /// `%{k => v}`.
    Map(Vec<(Expr, Expr)>),
    /// `Point { x: 1 }` or `Geometry.Point { … }`.
    Struct {
        /// Dotted path of the type.
        path: Vec<Ident>,
        /// Fields as written.
        fields: Vec<(Ident, Expr)>,
    },
    /// `%{p | x: 5}`.
    Update {
        /// The struct to copy.
        base: Box<Expr>,
        /// Fields as written.
        fields: Vec<(Ident, Expr)>,
    },
    /// `fn … end`, also written as trailing block.
    Closure(Closure),
    /// `do … end` standing alone, or a block in parentheses.
    Block(Block),
    /// `if c do … else … end`.
    If(Box<IfExpr>),
    /// `case` or `match`.
    Case(Box<CaseExpr>),
    /// `cond do … end`.
    Cond(Vec<(Expr, Block)>),
    /// `while c do … end`.
    While(Box<Expr>, Block),
    /// `for … do … end`.
    For(Box<ForExpr>),
    /// `return e`.
    Return(Option<Box<Expr>>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `receive do … [after ms -> e] end`.
    Receive(Box<ReceiveExpr>),
    /// `assert e`.
    Assert(Box<Expr>),
    /// `assert_receive pattern, within: 100`.
    AssertReceive(Box<Pattern>, Option<Box<Expr>>),
    /// `assert_crash e`.
    AssertCrash(Box<Expr>),
    /// Something that did not parse; already reported.
    Error,
}

/// A part of a string literal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum StrPart {
    /// Text with escapes already decoded.
    Text(SmolStr),
    /// `${e}`.
    Expr(Expr),
}

/// An element of a list literal or pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ListItem<T> {
    /// One element.
    One(T),
    /// `...rest`.
    Splice(T),
}

/// A segment of a byte literal or pattern: `value[:spec[-spec…]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByteSegment<T> {
    /// The value or pattern.
    pub value: T,
    /// Specifiers in order.
    pub specs: Vec<ByteSpec>,
    /// Its place.
    pub span: Span,
}

/// A specifier of a byte segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ByteSpec {
    /// `:16`.
    Bits(u32),
    /// `little`, `big`, `signed`, `unsigned`, `float64`, `utf8`, `bytes`, or a word that means nothing here.
    Word(Ident),
    /// `bytes(n)`; no other word has a size.
    Sized(Ident, Expr),
}

/// A call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What is called.
    pub callee: Expr,
    /// Positional and keyword arguments in order.
    pub args: Vec<Arg>,
    /// `do |x| … end` after the call.
    pub trailing: Option<TrailingBlock>,
}

/// An argument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arg {
    /// `name:` before it.
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
}

/// `do |a, b| … end`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrailingBlock {
    /// Parameters between bars.
    pub params: Vec<Param>,
    /// Body.
    pub body: Block,
    /// From `do` to `end`.
    pub span: Span,
}

/// A closure: `fn x -> e end` with one or more clauses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closure {
    /// Clauses; all have the same number of parameters (checked later).
    pub clauses: Vec<ClosureClause>,
}

/// One clause of a closure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClosureClause {
    /// Parameters.
    pub params: Vec<Param>,
    /// `when …`.
    pub guard: Option<Expr>,
    /// Body.
    pub body: Block,
    /// Its place.
    pub span: Span,
}

/// `if`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IfExpr {
    /// Condition.
    pub cond: Expr,
    /// Then branch.
    pub then: Block,
    /// `else` branch; `else if` is a block of one `If` expression.
    pub otherwise: Option<Block>,
}

/// `case`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseExpr {
    /// What is matched.
    pub scrutinee: Expr,
    /// Arms in order.
    pub arms: Vec<Arm>,
}

/// `pattern [when guard] -> body`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// Pattern.
    pub pattern: Pattern,
    /// Guard.
    pub guard: Option<Expr>,
    /// Body.
    pub body: Block,
    /// Its place.
    pub span: Span,
}

/// `for`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForExpr {
    /// `pattern in iterable`, in order.
    pub generators: Vec<(Pattern, Expr)>,
    /// `when …`.
    pub guard: Option<Expr>,
    /// Body.
    pub body: Block,
}

/// `receive`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceiveExpr {
    /// Arms in order.
    pub arms: Vec<Arm>,
    /// `after ms -> e`.
    pub after: Option<(Expr, Block)>,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// What was written.
    pub kind: PatternKind,
    /// Its place.
    pub span: Span,
}

/// Forms of patterns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PatternKind {
    /// `_`.
    Wildcard,
    /// `name`.
    Bind(Name),
    /// `42`, `-1`.
    Int(i64),
    /// `1.5`.
    Float(f64),
    /// `true`.
    Bool(bool),
    /// `()` or `nil`.
    Unit,
    /// `:name`.
    Atom(Name),
    /// `"text"`.
    Str(SmolStr),
    /// `1..10`, `1..=10`; `true` when inclusive.
    Range(i64, i64, bool),
    /// `(p, q)`.
    Tuple(Vec<Pattern>),
    /// `Some(p)`, `Shape.Circle(r)`, `Rectangle(width: w)`, `None`.
    Variant {
        /// Dotted path, last is the variant.
        path: Vec<Ident>,
        /// Fields by position or name; `None` when no parentheses stand there.
        fields: Option<Vec<(Option<Ident>, Pattern)>>,
    },
    /// `Point { x, y: 0 }`; `x` alone binds `x`.
    Struct {
        /// Dotted path.
        path: Vec<Ident>,
        /// Fields.
        fields: Vec<(Ident, Option<Pattern>)>,
    },
    /// `h :: t`.
    Cons(Box<Pattern>, Box<Pattern>),
    /// `[a, b, ...rest]`.
    List(Vec<ListItem<Pattern>>),
    /// `p | q`.
    Or(Vec<Pattern>),
    /// `p as name`.
    As(Box<Pattern>, Ident),
    /// `"prefix" <> rest`.
    Prefix(SmolStr, Box<Pattern>),
    /// `%{"key" => p}`; keys are literal expressions.
    Map(Vec<(Expr, Pattern)>),
    /// `{k, v}` in a `for` over a map (same as a pair).
    Braces(Vec<Pattern>),
    /// `<<…>>`.
    Bytes(Vec<ByteSegment<Pattern>>),
    /// `(p)`, kept for the formatter.
    Paren(Box<Pattern>),
    /// Something that did not parse; already reported.
    Error,
}
