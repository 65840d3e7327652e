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

use crate::diagnostics::Sink;
use crate::resolve::{FuncSource, World, deps};
use crate::typed::{Con, FieldDef, FuncId, ImplId, ModuleId, Program, Shape, Ty};

/// Checks all items of a compilation and fills in the program.
pub fn check(world: &mut World<'_>, sink: &mut Sink) {
    let mut aliases = vec![AliasState::New; world.aliases.len()];
    let mut interfaces = vec![AliasState::New; world.interfaces.len()];
    let mut converter = Converter {
        world,
        sink,
        aliases: &mut aliases,
        interfaces: &mut interfaces,
        open_pids: false,
    };
    converter.declare_types();
    converter.declare_interfaces();
    converter.declare_type_bounds();
    converter.declare_impls();
    derive::settle(world, sink);
    let first = world.first_func;
    let mut arena = Arena::default();
    for index in 0..world.impls.len() as u32 {
        let id = ImplId(world.first_impl + index);
        arena.reset();
        let shared = Shared {
            world: &mut *world,
            sink: &mut *sink,
            aliases: &mut aliases,
            interfaces: &mut interfaces,
            ready: &[],
            arena: &mut arena,
        };
        infer_with(shared, first).implementation(id);
    }
    let mut converter = Converter {
        world,
        sink,
        aliases: &mut aliases,
        interfaces: &mut interfaces,
        open_pids: false,
    };
    let signatures = converter.declare_functions();
    let mut ready: Vec<bool> = signatures
        .iter()
        .map(|signature| signature.is_complete())
        .collect();
    let groups = deps::groups(world, |id| ready[(id.0 - first) as usize]);
    for group in groups {
        let native = |id: &FuncId| matches!(world.func_source(*id), Some(FuncSource::Native(_)));
        let skipped = |id: &FuncId| signatures[(id.0 - first) as usize].skipped;
        let bare = |id: &FuncId| world.is_bare_method(*id);
        if group.iter().any(native) || group.iter().any(skipped) || group.iter().any(bare) {
            continue;
        }
        arena.reset();
        let shared = Shared {
            world: &mut *world,
            sink: &mut *sink,
            aliases: &mut aliases,
            interfaces: &mut interfaces,
            ready: &ready,
            arena: &mut arena,
        };
        infer_with(shared, first).group(&group, &signatures);
        for id in group {
            ready[(id.0 - first) as usize] = true;
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
