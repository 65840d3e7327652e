//! From the typed tree to Core: one function at one row of type arguments at a time.
//!
//! Two mutually recursive functions carry everything: [`Lower::value`] adds an expression's code to the current block and
//! gives its variable; [`Lower::into`] ends the current block by handing the value to a continuation, which is how
//! branches meet without copying code and how tail calls stay tail calls. Each construct has its file.

mod access;
mod arith;
mod assert;
mod binding;
mod branch;
mod build;
mod byte_match;
mod bytes;
mod call;
mod closure;
mod collection;
mod compare;
mod cover;
mod cursor;
mod escape;
mod fault;
mod for_loop;
mod iterate;
mod keyed;
mod matching;
mod native;
mod receive;
mod scope;
mod structural;
mod text;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use snow_bytecode::types::TypeId;

use build::{Cont, Open};
pub use fault::Fault;
use fault::{Res, Stop};
use scope::{Capture, LoopTarget, PolyLocal};
pub use structural::structural_func;

use crate::core::ir::{self, Block, End, Op, Stmt, Var, VarInfo};
use crate::core::mono::Mono;
use crate::stack::with_stack;
use crate::syntax::ast::Span;
use crate::typed::{self, Body, Clause, Con, Expr, ExprKind, Imp, LocalId, LoopId, Ty};

/// What the type parameters of a function stand for.
#[derive(Clone, Debug, Default)]
pub struct Subst {
    own: Vec<TypeId>,
    /// Parameters of let-generalised locals whose instance is being lowered.
    inner: Vec<(u32, TypeId)>,
}

impl Subst {
    /// The function's own parameters.
    pub fn new(own: Vec<TypeId>) -> Self {
        Subst {
            own,
            inner: Vec::new(),
        }
    }

    /// What a parameter stands for.
    pub fn get(&self, number: u32) -> Option<TypeId> {
        let inner = self.inner.iter().rev().find(|(at, _)| *at == number);
        inner
            .map(|(_, ty)| *ty)
            .or_else(|| self.own.get(number as usize).copied())
    }
}

/// Lowers a function at type arguments.
pub fn lower_func(
    mono: &mut Mono<'_>,
    id: typed::FuncId,
    args: Vec<TypeId>,
) -> Result<ir::Func, Fault> {
    let func = mono.func(id);
    let name = mono.qualified_name(func);
    let mut lower = Lower {
        subst: Subst::new(args.clone()),
        name: name.clone(),
        library: mono.program.modules[func.module.0 as usize].std,
        locals: &[],
        frames: Vec::new(),
        mono,
    };
    let mut params = Vec::with_capacity(func.params.len());
    for (_, ty) in &func.params {
        params.push(lower.ty(ty, func.span)?);
    }
    let ret = lower.ty(&func.ret, func.span)?;
    lower.frames.push(Frame::new(ret));
    let params: Vec<Var> = params.into_iter().map(|ty| lower.var(ty, "")).collect();
    let body = match &func.imp {
        Imp::Body(body)
        | Imp::Method {
            default: Some(body),
            ..
        } => lower.body(body, &params, func.span)?,
        Imp::Method { default: None, .. } => {
            let message = format!("no implementation says what `{name}` does");
            return Err(Fault::internal(func.span, message));
        }
        Imp::Native { .. } => lower.block(|lower| {
            let value = lower.native_call(id, args, params.clone(), func.span)?;
            lower.flow(value, Cont::Return)
        })?,
    };
    Ok(lower.finish_frame(ir::FuncKind::Direct, name, params, body, func.span))
}

/// The state of lowering one function with the closures inside it.
struct Lower<'m, 'a> {
    mono: &'m mut Mono<'a>,
    subst: Subst,
    name: String,
    library: bool,
    locals: &'a [typed::Local],
    /// The function and, inside closures, their code; the last is under construction.
    frames: Vec<Frame<'a>>,
}

/// One Core function under construction.
struct Frame<'a> {
    vars: Vec<VarInfo>,
    /// Per join: whether something jumps there.
    entered: Vec<bool>,
    open: Open,
    ret: TypeId,
    bound: FxHashMap<LocalId, Var>,
    poly: FxHashMap<LocalId, PolyLocal<'a>>,
    captures: Vec<Capture>,
    loops: FxHashMap<LoopId, LoopTarget>,
    /// Statements that belong where the `Let` of a variable stands.
    inserts: FxHashMap<Var, Vec<Stmt>>,
}

impl Frame<'_> {
    fn new(ret: TypeId) -> Self {
        Frame {
            vars: Vec::new(),
            entered: Vec::new(),
            open: Open::default(),
            ret,
            bound: FxHashMap::default(),
            poly: FxHashMap::default(),
            captures: Vec::new(),
            loops: FxHashMap::default(),
            inserts: FxHashMap::default(),
        }
    }
}

impl<'a> Lower<'_, 'a> {
    fn frame(&self) -> &Frame<'a> {
        self.frames.last().expect("lowering happens inside a frame")
    }

    fn frame_mut(&mut self) -> &mut Frame<'a> {
        self.frames
            .last_mut()
            .expect("lowering happens inside a frame")
    }

    fn depth(&self) -> usize {
        self.frames.len()
    }

    /// The entry of a type.
    fn ty(&mut self, ty: &Ty, span: Span) -> Result<TypeId, Fault> {
        self.mono.types.of(ty, &self.subst, span)
    }

    /// The entry of a constructor without arguments.
    fn con(&mut self, con: Con) -> Result<TypeId, Fault> {
        self.mono.types.app(con, Vec::new(), Span::default())
    }

    fn body(&mut self, body: &'a Body, params: &[Var], span: Span) -> Result<Block, Fault> {
        self.locals = &body.locals;
        let what = format!("{}/{}", self.name, params.len());
        self.clauses(&body.clauses, params, &what, span)
    }

    /// The clauses of a function or closure, called `what` when none matches, as one block.
    fn clauses(
        &mut self,
        clauses: &'a [Clause],
        params: &[Var],
        what: &str,
        span: Span,
    ) -> Result<Block, Fault> {
        let text = format!("no matching clause in {what}");
        self.block(|lower| {
            let rows = clauses.iter().map(|clause| matching::Row {
                pats: &clause.params,
                guard: clause.guard.as_ref(),
            });
            let fail = End::Crash {
                text: SmolStr::new(text),
                span: span.into(),
            };
            lower.matching(params, rows.collect(), span, fail, &mut |lower, row| {
                lower.into(&clauses[row].body, Cont::Return)
            })
        })
    }

    /// Removes the current frame and makes a function of it.
    fn finish_frame(
        &mut self,
        kind: ir::FuncKind,
        name: String,
        params: Vec<Var>,
        mut body: Block,
        span: Span,
    ) -> ir::Func {
        let frame = self
            .frames
            .pop()
            .expect("the frame was pushed by the caller");
        scope::place_inserts(&mut body, frame.inserts);
        ir::Func {
            name,
            kind,
            params,
            ret: frame.ret,
            vars: frame.vars,
            joins: frame.entered.len() as u32,
            body,
            library: self.library,
            inlined: Vec::new(),
            span,
        }
    }

    /// Adds an expression's code to the current block and gives its value.
    fn value(&mut self, expr: &'a Expr) -> Res<Var> {
        with_stack(|| self.value_of(expr))
    }

    /// Values of expressions in order.
    fn values(&mut self, exprs: &'a [Expr]) -> Res<Vec<Var>> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    /// Evaluates an expression for its effects.
    fn effect(&mut self, expr: &'a Expr) -> Res<()> {
        if !is_control(&expr.kind) {
            return self.value(expr).map(drop);
        }
        let join = self.join();
        let after = self.block(|lower| lower.into(expr, Cont::Discard(join)))?;
        self.resume(join, Vec::new(), after)
    }

    fn value_of(&mut self, expr: &'a Expr) -> Res<Var> {
        if let ExprKind::Block(stmts, value) = &expr.kind {
            self.statements(stmts)?;
            return self.value(value);
        }
        if is_control(&expr.kind) {
            let ty = self.ty(&expr.ty, expr.span)?;
            let join = self.join();
            let after = self.block(|lower| lower.into(expr, Cont::Join(join)))?;
            let result = self.var(ty, "");
            self.resume(join, vec![result], after)?;
            return Ok(result);
        }
        self.cover(expr)?;
        self.simple(expr)
    }

    /// Ends the current block by handing an expression's value to `cont`.
    fn into(&mut self, expr: &'a Expr, cont: Cont) -> Res<()> {
        with_stack(|| self.finish_with(expr, cont))
    }

    fn finish_with(&mut self, expr: &'a Expr, cont: Cont) -> Res<()> {
        self.cover(expr)?;
        match &expr.kind {
            ExprKind::Block(stmts, value) => {
                self.statements(stmts)?;
                self.into(value, cont)
            }
            ExprKind::If(cond, then, otherwise) => self.if_else(cond, then, otherwise, cont),
            ExprKind::And(..) | ExprKind::Or(..) => self.logical(expr, cont),
            ExprKind::Case(on, arms) => self.case(on, arms, cont, expr.span),
            ExprKind::Receive(receive) => self.receive(receive, cont, expr.span),
            ExprKind::Cond(arms) => self.cond(arms, cont, expr.span),
            ExprKind::While(id, cond, body) => self.while_loop(*id, cond, body, cont, expr.span),
            ExprKind::For(the_loop) => self.for_loop(the_loop, expr, cont),
            ExprKind::Try(value) => self.try_value(value, cont, expr.span),
            ExprKind::Assert(condition, text) => self.assert(condition, text, cont, expr.span),
            ExprKind::Return(value) => self.into(value, Cont::Return),
            ExprKind::Break(id) => self.leave_loop(*id, expr.span),
            ExprKind::Continue(id) => self.next_turn(*id, expr.span),
            ExprKind::Panic(text) => {
                let text = self.value(text)?;
                self.end(End::Panic {
                    text,
                    span: expr.span.into(),
                })
            }
            _ => {
                let value = self.simple(expr)?;
                self.flow(value, cont)
            }
        }
    }

    /// Expressions that compute a value without branching.
    fn simple(&mut self, expr: &'a Expr) -> Res<Var> {
        let span = expr.span;
        let ty = self.ty(&expr.ty, span)?;
        let op = match &expr.kind {
            ExprKind::Unit => Op::Unit,
            ExprKind::Bool(value) => Op::Bool(*value),
            ExprKind::Int(value) => Op::Int(*value),
            ExprKind::Float(value) => Op::Float(*value),
            ExprKind::Str(text) => Op::Str(text.clone()),
            ExprKind::Atom(name) => Op::Atom(name.clone()),
            ExprKind::Bytes(bytes) => Op::Bytes(bytes.as_slice().into()),
            ExprKind::Segments(segments) => return self.segments(segments, ty, span),
            ExprKind::Local(local, args) => return self.local(*local, args, span),
            ExprKind::Func(id, args) => {
                let args = self.type_args(args, span)?;
                Op::FuncValue(self.mono.instance(*id, args, span)?)
            }
            ExprKind::Call(id, types, args) => return self.call(*id, types, args, span),
            ExprKind::CallValue(callee, args) => {
                let callee = self.value(callee)?;
                Op::CallClosure(callee, self.values(args)?)
            }
            ExprKind::Lambda(clauses) => return self.lambda(clauses, ty, span),
            ExprKind::Construct { variant, fields } => {
                Op::Construct(*variant as u8, self.values(fields)?)
            }
            ExprKind::Tuple(items) => Op::Construct(0, self.values(items)?),
            ExprKind::List(items) => return self.list(items, ty, span),
            ExprKind::Map(entries) => return self.map(entries, ty, span),
            ExprKind::Field(base, field) => Op::Project {
                value: self.value(base)?,
                tag: 0,
                field: *field,
            },
            ExprKind::Update(base, fields) => self.update(base, fields)?,
            ExprKind::Index(base, index) => return self.index(base, index, ty, span),
            ExprKind::Arith(op, a, b) => return self.arith(*op, a, b, span),
            ExprKind::Neg(value) => return self.negate(value, span),
            ExprKind::Not(value) => Op::Not(self.value(value)?),
            ExprKind::Compare(rel, a, b) => return self.compare(*rel, a, b, span),
            ExprKind::Range(from, to, inclusive) => self.range(from, to, *inclusive, span)?,
            ExprKind::Concat(a, b) => Op::Concat(self.value(a)?, self.value(b)?),
            ExprKind::Append(a, b) => Op::ListConcat(self.value(a)?, self.value(b)?),
            ExprKind::Cons(head, tail) => {
                let head = self.value(head)?;
                Op::ListPrepend(self.value(tail)?, head)
            }
            ExprKind::Interp(parts) => return self.interpolation(parts, ty, span),
            ExprKind::Inspect(value) => return self.inspect(value, ty, span),
            _ => {
                return Err(Fault::internal(
                    span,
                    "a branching expression where a simple one must stand",
                )
                .into());
            }
        };
        Ok(self.emit(ty, op, span))
    }
}

/// Whether an expression branches or leaves, and so is lowered by [`Lower::into`].
fn is_control(kind: &ExprKind) -> bool {
    matches!(
        kind,
        ExprKind::Block(..)
            | ExprKind::If(..)
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Case(..)
            | ExprKind::Cond(..)
            | ExprKind::Receive(..)
            | ExprKind::While(..)
            | ExprKind::For(..)
            | ExprKind::Try(..)
            | ExprKind::Assert(..)
            | ExprKind::Return(..)
            | ExprKind::Break(..)
            | ExprKind::Continue(..)
            | ExprKind::Panic(..)
    )
}
