//! Finishing: replaces the holes of a function's typed tree by types, and pending decisions by what was decided.

use rustc_hash::{FxHashMap, FxHashSet};

use super::arena::{Arena, MAX_DEPTH, Need, Node, Origin, TyId};
use super::convert::MAX_SIZE;
use super::hole;
use super::infer::pending::Pending;
use super::infer::{Member, Rigid};
use crate::diagnostics::{Code, Diagnostic, Sink};
use crate::resolve::World;
use crate::stack::with_stack;
use crate::syntax::ast::Span;
use crate::typed::{
    Arm, Body, Clause, Con, Expr, ExprKind, FuncId, Interface, InterpPart, ListItem, Pat, PatKind,
    Receive, Stmt, Ty, TypeParam,
};

/// The type parameters of a function of the group.
#[derive(Clone, Debug)]
pub struct Quantified {
    /// Inference types, in the order of the parameters.
    pub types: Vec<TyId>,
    /// Names and bounds.
    pub params: Vec<TypeParam>,
}

/// Finishes one function.
pub struct Finisher<'f> {
    sink: &'f mut Sink,
    arena: &'f Arena,
    rigid: &'f [Rigid],
    /// Names of all interfaces.
    interfaces: &'f [Interface],
    pending: &'f mut [Pending],
    group: &'f FxHashMap<FuncId, Quantified>,
    /// Numbers of the function's type parameters.
    numbers: FxHashMap<TyId, u32>,
    own: u32,
    memo: FxHashMap<TyId, (Ty, usize)>,
    reported: FxHashSet<TyId>,
    /// Whether no reported type was met.
    sound: bool,
    /// The place to blame for what is wrong with a type.
    span: Span,
    unit: Ty,
}

impl<'f> Finisher<'f> {
    /// A finisher for a member of a group.
    pub fn new(
        world: &'f World<'_>,
        sink: &'f mut Sink,
        arena: &'f Arena,
        rigid: &'f [Rigid],
        pending: &'f mut [Pending],
        group: &'f FxHashMap<FuncId, Quantified>,
        member: &Member,
    ) -> Self {
        let types = group
            .get(&member.func)
            .map_or(&[][..], |quantified| &quantified.types);
        let numbers: FxHashMap<TyId, u32> = types
            .iter()
            .enumerate()
            .map(|(number, &ty)| (arena.root(ty), number as u32))
            .collect();
        Finisher {
            own: types.len() as u32,
            span: world.program.funcs[member.func.0 as usize].span,
            sink,
            arena,
            rigid,
            interfaces: &world.program.interfaces,
            pending,
            group,
            numbers,
            memo: FxHashMap::default(),
            reported: FxHashSet::default(),
            sound: true,
            unit: Ty::con(Con::Unit),
        }
    }

    /// The finished body of the function; an empty one when errors were reported in it, so that later checks leave it out.
    pub fn body(mut self, mut member: Member) -> Body {
        for local in &mut member.frame.locals {
            self.span = local.span;
            self.replace(&mut local.ty);
        }
        for clause in &mut member.clauses {
            self.clause(clause);
        }
        match self.sound {
            true => Body {
                locals: member.frame.locals,
                clauses: member.clauses,
            },
            false => Body {
                locals: Vec::new(),
                clauses: Vec::new(),
            },
        }
    }

    /// A finished type.
    pub fn ty(&mut self, ty: TyId) -> Ty {
        let (ty, size) = self.sized(ty, 0);
        if size > MAX_SIZE && self.reported.insert(TyId::ERROR) {
            self.sink.push(
                Diagnostic::new(
                    Code::TYPE_TOO_LARGE,
                    self.span,
                    "the type of this is too large",
                )
                .label(format!("more than {MAX_SIZE} parts"))
                .help("use structs, which are one part however large they are"),
            );
        }
        if size > MAX_SIZE {
            self.unit.clone()
        } else {
            ty
        }
    }

    fn sized(&mut self, ty: TyId, depth: u32) -> (Ty, usize) {
        if depth > MAX_DEPTH {
            return (self.unit.clone(), MAX_SIZE + 1);
        }
        let root = self.arena.root(ty);
        match self.arena.node(root) {
            Node::App(con, args) => {
                if let Some(done) = self.memo.get(&root) {
                    return done.clone();
                }
                let mut size = 1usize;
                let args: Vec<TyId> = self.arena.args(args).to_vec();
                let mut parts = Vec::with_capacity(args.len());
                for arg in args {
                    let (part, more) = self.sized(arg, depth + 1);
                    size = size.saturating_add(more);
                    parts.push(part);
                }
                let done = (Ty::App(con, parts.into()), size);
                self.memo.insert(root, done.clone());
                done
            }
            Node::LetParam(number) => (Ty::Param(self.own + number), 1),
            Node::Error | Node::Link(_) => {
                self.sound = false;
                (hole::error_type(), 1)
            }
            Node::Var { .. } | Node::Rigid(_) => match self.numbers.get(&root) {
                Some(&number) => (Ty::Param(number), 1),
                None => (self.undetermined(root), 1),
            },
        }
    }

    /// A variable that nothing determines is `()`, unless that would choose the meaning of an operator.
    fn undetermined(&mut self, root: TyId) -> Ty {
        match self.arena.node(root) {
            Node::Var { bounds, .. } => {
                let odd: Option<(Need, Origin)> = self
                    .arena
                    .bounds(bounds)
                    .find(|(need, _)| !need.interface.is_structural());
                if let Some((need, origin)) = odd
                    && !self.sink.has_errors()
                    && self.reported.insert(root)
                {
                    let interface = &self.interfaces[need.interface.0 as usize].name;
                    self.sink.push(
                        Diagnostic::new(
                            Code::AMBIGUOUS_TYPE,
                            origin.span,
                            format!("nothing determines which type with `{interface}` this is"),
                        )
                        .label("type not determined")
                        .help("annotate one of the values, for example `x :: Int`"),
                    );
                }
            }
            Node::Rigid(id) if !self.sink.has_errors() && self.reported.insert(root) => {
                let name = &self.rigid[id.0 as usize].param.name;
                let message = format!("type parameter `{name}` escapes its function");
                self.sink.push(Diagnostic::internal(self.span, message));
            }
            _ => {}
        }
        self.unit.clone()
    }

    fn replace(&mut self, ty: &mut Ty) {
        if let Some(id) = hole::as_type(ty) {
            *ty = self.ty(id);
        }
    }

    fn replace_all(&mut self, types: &mut [Ty]) {
        types.iter_mut().for_each(|ty| self.replace(ty));
    }

    fn clause(&mut self, clause: &mut Clause) {
        clause.params.iter_mut().for_each(|pat| self.pat(pat));
        if let Some(guard) = &mut clause.guard {
            self.expr(guard);
        }
        self.expr(&mut clause.body);
    }

    fn pat(&mut self, pat: &mut Pat) {
        with_stack(|| self.pat_here(pat));
    }

    fn pat_here(&mut self, pat: &mut Pat) {
        self.span = pat.span;
        self.replace(&mut pat.ty);
        match &mut pat.kind {
            PatKind::As(inner, _) | PatKind::Prefix(_, inner) => self.pat(inner),
            PatKind::Tuple(parts) | PatKind::Or(parts) => {
                parts.iter_mut().for_each(|part| self.pat(part));
            }
            PatKind::Construct { fields, .. } => fields.iter_mut().for_each(|part| self.pat(part)),
            PatKind::List(parts, rest) => {
                parts.iter_mut().for_each(|part| self.pat(part));
                rest.iter_mut().for_each(|rest| self.pat(rest));
            }
            PatKind::Map(pairs) => {
                for (key, part) in pairs {
                    self.expr(key);
                    self.pat(part);
                }
            }
            PatKind::Segments(segments) => {
                for segment in segments {
                    self.exprs(segment.size_mut());
                    self.pat(&mut segment.value);
                }
            }
            PatKind::Wildcard
            | PatKind::Bind(_)
            | PatKind::Unit
            | PatKind::Bool(_)
            | PatKind::Int(_)
            | PatKind::Float(_)
            | PatKind::Str(_)
            | PatKind::Atom(_)
            | PatKind::Range(..) => {}
        }
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e mut Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &mut Expr) {
        with_stack(|| self.expr_here(expr));
    }

    fn expr_here(&mut self, expr: &mut Expr) {
        if let Some(index) = hole::as_pending(&expr.kind) {
            expr.kind = match self.pending[index].outcome.take() {
                Some(decided) => decided,
                None if self.sink.has_errors() => ExprKind::Unit,
                None => {
                    let message = "a decision that waited for a type was never made";
                    self.sink.push(Diagnostic::internal(expr.span, message));
                    ExprKind::Unit
                }
            };
        }
        self.span = expr.span;
        self.replace(&mut expr.ty);
        self.kind(&mut expr.kind);
    }

    /// Type arguments of a function of the group are its own parameters: it is monomorphic inside.
    fn group_args(&mut self, id: FuncId, args: &mut Vec<Ty>) {
        match self.group.get(&id) {
            // A function with a written type, and inside its own default a method of an interface, is called like any other;
            // only the types of its mailboxes are the group's.
            Some(quantified) => {
                self.replace_all(args);
                let known = args.len();
                args.extend(quantified.types.iter().skip(known).map(|&ty| self.ty(ty)));
            }
            None => self.replace_all(args),
        }
    }

    fn kind(&mut self, kind: &mut ExprKind) {
        match kind {
            ExprKind::Unit
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Atom(_)
            | ExprKind::Bytes(_)
            | ExprKind::Break(_)
            | ExprKind::Continue(_) => {}
            ExprKind::Segments(segments) => {
                for segment in segments {
                    self.exprs(segment.size_mut());
                    self.expr(&mut segment.value);
                }
            }
            ExprKind::Local(_, args) => self.replace_all(args),
            ExprKind::Func(id, args) => self.group_args(*id, args),
            ExprKind::Call(id, types, args) => {
                self.group_args(*id, types);
                self.exprs(args);
            }
            ExprKind::CallValue(callee, args) => {
                self.expr(callee);
                self.exprs(args);
            }
            ExprKind::Lambda(clauses) => clauses.iter_mut().for_each(|clause| self.clause(clause)),
            ExprKind::Construct { fields: items, .. } | ExprKind::Tuple(items) => self.exprs(items),
            ExprKind::List(items) => self.exprs(items.iter_mut().map(|item| match item {
                ListItem::One(expr) | ListItem::Splice(expr) => expr,
            })),
            ExprKind::Map(pairs) => self.exprs(pairs.iter_mut().flat_map(|(k, v)| [k, v])),
            ExprKind::Update(base, fields) => {
                self.expr(base);
                self.exprs(fields.iter_mut().map(|(_, value)| value));
            }
            ExprKind::Interp(parts) => self.exprs(parts.iter_mut().filter_map(|part| match part {
                InterpPart::Value(expr) => Some(expr),
                InterpPart::Text(_) => None,
            })),
            ExprKind::Field(inner, _)
            | ExprKind::Neg(inner)
            | ExprKind::Not(inner)
            | ExprKind::Inspect(inner)
            | ExprKind::Return(inner)
            | ExprKind::Try(inner)
            | ExprKind::Assert(inner, _)
            | ExprKind::Panic(inner) => self.expr(inner),
            ExprKind::Index(a, b)
            | ExprKind::Arith(_, a, b)
            | ExprKind::And(a, b)
            | ExprKind::Or(a, b)
            | ExprKind::Compare(_, a, b)
            | ExprKind::Range(a, b, _)
            | ExprKind::Concat(a, b)
            | ExprKind::Append(a, b)
            | ExprKind::Cons(a, b)
            | ExprKind::While(_, a, b) => self.exprs([&mut **a, &mut **b]),
            ExprKind::Block(stmts, value) => {
                stmts.iter_mut().for_each(|stmt| self.stmt(stmt));
                self.expr(value);
            }
            ExprKind::If(a, b, c) => self.exprs([&mut **a, &mut **b, &mut **c]),
            ExprKind::Case(scrutinee, arms) => {
                self.expr(scrutinee);
                arms.iter_mut().for_each(|arm| self.arm(arm));
            }
            ExprKind::Receive(receive) => self.receive(receive),
            ExprKind::Cond(arms) => {
                self.exprs(arms.iter_mut().flat_map(|(cond, body)| [cond, body]));
            }
            ExprKind::For(parts) => {
                for (pat, iterable) in &mut parts.generators {
                    self.pat(pat);
                    self.expr(iterable);
                }
                self.exprs(&mut parts.guard);
                self.expr(&mut parts.body);
            }
        }
    }

    fn receive(&mut self, receive: &mut Receive) {
        self.replace(&mut receive.message);
        let arms = receive.messages.iter_mut().chain(&mut receive.signals);
        arms.for_each(|arm| self.arm(arm));
        if let Some((limit, body)) = &mut receive.after {
            self.exprs([limit, body]);
        }
    }

    fn arm(&mut self, arm: &mut Arm) {
        self.pat(&mut arm.pat);
        self.exprs(&mut arm.guard);
        self.expr(&mut arm.body);
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Expr(expr) => self.expr(expr),
            Stmt::Let {
                pat,
                value,
                otherwise,
            } => {
                self.pat(pat);
                self.expr(value);
                self.exprs(otherwise);
            }
            Stmt::LetPoly { params, value, .. } => {
                params.iter_mut().for_each(|number| *number += self.own);
                self.expr(value);
            }
        }
    }
}
