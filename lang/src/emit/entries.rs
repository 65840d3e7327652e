//! Entries of exported functions. Who looks a function up by its name hands over what it gives it; a function that borrows some of its
//! parameters gets an entry that owns them, calls it and drops them.
//!
//! Nearly every second function of a program of many modules is such an entry, and all are alike: one is written down directly, as what the way through
//! counting and register allocation would make of it.

use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, FuncKind, Function, Mode, ParamSlot, Place, Reg};

use crate::core::flat::ir::{Func, Program};
use crate::diagnostics::FileSet;

/// Makes exports own their arguments: the functions that this takes, to be added to the program's, which the exports lead to then.
pub(super) fn own_exports(program: &mut Program, files: &FileSet) -> Vec<Function> {
    let mut entries = Vec::new();
    for export in program
        .exports
        .iter_mut()
        .filter_map(|export| export.code.as_mut())
    {
        let Some(target) = program.funcs.get(export.func.0 as usize) else {
            continue;
        };
        if target.params.iter().any(|param| param.mode == Mode::Borrow) {
            entries.push(entry(target, export.func, files));
            export.func = FuncId((program.funcs.len() + entries.len() - 1) as u32);
        }
    }
    entries
}

fn entry(target: &Func, func: FuncId, files: &FileSet) -> Function {
    let slots = target.params.iter().map(|param| target.slot(param.var));
    let params: Vec<ParamSlot> = slots
        .map(|slot| ParamSlot {
            slot,
            mode: Mode::Own,
        })
        .collect();
    let mut regs: Vec<Slot> = params.iter().map(|param| param.slot).collect();
    let dsts = results(target, &mut regs);
    let reg = |index: usize| Reg(index as u32);
    let args = (0..params.len()).map(reg).collect();
    let values = dsts.clone();
    let mut code = vec![Inst::Call { func, dsts, args }];
    let borrowed = (0..params.len()).filter(|index| is_borrowed(target, *index));
    code.extend(borrowed.map(|index| Inst::Drop { src: reg(index) }));
    code.push(Inst::Return { values });
    let place = place(target, files);
    Function {
        name: target.name.clone(),
        kind: FuncKind::Direct,
        params,
        results: target.results.clone(),
        regs,
        code,
        lines: place.map(|place| (0, place)).into_iter().collect(),
        inlined: Vec::new(),
    }
}

fn is_borrowed(target: &Func, param: usize) -> bool {
    target.params[param].mode == Mode::Borrow
}

/// The registers of the results: those of parameters that the call consumes, as far as there are such of their kind, and further ones.
fn results(target: &Func, regs: &mut Vec<Slot>) -> Vec<Reg> {
    let mut free: Vec<usize> = (0..target.params.len())
        .filter(|param| !is_borrowed(target, *param))
        .collect();
    let register = |slot: &Slot| {
        let index = match free.iter().position(|index| regs[*index] == *slot) {
            Some(at) => free.remove(at),
            None => {
                regs.push(*slot);
                regs.len() - 1
            }
        };
        Reg(index as u32)
    };
    target.results.iter().map(register).collect()
}

fn place(target: &Func, files: &FileSet) -> Option<Place> {
    let span = target.span.span;
    let at = files.get(span.file)?.line_column(span.start);
    Some(Place {
        file: span.file.0,
        line: at.line,
        column: at.column,
        inlined: 0,
    })
}
