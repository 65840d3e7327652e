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
        if let Some(pair) = self.swapped_closure(&placed, types) {
            self.swapped_with_closure(placed, pair, types, &mut done);
            return self.in_parameter_order(order, done);
        }
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
                    let expect = Expect::Type(types[index], why(index));
                    done[index] = Some(if self.is_fields(types[index]) {
                        self.keyword_fields(pairs)
                    } else if self.wants_map(types[index]) {
                        self.keyword_map(pairs, expect)
                    } else {
                        self.no_keywords(pairs, target)
                    });
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
            let open = self.arena.is_var(found);
            let Err(clash) = self.unify_quietly(types[index], found) else {
                if let (true, ExprKind::Local(id, _)) = (open, &expr.kind) {
                    self.note_decision(*id, found, expr.span);
                }
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

    fn wants_map(&self, ty: TyId) -> bool {
        !matches!(self.arena.known(ty), Some((con, _)) if con != Con::Map)
    }

    /// Keyword arguments that name no parameter, where the last parameter is no map either.
    fn no_keywords(&mut self, pairs: Vec<(&Ident, Value<'_>)>, target: Target) -> Expr {
        let first = pairs.first().map(|(name, _)| (*name).clone());
        for (_, value) in pairs {
            self.value(value, Expect::Any);
        }
        let Some(name) = first else {
            return self.error(Span::default());
        };
        if let Target::Func(id) = target {
            let names = self.param_names(id);
            self.unknown_keyword(&name, &names, target);
        }
        self.error(name.span)
    }

    /// A closure where another type is wanted, and another value where a function is.
    fn swapped_closure(
        &self,
        placed: &[(usize, Placed<'_>)],
        types: &[TyId],
    ) -> Option<(usize, usize)> {
        let wants_function =
            |index: usize| matches!(self.arena.known(types[index]), Some((Con::Fun, _)));
        let wants_other = |index: usize| matches!(self.arena.known(types[index]), Some((con, _)) if con != Con::Fun);
        let find = |test: &dyn Fn(usize, bool) -> bool| {
            let mut all = placed.iter();
            let found = all.find(|(index, value)| match value {
                Placed::One(value) => test(*index, value.is_closure()),
                Placed::Map(_) => false,
            });
            found.map(|(index, _)| *index)
        };
        let closure = find(&|index, closure| closure && wants_other(index))?;
        let other = find(&|index, closure| !closure && wants_function(index))?;
        Some((closure, other))
    }

    fn swapped_with_closure(
        &mut self,
        placed: Vec<(usize, Placed<'_>)>,
        (closure, other): (usize, usize),
        types: &[TyId],
        done: &mut [Option<Expr>],
    ) {
        for (index, value) in placed {
            done[index] = Some(match value {
                Placed::One(value) => self.value(value, Expect::Any),
                Placed::Map(pairs) => self.keyword_map(pairs, Expect::Any),
            });
        }
        let (Some(first), Some(second)) = (&done[closure], &done[other]) else {
            return;
        };
        let (span, found) = (first.span, self.type_of(first));
        let place = second.span;
        if matches!(self.arena.known(self.type_of(second)), Some((Con::Fun, _))) {
            self.demand(span, types[closure], found, Why::Unknown);
        } else {
            self.swapped(span, place, [types[closure], found]);
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
