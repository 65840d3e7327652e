//! Which variables of linear code are needed after each step.

use snow_bytecode::inst::{Access, Inst};
use snow_bytecode::module::Mode;

use super::linear::{Linear, Step};
use crate::core::flat::ir::{Func, Var};

/// A set of small numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Room for numbers below `count`.
    pub fn new(count: usize) -> Bits {
        Bits {
            words: vec![0; count.div_ceil(64)],
        }
    }

    /// Adds a number.
    pub fn insert(&mut self, index: u32) {
        self.words[index as usize / 64] |= 1 << (index % 64);
    }

    /// Takes a number out.
    pub fn remove(&mut self, index: u32) {
        self.words[index as usize / 64] &= !(1 << (index % 64));
    }

    /// All numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    index as u32 * 64 + bit
                })
            })
        })
    }

    fn union(&mut self, other: &Bits) -> bool {
        let mut changed = false;
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            changed |= *more & !*word != 0;
            *word |= more;
        }
        changed
    }
}

/// A stretch of steps without jumps into or out of its middle.
struct BasicBlock {
    start: usize,
    end: usize,
    next: Vec<usize>,
}

/// The owned variable that keeps each borrowed one alive: reading a borrowed variable needs both. (Mostly the owned one is dropped later
/// anyway, but not in a loop that never ends.)
struct Roots {
    of: Vec<Option<Var>>,
}

impl Roots {
    fn find(func: &Func, linear: &Linear) -> Roots {
        let mut roots = Roots {
            of: vec![None; func.vars.len()],
        };
        let mut borrowed = vec![false; func.vars.len()];
        for param in func.params.iter().filter(|p| p.mode == Mode::Borrow) {
            borrowed[param.var.0 as usize] = true;
        }
        for step in &linear.steps {
            let Step::Inst(inst, _) = step else {
                continue;
            };
            let source = match inst.moves() {
                Some((_, src)) if borrowed[src.0 as usize] => src,
                Some(_) => continue,
                None => match inst.borrows_from() {
                    Some(src) => src,
                    None => continue,
                },
            };
            let owner = !borrowed[source.0 as usize];
            let root = if owner {
                Some(source)
            } else {
                roots.of[source.0 as usize]
            };
            inst.defs(&mut |dst| {
                if func.is_ref(dst) {
                    borrowed[dst.0 as usize] = true;
                    roots.of[dst.0 as usize] = root;
                }
            });
        }
        roots
    }
}

/// Calls `visit` for every step, backwards within each basic block, with what is needed after it.
pub(super) fn walk_live(func: &Func, linear: &Linear, mut visit: impl FnMut(usize, &Step, &Bits)) {
    let vars = func.vars.len();
    let roots = Roots::find(func, linear);
    let blocks = split(linear);
    let needed_at_start = solve(linear, &roots, &blocks);
    for block in &blocks {
        let mut live = Bits::new(vars);
        for next in &block.next {
            live.union(&needed_at_start[*next]);
        }
        for at in (block.start..block.end).rev() {
            visit(at, &linear.steps[at], &live);
            before(&linear.steps[at], &roots, &mut live);
        }
    }
}

fn solve(linear: &Linear, roots: &Roots, blocks: &[BasicBlock]) -> Vec<Bits> {
    let vars = roots.of.len();
    let mut needed = vec![Bits::new(vars); blocks.len()];
    let mut previous = vec![Vec::new(); blocks.len()];
    for (index, block) in blocks.iter().enumerate() {
        block
            .next
            .iter()
            .for_each(|next| previous[*next].push(index));
    }
    let mut queued = vec![true; blocks.len()];
    let mut queue: Vec<usize> = (0..blocks.len()).collect();
    while let Some(index) = queue.pop() {
        queued[index] = false;
        let block = &blocks[index];
        let mut live = Bits::new(vars);
        for next in &block.next {
            live.union(&needed[*next]);
        }
        for at in (block.start..block.end).rev() {
            before(&linear.steps[at], roots, &mut live);
        }
        if needed[index].union(&live) {
            for previous in &previous[index] {
                if !std::mem::replace(&mut queued[*previous], true) {
                    queue.push(*previous);
                }
            }
        }
    }
    needed
}

/// From what is needed after a step to what is needed before it.
fn before(step: &Step, roots: &Roots, live: &mut Bits) {
    match step {
        Step::Inst(inst, _) => {
            inst.defs(&mut |var| live.remove(var.0));
            reads(inst, &mut |var| read(var, roots, live));
        }
        Step::Moves(moves, _) => {
            moves.iter().for_each(|(dst, _)| live.remove(dst.0));
            moves.iter().for_each(|(_, src)| read(*src, roots, live));
        }
        Step::Label(_) => {}
    }
}

fn read(var: Var, roots: &Roots, live: &mut Bits) {
    live.insert(var.0);
    if let Some(root) = roots.of[var.0 as usize] {
        live.insert(root.0);
    }
}

fn reads(inst: &Inst, visit: &mut dyn FnMut(Var)) {
    inst.accesses(None, &mut |access| match access {
        Access::Use(var) | Access::Take(var) => visit(var),
        Access::Def(_) => {}
    });
}

fn split(linear: &Linear) -> Vec<BasicBlock> {
    let mut blocks: Vec<BasicBlock> = Vec::new();
    let mut block_of = vec![0; linear.labels as usize];
    let mut start = 0;
    let steps = &linear.steps;
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Label(label) => {
                if at > start && !matches!(steps[at - 1], Step::Label(_)) {
                    push_block(&mut blocks, start, at);
                    start = at;
                }
                block_of[label.0 as usize] = blocks.len();
            }
            Step::Inst(inst, _) if ends_block(inst) => {
                push_block(&mut blocks, start, at + 1);
                start = at + 1;
            }
            _ => {}
        }
    }
    push_block(&mut blocks, start, steps.len());
    let count = blocks.len();
    for (index, block) in blocks.iter_mut().enumerate() {
        let last = steps[block.start..block.end].last();
        let falls = match last {
            Some(Step::Inst(inst, _)) => {
                inst.targets(&mut |label| block.next.push(block_of[label.0 as usize]));
                !inst.is_terminator()
            }
            _ => true,
        };
        if falls && index + 1 < count {
            block.next.push(index + 1);
        }
    }
    blocks
}

fn push_block(blocks: &mut Vec<BasicBlock>, start: usize, end: usize) {
    if end > start {
        blocks.push(BasicBlock {
            start,
            end,
            next: Vec::new(),
        });
    }
}

fn ends_block(inst: &Inst) -> bool {
    let mut jumps = inst.is_terminator();
    inst.targets(&mut |_| jumps = true);
    jumps
}
