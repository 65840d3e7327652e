//! Calls, returns, tail calls, deep recursion, suspension.

use super::build::{Builder, Code, INTS, W, main_only};
use super::{Ending, MAX_STACK, machine, run, run_sliced};
use crate::interp::run::End;
use crate::interp::{Outcome, Vm};
use crate::native::Intrinsics;
use snow_bytecode::inst::{Cond, Inst, IntOp};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, Label, Mode, Module, Reg};
use std::sync::atomic::Ordering::Relaxed;

/// `main` calls `f(n)`, whose code `build` gives; `f` is function 1 and its parameter register 0.
fn call_with(n: i64, build: impl FnOnce(&mut Code, Reg)) -> Module {
    let mut builder = Builder::new();
    let mut main = Code::new("main", &[W]);
    let arg = main.int(n);
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![arg],
        args: vec![arg],
    });
    main.ret(&[arg]);
    builder.add(main);
    let mut f = Code::new("f", &[W]);
    let param = f.param(W, Mode::Own);
    build(&mut f, param);
    builder.add(f);
    builder.module
}

fn fib(n: i64) -> Module {
    call_with(n, |f, n| {
        let (a, b) = (f.reg(W), f.reg(W));
        f.push(Inst::BranchIntImm {
            cond: Cond::Lt,
            a: n,
            imm: 2,
            target: Label(7),
        });
        f.push(Inst::IntBinImm {
            op: IntOp::Sub,
            dst: a,
            a: n,
            imm: 1,
        });
        f.push(Inst::Call {
            func: FuncId(1),
            dsts: vec![a],
            args: vec![a],
        });
        f.push(Inst::IntBinImm {
            op: IntOp::Sub,
            dst: b,
            a: n,
            imm: 2,
        });
        f.push(Inst::Call {
            func: FuncId(1),
            dsts: vec![b],
            args: vec![b],
        });
        f.push(Inst::IntBin {
            op: IntOp::Add,
            dst: a,
            a,
            b,
        });
        f.ret(&[a]);
        f.ret(&[n]);
    })
}

/// `f(n) = if n == 0 then 0 else f(n - 1) + 1`
fn depth(n: i64) -> Module {
    call_with(n, |f, n| {
        f.push(Inst::BranchIntImm {
            cond: Cond::Eq,
            a: n,
            imm: 0,
            target: Label(4),
        });
        f.push(Inst::IntBinImm {
            op: IntOp::Sub,
            dst: n,
            a: n,
            imm: 1,
        });
        f.push(Inst::Call {
            func: FuncId(1),
            dsts: vec![n],
            args: vec![n],
        });
        f.push(Inst::IntBinImm {
            op: IntOp::Add,
            dst: n,
            a: n,
            imm: 1,
        });
        f.ret(&[n]);
    })
}

#[test]
fn recursion() {
    assert_eq!(run(fib(20)), Ending::Words(vec![6765]));
}

#[test]
fn a_run_can_be_suspended_at_every_call() {
    for slice in [1, 2, 3, 7] {
        assert_eq!(
            run_sliced(fib(12), &Intrinsics::default(), slice),
            Ending::Words(vec![144])
        );
    }
}

#[test]
fn rests_go_on_when_the_native_stack_is_used_up() {
    let module = main_only(&[W], |_, main| {
        let (x, list, other) = (
            main.int(7),
            main.reg(Slot::Ref(INTS)),
            main.reg(Slot::Ref(INTS)),
        );
        for (dst, elems) in [(list, vec![x, x]), (other, vec![x])] {
            main.push(Inst::ListNew {
                dst,
                ty: INTS,
                elems,
            });
        }
        main.push(Inst::ListConcat {
            dst: list,
            a: list,
            b: other,
        });
        main.push(Inst::ListLen { dst: x, list });
        main.push(Inst::Drop { src: list });
        main.ret(&[x]);
    });
    let mut vm = machine(module, &Intrinsics::default());
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(0), &[], MAX_STACK) };
    // No carrier: the run is on this thread's stack, all of which is below the limit.
    vm.ctx.native.limit.store(usize::MAX, Relaxed);
    // SAFETY: the machine is used by nobody else until the slice ends.
    let end = unsafe { Vm::slice(&raw mut vm, &mut actor, 1_000) };
    assert!(matches!(end, End::Done));
    // SAFETY: the entry has one result.
    assert_eq!(unsafe { *actor.base }, 3);
    assert_eq!(vm.ctx.heap.live(), 0);
}

#[test]
fn an_endless_loop_yields() {
    let module = call_with(1, |f, _| {
        f.push(Inst::Jump { target: Label(0) });
    });
    let mut vm = machine(module, &Intrinsics::default());
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(0), &[], MAX_STACK) };
    for _ in 0..3 {
        assert!(matches!(vm.resume(&mut actor, 1000), Outcome::Yielded));
    }
}

#[test]
fn a_conditional_jump_back_yields() {
    let module = call_with(1, |f, n| {
        f.push(Inst::BranchIntImm {
            cond: Cond::Eq,
            a: n,
            imm: 1,
            target: Label(0),
        });
        f.ret(&[n]);
    });
    let mut vm = machine(module, &Intrinsics::default());
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(0), &[], MAX_STACK) };
    assert!(matches!(vm.resume(&mut actor, 1000), Outcome::Yielded));
}

#[test]
fn a_million_frames() {
    assert_eq!(run(depth(1_000_000)), Ending::Words(vec![1_000_000]));
}

#[test]
fn too_many_frames_are_a_stack_overflow() {
    let Ending::Crash(reason, frames) = run(depth(100_000_000)) else {
        panic!("must crash")
    };
    assert_eq!((reason.as_str(), frames.len()), ("stack overflow", 40));
}

#[test]
fn tail_calls_need_no_space() {
    // f(n) = if n == 0 then 7 else g(n - 1); g(n) = f(n)
    let mut builder = Builder::new();
    builder.module = call_with(10_000_000, |f, n| {
        f.push(Inst::BranchIntImm {
            cond: Cond::Eq,
            a: n,
            imm: 0,
            target: Label(3),
        });
        f.push(Inst::IntBinImm {
            op: IntOp::Sub,
            dst: n,
            a: n,
            imm: 1,
        });
        f.push(Inst::TailCall {
            func: FuncId(2),
            args: vec![n],
        });
        f.push(Inst::ConstInt { dst: n, value: 7 });
        f.ret(&[n]);
    });
    let mut g = Code::new("g", &[W]);
    let n = g.param(W, Mode::Own);
    g.push(Inst::TailCall {
        func: FuncId(1),
        args: vec![n],
    });
    builder.add(g);
    let mut vm = machine(builder.module, &Intrinsics::default());
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(0), &[], 0) };
    let outcome = vm.resume(&mut actor, i64::MAX);
    assert!(matches!(outcome, Outcome::Done([7, ..])), "{outcome:?}");
}

/// `main` passes 1, 2, … to `f`, which tail-calls `g` with them in reverse; `g` gives their sum weighted by position.
fn arguments(count: u32) -> Module {
    let mut builder = Builder::new();
    let mut main = Code::new("main", &[W]);
    let args: Vec<Reg> = (0..count)
        .map(|index| main.int(i64::from(index) + 1))
        .collect();
    let dst = main.reg(W);
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![dst],
        args,
    });
    main.ret(&[dst]);
    builder.add(main);

    let mut f = Code::new("f", &[W]);
    let params: Vec<Reg> = (0..count).map(|_| f.param(W, Mode::Own)).collect();
    f.push(Inst::TailCall {
        func: FuncId(2),
        args: params.into_iter().rev().collect(),
    });
    builder.add(f);

    let mut g = Code::new("g", &[W]);
    let params: Vec<Reg> = (0..count).map(|_| g.param(W, Mode::Own)).collect();
    let sum = g.int(0);
    for (index, param) in params.iter().enumerate() {
        let weight = index as i64 + 1;
        g.push(Inst::IntBinImm {
            op: IntOp::Mul,
            dst: *param,
            a: *param,
            imm: weight,
        });
        g.push(Inst::IntBin {
            op: IntOp::Add,
            dst: sum,
            a: sum,
            b: *param,
        });
    }
    g.ret(&[sum]);
    builder.add(g);
    builder.module
}

#[test]
fn any_number_of_arguments() {
    for count in 0..20 {
        let expected = (1..=u64::from(count))
            .map(|weight| weight * (u64::from(count) + 1 - weight))
            .sum();
        assert_eq!(
            run(arguments(count)),
            Ending::Words(vec![expected]),
            "{count} arguments"
        );
    }
}

#[test]
fn up_to_three_results_into_any_registers() {
    for count in 1..=3u32 {
        let mut builder = Builder::new();
        let slots = vec![W; count as usize];
        let mut main = Code::new("main", &slots);
        let arg = main.int(5);
        let dsts: Vec<Reg> = (0..count).map(|_| main.reg(W)).rev().collect();
        main.push(Inst::Call {
            func: FuncId(1),
            dsts: dsts.clone(),
            args: vec![arg],
        });
        main.ret(&dsts);
        builder.add(main);
        let mut f = Code::new("f", &slots);
        let n = f.param(W, Mode::Own);
        let values: Vec<Reg> = (0..count)
            .map(|index| {
                let dst = f.reg(W);
                f.push(Inst::IntBinImm {
                    op: IntOp::Add,
                    dst,
                    a: n,
                    imm: i64::from(index),
                });
                dst
            })
            .collect();
        f.ret(&values);
        builder.add(f);
        let expected = (0..u64::from(count)).map(|index| 5 + index).collect();
        assert_eq!(run(builder.module), Ending::Words(expected));
    }
}
