//! Patterns of structs and variants.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Infer;
use super::shape::Shaped;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, Ident, Pattern, Span};
use crate::typed::{Con, Pat, PatKind};
use crate::types::arena::TyId;
use crate::types::hole;
use crate::types::mismatch::Why;

impl Infer<'_, '_> {
    /// `Some(p)`, `Rectangle(width: w)`, `None`.
    pub(super) fn variant_pattern(
        &mut self,
        path: &[Ident],
        fields: Option<&[(Option<Ident>, Pattern)]>,
        ty: TyId,
        span: Span,
        why: Why,
    ) -> PatKind {
        let Some(shaped) = self.shaped(path, Some(ty)) else {
            return self.absorb_patterns(fields.unwrap_or_default().iter().map(|(_, p)| p));
        };
        let types = self.match_shape(shaped, ty, span, why);
        let given = fields.unwrap_or_default();
        let named = given.iter().any(|(name, _)| name.is_some());
        if !named && given.len() != types.len() {
            self.pattern_count(shaped, types.len(), given.len(), span);
            return self.absorb_patterns(given.iter().map(|(_, p)| p));
        }
        let pairs: Vec<(Option<&Ident>, &Pattern)> = given
            .iter()
            .map(|(name, pattern)| (name.as_ref(), pattern))
            .collect();
        let fields = self.field_patterns(shaped, &types, &pairs, span, why);
        PatKind::Construct {
            variant: shaped.variant,
            fields,
        }
    }

    /// Holds what is matched against the type of a pattern; the types of its fields.
    fn match_shape(&mut self, shaped: Shaped, ty: TyId, span: Span, why: Why) -> Vec<TyId> {
        if let Some((Con::Adt(def), args)) = self.arena.known(ty)
            && def == shaped.def
        {
            let args = args.to_vec();
            return self.field_types(shaped, &args);
        }
        let (whole, types) = self.instance_of(shaped);
        self.demand(span, ty, whole, why);
        types
    }

    fn pattern_count(&mut self, shaped: Shaped, wanted: usize, given: usize, span: Span) {
        let name = self.shaped_name(shaped);
        let fields = match wanted {
            0 => "no fields".to_owned(),
            1 => "1 field".to_owned(),
            n => format!("{n} fields"),
        };
        let diagnostic = Diagnostic::new(
            Code::ARGUMENT_COUNT,
            span,
            format!("`{name}` has {fields}, but the pattern has {given}"),
        )
        .label("wrong number of fields");
        let diagnostic = match wanted {
            0 => diagnostic.help(format!("write `{name}` without parentheses")),
            n => diagnostic.help(format!("write `{name}({})`", vec!["_"; n].join(", "))),
        };
        self.sink.push(diagnostic);
    }

    /// Patterns of something that was reported: they still bind their names.
    fn absorb_patterns<'p>(&mut self, patterns: impl IntoIterator<Item = &'p Pattern>) -> PatKind {
        for pattern in patterns {
            self.pattern_part(pattern, TyId::ERROR, Why::Unknown);
        }
        PatKind::Wildcard
    }

    /// `Point { x, y: 0 }`.
    pub(super) fn struct_pattern(
        &mut self,
        path: &[Ident],
        fields: &[(Ident, Option<Pattern>)],
        ty: TyId,
        span: Span,
        why: Why,
    ) -> PatKind {
        let bindings: Vec<Pattern> = fields
            .iter()
            .map(|(name, pattern)| match pattern {
                Some(pattern) => pattern.clone(),
                None => Pattern {
                    kind: ast::PatternKind::Bind(name.name.clone()),
                    span: name.span,
                },
            })
            .collect();
        let Some(shaped) = self.struct_of_path(path) else {
            return self.absorb_patterns(&bindings);
        };
        let types = self.match_shape(shaped, ty, span, why);
        let pairs: Vec<(Option<&Ident>, &Pattern)> = fields
            .iter()
            .zip(&bindings)
            .map(|((name, _), pattern)| (Some(name), pattern))
            .collect();
        let fields = self.field_patterns(shaped, &types, &pairs, span, why);
        PatKind::Construct {
            variant: shaped.variant,
            fields,
        }
    }

    /// Patterns of fields by name or position; those left out match anything.
    fn field_patterns(
        &mut self,
        shaped: Shaped,
        types: &[TyId],
        given: &[(Option<&Ident>, &Pattern)],
        span: Span,
        why: Why,
    ) -> Vec<Pat> {
        let names: Vec<SmolStr> = self
            .fields_of(shaped)
            .iter()
            .map(|f| f.name.clone())
            .collect();
        let mut seen: FxHashMap<usize, Span> = FxHashMap::default();
        let mut out: Vec<Pat> = types
            .iter()
            .map(|&ty| Pat {
                kind: PatKind::Wildcard,
                ty: hole::of_type(ty),
                span,
            })
            .collect();
        for (at, (name, pattern)) in given.iter().enumerate() {
            let index = match name {
                Some(name) => names.iter().position(|known| *known == name.name),
                None => Some(at),
            };
            let Some(index) = index.filter(|&index| index < types.len()) else {
                if let Some(name) = name {
                    self.unknown_field(shaped, name, &names);
                }
                self.pattern_part(pattern, TyId::ERROR, why);
                continue;
            };
            if let (Some(name), Some(first)) = (name, seen.insert(index, pattern.span)) {
                self.repeated_field(name, first);
            }
            out[index] = self.pattern_part(
                pattern,
                types[index],
                Why::Field(shaped.def, shaped.variant, index as u32),
            );
        }
        out
    }
}
