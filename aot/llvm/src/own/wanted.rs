//! Where it is of use to know that a list is own.

use snow_bytecode::inst::{Access, Inst};
use snow_bytecode::module::Reg;

use super::{Known, View, stays};

/// By instruction that begins a block; empty where a function changes and returns no lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    changed: Vec<Known>,
    kept: Vec<Known>,
}

/// What makes a list one of those that are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// It is going to be changed: worth a look.
    Changed,
    /// It is going to be changed, appended to or returned: worth keeping what is known.
    Kept,
}

impl Wanted {
    /// Goes through a function backwards.
    pub(super) fn compute(view: &View<'_>) -> Wanted {
        Wanted {
            changed: backwards(view, Aim::Changed),
            kept: backwards(view, Aim::Kept),
        }
    }

    /// The lists that are going to be changed after this block has begun.
    pub(super) fn changed(&self, block: usize) -> Known {
        self.changed.get(block).copied().unwrap_or_default()
    }

    /// The lists of which it is worth knowing that they are own when this block begins.
    pub(super) fn kept(&self, block: usize) -> Known {
        self.kept.get(block).copied().unwrap_or_default()
    }
}

/// What is wanted before each instruction.
fn backwards(view: &View<'_>, aim: Aim) -> Vec<Known> {
    let code = &view.func.code;
    let mut before = vec![Known::NOTHING; code.len() + 1];
    loop {
        let mut stable = true;
        for (index, inst) in code.iter().enumerate().rev() {
            let mut after = match inst.is_terminator() {
                true => Known::NOTHING,
                false => before[index + 1],
            };
            inst.targets(&mut |label| after = after.and(before[label.0 as usize]));
            let wanted = before_inst(view, inst, after, aim);
            stable &= wanted == before[index];
            before[index] = wanted;
        }
        if stable {
            return before;
        }
    }
}

fn before_inst(view: &View<'_>, inst: &Inst, after: Known, aim: Aim) -> Known {
    let mut wanted = after.without(view.written(inst));
    if matches!(inst, Inst::Dup { .. }) {
        inst.accesses(None, &mut |access| {
            if let Access::Use(reg) = access {
                wanted = wanted.without(view.set(reg));
            }
        });
    }
    if let Some((dst, src)) = stays(inst)
        && view.is_own(dst, after)
    {
        wanted = wanted.and(view.set(src));
    }
    wanted.and(asked(view, inst, aim))
}

/// The lists that an instruction itself asks for.
fn asked(view: &View<'_>, inst: &Inst, aim: Aim) -> Known {
    let one = |reg: &Reg| view.set(*reg);
    match inst {
        Inst::ListSet { list, .. } | Inst::ListTake { list, .. } => one(list),
        Inst::Call { func, args, .. } | Inst::TailCall { func, args } => {
            view.changed_args(*func, args)
        }
        Inst::ListAppend { list, .. } | Inst::ListUncons { list, .. } if aim == Aim::Kept => {
            one(list)
        }
        Inst::Return { values } if aim == Aim::Kept => view.sets(values),
        _ => Known::NOTHING,
    }
}
