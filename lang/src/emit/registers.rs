//! Register allocation: variables of one kind whose lives do not overlap share a register, and variables that are moved into each
//! other share one where they can, so that most moves vanish.

use rustc_hash::FxHashMap;
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Reg;

use super::linear::{Linear, Step};
use super::liveness::{Bits, walk_live};
use crate::core::flat::ir::{Func, Var};

/// The registers of a function.
pub(super) struct Registers {
    /// Kind of each register, parameters first.
    pub kinds: Vec<Slot>,
    of_var: Vec<Reg>,
    spare: FxHashMap<Slot, Reg>,
}

impl Registers {
    /// Allocates registers for linear code.
    pub fn allocate(func: &Func, linear: &Linear) -> Registers {
        let kinds = Kinds::of(func);
        let edges = Edges::find(func, linear, &kinds);
        let mut classes = Classes::new(func, &edges);
        classes.coalesce(linear, &kinds);
        let mut colouring = Colouring::new(func, &kinds, classes);
        colouring.params();
        colouring.others(linear);
        Registers {
            kinds: colouring.registers,
            of_var: colouring.of_var,
            spare: FxHashMap::default(),
        }
    }

    /// The register of a variable.
    pub fn get(&self, var: Var) -> Reg {
        self.of_var[var.0 as usize]
    }

    /// A register for breaking cycles of moves of one kind.
    pub fn spare(&mut self, kind: Slot) -> Reg {
        let kinds = &mut self.kinds;
        *self.spare.entry(kind).or_insert_with(|| {
            kinds.push(kind);
            Reg(kinds.len() as u32 - 1)
        })
    }
}

/// The kinds of a function's variables, numbered: most functions have very few.
struct Kinds {
    kinds: Vec<Slot>,
    of_var: Vec<u32>,
}

impl Kinds {
    fn of(func: &Func) -> Kinds {
        let mut kinds: Vec<Slot> = Vec::new();
        let of_var = func.vars.iter().map(|info| {
            let known = kinds.iter().position(|kind| *kind == info.slot);
            let number = known.unwrap_or_else(|| {
                kinds.push(info.slot);
                kinds.len() - 1
            });
            number as u32
        });
        let of_var = of_var.collect();
        Kinds { kinds, of_var }
    }

    fn number(&self, var: u32) -> u32 {
        self.of_var[var as usize]
    }
}

/// Which variables are needed at the same time. Only variables of one kind matter to each other.
struct Edges {
    /// The neighbours of variable `n` are `neighbours[starts[n]..starts[n + 1]]`; one may be there more than once.
    starts: Vec<u32>,
    neighbours: Vec<u32>,
}

impl Edges {
    fn find(func: &Func, linear: &Linear, kinds: &Kinds) -> Edges {
        let mut found = Found {
            kinds,
            pairs: Vec::new(),
        };
        let params: Vec<u32> = func.params.iter().map(|param| param.var.0).collect();
        found.separate(&params);
        walk_live(func, linear, |step, defs, live| match step {
            Step::Inst(inst, _) => found.instruction(inst, defs, live),
            Step::Moves(moves, _) => found.moves(moves, defs, live),
            Step::Label(_) => {}
        });
        Edges::of_pairs(func.vars.len(), &found.pairs)
    }

    fn of_pairs(vars: usize, pairs: &[(u32, u32)]) -> Edges {
        let mut starts = vec![0u32; vars + 1];
        for (a, b) in pairs {
            starts[*a as usize] += 1;
            starts[*b as usize] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        // Each row is filled from its end, so that what was its end is its start afterwards.
        let mut neighbours = vec![0u32; sum as usize];
        for (a, b) in pairs {
            for (var, other) in [(*a, *b), (*b, *a)] {
                starts[var as usize] -= 1;
                neighbours[starts[var as usize] as usize] = other;
            }
        }
        Edges { starts, neighbours }
    }

    fn of(&self, var: u32) -> &[u32] {
        let (start, end) = (self.starts[var as usize], self.starts[var as usize + 1]);
        &self.neighbours[start as usize..end as usize]
    }
}

/// Pairs of variables that are needed at the same time, as they are found.
struct Found<'a> {
    kinds: &'a Kinds,
    pairs: Vec<(u32, u32)>,
}

impl Found<'_> {
    fn instruction(&mut self, inst: &Inst, defs: &[u32], live: &Bits) {
        let source = inst.moves().map(|(_, src)| src.0);
        for def in defs {
            self.define(*def, source, live);
        }
        self.separate(defs);
    }

    fn moves(&mut self, moves: &[(Var, Var)], defs: &[u32], live: &Bits) {
        for (dst, src) in moves {
            self.define(dst.0, Some(src.0), live);
        }
        self.separate(defs);
    }

    fn define(&mut self, def: u32, source: Option<u32>, live: &Bits) {
        let kind = self.kinds.number(def);
        for other in live.iter() {
            if other != def && Some(other) != source && self.kinds.number(other) == kind {
                self.pairs.push((def, other));
            }
        }
    }

    /// What is written at the same time is kept apart.
    fn separate(&mut self, defs: &[u32]) {
        for (index, a) in defs.iter().enumerate() {
            for b in &defs[index + 1..] {
                if a != b && self.kinds.number(*a) == self.kinds.number(*b) {
                    self.pairs.push((*a, *b));
                }
            }
        }
    }
}

/// Variables that share a register because they are moved into each other.
struct Classes<'a> {
    edges: &'a Edges,
    /// Union-find.
    parent: Vec<u32>,
    /// The next member of each variable's class; the last leads to the first.
    next: Vec<u32>,
    /// Number of neighbours of each class, by its representative.
    degree: Vec<u32>,
    /// Parameters have the first numbers, and represent their class.
    params: u32,
}

impl<'a> Classes<'a> {
    fn new(func: &Func, edges: &'a Edges) -> Self {
        let count = func.vars.len() as u32;
        Classes {
            edges,
            parent: (0..count).collect(),
            next: (0..count).collect(),
            degree: (0..count).map(|var| edges.of(var).len() as u32).collect(),
            params: func.params.len() as u32,
        }
    }

    fn find(&mut self, var: u32) -> u32 {
        let mut root = var;
        while self.parent[root as usize] != root {
            root = self.parent[root as usize];
        }
        let mut at = var;
        while self.parent[at as usize] != root {
            at = std::mem::replace(&mut self.parent[at as usize], root);
        }
        root
    }

    /// Makes the two sides of moves one, innermost loops first.
    fn coalesce(&mut self, linear: &Linear, kinds: &Kinds) {
        let mut wanted: Vec<(u32, Var, Var)> = Vec::new();
        for step in &linear.steps {
            match step {
                Step::Moves(moves, depth) => {
                    wanted.extend(moves.iter().map(|(dst, src)| (*depth, *dst, *src)));
                }
                Step::Inst(inst, _) => wanted.extend(inst.moves().map(|(dst, src)| (0, dst, src))),
                Step::Label(_) => {}
            }
        }
        wanted.sort_by_key(|(depth, ..)| std::cmp::Reverse(*depth));
        for (_, dst, src) in wanted {
            if kinds.number(dst.0) == kinds.number(src.0) {
                self.merge(dst.0, src.0);
            }
        }
    }

    fn merge(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        let params = self.params;
        let fixed = |var: u32| var < params;
        if a == b || (fixed(a) && fixed(b)) || self.are_neighbours(a, b) {
            return;
        }
        let (kept, gone) = if fixed(b) { (b, a) } else { (a, b) };
        self.parent[gone as usize] = kept;
        self.degree[kept as usize] += self.degree[gone as usize];
        self.next.swap(kept as usize, gone as usize);
    }

    /// Whether two classes are needed at the same time; the one with fewer neighbours is asked.
    fn are_neighbours(&mut self, a: u32, b: u32) -> bool {
        let fewer = self.degree[a as usize] <= self.degree[b as usize];
        let (asked, other) = if fewer { (a, b) } else { (b, a) };
        let edges = self.edges;
        let mut member = asked;
        loop {
            let neighbours = edges.of(member);
            if neighbours.iter().any(|near| self.find(*near) == other) {
                return true;
            }
            member = self.next[member as usize];
            if member == asked {
                return false;
            }
        }
    }
}

/// Gives each class a register.
struct Colouring<'a> {
    func: &'a Func,
    numbers: &'a Kinds,
    classes: Classes<'a>,
    /// The kind of each register.
    registers: Vec<Slot>,
    by_kind: Vec<Vec<Reg>>,
    of_var: Vec<Reg>,
    /// By register, the last class with a neighbour that has it.
    taken: Vec<u32>,
}

const NONE: Reg = Reg(u32::MAX);

impl<'a> Colouring<'a> {
    fn new(func: &'a Func, numbers: &'a Kinds, classes: Classes<'a>) -> Self {
        Colouring {
            func,
            numbers,
            classes,
            registers: Vec::new(),
            by_kind: vec![Vec::new(); numbers.kinds.len()],
            of_var: vec![NONE; func.vars.len()],
            taken: Vec::new(),
        }
    }

    fn add_register(&mut self, kind: u32) -> Reg {
        let reg = Reg(self.registers.len() as u32);
        self.registers.push(self.numbers.kinds[kind as usize]);
        self.by_kind[kind as usize].push(reg);
        self.taken.push(u32::MAX);
        reg
    }

    /// Parameters arrive in the first registers.
    fn params(&mut self) {
        for param in &self.func.params {
            let reg = self.add_register(self.numbers.number(param.var.0));
            let root = self.classes.find(param.var.0);
            self.of_var[root as usize] = reg;
        }
    }

    fn others(&mut self, linear: &Linear) {
        for step in &linear.steps {
            match step {
                Step::Inst(inst, _) => inst.defs(&mut |var| self.colour(var)),
                Step::Moves(moves, _) => moves.iter().for_each(|(dst, _)| self.colour(*dst)),
                Step::Label(_) => {}
            }
        }
        for var in 0..self.of_var.len() as u32 {
            let root = self.classes.find(var);
            self.of_var[var as usize] = self.of_var[root as usize];
        }
    }

    fn colour(&mut self, var: Var) {
        let root = self.classes.find(var.0);
        if self.of_var[root as usize] != NONE {
            return;
        }
        self.note_taken(root);
        let kind = self.numbers.number(var.0);
        let mut candidates = self.by_kind[kind as usize].iter();
        let free = candidates.find(|reg| self.taken[reg.0 as usize] != root);
        let free = free.copied();
        self.of_var[root as usize] = free.unwrap_or_else(|| self.add_register(kind));
    }

    /// Notes which registers the neighbours of a class have.
    fn note_taken(&mut self, root: u32) {
        let edges = self.classes.edges;
        let mut member = root;
        loop {
            for near in edges.of(member) {
                let near = self.classes.find(*near);
                let reg = self.of_var[near as usize];
                if reg != NONE {
                    self.taken[reg.0 as usize] = root;
                }
            }
            member = self.classes.next[member as usize];
            if member == root {
                return;
            }
        }
    }
}
