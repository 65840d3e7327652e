//! Patterns. What they bind is in scope afterwards.

use crate::expr::PREFIXES;
use crate::generate::Gen;
use crate::types::{Field, Type, Variant};

impl Gen {
    /// A pattern that every value of the type matches.
    pub fn irrefutable_pattern(&mut self, ty: &Type, depth: u32) -> String {
        let single = |variants: Vec<Variant>| match &variants[..] {
            [one] => Some(one.clone()),
            _ => None,
        };
        if depth > 0 && self.choices.chance(60) {
            if let Type::Tuple(parts) = ty {
                let parts = parts.clone();
                return self.tuple_pattern(&parts, depth - 1, Gen::irrefutable_pattern);
            }
            if let Some(fields) = self.decls.struct_fields(ty) {
                return self.struct_pattern(ty, &fields, depth - 1, Gen::irrefutable_pattern);
            }
            if let Some(variant) = self.decls.variants(ty).and_then(single) {
                return self.variant_pattern(&variant, depth - 1, Gen::irrefutable_pattern);
            }
        }
        match self.choices.chance(10) {
            true => "_".into(),
            false => self.binding(ty),
        }
    }

    /// Any pattern.
    pub fn any_pattern(&mut self, ty: &Type, depth: u32) -> String {
        if depth > 0
            && self.choices.chance(60)
            && let Some(pattern) = self.refutable_pattern(ty, depth - 1)
        {
            return pattern;
        }
        self.irrefutable_pattern(ty, depth)
    }

    /// A pattern that some value of the type does not match, if the type has one.
    pub fn refutable_pattern(&mut self, ty: &Type, depth: u32) -> Option<String> {
        let known = self.scope.len();
        let Some(pattern) = self.plain_refutable_pattern(ty, depth) else {
            // What a part has bound already is not bound after all.
            self.scope.truncate(known);
            return None;
        };
        if !self.choices.chance(15) {
            return Some(pattern);
        }
        let name = self.binding(ty);
        Some(format!("({pattern} as {name})"))
    }

    fn plain_refutable_pattern(&mut self, ty: &Type, depth: u32) -> Option<String> {
        Some(match ty {
            Type::Int => self.int_pattern(),
            Type::Float => self
                .choices
                .pick(&["0.5", "-1.5", "0.0", "1.0"])
                .to_string(),
            Type::Bool => self.choices.pick(&["true", "false"]).to_string(),
            Type::Atom => self.choices.pick(&[":a", ":b"]).to_string(),
            Type::Ordering => self
                .choices
                .pick(&["Less", "Equal", "(Less | Greater)"])
                .to_string(),
            Type::Str => self.text_pattern(),
            Type::Bytes => self.bytes_pattern(depth),
            Type::Tuple(parts) => return self.refutable_tuple(&parts.clone(), depth),
            Type::List(of) => self.list_pattern(of, depth),
            Type::Map(key, value) => return self.map_pattern(key, value, depth),
            Type::Option(of) => match self.choices.chance(65) {
                true => format!("Some({})", self.any_pattern(of, depth)),
                false => "None".into(),
            },
            Type::Result(of, error) => match self.choices.chance(60) {
                true => format!("Ok({})", self.any_pattern(of, depth)),
                false => format!("Err({})", self.any_pattern(error, depth)),
            },
            Type::User(..) => return self.user_pattern(ty, depth),
            Type::Unit | Type::Set(_) | Type::Fun(..) | Type::Param => return None,
        })
    }

    /// A new variable.
    fn binding(&mut self, ty: &Type) -> String {
        let name = self.name("v");
        self.bind(&name, ty);
        name
    }

    fn int_pattern(&mut self) -> String {
        match self.choices.below(6) {
            0 => "(0 | 1 | 5)".into(),
            1 => format!("{}..{}", self.choices.below(4), 4 + self.choices.below(300)),
            2 => format!("-10..={}", self.choices.below(4)),
            _ => self.int_literal(),
        }
    }

    fn text_pattern(&mut self) -> String {
        let prefix = *self.choices.pick(PREFIXES);
        match self.choices.below(4) {
            0 => format!("({prefix} | \"\")"),
            1 => prefix.to_owned(),
            _ => {
                let rest = self.any_pattern(&Type::Str, 0);
                format!("{prefix} <> {rest}")
            }
        }
    }

    fn tuple_pattern(
        &mut self,
        parts: &[Type],
        depth: u32,
        each: fn(&mut Gen, &Type, u32) -> String,
    ) -> String {
        let parts: Vec<String> = parts.iter().map(|part| each(self, part, depth)).collect();
        format!("({})", parts.join(", "))
    }

    fn refutable_tuple(&mut self, parts: &[Type], depth: u32) -> Option<String> {
        let which = self.choices.below(parts.len());
        let mut shown = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            shown.push(match index == which {
                true => self.refutable_pattern(part, depth.saturating_sub(1))?,
                false => self.any_pattern(part, depth.saturating_sub(1)),
            });
        }
        Some(format!("({})", shown.join(", ")))
    }

    fn list_pattern(&mut self, of: &Type, depth: u32) -> String {
        let depth = depth.saturating_sub(1);
        let own = Type::list(of.clone());
        match self.choices.below(5) {
            0 => "[]".into(),
            1 => format!("[{}]", self.any_pattern(of, depth)),
            2 => format!(
                "[{}, {}]",
                self.any_pattern(of, depth),
                self.any_pattern(of, depth)
            ),
            3 => {
                let first = self.any_pattern(of, depth);
                let rest = self.irrefutable_pattern(&own, 0);
                format!("[{first}, ...{rest}]")
            }
            _ => {
                let first = self.any_pattern(of, depth);
                let second = self.any_pattern(of, depth);
                let rest = self.irrefutable_pattern(&own, 0);
                format!("[{first}, {second}, ...{rest}]")
            }
        }
    }

    fn map_pattern(&mut self, key: &Type, value: &Type, depth: u32) -> Option<String> {
        let key = match key {
            Type::Int => self.choices.below(5).to_string(),
            Type::Str => (*self.choices.pick(PREFIXES)).to_owned(),
            _ => return None,
        };
        let value = self.any_pattern(value, depth.saturating_sub(1));
        Some(format!("%{{{key} => {value}}}"))
    }

    fn user_pattern(&mut self, ty: &Type, depth: u32) -> Option<String> {
        let depth = depth.saturating_sub(1);
        if let Some(fields) = self.decls.struct_fields(ty) {
            let field = self.choices.pick(&fields).clone();
            let inner = self.refutable_pattern(&field.ty, depth)?;
            return Some(format!(
                "{} {{ {}: {inner} }}",
                self.type_name(ty),
                field.name
            ));
        }
        let variants = self.decls.variants(ty)?;
        if variants.len() == 1 {
            return None;
        }
        if self.choices.chance(20)
            && let Some(pattern) = self.either_variant(&variants)
        {
            return Some(pattern);
        }
        let variant = self.choices.pick(&variants).clone();
        Some(self.variant_pattern(&variant, depth, Gen::any_pattern))
    }

    /// `(A(x, _) | B(_, x))` for two variants with a field of one type.
    fn either_variant(&mut self, variants: &[Variant]) -> Option<String> {
        let (a, b) = (
            self.choices.below(variants.len()),
            self.choices.below(variants.len()),
        );
        // Where every variant is named a clause would catch everything.
        if a == b || variants.len() < 3 {
            return None;
        }
        let (a, b) = (&variants[a], &variants[b]);
        let same = |field: &Field| b.fields.iter().position(|other| other.ty == field.ty);
        let shared = a
            .fields
            .iter()
            .enumerate()
            .find_map(|(i, field)| Some((i, same(field)?)));
        let (i, j) = shared?;
        let name = self.binding(&a.fields[i].ty);
        let shown = |variant: &Variant, at: usize| {
            let fields: Vec<&str> = (0..variant.fields.len())
                .map(|index| if index == at { name.as_str() } else { "_" })
                .collect();
            format!("{}({})", variant.name, fields.join(", "))
        };
        Some(format!("({} | {})", shown(a, i), shown(b, j)))
    }

    fn variant_pattern(
        &mut self,
        variant: &Variant,
        depth: u32,
        each: fn(&mut Gen, &Type, u32) -> String,
    ) -> String {
        if variant.fields.is_empty() {
            return variant.name.clone();
        }
        let by_name = variant.named && self.choices.chance(50);
        let mut fields = Vec::new();
        for field in &variant.fields {
            // Fields by name may be left out.
            if by_name && self.choices.chance(30) {
                continue;
            }
            let pattern = each(self, &field.ty, depth);
            fields.push(match by_name {
                true => format!("{}: {pattern}", field.name),
                false => pattern,
            });
        }
        match fields.is_empty() {
            true => format!("{}({}: _)", variant.name, variant.fields[0].name),
            false => format!("{}({})", variant.name, fields.join(", ")),
        }
    }

    fn struct_pattern(
        &mut self,
        ty: &Type,
        fields: &[Field],
        depth: u32,
        each: fn(&mut Gen, &Type, u32) -> String,
    ) -> String {
        let mut shown = Vec::new();
        for field in fields {
            if self.choices.chance(30) {
                continue;
            }
            let pattern = each(self, &field.ty, depth);
            shown.push(format!("{}: {pattern}", field.name));
        }
        if shown.is_empty() {
            shown.push(format!("{}: _", fields[0].name));
        }
        format!("{} {{ {} }}", self.type_name(ty), shown.join(", "))
    }

    fn type_name(&self, ty: &Type) -> String {
        match ty {
            Type::User(id, _) => self.decls.of(*id).name.clone(),
            _ => self.show(ty),
        }
    }
}
