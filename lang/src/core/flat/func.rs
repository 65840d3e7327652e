//! Flattens one function: scopes, statements, joins and blocks.

use rustc_hash::FxHashMap;
use snow_bytecode::inst::{Cond, Inst};
use snow_bytecode::layout::{Layouts, Slot};
use snow_bytecode::module::{ConstId, Label};
use snow_bytecode::types::TypeId;

use super::ir::{Block, End, Func, Join, Stmt, Var};
use super::row::Row;
use super::{Result, Shared, internal};
use crate::core::ir;
use crate::core::ir::Site;
use crate::stack::with_stack;

/// How a Bool variable was computed, so that a branch on it can do the test itself.
#[derive(Clone, Copy, Debug)]
pub(super) enum Test {
    /// Comparison of two integers.
    Int(Cond, Var, Var),
    /// Comparison of two floats.
    Float(Cond, Var, Var),
    /// Negation.
    Not(Var),
    /// Prefix test: text and prefix.
    Prefix(Var, ConstId, u32),
    /// Whether a map has a key.
    HasKey(Entry),
}

/// A map and a key, as Core and as flat variables; the key in element form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub names: (ir::Var, ir::Var),
    pub map: Var,
    pub key: Var,
}

/// The value, in element form, that a branch has found under a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub value: Var,
    /// Whether the code behind the branch reads it.
    pub read: bool,
}

/// What a jump to a join point becomes.
#[derive(Clone, Copy)]
enum Target<'a> {
    /// Not declared yet.
    Unknown,
    /// A flat join point.
    Join,
    /// Its code, in place of the jump.
    Inline(&'a ir::Join),
}

/// What the statements so far end in when the rest of a block is nested below them.
enum Pending {
    /// The rest is the body of a join that this end leads to.
    Join {
        stmts: Vec<Stmt>,
        id: ir::JoinId,
        params: Vec<Var>,
        end: End,
    },
}

/// The state of flattening one function.
pub(super) struct Flattener<'a> {
    pub shared: &'a mut Shared,
    pub core: &'a ir::Func,
    pub out: Func,
    /// Where the statement at hand stands in the source.
    pub span: Site,
    pub tests: FxHashMap<Var, Test>,
    /// Rests of texts whose prefix a branch has stripped: by text and length of the prefix.
    pub stripped: FxHashMap<(Var, u32), Var>,
    /// Values that a branch has found, by map and key.
    pub found: FxHashMap<(ir::Var, ir::Var), Found>,
    /// The key in element form with which a value was moved out of a map, by the map with the hole.
    pub taken_keys: FxHashMap<Var, Var>,
    /// The parts of boxed pairs that exist only to be taken apart: of what was moved out and the collection with the hole.
    pub pairs: FxHashMap<Var, [Row; 2]>,
    values: Vec<Option<Row>>,
    undo: Vec<(ir::Var, Option<Row>)>,
    targets: Vec<Target<'a>>,
    jumps: Vec<u32>,
    stmts: Vec<Stmt>,
    pending: Vec<Pending>,
}

impl<'a> Flattener<'a> {
    /// Ready for the parameters of `core`; `out` is the function without code.
    pub fn new(shared: &'a mut Shared, core: &'a ir::Func, out: Func) -> Self {
        let mut jumps = vec![0; core.joins as usize];
        count_jumps(&core.body, 1, &mut jumps);
        Flattener {
            shared,
            core,
            out,
            span: core.span.into(),
            tests: FxHashMap::default(),
            stripped: FxHashMap::default(),
            found: FxHashMap::default(),
            taken_keys: FxHashMap::default(),
            pairs: FxHashMap::default(),
            values: vec![None; core.vars.len()],
            undo: Vec::new(),
            targets: vec![Target::Unknown; core.joins as usize],
            jumps,
            stmts: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// The layouts of all types.
    pub fn layouts(&self) -> &Layouts {
        &self.shared.layouts
    }

    /// Type of a Core variable.
    pub fn ty(&self, var: ir::Var) -> Result<TypeId> {
        match self.core.vars.get(var.0 as usize) {
            Some(info) => Ok(info.ty),
            None => Err(internal(self.span, format!("unknown variable {}", var.0))),
        }
    }

    /// The slots of a Core variable.
    pub fn row(&self, var: ir::Var) -> Result<Row> {
        self.values
            .get(var.0 as usize)
            .copied()
            .flatten()
            .ok_or_else(|| {
                let name = &self.core.name;
                internal(
                    self.span,
                    format!("variable {} of {name} is not in scope", var.0),
                )
            })
    }

    /// The slot of a Core variable that has just one.
    pub fn one(&self, var: ir::Var) -> Result<Var> {
        match self.row(var)?.as_slice() {
            [single] => Ok(*single),
            row => Err(internal(
                self.span,
                format!("one slot expected, not {}", row.len()),
            )),
        }
    }

    /// Says what the slots of a Core variable are from here to the end of the block.
    pub fn bind(&mut self, var: ir::Var, row: Row) {
        let index = var.0 as usize;
        if let Some(value) = self.values.get_mut(index) {
            self.undo.push((var, value.replace(row)));
        }
    }

    /// New variables for a value of a type.
    pub fn fresh_row(&mut self, ty: TypeId) -> Row {
        let mut row = Row::default();
        for index in 0..self.layouts().slots(ty).len() {
            let slot = self.layouts().slots(ty)[index];
            row.push(self.out.fresh(slot));
        }
        row
    }

    /// New variables for a Core variable, which it is bound to.
    pub fn fresh(&mut self, var: ir::Var) -> Result<Row> {
        let ty = self.ty(var)?;
        let row = self.fresh_row(ty);
        self.bind(var, row);
        Ok(row)
    }

    /// New variable for a Core variable of one slot.
    pub fn fresh_one(&mut self, var: ir::Var) -> Result<Var> {
        self.fresh(var)?;
        self.one(var)
    }

    /// Appends an instruction.
    pub fn push(&mut self, inst: Inst) {
        self.stmts.push(Stmt::Inst(inst, self.span));
    }

    /// An integer constant.
    pub fn int(&mut self, value: i64) -> Var {
        let dst = self.out.fresh(Slot::Word);
        self.out.vars[dst.0 as usize].constant = Some(value);
        self.push(Inst::ConstInt { dst, value });
        dst
    }

    /// A label for instructions that fail in the middle of a block.
    pub fn crash_label(&mut self, text: &str) -> Label {
        let text = self.shared.pools.text(text);
        let crash = (text, self.span);
        let known = self.out.crashes.iter().position(|c| *c == crash);
        let index = known.unwrap_or_else(|| {
            self.out.crashes.push(crash);
            self.out.crashes.len() - 1
        });
        Label(index as u32)
    }

    /// A join point number that Core does not use.
    pub fn fresh_join(&mut self) -> ir::JoinId {
        self.out.joins += 1;
        ir::JoinId(self.out.joins - 1)
    }

    /// Continues in a join point with these parameters, to which `end` leads.
    pub fn continue_in(&mut self, id: ir::JoinId, params: Vec<Var>, end: End) {
        let stmts = std::mem::take(&mut self.stmts);
        self.pending.push(Pending::Join {
            stmts,
            id,
            params,
            end,
        });
    }

    /// A nested block, as `fill` writes it.
    pub fn nested(&mut self, fill: impl FnOnce(&mut Self) -> Result<End>) -> Result<Block> {
        let stmts = std::mem::take(&mut self.stmts);
        let pending = std::mem::take(&mut self.pending);
        let mark = self.undo.len();
        let end = with_stack(|| fill(self));
        let block = end.map(|end| self.close(end));
        self.leave_scope(mark);
        self.stmts = stmts;
        self.pending = pending;
        block
    }

    /// A nested Core block.
    pub fn block(&mut self, block: &'a ir::Block) -> Result<Block> {
        self.nested(|this| this.rest(block))
    }

    /// Statements and end of a Core block, appended to the block at hand.
    pub fn rest(&mut self, block: &'a ir::Block) -> Result<End> {
        for stmt in &block.stmts {
            match stmt {
                ir::Stmt::Let { var, op, span } => {
                    self.span = *span;
                    self.op(*var, op)?;
                }
                ir::Stmt::Join(join) => self.join(join)?,
            }
        }
        self.end(&block.end)
    }

    fn leave_scope(&mut self, mark: usize) {
        for (var, old) in self.undo.drain(mark..).rev() {
            self.values[var.0 as usize] = old;
        }
    }

    /// The block of the statements so far, ending in `end`.
    fn close(&mut self, end: End) -> Block {
        let mut block = Block {
            stmts: std::mem::take(&mut self.stmts),
            end,
        };
        while let Some(pending) = self.pending.pop() {
            let Pending::Join {
                mut stmts,
                id,
                params,
                end,
            } = pending;
            stmts.push(Stmt::Join(Box::new(Join {
                id,
                params,
                looping: false,
                body: block,
            })));
            block = Block { stmts, end };
        }
        block
    }

    fn join(&mut self, join: &'a ir::Join) -> Result<()> {
        let index = join.id.0 as usize;
        if is_inlined(join, &self.jumps) {
            self.targets[index] = Target::Inline(join);
            return Ok(());
        }
        self.targets[index] = Target::Join;
        let mut params = Vec::new();
        let span = self.span;
        let body = self.nested(|this| {
            for param in &join.params {
                params.extend_from_slice(this.fresh(*param)?.as_slice());
            }
            this.rest(&join.body)
        })?;
        self.span = span;
        self.stmts.push(Stmt::Join(Box::new(Join {
            id: join.id,
            params,
            looping: join.looping,
            body,
        })));
        Ok(())
    }

    /// A jump to a Core join point.
    pub fn jump(&mut self, id: ir::JoinId, args: &[ir::Var]) -> Result<End> {
        match self.targets.get(id.0 as usize) {
            Some(Target::Join) => {
                let mut flat = Vec::with_capacity(args.len());
                for arg in args {
                    flat.extend_from_slice(self.row(*arg)?.as_slice());
                }
                Ok(End::Jump(id, flat))
            }
            Some(Target::Inline(join)) => {
                let join = *join;
                let rows = args
                    .iter()
                    .map(|arg| self.row(*arg))
                    .collect::<Result<Vec<_>>>()?;
                for (param, row) in join.params.iter().zip(rows) {
                    self.bind(*param, row);
                }
                with_stack(|| self.rest(&join.body))
            }
            _ => Err(internal(
                self.span,
                format!("jump to undeclared join {}", id.0),
            )),
        }
    }

    /// Takes back the call that has just been appended, when its results are exactly these variables: it is a tail call.
    pub fn take_tail_call(&mut self, results: &[Var]) -> Option<End> {
        let Some(Stmt::Inst(inst, span)) = self.stmts.last() else {
            return None;
        };
        let leave = match inst {
            Inst::Call { func, dsts, args } if dsts == results => Inst::TailCall {
                func: *func,
                args: args.clone(),
            },
            Inst::CallClosure {
                dsts,
                closure,
                args,
            } if dsts == results => Inst::TailCallClosure {
                closure: *closure,
                args: args.clone(),
            },
            _ => return None,
        };
        let end = End::Leave(leave, *span);
        self.stmts.pop();
        Some(end)
    }
}

/// Whether code may be repeated at every jump to it.
fn is_small(block: &ir::Block) -> bool {
    let leaves = matches!(
        block.end,
        ir::End::Return(_) | ir::End::Jump(..) | ir::End::Crash { .. } | ir::End::Unreachable
    );
    let constants = block.stmts.iter().all(|stmt| {
        matches!(
            stmt,
            ir::Stmt::Let {
                op: ir::Op::Unit | ir::Op::Bool(_) | ir::Op::Int(_) | ir::Op::Copy(_),
                ..
            }
        )
    });
    leaves && constants && block.stmts.len() <= 2
}

/// Adds up how often a jump to each join point is written; a block is written `times` times. What is small is written again at each jump to it, and so are the jumps in it. They lead to
/// joins that were declared before, so those are counted afterwards.
fn count_jumps(block: &ir::Block, times: u32, jumps: &mut [u32]) {
    with_stack(|| {
        match &block.end {
            ir::End::Jump(id, _) => {
                if let Some(count) = jumps.get_mut(id.0 as usize) {
                    *count = count.saturating_add(times);
                }
            }
            ir::End::If(_, yes, no) => {
                count_jumps(yes, times, jumps);
                count_jumps(no, times, jumps);
            }
            ir::End::Switch { arms, default, .. } => {
                let blocks = arms.iter().map(|(_, arm)| arm).chain(default.as_deref());
                blocks.for_each(|block| count_jumps(block, times, jumps));
            }
            ir::End::SwitchInt { arms, default, .. } => {
                let blocks = arms.iter().map(|(_, arm)| arm);
                let blocks = blocks.chain(std::iter::once(&**default));
                blocks.for_each(|block| count_jumps(block, times, jumps));
            }
            _ => {}
        }
        for stmt in block.stmts.iter().rev() {
            if let ir::Stmt::Join(join) = stmt {
                let times = match is_inlined(join, jumps) {
                    true => jumps[join.id.0 as usize],
                    false => 1,
                };
                count_jumps(&join.body, times, jumps);
            }
        }
    });
}

/// Whether a join's code is written in the place of each jump to it.
fn is_inlined(join: &ir::Join, jumps: &[u32]) -> bool {
    let is_once = jumps[join.id.0 as usize] <= 1;
    !join.looping && (is_once || is_small(&join.body))
}
