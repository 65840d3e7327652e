//! From structured blocks to a row of instructions with labels: the order of code, fall-through, cold code last.

use rustc_hash::FxHashMap;
use snow_bytecode::inst::Inst;
use snow_bytecode::module::{FuncId, Label};

use crate::core::flat::ir::{Block, End, Func, Join, Stmt, Var};
use crate::core::ir::JoinId;
use crate::core::ir::Site;
use crate::stack::with_stack;

/// One step of linear code.
#[derive(Debug)]
pub(super) enum Step {
    /// An instruction; its labels are label numbers.
    Inst(Inst, Site),
    /// Several moves at once (destination, source), at a depth of loops.
    Moves(Vec<(Var, Var)>, u32),
    /// Where a label is.
    Label(Label),
}

/// Linear code of a function.
#[derive(Debug)]
pub(super) struct Linear {
    /// In order.
    pub steps: Vec<Step>,
    /// Number of labels.
    pub labels: u32,
}

/// Lays out the code of a function; `before` comes first and is not part of the loop that the function may be.
pub(super) fn linearise(func: &Func, id: FuncId, before: &[Stmt]) -> Linear {
    let mut writer = Writer {
        func,
        id,
        linear: Linear {
            steps: Vec::new(),
            labels: 0,
        },
        joins: FxHashMap::default(),
        entry: Label(0),
        cold: Vec::new(),
        depth: 0,
    };
    for stmt in before {
        if let Stmt::Inst(inst, span) = stmt {
            writer.inst(inst.clone(), *span);
        }
    }
    writer.entry = writer.label();
    writer.place(writer.entry);
    writer.block(&func.body);
    for (label, inst, span) in std::mem::take(&mut writer.cold) {
        writer.place(label);
        writer.linear.steps.push(Step::Inst(inst, span));
    }
    writer.linear
}

struct Writer<'a> {
    func: &'a Func,
    id: FuncId,
    linear: Linear,
    joins: FxHashMap<JoinId, (Label, &'a [Var])>,
    entry: Label,
    /// Crashes, to be placed at the end.
    cold: Vec<(Label, Inst, Site)>,
    depth: u32,
}

impl<'a> Writer<'a> {
    fn label(&mut self) -> Label {
        self.linear.labels += 1;
        Label(self.linear.labels - 1)
    }

    fn place(&mut self, label: Label) {
        self.linear.steps.push(Step::Label(label));
    }

    fn inst(&mut self, inst: Inst, span: Site) {
        self.linear.steps.push(Step::Inst(inst, span));
    }

    fn jump(&mut self, target: Label) {
        self.inst(Inst::Jump { target }, Site::default());
    }

    fn moves(&mut self, dsts: &[Var], srcs: &[Var]) {
        let moves: Vec<(Var, Var)> = dsts.iter().copied().zip(srcs.iter().copied()).collect();
        if !moves.is_empty() {
            self.linear.steps.push(Step::Moves(moves, self.depth));
        }
    }

    fn block(&mut self, block: &'a Block) {
        with_stack(|| {
            let mut joins: Vec<&'a Join> = Vec::new();
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Inst(inst, span) => self.statement(inst, *span),
                    Stmt::Join(join) => {
                        let label = self.label();
                        self.joins.insert(join.id, (label, &join.params));
                        joins.push(join);
                    }
                }
            }
            self.end(&block.end);
            // Later joins may lead to earlier ones.
            for join in joins.into_iter().rev() {
                let (label, _) = self.joins[&join.id];
                self.place(label);
                self.depth += u32::from(join.looping);
                self.block(&join.body);
                self.depth -= u32::from(join.looping);
            }
        });
    }

    /// An instruction in the middle of a block; one that may fail gets its own crash.
    fn statement(&mut self, inst: &Inst, span: Site) {
        let mut inst = inst.clone();
        if let Inst::MapGet { target, .. } = &mut inst
            && let Some((text, place)) = self.func.crashes.get(target.0 as usize)
        {
            let kind = snow_bytecode::inst::CrashKind::Message;
            *target = self.label();
            self.cold
                .push((*target, Inst::Crash { kind, text: *text }, *place));
        }
        self.inst(inst, span);
    }

    fn end(&mut self, end: &'a End) {
        match end {
            End::Leave(Inst::TailCall { func, args }, _) if *func == self.id => {
                let params: Vec<Var> = self.func.params.iter().map(|param| param.var).collect();
                self.depth += 1;
                self.moves(&params, args);
                self.depth -= 1;
                self.jump(self.entry);
            }
            End::Leave(inst, span) => self.inst(inst.clone(), *span),
            End::Jump(id, args) => {
                let (label, params) = self.joins[id];
                self.moves(params, args);
                self.jump(label);
            }
            End::Branch {
                inst,
                span,
                fall,
                target,
            } => {
                let label = self.target(target);
                let mut inst = inst.clone();
                inst.targets_mut(&mut |target| *target = label);
                self.inst(inst, *span);
                self.block(fall);
                self.below(label, target);
            }
            End::Switch {
                inst,
                span,
                arms,
                default,
            } => self.switch(inst, *span, arms, default),
        }
    }

    fn switch(&mut self, inst: &Inst, span: Site, arms: &'a [(u32, Block)], default: &'a Block) {
        let other = self.target(default);
        let labels: Vec<Label> = arms.iter().map(|(_, arm)| self.target(arm)).collect();
        let count = arms.last().map_or(0, |(index, _)| *index as usize + 1);
        let mut table = vec![other; count];
        for ((index, _), label) in arms.iter().zip(&labels) {
            table[*index as usize] = *label;
        }
        let mut inst = inst.clone();
        if let Inst::Switch {
            targets, default, ..
        }
        | Inst::SwitchTag {
            targets, default, ..
        } = &mut inst
        {
            *targets = table;
            *default = other;
        }
        self.inst(inst, span);
        for ((_, arm), label) in arms.iter().zip(labels) {
            self.below(label, arm);
        }
        self.below(other, default);
    }

    /// The label of a block that is jumped to; a mere crash is put with the cold code.
    fn target(&mut self, block: &'a Block) -> Label {
        let label = self.label();
        if let (true, End::Leave(inst, span)) = (block.only_crashes(), &block.end) {
            self.cold.push((label, inst.clone(), *span));
        }
        label
    }

    /// Places a block that was not put with the cold code.
    fn below(&mut self, label: Label, block: &'a Block) {
        if !block.only_crashes() {
            self.place(label);
            self.block(block);
        }
    }
}
