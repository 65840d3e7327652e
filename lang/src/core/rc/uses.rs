//! Where each variable of a function is read, by position: statements and ends are numbered in the order of a walk, so that the rest of a
//! block, with all blocks below it, is one range of numbers.

use snow_bytecode::inst::{Access, Inst};

use super::signatures::Signatures;
use crate::core::flat::ir::{Block, End, Func, Stmt, Var};
use crate::stack::with_stack;

/// How a variable is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `Load` of a slot to a variable.
    Load(u16, Var),
    /// `Unbox`.
    Unbox,
    /// First element of a list, to a variable.
    Head(Var),
    /// A list without its first element, to a variable.
    Tail(Var),
    /// Another element.
    Get,
    /// Element replaced at an index.
    Set(Var),
    /// Value of a map under a key.
    MapGet,
    /// Value of a map replaced under a key.
    MapPut(Var),
    /// `Update` of these slots.
    Update(Vec<u16>),
    /// `Cast` or `Move` to another variable.
    Alias(Var),
    /// Consumed otherwise.
    Take,
    /// Read otherwise.
    Read,
}

/// One read.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// Its position.
    pub at: u32,
    /// How.
    pub kind: Kind,
    /// The number of the block that it is in.
    pub block: usize,
    /// Where the innermost loop that it is in begins.
    pub loop_start: u32,
}

/// A join point: where its body is, and where it may be jumped to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// First position of its body.
    pub start: u32,
    /// First position after it.
    pub end: u32,
    /// The number of the block that declares it.
    pub block: usize,
    /// Whether it loops.
    pub looping: bool,
}

/// All reads of a function.
pub(super) struct Uses {
    /// By variable, ascending.
    pub of: Vec<Vec<Use>>,
    /// Position of each variable's definition; 0 for parameters, which a join at the start comes after.
    pub defined: Vec<u32>,
    /// What unboxing or casting a variable gives.
    pub parts: Vec<Vec<Var>>,
    /// Where each block ends, in the order of the walk.
    pub block_ends: Vec<u32>,
    /// All join points, by start.
    pub joins: Vec<Extent>,
}

impl Uses {
    /// Walks a function.
    pub fn of(func: &Func, signatures: &Signatures) -> Uses {
        let count = func.vars.len();
        let uses = Uses {
            of: std::iter::repeat_with(Vec::new).take(count).collect(),
            defined: vec![0; count],
            parts: std::iter::repeat_with(Vec::new).take(count).collect(),
            block_ends: Vec::new(),
            joins: Vec::new(),
        };
        let mut walk = Walk {
            func,
            signatures,
            uses,
            at: 0,
            block: 0,
            loop_start: 0,
        };
        walk.block(&func.body);
        walk.uses
    }

    /// The reads of a variable in a range of positions.
    pub fn within(&self, var: Var, from: u32, to: u32) -> &[Use] {
        let uses = &self.of[var.0 as usize];
        let start = uses.partition_point(|usage| usage.at < from);
        let end = uses.partition_point(|usage| usage.at < to);
        &uses[start..end.max(start)]
    }

    /// Whether a variable is read after one of its reads on some path, given that no join point declared before `from` reads it.
    pub fn read_after(&self, var: Var, usage: &Use, from: u32) -> bool {
        let later = !self
            .within(var, usage.at + 1, self.block_ends[usage.block])
            .is_empty();
        let first = self.joins.partition_point(|join| join.start < from);
        let inner = self.joins[first..].iter();
        let mut inner = inner.take_while(|join| join.start <= usage.at);
        later
            || inner.any(|join| {
                let in_scope = join.end <= usage.at && usage.at < self.block_ends[join.block];
                in_scope && !self.within(var, join.start, join.end).is_empty()
            })
    }

    /// Room for a variable that has just been made, at a position.
    pub fn add(&mut self, at: u32) {
        self.of.push(Vec::new());
        self.parts.push(Vec::new());
        self.defined.push(at);
    }

    /// Whether a variable, or something read out of it, is consumed.
    pub fn consumed(&self, var: Var) -> bool {
        let index = var.0 as usize;
        let taken = self.of[index].iter().any(|usage| match &usage.kind {
            Kind::Take | Kind::Tail(_) | Kind::Set(_) | Kind::MapPut(_) | Kind::Update(_) => true,
            Kind::Alias(dst) => self.consumed(*dst),
            _ => false,
        });
        taken || self.parts[index].iter().any(|part| self.consumed(*part))
    }

    /// Makes the reads of `gone` reads of `kept`.
    pub fn merge(&mut self, kept: Var, gone: Var) {
        let more = std::mem::take(&mut self.of[gone.0 as usize]);
        let uses = &mut self.of[kept.0 as usize];
        uses.extend(more);
        uses.sort_by_key(|usage| usage.at);
    }
}

struct Walk<'a> {
    func: &'a Func,
    signatures: &'a Signatures,
    uses: Uses,
    at: u32,
    block: usize,
    loop_start: u32,
}

impl Walk<'_> {
    fn block(&mut self, block: &Block) {
        with_stack(|| {
            let number = self.uses.block_ends.len();
            self.uses.block_ends.push(0);
            let outer_block = std::mem::replace(&mut self.block, number);
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Inst(inst, _) => self.inst(inst),
                    Stmt::Join(join) => {
                        let outer = self.loop_start;
                        // A position of its own, so that what is defined before the body has a lower one than the body's first
                        // statement, be that a loop. Parameters are defined in the body: each turn of a loop has its own.
                        self.at += 1;
                        for param in &join.params {
                            self.uses.defined[param.0 as usize] = self.at;
                        }
                        if join.looping {
                            self.loop_start = self.at;
                        }
                        let number = self.uses.joins.len();
                        self.uses.joins.push(Extent {
                            start: self.at,
                            end: 0,
                            block: self.block,
                            looping: join.looping,
                        });
                        self.block(&join.body);
                        self.uses.joins[number].end = self.at;
                        self.loop_start = outer;
                    }
                }
            }
            match &block.end {
                End::Leave(inst, _) | End::Branch { inst, .. } | End::Switch { inst, .. } => {
                    self.inst(inst);
                }
                End::Jump(_, args) => {
                    args.iter().for_each(|arg| self.read(*arg, Kind::Take));
                    self.at += 1;
                }
            }
            block.end.blocks().for_each(|block| self.block(block));
            self.uses.block_ends[number] = self.at;
            self.block = outer_block;
        });
    }

    fn inst(&mut self, inst: &Inst) {
        let at = self.at;
        inst.defs(&mut |var| self.uses.defined[var.0 as usize] = at);
        if matches!(inst, Inst::Unbox { .. } | Inst::Load { .. })
            && let Some(src) = inst.borrows_from()
        {
            let parts = &mut self.uses.parts[src.0 as usize];
            inst.defs(&mut |var| parts.push(var));
        }
        let special = self.special(inst);
        inst.accesses(self.signatures.callee(inst), &mut |access| match access {
            Access::Use(var) | Access::Take(var)
                if special.as_ref().is_some_and(|(special, _)| *special == var) => {}
            Access::Use(var) => self.read(var, Kind::Read),
            Access::Take(var) => self.read(var, Kind::Take),
            Access::Def(_) => {}
        });
        if let Some((var, kind)) = special {
            self.read(var, kind);
        }
        self.at += 1;
    }

    /// The operand that an instruction takes apart or updates. An instruction that reads it twice is not special.
    fn special(&self, inst: &Inst) -> Option<(Var, Kind)> {
        let is = |var: &Var, value| self.func.constant(*var) == Some(value);
        let found = match inst {
            Inst::Load { dst, src, slot } => (*src, Kind::Load(*slot, *dst)),
            Inst::Unbox { src, .. } => (*src, Kind::Unbox),
            Inst::ListGet { dst, list, index } if is(index, 0) => (*list, Kind::Head(*dst)),
            Inst::ListGet { list, .. } => (*list, Kind::Get),
            Inst::ListDrop { dst, list, count } if is(count, 1) => (*list, Kind::Tail(*dst)),
            Inst::ListSet { list, index, .. } => (*list, Kind::Set(*index)),
            Inst::MapGet { map, .. } => (*map, Kind::MapGet),
            Inst::MapPut { map, key, .. } => (*map, Kind::MapPut(*key)),
            Inst::Update { src, fields, .. } => {
                let slots = fields.iter().map(|(slot, _)| *slot).collect();
                (*src, Kind::Update(slots))
            }
            Inst::Cast { dst, src } | Inst::Move { dst, src } => (*src, Kind::Alias(*dst)),
            _ => return None,
        };
        let mut reads = 0;
        inst.accesses(None, &mut |access| {
            if matches!(access, Access::Use(var) | Access::Take(var) if var == found.0) {
                reads += 1;
            }
        });
        (reads == 1).then_some(found)
    }

    fn read(&mut self, var: Var, kind: Kind) {
        if self.func.is_ref(var) {
            self.uses.of[var.0 as usize].push(Use {
                at: self.at,
                kind,
                block: self.block,
                loop_start: self.loop_start,
            });
        }
    }
}
