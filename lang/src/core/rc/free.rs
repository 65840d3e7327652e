//! What the body of a loop needs from outside.

use rustc_hash::FxHashMap;
use snow_bytecode::inst::{Access, Inst};

use super::live::{Classes, Live};
use crate::core::flat::ir::{Block, End, Join, Stmt, Var};
use crate::core::ir::JoinId;
use crate::stack::with_stack;

/// The variables that a join's body uses, those excepted that it binds. `live_in` is what the bodies of outer join points need.
pub(super) fn free_vars(join: &Join, classes: &Classes, live_in: &FxHashMap<JoinId, Live>) -> Live {
    let mut needs = FreeVars {
        classes,
        live_in,
        used: Live::new(),
        bound: vec![false; classes.count()],
    };
    needs.bind(&join.params);
    needs.block(&join.body);
    let FreeVars {
        mut used, bound, ..
    } = needs;
    used.retain(|var| !bound[var.0 as usize]);
    used
}

/// The variables that a block uses, and those that it binds.
struct FreeVars<'p> {
    classes: &'p Classes,
    /// What the bodies of outer join points need.
    live_in: &'p FxHashMap<JoinId, Live>,
    used: Live,
    /// By variable.
    bound: Vec<bool>,
}

impl FreeVars<'_> {
    fn bind(&mut self, vars: &[Var]) {
        for var in vars {
            self.bound[var.0 as usize] = true;
        }
    }

    fn block(&mut self, block: &Block) {
        with_stack(|| {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Inst(inst, _) => self.inst(inst),
                    Stmt::Join(join) => {
                        self.bind(&join.params);
                        self.block(&join.body);
                    }
                }
            }
            match &block.end {
                End::Leave(inst, _) | End::Branch { inst, .. } | End::Switch { inst, .. } => {
                    self.inst(inst);
                }
                End::Jump(id, args) => {
                    args.iter().for_each(|arg| self.read(*arg));
                    if let Some(needed) = self.live_in.get(id) {
                        self.used.add(needed);
                    }
                }
            }
            block.end.blocks().for_each(|block| self.block(block));
        });
    }

    fn inst(&mut self, inst: &Inst) {
        inst.accesses(None, &mut |access| match access {
            Access::Use(var) | Access::Take(var) => self.read(var),
            Access::Def(var) => self.bind(&[var]),
        });
    }

    fn read(&mut self, var: Var) {
        if self.classes.root(var).is_some() {
            self.used.insert(var);
        }
    }
}
