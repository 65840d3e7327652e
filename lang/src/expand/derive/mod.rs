//! Deriving by generated source: an entry of a `deriving` list becomes an `impl` in the tree, as if it had been written.
//!
//! So a derived interface needs nothing in later phases, and a field that does not allow it is reported by the check of the generated
//! code, at its place. Interfaces that types have by their structure (`Eq`, `Ord`, `Display`, `Debug`, `Hash`) are not derived so: the
//! runtime knows what to do.

mod default;
mod json;
mod row;

use super::Build;
use crate::diagnostics::Sink;
use crate::syntax::ast::*;

/// The interfaces that are derived by generated source.
pub const GENERATED: &[&str] = &["Default", "Json", "Row"];

/// Adds the implementations that the `deriving` lists of a file ask for.
pub fn expand(file: &mut File, sink: &mut Sink) {
    expand_items(&mut file.items, sink);
}

fn expand_items(items: &mut Vec<Item>, sink: &mut Sink) {
    let mut made = Vec::new();
    for item in items.iter_mut() {
        match &mut item.kind {
            ItemKind::Module(def) => expand_items(&mut def.items, sink),
            kind => made.extend(Derived::of(kind).iter().flat_map(|def| def.impls(sink))),
        }
    }
    items.extend(made);
}

/// A type with a `deriving` list.
struct Derived<'a> {
    name: &'a Ident,
    params: &'a [TypeParam],
    list: &'a [Ident],
    shape: Shape<'a>,
}

/// What a type consists of.
enum Shape<'a> {
    Struct(&'a [FieldDef]),
    Sum(&'a [VariantDef]),
}

impl<'a> Derived<'a> {
    fn of(kind: &'a ItemKind) -> Option<Derived<'a>> {
        match kind {
            ItemKind::Struct(def) => Some(Derived {
                name: &def.name,
                params: &def.type_params,
                list: def.deriving.as_deref()?,
                shape: Shape::Struct(&def.fields),
            }),
            ItemKind::Sum(def) => Some(Derived {
                name: &def.name,
                params: &def.type_params,
                list: def.deriving.as_deref()?,
                shape: Shape::Sum(&def.variants),
            }),
            _ => None,
        }
    }

    /// The implementations that the list asks for; an interface that is named twice is derived once.
    fn impls(&self, sink: &mut Sink) -> Vec<Item> {
        let asked = |name: &str| self.list.iter().find(|asked| asked.name == name);
        let default = asked("Default").map(|asked| {
            let build = Build { span: asked.span };
            self.item(
                "Default",
                "Default",
                build,
                vec![default::method(self, build)],
            )
        });
        let json = asked("Json").map(|asked| {
            let build = Build { span: asked.span };
            self.item("Json", "Json", build, json::methods(self, build, sink))
        });
        let row = asked("Row").and_then(|asked| {
            let build = Build { span: asked.span };
            let method = row::method(self, build, sink)?;
            Some(self.item("Row", "Column", build, vec![method]))
        });
        default.into_iter().chain(json).chain(row).collect()
    }

    /// `impl Interface for Name<T> where T: Part do … end`.
    fn item(&self, interface: &str, part: &str, build: Build, methods: Vec<FnClause>) -> Item {
        let own = |param: &TypeParam| build.ty(&[&param.name], Vec::new());
        let bounds = self.params.iter().map(|param| Bound {
            ty: own(param),
            interfaces: vec![build.ty(&[part], Vec::new())],
            span: build.span,
        });
        let methods = methods
            .into_iter()
            .map(|clause| Method { doc: None, clause });
        let implementation = ImplDef {
            type_params: self.params.to_vec(),
            interface: build.ty(&[interface], Vec::new()),
            target: build.ty(&[&self.name.name], self.params.iter().map(own).collect()),
            bounds: bounds.collect(),
            assoc_types: Vec::new(),
            methods: methods.collect(),
        };
        build.item(false, ItemKind::Impl(implementation))
    }
}
