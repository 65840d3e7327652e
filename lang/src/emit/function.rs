//! From linear code to a function of the module: registers for variables, moves in order, labels as indices, the line table.

use rustc_hash::FxHashMap;
use snow_bytecode::inst::{Inst, OperandMut};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, Function, Label, ParamSlot, Place, Reg};

use super::hoist::hoist;
use super::linear::{Step, linearise};
use super::registers::Registers;
use super::sink::sink;
use super::{jumps, moves};
use crate::core::flat::ir::Func;
use crate::diagnostics::FileSet;
use crate::syntax::ast::Span;

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
        last_span: None,
        places: Places {
            files,
            known: FxHashMap::default(),
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
    }
}

struct Writer<'a> {
    registers: Registers,
    code: Vec<Inst>,
    lines: Vec<(u32, Place)>,
    labels: Vec<u32>,
    last_span: Option<Span>,
    places: Places<'a>,
}

impl Writer<'_> {
    fn inst(&mut self, mut inst: Inst, span: Span) {
        rename(&mut inst, &self.registers);
        if let Some((dst, src)) = inst.moves()
            && dst == src
            && matches!(inst, Inst::Move { .. })
        {
            return;
        }
        if may_crash(&inst) && self.last_span != Some(span) {
            self.last_span = Some(span);
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

/// Places of spans, each looked up once.
struct Places<'a> {
    files: &'a FileSet,
    known: FxHashMap<Span, Option<Place>>,
}

impl Places<'_> {
    fn place(&mut self, span: Span) -> Option<Place> {
        *self.known.entry(span).or_insert_with(|| {
            let file = self.files.get(span.file)?;
            let at = file.line_column(span.start);
            Some(Place {
                file: span.file.0,
                line: at.line,
                column: at.column,
            })
        })
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
