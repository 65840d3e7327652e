//! `return`, `?` and `assert`.

use smol_str::SmolStr;

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, Span};
use crate::typed::{Con, Expr, ExprKind};
use crate::types::arena::TyId;
use crate::types::mismatch::Why;

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
        let ty = self.type_of(&value);
        if self.arena.is_error(ty) {
            return self.error(span);
        }
        let (option, result) = (
            self.world.program.known.option,
            self.world.program.known.result,
        );
        let con = self.arena.known(ty).map(|(con, _)| con);
        // An unknown value takes the form that the function returns.
        let con = con.or_else(|| self.arena.known(self.f.ret.0).map(|(con, _)| con));
        match con {
            Some(Con::Adt(id)) if Some(id) == result => self.try_result(id, value, span, expect),
            Some(Con::Adt(id)) if Some(id) == option => self.try_option(id, value, span, expect),
            Some(_) => self.try_other(&value, span),
            None => {
                self.sink.push(
                    Diagnostic::new(
                        Code::AMBIGUOUS_TYPE,
                        value.span,
                        "the type of this is not known here, so `?` cannot tell Option from Result",
                    )
                    .label("annotate where it comes from"),
                );
                self.error(span)
            }
        }
    }

    fn try_result(
        &mut self,
        id: crate::typed::TypeDefId,
        value: Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (ok, err) = (self.arena.fresh(), self.arena.fresh());
        let whole = self.adt(id, &[ok, err]);
        let found = self.type_of(&value);
        self.demand(value.span, whole, found, Why::Unknown);
        let other = self.arena.fresh();
        let (ret, why) = self.f.ret;
        let error = match self.arena.known(ret) {
            Some((Con::Adt(known), parts)) if known == id => parts[1],
            Some(_) => return self.try_outside("Result", span),
            None => {
                let error = self.arena.fresh();
                let returned = self.adt(id, &[other, error]);
                self.demand(span, ret, returned, why);
                error
            }
        };
        let why = match why {
            Why::Return(span) | Why::Branch(span) => Why::TryError(span),
            other => other,
        };
        self.demand(value.span, error, err, why);
        self.done(ExprKind::Try(Box::new(value)), ok, span, expect)
    }

    fn try_option(
        &mut self,
        id: crate::typed::TypeDefId,
        value: Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let some = self.arena.fresh();
        let whole = self.adt(id, &[some]);
        let found = self.type_of(&value);
        self.demand(value.span, whole, found, Why::Unknown);
        let (ret, why) = self.f.ret;
        match self.arena.known(ret) {
            Some((Con::Adt(known), _)) if known == id => {}
            Some(_) => return self.try_outside("Option", span),
            None => {
                let other = self.arena.fresh();
                let returned = self.adt(id, &[other]);
                self.demand(span, ret, returned, why);
            }
        }
        self.done(ExprKind::Try(Box::new(value)), some, span, expect)
    }

    /// `?` in a function that returns something else.
    fn try_outside(&mut self, needed: &str, span: Span) -> Expr {
        let ret = self.show_one(self.f.ret.0);
        let what = match self.f.closures {
            0 => "function",
            _ => "closure",
        };
        let diagnostic = Diagnostic::new(
            Code::TRY_OUTSIDE_RESULT,
            span,
            format!("`?` on a `{needed}` requires function to return `{needed}`, but this {what} returns `{ret}`"),
        )
        .label("cannot leave from here")
        .help(format!("handle the other case with `case`, or let the {what} return a `{needed}`"));
        let diagnostic = match self.f.ret.1 {
            Why::Return(place) => diagnostic.secondary(place, format!("returns `{ret}`")),
            _ => diagnostic,
        };
        self.sink.push(diagnostic);
        self.error(span)
    }

    /// `?` on something that is neither.
    fn try_other(&mut self, value: &Expr, span: Span) -> Expr {
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
        self.error(span)
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
