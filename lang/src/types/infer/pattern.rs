//! Patterns: what they match, and the locals they bind.

use rustc_hash::FxHashMap;

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::stack::with_stack;
use crate::syntax::ast::{self, Ident, ListItem, Name, Pattern, PatternKind as Ast, Span};
use crate::typed::{Con, Expr, LocalId, Pat, PatKind};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mismatch::Why;

/// Names bound by the pattern at hand.
#[derive(Debug, Default)]
pub struct PatternNames {
    /// Names bound so far, with the local and the place.
    pub(super) bound: Vec<(Name, LocalId, Span)>,
    /// In a later alternative of an or-pattern: the locals of the first.
    pub(super) alternatives: Option<FxHashMap<Name, LocalId>>,
}

impl Infer<'_, '_> {
    /// A whole pattern for a value of type `ty`.
    pub(super) fn pattern(&mut self, pattern: &Pattern, ty: TyId, why: Why) -> Pat {
        self.pattern_names(|this| this.pattern_part(pattern, ty, why))
    }

    /// Runs `inside` with a fresh set of names, which may not repeat.
    pub(super) fn pattern_names<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::take(&mut self.f.names);
        let out = inside(self);
        self.f.names = outer;
        out
    }

    /// A part of a pattern.
    pub(super) fn pattern_part(&mut self, pattern: &Pattern, ty: TyId, why: Why) -> Pat {
        with_stack(|| {
            let kind = self.pattern_kind(pattern, ty, why);
            Pat {
                kind,
                ty: hole::of_type(ty),
                span: pattern.span,
            }
        })
    }

    fn pattern_kind(&mut self, pattern: &Pattern, ty: TyId, why: Why) -> PatKind {
        let span = pattern.span;
        let mut literal = |literal: TyId, kind: PatKind| {
            self.demand(span, ty, literal, why);
            kind
        };
        match &pattern.kind {
            Ast::Wildcard => PatKind::Wildcard,
            Ast::Int(value) => literal(TyId::INT, PatKind::Int(*value)),
            Ast::Float(value) => literal(TyId::FLOAT, PatKind::Float(*value)),
            Ast::Bool(value) => literal(TyId::BOOL, PatKind::Bool(*value)),
            Ast::Unit => literal(TyId::UNIT, PatKind::Unit),
            Ast::Atom(name) => literal(TyId::ATOM, PatKind::Atom(name.clone())),
            Ast::Str(text) => literal(TyId::STRING, PatKind::Str(text.clone())),
            Ast::Range(a, b, inclusive) => literal(TyId::INT, PatKind::Range(*a, *b, *inclusive)),
            Ast::Bind(name) => PatKind::Bind(self.bind_name(name, ty, span)),
            Ast::As(inner, name) => {
                let inner = self.pattern_part(inner, ty, why);
                let local = self.bind_name(&name.name, ty, name.span);
                PatKind::As(Box::new(inner), local)
            }
            Ast::Paren(inner) => self.pattern_kind(inner, ty, why),
            Ast::Tuple(items) | Ast::Braces(items) => self.tuple_pattern(items, ty, span, why),
            Ast::Variant { path, fields } => {
                self.variant_pattern(path, fields.as_deref(), ty, span, why)
            }
            Ast::Struct { path, fields } => self.struct_pattern(path, fields, ty, span, why),
            Ast::Cons(head, tail) => self.cons_pattern(head, tail, ty, span, why),
            Ast::List(items) => self.list_pattern(items, ty, span, why),
            Ast::Or(alternatives) => self.or_pattern(alternatives, ty, why),
            Ast::Prefix(prefix, rest) => {
                self.demand(span, ty, TyId::STRING, why);
                let rest = self.pattern_part(rest, TyId::STRING, why);
                PatKind::Prefix(prefix.clone(), Box::new(rest))
            }
            Ast::Map(pairs) => self.map_pattern(pairs, ty, span, why),
            Ast::Bytes(segments) => self.bytes_pattern(segments, ty, span, why),
            Ast::Error => PatKind::Wildcard,
        }
    }

    fn bind_name(&mut self, name: &Name, ty: TyId, span: Span) -> LocalId {
        if let Some(&(_, local, first)) = self.f.names.bound.iter().find(|(n, ..)| n == name) {
            self.sink.push(
                Diagnostic::new(
                    Code::DUPLICATE,
                    span,
                    format!("`{name}` is bound twice in one pattern"),
                )
                .label("bound again here")
                .secondary(first, "first bound here")
                .help("to match equal values, give them two names and compare in a guard: `when a == b`"),
            );
            return local;
        }
        let shared = self
            .f
            .names
            .alternatives
            .as_ref()
            .and_then(|first| first.get(name).copied());
        let local = match shared {
            Some(local) => {
                let known = hole::as_type(&self.f.locals[local.0 as usize].ty);
                let first = self.f.locals[local.0 as usize].span;
                self.demand(span, known.unwrap_or(TyId::ERROR), ty, Why::Binding(first));
                local
            }
            None => self.bind(name, ty, span),
        };
        self.f.names.bound.push((name.clone(), local, span));
        local
    }

    fn tuple_pattern(&mut self, items: &[Pattern], ty: TyId, span: Span, why: Why) -> PatKind {
        let parts = match self.arena.known(ty) {
            Some((Con::Tuple, parts)) if parts.len() == items.len() => parts.to_vec(),
            _ => {
                let parts: Vec<TyId> = items.iter().map(|_| self.arena.fresh()).collect();
                let tuple = self.arena.app(Con::Tuple, &parts);
                self.demand(span, ty, tuple, why);
                parts
            }
        };
        let items = items.iter().zip(parts);
        PatKind::Tuple(
            items
                .map(|(item, part)| self.pattern_part(item, part, why))
                .collect(),
        )
    }

    fn list_of(&mut self, ty: TyId, span: Span, why: Why) -> TyId {
        if let Some((Con::List, parts)) = self.arena.known(ty) {
            return parts[0];
        }
        let element = self.arena.fresh();
        let list = self.arena.app(Con::List, &[element]);
        self.demand(span, ty, list, why);
        element
    }

    fn cons_pattern(
        &mut self,
        head: &Pattern,
        tail: &Pattern,
        ty: TyId,
        span: Span,
        why: Why,
    ) -> PatKind {
        let element = self.list_of(ty, span, why);
        let head = self.pattern_part(head, element, why);
        let tail = self.pattern_part(tail, ty, why);
        PatKind::List(vec![head], Some(Box::new(tail)))
    }

    fn list_pattern(
        &mut self,
        items: &[ListItem<Pattern>],
        ty: TyId,
        span: Span,
        why: Why,
    ) -> PatKind {
        let element = self.list_of(ty, span, why);
        let mut leading = Vec::with_capacity(items.len());
        let mut rest = None;
        for item in items {
            match item {
                ListItem::One(pattern) if rest.is_none() => {
                    leading.push(self.pattern_part(pattern, element, why));
                }
                ListItem::Splice(pattern) if rest.is_none() => {
                    rest = Some(Box::new(self.pattern_part(pattern, ty, why)));
                }
                ListItem::One(pattern) | ListItem::Splice(pattern) => {
                    self.sink.push(
                        Diagnostic::new(
                            Code::NOT_SUPPORTED,
                            pattern.span,
                            "patterns after `...rest` are not supported",
                        )
                        .label("`...rest` must be the last part of a list pattern"),
                    );
                    self.pattern_part(pattern, TyId::ERROR, why);
                }
            }
        }
        PatKind::List(leading, rest)
    }

    /// Alternatives must bind the same names, at the same types.
    fn or_pattern(&mut self, alternatives: &[Pattern], ty: TyId, why: Why) -> PatKind {
        let Some((first, rest)) = alternatives.split_first() else {
            return PatKind::Wildcard;
        };
        let before = self.f.names.bound.len();
        let mut typed = vec![self.pattern_part(first, ty, why)];
        let bound = self.f.names.bound.split_off(before);
        let mut locals: FxHashMap<Name, LocalId> = bound
            .iter()
            .map(|(name, local, _)| (name.clone(), *local))
            .collect();
        if let Some(outer) = &self.f.names.alternatives {
            locals.extend(outer.iter().map(|(name, local)| (name.clone(), *local)));
        }
        for alternative in rest {
            let outer = self.f.names.alternatives.replace(locals.clone());
            typed.push(self.pattern_part(alternative, ty, why));
            self.f.names.alternatives = outer;
            let here = self.f.names.bound.split_off(before);
            self.same_names(&bound, &here, first.span, alternative.span);
        }
        self.f.names.bound.extend(bound);
        PatKind::Or(typed)
    }

    fn same_names(
        &mut self,
        first: &[(Name, LocalId, Span)],
        here: &[(Name, LocalId, Span)],
        first_span: Span,
        here_span: Span,
    ) {
        let odd = |a: &[(Name, LocalId, Span)], b: &[(Name, LocalId, Span)]| {
            a.iter()
                .find(|(name, ..)| b.iter().all(|(other, ..)| other != name))
                .cloned()
        };
        let (name, span, lacking) = match (odd(first, here), odd(here, first)) {
            (Some((name, _, span)), _) => (name, span, here_span),
            (None, Some((name, _, span))) => (name, span, first_span),
            (None, None) => return,
        };
        self.sink.push(
            Diagnostic::new(
                Code::PATTERN_BINDINGS,
                lacking,
                format!("the alternatives of a pattern must bind the same names, but `{name}` is missing in one"),
            )
            .label(format!("does not bind `{name}`"))
            .secondary(span, format!("binds `{name}`")),
        );
    }

    fn map_pattern(
        &mut self,
        pairs: &[(ast::Expr, Pattern)],
        ty: TyId,
        span: Span,
        why: Why,
    ) -> PatKind {
        let (key, value) = match self.arena.known(ty) {
            Some((Con::Map, parts)) => (parts[0], parts[1]),
            _ => {
                let (key, value) = (self.arena.fresh(), self.arena.fresh());
                let map = self.arena.app(Con::Map, &[key, value]);
                self.demand(span, ty, map, why);
                (key, value)
            }
        };
        self.map_keys(key, span);
        let pairs = pairs.iter().map(|(k, pattern)| {
            let k = self.pattern_key(k, key, why);
            (k, self.pattern_part(pattern, value, why))
        });
        PatKind::Map(pairs.collect())
    }

    fn pattern_key(&mut self, key: &ast::Expr, ty: TyId, why: Why) -> Expr {
        self.expr(key, Expect::Type(ty, why))
    }

    /// The place of a path.
    pub(super) fn path_span(path: &[Ident]) -> Span {
        match (path.first(), path.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        }
    }
}
