//! Tail calls across tiers.

use super::super::Ending;
use super::super::build::Builder;
use super::{call, finish, function, imm, main_calls, mixed, wrong};
use crate::abi::UniformFn;
use crate::abi::calls::snow_call_pending;
use crate::abi::status::{OK, TAIL};
use crate::ctx::Ctx;
use snow_bytecode::inst::{Cond, Inst, IntOp};
use snow_bytecode::module::{FuncId, Label, Module};

/// `main = f(n)`; `f(n) = if n == 0 then 7 else g(n - 1)` (tail call); `g` is function 2; function 3 calls `f` from compiled code.
fn mutual(n: i64) -> Module {
    let mut builder = Builder::new();
    main_calls(&mut builder, n);
    let (mut f, n) = function("f");
    f.push(Inst::BranchIntImm {
        cond: Cond::Eq,
        a: n,
        imm: 0,
        target: Label(3),
    });
    imm(&mut f, IntOp::Sub, n, 1);
    f.push(Inst::TailCall {
        func: FuncId(2),
        args: vec![n],
    });
    f.push(Inst::ConstInt { dst: n, value: 7 });
    f.ret(&[n]);
    builder.add(f);
    wrong(&mut builder, "g");
    builder.module
}

/// Asks for a tail call of a function of one word.
fn tail(ctx: *mut Ctx, func: u64, arg: u64) -> u32 {
    // SAFETY: the context is live, and has room for the arguments of any function.
    unsafe {
        (*ctx).native.tail_func = func;
        *(*ctx).native.tail_args = arg;
    }
    TAIL
}

/// `g(n) = f(n)` (tail call)
unsafe extern "C" fn tail_f(ctx: *mut Ctx, args: *const u64, _: *mut u64) -> u32 {
    // SAFETY: one word.
    tail(ctx, 1, unsafe { *args })
}

#[test]
fn ten_million_mutual_tail_calls_need_no_space() {
    let mut vm = mixed(mutual(10_000_000), &[(2, tail_f)]);
    assert_eq!(finish(&mut vm, i64::MAX, 0), Ending::Words(vec![7]));
    let mut vm = mixed(mutual(100_000), &[(2, tail_f)]);
    assert_eq!(finish(&mut vm, 7, 0), Ending::Words(vec![7]));
}

/// `f(n) = if n == 0 then 7 else g(n - 1)` (tail call), compiled; `g` is interpreted.
unsafe extern "C" fn tail_g(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: one word in, one out.
    unsafe {
        if *args == 0 {
            *ret = 7;
            return OK;
        }
        tail(ctx, 2, *args - 1)
    }
}

/// `main = h(n)`, `h` compiled calls `f`, which it knows to be compiled; `g(n) = f(n)` is interpreted.
fn under_compiled(n: i64) -> Module {
    let mut builder = Builder::new();
    let mut main = super::Code::new("main", &[super::W]);
    let arg = main.int(n);
    main.push(Inst::Call {
        func: FuncId(3),
        dsts: vec![arg],
        args: vec![arg],
    });
    main.ret(&[arg]);
    builder.add(main);
    wrong(&mut builder, "f");
    let (mut g, n) = function("g");
    g.push(Inst::TailCall {
        func: FuncId(1),
        args: vec![n],
    });
    builder.add(g);
    wrong(&mut builder, "h");
    builder.module
}

/// `h(n) = f(n) + 1`, as compiled code calls compiled code.
unsafe extern "C" fn direct(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: one word in, one out.
    unsafe {
        let mut status = tail_g(ctx, args, ret);
        if status == TAIL {
            status = snow_call_pending(ctx, ret);
        }
        *ret += 1;
        status
    }
}

/// `h(n) = f(n) + 1`, by number.
unsafe extern "C" fn by_number(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: one word in, one out.
    match unsafe { call(ctx, 1, *args) } {
        // SAFETY: as above.
        Ok(word) => unsafe { *ret = word + 1 },
        Err(status) => return status,
    }
    OK
}

#[test]
fn tail_calls_under_compiled_callers_need_no_space() {
    for h in [direct as UniformFn, by_number] {
        let mut vm = mixed(under_compiled(10_000_000), &[(1, tail_g), (3, h)]);
        // Room for one nested run.
        assert_eq!(finish(&mut vm, i64::MAX, 1 << 16), Ending::Words(vec![8]));
    }
}

/// `g(n) = if n == 0 then 9 else g(n - 1)`, by its own entry.
unsafe extern "C" fn tail_self(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: one word in, one out.
    unsafe {
        if *args == 0 {
            *ret = 9;
            return OK;
        }
        tail(ctx, 2, *args - 1)
    }
}

#[test]
fn a_tail_call_may_lead_to_compiled_code() {
    let mut vm = mixed(mutual(100_000), &[(2, tail_self)]);
    assert_eq!(finish(&mut vm, 100, 0), Ending::Words(vec![9]));
}
