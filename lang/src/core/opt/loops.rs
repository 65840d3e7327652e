//! Self tail calls as jumps.

use snow_bytecode::types::{Type, TypeId, TypeTable};

use super::copy::{Copier, Places, Renamed};
use super::shapes::carries_code;
use super::walk;
use crate::core::ir::{Block, End, Func, FuncId, FuncKind, Join, JoinId, Op, Stmt, Var};

/// Turns the tail calls of a function to itself into a loop, where that helps; whether it did.
///
/// Parameters of functions may be borrowed, those of loops are owned. So a function that walks down a structure stays as it
/// is; loops are made of functions whose changing parameters are no references, or lists of words that are walked down (whose positions are handed
/// from turn to turn then), and of library functions that take functions, which then can be inlined.
pub(super) fn tail_calls_to_loop(func: &mut Func, id: FuncId, types: &TypeTable) -> bool {
    if !matches!(func.kind, FuncKind::Direct) {
        return false;
    }
    let Some(walked) = pays(func, id, types) else {
        return false;
    };
    let target = JoinId(func.joins);
    func.joins += 1;
    let originals = func.params.clone();
    let params: Vec<Var> = originals
        .iter()
        .map(|param| fresh_like(func, *param))
        .collect();
    let names = originals.iter().copied().zip(params.iter().copied());
    let map = Renamed::many(func.vars.len(), names);
    let mut copier = Copier {
        from: None,
        vars: &mut func.vars,
        joins: &mut func.joins,
        map,
        join_map: Default::default(),
        places: Places::Own,
    };
    let mut body = copier.block(&func.body);
    body.for_each_block_mut(&mut |block| jump_instead(block, id, target));
    let (mut stmts, mut args) = (Vec::new(), func.params.clone());
    for number in walked {
        let list = originals[number];
        let walk = walk::Walk::of(func, list, params[number], &mut stmts);
        body.for_each_block_mut(&mut |block| walk.positions(block, func));
        args[number] = walk.start;
    }
    let start = Stmt::Join(Box::new(Join {
        id: target,
        params,
        looping: true,
        body,
    }));
    stmts.push(start);
    func.body = Block {
        stmts,
        end: End::Jump(target, args),
    };
    true
}

fn fresh_like(func: &mut Func, var: Var) -> Var {
    let info = func.vars[var.0 as usize].clone();
    func.vars.push(info);
    Var(func.vars.len() as u32 - 1)
}

fn jump_instead(block: &mut Block, id: FuncId, target: JoinId) {
    if let Some(args) = own_tail_call(block, id) {
        let args = args.to_vec();
        block.stmts.pop();
        block.end = End::Jump(target, args);
    }
}

/// Whether a function has loops, or makes tail calls to itself.
pub(super) fn repeats(func: &Func, id: FuncId) -> bool {
    func.body.all_blocks().any(|block| {
        let mut stmts = block.stmts.iter();
        let loops = stmts.any(|stmt| matches!(stmt, Stmt::Join(join) if join.looping));
        loops || own_tail_call(block, id).is_some()
    })
}

/// The arguments of a tail call to the function itself at the end of a block.
pub(super) fn own_tail_call(block: &Block, id: FuncId) -> Option<&[Var]> {
    match (block.stmts.last(), &block.end) {
        (
            Some(Stmt::Let {
                var,
                op: Op::Call(callee, args),
                ..
            }),
            End::Return(result),
        ) if callee == &id && var == result => Some(args),
        _ => None,
    }
}

/// Whether a loop pays: the numbers of the parameters that are walked down then.
fn pays(func: &Func, id: FuncId, types: &TypeTable) -> Option<Vec<usize>> {
    let mut any = false;
    let mut changing = vec![false; func.params.len()];
    for block in func.body.all_blocks() {
        let Some(args) = own_tail_call(block, id) else {
            continue;
        };
        any = true;
        for (number, arg) in args.iter().enumerate() {
            changing[number] |= *arg != func.params[number];
        }
    }
    let ty = |param: &Var| func.vars[param.0 as usize].ty;
    let takes_function = func
        .params
        .iter()
        .any(|param| carries_code(types, ty(param)));
    let changing = (0..func.params.len()).filter(|number| changing[*number]);
    let changing: Vec<usize> = changing
        .filter(|number| !is_word(types, ty(&func.params[*number])))
        .collect();
    let walks = |number: &usize| {
        let param = func.params[*number];
        let of_words = matches!(types.get(ty(&param)), Type::List(elem) if is_word(types, *elem));
        of_words && walk::is_walked(func, id, *number)
    };
    match (any, changing.iter().all(walks)) {
        (false, _) => None,
        (true, true) => Some(changing),
        (true, false) => (func.library && takes_function).then(Vec::new),
    }
}

fn is_word(types: &TypeTable, ty: TypeId) -> bool {
    match types.get(ty) {
        Type::Int
        | Type::Float
        | Type::Bool
        | Type::Unit
        | Type::Atom
        | Type::Range
        | Type::Pid(_)
        | Type::Ref => true,
        Type::Sum { variants, .. } => variants.iter().all(|variant| variant.fields.is_empty()),
        _ => false,
    }
}
