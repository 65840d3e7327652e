//! Which interfaces structs and sum types have: `deriving` lists, and what is derived without one.
//!
//! A type has an interface when all its fields have it; parameters in fields become conditions. Recursive types are
//! settled by assuming the interface and taking it away until nothing changes.

use crate::diagnostics::{Code, Diagnostic, Sink, did_you_mean};
use crate::resolve::World;
use crate::syntax::ast::Ident;
use crate::typed::{Bound, Con, FieldDef, Shape, Ty, TypeDef, TypeDefId};

/// What types can derive today.
const DERIVABLE: [Bound; 5] = [
    Bound::Eq,
    Bound::Ord,
    Bound::Display,
    Bound::Debug,
    Bound::Hash,
];
/// What types will be able to derive.
const LATER: [&str; 3] = ["Json", "Row", "Default"];

/// Settles the derived interfaces of all types of this compilation.
pub fn settle(world: &mut World<'_>, sink: &mut Sink) {
    let first = world.first_type as usize;
    let wanted: Vec<Wanted> = world
        .types
        .iter()
        .enumerate()
        .map(|(index, source)| match source.deriving() {
            None => Wanted::AsFarAsPossible,
            Some(list) => Wanted::Listed(listed(&world.program.types[first + index], list, sink)),
        })
        .collect();
    for (index, wanted) in wanted.iter().enumerate() {
        let def = &mut world.program.types[first + index];
        def.derives = wanted
            .bounds()
            .into_iter()
            .map(|bound| (bound, Vec::new()))
            .collect();
    }
    shrink(&mut world.program.types, first);
    for (index, wanted) in wanted.iter().enumerate() {
        let def = &mut world.program.types[first + index];
        def.display = def
            .derives
            .iter()
            .any(|(bound, _)| *bound == Bound::Display);
        if let Wanted::Listed(list) = wanted {
            let id = TypeDefId((first + index) as u32);
            list.iter()
                .for_each(|(bound, name)| underived(world, id, *bound, name, sink));
        }
    }
}

enum Wanted {
    AsFarAsPossible,
    Listed(Vec<(Bound, Ident)>),
}

impl Wanted {
    fn bounds(&self) -> Vec<Bound> {
        match self {
            Wanted::AsFarAsPossible => vec![Bound::Eq, Bound::Ord, Bound::Debug, Bound::Hash],
            Wanted::Listed(list) => list.iter().map(|(bound, _)| *bound).collect(),
        }
    }
}

/// The known interfaces of a `deriving` list.
fn listed(def: &TypeDef, list: &[Ident], sink: &mut Sink) -> Vec<(Bound, Ident)> {
    let mut out: Vec<(Bound, Ident)> = Vec::new();
    for name in list {
        let bound = Bound::from_name(&name.name).filter(|bound| DERIVABLE.contains(bound));
        match bound {
            Some(bound) => out.push((bound, name.clone())),
            None => sink.push(unknown(def, name)),
        }
    }
    let has = |wanted: Bound| out.iter().any(|(bound, _)| *bound == wanted);
    if has(Bound::Ord)
        && !has(Bound::Eq)
        && let Some((_, ord)) = out.iter().find(|(bound, _)| *bound == Bound::Ord)
    {
        sink.push(
            Diagnostic::new(
                Code::ORD_WITHOUT_EQ,
                ord.span,
                format!("deriving `Ord` for `{}` requires `Eq` too", def.name),
            )
            .label("an order needs equality")
            .help("write `deriving(Eq, Ord)`"),
        );
    }
    out
}

fn unknown(def: &TypeDef, name: &Ident) -> Diagnostic {
    let text = name.name.as_str();
    if LATER.contains(&text) {
        return Diagnostic::new(
            Code::NOT_SUPPORTED,
            name.span,
            format!("deriving `{text}` is not supported yet"),
        )
        .label("not supported yet");
    }
    let names = DERIVABLE.iter().map(|bound| bound.name());
    Diagnostic::new(
        Code::UNKNOWN_DERIVE,
        name.span,
        format!("cannot derive `{text}` for `{}`", def.name),
    )
    .label("no interface of this name can be derived")
    .maybe_help(did_you_mean(text, names))
    .help("types can derive Eq, Ord, Display, Debug and Hash")
}

/// Takes interfaces away and adds conditions until every remaining claim holds.
fn shrink(types: &mut [TypeDef], first: usize) {
    loop {
        let mut changed = false;
        for index in first..types.len() {
            let claims = types[index].derives.clone();
            let mut next = Vec::with_capacity(claims.len());
            for (bound, params) in claims {
                let mut needed = params.clone();
                let holds = fields(&types[index].shape)
                    .all(|field| lacking(types, &field.ty, bound, &mut needed).is_none());
                changed |= !holds || needed.len() != params.len();
                if holds {
                    next.push((bound, needed));
                }
            }
            types[index].derives = next;
        }
        if !changed {
            return;
        }
    }
}

/// All fields of a struct or of all variants.
fn fields(shape: &Shape) -> Box<dyn Iterator<Item = &FieldDef> + '_> {
    match shape {
        Shape::Struct(fields) => Box::new(fields.iter()),
        Shape::Sum(variants) => Box::new(variants.iter().flat_map(|variant| &variant.fields)),
    }
}

/// The first part of a type that lacks an interface; adds the parameters it depends on to `needed`.
fn lacking<'t>(
    types: &[TypeDef],
    ty: &'t Ty,
    bound: Bound,
    needed: &mut Vec<u32>,
) -> Option<&'t Ty> {
    match ty {
        Ty::Param(number) => {
            if super::hole::as_type(ty).is_none() && !needed.contains(number) {
                needed.push(*number);
            }
            None
        }
        Ty::App(Con::Adt(id), args) => {
            let claim = types[id.0 as usize]
                .derives
                .iter()
                .find(|(known, _)| *known == bound);
            let Some((_, params)) = claim else {
                return Some(ty);
            };
            params
                .iter()
                .filter_map(|&number| args.get(number as usize))
                .find_map(|arg| lacking(types, arg, bound, needed))
        }
        Ty::App(con, args) => {
            if !has(*con, bound) {
                return Some(ty);
            }
            args.iter()
                .find_map(|arg| lacking(types, arg, bound, needed))
        }
    }
}

/// Whether a built-in constructor has an interface, given that its arguments have it.
pub fn has(con: Con, bound: Bound) -> bool {
    match bound {
        Bound::Display | Bound::Debug => true,
        Bound::Eq | Bound::Hash => con != Con::Fun,
        Bound::Ord => !matches!(con, Con::Fun | Con::Map | Con::Set | Con::Range),
        Bound::Add | Bound::Sub | Bound::Mul | Bound::Div | Bound::Rem | Bound::Neg => {
            matches!(con, Con::Int | Con::Float)
        }
        Bound::Concat => matches!(con, Con::String | Con::Bytes),
        Bound::Comparison => con == Con::Int,
    }
}

/// The field that keeps a type from having an interface, in words, and the part of its type that lacks it.
pub fn culprit(world: &World<'_>, id: TypeDefId, bound: Bound) -> Option<(String, String)> {
    let def = &world.program.types[id.0 as usize];
    let shower = super::show::Shower::new(&world.program, def.module);
    fields(&def.shape).find_map(|field| {
        let part = lacking(&world.program.types, &field.ty, bound, &mut Vec::new())?;
        let place = match field.name.as_str() {
            "" => "a field".to_owned(),
            name => format!("field `{name}`"),
        };
        Some((place, shower.closed(part, &def.type_params)))
    })
}

/// Reports a listed interface that a field does not allow.
fn underived(world: &World<'_>, id: TypeDefId, bound: Bound, name: &Ident, sink: &mut Sink) {
    let def = &world.program.types[id.0 as usize];
    if def.derives.iter().any(|(known, _)| *known == bound) {
        return;
    }
    let Some((place, part)) = culprit(world, id, bound) else {
        return;
    };
    sink.push(
        Diagnostic::new(
            Code::DERIVE_FIELD,
            name.span,
            format!(
                "`{}` cannot derive `{}`: {place} holds `{part}`, which has no `{}`",
                def.name,
                bound.name(),
                bound.name()
            ),
        )
        .label(format!("`{part}` has no `{}`", bound.name())),
    );
}

/// Whether an interface is one that types can derive.
pub fn is_derivable(bound: Bound) -> bool {
    DERIVABLE.contains(&bound)
}
