//! Functions that every generated program has for its types: the simplest value of a type, how large a value
//! is, a value kept small, and constructors whose results have the type wanted where arguments do not tell.

use std::collections::HashMap;

use crate::tree::{Node, Part, Role};
use crate::types::{Decls, Field, Type, Variant};

/// Values larger than this are replaced where they could grow without end.
const LARGEST: usize = 60;

/// The helpers that a program uses so far.
#[derive(Default)]
pub struct Helpers {
    bases: Vec<Type>,
    sizes: Vec<Type>,
    trims: Vec<Type>,
    makers: Vec<(Type, Variant)>,
}

impl Helpers {
    /// The simplest value of a type, at a place that need not know the type.
    pub fn simplest(&mut self, decls: &Decls, ty: &Type) -> String {
        match ty.parts().is_empty() && !matches!(ty, Type::User(..)) {
            true => base(decls, ty),
            false => format!("base_{}()", place(&mut self.bases, ty)),
        }
    }

    /// The simplest value of every type for which that is known.
    pub fn all_simplest(&self, decls: &Decls) -> HashMap<Type, String> {
        let scalars = [
            Type::Int,
            Type::Float,
            Type::Bool,
            Type::Str,
            Type::Bytes,
            Type::Unit,
            Type::Atom,
            Type::Ordering,
        ];
        let scalars = scalars.into_iter().map(|ty| (ty.clone(), base(decls, &ty)));
        let others = self.bases.iter().enumerate();
        let others = others.map(|(index, ty)| (ty.clone(), format!("base_{index}()")));
        scalars.chain(others).collect()
    }

    /// The value itself if it is small, otherwise the simplest one.
    pub fn trimmed(&mut self, decls: &Decls, value: Node) -> Node {
        match value.role.clone() {
            Role::Expr(ty) if decls.grows(&ty) => {
                let name = place(&mut self.trims, &ty);
                self.simplest(decls, &ty);
                Node::expr(ty, &format!("trim_{name}(@)"), [value])
            }
            _ => value,
        }
    }

    /// A function that makes this variant of exactly this type.
    pub fn maker(&mut self, ty: &Type, variant: &Variant) -> String {
        let known = |(other, made): &(Type, Variant)| other == ty && made.name == variant.name;
        let index = self.makers.iter().position(known).unwrap_or_else(|| {
            self.makers.push((ty.clone(), variant.clone()));
            self.makers.len() - 1
        });
        format!("make_{index}")
    }

    /// All functions; asking for sizes adds more of them.
    pub fn items(&mut self, decls: &Decls) -> Vec<Node> {
        let mut items = Vec::new();
        for (index, ty) in self.trims.clone().iter().enumerate() {
            let shown = decls.show(ty);
            let (size, base) = (self.size(decls, ty, "x"), self.simplest(decls, ty));
            items.push(item(format!(
                "fn trim_{index}(x :: {shown}) -> {shown} = if {size} > {LARGEST} do {base} else x end"
            )));
        }
        let mut index = 0;
        while let Some(ty) = self.sizes.get(index).cloned() {
            let body = self.size_of_parts(decls, &ty);
            let shown = decls.show(&ty);
            items.push(item(format!(
                "fn size_{index}(x :: {shown}) -> Int = {body}"
            )));
            index += 1;
        }
        for (index, ty) in self.bases.iter().enumerate() {
            let (shown, base) = (decls.show(ty), base(decls, ty));
            items.push(item(format!("fn base_{index}() -> {shown} = {base}")));
        }
        for (index, (ty, variant)) in self.makers.iter().enumerate() {
            items.push(item(made(decls, index, ty, variant)));
        }
        items
    }

    fn size(&mut self, decls: &Decls, ty: &Type, value: &str) -> String {
        match decls.grows(ty) {
            true => format!("size_{}({value})", place(&mut self.sizes, ty)),
            false => "1".into(),
        }
    }

    fn size_of_parts(&mut self, decls: &Decls, ty: &Type) -> String {
        match ty {
            Type::Str => "String.byte_size(x)".into(),
            Type::Bytes => "Bytes.size(x)".into(),
            Type::List(a) | Type::Set(a) => {
                let each = self.size(decls, a, "e");
                let name = if each == "1" { "_" } else { "e" };
                format!("1 + List.sum(for {name} in x do {each} end)")
            }
            Type::Map(k, v) => {
                let (key, value) = (self.size(decls, k, "k"), self.size(decls, v, "v"));
                format!("Map.reduce(x, 1, fn n, k, v -> n + {key} + {value} end)")
            }
            Type::Tuple(parts) => {
                let pattern = self.sized_fields(decls, parts.iter());
                format!("case x do ({}) -> {} end", pattern.0, pattern.1)
            }
            Type::Option(a) => {
                format!(
                    "case x do Some(a) -> {}; None -> 1 end",
                    self.size(decls, a, "a")
                )
            }
            Type::Result(a, e) => {
                let (ok, err) = (self.size(decls, a, "a"), self.size(decls, e, "e"));
                format!("case x do Ok(a) -> {ok}; Err(e) -> {err} end")
            }
            _ => self.size_of_fields(decls, ty),
        }
    }

    fn size_of_fields(&mut self, decls: &Decls, ty: &Type) -> String {
        if let Some(fields) = decls.struct_fields(ty) {
            let sizes: Vec<String> = fields
                .iter()
                .map(|field| self.size(decls, &field.ty, &format!("x.{}", field.name)))
                .collect();
            return sizes.join(" + ");
        }
        let mut arms = Vec::new();
        for variant in decls.variants(ty).unwrap_or_default() {
            let types = variant.fields.iter().map(|field| &field.ty);
            let (pattern, size) = self.sized_fields(decls, types);
            arms.push(match pattern.is_empty() {
                true => format!("{} -> 1", variant.name),
                false => format!("{}({pattern}) -> 1 + {size}", variant.name),
            });
        }
        format!("case x do {} end", arms.join("; "))
    }

    /// Names for the fields, and the sum of their sizes.
    fn sized_fields<'t>(
        &mut self,
        decls: &Decls,
        types: impl Iterator<Item = &'t Type>,
    ) -> (String, String) {
        let (mut names, mut sizes) = (Vec::new(), Vec::new());
        for (index, ty) in types.enumerate() {
            let size = self.size(decls, ty, &format!("p{index}"));
            let unused = if size == "1" { "_" } else { "" };
            names.push(format!("{unused}p{index}"));
            sizes.push(size);
        }
        (names.join(", "), sizes.join(" + "))
    }
}

fn place(types: &mut Vec<Type>, ty: &Type) -> usize {
    types
        .iter()
        .position(|other| other == ty)
        .unwrap_or_else(|| {
            types.push(ty.clone());
            types.len() - 1
        })
}

fn item(text: String) -> Node {
    Node {
        role: Role::Line,
        parts: vec![Part::Text(text)],
    }
}

fn made(decls: &Decls, index: usize, ty: &Type, variant: &Variant) -> String {
    let params: Vec<String> = variant
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| format!("p{index} :: {}", decls.show(&field.ty)))
        .collect();
    let names: Vec<String> = (0..params.len()).map(|index| format!("p{index}")).collect();
    let value = applied(&variant.name, &names);
    format!(
        "fn make_{index}({}) -> {} = {value}",
        params.join(", "),
        decls.show(ty)
    )
}

/// The simplest value, where the type is known from around.
fn base(decls: &Decls, ty: &Type) -> String {
    match ty {
        Type::Int => "0".into(),
        Type::Float => "0.0".into(),
        Type::Bool => "false".into(),
        Type::Str => "\"\"".into(),
        Type::Bytes => "<<>>".into(),
        Type::Unit | Type::Param => "()".into(),
        Type::Atom => ":a".into(),
        Type::Ordering => "Equal".into(),
        Type::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| base(decls, part)).collect();
            format!("({})", parts.join(", "))
        }
        Type::List(_) => "[]".into(),
        Type::Set(_) => "Set.new()".into(),
        Type::Map(..) => "%{}".into(),
        Type::Option(_) => "None".into(),
        Type::Result(a, _) => format!("Ok({})", base(decls, a)),
        Type::Fun(params, ret) => {
            let params = vec!["_"; params.len()].join(", ");
            format!("fn {params} -> {} end", base(decls, ret))
        }
        Type::User(..) => base_of_user(decls, ty),
    }
}

fn base_of_user(decls: &Decls, ty: &Type) -> String {
    if let Some(fields) = decls.struct_fields(ty) {
        let Type::User(id, _) = ty else {
            return String::new();
        };
        let field = |field: &Field| format!("{}: {}", field.name, base(decls, &field.ty));
        let fields: Vec<String> = fields.iter().map(field).collect();
        return format!("{} {{ {} }}", decls.of(*id).name, fields.join(", "));
    }
    let variants = decls.variants(ty).unwrap_or_default();
    let fields = variants[0].fields.iter();
    let fields: Vec<String> = fields.map(|field| base(decls, &field.ty)).collect();
    applied(&variants[0].name, &fields)
}

/// A variant with its fields by position.
pub fn applied(variant: &str, fields: &[String]) -> String {
    match fields.is_empty() {
        true => variant.to_owned(),
        false => format!("{variant}({})", fields.join(", ")),
    }
}
