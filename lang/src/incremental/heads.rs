//! The part of a module that others see: its tree without bodies, and a hash of its text outside of them.

use crate::syntax::ast::{
    ActorDef, Block, Expr, ExprKind, File, FnBody, FnClause, Handler, ImplDef, InterfaceDef, Item,
    ItemKind, Method, ModuleDef, ServiceMember, Span, TestDef,
};
use crate::syntax::lexer;

use super::hash::{Hash, Hasher};

/// A tree whose functions do nothing. What is left is all that checking another module looks at.
pub fn heads(file: &File) -> File {
    File {
        module_doc: None,
        items: file.items.iter().map(item).collect(),
        comments: Vec::new(),
    }
}

fn item(item: &Item) -> Item {
    let kind = match &item.kind {
        ItemKind::Fn(clause) => ItemKind::Fn(head(clause)),
        ItemKind::Test(test) => ItemKind::Test(TestDef {
            title: test.title.clone(),
            function: head(&test.function),
        }),
        ItemKind::Interface(def) => ItemKind::Interface(InterfaceDef {
            name: def.name.clone(),
            type_params: def.type_params.clone(),
            supers: def.supers.clone(),
            bounds: def.bounds.clone(),
            assoc_types: def.assoc_types.clone(),
            methods: def.methods.iter().map(method).collect(),
        }),
        ItemKind::Impl(def) => ItemKind::Impl(ImplDef {
            type_params: def.type_params.clone(),
            interface: def.interface.clone(),
            target: def.target.clone(),
            bounds: def.bounds.clone(),
            assoc_types: def.assoc_types.clone(),
            methods: def.methods.iter().map(method).collect(),
        }),
        ItemKind::Module(def) => ItemKind::Module(ModuleDef {
            name: def.name.clone(),
            items: def.items.iter().map(self::item).collect(),
        }),
        other => other.clone(),
    };
    Item {
        doc: None,
        public: item.public,
        kind,
        span: item.span,
    }
}

fn method(method: &Method) -> Method {
    Method {
        doc: None,
        clause: head(&method.clause),
    }
}

fn head(clause: &FnClause) -> FnClause {
    let body = clause.body.as_ref().map(|body| {
        FnBody::Block(Block {
            stmts: Vec::new(),
            span: body_span(body),
        })
    });
    // That there is a guard matters to the clauses after it, what it says does not.
    let guard = clause.guard.as_ref().map(|guard| Expr {
        kind: ExprKind::Bool(true),
        span: guard.span,
    });
    FnClause {
        name: clause.name.clone(),
        type_params: clause.type_params.clone(),
        params: clause.params.clone(),
        ret: clause.ret.clone(),
        bounds: clause.bounds.clone(),
        guard,
        body,
        role: clause.role,
        span: clause.span,
    }
}

fn body_span(body: &FnBody) -> Span {
    match body {
        FnBody::Expr(Expr { span, .. }) | FnBody::Block(Block { span, .. }) => *span,
    }
}

/// A hash of a module's text outside of bodies, for the tree as it was parsed: while it stays the same, so do the items of the module,
/// their numbers and what is written of their types.
pub fn shape(text: &str, file: &File) -> Hash {
    let mut bodies = Vec::new();
    holes(&file.items, &mut bodies);
    bodies.sort_unstable_by_key(|span| span.start);
    let mut hasher = Hasher::default();
    let mut next = bodies.into_iter().peekable();
    lexer::each_token(text, |range| {
        while next
            .peek()
            .is_some_and(|hole| hole.end as usize <= range.start)
        {
            next.next();
        }
        let inside =
            |hole: &Span| hole.start as usize <= range.start && range.end <= hole.end as usize;
        if !next.peek().is_some_and(inside) {
            hasher.part(text[range].as_bytes());
        }
    });
    hasher.finish()
}

/// The places of bodies.
fn holes(items: &[Item], into: &mut Vec<Span>) {
    for item in items {
        match &item.kind {
            ItemKind::Fn(clause) => hole(clause, into),
            ItemKind::Test(test) => hole(&test.function, into),
            ItemKind::Interface(def) => def.methods.iter().for_each(|m| hole(&m.clause, into)),
            ItemKind::Impl(def) => def.methods.iter().for_each(|m| hole(&m.clause, into)),
            ItemKind::Module(def) => holes(&def.items, into),
            ItemKind::Actor(ActorDef { body, .. }) => into.push(body.span),
            ItemKind::Service(def) => {
                for member in &def.members {
                    match member {
                        ServiceMember::Fn(clause) => hole(clause, into),
                        ServiceMember::Call(Handler { block, .. })
                        | ServiceMember::Cast(Handler { block, .. }) => into.push(block.body.span),
                        ServiceMember::Info(handler) => into.push(handler.block.body.span),
                        ServiceMember::Terminate(block) => into.push(block.body.span),
                    }
                }
            }
            _ => {}
        }
    }
}

fn hole(clause: &FnClause, into: &mut Vec<Span>) {
    into.extend(clause.body.as_ref().map(body_span));
    into.extend(clause.guard.as_ref().map(|guard| guard.span));
}
