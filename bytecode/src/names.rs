//! Names of types for people.

use crate::types::{Type, TypeId, TypeTable};
use std::fmt::Write;

/// How deep a name goes into type arguments before it says `…`; tables may be cyclic.
const MAX_DEPTH: u32 = 8;
/// How long a name may become.
const MAX_LENGTH: usize = 400;

/// The name of a type as a Snow programmer writes it: `Map<String, List<Int>>`, `Geometry.Point`, `Fun(Int) -> Bool`. Very deep or long
/// ones are cut with `…`.
pub fn type_name(table: &TypeTable, ty: TypeId) -> String {
    let mut name = String::new();
    write_type(table, ty, MAX_DEPTH, &mut name);
    name
}

fn write_type(table: &TypeTable, ty: TypeId, depth: u32, out: &mut String) {
    let Some(found) = table
        .types
        .get(ty.0 as usize)
        .filter(|_| depth > 0 && out.len() < MAX_LENGTH)
    else {
        out.push('…');
        return;
    };
    let mut list = |open: &str, items: &[TypeId], close: &str| {
        out.push_str(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            write_type(table, *item, depth - 1, out);
        }
        out.push_str(close);
    };
    match found {
        Type::List(item) => list("List<", &[*item], ">"),
        Type::Set(item) => list("Set<", &[*item], ">"),
        Type::Pid(message) => list("Pid<", &[*message], ">"),
        Type::Map(key, value) => list("Map<", &[*key, *value], ">"),
        Type::Tuple(items) => list("(", items, ")"),
        Type::Fun { params, ret } => {
            list("Fun(", params, ") -> ");
            write_type(table, *ret, depth - 1, out);
        }
        Type::Struct {
            module, name, args, ..
        }
        | Type::Sum {
            module, name, args, ..
        } => {
            let separator = if module.is_empty() { "" } else { "." };
            let _ = write!(out, "{module}{separator}{name}");
            if !args.is_empty() {
                let mut list = |items: &[TypeId]| {
                    for (index, item) in items.iter().enumerate() {
                        out.push_str(if index > 0 { ", " } else { "<" });
                        write_type(table, *item, depth - 1, out);
                    }
                };
                list(args);
                out.push('>');
            }
        }
        scalar => out.push_str(scalar.keyword()),
    }
}
