//! Inference of function bodies: one file a construct.
//!
//! Every expression is inferred under an [`Expect`]; when that demands a type, the result has it (or the mismatch was
//! reported). The typed tree is built at once, with [holes](super::hole) for types.

mod args;
mod arguments;
mod block;
mod branch;
mod bytes;
mod call;
mod closure;
mod control;
mod field;
mod function;
mod interface;
mod literal;
mod log_fields;
mod lookup;
mod loops;
mod mailbox;
mod method;
mod ops;
mod pattern;
pub(super) mod pending;
mod pipe;
mod placing;
mod receive;
mod remote;
mod shape;
mod shape_pattern;
mod spawn;
mod special;
mod structs;
mod tuple;
mod unknown;

use rustc_hash::{FxHashMap, FxHashSet};

use super::arena::{Arena, Clash, Due, Need, Needs, Origin, TyId};
use super::convert::{AliasState, Converter, TypeScope};
use super::hole;
use super::mailbox::SlotId;
use super::mismatch::Why;
use super::scheme::LocalScheme;
use crate::diagnostics::Sink;
use crate::resolve::World;
use crate::stack::with_stack;
use crate::syntax::ast::{self, ExprKind as Ast, Name, Span};
use crate::typed::{
    Clause, Con, Expr, ExprKind, FuncId, InterfaceId, Local, LocalId, LoopId, ModuleId, Ty,
    TypeParam,
};
pub(super) use branch::value_span;
use pending::Pending;

/// What the surroundings want of an expression.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    /// Nothing.
    Any,
    /// Its value is thrown away.
    Unused,
    /// This type.
    Type(TyId, Why),
}

impl Expect {
    /// The wanted type.
    pub fn ty(self) -> Option<TyId> {
        match self {
            Expect::Type(ty, _) => Some(ty),
            _ => None,
        }
    }
}

/// A written type parameter of a function of the group.
#[derive(Debug)]
pub struct Rigid {
    /// The function that it is of; none for one of an implementation.
    pub func: Option<FuncId>,
    /// Its name and bounds.
    pub param: TypeParam,
    /// The first of the function's parameters; the others follow.
    pub first: TyId,
    /// How many parameters the function has.
    pub count: u32,
}

/// A function of the binding group that is being inferred.
#[derive(Debug)]
pub struct Member {
    /// The function.
    pub func: FuncId,
    /// Its written type parameters.
    pub rigid: Vec<TyId>,
    /// Types of its parameters.
    pub params: Vec<TyId>,
    /// Its result.
    pub ret: TyId,
    /// What inference of its body left.
    pub frame: Frame,
    /// Its clauses, with holes.
    pub clauses: Vec<Clause>,
    /// What it receives.
    pub slot: SlotId,
}

/// State of one function.
#[derive(Debug)]
pub struct Frame {
    /// The function.
    pub func: FuncId,
    /// Its module.
    pub module: ModuleId,
    /// Names of its type parameters, for annotations.
    pub type_params: Vec<Name>,
    /// Their types.
    pub rigid: Vec<TyId>,
    /// Names that stand for types in annotations, like `Self` in an implementation.
    pub fixed: Vec<(Name, Ty)>,
    /// Locals; their types are holes.
    pub locals: Vec<Local>,
    /// Which locals are read.
    pub used: Vec<bool>,
    /// The use that decided the type of a local, where it was not clear before.
    pub decided: Vec<Option<Span>>,
    /// Schemes of let-generalised locals.
    pub schemes: FxHashMap<LocalId, LocalScheme>,
    /// The local that a name means now.
    pub scope: FxHashMap<Name, LocalId>,
    /// What names meant before, to be restored.
    pub undo: Vec<(Name, Option<LocalId>)>,
    /// Names bound by the pattern at hand.
    pub names: pattern::PatternNames,
    /// Result type of the function or closure, and why.
    pub ret: (TyId, Why),
    /// How many closures deep.
    pub closures: u32,
    /// Enclosing loops; `None` is the border of a closure.
    pub loops: Vec<Option<LoopId>>,
    /// Loops so far.
    pub loop_count: u32,
    /// Parameters of let-generalised locals so far.
    pub let_params: u32,
    /// Values thrown away, for the warning about results.
    pub discarded: Vec<(Span, TyId)>,
    /// What the body at hand, the function's or a closure's, receives.
    pub slot: SlotId,
}

impl Frame {
    /// An empty frame.
    pub fn new(func: FuncId, module: ModuleId, type_params: Vec<Name>, rigid: Vec<TyId>) -> Self {
        Frame {
            func,
            module,
            type_params,
            rigid,
            fixed: Vec::new(),
            locals: Vec::new(),
            used: Vec::new(),
            decided: Vec::new(),
            schemes: FxHashMap::default(),
            scope: FxHashMap::default(),
            undo: Vec::new(),
            names: Default::default(),
            ret: (TyId::ERROR, Why::Unknown),
            closures: 0,
            loops: Vec::new(),
            loop_count: 0,
            let_params: 0,
            discarded: Vec::new(),
            slot: SlotId::NOWHERE,
        }
    }
}

/// Inference of one binding group.
pub struct Infer<'c, 'a> {
    /// Items.
    pub world: &'c mut World<'a>,
    /// Where mistakes go.
    pub sink: &'c mut Sink,
    /// State of aliases, for annotations.
    pub aliases: &'c mut Vec<AliasState>,
    /// State of interfaces.
    pub interfaces: &'c mut Vec<AliasState>,
    /// Functions of this compilation whose signatures are known.
    pub ready: &'c [bool],
    /// Types.
    pub arena: &'c mut Arena,
    /// Written type parameters of the group.
    pub rigid: Vec<Rigid>,
    /// The group.
    pub members: Vec<Member>,
    /// Decisions that wait for types.
    pub pending: Vec<Pending>,
    /// How many of `pending` still wait.
    pub waiting: usize,
    /// Interfaces of types, or of parts of them, that several implementations may give.
    pub stuck: Vec<(Due, TyId)>,
    /// The latest place at which another type was wanted, and the type found there.
    pub clashed: (Span, TyId),
    /// Parts of the type at hand that were looked at, with the interface that they must have.
    pub settled: FxHashSet<(TyId, InterfaceId)>,
    /// The function at hand.
    pub f: Frame,
}

impl<'a> Infer<'_, 'a> {
    /// Infers an expression; see [`Expect`].
    pub fn expr(&mut self, expr: &ast::Expr, expect: Expect) -> Expr {
        with_stack(|| self.expr_here(expr, expect))
    }

    fn expr_here(&mut self, expr: &ast::Expr, expect: Expect) -> Expr {
        let span = expr.span;
        match &expr.kind {
            Ast::Int(value) => self.done(ExprKind::Int(*value), TyId::INT, span, expect),
            Ast::Float(value) => self.done(ExprKind::Float(*value), TyId::FLOAT, span, expect),
            Ast::Bool(value) => self.done(ExprKind::Bool(*value), TyId::BOOL, span, expect),
            Ast::Unit => self.done(ExprKind::Unit, TyId::UNIT, span, expect),
            Ast::Atom(name) => self.done(ExprKind::Atom(name.clone()), TyId::ATOM, span, expect),
            Ast::Str(parts) => self.string(parts, span, expect),
            Ast::Bytes(segments) => self.bytes(segments, span, expect),
            Ast::Tuple(items) => self.tuple(items, span, expect),
            Ast::List(items) => self.list(items, span, expect),
            Ast::Map(pairs) => self.map(pairs, span, expect),
            Ast::Paren(inner) => self.expr(inner, expect),
            Ast::Name(name) => self.name(name, span, expect),
            Ast::Upper(name) => self.upper(name, span, expect),
            Ast::Field(base, name) => self.field(base, name, span, expect),
            Ast::Call(call) => self.call(call, span, expect),
            Ast::Pipe {
                value,
                slot,
                op_span,
                target,
            } => self.pipe(value, *slot, *op_span, target, span, expect),
            Ast::Index(base, index) => self.index(base, index, span, expect),
            Ast::Unary(op, inner) => self.unary(*op, inner, span, expect),
            Ast::Binary(op, op_span, a, b) => self.binary(*op, *op_span, a, b, span, expect),
            Ast::Struct { path, fields } => self.construct(path, fields, span, expect),
            Ast::Update { base, fields } => self.update(base, fields, span, expect),
            Ast::Closure(closure) => self.closure(closure, span, expect),
            _ => self.control(expr, expect),
        }
    }

    fn control(&mut self, expr: &ast::Expr, expect: Expect) -> Expr {
        let span = expr.span;
        match &expr.kind {
            Ast::Block(block) => self.block(block, expect),
            Ast::If(parts) => self.if_expr(parts, span, expect),
            Ast::Case(case) => self.case(case, span, expect),
            Ast::Cond(arms) => self.cond(arms, span, expect),
            Ast::While(cond, body) => self.while_loop(cond, body, span, expect),
            Ast::For(parts) => self.for_loop(parts, span, expect),
            Ast::Return(value) => self.return_expr(value.as_deref(), span, expect),
            Ast::Break => self.leave_loop(super::infer::loops::Leave::Break, span, expect),
            Ast::Continue => self.leave_loop(super::infer::loops::Leave::Continue, span, expect),
            Ast::Try(inner) => self.try_expr(inner, span, expect),
            Ast::Assert(inner) => self.assert(inner, span, expect),
            Ast::Receive(receive) => self.receive(receive, span, expect),
            Ast::AssertReceive(pattern, within) => {
                self.assert_receive(pattern, within.as_deref(), span, expect)
            }
            Ast::AssertCrash(inner) => self.assert_crash(inner, span, expect),
            _ => self.error(span),
        }
    }

    /// An expression that was reported.
    pub fn error(&mut self, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Unit,
            ty: hole::error_type(),
            span,
        }
    }

    /// An expression of type `ty`, which must meet the expectation.
    pub fn done(&mut self, kind: ExprKind, ty: TyId, span: Span, expect: Expect) -> Expr {
        let ty = match expect {
            // What was reported counts as what was wanted, so that it is reported once.
            Expect::Type(want, why) if !self.demand(span, want, ty, why) => want,
            _ => ty,
        };
        Expr {
            kind,
            ty: hole::of_type(ty),
            span,
        }
    }

    /// The inference type of an expression of this group.
    pub fn type_of(&self, expr: &Expr) -> TyId {
        hole::as_type(&expr.ty).unwrap_or(TyId::ERROR)
    }

    /// Infers without expectations.
    pub fn infer(&mut self, expr: &ast::Expr) -> (Expr, TyId) {
        let typed = self.expr(expr, Expect::Any);
        let ty = self.type_of(&typed);
        (typed, ty)
    }

    /// Infers and demands a type.
    pub fn check(&mut self, expr: &ast::Expr, want: TyId, why: Why) -> Expr {
        self.expr(expr, Expect::Type(want, why))
    }

    /// Makes `found`, the type at `span`, equal to `want`, or reports why not; whether it did.
    pub fn demand(&mut self, span: Span, want: TyId, found: TyId, why: Why) -> bool {
        let result = self.arena.unify(want, found);
        if let Err(clash) = result {
            self.report_clash(span, want, found, why, clash);
        }
        self.settle_due();
        result.is_ok()
    }

    /// Makes two types equal that cannot differ unless reported.
    pub fn unify_quietly(&mut self, a: TyId, b: TyId) -> Result<(), Clash> {
        let result = self.arena.unify(a, b);
        self.settle_due();
        result
    }

    /// Demands an interface of a type.
    pub fn require(&mut self, ty: TyId, interface: InterfaceId, span: Span, why: Needs) {
        self.require_need(ty, Need::from(interface), span, why);
    }

    /// Demands an interface with slots of a type.
    pub fn require_need(&mut self, ty: TyId, need: Need, span: Span, why: Needs) {
        self.arena.require(ty, need, Origin { span, why });
        self.settle_due();
    }

    /// Converts an annotation of the function at hand.
    pub fn annotation(&mut self, written: &ast::TypeExpr) -> TyId {
        let params = std::mem::take(&mut self.f.type_params);
        let fixed = std::mem::take(&mut self.f.fixed);
        let scope = TypeScope {
            module: self.f.module,
            params: &params,
            fixed: &fixed,
        };
        let mut converter = Converter::new(self.world, self.sink, self.aliases, self.interfaces);
        converter.open_pids = true;
        let ty = converter.ty(scope, written);
        self.f.type_params = params;
        self.f.fixed = fixed;
        self.arena.instantiate(&ty, &self.f.rigid)
    }

    /// Adds a local and makes its name mean it.
    pub fn bind(&mut self, name: &Name, ty: TyId, span: Span) -> LocalId {
        let id = self.hidden(name, ty, span);
        let before = self.f.scope.insert(name.clone(), id);
        self.f.undo.push((name.clone(), before));
        id
    }

    /// Adds a local that no name means.
    pub fn hidden(&mut self, name: &Name, ty: TyId, span: Span) -> LocalId {
        let id = LocalId(self.f.locals.len() as u32);
        self.f.locals.push(Local {
            name: name.clone(),
            ty: hole::of_type(ty),
            span,
        });
        self.f.used.push(false);
        self.f.decided.push(None);
        id
    }

    /// Runs `inside` in a scope of its own.
    pub fn scoped<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.f.undo.len();
        let out = inside(self);
        while self.f.undo.len() > mark {
            let Some((name, before)) = self.f.undo.pop() else {
                break;
            };
            match before {
                Some(id) => self.f.scope.insert(name, id),
                None => self.f.scope.remove(&name),
            };
        }
        out
    }

    /// The type of an Option, a Result or another known generic type.
    pub fn adt(&mut self, id: crate::typed::TypeDefId, args: &[TyId]) -> TyId {
        self.arena.app(Con::Adt(id), args)
    }
}

/// The unit value.
pub fn unit(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Unit,
        ty: hole::of_type(TyId::UNIT),
        span,
    }
}

/// Holes for inference types.
pub fn holes(types: &[TyId]) -> Vec<Ty> {
    types.iter().map(|&ty| hole::of_type(ty)).collect()
}
