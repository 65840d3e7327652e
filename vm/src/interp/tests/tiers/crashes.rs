//! Crashes and exits at every border.

use super::super::Ending;
use super::super::build::{Builder, Code, S, W};
use super::{MAX_STACK, mixed, run, unwind};
use crate::abi::UniformFn;
use crate::abi::calls::snow_call;
use crate::abi::status::{OK, Reason, TAIL};
use crate::ctx::{Ctx, Status};
use crate::interp::{Outcome, SLICE, Vm};
use crate::value::text;
use snow_bytecode::inst::{Cond, Inst, IntOp};
use snow_bytecode::module::{FuncId, Label, Mode, Module};

/// Every function is `(n, text)`, the text owned. `main` owns another text while it calls `f(n, text)`.
///
/// `f(n, text) = if n == 0 then 1 / n else g(n - 1, text <> "")`, while it owns a text of its own; `g` is function 2, and does the same with `h`, function 3.
fn module(n: i64) -> Module {
    let mut builder = Builder::new();
    let mut main = Code::new("main", &[W]);
    let (n, own) = (main.int(n), main.string(&mut builder, "of main"));
    let text = main.string(&mut builder, "argument");
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![n],
        args: vec![n, text],
    });
    main.push(Inst::Drop { src: own });
    main.ret(&[n]);
    builder.add(main);
    for (name, next) in [("f", 2), ("g", 3), ("h", 1)] {
        let code = function(&mut builder, name, next);
        builder.add(code);
    }
    builder.module
}

fn function(builder: &mut Builder, name: &str, next: u32) -> Code {
    let mut code = Code::new(name, &[W]);
    let (n, text) = (code.param(W, Mode::Own), code.param(S, Mode::Own));
    let own = code.string(builder, "own");
    let at = code.function.code.len() as u32;
    code.push(Inst::BranchIntImm {
        cond: Cond::Eq,
        a: n,
        imm: 0,
        target: Label(at + 5),
    });
    super::imm(&mut code, IntOp::Sub, n, 1);
    code.push(Inst::Call {
        func: FuncId(next),
        dsts: vec![n],
        args: vec![n, text],
    });
    code.push(Inst::Drop { src: own });
    code.ret(&[n]);
    code.push(Inst::IntBin {
        op: IntOp::Div,
        dst: n,
        a: n,
        b: n,
    });
    for src in [own, text] {
        code.push(Inst::Drop { src });
    }
    code.ret(&[n]);
    code
}

/// In [`function`]: the call, and the division.
const CALL: u32 = 6;
const DIVISION: u32 = 9;

/// What LLVM makes of [`function`].
unsafe fn compiled(ctx: *mut Ctx, this: u32, next: u64, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: a word and an owned string.
    unsafe {
        let (n, text) = (*args, *args.add(1));
        let string = (*ctx).types().string();
        let own = text::new(&mut (*ctx).heap, string, b"own");
        if n == 0 {
            let reason = Reason::DivisionByZero as u32;
            let status = unwind(ctx, this, DIVISION, reason);
            (*ctx).heap.drop_ref(own);
            (*ctx).heap.drop_ref(text);
            return status;
        }
        let status = snow_call(ctx, next, [n - 1, text].as_ptr(), ret);
        (*ctx).heap.drop_ref(own);
        if status != OK {
            return unwind(ctx, this, CALL, status);
        }
        OK
    }
}

unsafe extern "C" fn f(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: as called.
    unsafe { compiled(ctx, 1, 2, args, ret) }
}

unsafe extern "C" fn g(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: as called.
    unsafe { compiled(ctx, 2, 3, args, ret) }
}

unsafe extern "C" fn h(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: as called.
    unsafe { compiled(ctx, 3, 1, args, ret) }
}

const ALL: [(u32, UniformFn); 3] = [(1, f), (2, g), (3, h)];

/// The report of a crash; nothing must be left on the heap.
fn report(mut vm: Vm, max_stack: usize) -> (String, String) {
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(0), &[], max_stack) };
    let outcome = vm.resume(&mut actor, i64::MAX);
    assert_eq!(vm.ctx.heap.live(), 0);
    match outcome {
        Outcome::Crashed(crash) => (crash.reason, crash.trace.render()),
        outcome => panic!("must crash: {outcome:?}"),
    }
}

#[test]
fn every_mixture_of_tiers_gives_the_same_report() {
    for n in 0..7 {
        let expected = report(mixed(module(n), &[]), MAX_STACK);
        assert_eq!(expected.0, "division by zero");
        for choice in 1..8 {
            let compiled: Vec<_> = (0..3)
                .filter(|bit| choice >> bit & 1 == 1)
                .map(|bit| ALL[bit])
                .collect();
            let found = report(mixed(module(n), &compiled), MAX_STACK);
            assert_eq!(
                found, expected,
                "{n} calls, functions {choice:03b} compiled"
            );
        }
    }
}

#[test]
fn a_report_across_tiers() {
    let (_, trace) = report(mixed(module(3), &[(2, g)]), MAX_STACK);
    assert_eq!(
        trace,
        "  at f (main.snow:10:1)\n  at h (main.snow:7:1)\n  at g (main.snow:7:1)\n  at f (main.snow:7:1)\n  at main (main.snow:10:1)\n"
    );
}

#[test]
fn stack_overflows_in_every_mixture_release_everything() {
    for choice in 0..8 {
        let compiled: Vec<_> = (0..3)
            .filter(|bit| choice >> bit & 1 == 1)
            .map(|bit| ALL[bit])
            .collect();
        for max_stack in [0, 100_000, 1 << 20, 3 << 20] {
            let (reason, trace) = report(mixed(module(1 << 40), &compiled), max_stack);
            assert_eq!(reason, "stack overflow");
            assert!(trace.ends_with("  at main (main.snow:10:1)\n"), "{trace}");
        }
    }
}

/// Ends the program: `f` in place of [`f`].
unsafe extern "C" fn exit(ctx: *mut Ctx, args: *const u64, _: *mut u64) -> u32 {
    // SAFETY: a word and an owned string.
    unsafe {
        (*ctx).heap.drop_ref(*args.add(1));
        assert_eq!((*ctx).exit(3), Status::Exit);
        unwind(ctx, 1, 0, Status::Exit as u32)
    }
}

#[test]
fn an_exit_leaves_frames_of_both_tiers() {
    for compiled in [
        &[(3, exit as UniformFn)][..],
        &[(3, exit), (2, g)],
        &[(3, exit), (1, f)],
    ] {
        assert_eq!(run(mixed(module(10), compiled)), Ending::Exit(3));
    }
}

#[test]
fn a_run_after_a_crash_has_a_trace_of_its_own() {
    let mut vm = mixed(module(2), &[(2, g)]);
    let mut traces = Vec::new();
    for _ in 0..2 {
        // SAFETY: the entry has no parameters.
        let mut actor = unsafe { vm.frames(FuncId(0), &[], MAX_STACK) };
        let Outcome::Crashed(crash) = vm.resume(&mut actor, SLICE) else {
            panic!("must crash")
        };
        traces.push(crash.trace.render());
    }
    assert_eq!(traces[0].lines().count(), 4);
    assert_eq!(traces[0], traces[1]);
}

/// `f` in place of [`f`]: a tail call of `g`, handing the text on.
unsafe extern "C" fn tail_g(ctx: *mut Ctx, args: *const u64, _: *mut u64) -> u32 {
    // SAFETY: a word and a string; the context has room for the arguments of any function.
    unsafe {
        (*ctx).native.tail_func = 2;
        std::ptr::copy(args, (*ctx).native.tail_args, 2);
    }
    TAIL
}

#[test]
fn a_crash_after_a_tail_call_across_tiers() {
    let (_, trace) = report(mixed(module(0), &[(1, tail_g)]), MAX_STACK);
    assert_eq!(
        trace,
        "  at g (main.snow:10:1)\n  at main (main.snow:10:1)\n"
    );
    let (_, trace) = report(mixed(module(0), &[(1, tail_g), (2, g)]), MAX_STACK);
    assert_eq!(
        trace,
        "  at g (main.snow:10:1)\n  at main (main.snow:10:1)\n"
    );
}

#[test]
fn an_actor_suspended_before_compiled_code_can_be_killed() {
    let mut vm = mixed(module(10), &[(1, tail_g), (2, tail_g)]);
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(0), &[], MAX_STACK) };
    // The tail calls of `g` never end; the run stops between two of them, at a stub.
    assert!(matches!(vm.resume(&mut actor, 100), Outcome::Yielded));
    vm.kill(&mut actor);
    assert_eq!(vm.ctx.heap.live(), 0);
}
