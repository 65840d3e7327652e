//! Patterns as sets of values: bindings gone, sugar gone, ready for comparing.

use smol_str::SmolStr;

use crate::typed::{Con, Pat, PatKind, Program, Shape, Ty};

/// A set of values of one type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Space {
    /// All values.
    Any,
    /// Values of one constructor.
    Of(Ctor, Vec<Space>),
    /// Union.
    Or(Vec<Space>),
    /// Some values, but which cannot be said (map patterns): never counted as covering anything.
    Unknown,
}

/// All values, to borrow.
pub(super) static ANY: Space = Space::Any;

/// All bytes, to borrow.
pub(super) static BYTE: Space = Space::Of(Ctor::Ints(0, 255), Vec::new());

/// What a value is made by.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ctor {
    /// The only constructor of structs, tuples and `()`.
    Single,
    Variant(u32),
    Bool(bool),
    /// Integers, both ends included.
    Ints(i64, i64),
    Nil,
    /// Head and tail of a list.
    Cons,
    Str(SmolStr),
    /// Strings with this prefix; the rest of the text is a field.
    Prefix(SmolStr),
    Atom(SmolStr),
    Float(f64),
    /// No bytes.
    Empty,
    /// A byte and those after it.
    Byte,
}

impl Space {
    /// The set that a pattern matches.
    pub(super) fn of(program: &Program, pat: &Pat) -> Space {
        match &pat.kind {
            PatKind::Wildcard | PatKind::Bind(_) => Space::Any,
            PatKind::As(inner, _) => Space::of(program, inner),
            PatKind::Unit => Space::Of(Ctor::Single, Vec::new()),
            PatKind::Bool(value) => Space::Of(Ctor::Bool(*value), Vec::new()),
            PatKind::Int(value) => Space::Of(Ctor::Ints(*value, *value), Vec::new()),
            PatKind::Range(from, to, inclusive) => range(*from, *to, *inclusive),
            PatKind::Float(value) => Space::Of(Ctor::Float(*value), Vec::new()),
            PatKind::Str(text) => Space::Of(Ctor::Str(text.clone()), Vec::new()),
            PatKind::Atom(name) => Space::Of(Ctor::Atom(name.clone()), Vec::new()),
            PatKind::Tuple(fields) => Space::Of(Ctor::Single, all(program, fields)),
            PatKind::Construct { variant, fields } => {
                let ctor = match super::tree::variants_of(program, &pat.ty) {
                    Some(_) => Ctor::Variant(*variant),
                    None => Ctor::Single,
                };
                Space::Of(ctor, all(program, fields))
            }
            PatKind::List(lead, rest) => {
                let end = match rest {
                    Some(rest) => Space::of(program, rest),
                    None => Space::Of(Ctor::Nil, Vec::new()),
                };
                let cons = |tail, head| Space::Of(Ctor::Cons, vec![Space::of(program, head), tail]);
                lead.iter().rev().fold(end, cons)
            }
            PatKind::Or(alternatives) => Space::Or(all(program, alternatives)),
            PatKind::Prefix(prefix, rest) if prefix.is_empty() => Space::of(program, rest),
            PatKind::Prefix(prefix, rest) => {
                Space::Of(Ctor::Prefix(prefix.clone()), vec![Space::of(program, rest)])
            }
            PatKind::Segments(segments) => super::bytes::space(program, segments),
            PatKind::Map(entries) if entries.is_empty() => Space::Any,
            PatKind::Map(_) => Space::Unknown,
        }
    }

    /// Whether it holds all values, as far as can be seen without knowing the type.
    pub(super) fn is_any(&self) -> bool {
        match self {
            Space::Any => true,
            Space::Of(Ctor::Single, fields) => fields.iter().all(Space::is_any),
            Space::Or(parts) => parts.iter().any(Space::is_any),
            Space::Of(..) | Space::Unknown => false,
        }
    }
}

fn all(program: &Program, pats: &[Pat]) -> Vec<Space> {
    pats.iter().map(|pat| Space::of(program, pat)).collect()
}

fn range(from: i64, to: i64, inclusive: bool) -> Space {
    match if inclusive {
        Some(to)
    } else {
        to.checked_sub(1)
    } {
        Some(last) if from <= last => Space::Of(Ctor::Ints(from, last), Vec::new()),
        _ => Space::Or(Vec::new()),
    }
}

/// The constructors of a type.
pub(super) enum Signature {
    /// These, with the types of their fields.
    Finite(Vec<(Ctor, Vec<Ty>)>),
    /// Integers.
    Ints,
    /// More than can be listed.
    Endless,
}

impl Signature {
    /// The constructors of a type.
    pub(super) fn of(program: &Program, ty: &Ty) -> Signature {
        let Ty::App(con, args) = ty else {
            return Signature::Endless;
        };
        match con {
            Con::Int => Signature::Ints,
            Con::Unit => Signature::Finite(vec![(Ctor::Single, Vec::new())]),
            Con::Tuple => Signature::Finite(vec![(Ctor::Single, args.to_vec())]),
            Con::Bool => Signature::Finite(vec![
                (Ctor::Bool(true), Vec::new()),
                (Ctor::Bool(false), Vec::new()),
            ]),
            Con::List => Signature::Finite(vec![
                (Ctor::Nil, Vec::new()),
                (Ctor::Cons, vec![args[0].clone(), ty.clone()]),
            ]),
            Con::Bytes => Signature::Finite(vec![
                (Ctor::Empty, Vec::new()),
                (Ctor::Byte, vec![Ty::con(Con::Int), ty.clone()]),
            ]),
            Con::Adt(id) => match &program.types[id.0 as usize].shape {
                Shape::Struct(fields) => {
                    let fields = fields.iter().map(|field| instantiate(&field.ty, args));
                    Signature::Finite(vec![(Ctor::Single, fields.collect())])
                }
                Shape::Sum(variants) => {
                    let variants = variants.iter().enumerate().map(|(tag, variant)| {
                        let fields = variant
                            .fields
                            .iter()
                            .map(|field| instantiate(&field.ty, args));
                        (Ctor::Variant(tag as u32), fields.collect())
                    });
                    Signature::Finite(variants.collect())
                }
            },
            Con::Float
            | Con::String
            | Con::Atom
            | Con::Range
            | Con::Ref
            | Con::Pid
            | Con::Map
            | Con::Set
            | Con::Fun => Signature::Endless,
        }
    }
}

/// A field's type with the definition's parameters replaced.
fn instantiate(ty: &Ty, args: &[Ty]) -> Ty {
    match ty {
        Ty::Param(number) => args
            .get(*number as usize)
            .cloned()
            .unwrap_or_else(|| ty.clone()),
        Ty::App(con, parts) => Ty::App(
            *con,
            parts.iter().map(|part| instantiate(part, args)).collect(),
        ),
    }
}
