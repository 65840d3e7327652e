//! Strings, tuples, lists and maps.

use smol_str::SmolStr;

use super::{Expect, Infer};
use crate::syntax::ast::{self, Span, StrPart};
use crate::typed::{Con, Expr, ExprKind, InterfaceId, InterpPart, ListItem};
use crate::types::arena::{Needs, TyId};
use crate::types::mismatch::Why;

impl Infer<'_, '_> {
    pub(super) fn string(&mut self, parts: &[StrPart], span: Span, expect: Expect) -> Expr {
        let kind = match parts {
            [] => ExprKind::Str(SmolStr::default()),
            [StrPart::Text(text)] => ExprKind::Str(text.clone()),
            _ => ExprKind::Interp(parts.iter().map(|part| self.part(part)).collect()),
        };
        self.done(kind, TyId::STRING, span, expect)
    }

    fn part(&mut self, part: &StrPart) -> InterpPart {
        match part {
            StrPart::Text(text) => InterpPart::Text(text.clone()),
            StrPart::Expr(expr) => InterpPart::Value(self.infer(expr).0),
        }
    }

    pub(super) fn tuple(&mut self, items: &[ast::Expr], span: Span, expect: Expect) -> Expr {
        let wanted = match expect.ty().and_then(|ty| self.arena.known(ty)) {
            Some((Con::Tuple, parts)) if parts.len() == items.len() => Some(parts.to_vec()),
            _ => None,
        };
        let why = match expect {
            Expect::Type(_, why) => why,
            _ => Why::Unknown,
        };
        let mut types = Vec::with_capacity(items.len());
        let mut typed = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let expr = match &wanted {
                Some(parts) => self.check(item, parts[index], why),
                None => self.infer(item).0,
            };
            types.push(self.type_of(&expr));
            typed.push(expr);
        }
        let ty = self.arena.app(Con::Tuple, &types);
        self.done(ExprKind::Tuple(typed), ty, span, expect)
    }

    pub(super) fn list(
        &mut self,
        items: &[ast::ListItem<ast::Expr>],
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (element, mut why) = match (expect, expect.ty().and_then(|ty| self.arena.known(ty))) {
            (Expect::Type(_, why), Some((Con::List, parts))) => (parts[0], why),
            _ => (self.arena.fresh(), Why::Unknown),
        };
        let list = self.arena.app(Con::List, &[element]);
        let mut typed = Vec::with_capacity(items.len());
        let mut wrong: Option<TyId> = None;
        for item in items {
            let (expr, wrap): (_, fn(Expr) -> ListItem) = match item {
                ast::ListItem::One(expr) => {
                    (self.element(expr, element, why, &mut wrong), ListItem::One)
                }
                ast::ListItem::Splice(expr) => (self.check(expr, list, why), ListItem::Splice),
            };
            if why == Why::Unknown && matches!(item, ast::ListItem::One(_)) {
                why = Why::Element(expr.span);
            }
            typed.push(wrap(expr));
        }
        self.done(ExprKind::List(typed), list, span, expect)
    }

    /// An element of a list. When one has the wrong type, others of that type are the same mistake.
    fn element(
        &mut self,
        item: &ast::Expr,
        element: TyId,
        why: Why,
        wrong: &mut Option<TyId>,
    ) -> Expr {
        let Some(known) = *wrong else {
            let before = self.sink.error_count();
            let expr = self.check(item, element, why);
            let (place, found) = self.clashed;
            if self.sink.error_count() > before && place == expr.span {
                *wrong = Some(found);
            }
            return expr;
        };
        let (expr, found) = self.infer(item);
        if let Err(clash) = self.unify_quietly(element, found)
            && !self.arena.could_unify(known, found, 4)
        {
            self.report_clash(expr.span, element, found, why, clash);
        }
        expr
    }

    pub(super) fn map(
        &mut self,
        pairs: &[(ast::Expr, ast::Expr)],
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (key, value) = match expect.ty().and_then(|ty| self.arena.known(ty)) {
            Some((Con::Map, parts)) => (parts[0], parts[1]),
            _ => (self.arena.fresh(), self.arena.fresh()),
        };
        if !pairs.is_empty() {
            self.map_keys(key, span);
        }
        let mut typed: Vec<(Expr, Expr)> = Vec::with_capacity(pairs.len());
        for (k, v) in pairs {
            let (key_why, value_why) = match typed.first() {
                Some((k, v)) => (Why::Element(k.span), Why::Element(v.span)),
                None => (Why::Unknown, Why::Unknown),
            };
            let k = self.check(k, key, key_why);
            let v = self.check(v, value, value_why);
            typed.push((k, v));
        }
        let ty = self.arena.app(Con::Map, &[key, value]);
        self.done(ExprKind::Map(typed), ty, span, expect)
    }

    /// Keys of maps need equality and a hash.
    pub(super) fn map_keys(&mut self, key: TyId, span: Span) {
        self.require(key, InterfaceId::EQ, span, Needs::MapKey);
        self.require(key, InterfaceId::HASH, span, Needs::MapKey);
    }
}
