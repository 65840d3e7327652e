//! Examples of values as patterns in source syntax.

use super::coverage::Example;
use super::space::Ctor;
use crate::typed::{Con, Program, Shape, Ty};

/// The text of a row of values, as the parameters of a clause.
pub(super) fn row(program: &Program, values: &[Example]) -> String {
    let texts = values.iter().map(|value| text(program, value));
    texts.collect::<Vec<_>>().join(", ")
}

/// The text of a value.
pub(super) fn text(program: &Program, example: &Example) -> String {
    let Some((ctor, fields)) = &example.of else {
        return "_".into();
    };
    match ctor {
        Ctor::Single => single(program, &example.ty, fields),
        Ctor::Variant(tag) => variant(program, &example.ty, *tag, fields),
        Ctor::Bool(value) => value.to_string(),
        // A range that holds all values up to one end stands for "any other".
        Ctor::Ints(0, 255) => "_".into(),
        Ctor::Ints(from, to) => int_example(*from, *to).to_string(),
        Ctor::Empty => "<<>>".into(),
        Ctor::Byte => bytes(program, fields),
        Ctor::Nil => "[]".into(),
        Ctor::Cons => list(program, fields),
        Ctor::Str(text) => format!("{text:?}"),
        Ctor::Prefix(prefix) => format!("{prefix:?} <> {}", row(program, fields)),
        Ctor::Atom(name) => format!(":{name}"),
        Ctor::Float(value) => format!("{value:?}"),
    }
}

/// The number of a range that a reader finds simplest.
fn int_example(from: i64, to: i64) -> i64 {
    if from <= 0 && to >= 0 {
        0
    } else if from > 0 {
        from
    } else {
        to
    }
}

fn single(program: &Program, ty: &Ty, fields: &[Example]) -> String {
    let Ty::App(Con::Adt(id), _) = ty else {
        return format!("({})", row(program, fields));
    };
    let def = &program.types[id.0 as usize];
    let Shape::Struct(defs) = &def.shape else {
        return "_".into();
    };
    let named = defs
        .iter()
        .zip(fields)
        .filter(|(_, value)| value.of.is_some());
    let named: Vec<_> = named
        .map(|(field, value)| format!("{}: {}", field.name, text(program, value)))
        .collect();
    if named.is_empty() {
        return "_".into();
    }
    format!("{} {{ {} }}", def.name, named.join(", "))
}

fn variant(program: &Program, ty: &Ty, tag: u32, fields: &[Example]) -> String {
    let Ty::App(Con::Adt(id), _) = ty else {
        return "_".into();
    };
    let Shape::Sum(variants) = &program.types[id.0 as usize].shape else {
        return "_".into();
    };
    let name = &variants[tag as usize].name;
    if fields.is_empty() {
        return name.to_string();
    }
    format!("{name}({})", row(program, fields))
}

/// Bytes that are not empty: `<<1, 2>>` when their end is known, `<<1, _:bytes>>` when not.
fn bytes(program: &Program, fields: &[Example]) -> String {
    let mut shown = Vec::new();
    let mut fields = fields;
    loop {
        let [first, rest] = fields else {
            return "_".into();
        };
        shown.push(text(program, first));
        match &rest.of {
            Some((Ctor::Byte, more)) => fields = more,
            Some((Ctor::Empty, _)) => return format!("<<{}>>", shown.join(", ")),
            _ => return format!("<<{}, _:bytes>>", shown.join(", ")),
        }
    }
}

/// A list that is not empty: `[a, b]` when its end is known, `a :: b :: _` when not.
fn list(program: &Program, fields: &[Example]) -> String {
    let mut heads = Vec::new();
    let mut fields = fields;
    loop {
        let [head, tail] = fields else {
            return "_".into();
        };
        heads.push(text(program, head));
        match &tail.of {
            None => return format!("{} :: _", heads.join(" :: ")),
            Some((Ctor::Cons, more)) => fields = more,
            Some(_) => return format!("[{}]", heads.join(", ")),
        }
    }
}
