//! Type checking: Hindley–Milner inference with levels over resolved items, one binding group at a time.
//!
//! Declarations are converted first ([`decls`], [`signature`]), then each binding group ([`group`]) is inferred in a
//! fresh [`arena`]: [`infer`] builds the typed tree with [`hole`]s for types, [`finish`] fills them in.

mod arena;
mod convert;
mod decls;
mod derive;
mod finish;
mod generics;
mod group;
mod hole;
mod impl_signatures;
mod impls;
mod infer;
mod interfaces;
mod mailbox;
mod messages;
mod mismatch;
mod overlap;
mod require;
mod scheme;
pub mod show;
mod signature;
mod solve;

#[cfg(test)]
pub(crate) mod tests;

use arena::Arena;
use convert::{AliasState, Converter};
use infer::{Frame, Infer};
use signature::Signature;

use crate::diagnostics::Sink;
use crate::resolve::{FuncSource, World, deps};
use crate::syntax::ast::Span;
use crate::typed::{Con, FieldDef, FuncId, ImplId, ModuleId, Program, Shape, Ty};

/// Checks all items of a compilation and fills in the program.
pub fn check(world: &mut World<'_>, sink: &mut Sink) {
    let declared = declare(world, sink);
    infer(world, sink, declared, |_, _| true, |_, _| {});
}

/// The items of a compilation with all that is written of their types.
pub struct Declared {
    signatures: Vec<Signature>,
    /// Functions whose signatures are known.
    ready: Vec<bool>,
    aliases: Vec<AliasState>,
    interfaces: Vec<AliasState>,
}

impl Declared {
    /// Says that the program has all of a function's type.
    pub fn settle(&mut self, id: FuncId, first: u32) {
        if let Some(index) = id.0.checked_sub(first) {
            self.ready[index as usize] = true;
        }
    }
}

/// Converts declarations.
pub fn declare(world: &mut World<'_>, sink: &mut Sink) -> Declared {
    let mut aliases = vec![AliasState::New; world.aliases.len()];
    let mut interfaces = vec![AliasState::New; world.interfaces.len()];
    let mut converter = Converter::new(world, sink, &mut aliases, &mut interfaces);
    converter.declare_types();
    converter.declare_interfaces();
    converter.declare_type_bounds();
    converter.declare_impls();
    derive::settle(world, sink);
    implementations(world, sink, &mut aliases, &mut interfaces);
    let mut converter = Converter::new(world, sink, &mut aliases, &mut interfaces);
    let signatures = converter.declare_functions();
    let complete = signatures.iter().map(Signature::is_complete);
    Declared {
        ready: complete.collect(),
        signatures,
        aliases,
        interfaces,
    }
}

/// Checks that implementations have what their interfaces require of types.
fn implementations(
    world: &mut World<'_>,
    sink: &mut Sink,
    aliases: &mut Vec<AliasState>,
    interfaces: &mut Vec<AliasState>,
) {
    let first = world.first_func;
    let mut arena = Arena::default();
    for index in 0..world.impls.len() as u32 {
        let id = ImplId(world.first_impl + index);
        arena.reset();
        let shared = Shared {
            world: &mut *world,
            sink: &mut *sink,
            aliases: &mut *aliases,
            interfaces: &mut *interfaces,
            ready: &[],
            arena: &mut arena,
        };
        infer_with(shared, first).implementation(id);
    }
}

/// Infers the functions that are chosen, one binding group at a time; `wrong` hears of those with mistakes.
pub fn infer(
    world: &mut World<'_>,
    sink: &mut Sink,
    declared: Declared,
    chosen: impl Fn(FuncId, &World<'_>) -> bool,
    mut wrong: impl FnMut(&World<'_>, FuncId),
) {
    let Declared {
        signatures,
        mut ready,
        mut aliases,
        mut interfaces,
    } = declared;
    let first = world.first_func;
    let mut arena = Arena::default();
    let groups = deps::groups(world, |id| ready[(id.0 - first) as usize]);
    for group in groups {
        let native = |id: &FuncId| matches!(world.func_source(*id), Some(FuncSource::Native(_)));
        let skipped = |id: &FuncId| signatures[(id.0 - first) as usize].skipped;
        let bare = |id: &FuncId| world.is_bare_method(*id);
        let other = |id: &FuncId| !chosen(*id, world);
        let left_out = |id: &FuncId| native(id) || skipped(id) || bare(id) || other(id);
        if group.iter().any(left_out) {
            continue;
        }
        arena.reset();
        let before = sink.error_count();
        let shared = Shared {
            world: &mut *world,
            sink: &mut *sink,
            aliases: &mut aliases,
            interfaces: &mut interfaces,
            ready: &ready,
            arena: &mut arena,
        };
        infer_with(shared, first).group(&group, &signatures);
        let failed = sink.error_count() > before;
        for id in group {
            ready[(id.0 - first) as usize] = true;
            if failed {
                wrong(world, id);
            }
        }
    }
    scrub(&mut world.program, world.first_type);
}

/// What inference of all groups shares.
struct Shared<'c, 'a> {
    world: &'c mut World<'a>,
    sink: &'c mut Sink,
    aliases: &'c mut Vec<AliasState>,
    interfaces: &'c mut Vec<AliasState>,
    ready: &'c [bool],
    arena: &'c mut Arena,
}

fn infer_with<'c, 'a>(shared: Shared<'c, 'a>, first: u32) -> Infer<'c, 'a> {
    Infer {
        world: shared.world,
        sink: shared.sink,
        aliases: shared.aliases,
        interfaces: shared.interfaces,
        ready: shared.ready,
        arena: shared.arena,
        rigid: Vec::new(),
        members: Vec::new(),
        pending: Vec::new(),
        waiting: 0,
        stuck: Vec::new(),
        clashed: (Span::default(), arena::TyId::ERROR),
        settled: Default::default(),
        f: Frame::new(FuncId(first), ModuleId(0), Vec::new(), Vec::new()),
    }
}

/// Replaces the error type in declarations, so that later checks of sound functions meet finished types only.
fn scrub(program: &mut Program, first: u32) {
    for def in program.types.iter_mut().skip(first as usize) {
        let fields: Vec<&mut FieldDef> = match &mut def.shape {
            Shape::Struct(fields) => fields.iter_mut().collect(),
            Shape::Sum(variants) => variants.iter_mut().flat_map(|v| &mut v.fields).collect(),
        };
        for field in fields {
            field.ty = scrubbed(&field.ty);
        }
    }
}

fn scrubbed(ty: &Ty) -> Ty {
    match ty {
        Ty::Param(_) if hole::as_type(ty).is_some() => Ty::con(Con::Unit),
        Ty::Param(_) => ty.clone(),
        Ty::App(con, parts) => Ty::app(*con, parts.iter().map(scrubbed).collect::<Vec<Ty>>()),
    }
}
