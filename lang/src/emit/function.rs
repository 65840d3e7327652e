//! From linear code to a function of the module: registers for variables, moves in order, labels as indices, the line table.

use rustc_hash::FxHashMap;
use snow_bytecode::inst::{Inst, OperandMut};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, Function, Inlined, Label, ParamSlot, Place, Reg};

use super::hoist::hoist;
use super::linear::{Step, linearise};
use super::registers::Registers;
use super::sink::sink;
use super::{jumps, moves};
use crate::core::flat::ir::Func;
use crate::core::ir::{self, Site};
use crate::diagnostics::FileSet;

/// Emits a function.
pub(super) fn emit(mut func: Func, id: FuncId, files: &FileSet) -> Function {
    let before = hoist(&mut func, id);
    let mut linear = linearise(&func, id, &before);
    sink(&mut linear);
    let func = &func;
    let mut writer = Writer {
        registers: Registers::allocate(func, &linear),
        code: Vec::with_capacity(linear.steps.len()),
        lines: Vec::new(),
        labels: vec![0; linear.labels as usize],
        last_site: None,
        places: Places {
            files,
            calls: &func.inlined,
            kept: FxHashMap::default(),
            inlined: Vec::new(),
        },
    };
    for step in linear.steps {
        match step {
            Step::Inst(inst, span) => writer.inst(inst, span),
            Step::Moves(moves, _) => writer.moves(&moves),
            Step::Label(label) => writer.labels[label.0 as usize] = writer.code.len() as u32,
        }
    }
    let mut code = writer.code;
    let mut lines = writer.lines;
    resolve(&mut code, &writer.labels);
    jumps::tidy(&mut code, &mut lines);
    let slot = |param: &crate::core::flat::ir::Param| ParamSlot {
        slot: func.slot(param.var),
        mode: param.mode,
    };
    Function {
        name: func.name.clone(),
        kind: func.kind.clone(),
        params: func.params.iter().map(slot).collect(),
        results: func.results.clone(),
        regs: writer.registers.kinds,
        code,
        lines,
        inlined: writer.places.inlined,
    }
}

struct Writer<'a> {
    registers: Registers,
    code: Vec<Inst>,
    lines: Vec<(u32, Place)>,
    labels: Vec<u32>,
    last_site: Option<Site>,
    places: Places<'a>,
}

impl Writer<'_> {
    fn inst(&mut self, mut inst: Inst, span: Site) {
        rename(&mut inst, &self.registers);
        if let Some((dst, src)) = inst.moves()
            && dst == src
            && matches!(inst, Inst::Move { .. })
        {
            return;
        }
        if may_crash(&inst) && self.last_site != Some(span) {
            self.last_site = Some(span);
            if let Some(place) = self.places.place(span) {
                self.lines.push((self.code.len() as u32, place));
            }
        }
        self.code.push(inst);
    }

    fn moves(&mut self, moves: &[(Reg, Reg)]) {
        let pairs = moves
            .iter()
            .map(|(dst, src)| (self.registers.get(*dst), self.registers.get(*src)));
        let pairs: Vec<(Reg, Reg)> = pairs.collect();
        let registers = &mut self.registers;
        let spare = |reg: Reg| {
            let kind: Slot = registers.kinds[reg.0 as usize];
            registers.spare(kind)
        };
        for (dst, src) in moves::in_order(pairs, spare) {
            self.code.push(Inst::Move { dst, src });
        }
    }
}

/// Places of code.
struct Places<'a> {
    files: &'a FileSet,
    /// Calls that were inlined.
    calls: &'a [ir::Inlined],
    /// The numbers of those that code is left of.
    kept: FxHashMap<u32, u32>,
    inlined: Vec<Inlined>,
}

impl Places<'_> {
    fn place(&mut self, site: Site) -> Option<Place> {
        let file = self.files.get(site.span.file)?;
        let at = file.line_column(site.span.start);
        Some(Place {
            file: site.span.file.0,
            line: at.line,
            column: at.column,
            inlined: self.entry(site.inlined),
        })
    }

    /// The number of an inlined call in the module. The calls around it come first.
    fn entry(&mut self, number: u32) -> u32 {
        if let Some(kept) = self.kept.get(&number) {
            return *kept;
        }
        let index = number.checked_sub(1).map(|index| index as usize);
        let Some(call) = index.and_then(|index| self.calls.get(index)) else {
            return 0;
        };
        let entry = Inlined {
            function: call.function.clone(),
            call: call.call.and_then(|site| self.place(site)),
        };
        self.inlined.push(entry);
        let kept = self.inlined.len() as u32;
        self.kept.insert(number, kept);
        kept
    }
}

/// Whether a report or a stack trace may need the instruction's place.
fn may_crash(inst: &Inst) -> bool {
    !matches!(
        inst,
        Inst::ConstInt { .. }
            | Inst::ConstFloat { .. }
            | Inst::ConstStr { .. }
            | Inst::ConstAtom { .. }
            | Inst::ConstNull { .. }
            | Inst::Move { .. }
            | Inst::Dup { .. }
            | Inst::Drop { .. }
            | Inst::IntCmp { .. }
            | Inst::IntCmpImm { .. }
            | Inst::Not { .. }
            | Inst::FloatBin { .. }
            | Inst::FloatUn { .. }
            | Inst::FloatCmp { .. }
            | Inst::IntToFloat { .. }
            | Inst::Jump { .. }
            | Inst::BranchIf { .. }
            | Inst::BranchUnless { .. }
            | Inst::BranchInt { .. }
            | Inst::BranchIntImm { .. }
            | Inst::BranchFloat { .. }
            | Inst::BranchFloatNot { .. }
            | Inst::BranchNull { .. }
            | Inst::Switch { .. }
            | Inst::SwitchTag { .. }
            | Inst::BranchTagNot { .. }
            | Inst::Load { .. }
            | Inst::LoadDup { .. }
            | Inst::Unpack { .. }
            | Inst::UnpackReuse { .. }
            | Inst::Unbox { .. }
            | Inst::UnboxTake { .. }
            | Inst::Capture { .. }
            | Inst::ListLen { .. }
            | Inst::BytesLen { .. }
    )
}

fn rename(inst: &mut Inst, registers: &Registers) {
    let rename = |reg: &mut Reg| *reg = registers.get(*reg);
    inst.operands_mut(&mut |operand| match operand {
        OperandMut::Def(reg) | OperandMut::Use(reg) | OperandMut::Take(reg) => rename(reg),
        OperandMut::Defs(regs)
        | OperandMut::Uses(regs)
        | OperandMut::Takes(regs)
        | OperandMut::Args(regs) => regs.iter_mut().for_each(rename),
        OperandMut::OptDefs(regs) => regs.iter_mut().flatten().for_each(rename),
        OperandMut::FieldTakes(fields) => fields.iter_mut().for_each(|(_, reg)| rename(reg)),
        _ => {}
    });
}

/// Label numbers become indices.
fn resolve(code: &mut [Inst], labels: &[u32]) {
    for inst in code {
        inst.targets_mut(&mut |label| *label = Label(labels[label.0 as usize]));
    }
}
