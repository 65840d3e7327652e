//! Inserts dups and drops.
//!
//! Blocks are walked backwards with the set of variables needed later. The last use of an owned variable is its consumption (a move); earlier
//! consumptions dup; a variable that is never consumed is dropped right after its last use, and at the start of branches that do not need it. Views
//! (references read out of others) are not counted: they keep their root alive. Where that would cost the root's consumer its only
//! reference, the view is made owned instead and the walk starts over.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use snow_bytecode::inst::{Access, Inst, OperandMut};
use snow_bytecode::module::{Mode, ParamSlot};

use super::at_once::consumed_at_once;
use super::free::free_vars;
use super::live::{Class, Classes, Live};
use super::signatures::Signatures;
use super::var_set::VarSet;
use crate::core::flat::ir::{Block, End, Func, Join, Stmt, Var, VarInfo};
use crate::core::ir::JoinId;
use crate::core::ir::Site;
use crate::stack::with_stack;

/// Walks after which views that only cost a copy stay views.
const MANY_WALKS: u32 = 8;

/// Makes ownership explicit in a function.
pub(super) fn insert(func: &mut Func, signatures: &Signatures) {
    let mut owned = consumed_at_once(func, signatures);
    for walk in 0.. {
        let mut pass = Pass {
            signatures,
            classes: Classes::of(func, &owned),
            vars: func.vars.clone(),
            live_in: FxHashMap::default(),
            costly: VarSet::new(),
            invalid: VarSet::new(),
        };
        let (mut body, live) = pass.block(&func.body);
        let settled = pass.costly.is_empty() || walk >= MANY_WALKS;
        if settled && pass.invalid.is_empty() {
            let unused = func.params.iter().map(|param| param.var);
            let unused = unused.filter(|var| pass.is_owned(*var) && !live.contains(var));
            let drops = unused.filter(|var| !pass.lends(*var, &live)).collect();
            prepend(&mut body, drops, func.span);
            func.vars = pass.vars;
            func.body = body;
            return;
        }
        owned.extend(pass.costly);
        owned.extend(pass.invalid);
    }
}

struct Pass<'a> {
    signatures: &'a Signatures,
    classes: Classes,
    vars: Vec<VarInfo>,
    /// What the bodies of join points need from outside.
    live_in: FxHashMap<JoinId, Live>,
    /// Views that stand in the way of moving their root.
    costly: VarSet,
    /// Views that an instruction ends though they are used later.
    invalid: VarSet,
}

/// A few variables or instructions.
type Few<T> = SmallVec<[T; 4]>;

/// What surrounds an instruction: dups, then drops before it, and drops after it.
#[derive(Default)]
struct Around {
    dups: Few<(Var, Var)>,
    drops: Few<Var>,
    after: Few<Var>,
}

impl Pass<'_> {
    /// The block with counts, and what it needs from outside.
    fn block(&mut self, block: &Block) -> (Block, Live) {
        with_stack(|| {
            let mut joins = Vec::new();
            for stmt in &block.stmts {
                if let Stmt::Join(join) = stmt {
                    joins.push(self.join(join));
                }
            }
            let mut stmts = Vec::with_capacity(block.stmts.len() + 4);
            let (end, mut live) = self.end(&block.end, &mut stmts);
            for stmt in block.stmts.iter().rev() {
                match stmt {
                    Stmt::Inst(inst, span) => self.inst(inst, *span, &mut live, &mut stmts),
                    Stmt::Join(_) => stmts.extend(joins.pop().map(Stmt::Join)),
                }
            }
            stmts.reverse();
            (Block { stmts, end }, live)
        })
    }

    fn join(&mut self, join: &Join) -> Box<Join> {
        if join.looping {
            let free = free_vars(join, &self.classes, &self.live_in);
            self.live_in.insert(join.id, free);
        }
        let (mut body, mut live) = self.block(&join.body);
        let unused = join.params.iter().copied();
        let unused = unused.filter(|var| self.is_owned(*var) && !self.alive(*var, &live));
        let drops = unused.collect();
        prepend(&mut body, drops, first_span(&join.body));
        live.retain(|var| !join.params.contains(var));
        if !join.looping {
            self.live_in.insert(join.id, live);
        }
        Box::new(Join {
            id: join.id,
            params: join.params.clone(),
            looping: join.looping,
            body,
        })
    }

    /// The end with counts; what must come before it is pushed on `stmts`, last first.
    fn end(&mut self, end: &End, stmts: &mut Vec<Stmt>) -> (End, Live) {
        match end {
            End::Leave(inst, span) => {
                let (mut inst, mut live) = (inst.clone(), Live::new());
                let around = self.operands(&mut inst, &mut live);
                push_before(stmts, &around, *span);
                (End::Leave(inst, *span), live)
            }
            End::Jump(id, args) => {
                let (mut args, mut around) = (args.clone(), Around::default());
                let mut live = self.live_in.get(id).cloned().unwrap_or_default();
                self.takes(args.iter_mut(), &[], &mut live, &mut around);
                push_before(stmts, &around, Site::default());
                (End::Jump(*id, args), live)
            }
            End::Branch {
                inst,
                span,
                fall,
                target,
            } => self.branch(inst, *span, fall, target),
            End::Switch {
                inst,
                span,
                arms,
                default,
            } => {
                let mut blocks: Vec<(Block, Live)> =
                    arms.iter().map(|(_, arm)| self.block(arm)).collect();
                blocks.push(self.block(default));
                let live = self.meet(inst, &mut blocks, *span);
                let default = blocks.pop().map(|(block, _)| Box::new(block));
                let arms = arms.iter().zip(blocks);
                let arms = arms.map(|((index, _), (block, _))| (*index, block));
                let end = End::Switch {
                    inst: inst.clone(),
                    span: *span,
                    arms: arms.collect(),
                    default: default.expect("it was pushed last"),
                };
                (end, live)
            }
        }
    }

    fn branch(&mut self, inst: &Inst, span: Site, fall: &Block, target: &Block) -> (End, Live) {
        let (mut inst, mut dups) = (inst.clone(), Few::new());
        self.own_views(&mut inst, &mut dups);
        let (mut fall, mut fall_live) = match dups.is_empty() {
            true => self.block(fall),
            false => {
                let mut owning = fall.clone();
                let dups = dups.into_iter().map(|dup| Stmt::Inst(dup, span));
                owning.stmts.splice(0..0, dups);
                self.block(&owning)
            }
        };
        let inst = &inst;
        let (mut target, mut target_live) = self.block(target);
        let mut unused = Few::new();
        inst.defs(&mut |dst| {
            if self.is_owned(dst) && !self.alive(dst, &fall_live) {
                unused.push(dst);
            }
        });
        prepend(&mut fall, unused, span);
        // Where a reference is null there is nothing to drop, but a variable that is needed must be set.
        let null = match *inst {
            Inst::BranchNull { a, .. } if self.is_owned(a) => Some(a),
            _ => None,
        };
        if let Some(dst) = null
            && target_live.remove(&dst)
        {
            let null = Stmt::Inst(Inst::ConstNull { dst }, span);
            target.stmts.insert(0, null);
        }
        let needed_on_fall = fall_live.clone();
        inst.defs(&mut |dst| {
            fall_live.remove(&dst);
        });
        let mut blocks = [(fall, fall_live), (target, target_live)];
        let live = self.meet_but(inst, &mut blocks, span, null, &needed_on_fall);
        let [(fall, _), (target, _)] = blocks;
        let end = End::Branch {
            inst: inst.clone(),
            span,
            fall: Box::new(fall),
            target: Box::new(target),
        };
        (end, live)
    }

    /// Drops at the start of each block what only others need; what all need together.
    fn meet(&mut self, inst: &Inst, blocks: &mut [(Block, Live)], span: Site) -> Live {
        self.meet_but(inst, blocks, span, None, &Live::new())
    }

    /// As [`Pass::meet`]; `null` is not to be dropped in the second block.
    fn meet_but(
        &mut self,
        inst: &Inst,
        blocks: &mut [(Block, Live)],
        span: Site,
        null: Option<Var>,
        needed_on_fall: &Live,
    ) -> Live {
        let mut live = self.uses(inst);
        for (_, needed) in blocks.iter() {
            live.add(needed);
        }
        let roots = self.classes.roots(&live);
        // Where all blocks crash, what they do not drop would not be needed any more, though its register still owns it.
        let goes_on = blocks.iter().any(|(block, _)| !block.only_crashes());
        for (index, (block, needed)) in blocks.iter_mut().enumerate() {
            let mut kept = self.classes.roots(needed);
            if index == 0 {
                kept.add(&self.classes.roots(needed_on_fall));
            }
            let drops = roots.difference(&kept);
            let drops: Few<Var> = drops
                .filter(|var| index != 1 || null != Some(*var))
                .collect();
            if !(goes_on && block.only_crashes()) {
                prepend(block, drops, span);
            }
        }
        live
    }

    /// One instruction in the middle of a block; `stmts` is in reverse.
    fn inst(&mut self, inst: &Inst, span: Site, live: &mut Live, stmts: &mut Vec<Stmt>) {
        let mut inst = inst.clone();
        let mut dups = Few::new();
        self.own_views(&mut inst, &mut dups);
        for dup in dups.into_iter().rev() {
            if let Inst::Dup { dst, .. } = dup
                && !self.alive(dst, live)
            {
                continue;
            }
            self.inst(&dup, span, live, stmts);
        }
        let around = self.operands(&mut inst, live);
        let after = around.after.iter().rev();
        stmts.extend(after.map(|src| Stmt::Inst(Inst::Drop { src: *src }, span)));
        stmts.push(Stmt::Inst(inst, span));
        push_before(stmts, &around, span);
    }

    /// Gives an instruction that borrows a form whose owned results are owned, with dups after it where there is no such form.
    fn own_views(&mut self, inst: &mut Inst, dups: &mut Few<Inst>) {
        if inst.borrows_from().is_none() {
            return;
        }
        match *inst {
            Inst::Load { dst, src, slot } if self.is_owned(dst) => {
                *inst = Inst::LoadDup { dst, src, slot };
            }
            Inst::ListGet { dst, list, index } if self.is_owned(dst) => {
                *inst = Inst::ListGetDup { dst, list, index };
            }
            _ => self.own_by_dup(inst, dups),
        }
    }

    fn own_by_dup(&mut self, inst: &mut Inst, dups: &mut Few<Inst>) {
        let Some(src) = inst.borrows_from() else {
            return;
        };
        let mut own = |dst: &mut Var| {
            if self.is_owned(*dst) {
                let view = self.fresh_view(*dst, src);
                dups.push(Inst::Dup {
                    dst: *dst,
                    src: view,
                });
                *dst = view;
            }
        };
        inst.operands_mut(&mut |operand| match operand {
            OperandMut::Def(dst) => own(dst),
            OperandMut::OptDefs(dsts) => dsts.iter_mut().flatten().for_each(&mut own),
            _ => {}
        });
    }

    /// Decides moves, dups and drops of an instruction's operands. `live` is what is needed after it, and becomes what is needed before it.
    fn operands(&mut self, inst: &mut Inst, live: &mut Live) -> Around {
        let mut around = Around::default();
        self.keep_closure(inst, live);
        let uses = self.uses(inst);
        let roots: Few<Var> = uses
            .iter()
            .filter_map(|var| self.classes.root(*var))
            .collect();
        if let Inst::TakeSlot { src, .. } = inst {
            self.end_views(*src, live);
        }
        let drops = &mut around.after;
        inst.defs(&mut |dst| {
            if self.is_owned(dst) && !self.alive(dst, live) {
                drops.push(dst);
            }
        });
        for root in &roots {
            if !self.alive(*root, live) && !drops.contains(root) {
                drops.push(*root);
            }
        }
        let mut taken: Few<Var> = Few::new();
        for_each_take(inst, self.signatures, &self.classes, |var| taken.push(*var));
        self.takes(taken.iter_mut(), &roots, live, &mut around);
        let mut next = taken.into_iter();
        let classes = &self.classes;
        for_each_take(inst, self.signatures, classes, |var| {
            if let Some(new) = next.next() {
                *var = new;
            }
        });
        inst.defs(&mut |dst| {
            live.remove(&dst);
        });
        live.add(&uses);
        around
    }

    /// Moves or dups what is consumed. `used` are roots that the same instruction reads.
    fn takes<'v>(
        &mut self,
        vars: impl Iterator<Item = &'v mut Var>,
        used: &[Var],
        live: &mut Live,
        around: &mut Around,
    ) {
        let mut moved = Live::new();
        let mut needed = Live::new();
        let mut ended = Live::new();
        for var in vars {
            if !self.vars[var.0 as usize].slot.is_ref() {
                continue;
            }
            let free = self.is_owned(*var)
                && !live.contains(var)
                && !moved.contains(var)
                && !used.contains(var);
            if free && !self.lends(*var, live) {
                moved.insert(*var);
                needed.insert(*var);
                continue;
            }
            if free {
                let views = self.classes.views(*var);
                self.costly.extend(views.filter(|view| live.contains(view)));
            }
            if let Some(root) = self.classes.root(*var) {
                needed.insert(*var);
                ended.insert(root);
            }
            let dst = self.fresh_like(*var);
            around.dups.push((dst, *var));
            *var = dst;
        }
        let ended = ended.into_iter();
        let ended = ended.filter(|root| {
            !moved.contains(root) && !used.contains(root) && !self.alive(*root, live)
        });
        around.drops.extend(ended);
        live.add(&needed);
    }

    /// A call of a closure that is needed later, or not owned, leaves it alone.
    fn keep_closure(&self, inst: &mut Inst, live: &Live) {
        let Inst::CallClosure {
            dsts,
            closure,
            args,
        } = inst
        else {
            return;
        };
        let movable =
            self.is_owned(*closure) && !self.alive(*closure, live) && !args.contains(closure);
        if !movable {
            *inst = Inst::CallClosureKeep {
                dsts: std::mem::take(dsts),
                closure: *closure,
                args: std::mem::take(args),
            };
        }
    }

    /// The views of `root` that are used later must be owned: the instruction ends them.
    fn end_views(&mut self, root: Var, live: &Live) {
        let views = self.classes.views(root);
        self.invalid
            .extend(views.filter(|view| live.contains(view)));
    }

    /// The references that an instruction reads without consuming them, save those that the caller keeps.
    fn uses(&self, inst: &Inst) -> Live {
        let mut uses = Live::new();
        let moved = inst.moves().map(|(_, src)| src);
        inst.accesses(self.signatures.callee(inst), &mut |access| {
            if let Access::Use(var) = access
                && self.classes.root(var).is_some()
                && !(moved == Some(var) && self.is_owned(var))
            {
                uses.insert(var);
            }
        });
        uses
    }

    fn is_owned(&self, var: Var) -> bool {
        self.classes.get(var) == Class::Owned
    }

    /// Whether a view of an owned variable is needed later.
    fn lends(&self, var: Var, live: &Live) -> bool {
        self.classes.views(var).any(|view| live.contains(&view))
    }

    /// Whether an owned variable is needed later, itself or through a view.
    fn alive(&self, var: Var, live: &Live) -> bool {
        live.contains(&var) || self.lends(var, live)
    }

    fn fresh_like(&mut self, var: Var) -> Var {
        let slot = self.vars[var.0 as usize].slot;
        let fresh = snow_bytecode::module::Reg(self.vars.len() as u32);
        self.vars.push(VarInfo {
            slot,
            constant: None,
        });
        fresh
    }

    fn fresh_view(&mut self, var: Var, src: Var) -> Var {
        let fresh = self.fresh_like(var);
        self.classes.add_view(fresh, src);
        fresh
    }
}

/// Calls `change` for every reference that an instruction consumes.
fn for_each_take(
    inst: &mut Inst,
    signatures: &Signatures,
    classes: &Classes,
    mut change: impl FnMut(&mut Var),
) {
    if let Inst::Move { src, .. } | Inst::Cast { src, .. } = inst {
        if classes.get(*src) == Class::Owned {
            change(src);
        }
        return;
    }
    let modes: Option<&[ParamSlot]> = signatures.callee(inst);
    inst.operands_mut(&mut |operand| match operand {
        OperandMut::Take(var) => change(var),
        OperandMut::Takes(vars) => vars.iter_mut().for_each(&mut change),
        OperandMut::FieldTakes(fields) => fields.iter_mut().for_each(|(_, var)| change(var)),
        OperandMut::Args(vars) => {
            for (index, var) in vars.iter_mut().enumerate() {
                let param = modes.and_then(|params| params.get(index));
                if param.is_none_or(|param| param.mode != Mode::Borrow) {
                    change(var);
                }
            }
        }
        _ => {}
    });
}

fn push_before(stmts: &mut Vec<Stmt>, around: &Around, span: Site) {
    let drops = around
        .drops
        .iter()
        .rev()
        .map(|src| Inst::Drop { src: *src });
    let dups = around.dups.iter().rev();
    let dups = dups.map(|(dst, src)| Inst::Dup {
        dst: *dst,
        src: *src,
    });
    stmts.extend(drops.chain(dups).map(|inst| Stmt::Inst(inst, span)));
}

fn prepend(block: &mut Block, drops: Few<Var>, span: Site) {
    if drops.is_empty() {
        return;
    }
    let drops = drops
        .into_iter()
        .map(|src| Stmt::Inst(Inst::Drop { src }, span));
    block.stmts.splice(0..0, drops);
}

fn first_span(block: &Block) -> Site {
    match (block.stmts.first(), &block.end) {
        (Some(Stmt::Inst(_, span)), _) => *span,
        (_, End::Leave(_, span) | End::Branch { span, .. } | End::Switch { span, .. }) => *span,
        _ => Site::default(),
    }
}
