//! Deriving by generated source: an entry of a `deriving` list becomes an `impl` in the tree, as if it had been written.
//!
//! So a derived interface needs nothing in later phases, and a field that does not allow it is reported by the check of the generated
//! code, at the name in the list. Interfaces that types have by their structure (`Eq`, `Ord`, `Display`, `Debug`, `Hash`) are not derived so: the
//! runtime knows what to do.

use super::Build;
use crate::syntax::ast::*;

/// The interfaces that are derived by generated source.
pub const GENERATED: &[&str] = &["Default"];

/// Adds the implementations that the `deriving` lists of a file ask for.
pub fn expand(file: &mut File) {
    expand_items(&mut file.items);
}

fn expand_items(items: &mut Vec<Item>) {
    let mut made = Vec::new();
    for item in items.iter_mut() {
        match &mut item.kind {
            ItemKind::Struct(def) => {
                let fields: Vec<Option<&Ident>> =
                    def.fields.iter().map(|f| Some(&f.name)).collect();
                made.extend(derived(
                    &def.deriving,
                    &def.name,
                    &def.type_params,
                    |build| construct(&def.name, &fields, build),
                ));
            }
            ItemKind::Sum(def) => {
                // The first variant stands for the type.
                let first = def.variants.first();
                made.extend(derived(
                    &def.deriving,
                    &def.name,
                    &def.type_params,
                    |build| first.map_or(build.unit(), |first| variant(&def.name, first, build)),
                ));
            }
            ItemKind::Module(def) => expand_items(&mut def.items),
            _ => {}
        }
    }
    items.extend(made);
}

/// `impl Default for Name<T> where T: Default do fn default() = value end`, if the list asks for it.
fn derived(
    list: &Deriving,
    name: &Ident,
    params: &[TypeParam],
    value: impl Fn(Build) -> Expr,
) -> Option<Item> {
    let asked = list
        .as_ref()?
        .iter()
        .find(|asked| asked.name == "Default")?;
    let build = Build { span: asked.span };
    let own = |param: &TypeParam| build.ty(&[&param.name], Vec::new());
    let default = || build.ty(&["Default"], Vec::new());
    let bounds = params.iter().map(|param| Bound {
        ty: own(param),
        interfaces: vec![default()],
        span: build.span,
    });
    let mut method = build.function("default", Vec::new(), None, Vec::new());
    method.body = Some(FnBody::Expr(value(build)));
    let implementation = ImplDef {
        type_params: params.to_vec(),
        interface: default(),
        target: build.ty(&[&name.name], params.iter().map(own).collect()),
        bounds: bounds.collect(),
        assoc_types: Vec::new(),
        methods: vec![Method {
            doc: None,
            clause: method,
        }],
    };
    Some(build.item(false, ItemKind::Impl(implementation)))
}

/// `Default.default()`.
fn default_value(build: Build) -> Expr {
    build.std("Default", "default", Vec::new())
}

/// `Name { a: Default.default(), … }`.
fn construct(name: &Ident, fields: &[Option<&Ident>], build: Build) -> Expr {
    let fields = fields.iter().flatten();
    let fields = fields.map(|field| (field.name.as_str(), default_value(build)));
    build.construct(&[&name.name], fields.collect())
}

/// `Name.First(Default.default(), …)`.
fn variant(name: &Ident, first: &VariantDef, build: Build) -> Expr {
    let values = first.fields.iter().map(|_| default_value(build));
    build.variant(&[&name.name, &first.name.name], values.collect())
}
