//! A bound on how many values a function needs at the same time: registers are limited, and what follows takes time that grows with the
//! square of that number.

use snow_bytecode::inst::{Access, Inst};

use super::Result;
use super::ir::{Block, End, Func, Program, Stmt, Var};
use crate::diagnostics::{Code, Diagnostic};
use crate::stack::with_stack;

/// More values than a person writes, and few enough for the register allocator.
const MOST: usize = 4_000;

/// Reports the first function that needs too many values.
pub fn check(program: &Program) -> Result<()> {
    match program.funcs.iter().find(|func| most_at_once(func) > MOST) {
        Some(func) => Err(Box::new(too_many(func))),
        None => Ok(()),
    }
}

fn too_many(func: &Func) -> Diagnostic {
    let message = format!("`{}` keeps too many values at the same time", func.name);
    Diagnostic::new(Code::TOO_MANY_VALUES, func.span.span, message)
        .label(format!("more than {MOST}"))
        .help("keep them in a list or a map, or move parts into functions")
}

/// How many variables lie between their first and last mention, where that is most: never less than are needed at the same time, and
/// little more.
fn most_at_once(func: &Func) -> usize {
    if func.vars.len() <= MOST {
        return 0;
    }
    let mut walk = Walk {
        at: 0,
        mentions: vec![None; func.vars.len()],
    };
    func.params.iter().for_each(|param| walk.mention(param.var));
    walk.block(&func.body);
    let mut changes = vec![0i64; walk.at + 2];
    for (first, last) in walk.mentions.into_iter().flatten() {
        changes[first] += 1;
        changes[last + 1] -= 1;
    }
    let sums = changes.iter().scan(0, |sum, change| {
        *sum += change;
        Some(*sum)
    });
    sums.max().unwrap_or(0) as usize
}

/// First and last position at which each variable is mentioned.
struct Walk {
    at: usize,
    mentions: Vec<Option<(usize, usize)>>,
}

impl Walk {
    fn block(&mut self, block: &Block) {
        with_stack(|| {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Inst(inst, _) => self.inst(inst),
                    Stmt::Join(join) => {
                        join.params.iter().for_each(|param| self.mention(*param));
                        self.block(&join.body);
                    }
                }
            }
            match &block.end {
                End::Leave(inst, _) | End::Branch { inst, .. } | End::Switch { inst, .. } => {
                    self.inst(inst);
                }
                End::Jump(_, args) => args.iter().for_each(|arg| self.mention(*arg)),
            }
            block.end.blocks().for_each(|block| self.block(block));
        });
    }

    fn inst(&mut self, inst: &Inst) {
        self.at += 1;
        inst.accesses(None, &mut |access| match access {
            Access::Use(var) | Access::Take(var) | Access::Def(var) => self.mention(var),
        });
    }

    fn mention(&mut self, var: Var) {
        let at = self.at;
        let mention = &mut self.mentions[var.0 as usize];
        *mention = Some((mention.map_or(at, |(first, _)| first), at));
    }
}
