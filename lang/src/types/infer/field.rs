//! `p.x` and `xs[i]`.

use super::pending::Wait;
use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic, did_you_mean, listed};
use crate::resolve::deps::upper_path;
use crate::syntax::ast::{self, Ident, Span};
use crate::typed::{Con, Expr, ExprKind, Shape};
use crate::types::arena::TyId;

use crate::types::infer::shape::Shaped;
use crate::types::mismatch::Why;

impl Infer<'_, '_> {
    /// `base.name` that is not called.
    pub(super) fn field(
        &mut self,
        base: &ast::Expr,
        name: &Ident,
        span: Span,
        expect: Expect,
    ) -> Expr {
        if let Some(mut path) = upper_path(base) {
            if name.name.starts_with(char::is_uppercase) {
                path.push(name.clone());
                return match self.shaped(&path, expect.ty()) {
                    Some(shaped) => self.variant_value(shaped, span, expect),
                    None => self.error(span),
                };
            }
            return match self.path_func(&path, name) {
                Some(found) => self.path_value(found, span, expect),
                None => self.error(span),
            };
        }
        let base = Box::new(self.infer(base).0);
        let result = self.arena.fresh();
        let wait = Wait::Field {
            base,
            name: name.clone(),
            result,
        };
        let kind = self.await_type(wait, span);
        self.done(kind, result, span, expect)
    }

    /// The field of a value whose type is known.
    pub(super) fn decide_field(&mut self, base: Expr, name: &Ident, result: TyId) -> ExprKind {
        let ty = self.type_of(&base);
        if let Some((index, found)) = self.struct_field(ty, &name.name) {
            self.demand(name.span, result, found, Why::Unknown);
            return ExprKind::Field(Box::new(base), index);
        }
        if !self.arena.is_error(ty) {
            self.no_field(ty, name);
        }
        let _agrees = self.unify_quietly(result, TyId::ERROR);
        ExprKind::Unit
    }

    /// Number and type of a struct's field.
    pub(super) fn struct_field(&mut self, ty: TyId, name: &str) -> Option<(u32, TyId)> {
        let (Con::Adt(def), args) = self.arena.known(ty)? else {
            return None;
        };
        let Shape::Struct(fields) = &self.world.program.types[def.0 as usize].shape else {
            return None;
        };
        let index = fields.iter().position(|field| field.name == name)?;
        let args = args.to_vec();
        let found = self.arena.instantiate(&fields[index].ty, &args);
        Some((index as u32, found))
    }

    fn no_field(&mut self, ty: TyId, name: &Ident) {
        if let Some((Con::Adt(def), _)) = self.arena.known(ty)
            && self.is_damaged(def)
        {
            return;
        }
        let text = self.show_one(ty);
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_FIELD,
            name.span,
            format!("`{text}` has no field `{}`", name.name),
        )
        .label("unknown field");
        let diagnostic = match self.arena.known(ty) {
            Some((Con::Adt(def), _)) => {
                let shaped = Shaped { def, variant: 0 };
                match &self.world.program.types[def.0 as usize].shape {
                    Shape::Struct(_) => {
                        let fields = self.fields_of(shaped).iter().map(|f| f.name.as_str());
                        let all: Vec<&str> = fields.collect();
                        diagnostic
                            .maybe_help(did_you_mean(&name.name, all.iter().copied()))
                            .note(format!("its fields are: {}", listed(all)))
                    }
                    Shape::Sum(_) => {
                        diagnostic.help("a sum type has variants: take it apart with `case`")
                    }
                }
            }
            _ => diagnostic,
        };
        let method = self.method_of(ty, &name.name).is_some()
            || self.method_names(ty).any(|known| *known == name.name);
        let diagnostic = match method.then_some(()) {
            Some(()) => diagnostic.help(format!("call the function: `.{}()`", name.name)),
            None => diagnostic,
        };
        self.sink.push(diagnostic);
    }

    /// `base[index]`.
    pub(super) fn index(
        &mut self,
        base: &ast::Expr,
        index: &ast::Expr,
        span: Span,
        expect: Expect,
    ) -> Expr {
        let (base, of) = self.infer(base);
        let (index, key) = self.infer(index);
        let result = self.arena.fresh();
        let wait = Wait::Index {
            of,
            key: (key, index.span),
            result,
        };
        self.await_type(wait, base.span);
        let kind = ExprKind::Index(Box::new(base), Box::new(index));
        self.done(kind, result, span, expect)
    }

    /// Ties key and element to the type indexed.
    pub(super) fn decide_index(
        &mut self,
        of: TyId,
        (key, key_span): (TyId, Span),
        result: TyId,
        span: Span,
    ) {
        let (want, found) = match self.arena.known(of) {
            Some((Con::List, parts)) => (TyId::INT, parts[0]),
            Some((Con::Map, parts)) => (parts[0], parts[1]),
            Some((Con::String, _)) => (TyId::INT, TyId::STRING),
            Some((Con::Bytes, _)) => (TyId::INT, TyId::INT),
            Some(_) => {
                self.not_indexable(of, span);
                (key, TyId::ERROR)
            }
            None => (key, TyId::ERROR),
        };
        self.demand(key_span, want, key, Why::Index);
        self.demand(span, result, found, Why::Unknown);
    }

    fn not_indexable(&mut self, of: TyId, span: Span) {
        let text = self.show_one(of);
        self.sink.push(
            Diagnostic::new(
                Code::UNMET_BOUND,
                span,
                format!("`{text}` cannot be indexed"),
            )
            .label(format!("this is `{text}`"))
            .help("lists, maps, strings and bytes can be indexed"),
        );
    }
}
