//! One pass over a function that uses what is known: copies, constants, known constructors, joins entered once.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};
use snow_bytecode::inst::{FloatOp, IntOp};
use snow_bytecode::types::{Type, TypeId, TypeTable};

use super::census::Census;
use super::copy::{Copier, Places, Renamed};
use super::fold::{Fact, Folded, fact_of, fold};
use crate::core::ir::{Block, End, Func, Join, JoinId, Op, Stmt, Var, VarInfo};
use crate::stack::with_stack;

/// Simplifies a function; whether another pass may find more. What is learnt about values is used at once, wherever they are read; but the
/// census is that of the code as it was, so code that has gone, or jumps that hand over something else, are a reason to look again. Nothing
/// follows from the jumps to `open` joins: others will come.
pub(super) fn simplify(func: &mut Func, types: &TypeTable, open: &FxHashSet<JoinId>) -> bool {
    let census = Census::of(func);
    let mut pass = Simplify {
        types,
        open,
        replaced: (0..func.vars.len() as u32).map(Var).collect(),
        facts: vec![None; func.vars.len()],
        vars: std::mem::take(&mut func.vars),
        joins: func.joins,
        census,
        moved: FxHashMap::default(),
        small: FxHashMap::default(),
        computed: FxHashMap::default(),
        scope: Vec::new(),
        again: false,
    };
    pass.block(&mut func.body);
    func.vars = pass.vars;
    func.joins = pass.joins;
    pass.again
}

/// Most statements of a join that wraps something and may be copied.
const WRAPPED: usize = 5;

struct Simplify<'t> {
    types: &'t TypeTable,
    open: &'t FxHashSet<JoinId>,
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
    /// What was computed since the blocks around began.
    scope: Vec<Key>,
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

/// What becomes of a statement.
enum Fate {
    Stays,
    Goes,
    /// These take its place.
    Becomes(Vec<Stmt>),
}

impl Simplify<'_> {
    fn block(&mut self, block: &mut Block) {
        with_stack(|| {
            let scope = self.scope.len();
            let mut stmts = self.statements(std::mem::take(&mut block.stmts), None);
            while let Some(more) = self.end(&mut block.end) {
                let more_stmts = self.statements(more.stmts, stmts.last());
                stmts.extend(more_stmts);
                block.end = more.end;
            }
            block.stmts = stmts;
            for key in self.scope.drain(scope..) {
                self.computed.remove(&key);
            }
        });
    }

    /// A block in which a variable is known to have a constructor.
    fn block_where(&mut self, var: Var, fact: Fact, block: &mut Block) {
        let at = var.0 as usize;
        let before = match &self.facts[at] {
            Some(Fact::Fields(..)) => None,
            other => Some(other.clone()),
        };
        if before.is_some() {
            self.facts[at] = Some(fact);
        }
        self.block(block);
        if let Some(before) = before {
            self.facts[at] = before;
        }
    }

    /// What is left of statements that come after `last`.
    fn statements(&mut self, mut stmts: Vec<Stmt>, last: Option<&Stmt>) -> Vec<Stmt> {
        let mut unit = last.and_then(|stmt| self.unit_of(stmt));
        // Statements in the place of others, by the number of those that were kept before them.
        let mut inserts: Vec<(usize, Vec<Stmt>)> = Vec::new();
        let mut kept = 0;
        stmts.retain_mut(|stmt| match self.statement(stmt, unit) {
            Fate::Stays => {
                kept += 1;
                unit = self.unit_of(stmt);
                true
            }
            Fate::Goes => false,
            Fate::Becomes(others) => {
                unit = others.last().and_then(|stmt| self.unit_of(stmt));
                inserts.push((kept, others));
                false
            }
        });
        for (at, others) in inserts.into_iter().rev() {
            stmts.splice(at..at, others);
        }
        stmts
    }

    /// Simplifies a statement after another whose result is `unit`.
    fn statement(&mut self, stmt: &mut Stmt, unit: Option<Var>) -> Fate {
        match stmt {
            Stmt::Let { var, op, .. } => {
                op.operands_mut(&mut |operand| *operand = self.replaced[operand.0 as usize]);
                if let (Op::Unit, Some(unit)) = (&*op, unit) {
                    self.stands_for(*var, unit);
                    return Fate::Goes;
                }
                match self.operation(*var, op) {
                    true => Fate::Stays,
                    false => Fate::Goes,
                }
            }
            Stmt::Join(join) => self.join(join),
        }
    }

    /// The result of a statement when it is a unit: what follows a call as `()` is the call's own result, and
    /// the call may be a tail call.
    fn unit_of(&self, stmt: &Stmt) -> Option<Var> {
        match stmt {
            Stmt::Let { var, .. } => {
                let unit = matches!(self.types.get(self.vars[var.0 as usize].ty), Type::Unit);
                unit.then_some(*var)
            }
            Stmt::Join(_) => None,
        }
    }

    /// Simplifies an operation; whether it is left: another variable may stand for its result.
    fn operation(&mut self, var: Var, op: &mut Op) -> bool {
        let facts = &self.facts;
        match fold(op, &|var: Var| facts[var.0 as usize].as_ref()) {
            Folded::Var(other) => {
                self.stands_for(var, other);
                return false;
            }
            Folded::Op(simpler) => *op = simpler,
            Folded::No => {}
        }
        if let Some(key) = self.key_of(var, op) {
            match self.computed.entry(key) {
                Entry::Occupied(known) => {
                    let known = *known.get();
                    self.stands_for(var, known);
                    return false;
                }
                Entry::Vacant(entry) => {
                    entry.insert(var);
                    self.scope.push(key);
                }
            }
        }
        self.facts[var.0 as usize] = fact_of(op);
        true
    }

    /// What makes two operations the same, when repeating the result is better than computing it again: references are read
    /// again, because that costs less than holding on to them.
    fn key_of(&self, var: Var, op: &Op) -> Option<Key> {
        let key = match *op {
            Op::Project { value, tag, field } => Key::Project(value, tag, field),
            Op::IntBin(op, a, b) => Key::Int(op, a, b),
            Op::FloatBin(op, a, b) => Key::Float(op, a, b),
            Op::ListLen(list) | Op::BytesLen(list) => Key::Length(list),
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

    fn join(&mut self, join: &mut Box<Join>) -> Fate {
        let jumps = self.census.jumps(join.id);
        if self.census.is_unreachable(join.id) {
            self.again = true;
            return Fate::Goes;
        }
        let closed = match self.open.contains(&join.id) {
            true => &[],
            false => &join.params[..],
        };
        for (number, param) in closed.iter().enumerate() {
            if let Some(var) = self.census.invariant(join.id, number) {
                let var = self.replaced[var.0 as usize];
                if var != *param {
                    self.stands_for(*param, var);
                }
            }
        }
        if !join.looping && jumps == 1 {
            self.moved.insert(join.id, taken(join));
            return Fate::Goes;
        }
        let mut arms = Vec::new();
        if !join.looping && self.splits(join) {
            self.split_arms(join, &mut arms);
        }
        if !join.looping && (self.is_small(&join.body) || self.wraps(join)) {
            self.again = true;
            self.small.insert(join.id, taken(join));
            return Fate::Becomes(arms);
        }
        self.block(&mut join.body);
        if arms.is_empty() {
            return Fate::Stays;
        }
        arms.push(Stmt::Join(Box::new(taken(join))));
        Fate::Becomes(arms)
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

    /// Whether all that a join does is to build a closure around a parameter and go on with it. What each jump hands over may be of other code, and so
    /// may the loop be where it goes on.
    fn wraps(&self, join: &Join) -> bool {
        let End::Jump(target, _) = &join.body.end else {
            return false;
        };
        let builds = |stmt: &Stmt| match stmt {
            Stmt::Let { op, .. } => matches!(op, Op::Closure(..) | Op::Construct(..)),
            Stmt::Join(_) => false,
        };
        let around = |stmt: &Stmt| match stmt {
            Stmt::Let {
                op: Op::Closure(_, captures),
                ..
            } => captures.iter().any(|capture| join.params.contains(capture)),
            _ => false,
        };
        let stmts = &join.body.stmts;
        let short = stmts.len() <= WRAPPED && !self.moved.contains_key(target);
        short
            && stmts.iter().all(|stmt| builds(stmt) || is_constant(stmt))
            && stmts.iter().any(around)
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
            self.block(&mut arm.body);
            for (param, before) in params.iter().zip(before) {
                self.replaced[param.0 as usize] = before;
            }
            out.push(Stmt::Join(Box::new(arm)));
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

    /// Simplifies an end; the code that goes on in its place, if there is any.
    fn end(&mut self, end: &mut End) -> Option<Block> {
        end.operands_mut(&mut |operand| *operand = self.replaced[operand.0 as usize]);
        match end {
            End::Jump(join, args) => self.jump(*join, args),
            End::If(..) => self.branch(end),
            End::Switch { .. } => self.switch(end),
            End::SwitchInt { on, arms, default } => self.switch_int(*on, arms, default),
            _ => None,
        }
    }

    fn jump(&mut self, join: JoinId, args: &[Var]) -> Option<Block> {
        if let Some(moved) = self.moved.remove(&join) {
            for (param, arg) in moved.params.iter().zip(args) {
                if param != arg {
                    self.stands_for(*param, *arg);
                }
            }
            return Some(moved.body);
        }
        let small = self.small.get(&join)?;
        let values = args.iter().copied();
        let mut copier = Copier {
            from: None,
            vars: &mut self.vars,
            joins: &mut self.joins,
            map: Renamed::few(small.params.iter().copied().zip(values)),
            join_map: FxHashMap::default(),
            places: Places::Own,
        };
        let copy = copier.block(&small.body);
        self.replaced
            .extend((self.replaced.len() as u32..self.vars.len() as u32).map(Var));
        self.facts.resize(self.vars.len(), None);
        Some(copy)
    }

    fn branch(&mut self, end: &mut End) -> Option<Block> {
        let End::If(on, then, otherwise) = end else {
            return None;
        };
        match self.facts[on.0 as usize] {
            Some(Fact::Bool(true)) => return self.chosen(then),
            Some(Fact::Bool(false)) => return self.chosen(otherwise),
            Some(Fact::Not(inner)) => {
                self.again = true;
                *on = inner;
                std::mem::swap(then, otherwise);
                return self.branch(end);
            }
            _ => {}
        }
        self.block_where(*on, Fact::Bool(true), then);
        self.block_where(*on, Fact::Bool(false), otherwise);
        let both_jump = then.stmts.is_empty() && otherwise.stmts.is_empty();
        if both_jump && same_jump(&then.end, &otherwise.end) {
            self.again = true;
            *end = std::mem::replace(&mut then.end, End::Unreachable);
        }
        None
    }

    fn chosen(&mut self, block: &mut Block) -> Option<Block> {
        self.again = true;
        Some(std::mem::take(block))
    }

    fn switch(&mut self, end: &mut End) -> Option<Block> {
        let End::Switch { on, arms, default } = end else {
            return None;
        };
        if let Some(Fact::Fields(tag, _) | Fact::Tag(tag)) = self.facts[on.0 as usize] {
            let arm = arms.iter_mut().find(|(own, _)| *own == tag);
            let arm = arm.map(|(_, block)| block).or(default.as_deref_mut());
            if let Some(block) = arm {
                return self.chosen(block);
            }
            *end = End::Unreachable;
            return None;
        }
        for (tag, block) in arms {
            self.block_where(*on, Fact::Tag(*tag), block);
        }
        if let Some(default) = default {
            self.block(default);
        }
        None
    }

    fn switch_int(
        &mut self,
        on: Var,
        arms: &mut [(i64, Block)],
        default: &mut Block,
    ) -> Option<Block> {
        if let Some(Fact::Int(value)) = self.facts[on.0 as usize] {
            let arm = arms.iter_mut().find(|(own, _)| *own == value);
            return self.chosen(arm.map_or(default, |(_, block)| block));
        }
        for (value, block) in arms {
            self.block_where(on, Fact::Int(*value), block);
        }
        self.block(default);
        None
    }
}

/// A join's code and parameters, which leave nothing behind.
fn taken(join: &mut Join) -> Join {
    Join {
        id: join.id,
        params: std::mem::take(&mut join.params),
        looping: join.looping,
        body: std::mem::take(&mut join.body),
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
