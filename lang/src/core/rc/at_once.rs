//! Which references read out of others are better owned from the start.

use rustc_hash::FxHashSet;
use snow_bytecode::inst::{Access, Inst};

use super::signatures::Signatures;
use crate::core::flat::ir::{Block, End, Func, Stmt, Var};
use crate::stack::with_stack;

/// References that are read out of another and consumed once, in the same block: owned from the start, which saves a dup.
pub(super) fn consumed_at_once(func: &Func, signatures: &Signatures) -> FxHashSet<Var> {
    let mut found = Reads {
        signatures,
        reads: vec![(0, 0, 0); func.vars.len()],
        block: 0,
        blocks: 0,
    };
    found.block(&func.body);
    let mut owned = FxHashSet::default();
    found.choose(&func.body, &mut owned);
    owned
}

/// Per variable: reads, consumptions, and the block of the last one.
struct Reads<'a> {
    signatures: &'a Signatures,
    reads: Vec<(u32, u32, u32)>,
    block: u32,
    blocks: u32,
}

impl Reads<'_> {
    fn block(&mut self, block: &Block) {
        with_stack(|| {
            let outer = self.block;
            self.blocks += 1;
            self.block = self.blocks;
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Inst(inst, _) => self.inst(inst),
                    Stmt::Join(join) => self.block(&join.body),
                }
            }
            match &block.end {
                End::Leave(inst, _) | End::Branch { inst, .. } | End::Switch { inst, .. } => {
                    self.inst(inst);
                }
                End::Jump(_, args) => args.iter().for_each(|arg| self.read(*arg, 1)),
            }
            block.end.blocks().for_each(|block| self.block(block));
            self.block = outer;
        });
    }

    fn inst(&mut self, inst: &Inst) {
        inst.accesses(self.signatures.callee(inst), &mut |access| match access {
            Access::Use(var) => self.read(var, 0),
            Access::Take(var) => self.read(var, 1),
            Access::Def(_) => {}
        });
    }

    fn read(&mut self, var: Var, takes: u32) {
        let entry = &mut self.reads[var.0 as usize];
        *entry = (entry.0 + 1, entry.1 + takes, self.block);
    }

    /// Walks the blocks in the same order again and picks the variables.
    fn choose(&mut self, body: &Block, owned: &mut FxHashSet<Var>) {
        self.block = 0;
        self.blocks = 0;
        self.choose_in(body, owned);
    }

    fn choose_in(&mut self, block: &Block, owned: &mut FxHashSet<Var>) {
        with_stack(|| {
            self.blocks += 1;
            let number = self.blocks;
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Inst(inst, _) if inst.borrows_from().is_some() => {
                        inst.defs(&mut |var| {
                            if self.reads[var.0 as usize] == (1, 1, number) {
                                owned.insert(var);
                            }
                        });
                    }
                    Stmt::Inst(..) => {}
                    Stmt::Join(join) => self.choose_in(&join.body, owned),
                }
            }
            block
                .end
                .blocks()
                .for_each(|block| self.choose_in(block, owned));
        });
    }
}
