//! Register allocation: variables of one kind whose lives do not overlap share a register, and variables that are moved into each
//! other share one where they can, so that most moves vanish.

use rustc_hash::{FxHashMap, FxHashSet};
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
        let mut graph = Graph::build(func, linear);
        graph.coalesce(func, linear);
        let mut colouring = Colouring::new(func, graph);
        colouring.params();
        colouring.others(linear);
        Registers {
            kinds: colouring.kinds,
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

/// Which variables are needed at the same time. Only variables of one kind matter to each other.
struct Graph {
    /// Union-find over coalesced variables.
    parent: Vec<u32>,
    edges: FxHashSet<(u32, u32)>,
    neighbours: Vec<Vec<u32>>,
}

impl Graph {
    fn build(func: &Func, linear: &Linear) -> Graph {
        let count = func.vars.len();
        let mut graph = Graph {
            parent: (0..count as u32).collect(),
            edges: FxHashSet::default(),
            neighbours: vec![Vec::new(); count],
        };
        let mut kinds: FxHashMap<Slot, u32> = FxHashMap::default();
        let mut kind_of = Vec::with_capacity(count);
        for info in &func.vars {
            let next = kinds.len() as u32;
            kind_of.push(*kinds.entry(info.slot).or_insert(next));
        }
        let params: Vec<u32> = func.params.iter().map(|param| param.var.0).collect();
        graph.separate(&params, &kind_of);
        walk_live(func, linear, |_, step, live| match step {
            Step::Inst(inst, _) => graph.instruction(inst, live, &kind_of),
            Step::Moves(moves, _) => graph.moves(moves, live, &kind_of),
            Step::Label(_) => {}
        });
        graph
    }

    fn instruction(&mut self, inst: &Inst, live: &Bits, kind_of: &[u32]) {
        let mut defs = Vec::new();
        inst.defs(&mut |var| defs.push(var.0));
        let source = inst.moves().map(|(_, src)| src.0);
        for def in &defs {
            self.define(*def, source, live, kind_of);
        }
        self.separate(&defs, kind_of);
    }

    fn moves(&mut self, moves: &[(Var, Var)], live: &Bits, kind_of: &[u32]) {
        for (dst, src) in moves {
            self.define(dst.0, Some(src.0), live, kind_of);
        }
        let dsts: Vec<u32> = moves.iter().map(|(dst, _)| dst.0).collect();
        self.separate(&dsts, kind_of);
    }

    fn define(&mut self, def: u32, source: Option<u32>, live: &Bits, kind_of: &[u32]) {
        let kind = kind_of[def as usize];
        for other in live.iter() {
            if other != def && Some(other) != source && kind_of[other as usize] == kind {
                self.add(def, other);
            }
        }
    }

    /// These are written at the same time.
    fn separate(&mut self, vars: &[u32], kind_of: &[u32]) {
        for (index, a) in vars.iter().enumerate() {
            for b in &vars[index + 1..] {
                if kind_of[*a as usize] == kind_of[*b as usize] {
                    self.add(*a, *b);
                }
            }
        }
    }

    fn add(&mut self, a: u32, b: u32) {
        if a != b && self.edges.insert((a.min(b), a.max(b))) {
            self.neighbours[a as usize].push(b);
            self.neighbours[b as usize].push(a);
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
    fn coalesce(&mut self, func: &Func, linear: &Linear) {
        let params = func.params.len() as u32;
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
            if func.slot(dst) == func.slot(src) {
                self.merge(dst.0, src.0, params);
            }
        }
    }

    fn merge(&mut self, a: u32, b: u32, params: u32) {
        let (a, b) = (self.find(a), self.find(b));
        let fixed = |var: u32| var < params;
        if a == b || self.edges.contains(&(a.min(b), a.max(b))) || (fixed(a) && fixed(b)) {
            return;
        }
        // A parameter stays the representative; otherwise the one with more neighbours, whose list need not be copied.
        let keep_a = fixed(a)
            || (!fixed(b)
                && self.neighbours[a as usize].len() >= self.neighbours[b as usize].len());
        let (kept, gone) = if keep_a { (a, b) } else { (b, a) };
        self.parent[gone as usize] = kept;
        for other in std::mem::take(&mut self.neighbours[gone as usize]) {
            let other = self.find(other);
            self.add(kept, other);
        }
    }
}

/// Gives each representative a register.
struct Colouring<'a> {
    func: &'a Func,
    graph: Graph,
    kinds: Vec<Slot>,
    by_kind: FxHashMap<Slot, Vec<Reg>>,
    of_var: Vec<Reg>,
}

const NONE: Reg = Reg(u32::MAX);

impl<'a> Colouring<'a> {
    fn new(func: &'a Func, graph: Graph) -> Self {
        Colouring {
            func,
            graph,
            kinds: Vec::new(),
            by_kind: FxHashMap::default(),
            of_var: vec![NONE; func.vars.len()],
        }
    }

    fn add_register(&mut self, kind: Slot) -> Reg {
        let reg = Reg(self.kinds.len() as u32);
        self.kinds.push(kind);
        self.by_kind.entry(kind).or_default().push(reg);
        reg
    }

    /// Parameters arrive in the first registers.
    fn params(&mut self) {
        for param in &self.func.params {
            let reg = self.add_register(self.func.slot(param.var));
            let root = self.graph.find(param.var.0);
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
            let root = self.graph.find(var);
            self.of_var[var as usize] = self.of_var[root as usize];
        }
    }

    fn colour(&mut self, var: Var) {
        let root = self.graph.find(var.0);
        if self.of_var[root as usize] != NONE {
            return;
        }
        let kind = self.func.slot(var);
        let neighbours = std::mem::take(&mut self.graph.neighbours[root as usize]);
        let mut taken = FxHashSet::default();
        for other in &neighbours {
            let other = self.graph.find(*other);
            taken.insert(self.of_var[other as usize]);
        }
        self.graph.neighbours[root as usize] = neighbours;
        let candidates = self.by_kind.get(&kind).map_or(&[][..], Vec::as_slice);
        let free = candidates.iter().find(|reg| !taken.contains(reg)).copied();
        let reg = free.unwrap_or_else(|| self.add_register(kind));
        self.of_var[root as usize] = reg;
    }
}
