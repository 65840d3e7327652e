//! `return`, `?` and `assert`.

use smol_str::SmolStr;

use super::pending::Wait;
use super::{Expect, Infer, hole};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, Span};
use crate::typed::{
    Arm, Con, Expr, ExprKind, FuncId, InterfaceId, LocalId, Pat, PatKind, TypeDefId,
};
use crate::types::arena::{Needs, Node, TyId};
use crate::types::mismatch::Why;
use crate::types::solve::Has;

/// `value?` until the type of the value is known.
#[derive(Debug)]
pub struct TryOf {
    /// The value.
    pub value: Box<Expr>,
    /// What it holds.
    pub result: TyId,
    /// What the function or closure around it returns, and why.
    pub ret: (TyId, Why),
    /// Locals for the value and the error with its type, when the decision is made later.
    locals: Option<(LocalId, LocalId, TyId)>,
    /// Whether that is a closure.
    in_closure: bool,
}

/// How `?` passes the other case on.
enum Passing {
    /// As it is.
    Unchanged,
    /// With its error converted to this type.
    Converted(FuncId, TyId),
    /// Not at all.
    Reported,
}

impl Infer<'_, '_> {
    pub(super) fn return_expr(
        &mut self,
        value: Option<&ast::Expr>,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (ret, why) = self.f.ret;
        let value = match value {
            Some(value) => self.check(value, ret, why),
            None => self.done(ExprKind::Unit, TyId::UNIT, span, Expect::Type(ret, why)),
        };
        let ty = self.arena.fresh();
        self.done(ExprKind::Return(Box::new(value)), ty, span, expect)
    }

    pub(super) fn try_expr(&mut self, inner: &ast::Expr, span: Span, expect: Expect) -> Expr {
        let inner = self.infer(inner).0;
        self.try_value(inner, span, expect)
    }

    /// `value?`.
    pub(super) fn try_value(&mut self, value: Expr, span: Span, expect: Expect) -> Expr {
        let result = self.arena.fresh();
        // A later decision is made outside of this function, where it could add no locals.
        let waits = self.arena.is_var(self.type_of(&value));
        let locals = waits.then(|| self.try_locals(result, span));
        let tried = TryOf {
            value: Box::new(value),
            result,
            locals,
            ret: self.f.ret,
            in_closure: self.f.closures > 0,
        };
        let kind = self.await_type(Wait::Try(tried), span);
        self.done(kind, result, span, expect)
    }

    /// Locals for the value and the error, should it have to be converted.
    fn try_locals(&mut self, result: TyId, span: Span) -> (LocalId, LocalId, TyId) {
        let error = self.arena.fresh();
        let ok = self.hidden(&SmolStr::new_static("_ok"), result, span);
        let err = self.hidden(&SmolStr::new_static("_err"), error, span);
        (ok, err, error)
    }

    /// Decides `?` on a value whose type is known by now.
    pub(super) fn decide_try(&mut self, tried: TryOf, span: Span) -> ExprKind {
        let ty = self.type_of(&tried.value);
        let (option, result) = (
            self.world.program.known.option,
            self.world.program.known.result,
        );
        let outcome = match self.arena.known(ty) {
            Some((Con::Adt(id), &[ok, err])) if Some(id) == result => {
                self.demand(span, tried.result, ok, Why::Unknown);
                self.try_result(id, &tried, err, span)
            }
            Some((Con::Adt(id), &[some])) if Some(id) == option => {
                self.demand(span, tried.result, some, Why::Unknown);
                self.try_option(id, &tried, span)
            }
            Some(_) => self.try_other(&tried.value),
            None => Passing::Reported,
        };
        match outcome {
            Passing::Unchanged => ExprKind::Try(tried.value),
            Passing::Converted(convert, error) => self.try_converting(tried, convert, error, span),
            Passing::Reported => {
                let _agrees = self.unify_quietly(tried.result, TyId::ERROR);
                ExprKind::Unit
            }
        }
    }

    /// Ties the error of a tried Result to the one that the function returns.
    fn try_result(&mut self, id: TypeDefId, tried: &TryOf, err: TyId, span: Span) -> Passing {
        let (ret, why) = tried.ret;
        let error = match self.arena.known(ret) {
            Some((Con::Adt(known), parts)) if known == id => parts[1],
            Some(_) => return self.try_outside("Result", tried, span),
            None => {
                let (other, error) = (self.arena.fresh(), self.arena.fresh());
                let returned = self.adt(id, &[other, error]);
                self.demand(span, ret, returned, why);
                error
            }
        };
        if let Some(convert) = self.conversion(err, error, span) {
            return Passing::Converted(convert, error);
        }
        let why = match why {
            Why::Return(span) | Why::Branch(span) => Why::TryError(span),
            other => other,
        };
        self.demand(tried.value.span, error, err, why);
        Passing::Unchanged
    }

    /// The conversion (`From`) between two different known types.
    fn conversion(&mut self, from: TyId, to: TyId, span: Span) -> Option<FuncId> {
        if self.arena.is_var(from) || self.arena.is_var(to) || self.arena.is_equal(from, to, 0) {
            return None;
        }
        let fits = match self.arena.node(to) {
            Node::App(con, _) => self.impl_from(con, from),
            Node::Rigid(_) => self.may_have(to, InterfaceId::FROM) != Has::No,
            _ => false,
        };
        if !fits {
            return None;
        }
        let need = self.arena.need(InterfaceId::FROM, &[from], 1);
        self.require_need(to, need, span, Needs::Conversion);
        let interface = self.world.program.interface(InterfaceId::FROM);
        interface.methods.first().copied()
    }

    /// Whether types of a constructor have a conversion from a type.
    fn impl_from(&mut self, con: Con, from: TyId) -> bool {
        let ids = self.world.impls_of(InterfaceId::FROM, con).to_vec();
        ids.into_iter().any(|id| {
            let decl = self.world.program.implementation(id).clone();
            let params: Vec<TyId> = decl
                .type_params
                .iter()
                .map(|_| self.arena.fresh())
                .collect();
            let source = decl.args.first();
            source.is_some_and(|ty| {
                let source = self.arena.instantiate(ty, &params);
                self.arena.could_unify(source, from, 8)
            })
        })
    }

    /// `value?` with a conversion: `case value do Ok(x) -> x; Err(e) -> return Err(convert(e)) end`.
    fn try_converting(
        &mut self,
        tried: TryOf,
        convert: FuncId,
        error: TyId,
        span: Span,
    ) -> ExprKind {
        let whole = self.type_of(&tried.value);
        let parts = self
            .arena
            .known(whole)
            .map_or(Vec::new(), |(_, parts)| parts.to_vec());
        let Some(&from) = parts.get(1) else {
            return ExprKind::Try(tried.value);
        };
        let (ok, err, caught) = match tried.locals {
            Some(locals) => locals,
            None => self.try_locals(tried.result, span),
        };
        self.demand(span, from, caught, Why::Unknown);
        let expr = |kind, ty| Expr {
            kind,
            ty: hole::of_type(ty),
            span,
        };
        let bind = |local, ty| Pat {
            kind: PatKind::Bind(local),
            ty: hole::of_type(ty),
            span,
        };
        let arm = |variant, field, body| Arm {
            pat: Pat {
                kind: PatKind::Construct {
                    variant,
                    fields: vec![field],
                },
                ty: hole::of_type(whole),
                span,
            },
            guard: None,
            body,
        };
        let caught = expr(ExprKind::Local(err, Vec::new()), from);
        let types = super::holes(&[error, from]);
        let converted = ExprKind::Call(convert, types, vec![caught]);
        let failed = ExprKind::Construct {
            variant: 1,
            fields: vec![expr(converted, error)],
        };
        let returned = expr(failed, tried.ret.0);
        let leave = expr(ExprKind::Return(Box::new(returned)), tried.result);
        let value = expr(ExprKind::Local(ok, Vec::new()), tried.result);
        let arms = vec![
            arm(0, bind(ok, tried.result), value),
            arm(1, bind(err, from), leave),
        ];
        ExprKind::Case(tried.value, arms)
    }

    fn try_option(&mut self, id: TypeDefId, tried: &TryOf, span: Span) -> Passing {
        let (ret, why) = tried.ret;
        match self.arena.known(ret) {
            Some((Con::Adt(known), _)) if known == id => {}
            Some(_) => return self.try_outside("Option", tried, span),
            None => {
                let other = self.arena.fresh();
                let returned = self.adt(id, &[other]);
                self.demand(span, ret, returned, why);
            }
        }
        Passing::Unchanged
    }

    /// `?` in a function that returns something else.
    fn try_outside(&mut self, needed: &str, tried: &TryOf, span: Span) -> Passing {
        let ret = self.show_one(tried.ret.0);
        let what = match tried.in_closure {
            false => "function",
            true => "closure",
        };
        let article = if needed == "Option" { "an" } else { "a" };
        let known = self.world.program.known;
        let returned = match self.arena.known(tried.ret.0) {
            Some((Con::Adt(id), _)) => Some(id),
            _ => None,
        };
        let help = match needed {
            "Option" if returned.is_some() && returned == known.result => {
                "say what the error is: `Option.to_result(x, error)?`".to_owned()
            }
            "Result" if returned.is_some() && returned == known.option => {
                "drop the error: `Result.to_option(x)?`".to_owned()
            }
            _ => format!(
                "handle the other case with `case`, or let the {what} return {article} `{needed}`"
            ),
        };
        let diagnostic = Diagnostic::new(
            Code::TRY_OUTSIDE_RESULT,
            span,
            format!("`?` on {article} `{needed}` requires function to return `{needed}`, but this {what} returns `{ret}`"),
        )
        .label("cannot leave from here")
        .help(help);
        let diagnostic = match tried.ret.1 {
            Why::Return(place) => diagnostic.secondary(place, format!("returns `{ret}`")),
            _ => diagnostic,
        };
        self.sink.push(diagnostic);
        Passing::Reported
    }

    /// `?` on something that is neither.
    fn try_other(&mut self, value: &Expr) -> Passing {
        let text = self.show_one(self.type_of(value));
        self.sink.push(
            Diagnostic::new(
                Code::TRY_ON_OTHER,
                value.span,
                format!("`?` requires `Result` or `Option`, but this is `{text}`"),
            )
            .label(format!("this is `{text}`"))
            .help("remove the `?`"),
        );
        Passing::Reported
    }

    pub(super) fn assert(&mut self, inner: &ast::Expr, span: Span, expect: Expect) -> Expr {
        let typed = self.check(inner, TyId::BOOL, Why::Condition("assert"));
        let text = self
            .world
            .files
            .get(inner.span.file)
            .and_then(|file| {
                file.text()
                    .get(inner.span.start as usize..inner.span.end as usize)
            })
            .map_or_else(SmolStr::default, SmolStr::from);
        let kind = ExprKind::Assert(Box::new(typed), text);
        self.done(kind, TyId::UNIT, span, expect)
    }
}
