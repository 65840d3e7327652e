//! Removes instructions without effect whose results nothing reads: constants that became immediates, comparisons that became branches,
//! fields that a pattern did not need. Also join points that nothing reaches.

use snow_bytecode::inst::{Access, Inst, OperandMut};

use super::ir::{Block, End, Func, Join, Stmt};
use crate::stack::with_stack;

/// Removes them, those that only removed ones read included, and join points that nothing reaches.
pub(crate) fn prune(func: &mut Func) {
    let mut counts = Counts {
        uses: vec![0; func.vars.len()],
        jumps: vec![0; func.joins as usize],
        inside: vec![false; func.joins as usize],
    };
    counts.block(&func.body, 1);
    prune_block(&mut func.body, &mut counts);
}

/// Reads of variables, and jumps to join points from outside their bodies.
struct Counts {
    uses: Vec<i32>,
    jumps: Vec<i32>,
    inside: Vec<bool>,
}

impl Counts {
    /// Adds `by` for everything in a block.
    fn block(&mut self, block: &Block, by: i32) {
        with_stack(|| {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Inst(inst, _) => self.inst(inst, by),
                    Stmt::Join(join) => self.join(join, by),
                }
            }
            match &block.end {
                End::Leave(inst, _) | End::Branch { inst, .. } | End::Switch { inst, .. } => {
                    self.inst(inst, by);
                }
                End::Jump(id, args) => {
                    args.iter().for_each(|arg| self.uses[arg.0 as usize] += by);
                    if !self.inside[id.0 as usize] {
                        self.jumps[id.0 as usize] += by;
                    }
                }
            }
            block.end.blocks().for_each(|block| self.block(block, by));
        });
    }

    fn join(&mut self, join: &Join, by: i32) {
        let inside = std::mem::replace(&mut self.inside[join.id.0 as usize], true);
        self.block(&join.body, by);
        self.inside[join.id.0 as usize] = inside;
    }

    fn inst(&mut self, inst: &Inst, by: i32) {
        for_each_read(inst, |var| self.uses[var] += by);
    }
}

fn prune_block(block: &mut Block, counts: &mut Counts) {
    with_stack(|| {
        block
            .end
            .blocks_mut()
            .for_each(|block| prune_block(block, counts));
        let mut kept = Vec::with_capacity(block.stmts.len());
        for mut stmt in block.stmts.drain(..).rev() {
            match &mut stmt {
                Stmt::Join(join) if counts.jumps[join.id.0 as usize] == 0 => {
                    counts.join(join, -1);
                    continue;
                }
                Stmt::Join(join) => {
                    let id = join.id.0 as usize;
                    let inside = std::mem::replace(&mut counts.inside[id], true);
                    prune_block(&mut join.body, counts);
                    counts.inside[id] = inside;
                }
                Stmt::Inst(inst, _) if is_pure(inst) && !is_read(inst, &counts.uses) => {
                    counts.inst(inst, -1);
                    continue;
                }
                Stmt::Inst(inst, _) => skip_unread(inst, &counts.uses),
            }
            kept.push(stmt);
        }
        kept.reverse();
        block.stmts = kept;
    });
}

fn for_each_read(inst: &Inst, mut visit: impl FnMut(usize)) {
    inst.accesses(None, &mut |access| match access {
        Access::Use(var) | Access::Take(var) => visit(var.0 as usize),
        Access::Def(_) => {}
    });
}

/// Optional results that nothing reads are left out.
fn skip_unread(inst: &mut Inst, uses: &[i32]) {
    inst.operands_mut(&mut |operand| {
        if let OperandMut::OptDefs(dsts) = operand {
            for dst in dsts {
                *dst = dst.filter(|var| uses[var.0 as usize] > 0);
            }
        }
    });
}

fn is_read(inst: &Inst, uses: &[i32]) -> bool {
    let mut read = false;
    inst.defs(&mut |var| read |= uses[var.0 as usize] > 0);
    read
}

/// Whether an instruction neither crashes nor does anything but compute its results.
fn is_pure(inst: &Inst) -> bool {
    matches!(
        inst,
        Inst::ConstInt { .. }
            | Inst::ConstFloat { .. }
            | Inst::ConstStr { .. }
            | Inst::ConstAtom { .. }
            | Inst::ConstNull { .. }
            | Inst::Move { .. }
            | Inst::Cast { .. }
            | Inst::IntCmp { .. }
            | Inst::IntCmpImm { .. }
            | Inst::Not { .. }
            | Inst::FloatBin { .. }
            | Inst::FloatUn { .. }
            | Inst::FloatCmp { .. }
            | Inst::IntToFloat { .. }
            | Inst::GetTag { .. }
            | Inst::Capture { .. }
            | Inst::New { .. }
            | Inst::Load { .. }
            | Inst::Box { .. }
            | Inst::Unbox { .. }
            | Inst::ListNew { .. }
            | Inst::ListLen { .. }
            | Inst::BytesLen { .. }
            | Inst::BytesGet { .. }
            | Inst::BytesGetAt { .. }
            | Inst::BytesScalar { .. }
            | Inst::BytesNew { .. }
            | Inst::Equal { .. }
            | Inst::Compare { .. }
            | Inst::Hash { .. }
            | Inst::StrEqConst { .. }
            | Inst::MapNew { .. }
            | Inst::MapHas { .. }
            | Inst::MapNext { .. }
    )
}
