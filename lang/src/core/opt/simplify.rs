//! One pass over a function that uses what is known: copies, constants, known constructors, joins entered once.

use rustc_hash::FxHashMap;
use snow_bytecode::inst::{FloatOp, IntOp};
use snow_bytecode::types::{Type, TypeId, TypeTable};

use super::census::Census;
use super::copy::{Copier, Places};
use super::fold::{Fact, Folded, fact_of, fold};
use crate::core::ir::{Block, End, Func, Join, JoinId, Op, Stmt, Var, VarInfo};
use crate::stack::with_stack;

/// Simplifies a function; whether another pass may find more. What is learnt about values is used at once, wherever they are read; but the
/// census is that of the code as it was, so code that has gone, or jumps that hand over something else, are a reason to look again.
pub(super) fn simplify(func: &mut Func, types: &TypeTable) -> bool {
    let census = Census::of(func);
    let mut pass = Simplify {
        types,
        replaced: (0..func.vars.len() as u32).map(Var).collect(),
        facts: vec![None; func.vars.len()],
        vars: std::mem::take(&mut func.vars),
        joins: func.joins,
        census,
        moved: FxHashMap::default(),
        small: FxHashMap::default(),
        computed: FxHashMap::default(),
        again: false,
    };
    let empty = Block {
        stmts: Vec::new(),
        end: End::Unreachable,
    };
    let body = std::mem::replace(&mut func.body, empty);
    func.body = pass.block(body);
    func.vars = pass.vars;
    func.joins = pass.joins;
    pass.again
}

struct Simplify<'t> {
    types: &'t TypeTable,
    vars: Vec<VarInfo>,
    joins: u32,
    census: Census,
    /// Which variable stands for each.
    replaced: Vec<Var>,
    facts: Vec<Option<Fact>>,
    /// Joins with one jump, whose code goes there.
    moved: FxHashMap<JoinId, Join>,
    /// Joins whose code is copied to all jumps.
    small: FxHashMap<JoinId, Join>,
    /// Words and floats computed on the way here.
    computed: FxHashMap<Key, Var>,
    again: bool,
}

/// A computation, by its operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Project(Var, u8, u32),
    Int(IntOp, Var, Var),
    Float(FloatOp, Var, Var),
    Length(Var),
}

/// How control goes on after the end of a block.
enum Next {
    /// With more code at the same place.
    Code(Block),
    /// The block ends.
    End(End),
}

impl Simplify<'_> {
    fn block(&mut self, block: Block) -> Block {
        with_stack(|| {
            let mut stmts = Vec::with_capacity(block.stmts.len());
            let mut computed = Vec::new();
            let end = self.run(&mut stmts, &mut computed, block);
            for key in computed {
                self.computed.remove(&key);
            }
            Block { stmts, end }
        })
    }

    /// A block in which a variable is known to have a constructor.
    fn block_where(&mut self, var: Var, fact: Fact, block: Block) -> Block {
        let at = var.0 as usize;
        let before = match &self.facts[at] {
            Some(Fact::Fields(..)) => None,
            other => Some(other.clone()),
        };
        if before.is_some() {
            self.facts[at] = Some(fact);
        }
        let block = self.block(block);
        if let Some(before) = before {
            self.facts[at] = before;
        }
        block
    }

    fn run(&mut self, out: &mut Vec<Stmt>, computed: &mut Vec<Key>, mut block: Block) -> End {
        loop {
            for stmt in block.stmts {
                match stmt {
                    Stmt::Let { var, mut op, span } => {
                        op.operands_mut(&mut |operand| {
                            *operand = self.replaced[operand.0 as usize]
                        });
                        if let (Op::Unit, Some(unit)) = (&op, self.last_unit(out)) {
                            self.stands_for(var, unit);
                        } else if let Some(op) = self.operation(var, op, computed) {
                            out.push(Stmt::Let { var, op, span });
                        }
                    }
                    Stmt::Join(join) => self.join(join, out),
                }
            }
            match self.end(block.end) {
                Next::Code(more) => block = more,
                Next::End(end) => return end,
            }
        }
    }

    /// The result of the last statement when it is a unit: what follows a call as `()` is the call's own result, and
    /// the call may be a tail call.
    fn last_unit(&self, out: &[Stmt]) -> Option<Var> {
        match out.last()? {
            Stmt::Let { var, .. } => {
                let unit = matches!(self.types.get(self.vars[var.0 as usize].ty), Type::Unit);
                unit.then_some(*var)
            }
            Stmt::Join(_) => None,
        }
    }

    /// What is left of an operation; `None` when another variable stands for its result.
    fn operation(&mut self, var: Var, op: Op, computed: &mut Vec<Key>) -> Option<Op> {
        let facts = &self.facts;
        let op = match fold(&op, &|var: Var| facts[var.0 as usize].as_ref()) {
            Folded::Var(other) => {
                self.stands_for(var, other);
                return None;
            }
            Folded::Op(simpler) => simpler,
            Folded::No => op,
        };
        if let Some(key) = self.key_of(var, &op) {
            match self.computed.get(&key) {
                Some(&known) => {
                    self.stands_for(var, known);
                    return None;
                }
                None => {
                    self.computed.insert(key, var);
                    computed.push(key);
                }
            }
        }
        self.facts[var.0 as usize] = fact_of(&op);
        Some(op)
    }

    /// What makes two operations the same, when repeating the result is better than computing it again: references are read
    /// again, because that costs less than holding on to them.
    fn key_of(&self, var: Var, op: &Op) -> Option<Key> {
        let key = match *op {
            Op::Project { value, tag, field } => Key::Project(value, tag, field),
            Op::IntBin(op, a, b) => Key::Int(op, a, b),
            Op::FloatBin(op, a, b) => Key::Float(op, a, b),
            Op::ListLen(list) => Key::Length(list),
            _ => return None,
        };
        is_scalar(self.types, self.vars[var.0 as usize].ty).then_some(key)
    }

    fn stands_for(&mut self, var: Var, other: Var) {
        self.again |= self.census.is_handed_over(var);
        self.replaced[var.0 as usize] = other;
        let name = self.vars[var.0 as usize].name.clone();
        let info = &mut self.vars[other.0 as usize];
        if info.name.is_empty() {
            info.name = name;
        }
    }

    fn join(&mut self, mut join: Join, out: &mut Vec<Stmt>) {
        let jumps = self.census.jumps(join.id);
        if jumps == 0 {
            self.again = true;
            return;
        }
        for (number, param) in join.params.iter().enumerate() {
            if let Some(var) = self.census.invariant(join.id, number) {
                let var = self.replaced[var.0 as usize];
                if var != *param {
                    self.stands_for(*param, var);
                }
            }
        }
        if !join.looping && jumps == 1 {
            self.moved.insert(join.id, join);
            return;
        }
        if !join.looping && self.splits(&join) {
            self.split_arms(&mut join, out);
        }
        if !join.looping && self.is_small(&join.body) {
            self.again = true;
            self.small.insert(join.id, join);
            return;
        }
        let body = self.block(join.body);
        out.push(Stmt::Join(Join { body, ..join }));
    }

    /// Whether code is so short that each jump may have its own.
    fn is_small(&self, body: &Block) -> bool {
        let plain = |end: &End| match end {
            End::Return(_) | End::Crash { .. } | End::Unreachable => true,
            // A join with one jump must stay entered once.
            End::Jump(join, _) => !self.moved.contains_key(join),
            _ => false,
        };
        let stmts = body.stmts.len() <= 1 && body.stmts.iter().all(is_constant);
        let jumps = |block: &Block| {
            block.stmts.is_empty() && matches!(block.end, End::Jump(..)) && plain(&block.end)
        };
        stmts
            && match &body.end {
                End::If(_, then, otherwise) => {
                    body.stmts.is_empty() && jumps(then) && jumps(otherwise)
                }
                End::Switch { arms, default, .. } => {
                    body.stmts.is_empty()
                        && arms.len() <= 4
                        && arms.iter().all(|(_, block)| jumps(block))
                        && default.as_deref().is_none_or(jumps)
                }
                end => plain(end),
            }
    }

    /// Whether a join does nothing but look at a parameter that some jump hands over with a known constructor.
    fn splits(&self, join: &Join) -> bool {
        let on = match &join.body.end {
            End::If(on, ..) | End::Switch { on, .. } => *on,
            _ => return false,
        };
        let short = join.body.end.blocks().count() <= 4;
        short
            && join.body.stmts.is_empty()
            && join.params.contains(&on)
            && self.census.joins[join.id.0 as usize].known
    }

    /// Makes joins of a join's branches, so that jumps with a known constructor can go to them directly.
    fn split_arms(&mut self, join: &mut Join, out: &mut Vec<Stmt>) {
        let params = join.params.clone();
        for block in join.body.end.blocks_mut() {
            if block.stmts.is_empty() && matches!(block.end, End::Jump(..)) {
                continue;
            }
            let id = JoinId(self.joins);
            self.joins += 1;
            let jump = Block {
                stmts: Vec::new(),
                end: End::Jump(id, params.clone()),
            };
            let body = std::mem::replace(block, jump);
            let mut arm = Join {
                id,
                params: Vec::new(),
                looping: false,
                body,
            };
            arm.params = params.iter().map(|param| self.fresh_like(*param)).collect();
            // The branch is processed before anything else reads the join's own parameters, which get their own meaning back after it.
            let before: Vec<Var> = params
                .iter()
                .map(|param| self.replaced[param.0 as usize])
                .collect();
            for (param, fresh) in params.iter().zip(&arm.params) {
                self.replaced[param.0 as usize] = *fresh;
            }
            arm.body = self.block(arm.body);
            for (param, before) in params.iter().zip(before) {
                self.replaced[param.0 as usize] = before;
            }
            out.push(Stmt::Join(arm));
            self.again = true;
        }
    }

    fn fresh_like(&mut self, var: Var) -> Var {
        let fresh = Var(self.vars.len() as u32);
        self.vars.push(self.vars[var.0 as usize].clone());
        self.replaced.push(fresh);
        self.facts.push(None);
        fresh
    }

    fn end(&mut self, mut end: End) -> Next {
        end.operands_mut(&mut |operand| *operand = self.replaced[operand.0 as usize]);
        match end {
            End::Jump(join, args) => self.jump(join, args),
            End::If(on, then, otherwise) => self.branch(on, *then, *otherwise),
            End::Switch { on, arms, default } => self.switch(on, arms, default),
            End::SwitchInt { on, arms, default } => self.switch_int(on, arms, *default),
            leave => Next::End(leave),
        }
    }

    fn jump(&mut self, join: JoinId, args: Vec<Var>) -> Next {
        if let Some(moved) = self.moved.remove(&join) {
            for (param, arg) in moved.params.iter().zip(args) {
                if *param != arg {
                    self.stands_for(*param, arg);
                }
            }
            return Next::Code(moved.body);
        }
        let Some(small) = self.small.get(&join) else {
            return Next::End(End::Jump(join, args));
        };
        let mut copier = Copier {
            from: None,
            vars: &mut self.vars,
            joins: &mut self.joins,
            map: small.params.iter().copied().zip(args).collect(),
            join_map: FxHashMap::default(),
            places: Places::Own,
        };
        let copy = copier.block(&small.body);
        self.replaced
            .extend((self.replaced.len() as u32..self.vars.len() as u32).map(Var));
        self.facts.resize(self.vars.len(), None);
        Next::Code(copy)
    }

    fn branch(&mut self, on: Var, then: Block, otherwise: Block) -> Next {
        match self.facts[on.0 as usize] {
            Some(Fact::Bool(true)) => return self.chosen(then),
            Some(Fact::Bool(false)) => return self.chosen(otherwise),
            Some(Fact::Not(inner)) => {
                self.again = true;
                return self.branch(inner, otherwise, then);
            }
            _ => {}
        }
        let then = self.block_where(on, Fact::Bool(true), then);
        let otherwise = self.block_where(on, Fact::Bool(false), otherwise);
        if then.stmts.is_empty()
            && otherwise.stmts.is_empty()
            && same_jump(&then.end, &otherwise.end)
        {
            self.again = true;
            return Next::End(then.end);
        }
        Next::End(End::If(on, Box::new(then), Box::new(otherwise)))
    }

    fn chosen(&mut self, block: Block) -> Next {
        self.again = true;
        Next::Code(block)
    }

    fn switch(&mut self, on: Var, arms: Vec<(u8, Block)>, default: Option<Box<Block>>) -> Next {
        if let Some(Fact::Fields(tag, _) | Fact::Tag(tag)) = self.facts[on.0 as usize] {
            let arm = arms
                .into_iter()
                .find(|(own, _)| *own == tag)
                .map(|(_, block)| block);
            return match arm.or(default.map(|block| *block)) {
                Some(block) => self.chosen(block),
                None => Next::End(End::Unreachable),
            };
        }
        let arms = arms
            .into_iter()
            .map(|(tag, block)| (tag, self.block_where(on, Fact::Tag(tag), block)));
        let arms = arms.collect();
        let default = default.map(|block| Box::new(self.block(*block)));
        Next::End(End::Switch { on, arms, default })
    }

    fn switch_int(&mut self, on: Var, arms: Vec<(i64, Block)>, default: Block) -> Next {
        if let Some(Fact::Int(value)) = self.facts[on.0 as usize] {
            let arm = arms
                .into_iter()
                .find(|(own, _)| *own == value)
                .map(|(_, block)| block);
            return self.chosen(arm.unwrap_or(default));
        }
        let arms = arms
            .into_iter()
            .map(|(value, block)| (value, self.block_where(on, Fact::Int(value), block)));
        let arms = arms.collect();
        let default = Box::new(self.block(default));
        Next::End(End::SwitchInt { on, arms, default })
    }
}

fn is_constant(stmt: &Stmt) -> bool {
    matches!(
        stmt,
        Stmt::Let {
            op: Op::Unit | Op::Bool(_) | Op::Int(_) | Op::Float(_) | Op::Str(_) | Op::Atom(_),
            ..
        }
    )
}

fn is_scalar(types: &TypeTable, ty: TypeId) -> bool {
    matches!(
        types.get(ty),
        Type::Int | Type::Float | Type::Bool | Type::Atom | Type::Pid(_) | Type::Ref
    )
}

fn same_jump(a: &End, b: &End) -> bool {
    matches!((a, b), (End::Jump(a, x), End::Jump(b, y)) if a == b && x == y)
}
