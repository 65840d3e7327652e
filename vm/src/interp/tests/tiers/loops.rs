//! Entering compiled code in the middle of a loop, and choosing what to compile.

use super::super::build::{Builder, Code, W};
use super::super::{Ending, machine};
use super::{finish, function, imm, main_calls, unit, unwind, wrong};
use crate::abi::UniformFn;
use crate::abi::status::{OK, Reason, TAIL};
use crate::ctx::Ctx;
use crate::interp::{NativeLoop, NativeUnit, Sample, TierHook, Vm};
use crate::native::Intrinsics;
use snow_bytecode::inst::{Cond, Inst, IntOp};
use snow_bytecode::module::{FuncId, Label, Mode, Module, Reg};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

/// `main = f(n)`; `f(n) = ` the sum of the numbers up to `n`, by a loop whose header is instruction 1; registers: n, sum. Function 2 is wrong.
fn sum(n: i64) -> Module {
    let mut builder = Builder::new();
    main_calls(&mut builder, n);
    let (mut f, n) = function("f");
    let sum = f.reg(W);
    f.push(Inst::ConstInt { dst: sum, value: 0 });
    f.push(Inst::BranchIntImm {
        cond: Cond::Eq,
        a: n,
        imm: 0,
        target: Label(5),
    });
    f.push(Inst::IntBin {
        op: IntOp::Add,
        dst: sum,
        a: sum,
        b: n,
    });
    imm(&mut f, IntOp::Sub, n, 1);
    f.push(Inst::Jump { target: Label(1) });
    f.ret(&[sum]);
    builder.add(f);
    wrong(&mut builder, "g");
    builder.module
}

/// The header of the loop.
const HEADER: u32 = 1;

/// The rest of the loop, and a million, so that it is seen.
unsafe extern "C" fn rest_of_sum(_: *mut Ctx, frame: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: a frame with two registers; one word out.
    unsafe {
        let (n, sum) = (*frame, *frame.add(1));
        *ret = sum + n * (n + 1) / 2 + 1_000_000;
    }
    OK
}

fn entry(entry: UniformFn) -> NativeUnit {
    NativeUnit {
        loops: vec![NativeLoop {
            func: FuncId(1),
            header: HEADER,
            entry,
        }],
        ..unit(&[])
    }
}

fn run(module: Module, code: UniformFn, slice: i64) -> Ending {
    let mut vm = machine(module, &Intrinsics::default());
    vm.install(entry(code));
    finish(&mut vm, slice, 1 << 20)
}

#[test]
fn a_frame_goes_on_in_compiled_code_at_its_next_slice() {
    for slice in [2, 3, 10, 999] {
        assert_eq!(
            run(sum(1000), rest_of_sum, slice),
            Ending::Words(vec![1_500_500])
        );
    }
    // It never came to the end of a slice.
    assert_eq!(
        run(sum(1000), rest_of_sum, 10_000),
        Ending::Words(vec![500_500])
    );
}

/// Crashes in instruction 2, the addition.
unsafe extern "C" fn overflow(ctx: *mut Ctx, _: *const u64, _: *mut u64) -> u32 {
    unwind(ctx, 1, 2, Reason::Overflow as u32)
}

#[test]
fn a_crash_in_a_loop_that_was_entered() {
    let frames = ["f", "main"].map(str::to_owned).to_vec();
    assert_eq!(
        run(sum(1000), overflow, 10),
        Ending::Crash("integer overflow".to_owned(), frames)
    );
}

/// Leaves the loop by a tail call of `g(5)`.
unsafe extern "C" fn tail_g(ctx: *mut Ctx, _: *const u64, _: *mut u64) -> u32 {
    // SAFETY: the context has room for the arguments of any function.
    unsafe {
        (*ctx).native.tail_func = 2;
        *(*ctx).native.tail_args = 5;
    }
    TAIL
}

#[test]
fn a_tail_call_out_of_a_loop_that_was_entered() {
    assert_eq!(run(sum(1000), tail_g, 10), Ending::Words(vec![u64::MAX]));
}

/// Notes the samples; has the loop compiled after a few of them.
struct Hook {
    samples: Arc<Mutex<Vec<Sample>>>,
    unit: Option<NativeUnit>,
    after: usize,
}

impl TierHook for Hook {
    fn sample(&mut self, at: Sample) {
        self.samples.lock().unwrap().push(at);
    }

    fn poll(&mut self) -> Vec<NativeUnit> {
        if self.samples.lock().unwrap().len() < self.after {
            return Vec::new();
        }
        self.unit.take().into_iter().collect()
    }
}

/// A machine whose hook gives `unit` after some samples, and the samples.
fn hooked(module: Module, unit: NativeUnit, after: usize) -> (Vm, Arc<Mutex<Vec<Sample>>>) {
    let samples = Arc::new(Mutex::new(Vec::new()));
    let mut vm = machine(module, &Intrinsics::default());
    vm.set_hook(Box::new(Hook {
        samples: Arc::clone(&samples),
        unit: Some(unit),
        after,
    }));
    (vm, samples)
}

#[test]
fn a_hook_sees_where_slices_end_and_its_code_is_installed() {
    let (mut vm, samples) = hooked(sum(1000), entry(rest_of_sum), 3);
    assert_eq!(finish(&mut vm, 10, 1 << 20), Ending::Words(vec![1_500_500]));
    let turn = Sample {
        func: FuncId(1),
        header: Some(HEADER),
    };
    assert_eq!(*samples.lock().unwrap(), vec![turn; 3]);
}

/// `f(n) = g(n)` by number: the loop runs in the interpreter, below a compiled frame.
unsafe extern "C" fn call_loop(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: one word in, one out.
    match unsafe { super::call(ctx, 1, *args) } {
        // SAFETY: as above.
        Ok(word) => unsafe { *ret = word },
        Err(status) => return status,
    }
    OK
}

#[test]
fn slices_end_also_below_compiled_frames() {
    let mut module = sum(1_000_000);
    // `main` calls `g`, which is compiled and calls `f`.
    let call = module.funcs[0].code.iter_mut().find_map(|inst| match inst {
        Inst::Call { func, .. } => Some(func),
        _ => None,
    });
    *call.unwrap() = FuncId(2);
    let (mut vm, samples) = hooked(module, entry(rest_of_sum), 100);
    vm.install(unit(&[(2, call_loop)]));
    let sum = 1_000_000 * 1_000_001 / 2;
    assert_eq!(
        finish(&mut vm, 10, 1 << 20),
        Ending::Words(vec![sum + 1_000_000])
    );
    assert_eq!(samples.lock().unwrap().len(), 100);
}

/// Adds one to `n`, and crashes when the native stack is short.
unsafe extern "C" fn shallow(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    let here = 0u8;
    // SAFETY: up to three words in, as many out.
    unsafe {
        if (&raw const here).addr() < (*ctx).native.limit.load(Relaxed) {
            return unwind(ctx, 2, 0, (*ctx).crash("the native stack has grown") as u32);
        }
        for index in 0..3 {
            *ret.add(index) = *args.add(index) + 1;
        }
    }
    OK
}

#[test]
fn calls_of_compiled_code_in_a_loop_leave_nothing_on_the_native_stack() {
    for count in 1..=3 {
        let mut builder = Builder::new();
        main_calls(&mut builder, 100_000);
        // f(n): calls `g(n, n, n)` again and again, until n is 0.
        let (mut f, n) = function("f");
        let values: Vec<Reg> = (0..3).map(|_| f.int(0)).collect();
        let head = f.push(Inst::Call {
            func: FuncId(2),
            dsts: values[..count].to_vec(),
            args: values.clone(),
        });
        imm(&mut f, IntOp::Sub, n, 1);
        f.push(Inst::BranchIntImm {
            cond: Cond::Ne,
            a: n,
            imm: 0,
            target: head,
        });
        f.ret(&values[..1]);
        builder.add(f);
        let mut g = Code::new("g", &vec![W; count]);
        let params: Vec<Reg> = (0..3).map(|_| g.param(W, Mode::Own)).collect();
        g.ret(&params[..count]);
        builder.add(g);
        let mut vm = machine(builder.module, &Intrinsics::default());
        vm.install(unit(&[(2, shallow)]));
        let ending = finish(&mut vm, i64::MAX, 1 << 20);
        assert_eq!(ending, Ending::Words(vec![100_000]));
    }
}
