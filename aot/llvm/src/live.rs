//! Which registers a function needs to go on after an instruction: what is saved when it is suspended there.
//!
//! Backward data flow over blocks (Aho, Lam, Sethi, Ullman: Compilers, 9.2.5), then a walk through those blocks that have such instructions.

use rustc_hash::FxHashMap;
use snow_bytecode::inst::{Access, Inst};
use snow_bytecode::module::{Function, Module, Reg};

/// A set of registers.
#[derive(Clone, PartialEq, Eq)]
struct Regs(Box<[u64]>);

impl Regs {
    fn none(count: usize) -> Regs {
        Regs(vec![0; count.div_ceil(64)].into())
    }

    fn add(&mut self, reg: Reg) {
        self.0[reg.0 as usize / 64] |= 1 << (reg.0 % 64);
    }

    fn remove(&mut self, reg: Reg) {
        self.0[reg.0 as usize / 64] &= !(1 << (reg.0 % 64));
    }

    /// Adds the registers of another set; whether there were any that are new.
    fn join(&mut self, other: &Regs) -> bool {
        let mut grew = false;
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            grew |= more & !*word != 0;
            *word |= more;
        }
        grew
    }

    fn list(&self) -> Vec<Reg> {
        let words = self.0.iter().enumerate();
        let regs = words.flat_map(|(index, word)| {
            (0..64)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| index * 64 + bit)
        });
        regs.map(|reg| Reg(reg as u32)).collect()
    }
}

/// When an instruction is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before it has begun: it will begin again.
    Before,
    /// While it runs: its operands are consumed, its results will be there.
    During,
}

/// Where a function may be suspended, and which registers it needs then.
pub type Needed = FxHashMap<u32, Box<[Reg]>>;

/// Analyses a function of a verified module; `when` says of which instructions it is wanted.
pub fn needed(module: &Module, func: &Function, when: impl Fn(&Inst) -> Option<When>) -> Needed {
    let starts = block_starts(func);
    let ends = block_ends(&starts, func.code.len());
    let mut entering: Vec<Regs> = vec![Regs::none(func.regs.len()); starts.len()];
    let mut changed = true;
    while changed {
        changed = false;
        for block in (0..starts.len()).rev() {
            let mut live = leaving(func, &starts, ends[block], &entering);
            for index in (starts[block]..ends[block]).rev() {
                step(module, &func.code[index], &mut live);
            }
            changed |= entering[block].join(&live);
        }
    }
    let mut needed = Needed::default();
    for block in 0..starts.len() {
        if !func.code[starts[block]..ends[block]]
            .iter()
            .any(|inst| when(inst).is_some())
        {
            continue;
        }
        let mut live = leaving(func, &starts, ends[block], &entering);
        for index in (starts[block]..ends[block]).rev() {
            let inst = &func.code[index];
            let after = live.clone();
            step(module, inst, &mut live);
            let regs = match when(inst) {
                None => continue,
                Some(When::Before) => live.list(),
                Some(When::During) => {
                    let mut during = after;
                    inst.defs(&mut |reg| during.remove(reg));
                    during.list()
                }
            };
            needed.insert(index as u32, regs.into());
        }
    }
    needed
}

fn block_starts(func: &Function) -> Vec<usize> {
    let starts = func.block_starts();
    (0..func.code.len())
        .filter(|index| *index == 0 || starts[*index])
        .collect()
}

fn block_ends(starts: &[usize], len: usize) -> Vec<usize> {
    let nexts = starts.iter().skip(1).copied();
    nexts.chain([len]).collect()
}

/// What is needed behind the last instruction of a block. An instruction that jumps elsewhere does so at its end.
fn leaving(func: &Function, starts: &[usize], end: usize, entering: &[Regs]) -> Regs {
    let mut live = Regs::none(func.regs.len());
    let mut follow = |index: usize| {
        if let Ok(block) = starts.binary_search(&index) {
            live.join(&entering[block]);
        }
    };
    let last = &func.code[end - 1];
    if !last.is_terminator() {
        follow(end);
    }
    last.targets(&mut |label| follow(label.0 as usize));
    live
}

fn step(module: &Module, inst: &Inst, live: &mut Regs) {
    inst.defs(&mut |reg| live.remove(reg));
    inst.accesses(module.callee_params(inst), &mut |access| match access {
        Access::Use(reg) | Access::Take(reg) => live.add(reg),
        Access::Def(_) => {}
    });
}
