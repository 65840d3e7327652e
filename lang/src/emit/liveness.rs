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

    fn clear(&mut self) {
        self.words.fill(0);
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

/// Stretches of steps without jumps into or out of their middle.
struct BasicBlocks {
    /// Block `n` begins at step `starts[n]` and ends where the next begins.
    starts: Vec<usize>,
    /// What block `n` leads to is `next[nexts[n]..nexts[n + 1]]`.
    nexts: Vec<usize>,
    next: Vec<usize>,
}

impl BasicBlocks {
    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    fn steps(&self, block: usize) -> std::ops::Range<usize> {
        self.starts[block]..self.starts[block + 1]
    }

    fn next(&self, block: usize) -> &[usize] {
        &self.next[self.nexts[block]..self.nexts[block + 1]]
    }

    /// Whether some block leads to itself or to one before it.
    fn loops(&self) -> bool {
        (0..self.count()).any(|block| self.next(block).iter().any(|next| *next <= block))
    }
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
pub(super) fn walk_live(func: &Func, linear: &Linear, mut visit: impl FnMut(&Step, &Bits)) {
    let roots = Roots::find(func, linear);
    let blocks = split(linear);
    let mut live = Bits::new(func.vars.len());
    let loops = blocks.loops();
    let mut needed = match loops {
        true => solve(linear, &roots, &blocks),
        false => vec![Bits::new(0); blocks.count()],
    };
    for block in (0..blocks.count()).rev() {
        needed_after(block, &blocks, &needed, &mut live);
        for step in linear.steps[blocks.steps(block)].iter().rev() {
            visit(step, &live);
            before(step, &roots, &mut live);
        }
        // Where nothing leads back, what a block needs is known once all after it are done.
        if !loops && block > 0 {
            needed[block] = live.clone();
        }
    }
}

/// What is needed at the end of a block.
fn needed_after(block: usize, blocks: &BasicBlocks, needed: &[Bits], live: &mut Bits) {
    live.clear();
    for next in blocks.next(block) {
        live.union(&needed[*next]);
    }
}

/// What is needed at the start of each block.
fn solve(linear: &Linear, roots: &Roots, blocks: &BasicBlocks) -> Vec<Bits> {
    let vars = roots.of.len();
    let mut needed = vec![Bits::new(vars); blocks.count()];
    let mut previous = vec![Vec::new(); blocks.count()];
    for block in 0..blocks.count() {
        let next = blocks.next(block).iter();
        next.for_each(|next| previous[*next].push(block));
    }
    let mut queued = vec![true; blocks.count()];
    let mut queue: Vec<usize> = (0..blocks.count()).collect();
    let mut live = Bits::new(vars);
    while let Some(block) = queue.pop() {
        queued[block] = false;
        needed_after(block, blocks, &needed, &mut live);
        for step in linear.steps[blocks.steps(block)].iter().rev() {
            before(step, roots, &mut live);
        }
        if needed[block].union(&live) {
            for previous in &previous[block] {
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

fn split(linear: &Linear) -> BasicBlocks {
    let steps = &linear.steps;
    let mut starts = vec![0];
    let mut block_of = vec![0; linear.labels as usize];
    let begin = |at: usize, starts: &mut Vec<usize>| {
        if starts.last() != Some(&at) {
            starts.push(at);
        }
    };
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Label(label) => {
                if !matches!(steps[..at].last(), Some(Step::Label(_))) {
                    begin(at, &mut starts);
                }
                block_of[label.0 as usize] = starts.len() - 1;
            }
            Step::Inst(inst, _) if ends_block(inst) => begin(at + 1, &mut starts),
            _ => {}
        }
    }
    begin(steps.len(), &mut starts);
    let mut blocks = BasicBlocks {
        nexts: Vec::with_capacity(starts.len()),
        starts,
        next: Vec::new(),
    };
    for block in 0..blocks.count() {
        blocks.nexts.push(blocks.next.len());
        let last = steps[blocks.steps(block)].last();
        let falls = match last {
            Some(Step::Inst(inst, _)) => {
                let next = &mut blocks.next;
                inst.targets(&mut |label| next.push(block_of[label.0 as usize]));
                !inst.is_terminator()
            }
            _ => true,
        };
        if falls && block + 1 < blocks.count() {
            blocks.next.push(block + 1);
        }
    }
    blocks.nexts.push(blocks.next.len());
    blocks
}

fn ends_block(inst: &Inst) -> bool {
    let mut jumps = inst.is_terminator();
    inst.targets(&mut |_| jumps = true);
    jumps
}
