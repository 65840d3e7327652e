//! The types that a program declares, and those that its values have.

use crate::choices::Choices;
use crate::types::{Decl, Decls, Field, Shape, Type, Variant};

/// How deeply the types of a program nest.
const DEPTH: usize = 2;

/// Declares the types of a program.
pub fn declare(choices: &mut Choices) -> Decls {
    let mut decls = Decls::default();
    for id in 0..1 + choices.below(4) {
        let generic = choices.chance(30);
        let shape = match choices.chance(45) {
            true => Shape::Struct(fields(choices, &decls, id, "", generic, 4)),
            false => Shape::Sum(variants(choices, &decls, id, generic)),
        };
        let name = format!("T{id}");
        decls.0.push(Decl {
            name,
            generic,
            shape,
        });
    }
    decls
}

/// The fields of a struct or variant, at least one; their names differ in the whole program.
fn fields(
    choices: &mut Choices,
    decls: &Decls,
    id: usize,
    prefix: &str,
    generic: bool,
    most: usize,
) -> Vec<Field> {
    let field = |choices: &mut Choices, index: usize| {
        // The first field determines the parameter, so that it never stays open.
        let ty = match generic && (index == 0 || choices.chance(25)) {
            true => Type::Param,
            false => random_type(choices, decls, DEPTH - 1),
        };
        let letter = (b'a' + index as u8) as char;
        Field {
            name: format!("{prefix}{letter}{id}"),
            ty,
        }
    };
    (0..1 + choices.below(most))
        .map(|index| field(choices, index))
        .collect()
}

fn variants(choices: &mut Choices, decls: &Decls, id: usize, generic: bool) -> Vec<Variant> {
    let count = 1 + choices.below(5);
    let recursive = count > 1 && choices.chance(60);
    let mut variants = Vec::new();
    for index in 0..count {
        let prefix = format!("{}_", (b'u' + index as u8) as char);
        let mut fields = match choices.chance(30) {
            true => Vec::new(),
            false => fields(choices, decls, id, &prefix, generic, 3),
        };
        if recursive && index > 0 {
            add_recursion(choices, &mut fields, id, &prefix, generic);
        }
        let name = format!("V{id}{}", (b'A' + index as u8) as char);
        let named = choices.chance(40);
        variants.push(Variant {
            name,
            named,
            fields,
        });
    }
    variants
}

fn add_recursion(
    choices: &mut Choices,
    fields: &mut Vec<Field>,
    id: usize,
    prefix: &str,
    generic: bool,
) {
    for index in 0..1 + choices.below(2) {
        let own = Type::User(id, generic.then(|| Box::new(Type::Param)));
        let ty = match choices.below(5) {
            0 => Type::list(own),
            1 => Type::option(own),
            _ => own,
        };
        let name = format!("{prefix}r{index}_{id}");
        let at = choices.below(fields.len() + 1);
        fields.insert(at, Field { name, ty });
    }
}

/// The types that values of the program have; some often, so that values meet.
pub fn pool(choices: &mut Choices, decls: &Decls) -> Vec<Type> {
    let mut pool = vec![
        Type::Int,
        Type::Int,
        Type::Str,
        Type::Float,
        Type::Bytes,
        Type::list(Type::Int),
    ];
    for id in 0..decls.0.len() {
        pool.push(user(choices, decls, id));
    }
    for _ in 0..4 + choices.below(5) {
        pool.push(random_type(choices, decls, DEPTH));
    }
    pool
}

/// Any type, nested at most so deep.
pub fn random_type(choices: &mut Choices, decls: &Decls, depth: usize) -> Type {
    if depth == 0 || choices.chance(30) {
        return scalar(choices);
    }
    let part = |choices: &mut Choices| Box::new(random_type(choices, decls, depth - 1));
    match choices.below(12) {
        0 => Type::Tuple((0..2 + choices.below(2)).map(|_| *part(choices)).collect()),
        1..4 => Type::List(part(choices)),
        4 => Type::Set(Box::new(key(choices, decls))),
        5 | 6 => Type::Map(Box::new(key(choices, decls)), part(choices)),
        7 => Type::Option(part(choices)),
        8 => Type::Result(part(choices), Box::new(scalar(choices))),
        9 => {
            let params = (0..choices.below(3)).map(|_| scalar(choices)).collect();
            Type::Fun(params, part(choices))
        }
        _ if !decls.0.is_empty() => {
            let id = choices.below(decls.0.len());
            user(choices, decls, id)
        }
        _ => scalar(choices),
    }
}

fn scalar(choices: &mut Choices) -> Type {
    match choices.below(14) {
        0..5 => Type::Int,
        5 | 6 => Type::Float,
        7 | 8 => Type::Bool,
        9..12 => Type::Str,
        12 => choices
            .pick(&[Type::Atom, Type::Ordering, Type::Bytes])
            .clone(),
        _ => Type::Unit,
    }
}

/// A type with equality and a hash.
fn key(choices: &mut Choices, decls: &Decls) -> Type {
    let ty = match choices.chance(25) {
        true => random_type(choices, decls, 1),
        false => scalar(choices),
    };
    match decls.has_functions(&ty) {
        true => Type::Int,
        false => ty,
    }
}

fn user(choices: &mut Choices, decls: &Decls, id: usize) -> Type {
    let argument = decls.of(id).generic.then(|| Box::new(scalar(choices)));
    Type::User(id, argument)
}
