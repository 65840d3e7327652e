//! Removes instructions without effect whose results nothing reads: constants that became immediates, comparisons that became branches,
//! fields that a pattern did not need.

use snow_bytecode::inst::{Access, Inst, OperandMut};

use super::ir::{Block, End, Func, Stmt};
use crate::stack::with_stack;

/// Removes them, those that only removed ones read included.
pub(crate) fn prune(func: &mut Func) {
    let mut uses = vec![0u32; func.vars.len()];
    count_block(&func.body, &mut uses);
    prune_block(&mut func.body, &mut uses);
}

fn count_block(block: &Block, uses: &mut [u32]) {
    with_stack(|| {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Inst(inst, _) => for_each_read(inst, |var| uses[var] += 1),
                Stmt::Join(join) => count_block(&join.body, uses),
            }
        }
        match &block.end {
            End::Leave(inst, _) | End::Branch { inst, .. } | End::Switch { inst, .. } => {
                for_each_read(inst, |var| uses[var] += 1);
            }
            End::Jump(_, args) => args.iter().for_each(|arg| uses[arg.0 as usize] += 1),
        }
        block
            .end
            .blocks()
            .for_each(|block| count_block(block, uses));
    });
}

fn prune_block(block: &mut Block, uses: &mut [u32]) {
    with_stack(|| {
        block
            .end
            .blocks_mut()
            .for_each(|block| prune_block(block, uses));
        let mut kept = Vec::with_capacity(block.stmts.len());
        for mut stmt in block.stmts.drain(..).rev() {
            match &mut stmt {
                Stmt::Join(join) => prune_block(&mut join.body, uses),
                Stmt::Inst(inst, _) if is_pure(inst) && !is_read(inst, uses) => {
                    for_each_read(inst, |var| uses[var] -= 1);
                    continue;
                }
                Stmt::Inst(inst, _) => skip_unread(inst, uses),
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
fn skip_unread(inst: &mut Inst, uses: &[u32]) {
    inst.operands_mut(&mut |operand| {
        if let OperandMut::OptDefs(dsts) = operand {
            for dst in dsts {
                *dst = dst.filter(|var| uses[var.0 as usize] > 0);
            }
        }
    });
}

fn is_read(inst: &Inst, uses: &[u32]) -> bool {
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
            | Inst::Equal { .. }
            | Inst::Compare { .. }
            | Inst::Hash { .. }
            | Inst::StrEqConst { .. }
            | Inst::MapNew { .. }
            | Inst::MapHas { .. }
            | Inst::MapNext { .. }
    )
}
