//! Values of arguments, inferred against their parameters.

use smol_str::format_smolstr;

use super::args::{Placed, Value};
use super::call::Target;
use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{Ident, Span};
use crate::typed::{Con, Expr, ExprKind, Pat, PatKind, Stmt};
use crate::types::arena::{Clash, TyId};
use crate::types::hole;
use crate::types::mismatch::Why;

impl Infer<'_, '_> {
    /// Infers placed arguments: plain ones first, closures last, each against its parameter.
    pub(super) fn arguments(
        &mut self,
        placed: Vec<(usize, Placed<'_>)>,
        types: &[TyId],
        target: Target,
    ) -> (Vec<Stmt>, Vec<Expr>) {
        let why = |index: usize| match target {
            Target::Func(id) => Why::Param(id, index as u32),
            Target::Shape(shaped) => Why::Field(shaped.def, shaped.variant, index as u32),
            Target::Value(span) => Why::ValueParam(span),
        };
        let order: Vec<usize> = placed.iter().map(|(index, _)| *index).collect();
        let mut done: Vec<Option<Expr>> = types.iter().map(|_| None).collect();
        let mut closures = Vec::new();
        let mut plain = Vec::new();
        for (index, value) in placed {
            match value {
                Placed::One(value) if value.is_closure() => closures.push((index, value)),
                Placed::One(value) if value.is_plain() => {
                    done[index] = Some(self.value(value, Expect::Any));
                    plain.push(index);
                }
                Placed::One(value) => {
                    done[index] = Some(self.value(value, Expect::Type(types[index], why(index))));
                }
                Placed::Map(pairs) => {
                    done[index] =
                        Some(self.keyword_map(pairs, Expect::Type(types[index], why(index))));
                }
            }
        }
        self.demand_plain(&plain, &done, types, why);
        for (index, value) in closures {
            done[index] = Some(self.value(value, Expect::Type(types[index], why(index))));
        }
        self.in_parameter_order(order, done)
    }

    /// Holds plain arguments against their parameters; two that were swapped are one mistake.
    fn demand_plain(
        &mut self,
        plain: &[usize],
        done: &[Option<Expr>],
        types: &[TyId],
        why: impl Fn(usize) -> Why,
    ) {
        let mut settled: Vec<usize> = Vec::new();
        for &index in plain {
            let Some(expr) = &done[index] else { continue };
            let found = self.type_of(expr);
            if settled.contains(&index) {
                continue;
            }
            let Err(clash) = self.unify_quietly(types[index], found) else {
                continue;
            };
            let other = plain.iter().copied().find(|&other| {
                let there = done[other]
                    .as_ref()
                    .map_or(TyId::ERROR, |expr| self.type_of(expr));
                other > index
                    && matches!(clash, Clash::Differ(..))
                    && !self.arena.could_unify(there, types[other], 4)
                    && self.arena.could_unify(there, types[index], 4)
                    && self.arena.could_unify(found, types[other], 4)
            });
            match other.and_then(|other| done[other].as_ref().map(|expr| (other, expr.span))) {
                Some((other, other_span)) => {
                    self.swapped(expr.span, other_span, [types[index], found]);
                    settled.push(other);
                }
                None => self.report_clash(expr.span, types[index], found, why(index), clash),
            }
        }
    }

    fn swapped(&mut self, span: Span, other: Span, [want, found]: [TyId; 2]) {
        let [want, found] = self.show([want, found]);
        self.sink.push(
            Diagnostic::new(
                Code::TYPE_MISMATCH,
                span,
                format!(
                    "types differ: expected `{want}`, found `{found}`: two arguments are swapped"
                ),
            )
            .label(format!("this is `{found}`"))
            .secondary(other, format!("this is `{want}`"))
            .help("exchange these two arguments"),
        );
    }

    /// Keyword arguments that name no parameters: one map with string keys.
    fn keyword_map(&mut self, pairs: Vec<(&Ident, Value<'_>)>, expect: Expect) -> Expr {
        let value = match expect.ty().and_then(|ty| self.arena.known(ty)) {
            Some((Con::Map, parts)) => parts[1],
            _ => self.arena.fresh(),
        };
        let mut typed: Vec<(Expr, Expr)> = Vec::with_capacity(pairs.len());
        let mut span: Option<Span> = None;
        for (name, item) in pairs {
            let why = typed
                .first()
                .map_or(Why::Unknown, |(_, v)| Why::Element(v.span));
            let item = self.value(item, Expect::Type(value, why));
            let whole = name.span.to(item.span);
            span = Some(span.map_or(whole, |span| span.to(whole)));
            let key = Expr {
                kind: ExprKind::Str(name.name.clone()),
                ty: hole::of_type(TyId::STRING),
                span: name.span,
            };
            typed.push((key, item));
        }
        let ty = self.arena.app(Con::Map, &[TyId::STRING, value]);
        self.done(ExprKind::Map(typed), ty, span.unwrap_or_default(), expect)
    }

    /// Puts values into parameter order; those evaluated in another order get names first.
    pub(super) fn in_parameter_order(
        &mut self,
        order: Vec<usize>,
        mut done: Vec<Option<Expr>>,
    ) -> (Vec<Stmt>, Vec<Expr>) {
        let mut lets = Vec::new();
        if order.windows(2).any(|pair| pair[0] > pair[1]) {
            for index in order {
                if let Some(value) = done[index].take_if(|value| !is_pure(value)) {
                    done[index] = Some(self.named(value, &mut lets));
                }
            }
        }
        (lets, done.into_iter().flatten().collect())
    }

    /// Binds a value to a hidden local and refers to it.
    pub(super) fn named(&mut self, value: Expr, lets: &mut Vec<Stmt>) -> Expr {
        let (ty, span) = (self.type_of(&value), value.span);
        let local = self.hidden(&format_smolstr!("_arg{}", lets.len()), ty, span);
        let pat = Pat {
            kind: PatKind::Bind(local),
            ty: hole::of_type(ty),
            span,
        };
        lets.push(Stmt::Let {
            pat,
            value,
            otherwise: None,
        });
        Expr {
            kind: ExprKind::Local(local, Vec::new()),
            ty: hole::of_type(ty),
            span,
        }
    }

    /// Infers an argument's value.
    pub(super) fn value(&mut self, value: Value<'_>, expect: Expect) -> Expr {
        match value {
            Value::Written(expr) => self.expr(expr, expect),
            Value::Block(block) => self.trailing_block(block, expect),
            Value::Ready(expr) => {
                if let Expect::Type(want, why) = expect {
                    let found = self.type_of(&expr);
                    self.demand(expr.span, want, found, why);
                }
                expr
            }
        }
    }
}

/// Whether it does not matter when the expression is evaluated.
fn is_pure(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Unit
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Str(_)
            | ExprKind::Atom(_)
            | ExprKind::Local(..)
            | ExprKind::Func(..)
            | ExprKind::Lambda(_)
    )
}
