//! Where a program spends its time, and what to compile next.
//!
//! The interpreter's slices are equally long, so the places where they end are samples of the running time. A function is *hot* once it
//! has as many samples as the threshold says; so is a loop. What is compiled is a *unit*: the hot function with what it calls, so that LLVM can
//! inline, and entries into the loops that frames of the interpreter are likely in.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;

use snow_bytecode::inst::Operand;
use snow_bytecode::module::{FuncId, Module};

use snow_vm::interp::Sample;

use crate::protocol::LoopEntry;

/// Instructions of a unit, after which no further functions are taken in.
const UNIT_INSTRUCTIONS: usize = 2000;

/// Loops of a function that get an entry together with it.
const LOOPS_OF_FUNCTION: usize = 2;

/// What is known of a function.
#[derive(Clone, Debug, Default)]
struct Counts {
    samples: u32,
    loops: BTreeMap<u32, u32>,
}

/// Something hot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hot {
    Function(FuncId),
    Loop(LoopEntry),
}

/// Functions and loops to compile together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is hot.
    pub root: FuncId,
    /// Its samples.
    pub samples: u32,
    /// The functions.
    pub funcs: Vec<FuncId>,
    /// Entries into loops.
    pub loops: Vec<LoopEntry>,
}

/// Samples of a run.
pub struct Profile {
    module: Arc<Module>,
    threshold: u32,
    counts: Vec<Counts>,
    /// What has passed the threshold and was not chosen yet.
    hot: Vec<Hot>,
    /// Functions that were chosen.
    chosen: Vec<bool>,
    chosen_loops: HashSet<LoopEntry>,
}

impl Profile {
    /// No samples yet.
    pub fn new(module: Arc<Module>, threshold: u32) -> Profile {
        let funcs = module.funcs.len();
        Profile {
            module,
            threshold: threshold.max(1),
            counts: vec![Counts::default(); funcs],
            hot: Vec::new(),
            chosen: vec![false; funcs],
            chosen_loops: HashSet::new(),
        }
    }

    /// Counts a sample.
    pub fn count(&mut self, at: Sample) {
        let counts = &mut self.counts[at.func.0 as usize];
        counts.samples = counts.samples.saturating_add(1);
        if counts.samples == self.threshold {
            self.hot.push(Hot::Function(at.func));
        }
        let Some(header) = at.header else {
            return;
        };
        let turns = counts.loops.entry(header).or_default();
        *turns = turns.saturating_add(1);
        if *turns == self.threshold {
            let func = at.func.0;
            self.hot.push(Hot::Loop(LoopEntry { func, header }));
        }
    }

    /// Takes the hottest of what is hot, with what belongs to it.
    pub fn choose(&mut self) -> Option<Choice> {
        let (chosen, loops) = (&self.chosen, &self.chosen_loops);
        self.hot.retain(|hot| match hot {
            Hot::Function(func) => !chosen[func.0 as usize],
            Hot::Loop(entry) => !loops.contains(entry),
        });
        let hottest = (0..self.hot.len()).max_by_key(|&index| self.samples(self.hot[index]))?;
        let hot = self.hot.swap_remove(hottest);
        let samples = self.samples(hot);
        let (root, funcs, loops) = match hot {
            Hot::Function(func) => {
                let funcs = self.reached_from(func);
                let loops = funcs.iter().flat_map(|func| self.likely_loops(*func));
                (func, funcs.clone(), loops.collect())
            }
            Hot::Loop(entry) => {
                // A loop that became hot before its function was chosen would be part of that choice.
                let func = FuncId(entry.func);
                let own = (!self.chosen[func.0 as usize]).then(|| self.reached_from(func));
                (func, own.unwrap_or_default(), vec![entry])
            }
        };
        funcs
            .iter()
            .for_each(|func| self.chosen[func.0 as usize] = true);
        self.chosen_loops.extend(&loops);
        Some(Choice {
            root,
            samples,
            funcs,
            loops,
        })
    }

    fn samples(&self, hot: Hot) -> u32 {
        match hot {
            Hot::Function(func) => self.counts[func.0 as usize].samples,
            Hot::Loop(entry) => {
                let loops = &self.counts[entry.func as usize].loops;
                loops.get(&entry.header).copied().unwrap_or(0)
            }
        }
    }

    /// The function and what it calls or makes closures of, and what those do; what was chosen before is left out, and what is nearer comes first.
    fn reached_from(&self, root: FuncId) -> Vec<FuncId> {
        let mut seen = HashSet::from([root]);
        let mut pending = VecDeque::from([root]);
        let (mut funcs, mut instructions) = (Vec::new(), 0);
        while let Some(func) = pending.pop_front() {
            let code = &self.module.func(func).code;
            if instructions + code.len() > UNIT_INSTRUCTIONS && !funcs.is_empty() {
                continue;
            }
            instructions += code.len();
            funcs.push(func);
            for inst in code {
                inst.operands(&mut |operand| {
                    if let Operand::Func(callee) = operand
                        && !self.chosen[callee.0 as usize]
                        && seen.insert(*callee)
                    {
                        pending.push_back(*callee);
                    }
                });
            }
        }
        funcs
    }

    /// The loops that frames of a function are most likely in.
    fn likely_loops(&self, func: FuncId) -> Vec<LoopEntry> {
        let loops = &self.counts[func.0 as usize].loops;
        let mut likely: Vec<(u32, u32)> = loops
            .iter()
            .map(|(header, samples)| (*samples, *header))
            .filter(|(samples, _)| samples.saturating_mul(4) >= self.threshold)
            .collect();
        likely.sort_by(|a, b| b.cmp(a));
        let entries = likely.into_iter().take(LOOPS_OF_FUNCTION);
        let func = func.0;
        entries
            .map(|(_, header)| LoopEntry { func, header })
            .collect()
    }
}
