//! The monomorphic types that a module's functions, cells and collections have.
//!
//! Types are *logical*: how many machine words a value takes, and whether it lives in registers or in a
//! heap cell, follows from the type alone and is decided in one place, [`crate::layout`].

/// Index into [`TypeTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TypeId(pub u32);

/// A named field of a struct, or a field of a variant (whose name may be absent).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Source name; empty for positional variant fields.
    pub name: String,
    /// Type of the field.
    pub ty: TypeId,
}

/// A variant of a sum type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Variant {
    /// Source name.
    pub name: String,
    /// Fields in order.
    pub fields: Vec<Field>,
}

/// Whether `${}` shows a user type by its Display form; otherwise it is shown by its Debug form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shows {
    /// `Display` was derived: `Point(1, 2)`.
    Display,
    /// Only `Debug`: `Point { x: 1, y: 2 }`.
    Debug,
}

impl Shows {
    /// The word that stands for it in listings.
    pub fn keyword(self) -> &'static str {
        match self {
            Shows::Display => "display",
            Shows::Debug => "debug",
        }
    }
}

/// A monomorphic type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// 64-bit signed integer.
    Int,
    /// IEEE 754 double.
    Float,
    /// `true` is 1, `false` is 0.
    Bool,
    /// The unit value, word 0.
    Unit,
    /// UTF-8 text.
    String,
    /// Bytes.
    Bytes,
    /// Interned name: an index into the runtime's atom table (module constants are mapped at load).
    Atom,
    /// Half-open range of integers: two words, start and end (`a..=b` is stored as `a..b+1`).
    Range,
    /// An actor that takes messages of the type: one word, which says which actor. The type serves names, equality and fingerprints.
    Pid(TypeId),
    /// A reference that the runtime gave out once: one word.
    Ref,
    /// Immutable list.
    List(TypeId),
    /// Insertion-ordered map.
    Map(TypeId, TypeId),
    /// Insertion-ordered set.
    Set(TypeId),
    /// Function or closure value.
    Fun {
        /// Parameter types.
        params: Vec<TypeId>,
        /// Result type.
        ret: TypeId,
    },
    /// Tuple of two or more.
    Tuple(Vec<TypeId>),
    /// Struct (possibly an instance of a generic one; `args` only serve names and equality).
    Struct {
        /// Module path, e.g. `Math.Vector`.
        module: String,
        /// Source name.
        name: String,
        /// Type arguments.
        args: Vec<TypeId>,
        /// Fields in order.
        fields: Vec<Field>,
        /// Its text form under `${}`.
        shows: Shows,
    },
    /// Sum type, `Option`, `Result` and `Ordering` included.
    Sum {
        /// Module path.
        module: String,
        /// Source name.
        name: String,
        /// Type arguments.
        args: Vec<TypeId>,
        /// Variants; the index is the tag.
        variants: Vec<Variant>,
        /// Its text form under `${}`.
        shows: Shows,
    },
}

impl Type {
    /// The word that stands for the type, or for its constructor, in listings.
    pub fn keyword(&self) -> &'static str {
        match self {
            Type::Int => "Int",
            Type::Float => "Float",
            Type::Bool => "Bool",
            Type::Unit => "Unit",
            Type::String => "String",
            Type::Bytes => "Bytes",
            Type::Atom => "Atom",
            Type::Range => "Range",
            Type::Pid(_) => "Pid",
            Type::Ref => "Ref",
            Type::List(_) => "List",
            Type::Map(..) => "Map",
            Type::Set(_) => "Set",
            Type::Fun { .. } => "Fun",
            Type::Tuple(_) => "Tuple",
            Type::Struct { .. } => "struct",
            Type::Sum { .. } => "sum",
        }
    }

    /// Calls `visit` with the type of every field of a tuple, struct or sum, in order.
    pub fn for_each_field(&self, visit: &mut dyn FnMut(TypeId)) {
        match self {
            Type::Tuple(items) => items.iter().for_each(|item| visit(*item)),
            Type::Struct { fields, .. } => fields.iter().for_each(|field| visit(field.ty)),
            Type::Sum { variants, .. } => {
                variants
                    .iter()
                    .flat_map(|variant| &variant.fields)
                    .for_each(|field| visit(field.ty));
            }
            _ => {}
        }
    }

    /// Calls `visit` with every type that this one names, in order: parts, type arguments, fields.
    pub fn for_each_type(&self, visit: &mut dyn FnMut(TypeId)) {
        let mut all = |types: &[TypeId]| types.iter().for_each(|ty| visit(*ty));
        match self {
            Type::List(item) | Type::Set(item) | Type::Pid(item) => visit(*item),
            Type::Map(key, value) => all(&[*key, *value]),
            Type::Fun { params, ret } => {
                all(params);
                visit(*ret);
            }
            Type::Tuple(items) => all(items),
            Type::Struct { args, fields, .. } => {
                all(args);
                fields.iter().for_each(|field| visit(field.ty));
            }
            Type::Sum { args, variants, .. } => {
                all(args);
                variants
                    .iter()
                    .flat_map(|variant| &variant.fields)
                    .for_each(|field| visit(field.ty));
            }
            Type::Int
            | Type::Float
            | Type::Bool
            | Type::Unit
            | Type::String
            | Type::Bytes
            | Type::Atom
            | Type::Range
            | Type::Ref => {}
        }
    }
}

/// All types of a module, indexed by [`TypeId`]; entries may refer to each other cyclically.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeTable {
    /// The entries.
    pub types: Vec<Type>,
}

impl TypeTable {
    /// The type with this id. Panics when `id` is not of this table; the verifier has checked all ids of a loaded module.
    pub fn get(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize]
    }
}
