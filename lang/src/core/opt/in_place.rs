//! Lists made element by element from a list of the same type are made in its place.
//!
//! `for x in xs do f(x) end` appends to a new list. Where that has the type of `xs`, and each turn appends exactly one element, the loop can
//! replace the elements of `xs` instead: when nobody else holds the list, its memory and that of its elements is used again, and when somebody
//! does, the first replacement copies the list at once.

use rustc_hash::FxHashSet;
use snow_bytecode::inst::{Cond, IntOp};

use super::census;
use crate::core::ir::{Block, End, Func, Join, JoinId, Op, Stmt, Var};
use crate::stack::with_stack;

/// Changes the loops of a function; whether there were any to change.
pub(super) fn reuse_lists(func: &mut Func) -> bool {
    if !appends(&func.body) {
        return false;
    }
    let facts = Facts::of(func);
    let mut loops = Vec::new();
    for block in func.body.all_blocks() {
        if let End::Jump(target, args) = &block.end {
            let joins = block.stmts.iter().filter_map(|stmt| match stmt {
                Stmt::Join(join) if join.looping && join.id == *target => Some(&**join),
                _ => None,
            });
            loops.extend(joins.filter_map(|join| facts.remake(func, join, args)));
        }
    }
    for remake in &loops {
        remake.apply(&mut func.body);
    }
    !loops.is_empty()
}

fn appends(body: &Block) -> bool {
    let mut stmts = body.all_blocks().flat_map(|block| &block.stmts);
    stmts.any(|stmt| {
        matches!(
            stmt,
            Stmt::Let {
                op: Op::ListAppend(..),
                ..
            }
        )
    })
}

/// How each variable is computed, how often it is read, and how often each join is jumped to.
struct Facts<'f> {
    ops: Vec<Option<&'f Op>>,
    uses: Vec<u32>,
    jumps: Vec<u32>,
}

/// A loop that takes the elements of a list at a position and appends one to another list in each turn.
struct Remake {
    /// The loop.
    join: JoinId,
    /// Number of the parameter that holds the new list.
    number: usize,
    /// That parameter.
    made: Var,
    /// The position.
    at: Var,
    /// The list whose elements are taken.
    from: Var,
}

impl<'f> Facts<'f> {
    fn of(func: &'f Func) -> Facts<'f> {
        let mut facts = Facts {
            ops: vec![None; func.vars.len()],
            uses: census::uses(func),
            jumps: vec![0; func.joins as usize],
        };
        for block in func.body.all_blocks() {
            for stmt in &block.stmts {
                if let Stmt::Let { var, op, .. } = stmt {
                    facts.ops[var.0 as usize] = Some(op);
                }
            }
            if let End::Jump(target, _) = &block.end {
                facts.jumps[target.0 as usize] += 1;
            }
        }
        facts
    }

    /// How a variable is computed; parameters are not.
    fn op(&self, var: Var) -> Option<&'f Op> {
        self.ops[var.0 as usize]
    }

    fn is_int(&self, var: Var, value: i64) -> bool {
        matches!(self.op(var), Some(Op::Int(int)) if *int == value)
    }

    /// What is to be changed about a loop that is entered with `args`, if it is one of those.
    fn remake(&self, func: &Func, join: &Join, args: &[Var]) -> Option<Remake> {
        let End::If(more, turn, _) = &join.body.end else {
            return None;
        };
        let Op::IntCmp(Cond::Lt, at, len) = self.op(*more)? else {
            return None;
        };
        let Op::ListLen(from) = self.op(*len)? else {
            return None;
        };
        let position = join.params.iter().position(|param| param == at)?;
        if !self.is_int(*args.get(position)?, 0) {
            return None;
        }
        let ty = |var: Var| func.vars[var.0 as usize].ty;
        let numbers = 0..join.params.len();
        let mut remakes = numbers.map(|number| Remake {
            join: join.id,
            number,
            made: join.params[number],
            at: *at,
            from: *from,
        });
        let remake = remakes.find(|remake| {
            let empty =
                matches!(self.op(args[remake.number]), Some(Op::List(elems)) if elems.is_empty());
            empty
                && ty(remake.made) == ty(*from)
                && !reads(&join.body, remake.made)
                && self.appends_one(remake, position, turn)
        })?;
        let bound = bound_in(join);
        (!bound.contains(from) && !bound.contains(len)).then_some(remake)
    }

    /// Whether the list is used for nothing but to append one element to it before each jump to the next turn.
    fn appends_one(&self, remake: &Remake, position: usize, turn: &Block) -> bool {
        let (mut appended, mut turns, mut other) = (0, 0, false);
        for block in turn.all_blocks() {
            for stmt in &block.stmts {
                let Stmt::Let { var, op, .. } = stmt else {
                    continue;
                };
                match op {
                    Op::ListAppend(list, value) if *list == remake.made && *value != *list => {
                        appended += 1;
                        other |= self.uses[var.0 as usize] != 1;
                    }
                    op => op.operands(&mut |operand| other |= operand == remake.made),
                }
            }
            match &block.end {
                End::Jump(target, args) if *target == remake.join => {
                    turns += 1;
                    other |= !self.is_longer(remake, args[remake.number]);
                    other |= !self.is_next(remake.at, args[position]);
                    let made = |(number, arg): (usize, &Var)| {
                        number != remake.number && *arg == remake.made
                    };
                    other |= args.iter().enumerate().any(made);
                }
                end => end.operands(&mut |operand| other |= operand == remake.made),
            }
        }
        let jumps = self.jumps[remake.join.0 as usize];
        // One jump enters the loop.
        !other && turns > 0 && appended == turns && jumps == turns + 1
    }

    fn is_longer(&self, remake: &Remake, var: Var) -> bool {
        matches!(self.op(var), Some(Op::ListAppend(list, _)) if *list == remake.made)
    }

    fn is_next(&self, at: Var, var: Var) -> bool {
        matches!(self.op(var), Some(Op::IntBin(IntOp::WrappingAdd, a, one))
            if *a == at && self.is_int(*one, 1))
    }
}

/// The variables that a loop binds.
fn bound_in(join: &Join) -> FxHashSet<Var> {
    let mut bound: FxHashSet<Var> = join.params.iter().copied().collect();
    for block in join.body.all_blocks() {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let { var, .. } => bound.extend([*var]),
                Stmt::Join(join) => bound.extend(&join.params),
            }
        }
    }
    bound
}

/// Whether the statements of a block, without what its end leads to, read a variable.
fn reads(block: &Block, var: Var) -> bool {
    block.stmts.iter().any(|stmt| match stmt {
        Stmt::Let { op, .. } => {
            let mut found = false;
            op.operands(&mut |operand| found |= operand == var);
            found
        }
        // Nothing that is only reached from the end is declared before it in such a loop.
        Stmt::Join(_) => true,
    })
}

impl Remake {
    fn apply(&self, block: &mut Block) {
        with_stack(|| {
            let mut declares = false;
            for stmt in &mut block.stmts {
                if let Stmt::Join(join) = stmt {
                    match join.id == self.join {
                        true => {
                            declares = true;
                            join.body.for_each_block_mut(&mut |block| self.turn(block));
                        }
                        false => self.apply(&mut join.body),
                    }
                }
            }
            match &mut block.end {
                End::Jump(target, args) if declares && *target == self.join => {
                    args[self.number] = self.from;
                }
                end => {
                    let blocks = end.blocks_mut();
                    blocks.into_iter().for_each(|block| self.apply(block));
                }
            }
        });
    }

    fn turn(&self, block: &mut Block) {
        for stmt in &mut block.stmts {
            let Stmt::Let { op, .. } = stmt else { continue };
            match op {
                Op::ListGet(list, index) if *list == self.from && *index == self.at => {
                    *list = self.made;
                }
                Op::ListAppend(list, value) if *list == self.made => {
                    *op = Op::ListSet(*list, self.at, *value);
                }
                _ => {}
            }
        }
    }
}
