//! Lists that a loop walks down element by element, as positions in a list that stays.
//!
//! `fn sum([x, ...rest], n) = sum(rest, n + x)` owns a new view in each turn. When the elements are plain words, nothing is gained by owning what is
//! left; a position is a word.

use snow_bytecode::inst::IntOp;
use snow_bytecode::types::TypeId;

use super::loops::own_tail_call;
use crate::core::ir::{Block, Func, FuncId, Op, Site, Stmt, Var, VarInfo};

/// Whether a parameter is a list that the function only asks for its length and first element, and hands on without its first elements in
/// tail calls to itself.
pub(super) fn is_walked(func: &Func, id: FuncId, number: usize) -> bool {
    let param = func.params[number];
    let mut walked = Walked {
        param,
        rests: Vec::new(),
        asked: false,
        reads: 0,
    };
    func.body.all_blocks().for_each(|block| walked.finds(block));
    let mut handed = 0;
    for block in func.body.all_blocks() {
        walked.counts(block);
        if let Some(args) = own_tail_call(block, id) {
            // Another list has positions of its own.
            if !walked.is_rest(args[number]) {
                return false;
            }
            handed += 1;
        }
    }
    walked.asked && walked.reads == handed
}

struct Walked {
    param: Var,
    /// The list without its first elements.
    rests: Vec<Var>,
    /// Whether its length is asked for.
    asked: bool,
    /// Other reads of the list and its rests.
    reads: u32,
}

impl Walked {
    fn finds(&mut self, block: &Block) {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let {
                    var,
                    op: Op::ListDrop(list, _),
                    ..
                } if *list == self.param => {
                    self.rests.push(*var);
                }
                Stmt::Let {
                    op: Op::ListLen(list),
                    ..
                } => self.asked |= *list == self.param,
                _ => {}
            }
        }
    }

    fn is_rest(&self, var: Var) -> bool {
        var == self.param || self.rests.contains(&var)
    }

    fn counts(&mut self, block: &Block) {
        let mut reads = 0;
        let mut count = |var: Var| reads += u32::from(self.is_rest(var));
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let {
                    op: Op::ListLen(list) | Op::ListHead(list) | Op::ListDrop(list, _),
                    ..
                } if *list == self.param => {}
                Stmt::Let { op, .. } => op.operands(&mut count),
                Stmt::Join(_) => {}
            }
        }
        block.end.operands(&mut count);
        self.reads += reads;
    }
}

/// A list of which a loop's parameter is a position.
pub(super) struct Walk {
    list: Var,
    at: Var,
    len: Var,
    /// The first position.
    pub(super) start: Var,
    int: TypeId,
}

impl Walk {
    /// Makes the parameter `at`, which was a copy of the list, a position; what is needed before the loop is added to `stmts`.
    pub(super) fn of(func: &mut Func, list: Var, at: Var, stmts: &mut Vec<Stmt>) -> Walk {
        let int = int_type(func, list);
        func.vars[at.0 as usize].ty = int;
        let mut before = |op: Op| {
            let var = fresh(func, int);
            let span = Site::from(func.span);
            stmts.push(Stmt::Let { var, op, span });
            var
        };
        let (start, len) = (before(Op::Int(0)), before(Op::ListLen(list)));
        Walk {
            list,
            at,
            len,
            start,
            int,
        }
    }

    /// Makes what a block does with the list work with its position.
    pub(super) fn positions(&self, block: &mut Block, func: &mut Func) {
        for stmt in &mut block.stmts {
            let Stmt::Let { var, op, .. } = stmt else {
                continue;
            };
            match op {
                Op::ListLen(list) if *list == self.at => {
                    *op = Op::IntBin(IntOp::WrappingSub, self.len, self.at);
                }
                Op::ListHead(list) if *list == self.at => *op = Op::ListGet(self.list, self.at),
                Op::ListDrop(list, count) if *list == self.at => {
                    *op = Op::IntBin(IntOp::WrappingAdd, self.at, *count);
                    func.vars[var.0 as usize].ty = self.int;
                }
                _ => {}
            }
        }
    }
}

fn fresh(func: &mut Func, ty: TypeId) -> Var {
    let name = Default::default();
    func.vars.push(VarInfo { ty, name });
    Var(func.vars.len() as u32 - 1)
}

/// The type of a list's length, which the function asks for.
fn int_type(func: &Func, list: Var) -> TypeId {
    let mut stmts = func.body.all_blocks().flat_map(|block| &block.stmts);
    let length = stmts.find_map(|stmt| match stmt {
        Stmt::Let {
            var,
            op: Op::ListLen(of),
            ..
        } if *of == list => Some(*var),
        _ => None,
    });
    let length = length.expect("such a list is only walked when its length is asked for");
    func.vars[length.0 as usize].ty
}
