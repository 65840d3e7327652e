//! Declarations: fields of structs and sum types, and the types that aliases stand for.

use smol_str::SmolStr;

use super::convert::{Converter, TypeScope};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::TypeSource;
use crate::syntax::ast::{self, Ident, Name, Span};
use crate::typed::{AliasId, FieldDef, ModuleId, Shape, TypeDefId, VariantDef};

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
        };
        self.type_params(source.type_params());
        let shape = match source {
            TypeSource::Struct(def) => {
                self.no_bounds(&def.bounds);
                Shape::Struct(self.fields(scope, def))
            }
            TypeSource::Sum(def) => {
                self.no_bounds(&def.bounds);
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

    fn no_bounds(&mut self, bounds: &[ast::Bound]) {
        if let Some(bound) = bounds.first() {
            self.sink.push(
                Diagnostic::new(
                    Code::NOT_SUPPORTED,
                    bound.span,
                    "bounds on type definitions are not supported yet",
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

    fn distinct<'i>(&mut self, names: impl IntoIterator<Item = &'i Ident>, what: &str, code: Code) {
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

    /// The bounds of a `where` clause, by number of type parameter.
    pub fn bounds(
        &mut self,
        params: &[Name],
        bounds: &[ast::Bound],
        module: ModuleId,
    ) -> Vec<Vec<crate::typed::Bound>> {
        let mut out = vec![Vec::new(); params.len()];
        for bound in bounds {
            let scope = TypeScope { module, params };
            let ty = self.ty(scope, &bound.ty);
            let number = match ty {
                crate::typed::Ty::Param(number) => Some(number as usize),
                _ => None,
            };
            for interface in &bound.interfaces {
                let Some(found) = self.interface(interface) else {
                    continue;
                };
                match number.and_then(|number| out.get_mut(number)) {
                    Some(list) if !list.contains(&found) => list.push(found),
                    Some(_) => {}
                    None => self.odd_bound(&ty, bound),
                }
            }
        }
        out
    }

    fn odd_bound(&mut self, ty: &crate::typed::Ty, bound: &ast::Bound) {
        if super::hole::as_type(ty).is_some() {
            return;
        }
        self.sink.push(
            Diagnostic::new(
                Code::NOT_SUPPORTED,
                bound.ty.span,
                "bounds on anything but a type parameter are not supported yet",
            )
            .label("this is no type parameter of the function"),
        );
    }

    fn interface(&mut self, written: &ast::TypeExpr) -> Option<crate::typed::Bound> {
        let ast::TypeExprKind::Path { path, args } = &written.kind else {
            return None;
        };
        let name = crate::resolve::scope::dotted(path);
        let found = crate::typed::Bound::from_name(&name);
        if found.is_none() || !args.is_empty() {
            self.sink.push(
                Diagnostic::new(
                    Code::NOT_SUPPORTED,
                    written.span,
                    format!("the interface `{name}` is not supported yet"),
                )
                .label("not supported yet")
                .help(
                    "supported are Eq, Ord, Display, Debug, Hash, Add, Sub, Mul, Div, Rem and Neg",
                ),
            );
            return None;
        }
        found
    }
}
