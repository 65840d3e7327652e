//! Hands the memory of unpacked cells to the next cells built with as many slots.

use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;

use crate::core::flat::ir::{Block, End, Func, Stmt, Var};
use crate::stack::with_stack;

/// How many statements are searched for a cell to be built.
const REACH: u32 = 256;

/// Pairs `Unpack` with `New` in a function.
pub(super) fn reuse(func: &mut Func) {
    let mut body = std::mem::replace(
        &mut func.body,
        Block {
            stmts: Vec::new(),
            end: End::Jump(crate::core::ir::JoinId(0), Vec::new()),
        },
    );
    pair(func, &mut body);
    func.body = body;
}

fn pair(func: &mut Func, block: &mut Block) {
    with_stack(|| {
        for index in 0..block.stmts.len() {
            let (before, rest) = block.stmts.split_at_mut(index + 1);
            match before.last_mut() {
                Some(Stmt::Inst(inst, _)) => {
                    if let Inst::Unpack { dsts, src } = inst
                        && !dsts.is_empty()
                        && let Some(token) = claim(func, rest, &mut block.end, dsts.len())
                    {
                        *inst = Inst::UnpackReuse {
                            token,
                            dsts: std::mem::take(dsts),
                            src: *src,
                        };
                    }
                }
                Some(Stmt::Join(join)) => pair(func, &mut join.body),
                None => {}
            }
        }
        block.end.blocks_mut().for_each(|block| pair(func, block));
    });
}

/// A token for cells of `words` slots that code builds, if there are any.
fn claim(func: &mut Func, stmts: &mut [Stmt], end: &mut End, words: usize) -> Option<Var> {
    let token = func.fresh(Slot::Token(words as u16));
    let mut search = Search {
        token,
        words,
        left: REACH,
    };
    search.code(stmts, end).then_some(token)
}

struct Search {
    token: Var,
    words: usize,
    left: u32,
}

impl Search {
    /// Whether some path builds a cell in the token's memory now. Bodies of joins are searched only when nothing before them is found, so that no
    /// path comes by two.
    fn code(&mut self, stmts: &mut [Stmt], end: &mut End) -> bool {
        for stmt in stmts.iter_mut() {
            if let Stmt::Inst(inst, _) = stmt {
                if self.left == 0 {
                    return false;
                }
                self.left -= 1;
                if self.build(inst) {
                    return true;
                }
            }
        }
        let mut found = false;
        for block in end.blocks_mut() {
            found |= with_stack(|| self.code(&mut block.stmts, &mut block.end));
        }
        found
            || stmts.iter_mut().rev().any(|stmt| match stmt {
                Stmt::Join(join) if !join.looping => {
                    with_stack(|| self.code(&mut join.body.stmts, &mut join.body.end))
                }
                _ => false,
            })
    }

    fn build(&self, inst: &mut Inst) -> bool {
        let Inst::New {
            dst,
            ty,
            tag,
            fields,
        } = inst
        else {
            return false;
        };
        if fields.len() != self.words {
            return false;
        }
        *inst = Inst::NewReuse {
            dst: *dst,
            token: self.token,
            ty: *ty,
            tag: *tag,
            fields: std::mem::take(fields),
        };
        true
    }
}
