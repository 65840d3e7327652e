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

    fn union(&mut self, more: &[u64]) {
        for (word, more) in self.words.iter_mut().zip(more) {
            *word |= more;
        }
    }
}

/// What is needed at the start of each block: a row of bits for each.
struct Needed {
    /// Words of a row.
    width: usize,
    words: Vec<u64>,
}

impl Needed {
    fn new(blocks: usize, vars: usize) -> Needed {
        let width = vars.div_ceil(64);
        Needed {
            width,
            words: vec![0; blocks * width],
        }
    }

    fn of(&self, block: usize) -> &[u64] {
        &self.words[block * self.width..][..self.width]
    }

    /// Adds to what a block needs; whether there was anything to add.
    fn add(&mut self, block: usize, live: &Bits) -> bool {
        let mut changed = false;
        let row = &mut self.words[block * self.width..][..self.width];
        for (word, more) in row.iter_mut().zip(&live.words) {
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

/// What each step writes and reads; reading a borrowed variable reads its root as well.
struct Touched {
    /// What step `n` writes begins at `bounds[2 * n]`, what it reads at the next bound.
    bounds: Vec<u32>,
    vars: Vec<u32>,
}

impl Touched {
    fn find(linear: &Linear, roots: &Roots) -> Touched {
        let mut touched = Touched {
            bounds: Vec::with_capacity(2 * linear.steps.len() + 1),
            vars: Vec::with_capacity(3 * linear.steps.len()),
        };
        for step in &linear.steps {
            touched.bound();
            match step {
                Step::Inst(inst, _) => inst.defs(&mut |var| touched.vars.push(var.0)),
                Step::Moves(moves, _) => touched.vars.extend(moves.iter().map(|(dst, _)| dst.0)),
                Step::Label(_) => {}
            }
            touched.bound();
            match step {
                Step::Inst(inst, _) => inst.accesses(None, &mut |access| match access {
                    Access::Use(var) | Access::Take(var) => touched.reads(var, roots),
                    Access::Def(_) => {}
                }),
                Step::Moves(moves, _) => {
                    moves.iter().for_each(|(_, src)| touched.reads(*src, roots))
                }
                Step::Label(_) => {}
            }
        }
        touched.bound();
        touched
    }

    fn bound(&mut self) {
        self.bounds.push(self.vars.len() as u32);
    }

    fn reads(&mut self, var: Var, roots: &Roots) {
        self.vars.push(var.0);
        self.vars
            .extend(roots.of[var.0 as usize].map(|root| root.0));
    }

    fn between(&self, bound: usize) -> &[u32] {
        let (start, end) = (self.bounds[bound], self.bounds[bound + 1]);
        &self.vars[start as usize..end as usize]
    }

    /// From what is needed after a step to what is needed before it.
    fn before(&self, step: usize, live: &mut Bits) {
        self.between(2 * step)
            .iter()
            .for_each(|var| live.remove(*var));
        let reads = self.between(2 * step + 1);
        reads.iter().for_each(|var| live.insert(*var));
    }
}

/// Calls `visit` for every step, backwards within each basic block, with what it writes and what is needed after it.
pub(super) fn walk_live(func: &Func, linear: &Linear, mut visit: impl FnMut(&Step, &[u32], &Bits)) {
    let touched = Touched::find(linear, &Roots::find(func, linear));
    let blocks = split(linear);
    let mut live = Bits::new(func.vars.len());
    let mut needed = Needed::new(blocks.count(), func.vars.len());
    let loops = blocks.loops();
    if loops {
        solve(&touched, &blocks, &mut needed, &mut live);
    }
    for block in (0..blocks.count()).rev() {
        needed_after(block, &blocks, &needed, &mut live);
        for step in blocks.steps(block).rev() {
            visit(&linear.steps[step], touched.between(2 * step), &live);
            touched.before(step, &mut live);
        }
        // Where nothing leads back, what a block needs is known once all after it are done.
        if !loops {
            needed.add(block, &live);
        }
    }
}

/// What is needed at the end of a block.
fn needed_after(block: usize, blocks: &BasicBlocks, needed: &Needed, live: &mut Bits) {
    live.clear();
    for next in blocks.next(block) {
        live.union(needed.of(*next));
    }
}

/// Finds what is needed at the start of each block.
fn solve(touched: &Touched, blocks: &BasicBlocks, needed: &mut Needed, live: &mut Bits) {
    let mut previous = vec![Vec::new(); blocks.count()];
    for block in 0..blocks.count() {
        let next = blocks.next(block).iter();
        next.for_each(|next| previous[*next].push(block));
    }
    let mut queued = vec![true; blocks.count()];
    let mut queue: Vec<usize> = (0..blocks.count()).collect();
    while let Some(block) = queue.pop() {
        queued[block] = false;
        needed_after(block, blocks, needed, live);
        for step in blocks.steps(block).rev() {
            touched.before(step, live);
        }
        if needed.add(block, live) {
            for previous in &previous[block] {
                if !std::mem::replace(&mut queued[*previous], true) {
                    queue.push(*previous);
                }
            }
        }
    }
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
