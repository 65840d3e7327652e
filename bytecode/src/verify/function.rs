//! Signature, registers and line table of a function.

use super::error::{Check, Fault, Rule, ensure};
use super::tables::{known_type, params, register_slot, value_slot};
use crate::layout::{Layouts, MAX_UNBOXED, Slot};
use crate::module::{FuncKind, Function, Module, ParamSlot, Place};
use crate::types::{Type, TypeId};

/// The largest number of registers: a register has 16 bits.
const MAX_REGS: usize = 1 << 16;

/// Checks everything about a function but its code.
pub(super) fn check(module: &Module, layouts: &Layouts, func: &Function) -> Check {
    ensure(func.regs.len() <= MAX_REGS, Rule::Signature, || {
        format!("{} registers", func.regs.len())
    })?;
    params(module, layouts, &func.params)?;
    let first = func.regs.get(..func.params.len());
    let same = first.is_some_and(|regs| {
        regs.iter()
            .zip(&func.params)
            .all(|(reg, param)| *reg == param.slot)
    });
    ensure(same, Rule::Signature, || {
        "the first registers are not the parameters".into()
    })?;
    func.regs
        .iter()
        .try_for_each(|slot| register_slot(module, layouts, *slot))?;
    let results = func.results.len();
    ensure(
        (1..=MAX_UNBOXED).contains(&results),
        Rule::Signature,
        || format!("{results} results"),
    )?;
    func.results
        .iter()
        .try_for_each(|slot| value_slot(module, layouts, *slot))?;
    if let FuncKind::Closure { fun_type, captures } = &func.kind {
        closure(module, layouts, func, *fun_type)?;
        captures
            .iter()
            .try_for_each(|slot| value_slot(module, layouts, *slot))?;
    }
    ensure(!func.code.is_empty(), Rule::Target, || {
        "there is no code".into()
    })?;
    ensure(u32::try_from(func.code.len()).is_ok(), Rule::Target, || {
        "there is too much code".into()
    })?;
    lines(module, func)
}

/// The signature follows from the function type.
fn closure(module: &Module, layouts: &Layouts, func: &Function, fun_type: TypeId) -> Check {
    known_type(module, fun_type)?;
    let Type::Fun { params, ret } = module.types.get(fun_type) else {
        return Err(Fault::new(
            Rule::Signature,
            format!("{fun_type} is no function type"),
        ));
    };
    let slots = params
        .iter()
        .flat_map(|ty| layouts.slots(*ty).iter().copied());
    let expected = std::iter::once(Slot::Ref(fun_type))
        .chain(slots)
        .map(ParamSlot::owned);
    ensure(
        func.params.iter().copied().eq(expected),
        Rule::Signature,
        || format!("parameters do not follow from {fun_type}"),
    )?;
    ensure(func.results == layouts.slots(*ret), Rule::Signature, || {
        format!("results do not follow from {fun_type}")
    })
}

fn lines(module: &Module, func: &Function) -> Check {
    for pair in func.lines.windows(2) {
        ensure(pair[0].0 < pair[1].0, Rule::Lines, || {
            format!("@{} comes after @{}", pair[1].0, pair[0].0)
        })?;
    }
    for (index, place) in &func.lines {
        ensure((*index as usize) < func.code.len(), Rule::Lines, || {
            format!("@{index} is past the end")
        })?;
        known_place(module, *place, func.inlined.len())?;
    }
    for (entries, entry) in func.inlined.iter().enumerate() {
        // Only earlier entries: a trace comes to an end.
        let call = entry.call;
        call.map_or(Ok(()), |place| known_place(module, place, entries))?;
    }
    Ok(())
}

fn known_place(module: &Module, place: Place, entries: usize) -> Check {
    let known = (place.file as usize) < module.files.len();
    ensure(known, Rule::Unknown, || {
        format!("file {} does not exist", place.file)
    })?;
    let known = place.inlined as usize <= entries;
    ensure(known, Rule::Unknown, || {
        format!("inlined call {} does not exist here", place.inlined)
    })
}
