//! Declarations: fields of structs and sum types, and the types that aliases stand for.

use smol_str::SmolStr;

use super::convert::{Converter, TypeScope};
use super::generics::{Generics, bare};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::TypeSource;
use crate::syntax::ast::{self, Ident, Span};
use crate::typed::{AliasId, FieldDef, Shape, TypeDefId, VariantDef};

impl Converter<'_, '_> {
    /// Fills in all aliases, structs and sum types of this compilation.
    pub fn declare_types(&mut self) {
        for index in 0..self.world.aliases.len() as u32 {
            self.resolve_alias(AliasId(self.world.first_alias + index));
        }
        for index in 0..self.world.types.len() {
            let id = TypeDefId(self.world.first_type + index as u32);
            self.type_def(id, self.world.types[index]);
        }
    }

    fn type_def(&mut self, id: TypeDefId, source: TypeSource<'_>) {
        let def = &self.world.program.types[id.0 as usize];
        let (module, names) = (def.module, def.type_params.clone());
        let scope = TypeScope {
            module,
            params: &names,
            fixed: &[],
        };
        self.type_params(source.type_params());
        let shape = match source {
            TypeSource::Struct(def) => Shape::Struct(self.fields(scope, def)),
            TypeSource::Sum(def) => {
                self.distinct(
                    def.variants.iter().map(|v| &v.name),
                    "variant",
                    Code::DUPLICATE,
                );
                Shape::Sum(
                    def.variants
                        .iter()
                        .map(|v| self.variant(scope, v))
                        .collect(),
                )
            }
        };
        self.world.program.types[id.0 as usize].shape = shape;
    }

    /// Fills in the bounds of all structs and sum types, when the interfaces are known.
    pub fn declare_type_bounds(&mut self) {
        for index in 0..self.world.types.len() {
            let source = self.world.types[index];
            let id = self.world.first_type as usize + index;
            let def = &self.world.program.types[id];
            let mut generics = Generics {
                module: def.module,
                fixed: &[],
                reported: Vec::new(),
                equal: &[],
                mentioned: Vec::new(),
                params: def.type_params.iter().map(bare).collect(),
            };
            self.where_clause(&mut generics, source.bounds());
            let hidden = generics.params.len() > self.world.program.types[id].type_params.len();
            if hidden {
                self.hidden_in_type(source);
            }
            let bounds = generics.params.into_iter().map(|param| param.bounds);
            self.world.program.types[id].bounds = bounds
                .map(|bounds| if hidden { Vec::new() } else { bounds })
                .collect();
        }
    }

    /// The layout of a type depends on its parameters alone, so its bounds bring no others in.
    fn hidden_in_type(&mut self, source: TypeSource<'_>) {
        if let Some(bound) = source.bounds().first() {
            self.sink.push(
                Diagnostic::new(
                    Code::NOT_SUPPORTED,
                    bound.span,
                    "bounds with associated types on type definitions are not supported yet",
                )
                .label("not supported yet")
                .help("put the bound on the functions that need it"),
            );
        }
    }

    /// Checks that type parameters have different names.
    pub fn type_params(&mut self, params: &[ast::TypeParam]) {
        self.distinct(params, "type parameter", Code::DUPLICATE);
    }

    pub(super) fn distinct<'i>(
        &mut self,
        names: impl IntoIterator<Item = &'i Ident>,
        what: &str,
        code: Code,
    ) {
        let mut seen: rustc_hash::FxHashMap<&str, Span> = Default::default();
        for name in names {
            if let Some(&first) = seen.get(name.name.as_str()) {
                self.sink.push(
                    Diagnostic::new(
                        code,
                        name.span,
                        format!("{what} `{}` is defined twice", name.name),
                    )
                    .label("again here")
                    .secondary(first, "first here"),
                );
            } else {
                seen.insert(&name.name, name.span);
            }
        }
    }

    fn fields(&mut self, scope: TypeScope<'_>, def: &ast::StructDef) -> Vec<FieldDef> {
        self.distinct(
            def.fields.iter().map(|f| &f.name),
            "field",
            Code::REPEATED_FIELD,
        );
        let fields = def.fields.iter().map(|field| FieldDef {
            name: field.name.name.clone(),
            ty: self.ty(scope, &field.ty),
        });
        fields.collect()
    }

    fn variant(&mut self, scope: TypeScope<'_>, variant: &ast::VariantDef) -> VariantDef {
        let named = variant
            .fields
            .iter()
            .filter(|(name, _)| name.is_some())
            .count();
        if named > 0 && named < variant.fields.len() {
            self.sink.push(
                Diagnostic::new(
                    Code::MIXED_FIELDS,
                    variant.span,
                    format!(
                        "variant `{}` names some of its fields only",
                        variant.name.name
                    ),
                )
                .label("named and unnamed fields")
                .help("name all of them or none"),
            );
        }
        let names = variant.fields.iter().filter_map(|(name, _)| name.as_ref());
        self.distinct(names, "field", Code::REPEATED_FIELD);
        let field = |(name, ty): &(Option<Ident>, ast::TypeExpr)| FieldDef {
            name: name
                .as_ref()
                .map_or_else(SmolStr::default, |name| name.name.clone()),
            ty: self.ty(scope, ty),
        };
        VariantDef {
            name: variant.name.name.clone(),
            fields: variant.fields.iter().map(field).collect(),
        }
    }
}
