//! The versions in which the blocks of a function are reached.

use snow_bytecode::inst::Inst;
use snow_bytecode::module::Function;

use super::{Known, View};

/// Versions of a block besides the one that knows nothing.
const MOST: usize = 2;

/// The versions of all blocks of a variant of a function.
#[derive(Clone, Debug)]
pub(super) struct Versions {
    /// By instruction that begins a block.
    by_block: Vec<Vec<Known>>,
    /// Which results are own, by bits.
    pub(super) results: u64,
}

impl Versions {
    /// What is assumed until more is known: that all results are own.
    pub(super) fn assumed(func: &Function) -> Versions {
        let count = func.results.len() as u32;
        Versions {
            by_block: Vec::new(),
            results: (1 << count) - 1,
        }
    }

    /// Follows a function from its begin. No other results than these can be own.
    pub(super) fn compute(view: &View<'_>, entry: Known, results: u64) -> Versions {
        let mut walk = Walk {
            view: *view,
            starts: view.func.block_starts(),
            versions: Versions {
                by_block: vec![Vec::new(); view.func.code.len() + 1],
                results,
            },
            open: Vec::new(),
        };
        walk.reach(0, entry);
        while let Some((block, known)) = walk.open.pop() {
            walk.block(block, known);
        }
        walk.versions
    }

    /// The version of a block that knows most of these.
    pub(super) fn best(&self, block: usize, known: Known) -> Known {
        let versions = self.by_block.get(block).into_iter().flatten();
        let fitting = versions.filter(|version| known.contains(**version));
        fitting
            .max_by_key(|version| version.len())
            .copied()
            .unwrap_or_default()
    }
}

struct Walk<'a> {
    view: View<'a>,
    starts: Vec<bool>,
    versions: Versions,
    open: Vec<(usize, Known)>,
}

impl Walk<'_> {
    /// Notes that a block is reached with this knowledge.
    fn reach(&mut self, block: usize, known: Known) {
        let Some(facts) = self.view.facts else { return };
        let mut known = known.only(facts.wanted.kept(block));
        let versions = &mut self.versions.by_block[block];
        let informed = versions.iter().filter(|known| **known != Known::NOTHING);
        if !versions.contains(&known) && informed.count() >= MOST {
            known = Known::NOTHING;
        }
        if !versions.contains(&known) {
            versions.push(known);
            self.open.push((block, known));
        }
    }

    /// Follows a version of a block to its ends.
    fn block(&mut self, block: usize, mut known: Known) {
        let func = self.view.func;
        for (index, inst) in func.code.iter().enumerate().skip(block) {
            if index > block && self.starts[index] {
                return self.reach(index, known);
            }
            self.leave(inst, known);
            known = self.view.after(inst, known);
            inst.targets(&mut |label| {
                let target = label.0 as usize;
                match target <= index {
                    true => self.turn(target, known),
                    false => self.reach(target, known),
                }
            });
            if inst.is_terminator() {
                return;
            }
        }
    }

    /// Notes that a loop goes on, in the version that it reaches or, after a look, in the best.
    fn turn(&mut self, block: usize, known: Known) {
        self.reach(block, known);
        self.reach(block, self.view.aim(block, known));
    }

    /// Takes note of what is returned.
    fn leave(&mut self, inst: &Inst, known: Known) {
        match inst {
            Inst::Return { values } => {
                for (number, value) in values.iter().enumerate() {
                    if !self.view.is_own(*value, known) {
                        self.versions.results &= !(1 << number);
                    }
                }
            }
            Inst::TailCall { func, args } if *func == self.view.id => {
                self.turn(0, self.view.turned(args, known));
            }
            Inst::TailCall { func, args } => {
                let variant = self.view.callee(*func, args, known);
                self.versions.results &= self.view.results_of(*func, variant);
            }
            Inst::TailCallClosure { .. } => self.versions.results = 0,
            _ => {}
        }
    }
}
