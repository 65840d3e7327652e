//! Definitions with members: types, interfaces, implementations, actors, services, supervisors.

use super::Formatter;
use super::doc::Doc;
use super::items::enclosed;
use super::types::type_params;
use crate::syntax::ast::*;

/// Whether members of several lines get an empty line around them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spacing {
    AsWritten,
    Apart,
}

/// A member of an interface or implementation.
enum Member<'a> {
    Type(&'a Ident, Option<&'a TypeExpr>),
    Method(&'a FnClause),
}

/// A line of a supervisor.
enum Line<'a> {
    Setting(&'a Ident, &'a Expr),
    Child(&'a ChildDef),
}

impl Formatter<'_> {
    /// Members on lines of their own, with comments and empty lines.
    fn lines<T>(
        &mut self,
        members: &[(Span, T)],
        limit: u32,
        spacing: Spacing,
        write: impl Fn(&mut Self, &T) -> Doc,
    ) -> Doc {
        let mut docs: Vec<Doc> = Vec::new();
        let mut last: Option<u32> = None;
        for (index, (span, member)) in members.iter().enumerate() {
            let written = last
                .is_some_and(|end| self.blank_between(end, self.start_with_comments(span.start)));
            let comments = self.leading(span.start);
            let doc = write(self, member);
            let next = members.get(index + 1).map_or(limit, |next| next.0.start);
            let trailing = self.trailing(span.end, next);
            if last.is_some() {
                docs.push(match spacing {
                    _ if written => Doc::Blank,
                    Spacing::Apart => Doc::Between,
                    Spacing::AsWritten => Doc::Hard,
                });
            }
            last = Some(span.end);
            match spacing {
                Spacing::Apart => docs.extend([comments, Doc::Start, doc, Doc::End, trailing]),
                Spacing::AsWritten => docs.extend([comments, doc, trailing]),
            }
        }
        let closing = self.closing(last.unwrap_or(0), limit);
        match (last, closing) {
            (None, Doc::Concat(closing, _)) => docs.extend(closing.into_iter().skip(1)),
            (_, closing) => docs.push(closing),
        }
        Doc::concat(docs)
    }

    pub fn structure(&mut self, definition: &StructDef, span: Span) -> Doc {
        let head = self.head(
            "struct",
            &definition.name,
            &definition.type_params,
            &definition.bounds,
        );
        let fields: Vec<_> = definition
            .fields
            .iter()
            .map(|field| (field.name.span.to(field.ty.span), field))
            .collect();
        let limit = self.members_end(&definition.deriving, span);
        let fields = self.lines(&fields, limit, Spacing::AsWritten, |formatter, field| {
            Doc::concat(vec![
                Doc::text(format!("{} :: ", field.name.name)),
                formatter.ty(&field.ty),
            ])
        });
        Doc::concat(vec![enclosed(head, fields), deriving(&definition.deriving)])
    }

    pub fn sum(&mut self, definition: &SumDef, span: Span) -> Doc {
        let head = self.head(
            "type",
            &definition.name,
            &definition.type_params,
            &definition.bounds,
        );
        let variants: Vec<_> = definition
            .variants
            .iter()
            .map(|variant| (variant.span, variant))
            .collect();
        let limit = self.members_end(&definition.deriving, span);
        let variants = self.lines(
            &variants,
            limit,
            Spacing::AsWritten,
            |formatter, variant| formatter.variant(variant),
        );
        Doc::concat(vec![
            enclosed(head, variants),
            deriving(&definition.deriving),
        ])
    }

    fn variant(&mut self, variant: &VariantDef) -> Doc {
        let name = Doc::text(variant.name.name.as_str());
        if variant.fields.is_empty() {
            return name;
        }
        let fields: Vec<_> = variant
            .fields
            .iter()
            .map(|(name, ty)| (ty.span, name, ty))
            .collect();
        let fields = self.bracketed(
            "(",
            &fields,
            ")",
            variant.span,
            |formatter, (_, name, ty)| {
                let label = name
                    .as_ref()
                    .map_or_else(String::new, |name| format!("{} :: ", name.name));
                Doc::concat(vec![Doc::text(label), formatter.ty(ty)])
            },
        );
        Doc::concat(vec![name, fields])
    }

    /// Where the members end: before the `end` that a `deriving` may follow.
    fn members_end(&self, deriving: &Deriving, span: Span) -> u32 {
        let text = self.source(span);
        let until = if deriving.is_some() {
            text.rfind("deriving")
        } else {
            None
        };
        let body = &text[..until.unwrap_or(text.len())];
        body.rfind("end")
            .map_or(span.end, |at| span.start + at as u32)
    }

    /// `struct Name<T> where … do`.
    fn head(&mut self, word: &str, name: &Ident, params: &[TypeParam], bounds: &[Bound]) -> Doc {
        let name = Doc::text(format!("{word} {}{}", name.name, type_params(params)));
        let bounds = self.bounds(bounds);
        Doc::concat(vec![name, bounds, Doc::text(" do")]).group()
    }

    pub fn interface(&mut self, definition: &InterfaceDef, span: Span) -> Doc {
        let mut head = format!(
            "interface {}{}",
            definition.name.name,
            type_params(&definition.type_params)
        );
        for (index, parent) in definition.supers.iter().enumerate() {
            head += if index == 0 { ": " } else { " + " };
            head += &super::types::flat(&self.ty(parent));
        }
        let bounds = self.bounds(&definition.bounds);
        let head = Doc::concat(vec![Doc::text(head), bounds, Doc::text(" do")]).group();
        let types = definition.assoc_types.iter().map(|(name, ty)| {
            let span = ty.as_ref().map_or(name.span, |ty| name.span.to(ty.span));
            (span, Member::Type(name, ty.as_ref()))
        });
        let body = self.methods(types.collect(), &definition.methods, span);
        enclosed(head, body)
    }

    pub fn implementation(&mut self, definition: &ImplDef, span: Span) -> Doc {
        let params = type_params(&definition.type_params);
        let interface = self.ty(&definition.interface);
        let target = self.ty(&definition.target);
        let bounds = self.bounds(&definition.bounds);
        let head = Doc::concat(vec![
            Doc::text(format!("impl{params} ")),
            interface,
            Doc::text(" for "),
            target,
            bounds,
            Doc::text(" do"),
        ]);
        let types = definition
            .assoc_types
            .iter()
            .map(|(name, ty)| (name.span.to(ty.span), Member::Type(name, Some(ty))));
        let body = self.methods(types.collect(), &definition.methods, span);
        enclosed(head.group(), body)
    }

    /// Members in the order of the source.
    fn methods<'a>(
        &mut self,
        mut members: Vec<(Span, Member<'a>)>,
        methods: &'a [Method],
        span: Span,
    ) -> Doc {
        members.extend(
            methods
                .iter()
                .map(|method| (method.clause.span, Member::Method(&method.clause))),
        );
        members.sort_by_key(|member| member.0.start);
        self.lines(
            &members,
            span.end,
            Spacing::Apart,
            |formatter, member| match member {
                Member::Type(name, None) => Doc::text(format!("type {}", name.name)),
                Member::Type(name, Some(ty)) => Doc::concat(vec![
                    Doc::text(format!("type {} = ", name.name)),
                    formatter.ty(ty),
                ]),
                Member::Method(clause) => formatter.function(clause),
            },
        )
    }

    pub fn actor(&mut self, actor: &ActorDef) -> Doc {
        let name = Doc::text(format!(
            "actor {}{}",
            actor.name.name,
            type_params(&actor.type_params)
        ));
        let params = self.parameters(&actor.params, actor.name.span);
        let bounds = self.bounds(&actor.bounds);
        let head = self.guarded(
            Doc::concat(vec![name, params, bounds]),
            actor.guard.as_ref(),
        );
        let head = Doc::concat(vec![head, Doc::text(" do")]).group();
        let Some(terminate) = &actor.terminate else {
            let body = self.statements(&actor.body, actor.span.end);
            return enclosed(head, body);
        };
        let from = actor.body.stmts.last().map_or(actor.name.span.end, |stmt| {
            super::blocks::stmt_span(stmt).end
        });
        let word = self.find_word("terminate", from, actor.span.end);
        let body = self.statements(&actor.body, word);
        let limit = self.find_word("end", terminate.span.end, actor.span.end);
        let place = self.between(terminate.span, word, limit + 3);
        let block = self.do_block("do", &[], terminate, place);
        let blank = self.blank_between(from, word);
        let mut docs = vec![body];
        if !actor.body.stmts.is_empty() {
            docs.push(if blank { Doc::Blank } else { Doc::Hard });
        }
        docs.extend([
            Doc::text("terminate "),
            block,
            self.closing(place.end, actor.span.end),
        ]);
        enclosed(head, Doc::concat(docs))
    }

    pub fn service(&mut self, service: &ServiceDef, span: Span) -> Doc {
        let head = Doc::text(format!("service {} do", service.name.name));
        let members: Vec<_> = service
            .members
            .iter()
            .map(|member| (member_span(member), member))
            .collect();
        let body = self.lines(
            &members,
            span.end,
            Spacing::Apart,
            |formatter, member| match member {
                ServiceMember::Fn(clause) => formatter.function(clause),
                ServiceMember::Call(handler) => formatter.handler("call", handler),
                ServiceMember::Cast(handler) => formatter.handler("cast", handler),
                ServiceMember::Info(handler) => {
                    let pattern = formatter.pattern(&handler.pattern);
                    let head = Doc::concat(vec![Doc::text("info "), pattern, Doc::text(" ")]);
                    formatter.handled(head, &handler.block)
                }
                ServiceMember::Terminate(block) => {
                    formatter.handled(Doc::text("terminate "), block)
                }
            },
        );
        enclosed(head, body)
    }

    fn handler(&mut self, word: &str, handler: &Handler) -> Doc {
        let name = Doc::text(format!("{word} {}", handler.name.name));
        let params = self.parameters(&handler.params, handler.name.span);
        let reply = match &handler.reply {
            None => Doc::text(" "),
            Some(ty) => Doc::concat(vec![Doc::text(" :: "), self.ty(ty), Doc::text(" ")]),
        };
        self.handled(Doc::concat(vec![name, params, reply]), &handler.block)
    }

    fn handled(&mut self, head: Doc, block: &TrailingBlock) -> Doc {
        let block = self.do_block("do", &block.params, &block.body, block.span);
        Doc::concat(vec![head, block])
    }

    pub fn supervisor(&mut self, supervisor: &SupervisorDef, span: Span) -> Doc {
        let params = if supervisor.params.is_empty() {
            Doc::nil()
        } else {
            self.parameters(&supervisor.params, supervisor.name.span)
        };
        let name = Doc::text(format!("supervisor {}", supervisor.name.name));
        let head = Doc::concat(vec![name, params, Doc::text(" do")]);
        let settings = supervisor
            .settings
            .iter()
            .map(|(name, value)| (name.span.to(value.span), Line::Setting(name, value)));
        let children = supervisor
            .children
            .iter()
            .map(|child| (child.span, Line::Child(child)));
        let mut lines: Vec<_> = settings.chain(children).collect();
        lines.sort_by_key(|line| line.0.start);
        let body = self.lines(
            &lines,
            span.end,
            Spacing::Apart,
            |formatter, line| match line {
                Line::Setting(name, value) => formatter.setting(name, value),
                Line::Child(child) => formatter.child(child),
            },
        );
        enclosed(head, body)
    }

    fn setting(&mut self, name: &Ident, value: &Expr) -> Doc {
        Doc::concat(vec![
            Doc::text(format!("{}: ", name.name)),
            self.expression(value),
        ])
    }

    fn child(&mut self, child: &ChildDef) -> Doc {
        let lines: Vec<_> = child
            .settings
            .iter()
            .map(|(name, value)| (name.span.to(value.span), (name, value)))
            .collect();
        let body = self.lines(
            &lines,
            child.span.end,
            Spacing::AsWritten,
            |formatter, (name, value)| formatter.setting(name, value),
        );
        enclosed(Doc::text(format!("child {} do", child.name.name)), body)
    }
}

fn member_span(member: &ServiceMember) -> Span {
    match member {
        ServiceMember::Fn(clause) => clause.span,
        ServiceMember::Call(handler) | ServiceMember::Cast(handler) => handler.span,
        ServiceMember::Info(handler) => handler.span,
        ServiceMember::Terminate(block) => block.span,
    }
}

fn deriving(deriving: &Deriving) -> Doc {
    match deriving {
        None => Doc::nil(),
        Some(names) => {
            let names: Vec<&str> = names.iter().map(|name| name.name.as_str()).collect();
            Doc::text(format!(" deriving({})", names.join(", ")))
        }
    }
}
