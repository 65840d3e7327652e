//! Who keeps a reference alive, and which variables are needed from a point on.

use rustc_hash::FxHashSet;
use snow_bytecode::inst::Inst;
use snow_bytecode::module::Mode;

use super::var_set::VarSet;
use crate::core::flat::ir::{Block, End, Func, Stmt, Var};
use crate::stack::with_stack;

/// Variables that are needed later: owned ones and views of owned ones.
pub(super) type Live = VarSet;

/// Who keeps a variable's reference alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// No reference.
    Word,
    /// The variable itself.
    Owned,
    /// What it was read from.
    View(Var),
    /// The caller: a borrowed parameter.
    Caller,
}

/// The classes of a function's variables.
pub(super) struct Classes {
    classes: Vec<Class>,
    /// For each owned variable that has views, the last of them; for each view, the one before it.
    views: Vec<Option<Var>>,
}

impl Classes {
    /// Views are what borrowing instructions write, save those in `owned`; all other references are owned.
    pub fn of(func: &Func, owned: &FxHashSet<Var>) -> Classes {
        let word_or_owned = |info: &crate::core::flat::ir::VarInfo| {
            if info.slot.is_ref() {
                Class::Owned
            } else {
                Class::Word
            }
        };
        let mut classes = Classes {
            classes: func.vars.iter().map(word_or_owned).collect(),
            views: vec![None; func.vars.len()],
        };
        for param in func.params.iter().filter(|p| p.mode == Mode::Borrow) {
            if func.is_ref(param.var) {
                classes.classes[param.var.0 as usize] = Class::Caller;
            }
        }
        classes.block(&func.body, owned);
        classes
    }

    /// How many variables have classes.
    pub fn count(&self) -> usize {
        self.classes.len()
    }

    /// The class of a variable; later ones (made by the pass that asks) are owned.
    pub fn get(&self, var: Var) -> Class {
        let known = self.classes.get(var.0 as usize);
        known.copied().unwrap_or(Class::Owned)
    }

    /// The owned variable that keeps a reference alive; none for words and what the caller keeps.
    pub fn root(&self, var: Var) -> Option<Var> {
        let mut var = var;
        loop {
            match self.get(var) {
                Class::Owned => return Some(var),
                Class::View(parent) => var = parent,
                Class::Word | Class::Caller => return None,
            }
        }
    }

    /// The views of an owned variable.
    pub fn views(&self, root: Var) -> impl Iterator<Item = Var> {
        let last = self.views.get(root.0 as usize).copied().flatten();
        std::iter::successors(last, |view| self.views[view.0 as usize])
    }

    /// The owned variables that must be alive for these.
    pub fn roots(&self, live: &Live) -> Live {
        live.iter().filter_map(|var| self.root(*var)).collect()
    }

    /// A new variable is a view.
    pub fn add_view(&mut self, var: Var, parent: Var) {
        let index = var.0 as usize;
        if self.classes.len() <= index {
            self.classes.resize(index + 1, Class::Owned);
            self.views.resize(index + 1, None);
        }
        self.set_view(var, parent);
    }

    fn set_view(&mut self, var: Var, parent: Var) {
        self.classes[var.0 as usize] = Class::View(parent);
        if let Some(root) = self.root(var) {
            let last = self.views[root.0 as usize].replace(var);
            self.views[var.0 as usize] = last;
        }
    }

    fn block(&mut self, block: &Block, owned: &FxHashSet<Var>) {
        with_stack(|| {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Inst(inst, _) => self.inst(inst, owned),
                    Stmt::Join(join) => self.block(&join.body, owned),
                }
            }
            if let End::Branch { inst, .. } = &block.end {
                self.inst(inst, owned);
            }
            block
                .end
                .blocks()
                .for_each(|block| self.block(block, owned));
        });
    }

    fn inst(&mut self, inst: &Inst, owned: &FxHashSet<Var>) {
        if let Some((dst, src)) = inst.moves() {
            if !matches!(self.get(src), Class::Owned | Class::Word) {
                self.set_view(dst, src);
            }
        } else if let Some(src) = inst.borrows_from() {
            inst.defs(&mut |dst| {
                if self.get(dst) == Class::Owned && !owned.contains(&dst) {
                    self.set_view(dst, src);
                }
            });
        }
    }
}
