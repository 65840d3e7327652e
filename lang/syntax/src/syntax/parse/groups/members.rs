//! Items, and the members of types, interfaces, services and supervisors.

use std::ops::Range;

use super::super::context::Content;
use super::super::rules::{MemberLine, SupervisorLine};
use super::super::{
    Engine, OfField, OfItem, OfMember, OfServiceMember, OfSetting, OfSupervisorLine, OfVariant,
    explain,
};
use crate::syntax::ast::*;
use crate::syntax::token::{GroupKind, Tok};

impl Engine<'_> {
    /// Items with their docs.
    pub(in super::super) fn items(&mut self, range: Range<usize>) -> Vec<Item> {
        let chunks = self.chunks(range);
        chunks
            .filter_map(|chunk| {
                let doc = self.doc_before(chunk.start);
                let item = match self.parse(OfItem, chunk.clone()) {
                    Some(item) => item,
                    None => self.item_without_body(chunk)?,
                };
                if let ItemKind::Fn(clause) = &item.kind {
                    self.demand_body(clause);
                }
                Some(Item { doc, ..item })
            })
            .collect()
    }

    /// A function whose body, a single expression, does not parse: its head says what others need to know of it.
    fn item_without_body(&mut self, chunk: Range<usize>) -> Option<Item> {
        let at = self.find(chunk.clone(), |tok| tok == Tok::Eq)?;
        let place = self.span_of(at + 1..chunk.end, self.layout.tokens[at].1);
        let mut item = self.attempt(OfItem, chunk.start..at)?.ok()?;
        let ItemKind::Fn(clause) = &mut item.kind else {
            return None;
        };
        clause.body = Some(broken_body(place));
        clause.span = clause.span.to(place);
        item.span = item.span.to(place);
        Some(item)
    }

    /// Like [`Engine::item_without_body`], for a method.
    fn method_without_body(&mut self, chunk: Range<usize>) -> Option<MemberLine> {
        let at = self.find(chunk.clone(), |tok| tok == Tok::Eq)?;
        let place = self.span_of(at + 1..chunk.end, self.layout.tokens[at].1);
        match self.attempt(OfMember, chunk.start..at)?.ok()? {
            MemberLine::Method(mut clause) => {
                clause.body = Some(broken_body(place));
                clause.span = clause.span.to(place);
                Some(MemberLine::Method(clause))
            }
            MemberLine::Assoc(_) => None,
        }
    }

    /// Only methods of an interface may lack a body.
    fn demand_body(&mut self, clause: &FnClause) {
        if clause.body.is_none() {
            self.problems
                .push(explain::no_body(clause.name.span, clause.span));
        }
    }

    pub(super) fn fields(&mut self, range: Range<usize>) -> Content {
        let chunks = self.chunks(range);
        let fields = chunks.filter_map(|chunk| {
            let doc = self.doc_before(chunk.start);
            self.parse(OfField, chunk)
                .map(|field| FieldDef { doc, ..field })
        });
        Content::Fields(fields.collect())
    }

    pub(super) fn variants(&mut self, range: Range<usize>) -> Content {
        let chunks = self.chunks(range);
        let variants = chunks.filter_map(|chunk| {
            let doc = self.doc_before(chunk.start);
            self.parse(OfVariant, chunk)
                .map(|variant| VariantDef { doc, ..variant })
        });
        Content::Variants(variants.collect())
    }

    pub(super) fn methods(&mut self, range: Range<usize>, kind: GroupKind) -> Content {
        let (mut assoc, mut methods) = (Vec::new(), Vec::new());
        for chunk in self.chunks(range) {
            let doc = self.doc_before(chunk.start);
            let line = self.parse(OfMember, chunk.clone());
            match line.or_else(|| self.method_without_body(chunk)) {
                Some(MemberLine::Assoc(line)) => {
                    if kind == GroupKind::Impl && line.ty.is_none() {
                        self.problems.push(explain::associated_type(&line));
                    }
                    assoc.push(line);
                }
                Some(MemberLine::Method(clause)) => {
                    if kind == GroupKind::Impl {
                        self.demand_body(&clause);
                    }
                    methods.push(Method {
                        doc,
                        clause: *clause,
                    });
                }
                None => {}
            }
        }
        Content::Methods { assoc, methods }
    }

    pub(super) fn service_members(&mut self, range: Range<usize>) -> Content {
        let chunks = self.chunks(range);
        let members = chunks.filter_map(|chunk| {
            let doc = self.doc_before(chunk.start);
            Some(match self.parse(OfServiceMember, chunk)? {
                ServiceMember::Call(handler) => ServiceMember::Call(Handler { doc, ..handler }),
                ServiceMember::Cast(handler) => ServiceMember::Cast(Handler { doc, ..handler }),
                ServiceMember::Fn(clause) => {
                    self.demand_body(&clause);
                    ServiceMember::Fn(clause)
                }
                other => other,
            })
        });
        Content::Service(members.collect())
    }

    pub(super) fn supervisor_lines(&mut self, range: Range<usize>) -> Content {
        let (mut settings, mut children) = (Vec::new(), Vec::new());
        for chunk in self.chunks(range) {
            match self.parse(OfSupervisorLine, chunk) {
                Some(SupervisorLine::Setting(name, value)) => settings.push((name, value)),
                Some(SupervisorLine::Child(child)) => children.push(child),
                None => {}
            }
        }
        Content::Supervisor { settings, children }
    }

    pub(super) fn settings(&mut self, range: Range<usize>) -> Content {
        let chunks = self.chunks(range);
        let settings = chunks
            .filter_map(|chunk| self.parse(OfSetting, chunk))
            .collect();
        Content::Supervisor {
            settings,
            children: Vec::new(),
        }
    }

    /// The `##` lines directly before a token, joined.
    fn doc_before(&self, at: usize) -> Option<String> {
        let mut start = self.layout.tokens.get(at)?.1.start as usize;
        let before = self
            .docs
            .partition_point(|doc| (doc.span.end as usize) <= start);
        let mut lines: Vec<&str> = Vec::new();
        for doc in self.docs[..before].iter().rev() {
            let between = self.text.get(doc.span.end as usize..start)?;
            if doc.module || !between.trim().is_empty() {
                break;
            }
            lines.push(self.doc_text(doc.span, "##"));
            start = doc.span.start as usize;
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// A doc line without its marker and one blank.
    fn doc_text(&self, span: Span, marker: &str) -> &str {
        let line = self
            .text
            .get(span.start as usize..span.end as usize)
            .unwrap_or("");
        let line = line.strip_prefix(marker).unwrap_or(line);
        line.strip_prefix(' ').unwrap_or(line)
    }

    /// The `##!` lines of a file, joined.
    pub(in crate::syntax) fn module_doc(&self) -> Option<String> {
        let lines: Vec<&str> = self
            .docs
            .iter()
            .filter(|doc| doc.module)
            .map(|doc| self.doc_text(doc.span, "##!"))
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

fn broken_body(span: Span) -> FnBody {
    FnBody::Expr(Expr {
        kind: ExprKind::Error,
        span,
    })
}
