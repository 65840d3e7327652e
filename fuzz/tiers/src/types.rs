//! Types of generated programs, and what may be done with their values.

use std::fmt;

/// A type without variables, except in the fields of a generic declaration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `Int`
    Int,
    /// `Float`
    Float,
    /// `Bool`
    Bool,
    /// `String`
    Str,
    /// `Bytes`
    Bytes,
    /// `()`
    Unit,
    /// `Atom`
    Atom,
    /// `Ordering`
    Ordering,
    /// `(A, B)`
    Tuple(Vec<Type>),
    /// `List<A>`
    List(Box<Type>),
    /// `Set<A>`
    Set(Box<Type>),
    /// `Map<K, V>`
    Map(Box<Type>, Box<Type>),
    /// `Option<A>`
    Option(Box<Type>),
    /// `Result<A, E>`
    Result(Box<Type>, Box<Type>),
    /// `Fun(A, B) -> C`
    Fun(Vec<Type>, Box<Type>),
    /// A declared type, by its place in [`Decls`], and the argument of a generic one.
    User(usize, Option<Box<Type>>),
    /// The parameter of the declaration around.
    Param,
}

/// A type that the program declares.
#[derive(Clone, Debug)]
pub struct Decl {
    /// Its name.
    pub name: String,
    /// Whether it has a type parameter.
    pub generic: bool,
    /// Struct or sum type.
    pub shape: Shape,
}

/// What a declared type is made of.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Named fields.
    Struct(Vec<Field>),
    /// Variants; the first does not contain the type itself.
    Sum(Vec<Variant>),
}

/// A field; those of a variant may go by position.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
}

/// A variant of a sum type.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Whether the declaration gives its fields names.
    pub named: bool,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// All declarations of a program.
#[derive(Clone, Debug, Default)]
pub struct Decls(pub Vec<Decl>);

impl Type {
    /// `List<A>`
    pub fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    /// `Option<A>`
    pub fn option(of: Type) -> Type {
        Type::Option(Box::new(of))
    }

    /// The types that this one is written with.
    pub fn parts(&self) -> Vec<&Type> {
        match self {
            Type::Tuple(parts) => parts.iter().collect(),
            Type::List(a) | Type::Set(a) | Type::Option(a) => vec![a],
            Type::Map(a, b) | Type::Result(a, b) => vec![a, b],
            Type::Fun(params, ret) => params.iter().chain([&**ret]).collect(),
            Type::User(_, Some(a)) => vec![a],
            _ => Vec::new(),
        }
    }

    /// Whether a part of it is such; the parts of declared types count only when written here.
    pub fn mentions(&self, such: &dyn Fn(&Type) -> bool) -> bool {
        such(self) || self.parts().iter().any(|part| part.mentions(such))
    }

    /// With the parameter of the declaration around replaced.
    pub fn with_argument(&self, argument: Option<&Type>) -> Type {
        let each = |ty: &Type| ty.with_argument(argument);
        let boxed = |ty: &Type| Box::new(ty.with_argument(argument));
        match self {
            Type::Param => argument.cloned().unwrap_or(Type::Unit),
            Type::Tuple(parts) => Type::Tuple(parts.iter().map(each).collect()),
            Type::List(a) => Type::List(boxed(a)),
            Type::Set(a) => Type::Set(boxed(a)),
            Type::Option(a) => Type::Option(boxed(a)),
            Type::Map(a, b) => Type::Map(boxed(a), boxed(b)),
            Type::Result(a, b) => Type::Result(boxed(a), boxed(b)),
            Type::Fun(params, ret) => Type::Fun(params.iter().map(each).collect(), boxed(ret)),
            Type::User(id, Some(a)) => Type::User(*id, Some(boxed(a))),
            _ => self.clone(),
        }
    }
}

impl Decls {
    /// The declaration of a type.
    pub fn of(&self, id: usize) -> &Decl {
        &self.0[id]
    }

    /// The fields of a struct.
    pub fn struct_fields(&self, ty: &Type) -> Option<Vec<Field>> {
        let Type::User(id, argument) = ty else {
            return None;
        };
        match &self.of(*id).shape {
            Shape::Struct(fields) => Some(fill(fields, argument.as_deref())),
            Shape::Sum(_) => None,
        }
    }

    /// The variants of a sum type.
    pub fn variants(&self, ty: &Type) -> Option<Vec<Variant>> {
        let Type::User(id, argument) = ty else {
            return None;
        };
        let Shape::Sum(variants) = &self.of(*id).shape else {
            return None;
        };
        let filled = variants.iter().map(|variant| Variant {
            fields: fill(&variant.fields, argument.as_deref()),
            ..variant.clone()
        });
        Some(filled.collect())
    }

    /// Whether a value can contain one of such a type; what a function holds or takes does not count.
    pub fn contains(&self, ty: &Type, such: &dyn Fn(&Type) -> bool) -> bool {
        let mut seen = Vec::new();
        self.contains_unseen(ty, such, &mut seen)
    }

    fn contains_unseen(
        &self,
        ty: &Type,
        such: &dyn Fn(&Type) -> bool,
        seen: &mut Vec<Type>,
    ) -> bool {
        if such(ty) {
            return true;
        }
        if seen.contains(ty) {
            return false;
        }
        seen.push(ty.clone());
        let inside: Vec<Type> = match ty {
            Type::User(..) => self.field_types(ty),
            Type::Fun(..) => Vec::new(),
            _ => ty.parts().into_iter().cloned().collect(),
        };
        inside
            .iter()
            .any(|part| self.contains_unseen(part, such, seen))
    }

    /// The types of all fields of a declared type.
    pub fn field_types(&self, ty: &Type) -> Vec<Type> {
        let variants = self.variants(ty).unwrap_or_default();
        let fields = variants.into_iter().flat_map(|variant| variant.fields);
        let fields = fields.chain(self.struct_fields(ty).unwrap_or_default());
        fields.map(|field| field.ty).collect()
    }

    /// Whether it holds functions, which have neither equality nor order.
    pub fn has_functions(&self, ty: &Type) -> bool {
        self.contains(ty, &|part| matches!(part, Type::Fun(..)))
    }

    /// Whether values can be ordered.
    pub fn ordered(&self, ty: &Type) -> bool {
        let unordered = |part: &Type| matches!(part, Type::Fun(..) | Type::Map(..) | Type::Set(_));
        !self.contains(ty, &unordered)
    }

    /// Whether values have no bound on their size.
    pub fn grows(&self, ty: &Type) -> bool {
        let growing = |part: &Type| {
            matches!(
                part,
                Type::Str | Type::Bytes | Type::List(_) | Type::Map(..) | Type::Set(_)
            )
        };
        self.contains(ty, &growing) || self.recursive(ty)
    }

    fn recursive(&self, ty: &Type) -> bool {
        let own = |part: &Type| {
            matches!(part, Type::User(..))
                && self
                    .field_types(part)
                    .iter()
                    .any(|field| self.contains(field, &|inner| inner == part))
        };
        self.contains(ty, &own)
    }

    /// How the type is written.
    pub fn show(&self, ty: &Type) -> String {
        Shown(self, ty).to_string()
    }
}

fn fill(fields: &[Field], argument: Option<&Type>) -> Vec<Field> {
    let fill = |field: &Field| Field {
        name: field.name.clone(),
        ty: field.ty.with_argument(argument),
    };
    fields.iter().map(fill).collect()
}

struct Shown<'t>(&'t Decls, &'t Type);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shown(decls, ty) = *self;
        let all = |types: &[Type]| {
            let shown: Vec<String> = types.iter().map(|ty| decls.show(ty)).collect();
            shown.join(", ")
        };
        let one = |ty: &Type| decls.show(ty);
        match ty {
            Type::Int => write!(f, "Int"),
            Type::Float => write!(f, "Float"),
            Type::Bool => write!(f, "Bool"),
            Type::Str => write!(f, "String"),
            Type::Bytes => write!(f, "Bytes"),
            Type::Unit => write!(f, "()"),
            Type::Atom => write!(f, "Atom"),
            Type::Ordering => write!(f, "Ordering"),
            Type::Tuple(parts) => write!(f, "({})", all(parts)),
            Type::List(a) => write!(f, "List<{}>", one(a)),
            Type::Set(a) => write!(f, "Set<{}>", one(a)),
            Type::Map(k, v) => write!(f, "Map<{}, {}>", one(k), one(v)),
            Type::Option(a) => write!(f, "Option<{}>", one(a)),
            Type::Result(a, e) => write!(f, "Result<{}, {}>", one(a), one(e)),
            Type::Fun(params, ret) => write!(f, "Fun({}) -> {}", all(params), one(ret)),
            Type::User(id, None) => write!(f, "{}", decls.of(*id).name),
            Type::User(id, Some(a)) => write!(f, "{}<{}>", decls.of(*id).name, one(a)),
            Type::Param => write!(f, "T"),
        }
    }
}
