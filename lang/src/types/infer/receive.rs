//! `receive`: arms for messages of the mailbox's type, and arms for signals.

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::expand::{Build, bound_names};
use crate::syntax::ast::{self, Pattern, PatternKind as Ast, Span};
use crate::typed::{Arm, Expr, ExprKind, FuncId, Pat, PatKind, Receive, ReceiveCode, Stmt};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mismatch::Why;

/// What an arm of a `receive` is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Message,
    Signal,
    /// Both, which was reported.
    Mixed,
}

impl Infer<'_, '_> {
    pub(super) fn receive(
        &mut self,
        receive: &ast::ReceiveExpr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let Some(code) = self.receive_code(span) else {
            return self.error(span);
        };
        let kinds: Vec<Kind> = receive
            .arms
            .iter()
            .map(|arm| self.arm_kind(&arm.pattern))
            .collect();
        let first = kinds.iter().position(|kind| *kind == Kind::Message);
        let (message, why) = match first {
            Some(at) => self.messages_at(receive.arms[at].pattern.span),
            None => (TyId::UNIT, Why::Unknown),
        };
        let mut join = self.join(expect);
        let (mut messages, mut signals) = (Vec::new(), Vec::new());
        for (arm, kind) in receive.arms.iter().zip(kinds) {
            let (ty, why, arms) = match kind {
                Kind::Message => (message, why, &mut messages),
                Kind::Signal => (self.signal_type(), Why::Unknown, &mut signals),
                Kind::Mixed => (TyId::ERROR, Why::Unknown, &mut messages),
            };
            arms.push(self.scoped(|this| {
                let pat = this.pattern(&arm.pattern, ty, why);
                let guard = this.guard(arm.guard.as_ref());
                let body = this.branch(&mut join, &arm.body);
                Arm { pat, guard, body }
            }));
        }
        let after = receive.after.as_ref().map(|(limit, body)| {
            let limit = self.check(limit, TyId::INT, Why::Timeout);
            (limit, self.branch(&mut join, body))
        });
        let ty = self.joined(&join);
        let wanted = signals.iter().fold(0, |bits, arm| bits | wanted(&arm.pat));
        let kind = ExprKind::Receive(Box::new(Receive {
            messages,
            signals,
            after,
            message: hole::of_type(message),
            wanted,
            code,
        }));
        Expr {
            kind,
            ty: hole::of_type(ty),
            span,
        }
    }

    /// `assert_receive pattern, within: ms`: a `receive` of one arm that crashes when nothing comes.
    pub(super) fn assert_receive(
        &mut self,
        pattern: &Pattern,
        within: Option<&ast::Expr>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let received = Build { span }.unit();
        self.receive(&awaited(pattern, within, received, span), span, expect)
    }

    /// The same as a statement: what the pattern binds is known in the statements after it.
    pub(super) fn assert_receive_stmt(
        &mut self,
        pattern: &Pattern,
        within: Option<&ast::Expr>,
        span: Span,
    ) -> Option<Stmt> {
        let names = bound_names(pattern);
        let build = Build { span: pattern.span };
        let mut values: Vec<ast::Expr> = names.iter().map(|name| build.name(name)).collect();
        let mut bound: Vec<Pattern> = names.iter().map(|name| build.bind(name)).collect();
        let (value, pat) = match names.len() {
            0 => return None,
            1 => (values.remove(0), bound.remove(0)),
            _ => (build.tuple(values), build.pattern(Ast::Tuple(bound))),
        };
        let receive = awaited(pattern, within, value, span);
        let value = self.receive(&receive, span, Expect::Any);
        let ty = self.type_of(&value);
        let pat = self.pattern(&pat, ty, Why::Scrutinee(span));
        Some(Stmt::Let {
            pat,
            value,
            otherwise: None,
        })
    }

    /// `assert_crash e`: a job that must not give a value.
    pub(super) fn assert_crash(&mut self, inner: &ast::Expr, span: Span, expect: Expect) -> Expr {
        let build = Build { span };
        let code = build.closure(&[], vec![ast::Stmt::Expr(inner.clone())]);
        let job = build.std("Job", "async", vec![code]);
        let outcome = build.std("Job", "await", vec![job]);
        let failed = build.text("assertion failed: it did not crash");
        let failed = build.call("panic", vec![failed]);
        let wildcard = || vec![build.pattern(Ast::Wildcard)];
        let ok = build.variant_pattern(&["Ok"], wildcard());
        let err = build.variant_pattern(&["Err"], wildcard());
        let arms = vec![
            build.arm(ok, vec![ast::Stmt::Expr(failed)]),
            build.arm(err, vec![ast::Stmt::Expr(build.unit())]),
        ];
        self.expr(&build.case(outcome, arms), expect)
    }

    /// The type of the messages that arms match, from the first of them on.
    fn messages_at(&mut self, span: Span) -> (TyId, Why) {
        let mailbox = self.mailbox(span);
        let why = match mailbox.span == span {
            true => Why::Mailbox(span),
            false => Why::Mailbox(mailbox.span),
        };
        (mailbox.message, why)
    }

    fn signal_type(&mut self) -> TyId {
        match self.world.program.known.signal {
            Some(id) => self.adt(id, &[]),
            None => TyId::ERROR,
        }
    }

    /// The functions of the library that a `receive` consists of.
    fn receive_code(&mut self, span: Span) -> Option<ReceiveCode> {
        let mut ids = [FuncId(0); 7];
        for (id, name) in ids.iter_mut().zip(ReceiveCode::NAMES) {
            *id = self.process_func(name, span)?;
        }
        Some(ReceiveCode::new(ids))
    }

    /// A function of the standard module `Process`.
    pub(super) fn process_func(&mut self, name: &str, span: Span) -> Option<FuncId> {
        let module = self.world.std_modules.get("Process").copied();
        let found = module.and_then(|id| self.world.scope(id).values.get(name).copied());
        if found.is_none() {
            let message = format!("the standard library has no `Process.{name}`");
            self.sink.push(Diagnostic::internal(span, message));
        }
        found
    }

    fn arm_kind(&mut self, pattern: &Pattern) -> Kind {
        match &pattern.kind {
            Ast::Paren(inner) | Ast::As(inner, _) => self.arm_kind(inner),
            Ast::Variant { path, .. } => self.variant_kind(path),
            Ast::Or(parts) => {
                let kinds: Vec<Kind> = parts.iter().map(|part| self.arm_kind(part)).collect();
                let first = kinds.first().copied().unwrap_or(Kind::Message);
                match kinds.iter().position(|kind| *kind != first) {
                    Some(odd) => self.mixed_arm(parts[odd].span),
                    None => first,
                }
            }
            _ => Kind::Message,
        }
    }

    /// Whether a path means a signal: a variant of `Signal` that no type in scope has too.
    fn variant_kind(&mut self, path: &[ast::Ident]) -> Kind {
        let Some(signal) = self.world.program.known.signal else {
            return Kind::Message;
        };
        let [name] = path else {
            let owner = path.split_last().map_or(&[][..], |(_, owner)| owner);
            return match self.type_of_path(owner) == Some(signal) {
                true => Kind::Signal,
                false => Kind::Message,
            };
        };
        if self.world.variant_number(signal, &name.name).is_none() {
            return Kind::Message;
        }
        let found = self.world.find_variants(self.f.module, &name.name).item;
        let Some(&(own, _)) = found.iter().find(|(def, _)| *def != signal) else {
            return Kind::Signal;
        };
        if YIELDING.contains(&name.name.as_str()) {
            return Kind::Message;
        }
        let own = self.shower().type_name(own);
        self.sink.push(
            Diagnostic::new(
                Code::SIGNAL_CLASH,
                name.span,
                format!(
                    "`{0}` is a signal and a variant of `{own}`: both could be received here",
                    name.name
                ),
            )
            .label("which one is meant?")
            .help(format!(
                "qualify it: `Signal.{0}` or `{own}.{0}`; or rename the variant",
                name.name
            )),
        );
        Kind::Mixed
    }

    fn mixed_arm(&mut self, span: Span) -> Kind {
        self.sink.push(
            Diagnostic::new(
                Code::SIGNAL_CLASH,
                span,
                "an arm of `receive` matches messages or signals, not both",
            )
            .label("the other alternatives are of the other kind")
            .help("write an arm for each"),
        );
        Kind::Mixed
    }
}

/// Signals that few programs get, with names that many give to messages: those are meant where there are such.
const YIELDING: [&str; 2] = ["Joined", "Left"];

/// The `receive` of an `assert_receive` that gives `received`.
fn awaited(
    pattern: &Pattern,
    within: Option<&ast::Expr>,
    received: ast::Expr,
    span: Span,
) -> ast::ReceiveExpr {
    let build = Build { span };
    let text = build.text("assertion failed: no such message was received");
    let failed = build.call("panic", vec![text]);
    let limit = within.cloned();
    let limit = limit.unwrap_or_else(|| build.int(ASSERT_RECEIVE_MS));
    ast::ReceiveExpr {
        arms: vec![build.arm(pattern.clone(), vec![ast::Stmt::Expr(received)])],
        after: Some((limit, build.block(vec![ast::Stmt::Expr(failed)]))),
    }
}

/// How long `assert_receive` waits when nothing is said.
const ASSERT_RECEIVE_MS: i64 = 100;

/// The signals that a pattern may match, as bits by variant.
fn wanted(pat: &Pat) -> u32 {
    match &pat.kind {
        PatKind::As(inner, _) => wanted(inner),
        PatKind::Or(parts) => parts.iter().fold(0, |bits, part| bits | wanted(part)),
        PatKind::Construct { variant, .. } => 1 << variant,
        _ => 0,
    }
}
