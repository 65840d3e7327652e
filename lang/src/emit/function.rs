//! From linear code to a function of the module: registers for variables, moves in order, labels as indices, the line table.

use rustc_hash::FxHashMap;
use snow_bytecode::inst::{Inst, OperandMut};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, Function, Label, ParamSlot, Place, Reg};

use super::linear::{Step, linearise};
use super::moves;
use super::registers::Registers;
use crate::core::flat::ir::Func;
use crate::diagnostics::FileSet;
use crate::syntax::ast::Span;

/// Emits a function.
pub(super) fn emit(func: &Func, id: FuncId, files: &FileSet) -> Function {
    let linear = linearise(func, id);
    let mut writer = Writer {
        registers: Registers::allocate(func, &linear),
        code: Vec::new(),
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
    shorten(&mut code);
    remove_idle_jumps(&mut code, &mut lines);
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

/// How many jumps in a row are followed.
const CHAIN: usize = 8;

/// Jumps to jumps go to where those go; jumps to returns return.
fn shorten(code: &mut [Inst]) {
    for index in 0..code.len() {
        let mut inst = std::mem::replace(&mut code[index], Inst::Jump { target: Label(0) });
        inst.targets_mut(&mut |label| *label = end_of_chain(code, *label, index));
        if let Inst::Jump { target } = inst
            && let Some(Inst::Return { values }) = code.get(target.0 as usize)
        {
            inst = Inst::Return {
                values: values.clone(),
            };
        }
        code[index] = inst;
    }
}

fn end_of_chain(code: &[Inst], mut label: Label, from: usize) -> Label {
    for _ in 0..CHAIN {
        match code.get(label.0 as usize) {
            Some(Inst::Jump { target }) if label.0 as usize != from => label = *target,
            _ => break,
        }
    }
    label
}

/// Removes jumps to the next instruction, and code that no path reaches.
fn remove_idle_jumps(code: &mut Vec<Inst>, lines: &mut Vec<(u32, Place)>) {
    loop {
        let reached = reached(code);
        let keep: Vec<bool> = code
            .iter()
            .enumerate()
            .map(|(index, inst)| {
                let idle = matches!(inst, Inst::Jump { target } if target.0 as usize == index + 1);
                reached[index] && !idle
            })
            .collect();
        if keep.iter().all(|keep| *keep) {
            return;
        }
        let mut new_index = Vec::with_capacity(code.len() + 1);
        let mut kept = 0u32;
        for keep in &keep {
            new_index.push(kept);
            kept += u32::from(*keep);
        }
        new_index.push(kept);
        let mut index = 0;
        code.retain(|_| {
            index += 1;
            keep[index - 1]
        });
        for inst in code.iter_mut() {
            inst.targets_mut(&mut |label| label.0 = new_index[label.0 as usize]);
        }
        move_lines(lines, &new_index, kept);
    }
}

/// Lines follow their instructions; of several at one index the last holds.
fn move_lines(lines: &mut Vec<(u32, Place)>, new_index: &[u32], count: u32) {
    let mut moved: Vec<(u32, Place)> = Vec::with_capacity(lines.len());
    for (index, place) in lines.drain(..) {
        let index = new_index[index as usize];
        if moved.last().is_some_and(|(last, _)| *last == index) {
            moved.pop();
        }
        if index < count && moved.last().is_none_or(|(_, last)| *last != place) {
            moved.push((index, place));
        }
    }
    *lines = moved;
}

fn reached(code: &[Inst]) -> Vec<bool> {
    let mut reached = vec![false; code.len()];
    let mut queue = vec![0usize];
    while let Some(index) = queue.pop() {
        if index >= code.len() || std::mem::replace(&mut reached[index], true) {
            continue;
        }
        let inst = &code[index];
        inst.targets(&mut |label| queue.push(label.0 as usize));
        if !inst.is_terminator() {
            queue.push(index + 1);
        }
    }
    reached
}
