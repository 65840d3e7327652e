//! Items: types, interfaces, implementations, modules and tests.

use chumsky::prelude::*;

use super::names::{block, content, lower, type_params, upper};
use super::types::bounds;
use super::{MemberLine, Parts, Rule, Seen, functions, imports, literals, services};
use crate::syntax::ast::*;
use crate::syntax::parse::context::{AssocType, Content};
use crate::syntax::parse::failure::Label;
use crate::syntax::token::{GroupKind, Tok};

/// Any item with its `pub`.
pub fn item<'t>(parts: &Parts<'t>, function: &Rule<'t, FnClause>) -> Rule<'t, Item> {
    let kind = choice((
        function.clone().map(ItemKind::Fn),
        structure(parts),
        type_definition(parts),
        imports::import().map(ItemKind::Import),
        interface(parts),
        implementation(parts),
        services::actor(parts).map(ItemKind::Actor),
        services::service().map(ItemKind::Service),
        services::supervisor(parts).map(ItemKind::Supervisor),
        module(),
        test(),
        functions::native(parts).map(ItemKind::Native),
    ));
    just(Tok::Pub)
        .or_not()
        .then(kind.labelled(Label::Item))
        .map_with(|(public, kind), e| Item {
            doc: None,
            public: public.is_some(),
            kind,
            span: e.span(),
        })
        .boxed()
}

/// `deriving(Eq, Ord)`, or nothing.
fn deriving<'t>() -> Rule<'t, Deriving> {
    let names = upper()
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect();
    just(Tok::Deriving)
        .ignore_then(names.delimited_by(just(Tok::LParen), just(Tok::RParen)))
        .or_not()
        .boxed()
}

fn structure<'t>(parts: &Parts<'t>) -> Rule<'t, ItemKind> {
    just(Tok::Struct)
        .ignore_then(upper())
        .then(type_params())
        .then(bounds(parts))
        .then(content(GroupKind::Struct))
        .then(deriving())
        .map(|((((name, type_params), bounds), content), deriving)| {
            let fields = if let Content::Fields(fields) = content {
                fields
            } else {
                Vec::new()
            };
            ItemKind::Struct(StructDef {
                name,
                type_params,
                bounds,
                fields,
                deriving,
            })
        })
        .boxed()
}

/// What follows the name of a `type`.
enum TypeBody {
    Alias(TypeExpr),
    Sum(Vec<Bound>, Vec<VariantDef>, Deriving),
}

/// `type A do … end` and `type A = T`.
fn type_definition<'t>(parts: &Parts<'t>) -> Rule<'t, ItemKind> {
    let alias = just(Tok::Eq)
        .ignore_then(parts.ty.clone())
        .map(TypeBody::Alias);
    let sum = bounds(parts)
        .then(content(GroupKind::Sum))
        .then(deriving())
        .map(|((bounds, content), deriving)| {
            let variants = if let Content::Variants(variants) = content {
                variants
            } else {
                Vec::new()
            };
            TypeBody::Sum(bounds, variants, deriving)
        });
    just(Tok::Type)
        .ignore_then(upper())
        .then(type_params())
        .then(alias.or(sum))
        .map(|((name, type_params), body)| match body {
            TypeBody::Alias(ty) => ItemKind::Alias(AliasDef {
                name,
                type_params,
                ty,
            }),
            TypeBody::Sum(bounds, variants, deriving) => ItemKind::Sum(SumDef {
                name,
                type_params,
                bounds,
                variants,
                deriving,
            }),
        })
        .boxed()
}

/// `name :: Type`.
pub fn field<'t>(parts: &Parts<'t>) -> Rule<'t, FieldDef> {
    lower()
        .labelled(Label::FieldName)
        .then_ignore(just(Tok::ColonColon))
        .then(parts.ty.clone())
        .map(|(name, ty)| FieldDef {
            doc: None,
            name,
            ty,
        })
        .boxed()
}

/// `Circle(Float)`, `Rectangle(width :: Float, height :: Float)`, `Unknown`.
pub fn variant<'t>(parts: &Parts<'t>) -> Rule<'t, VariantDef> {
    let label = lower().then_ignore(just(Tok::ColonColon)).or_not();
    let fields = label
        .then(parts.ty.clone())
        .separated_by(just(Tok::Comma))
        .allow_trailing()
        .collect()
        .delimited_by(just(Tok::LParen), just(Tok::RParen));
    upper()
        .labelled(Label::Variant)
        .then(fields.or_not().map(Option::unwrap_or_default))
        .map_with(|(name, fields), e| VariantDef {
            doc: None,
            name,
            fields,
            span: e.span(),
        })
        .boxed()
}

fn interface<'t>(parts: &Parts<'t>) -> Rule<'t, ItemKind> {
    let supers = just(Tok::Colon)
        .ignore_then(
            parts
                .ty
                .clone()
                .separated_by(just(Tok::Plus))
                .at_least(1)
                .collect(),
        )
        .or_not()
        .map(Option::unwrap_or_default);
    just(Tok::Interface)
        .or(just(Tok::Trait))
        .ignore_then(upper())
        .then(type_params())
        .then(supers)
        .then(bounds(parts))
        .then(content(GroupKind::Interface))
        .map(|((((name, type_params), supers), bounds), content)| {
            let (assoc, methods) = methods_of(content);
            let assoc_types = assoc
                .into_iter()
                .map(|assoc| (assoc.name, assoc.ty))
                .collect();
            ItemKind::Interface(InterfaceDef {
                name,
                type_params,
                supers,
                bounds,
                assoc_types,
                methods,
            })
        })
        .boxed()
}

fn implementation<'t>(parts: &Parts<'t>) -> Rule<'t, ItemKind> {
    just(Tok::Impl)
        .ignore_then(type_params())
        .then(parts.ty.clone())
        .then_ignore(just(Tok::For))
        .then(parts.ty.clone())
        .then(bounds(parts))
        .then(content(GroupKind::Impl))
        .map(|((((type_params, interface), target), bounds), content)| {
            let (assoc, methods) = methods_of(content);
            let assoc_types = assoc
                .into_iter()
                .filter_map(|assoc| Some((assoc.name, assoc.ty?)))
                .collect();
            ItemKind::Impl(ImplDef {
                type_params,
                interface,
                target,
                bounds,
                assoc_types,
                methods,
            })
        })
        .boxed()
}

fn methods_of(content: Content) -> (Vec<AssocType>, Vec<Method>) {
    match content {
        Content::Methods { assoc, methods } => (assoc, methods),
        _ => (Vec::new(), Vec::new()),
    }
}

/// `type Item`, `type Item = T`, or a function.
pub fn member<'t>(parts: &Parts<'t>, function: &Rule<'t, FnClause>) -> Rule<'t, MemberLine> {
    let assoc = just(Tok::Type)
        .ignore_then(upper())
        .then(just(Tok::Eq).ignore_then(parts.ty.clone()).or_not())
        .map(|(name, ty)| MemberLine::Assoc(AssocType { name, ty }));
    let method = just(Tok::Pub)
        .or_not()
        .ignore_then(function.clone())
        .map(|clause| MemberLine::Method(Box::new(clause)));
    assoc.or(method).boxed()
}

fn module<'t>() -> Rule<'t, ItemKind> {
    just(Tok::Module)
        .ignore_then(upper())
        .then(content(GroupKind::Module))
        .map(|(name, content)| {
            let items = if let Content::Items(items) = content {
                items
            } else {
                Vec::new()
            };
            ItemKind::Module(ModuleDef { name, items })
        })
        .boxed()
}

fn test<'t>() -> Rule<'t, ItemKind> {
    just(Tok::TestWord)
        .ignore_then(literals::plain_text().map_with(|title, e| (title, e.span())))
        .then(block(GroupKind::Test))
        .map_with(|((title, at), body), e: &mut Seen<'t, '_>| {
            let name = Ident {
                name: format!("test {title:?}").into(),
                span: at,
            };
            let function = FnClause {
                name,
                type_params: Vec::new(),
                params: Vec::new(),
                ret: None,
                bounds: Vec::new(),
                guard: None,
                body: Some(FnBody::Block(body)),
                role: Role::Function,
                span: e.span(),
            };
            ItemKind::Test(TestDef { title, function })
        })
        .boxed()
}
