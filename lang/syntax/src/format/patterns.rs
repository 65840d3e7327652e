//! Patterns and parameters.

use super::Formatter;
use super::doc::Doc;
use super::types::dotted;
use crate::syntax::ast::*;

impl Formatter<'_> {
    pub fn pattern(&mut self, pattern: &Pattern) -> Doc {
        match &pattern.kind {
            PatternKind::Unit if self.source(pattern.span).starts_with('(') => Doc::text("()"),
            PatternKind::Wildcard
            | PatternKind::Bind(_)
            | PatternKind::Int(_)
            | PatternKind::Float(_)
            | PatternKind::Bool(_)
            | PatternKind::Unit
            | PatternKind::Atom(_)
            | PatternKind::Str(_)
            | PatternKind::Error => self.verbatim(pattern.span),
            PatternKind::Range(_, _, inclusive) => self.range_pattern(pattern.span, *inclusive),
            PatternKind::Tuple(parts) => self.patterns("(", parts, ")", pattern.span),
            PatternKind::Braces(parts) => self.patterns("{", parts, "}", pattern.span),
            PatternKind::Paren(inner) => {
                self.patterns("(", std::slice::from_ref(inner), ")", pattern.span)
            }
            PatternKind::Variant { path, fields } => {
                self.variant_pattern(path, fields.as_deref(), pattern.span)
            }
            PatternKind::Struct { path, fields } => self.struct_pattern(path, fields, pattern.span),
            PatternKind::Cons(head, tail) => Doc::concat(vec![
                self.pattern(head),
                Doc::text(" :: "),
                self.pattern(tail),
            ]),
            PatternKind::List(items) => {
                let items = items.iter().map(|item| match item {
                    ListItem::One(one) => (one.span, "", one),
                    ListItem::Splice(rest) => (rest.span, "...", rest),
                });
                let items: Vec<_> = items.collect();
                self.bracketed(
                    "[",
                    &items,
                    "]",
                    pattern.span,
                    |formatter, (_, dots, inner)| {
                        Doc::concat(vec![Doc::text(*dots), formatter.pattern(inner)])
                    },
                )
            }
            PatternKind::Or(parts) => {
                let parts: Vec<Doc> = parts.iter().map(|part| self.pattern(part)).collect();
                let bar = Doc::concat(vec![Doc::Line, Doc::text("| ")]);
                Doc::join(parts, &bar).indent().group()
            }
            PatternKind::As(inner, name) => Doc::concat(vec![
                self.pattern(inner),
                Doc::text(format!(" as {}", name.name)),
            ]),
            PatternKind::Prefix(_, rest) => {
                let quotes = self.between(pattern.span, pattern.span.start, rest.span.start);
                let text = self
                    .source(quotes)
                    .trim_end()
                    .trim_end_matches("<>")
                    .trim_end();
                let prefix = Doc::Verbatim(text.to_owned());
                Doc::concat(vec![prefix, Doc::text(" <> "), self.pattern(rest)])
            }
            PatternKind::Map(entries) => {
                let entries: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| (key.span.to(value.span), key, value))
                    .collect();
                self.bracketed(
                    "%{",
                    &entries,
                    "}",
                    pattern.span,
                    |formatter, (_, key, value)| {
                        Doc::concat(vec![
                            formatter.expression(key),
                            Doc::text(" => "),
                            formatter.pattern(value),
                        ])
                    },
                )
            }
            PatternKind::Bytes(segments) => {
                self.byte_segments(segments, pattern.span, |formatter, pattern| {
                    formatter.pattern(pattern)
                })
            }
        }
    }

    fn range_pattern(&mut self, span: Span, inclusive: bool) -> Doc {
        let operator = if inclusive { "..=" } else { ".." };
        let parts: Vec<&str> = self.source(span).split(operator).map(str::trim).collect();
        Doc::text(parts.join(operator))
    }

    fn patterns(
        &mut self,
        open: &str,
        parts: &[impl std::borrow::Borrow<Pattern>],
        close: &str,
        span: Span,
    ) -> Doc {
        let parts: Vec<_> = parts
            .iter()
            .map(|part| (part.borrow().span, part.borrow()))
            .collect();
        self.bracketed(open, &parts, close, span, |formatter, (_, pattern)| {
            formatter.pattern(pattern)
        })
    }

    fn variant_pattern(
        &mut self,
        path: &[Ident],
        fields: Option<&[(Option<Ident>, Pattern)]>,
        span: Span,
    ) -> Doc {
        let name = Doc::text(dotted(path));
        let Some(fields) = fields else { return name };
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, pattern)| (pattern.span, name, pattern))
            .collect();
        let fields = self.bracketed("(", &fields, ")", span, |formatter, (_, name, pattern)| {
            let label = name
                .as_ref()
                .map_or_else(String::new, |name| format!("{}: ", name.name));
            Doc::concat(vec![Doc::text(label), formatter.pattern(pattern)])
        });
        Doc::concat(vec![name, fields])
    }

    fn struct_pattern(
        &mut self,
        path: &[Ident],
        fields: &[(Ident, Option<Pattern>)],
        span: Span,
    ) -> Doc {
        let name = dotted(path);
        if fields.is_empty() {
            return Doc::text(name + " {}");
        }
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, pattern)| (name.span, name, pattern))
            .collect();
        let fields =
            self.spaced(
                "{",
                &fields,
                "}",
                span,
                |formatter, (_, name, pattern)| match pattern {
                    None => Doc::text(name.name.as_str()),
                    Some(pattern) => Doc::concat(vec![
                        Doc::text(format!("{}: ", name.name)),
                        formatter.pattern(pattern),
                    ]),
                },
            );
        Doc::concat(vec![Doc::text(name + " "), fields])
    }

    /// `pattern :: T`.
    pub fn param(&mut self, param: &Param) -> Doc {
        let pattern = self.pattern(&param.pattern);
        match &param.ty {
            None => pattern,
            Some(ty) => Doc::concat(vec![pattern, Doc::text(" :: "), self.ty(ty)]),
        }
    }

    /// `(a, b :: T)`.
    pub fn params(&mut self, params: &[Param], span: Span) -> Doc {
        let params: Vec<_> = params.iter().map(|param| (param.span, param)).collect();
        self.bracketed("(", &params, ")", span, |formatter, (_, param)| {
            formatter.param(param)
        })
    }
}
