//! The module's tables: natives, exports, entry, and that there is something to run.

use super::error::{Check, Rule, ensure};
use crate::layout::{Layouts, Slot};
use crate::module::{ExportedCode, FuncId, FuncKind, Function, Module, ParamSlot};
use crate::types::TypeId;
use rustc_hash::FxHashSet;

/// Checks all tables but functions; the types have layouts.
pub(super) fn check(module: &Module, layouts: &Layouts) -> Check {
    for native in &module.natives {
        let about = |fault: super::Fault| super::Fault {
            detail: format!("native {}: {}", native.symbol, fault.detail),
            ..fault
        };
        native
            .type_args
            .iter()
            .try_for_each(|ty| known_type(module, *ty))
            .map_err(about)?;
        params(module, layouts, &native.params).map_err(about)?;
        native
            .results
            .iter()
            .try_for_each(|slot| value_slot(module, layouts, *slot))
            .map_err(about)?;
    }
    let main = direct(module, module.entry, "the entry")?;
    ensure(main.params.is_empty(), Rule::Export, || {
        format!("the entry {} has parameters", main.name)
    })?;
    let mut names = FxHashSet::default();
    for export in &module.exports {
        if let Some(code) = &export.code {
            exported(module, layouts, code, &export.name)?;
        }
        ensure(names.insert(export.name.as_str()), Rule::Export, || {
            format!("{} is exported twice", export.name)
        })?;
    }
    Ok(())
}

/// What is exported takes and gives the words of the types that the export states, and takes what it is given for its own.
fn exported(module: &Module, layouts: &Layouts, code: &ExportedCode, name: &str) -> Check {
    let func = direct(module, code.func, name)?;
    code.params
        .iter()
        .chain([&code.ret])
        .chain(&code.mailbox)
        .try_for_each(|ty| known_type(module, *ty))?;
    let takes = code.params.iter().flat_map(|ty| layouts.slots(*ty));
    let fits = takes.eq(func.params.iter().map(|param| &param.slot))
        && layouts.slots(code.ret) == func.results
        && !func.params.iter().any(ParamSlot::is_borrowed);
    ensure(fits, Rule::Export, || {
        format!("the stated types of {name} are not those of its code")
    })
}

fn direct<'m>(module: &'m Module, id: FuncId, name: &str) -> Check<&'m Function> {
    let func = module.funcs.get(id.0 as usize);
    let func = func.ok_or_else(|| {
        super::Fault::new(
            Rule::Unknown,
            format!("{name} is {id}, which does not exist"),
        )
    })?;
    ensure(func.kind == FuncKind::Direct, Rule::Export, || {
        format!("{name} is the code of a closure")
    })?;
    Ok(func)
}

/// A type id is in the table.
pub(super) fn known_type(module: &Module, ty: TypeId) -> Check {
    let known = (ty.0 as usize) < module.types.types.len();
    ensure(known, Rule::Unknown, || format!("{ty} does not exist"))
}

/// Parameters have kinds of values, and only references are borrowed.
pub(super) fn params(module: &Module, layouts: &Layouts, params: &[ParamSlot]) -> Check {
    params.iter().enumerate().try_for_each(|(index, param)| {
        value_slot(module, layouts, param.slot)?;
        let sensible = param.slot.is_ref() || !param.is_borrowed();
        ensure(sensible, Rule::Signature, || {
            format!("parameter {index} is borrowed, but no reference")
        })
    })
}

/// A kind that a parameter, result or capture may have.
pub(super) fn value_slot(module: &Module, layouts: &Layouts, slot: Slot) -> Check {
    let is_token = matches!(slot, Slot::Token(_));
    ensure(!is_token, Rule::Signature, || {
        "a token outside of registers".into()
    })?;
    register_slot(module, layouts, slot)
}

/// A kind that a register may have.
pub(super) fn register_slot(module: &Module, layouts: &Layouts, slot: Slot) -> Check {
    let (Slot::Ref(ty) | Slot::Null(ty)) = slot else {
        return Ok(());
    };
    known_type(module, ty)?;
    ensure(layouts.has_cells(&module.types, ty), Rule::Unknown, || {
        format!("{slot}: {ty} has no cells")
    })
}
