//! Blocks, statements and `let`, with let-generalisation.

use smol_str::SmolStr;

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, Block, ExprKind as Ast, LetStmt, PatternKind, Span, StrPart};
use crate::typed::{Expr, ExprKind, Pat, PatKind, Stmt};
use crate::types::hole;
use crate::types::mismatch::Why;
use crate::types::scheme::LocalScheme;

impl Infer<'_, '_> {
    /// A block in a scope of its own; its value is its last expression, or `()`.
    pub(super) fn block(&mut self, block: &Block, expect: Expect) -> Expr {
        self.scoped(|this| this.statements(block, expect))
    }

    fn statements(&mut self, block: &Block, expect: Expect) -> Expr {
        let (last, init) = match block.stmts.split_last() {
            Some((ast::Stmt::Expr(last), init)) => (Some(last), init),
            _ => (None, block.stmts.as_slice()),
        };
        let mut stmts = Vec::with_capacity(init.len());
        let mut left: Option<Span> = None;
        for stmt in init {
            self.unreachable(&mut left, stmt_span(stmt));
            let typed = self.statement(stmt);
            if leaves_stmt(&typed) {
                left = left.or(Some(stmt_span(stmt)));
            }
            stmts.push(typed);
        }
        let value = match last {
            Some(last) if left.is_some() => {
                self.unreachable(&mut left, last.span);
                stmts.push(Stmt::Expr(self.expr(last, Expect::Unused)));
                self.never(last.span, expect)
            }
            None if left.is_some() => self.never(block.span, expect),
            Some(last) => self.expr(last, expect),
            None => self.done(ExprKind::Unit, super::TyId::UNIT, end_of(block), expect),
        };
        if stmts.is_empty() {
            return value;
        }
        Expr {
            ty: value.ty.clone(),
            span: block.span,
            kind: ExprKind::Block(stmts, Box::new(value)),
        }
    }

    /// The value of a block that leaves before its end.
    fn never(&mut self, span: Span, expect: Expect) -> Expr {
        let text = Expr {
            kind: ExprKind::Str(SmolStr::new_static("unreachable code was reached")),
            ty: hole::of_type(super::TyId::STRING),
            span,
        };
        let ty = expect.ty().unwrap_or_else(|| self.arena.fresh());
        Expr {
            kind: ExprKind::Panic(Box::new(text)),
            ty: hole::of_type(ty),
            span,
        }
    }

    /// Warns once that nothing reaches `span`.
    fn unreachable(&mut self, left: &mut Option<Span>, span: Span) {
        let quiet = self.world.is_std(self.f.module);
        if let Some(leaving) = left.filter(|leaving| *leaving != Span::default())
            && !quiet
        {
            self.world.warnings.push(
                Diagnostic::new(Code::UNREACHABLE, span, "unreachable code")
                    .label("never runs")
                    .secondary(leaving, "this always leaves"),
            );
            *left = Some(Span::default());
        }
    }

    fn statement(&mut self, stmt: &ast::Stmt) -> Stmt {
        match stmt {
            ast::Stmt::Expr(expr) => {
                if let Ast::AssertReceive(pattern, within) = &expr.kind
                    && let Some(bound) =
                        self.assert_receive_stmt(pattern, within.as_deref(), expr.span)
                {
                    return bound;
                }
                let typed = self.expr(expr, Expect::Unused);
                let ty = self.type_of(&typed);
                self.f.discarded.push((expr.span, ty));
                Stmt::Expr(typed)
            }
            ast::Stmt::Let(binding) => self.let_stmt(binding),
        }
    }

    fn let_stmt(&mut self, binding: &LetStmt) -> Stmt {
        if binding.ty.is_none()
            && binding.otherwise.is_none()
            && let PatternKind::Bind(name) = &binding.pattern.kind
            && is_value(&binding.value)
        {
            return self.let_value(name, binding);
        }
        // What is annotated has that type from here on, even where the value does not.
        let (value, ty) = match &binding.ty {
            Some(written) => {
                let ty = self.annotation(written);
                let why = Why::Annotation(written.span);
                (self.check(&binding.value, ty, why), ty)
            }
            None => self.infer(&binding.value),
        };
        let otherwise = binding
            .otherwise
            .as_ref()
            .map(|block| self.otherwise(block));
        let why = match &binding.ty {
            Some(written) => Why::Annotation(written.span),
            None => Why::Scrutinee(value.span),
        };
        let pat = self.pattern(&binding.pattern, ty, why);
        Stmt::Let {
            pat,
            value,
            otherwise,
        }
    }

    /// The `else` of a `let`, which must leave.
    fn otherwise(&mut self, block: &Block) -> Expr {
        let body = self.block(block, Expect::Any);
        if !leaves(&body) {
            self.sink.push(
                Diagnostic::new(
                    Code::ELSE_MUST_LEAVE,
                    body.span,
                    "the `else` of a `let` must leave",
                )
                .label("this goes on without a value for the pattern")
                .help("end it with `return`, `break`, `continue` or `panic(…)`"),
            );
        }
        body
    }

    /// `let name = value` where the value is syntactic: its type is generalised.
    fn let_value(&mut self, name: &ast::Name, binding: &LetStmt) -> Stmt {
        self.arena.level += 1;
        let (value, ty) = self.infer(&binding.value);
        self.solve_pending();
        self.arena.level -= 1;
        let params = self.arena.generalise_local(ty, &mut self.f.let_params);
        let span = binding.pattern.span;
        let local = self.bind(name, ty, span);
        if params.is_empty() {
            let pat = Pat {
                kind: PatKind::Bind(local),
                ty: hole::of_type(ty),
                span,
            };
            return Stmt::Let {
                pat,
                value,
                otherwise: None,
            };
        }
        let numbers = params.iter().map(|param| param.number).collect();
        self.f.schemes.insert(local, LocalScheme { ty, params });
        Stmt::LetPoly {
            local,
            params: numbers,
            value,
        }
    }
}

fn stmt_span(stmt: &ast::Stmt) -> Span {
    match stmt {
        ast::Stmt::Expr(expr) => expr.span,
        ast::Stmt::Let(binding) => binding.span,
    }
}

/// The last byte of a block, where its missing value would stand.
fn end_of(block: &Block) -> Span {
    let start = block
        .stmts
        .last()
        .map_or(block.span.start, |last| stmt_span(last).start);
    Span {
        start,
        ..block.span
    }
}

/// Whether evaluating the expression again and again has no effect and costs nothing: such a `let` is generalised.
fn is_value(expr: &ast::Expr) -> bool {
    match &expr.kind {
        Ast::Closure(_) | Ast::Upper(_) => true,
        Ast::Int(_) | Ast::Float(_) | Ast::Bool(_) | Ast::Unit | Ast::Atom(_) => true,
        Ast::Str(parts) => parts.iter().all(|part| matches!(part, StrPart::Text(_))),
        Ast::Name(_) => true,
        Ast::Paren(inner) => is_value(inner),
        Ast::Tuple(items) => items.iter().all(is_value),
        Ast::List(items) => items.iter().all(|item| match item {
            ast::ListItem::One(expr) | ast::ListItem::Splice(expr) => is_value(expr),
        }),
        Ast::Map(pairs) => pairs.iter().all(|(k, v)| is_value(k) && is_value(v)),
        Ast::Call(call) => {
            let variant = crate::resolve::deps::upper_path(&call.callee).is_some();
            variant && call.trailing.is_none() && call.args.iter().all(|arg| is_value(&arg.value))
        }
        _ => false,
    }
}

fn leaves_stmt(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(expr) => leaves(expr),
        Stmt::Let { value, .. } => leaves(value),
        Stmt::LetPoly { .. } => false,
    }
}

/// Whether control never goes on after the expression.
pub(super) fn leaves(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Return(_) | ExprKind::Break(_) | ExprKind::Continue(_) | ExprKind::Panic(_) => {
            true
        }
        ExprKind::Block(stmts, value) => stmts.iter().any(leaves_stmt) || leaves(value),
        ExprKind::If(_, then, otherwise) => leaves(then) && leaves(otherwise),
        ExprKind::Case(scrutinee, arms) => {
            leaves(scrutinee) || (!arms.is_empty() && arms.iter().all(|arm| leaves(&arm.body)))
        }
        ExprKind::Cond(arms) => !arms.is_empty() && arms.iter().all(|(_, body)| leaves(body)),
        _ => false,
    }
}
