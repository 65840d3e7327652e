//! Crashes: traces with places, long ones shortened, frames on the way released.

use super::build::{Builder, Code, S, W};
use super::{MAX_STACK, machine};
use crate::interp::{Crash, Outcome, SLICE};
use crate::native::Intrinsics;
use snow_bytecode::inst::{Cond, Inst, IntOp};
use snow_bytecode::module::{FuncId, Label, Mode, Module};

/// `main` calls `f(n)` with a string in a register; `f` calls itself until `n` is 0, each frame owning a string and lending it to the next
/// one, and then divides by `n`.
fn recursive(n: i64) -> Module {
    let mut builder = Builder::new();
    let mut main = Code::new("Main.main", &[W]);
    let (n, text) = (main.int(n), main.string(&mut builder, "of main"));
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![n],
        args: vec![n, text],
    });
    main.push(Inst::Drop { src: text });
    main.ret(&[n]);
    builder.add(main);
    let mut f = Code::new("Main.f", &[W]);
    let (n, _lent) = (f.param(W, Mode::Own), f.param(S, Mode::Borrow));
    let own = f.string(&mut builder, "of f");
    let at = f.function.code.len() as u32;
    f.push(Inst::BranchIntImm {
        cond: Cond::Eq,
        a: n,
        imm: 0,
        target: Label(at + 5),
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
        args: vec![n, own],
    });
    f.push(Inst::Drop { src: own });
    f.ret(&[n]);
    f.push(Inst::IntBin {
        op: IntOp::Div,
        dst: n,
        a: n,
        b: n,
    });
    f.push(Inst::Drop { src: own });
    f.ret(&[n]);
    builder.add(f);
    builder.module
}

fn crash_of(module: Module) -> Crash {
    let mut vm = machine(module, &Intrinsics::default());
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(0), &[], MAX_STACK) };
    let outcome = vm.resume(&mut actor, SLICE);
    vm.ctx.heap.settle_all();
    assert_eq!(vm.ctx.heap.live(), 0);
    match outcome {
        Outcome::Crashed(crash) => crash,
        outcome => panic!("must crash: {outcome:?}"),
    }
}

#[test]
fn a_trace_names_functions_and_places() {
    let crash = crash_of(recursive(1));
    assert_eq!(crash.reason, "division by zero");
    let expected = "  at Main.f (main.snow:10:1)\n  at Main.f (main.snow:7:1)\n  at Main.main (main.snow:6:1)\n";
    assert_eq!(crash.trace.render(), expected);
}

#[test]
fn a_long_trace_keeps_both_ends() {
    let trace = crash_of(recursive(1000)).trace;
    assert_eq!(
        (trace.first.len(), trace.omitted, trace.last.len()),
        (20, 962, 20)
    );
    let text = trace.render();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 41);
    assert_eq!(lines[20], "  ... 962 more frames ...");
    assert_eq!(lines[40], "  at Main.main (main.snow:6:1)");
}

#[test]
fn a_suspended_actor_can_be_killed() {
    let mut vm = machine(recursive(1000), &Intrinsics::default());
    for slice in [1, 2, 100, 500] {
        // SAFETY: the entry has no parameters.
        let mut actor = unsafe { vm.frames(FuncId(0), &[], MAX_STACK) };
        assert!(matches!(vm.resume(&mut actor, slice), Outcome::Yielded));
        vm.kill(&mut actor);
        vm.ctx.heap.settle_all();
        assert_eq!(vm.ctx.heap.live(), 0, "after {slice} reductions");
    }
}

#[test]
fn a_call_that_finds_no_room_drops_its_arguments() {
    // f(text) = f(text <> "") + 0, without end: every call hands an owned string on.
    let mut builder = Builder::new();
    let mut main = Code::new("Main.main", &[W]);
    let (text, n) = (main.string(&mut builder, "argument"), main.reg(W));
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![n],
        args: vec![text],
    });
    main.ret(&[n]);
    builder.add(main);
    let mut f = Code::new("Main.f", &[W]);
    let (text, n) = (f.param(S, Mode::Own), f.reg(W));
    f.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![n],
        args: vec![text],
    });
    f.ret(&[n]);
    builder.add(f);
    let mut vm = machine(builder.module, &Intrinsics::default());
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(0), &[], 1 << 16) };
    let outcome = vm.resume(&mut actor, i64::MAX);
    assert!(
        matches!(&outcome, Outcome::Crashed(crash) if crash.reason == "stack overflow"),
        "{outcome:?}"
    );
    assert_eq!(vm.ctx.heap.live(), 0);
}
