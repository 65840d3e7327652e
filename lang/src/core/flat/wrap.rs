//! Closure code for named functions that are used as values.

use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, FuncKind, Mode};
use snow_bytecode::types::TypeId;

use super::ir::{Block, End, Func, Param, Stmt, Var};
use crate::stack::with_stack;

/// Closure code that calls a function. When that function makes tail calls, so must the wrapper: a chain of tail calls through function
/// values would otherwise pile up wrappers.
pub(super) fn function_value(target: &Func, callee: FuncId, fun_type: TypeId) -> Func {
    let kind = FuncKind::Closure {
        fun_type,
        captures: Vec::new(),
    };
    let mut wrapper = blank(target, kind);
    let closure = wrapper.fresh(Slot::Ref(fun_type));
    wrapper.params.push(own(closure));
    let tail = leaves_by_call(&target.body, callee);
    call_through(wrapper, target, callee, tail)
}

fn blank(target: &Func, kind: FuncKind) -> Func {
    Func {
        name: target.name.clone(),
        kind,
        params: Vec::new(),
        results: target.results.clone(),
        vars: Vec::new(),
        joins: 0,
        crashes: Vec::new(),
        body: Block {
            stmts: Vec::new(),
            end: End::Leave(Inst::Return { values: Vec::new() }, target.span),
        },
        inlined: Vec::new(),
        span: target.span,
    }
}

fn own(var: Var) -> Param {
    let mode = Mode::Own;
    Param { var, mode }
}

fn call_through(mut wrapper: Func, target: &Func, func: FuncId, tail: bool) -> Func {
    let args: Vec<Var> = target
        .params
        .iter()
        .map(|param| wrapper.fresh(target.slot(param.var)))
        .collect();
    wrapper.params.extend(args.iter().copied().map(own));
    let span = target.span;
    if tail {
        wrapper.body.end = End::Leave(Inst::TailCall { func, args }, span);
        return wrapper;
    }
    let dsts: Vec<Var> = target
        .results
        .iter()
        .map(|slot| wrapper.fresh(*slot))
        .collect();
    let values = dsts.clone();
    wrapper.body = Block {
        stmts: vec![Stmt::Inst(Inst::Call { func, dsts, args }, span)],
        end: End::Leave(Inst::Return { values }, span),
    };
    wrapper
}

/// Whether a function makes tail calls to anything but itself.
fn leaves_by_call(block: &Block, itself: FuncId) -> bool {
    with_stack(|| {
        let here = match &block.end {
            End::Leave(Inst::TailCall { func, .. }, _) => *func != itself,
            End::Leave(Inst::TailCallClosure { .. }, _) => true,
            _ => false,
        };
        let in_join = |stmt: &Stmt| match stmt {
            Stmt::Join(join) => leaves_by_call(&join.body, itself),
            Stmt::Inst(..) => false,
        };
        here || block.stmts.iter().any(in_join)
            || block
                .end
                .blocks()
                .any(|block| leaves_by_call(block, itself))
    })
}
