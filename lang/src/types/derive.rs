//! Which interfaces structs and sum types have: `deriving` lists, and what is derived without one.
//!
//! A type has an interface when all its fields have it; parameters in fields become conditions. Recursive types are
//! settled by assuming the interface and taking it away until nothing changes.

use crate::diagnostics::{Code, Diagnostic, Sink, did_you_mean};
use crate::resolve::World;
use crate::syntax::ast::Ident;
use crate::typed::{Con, FieldDef, InterfaceId, Program, Shape, Ty, TypeDef, TypeDefId};

/// What types can derive today.
const DERIVABLE: [InterfaceId; 5] = [
    InterfaceId::EQ,
    InterfaceId::ORD,
    InterfaceId::DISPLAY,
    InterfaceId::DEBUG,
    InterfaceId::HASH,
];

/// Settles the derived interfaces of all types of this compilation.
pub fn settle(world: &mut World<'_>, sink: &mut Sink) {
    let first = world.first_type as usize;
    let wanted: Vec<Wanted> = world
        .types
        .iter()
        .enumerate()
        .map(|(index, source)| match source.deriving() {
            None => Wanted::AsFarAsPossible,
            Some(list) => {
                let con = Con::Adt(TypeDefId((first + index) as u32));
                let has_eq = !world.impls_of(InterfaceId::EQ, con).is_empty();
                let def = &world.program.types[first + index];
                Wanted::Listed(listed(def, has_eq, list, sink))
            }
        })
        .collect();
    for (index, wanted) in wanted.iter().enumerate() {
        let con = Con::Adt(TypeDefId((first + index) as u32));
        let mut claims = wanted.bounds();
        // What is implemented is not derived.
        claims.retain(|&bound| world.impls_of(bound, con).is_empty());
        let def = &mut world.program.types[first + index];
        def.derives = claims
            .into_iter()
            .map(|bound| (bound, Vec::new()))
            .collect();
    }
    shrink(world, first);
    for (index, wanted) in wanted.iter().enumerate() {
        let def = &mut world.program.types[first + index];
        def.display = def
            .derives
            .iter()
            .any(|(bound, _)| *bound == InterfaceId::DISPLAY);
        if let Wanted::Listed(list) = wanted {
            let id = TypeDefId((first + index) as u32);
            list.iter()
                .for_each(|(bound, name)| underived(world, id, *bound, name, sink));
        }
    }
}

enum Wanted {
    AsFarAsPossible,
    Listed(Vec<(InterfaceId, Ident)>),
}

impl Wanted {
    fn bounds(&self) -> Vec<InterfaceId> {
        match self {
            Wanted::AsFarAsPossible => vec![
                InterfaceId::EQ,
                InterfaceId::ORD,
                InterfaceId::DEBUG,
                InterfaceId::HASH,
            ],
            Wanted::Listed(list) => list.iter().map(|(bound, _)| *bound).collect(),
        }
    }
}

/// The known interfaces of a `deriving` list; `has_eq` when `Eq` is implemented.
fn listed(
    def: &TypeDef,
    has_eq: bool,
    list: &[Ident],
    sink: &mut Sink,
) -> Vec<(InterfaceId, Ident)> {
    let mut out: Vec<(InterfaceId, Ident)> = Vec::new();
    for name in list {
        let bound = InterfaceId::lang(&name.name).filter(|bound| DERIVABLE.contains(bound));
        match bound {
            Some(bound) => out.push((bound, name.clone())),
            None if crate::expand::GENERATED.contains(&name.name.as_str()) => {}
            None => sink.push(unknown(def, name)),
        }
    }
    let has = |wanted: InterfaceId| out.iter().any(|(bound, _)| *bound == wanted);
    if has(InterfaceId::ORD)
        && !has(InterfaceId::EQ)
        && !has_eq
        && let Some((_, ord)) = out.iter().find(|(bound, _)| *bound == InterfaceId::ORD)
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
    let names = DERIVABLE.iter().map(|bound| lang_name(*bound));
    let names = names.chain(crate::expand::GENERATED.iter().copied());
    Diagnostic::new(
        Code::UNKNOWN_DERIVE,
        name.span,
        format!("cannot derive `{text}` for `{}`", def.name),
    )
    .label("no interface of this name can be derived")
    .maybe_help(did_you_mean(text, names))
    .help("types can derive Eq, Ord, Display, Debug, Hash, Default, Json and Row")
}

/// Takes interfaces away and adds conditions until every remaining claim holds.
fn shrink(world: &mut World<'_>, first: usize) {
    loop {
        let mut changed = false;
        for index in first..world.program.types.len() {
            let claims = world.program.types[index].derives.clone();
            let mut next = Vec::with_capacity(claims.len());
            for (bound, params) in claims {
                let mut needed = params.clone();
                let holds = fields(&world.program.types[index].shape)
                    .all(|field| lacking(world, &field.ty, bound, &mut needed).is_none());
                changed |= !holds || needed.len() != params.len();
                if holds {
                    next.push((bound, needed));
                }
            }
            world.program.types[index].derives = next;
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

/// What parameters must have.
type Conditions = Vec<(u32, InterfaceId)>;

/// The first part of a type that lacks an interface; adds what parameters must have for that to `needed`.
fn lacking<'t>(
    world: &World<'_>,
    ty: &'t Ty,
    bound: InterfaceId,
    needed: &mut Conditions,
) -> Option<&'t Ty> {
    let (con, args) = match ty {
        Ty::Param(number) => {
            if super::hole::as_type(ty).is_none() && !needed.contains(&(*number, bound)) {
                needed.push((*number, bound));
            }
            return None;
        }
        Ty::App(con, args) => (*con, args),
    };
    let Some(conditions) = conditions(world, con, args, bound) else {
        return Some(ty);
    };
    conditions
        .into_iter()
        .find_map(|(at, bound)| lacking(world, args.get(at as usize)?, bound, needed))
}

/// What the arguments of a constructor must have for it to have an interface; `None` when it never has.
fn conditions(world: &World<'_>, con: Con, args: &[Ty], bound: InterfaceId) -> Option<Conditions> {
    if let Some(&id) = world.impls_of(bound, con).first() {
        return Some(impl_conditions(&world.program, id, args.len()));
    }
    match con {
        Con::Adt(id) => {
            let derives = &world.program.types[id.0 as usize].derives;
            let claim = derives.iter().find(|(known, _)| *known == bound)?;
            Some(claim.1.clone())
        }
        _ if !has(con, bound) => None,
        _ if con.is_opaque() => Some(Vec::new()),
        _ => Some((0..args.len() as u32).map(|at| (at, bound)).collect()),
    }
}

/// The bounds of an implementation on what the arguments of its type are.
fn impl_conditions(program: &Program, id: crate::typed::ImplId, count: usize) -> Conditions {
    let decl = program.implementation(id);
    let Ty::App(_, targets) = &decl.target else {
        return Vec::new();
    };
    let targets = targets.iter().take(count).enumerate();
    let on = targets.flat_map(|(at, target)| {
        let bounds = match target {
            Ty::Param(number) => decl.type_params.get(*number as usize),
            Ty::App(..) => None,
        };
        let bounds = bounds.map_or(&[][..], |param| &param.bounds);
        bounds.iter().map(move |bound| (at as u32, bound.interface))
    });
    on.collect()
}

/// Whether a built-in constructor has an interface, given that its arguments have it.
pub fn has(con: Con, bound: InterfaceId) -> bool {
    match bound {
        InterfaceId::DISPLAY | InterfaceId::DEBUG => true,
        InterfaceId::EQ | InterfaceId::HASH => con != Con::Fun,
        InterfaceId::ORD => !matches!(con, Con::Fun | Con::Map | Con::Set | Con::Range),
        InterfaceId::ADD
        | InterfaceId::SUB
        | InterfaceId::MUL
        | InterfaceId::DIV
        | InterfaceId::REM
        | InterfaceId::NEG => {
            matches!(con, Con::Int | Con::Float)
        }
        InterfaceId::CONCAT => matches!(con, Con::String | Con::Bytes),
        InterfaceId::COMPARISON => con == Con::Int,
        _ => false,
    }
}

/// The field that keeps a type from having an interface, in words, and the part of its type that lacks it.
pub fn culprit(world: &World<'_>, id: TypeDefId, bound: InterfaceId) -> Option<(String, String)> {
    let def = &world.program.types[id.0 as usize];
    let shower = super::show::Shower::new(&world.program, def.module);
    fields(&def.shape).find_map(|field| {
        let part = lacking(world, &field.ty, bound, &mut Vec::new())?;
        let place = match field.name.as_str() {
            "" => "a field".to_owned(),
            name => format!("field `{name}`"),
        };
        Some((place, shower.closed(part, &def.type_params)))
    })
}

/// Reports a listed interface that a field does not allow.
fn underived(world: &World<'_>, id: TypeDefId, bound: InterfaceId, name: &Ident, sink: &mut Sink) {
    let def = &world.program.types[id.0 as usize];
    let written = !world.impls_of(bound, Con::Adt(id)).is_empty();
    if written || def.derives.iter().any(|(known, _)| *known == bound) {
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
                lang_name(bound),
                lang_name(bound)
            ),
        )
        .label(format!("`{part}` has no `{}`", lang_name(bound))),
    );
}

/// Whether an interface is one that types can derive.
pub fn is_derivable(bound: InterfaceId) -> bool {
    matches!(
        bound,
        InterfaceId::DEFAULT | InterfaceId::JSON | InterfaceId::ROW
    ) || DERIVABLE.contains(&bound)
}

/// The name of an interface of the language.
fn lang_name(id: InterfaceId) -> &'static str {
    InterfaceId::LANG.get(id.0 as usize).copied().unwrap_or("")
}
