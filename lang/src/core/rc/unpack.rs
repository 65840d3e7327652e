//! Takes dying values apart: where all later reads of an owned cell, box or list only take parts out of it, one instruction moves the parts out
//! (`Unpack`, `UnboxTake`, `ListUncons`); where a part is consumed and later replaced in the same cell, list or map, it leaves a hole
//! meanwhile (`TakeSlot`, `ListTake`, `MapTake`).

use rustc_hash::{FxHashMap, FxHashSet};
use snow_bytecode::inst::{Inst, OperandMut};
use snow_bytecode::layout::{Layouts, Slot};
use snow_bytecode::module::Mode;

use super::apart::fill;
use super::signatures::Signatures;
use super::uses::{Extent, Uses};
use crate::core::flat::ir::{Block, End, Func, Stmt, Var};
use crate::stack::with_stack;

/// Transforms a function, whose parameters' modes are decided; whether there was anything to take apart.
pub(super) fn unpack(func: &mut Func, layouts: &Layouts, signatures: &Signatures) -> bool {
    let uses = Uses::of(func, signatures);
    let mut owned: Vec<bool> = func.vars.iter().map(|info| info.slot.is_ref()).collect();
    for param in func.params.iter().filter(|p| p.mode == Mode::Borrow) {
        owned[param.var.0 as usize] = false;
    }
    let mut body = std::mem::replace(
        &mut func.body,
        Block {
            stmts: Vec::new(),
            end: End::Jump(crate::core::ir::JoinId(0), Vec::new()),
        },
    );
    let mut pass = Pass {
        func,
        layouts,
        uses,
        owned,
        tags: FxHashMap::default(),
        scope: Vec::new(),
        renamed: FxHashMap::default(),
        gone: FxHashMap::default(),
        holed: FxHashSet::default(),
        at: 0,
        blocks: 0,
        changed: false,
    };
    pass.block(&mut body);
    pass.func.body = body;
    pass.changed
}

/// What becomes of an instruction further down.
pub(super) enum Later {
    /// It is removed: its result has another name.
    Removed,
    /// `ListSet` or `MapPut` fills the hole in this list or map, at this index or key.
    Fill(Var, Var),
}

pub(super) struct Pass<'a> {
    pub func: &'a mut Func,
    pub layouts: &'a Layouts,
    pub uses: Uses,
    /// Whether a variable owns its reference.
    pub owned: Vec<bool>,
    /// Known tags of boxed sums.
    pub tags: FxHashMap<Var, u8>,
    /// Join points that code may jump to.
    pub scope: Vec<Extent>,
    pub renamed: FxHashMap<Var, Var>,
    /// By position.
    pub gone: FxHashMap<u32, Later>,
    /// Cells that a slot was taken out of: on a path that does not fill it, they can no more be unpacked.
    pub holed: FxHashSet<Var>,
    at: u32,
    blocks: usize,
    changed: bool,
}

impl Pass<'_> {
    fn block(&mut self, block: &mut Block) {
        with_stack(|| {
            let number = self.blocks;
            let end = self.uses.block_ends[number];
            self.blocks += 1;
            let scope = self.scope.len();
            let stmts = std::mem::take(&mut block.stmts);
            for stmt in stmts {
                match stmt {
                    Stmt::Inst(inst, span) => {
                        if let Some(inst) = self.inst(inst, end) {
                            block.stmts.push(Stmt::Inst(inst, span));
                        }
                    }
                    Stmt::Join(mut join) => {
                        // As the walk that collected the uses counts.
                        self.at += 1;
                        let start = self.at;
                        let looping = join.looping;
                        if looping {
                            let end = u32::MAX;
                            self.scope.push(Extent {
                                start,
                                end,
                                block: number,
                                looping,
                            });
                        }
                        self.block(&mut join.body);
                        if looping {
                            self.scope.pop();
                        }
                        let end = self.at;
                        self.scope.push(Extent {
                            start,
                            end,
                            block: number,
                            looping,
                        });
                        block.stmts.push(Stmt::Join(join));
                    }
                }
            }
            self.end(&mut block.end);
            self.scope.truncate(scope);
        });
    }

    fn end(&mut self, end: &mut End) {
        match end {
            End::Leave(inst, _) | End::Branch { inst, .. } | End::Switch { inst, .. } => {
                self.rename(inst);
            }
            End::Jump(_, args) => args.iter_mut().for_each(|arg| {
                *arg = self.renamed.get(arg).copied().unwrap_or(*arg);
            }),
        }
        self.at += 1;
        match end {
            End::Branch {
                inst, fall, target, ..
            } => {
                let tags = match inst {
                    Inst::BranchTagNot { a, tag, .. } => {
                        let other = (self.variants(*a) == 2).then_some(1 - (*tag).min(1));
                        Some((*a, Some(*tag), other))
                    }
                    _ => None,
                };
                self.tagged(tags.and_then(|(a, tag, _)| Some((a, tag?))), fall);
                self.tagged(tags.and_then(|(a, _, tag)| Some((a, tag?))), target);
            }
            End::Switch {
                inst,
                arms,
                default,
                ..
            } => {
                let on = match inst {
                    Inst::SwitchTag { a, .. } => Some(*a),
                    _ => None,
                };
                for (index, arm) in arms.iter_mut() {
                    self.tagged(on.map(|a| (a, *index as u8)), arm);
                }
                let last = on.filter(|a| self.variants(*a) == arms.len() + 1);
                let last = last.map(|a| (a, arms.len() as u8));
                self.tagged(last, default);
            }
            _ => {}
        }
    }

    /// A block in which the tag of a variable is known.
    fn tagged(&mut self, known: Option<(Var, u8)>, block: &mut Block) {
        let before = known.map(|(var, tag)| (var, self.tags.insert(var, tag)));
        self.block(block);
        match before {
            Some((var, Some(tag))) => self.tags.insert(var, tag),
            Some((var, None)) => self.tags.remove(&var),
            None => None,
        };
    }

    /// Number of variants of a boxed sum, struct or tuple.
    pub fn variants(&self, var: Var) -> usize {
        match self.func.slot(var) {
            Slot::Ref(ty) if self.layouts.is_boxed(ty) => self.layouts.cells(ty).len(),
            _ => 0,
        }
    }

    fn inst(&mut self, mut inst: Inst, block_end: u32) -> Option<Inst> {
        self.rename(&mut inst);
        let at = self.at;
        self.at += 1;
        if !self.gone.is_empty() {
            match self.gone.remove(&at) {
                Some(Later::Removed) => return None,
                Some(Later::Fill(into, place)) => inst = fill(inst, into, place),
                None => {}
            }
        }
        let apart = self.apart(&inst, at, block_end);
        self.changed |= apart.is_some();
        let inst = apart.unwrap_or(inst);
        self.note(&inst);
        Some(inst)
    }

    /// Remembers who owns what an instruction writes, and known tags.
    fn note(&mut self, inst: &Inst) {
        if let Inst::New { dst, tag, .. } = inst {
            self.tags.insert(*dst, *tag);
        }
        let lent = match inst.moves() {
            Some((_, src)) => !self.owned[src.0 as usize],
            None => inst.borrows_from().is_some(),
        };
        if lent {
            inst.defs(&mut |dst| self.owned[dst.0 as usize] = false);
        }
    }

    fn rename(&self, inst: &mut Inst) {
        if self.renamed.is_empty() {
            return;
        }
        let rename = |var: &mut Var| *var = self.renamed.get(var).copied().unwrap_or(*var);
        inst.operands_mut(&mut |operand| match operand {
            OperandMut::Use(var) | OperandMut::Take(var) => rename(var),
            OperandMut::Uses(vars) | OperandMut::Takes(vars) | OperandMut::Args(vars) => {
                vars.iter_mut().for_each(rename);
            }
            OperandMut::FieldTakes(fields) => fields.iter_mut().for_each(|(_, var)| rename(var)),
            _ => {}
        });
    }
}
