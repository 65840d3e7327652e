//! Structs and sum types: construction, update and fields.

use crate::generate::Gen;
use crate::tree::{Node, Part, Role};
use crate::types::{Field, Type, Variant};

impl Gen {
    /// A value of a declared type.
    pub(super) fn user(&mut self, ty: &Type, fuel: u32) -> Node {
        match self.decls.struct_fields(ty) {
            Some(fields) if self.choices.chance(50) => self.updated(ty, &fields, fuel),
            _ => self.constructed(ty, fuel),
        }
    }

    /// A struct literal or a variant.
    pub(super) fn constructed(&mut self, ty: &Type, fuel: u32) -> Node {
        if let Some(fields) = self.decls.struct_fields(ty) {
            return self.made_struct(ty, fields, fuel);
        }
        let variants = self.decls.variants(ty).unwrap_or_default();
        // Without fuel the first variant ends the recursion.
        let count = if fuel == 0 && self.choices.chance(60) {
            1
        } else {
            variants.len()
        };
        let variant = variants[self.choices.below(count)].clone();
        self.made_variant(ty, &variant, fuel)
    }

    fn made_struct(&mut self, ty: &Type, mut fields: Vec<Field>, fuel: u32) -> Node {
        self.choices.shuffle(&mut fields);
        let name = match ty {
            Type::User(id, _) => self.decls.of(*id).name.clone(),
            _ => String::new(),
        };
        let inits: Vec<String> = fields
            .iter()
            .map(|field| format!("{}: @", field.name))
            .collect();
        let types: Vec<Type> = fields.into_iter().map(|field| field.ty).collect();
        let template = format!("{name} {{ {} }}", inits.join(", "));
        self.expr_with(ty.clone(), &template, &types, fuel)
    }

    fn made_variant(&mut self, ty: &Type, variant: &Variant, fuel: u32) -> Node {
        let own = ty.clone();
        let holes: Vec<Type> = variant
            .fields
            .iter()
            .map(|field| field.ty.clone())
            .collect();
        let fuel = fuel.min(2);
        if matches!(ty, Type::User(_, Some(_))) {
            let maker = self.helpers.maker(ty, variant);
            let template = format!("{maker}({})", vec!["@"; holes.len()].join(", "));
            return self.expr_with(own, &template, &holes, fuel);
        }
        if holes.is_empty() {
            return Node::word(own, variant.name.clone());
        }
        let by_name = variant.named && self.choices.chance(50);
        let field = |field: &Field| match by_name {
            true => format!("{}: @", field.name),
            false => "@".into(),
        };
        let fields: Vec<String> = variant.fields.iter().map(field).collect();
        let prefix = match (ty, self.choices.chance(15)) {
            (Type::User(id, _), true) => format!("{}.", self.decls.of(*id).name),
            _ => String::new(),
        };
        let template = format!("{prefix}{}({})", variant.name, fields.join(", "));
        self.expr_with(own, &template, &holes, fuel)
    }

    /// `%{s | a: x}`, with what stood there used in the new value now and then.
    fn updated(&mut self, ty: &Type, fields: &[Field], fuel: u32) -> Node {
        let old = self.leaf(ty);
        let mut fields = fields.to_vec();
        self.choices.shuffle(&mut fields);
        fields.truncate(1 + self.choices.below(2));
        let mut changes = Vec::new();
        for field in fields {
            let value = self.expr(&field.ty, fuel);
            changes.push(Node::filled(
                Role::Piece,
                &format!("{}: @", field.name),
                vec![Part::Node(value)],
            ));
        }
        let parts = vec![Part::Node(old), Part::Commas(changes)];
        Node::filled(Role::Expr(ty.clone()), "%{@ | @}", parts)
    }

    /// A field of this type of some struct in scope.
    pub(super) fn field(&mut self, ty: &Type) -> Option<Node> {
        let mut found = Vec::new();
        for var in self.vars(|ty| matches!(ty, Type::User(..))) {
            let fields = self.decls.struct_fields(&var.ty).unwrap_or_default();
            let fields = fields.iter().filter(|field| field.ty == *ty);
            found.extend(fields.map(|field| format!("{}.{}", var.name, field.name)));
        }
        match found.is_empty() {
            true => None,
            false => Some(Node::word(ty.clone(), self.choices.pick(&found).clone())),
        }
    }
}
