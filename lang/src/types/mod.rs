//! Type checking: Hindley–Milner inference with levels over resolved items, one binding group at a time.
//!
//! Declarations are converted first ([`decls`], [`signature`]), then each binding group ([`group`]) is inferred in a
//! fresh [`arena`]: [`infer`] builds the typed tree with [`hole`]s for types, [`finish`] fills them in.

mod arena;
mod convert;
mod decls;
mod derive;
mod finish;
mod group;
mod hole;
mod infer;
mod messages;
mod mismatch;
mod scheme;
pub mod show;
mod signature;

#[cfg(test)]
pub(crate) mod tests;

use arena::Arena;
use convert::{AliasState, Converter};
use infer::{Frame, Infer};

use crate::diagnostics::Sink;
use crate::resolve::{FuncSource, World, deps};
use crate::typed::{Con, FieldDef, FuncId, ModuleId, Program, Shape, Ty};

/// Checks all items of a compilation and fills in the program.
pub fn check(world: &mut World<'_>, sink: &mut Sink) {
    let mut aliases = vec![AliasState::New; world.aliases.len()];
    let mut converter = Converter {
        world,
        sink,
        aliases: &mut aliases,
    };
    converter.declare_types();
    derive::settle(world, sink);
    let mut converter = Converter {
        world,
        sink,
        aliases: &mut aliases,
    };
    let signatures = converter.declare_functions();
    let first = world.first_func;
    let mut ready: Vec<bool> = signatures
        .iter()
        .map(|signature| signature.is_complete())
        .collect();
    let groups = deps::groups(world, |id| ready[(id.0 - first) as usize]);
    let mut arena = Arena::default();
    for group in groups {
        let native = |id: &FuncId| matches!(world.func_source(*id), Some(FuncSource::Native(_)));
        if group.iter().any(native) {
            continue;
        }
        arena.reset();
        let infer = Infer {
            world: &mut *world,
            sink: &mut *sink,
            aliases: &mut aliases,
            ready: &ready,
            arena: &mut arena,
            rigid: Vec::new(),
            members: Vec::new(),
            pending: Vec::new(),
            waiting: 0,
            f: Frame::new(FuncId(first), ModuleId(0), Vec::new(), Vec::new()),
        };
        infer.group(&group, &signatures);
        for id in group {
            ready[(id.0 - first) as usize] = true;
        }
    }
    scrub(&mut world.program, world.first_type);
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
