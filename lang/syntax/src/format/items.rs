//! Items and functions.

use super::Formatter;
use super::doc::Doc;
use super::types::{dotted, type_params};
use crate::syntax::ast::*;

impl Formatter<'_> {
    /// Items with the comments up to `limit`, empty lines around those of several lines.
    pub fn items(&mut self, items: &[Item], limit: u32) -> Doc {
        let mut docs: Vec<Doc> = Vec::new();
        let mut last: Option<(&Item, bool)> = None;
        for (index, item) in items.iter().enumerate() {
            let start = item.span.start;
            let written_blank = last.is_some_and(|(before, _)| {
                self.blank_between(before.span.end, self.start_with_comments(start))
            });
            let comments = self.leading(start);
            let doc = self.item(item);
            let next = items.get(index + 1).map_or(limit, |next| next.span.start);
            let trailing = self.trailing(item.span.end, next);
            if let Some((before, tall)) = last {
                let apart = (tall || doc.breaks()) && !same_function(before, item);
                docs.push(if written_blank || apart {
                    Doc::Blank
                } else {
                    Doc::Hard
                });
            }
            last = Some((item, doc.breaks()));
            docs.extend([comments, doc, trailing]);
        }
        let end = last.map_or(0, |(item, _)| item.span.end);
        let closing = self.closing(end, limit);
        match (last, closing) {
            (None, Doc::Concat(closing, _)) => docs.extend(closing.into_iter().skip(1)),
            (_, closing) => docs.push(closing),
        }
        Doc::concat(docs)
    }

    fn item(&mut self, item: &Item) -> Doc {
        let doc = match &item.kind {
            ItemKind::Import(import) => import_line(import),
            ItemKind::Fn(clause) => self.function(clause),
            ItemKind::Native(native) => self.native(native),
            ItemKind::Struct(definition) => self.structure(definition, item.span),
            ItemKind::Sum(definition) => self.sum(definition, item.span),
            ItemKind::Alias(alias) => {
                let head = format!(
                    "type {}{} = ",
                    alias.name.name,
                    type_params(&alias.type_params)
                );
                Doc::concat(vec![Doc::text(head), self.ty(&alias.ty)])
            }
            ItemKind::Interface(definition) => self.interface(definition, item.span),
            ItemKind::Impl(definition) => self.implementation(definition, item.span),
            ItemKind::Actor(actor) => self.actor(actor),
            ItemKind::Service(service) => self.service(service, item.span),
            ItemKind::Supervisor(supervisor) => self.supervisor(supervisor, item.span),
            ItemKind::Module(module) => {
                let items = self.items(&module.items, item.span.end);
                enclosed(Doc::text(format!("module {} do", module.name.name)), items)
            }
            ItemKind::Test(test) => {
                let head = Doc::text(format!("test {}", quoted(&test.title)));
                match &test.function.body {
                    Some(FnBody::Block(body)) => self.headed(head, body, item.span),
                    _ => head,
                }
            }
        };
        if item.public {
            Doc::concat(vec![Doc::text("pub "), doc])
        } else {
            doc
        }
    }

    pub fn function(&mut self, clause: &FnClause) -> Doc {
        let name = Doc::text(format!(
            "fn {}{}",
            clause.name.name,
            type_params(&clause.type_params)
        ));
        let head = self.signature(name, clause);
        match &clause.body {
            None => head,
            Some(FnBody::Expr(value)) => {
                let value = self.assigned(value);
                Doc::concat(vec![head, Doc::text(" ="), value])
            }
            Some(FnBody::Block(block)) => self.headed(head, block, clause.span),
        }
    }

    fn signature(&mut self, name: Doc, clause: &FnClause) -> Doc {
        let params = self.parameters(&clause.params, clause.name.span);
        let mut docs = vec![name, params];
        if let Some(ret) = &clause.ret {
            docs.extend([Doc::text(" -> "), self.ty(ret)]);
        }
        docs.push(self.bounds(&clause.bounds));
        self.guarded(Doc::concat(docs), clause.guard.as_ref())
            .group()
    }

    /// Parameters behind a name.
    pub fn parameters(&mut self, params: &[Param], name: Span) -> Doc {
        let end = params.last().map_or(name.end, |last| last.span.end);
        let span = self.between(name, name.end, end);
        self.params(params, span)
    }

    fn native(&mut self, native: &NativeFn) -> Doc {
        let name = Doc::text(format!(
            "native fn {}{}",
            native.name.name,
            type_params(&native.type_params)
        ));
        let params: Vec<_> = native
            .params
            .iter()
            .map(|param| (param.name.span.to(param.ty.span), param))
            .collect();
        let end = params
            .last()
            .map_or(native.name.span.end, |last| last.0.end);
        let within = self.between(native.name.span, native.name.span.end, end);
        let params = self.bracketed("(", &params, ")", within, |formatter, (_, param)| {
            let own = if param.owned { "own " } else { "" };
            Doc::concat(vec![
                Doc::text(format!("{} :: {own}", param.name.name)),
                formatter.ty(&param.ty),
            ])
        });
        let ret = self.ty(&native.ret);
        let bounds = self.bounds(&native.bounds);
        let symbol = Doc::concat(vec![
            Doc::text(" ="),
            Doc::Line,
            Doc::text(quoted(&native.symbol)),
        ])
        .indent();
        Doc::concat(vec![name, params, Doc::text(" -> "), ret, bounds, symbol]).group()
    }
}

fn import_line(import: &Import) -> Doc {
    let path = dotted(&import.path);
    match &import.what {
        ImportWhat::Module => Doc::text(format!("import {path}")),
        ImportWhat::Alias(name) => Doc::text(format!("import {path} as {}", name.name)),
        ImportWhat::Star(_) => Doc::text(format!("from {path} import *")),
        ImportWhat::Names(names) => {
            let names = names.iter().map(|(name, renamed)| {
                let renamed = renamed
                    .as_ref()
                    .map_or_else(String::new, |new| format!(" as {}", new.name));
                Doc::text(format!("{}{renamed}", name.name))
            });
            let separator = Doc::concat(vec![Doc::text(","), Doc::Line]);
            let names = Doc::join(names, &separator).indent();
            Doc::concat(vec![Doc::text(format!("from {path} import ")), names]).group()
        }
    }
}

/// Clauses of one function may stand without an empty line between them.
fn same_function(left: &Item, right: &Item) -> bool {
    match (&left.kind, &right.kind) {
        (ItemKind::Fn(left), ItemKind::Fn(right)) => left.name.name == right.name.name,
        (ItemKind::Actor(left), ItemKind::Actor(right)) => left.name.name == right.name.name,
        _ => false,
    }
}

/// A head that ends with `do`, what stands inside on lines of its own, and `end`.
pub fn enclosed(head: Doc, inside: Doc) -> Doc {
    if inside.is_nil() {
        return Doc::concat(vec![head, Doc::Hard, Doc::text("end")]);
    }
    let inside = Doc::concat(vec![Doc::Hard, inside]).indent();
    Doc::concat(vec![head, inside, Doc::Hard, Doc::text("end")])
}

/// A text as a string literal.
fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            '\r' => literal.push_str("\\r"),
            '\0' => literal.push_str("\\0"),
            '$' if letters.peek() == Some(&'{') => literal.push_str("\\$"),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}
