//! Calls and closures across tiers.

use super::super::build::{Builder, Code, FUN, INT, S, STRING, W};
use super::super::{Ending, machine};
use super::{call, finish, function, imm, main_calls, mixed, run, unit, wrong};
use crate::abi::UniformFn;
use crate::abi::status::OK;
use crate::carrier::Budget;
use crate::ctx::Ctx;
use crate::interp::{Outcome, SLICE};
use crate::native::Intrinsics;
use crate::output::Output;
use crate::value::{closure, text};
use crate::world::World;
use snow_bytecode::inst::{Cond, Inst, IntOp};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{Export, ExportedCode, FuncId, Label, Mode, Module, Reg};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// `f(n) = n * 2`
unsafe extern "C" fn double(_: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: one word in, one out.
    unsafe { *ret = *args * 2 }
    OK
}

#[test]
fn the_interpreter_calls_compiled_code() {
    let mut builder = Builder::new();
    main_calls(&mut builder, 21);
    wrong(&mut builder, "f");
    assert_eq!(
        run(mixed(builder.module, &[(1, double)])),
        Ending::Words(vec![42])
    );
}

/// `f(n) = g(n) + 1`
unsafe extern "C" fn g_and_one(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: one word in, one out.
    match unsafe { call(ctx, 2, *args) } {
        // SAFETY: as above.
        Ok(word) => unsafe { *ret = word + 1 },
        Err(status) => return status,
    }
    OK
}

#[test]
fn compiled_code_calls_the_interpreter_and_itself() {
    let mut builder = Builder::new();
    main_calls(&mut builder, 20);
    wrong(&mut builder, "f");
    let (mut g, n) = function("g");
    imm(&mut g, IntOp::Mul, n, 2);
    g.ret(&[n]);
    builder.add(g);
    let module = builder.module;
    assert_eq!(
        run(mixed(module.clone(), &[(1, g_and_one)])),
        Ending::Words(vec![41])
    );
    assert_eq!(
        run(mixed(module, &[(1, g_and_one), (2, double)])),
        Ending::Words(vec![41])
    );
}

/// `main = f(1, 2, …)` with as many results.
fn many(params: u32, results: u32) -> Module {
    let mut builder = Builder::new();
    let slots = vec![W; results as usize];
    let mut main = Code::new("main", &slots);
    let args: Vec<Reg> = (1..=params).map(|n| main.int(i64::from(n))).collect();
    let dsts: Vec<Reg> = (0..results).map(|_| main.reg(W)).rev().collect();
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: dsts.clone(),
        args,
    });
    main.ret(&dsts);
    builder.add(main);
    let mut f = Code::new("f", &slots);
    let params: Vec<Reg> = (0..params).map(|_| f.param(W, Mode::Own)).collect();
    f.ret(&params[..results as usize]);
    builder.add(f);
    builder.module
}

/// The last three of five arguments.
unsafe extern "C" fn last_three(_: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: five words in, up to three out, perhaps in the same memory.
    unsafe { std::ptr::copy(args.add(2), ret, 3) }
    OK
}

#[test]
fn arguments_and_results_of_compiled_code() {
    for results in 1..=3 {
        let expected = (3..3 + u64::from(results)).collect();
        assert_eq!(
            run(mixed(many(5, results), &[(1, last_three)])),
            Ending::Words(expected)
        );
    }
}

/// `main = f(n)`; `f(n) = if n == 0 then 0 else g(n - 1) + 1`; `g` is function 2.
fn alternating(n: i64) -> Module {
    let mut builder = Builder::new();
    main_calls(&mut builder, n);
    let (mut f, n) = function("f");
    f.push(Inst::BranchIntImm {
        cond: Cond::Eq,
        a: n,
        imm: 0,
        target: Label(4),
    });
    imm(&mut f, IntOp::Sub, n, 1);
    f.push(Inst::Call {
        func: FuncId(2),
        dsts: vec![n],
        args: vec![n],
    });
    imm(&mut f, IntOp::Add, n, 1);
    f.ret(&[n]);
    builder.add(f);
    wrong(&mut builder, "g");
    builder.module
}

/// `g(n) = if n == 0 then 0 else f(n - 1) + 1`
unsafe extern "C" fn back_to_f(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: one word in, one out.
    unsafe {
        if *args == 0 {
            *ret = 0;
            return OK;
        }
        match call(ctx, 1, *args - 1) {
            Ok(word) => *ret = word + 1,
            Err(status) => return status,
        }
    }
    OK
}

#[test]
fn a_hundred_thousand_levels_of_both_tiers() {
    let module = alternating(200_000);
    let mut vm = mixed(module, &[(2, back_to_f)]);
    assert_eq!(
        finish(&mut vm, SLICE, 1 << 30),
        Ending::Words(vec![200_000])
    );
}

/// The function of `Builder::FUN` closures over a string: `fn k -> k + length(text)`, function 1.
fn closures(install: bool) -> Module {
    let mut builder = Builder::new();
    let mut main = Code::new("main", &[W]);
    let text = main.string(&mut builder, "four");
    let (fun, a, b) = (main.reg(Slot::Ref(FUN)), main.int(1), main.int(2));
    main.push(Inst::MakeClosure {
        dst: fun,
        func: FuncId(1),
        captures: vec![text],
    });
    main.push(Inst::CallClosureKeep {
        dsts: vec![a],
        closure: fun,
        args: vec![a],
    });
    if install {
        main.push(Inst::Call {
            func: FuncId(2),
            dsts: vec![b],
            args: vec![b],
        });
    }
    main.push(Inst::CallClosure {
        dsts: vec![b],
        closure: fun,
        args: vec![b],
    });
    main.push(Inst::IntBin {
        op: IntOp::Add,
        dst: a,
        a,
        b,
    });
    main.ret(&[a]);
    builder.add(main);
    let (mut code, closure) = Code::new("main/fn", &[W]).closure(&[S]);
    let n = code.param(W, Mode::Own);
    code.push(Inst::Drop { src: closure });
    imm(&mut code, IntOp::Add, n, 1000);
    code.ret(&[n]);
    builder.add(code);
    wrong(&mut builder, "install");
    builder.module
}

/// The closure of [`closures`].
unsafe extern "C" fn add_length(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: an owned closure over a string, a word; one word out.
    unsafe {
        let (fun, n) = (*args, *args.add(1));
        let length = text::str(closure::capture(fun, 0)).len() as u64;
        (*ctx).heap.drop_ref(fun);
        *ret = n + length;
    }
    OK
}

/// Installs [`add_length`] in the middle of a run.
unsafe extern "C" fn install(ctx: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: the machine of the context runs this.
    unsafe {
        let vm = (*ctx).native.machine.cast::<crate::interp::Vm>();
        (*vm).install(unit(&[(1, add_length)]));
        *ret = *args;
    }
    OK
}

#[test]
fn closures_reach_compiled_code_also_when_they_are_older() {
    assert_eq!(
        run(mixed(closures(false), &[])),
        Ending::Words(vec![1001 + 1002])
    );
    assert_eq!(
        run(mixed(closures(false), &[(1, add_length)])),
        Ending::Words(vec![5 + 6])
    );
    assert_eq!(
        run(mixed(closures(true), &[(2, install)])),
        Ending::Words(vec![1001 + 6])
    );
}

#[test]
fn frames_of_a_function_go_on_when_it_is_compiled() {
    let mut vm = machine(alternating(10), &Intrinsics::default());
    // Function 2 gives -1; then 3 calls of `f` are suspended when it is compiled.
    // SAFETY: the entry has no parameters.
    let mut actor = unsafe { vm.frames(FuncId(0), &[], 1 << 20) };
    assert!(matches!(vm.resume(&mut actor, 1), Outcome::Yielded));
    vm.install(unit(&[(1, double as UniformFn), (2, double)]));
    let Outcome::Done([word, ..]) = vm.resume(&mut actor, SLICE) else {
        panic!("must end")
    };
    // `f` itself is the interpreted one: (10 - 1) * 2 + 1.
    assert_eq!(word, 19);
}

#[test]
fn two_machines_do_not_disturb_each_other() {
    let mut one = mixed(alternating(100), &[(2, back_to_f)]);
    let mut other = mixed(alternating(100), &[(2, double)]);
    let mut third = machine(alternating(100), &Intrinsics::default());
    // SAFETY: the entries have no parameters.
    let mut actors = unsafe {
        [
            one.frames(FuncId(0), &[], 1 << 20),
            other.frames(FuncId(0), &[], 1 << 20),
            third.frames(FuncId(0), &[], 1 << 20),
        ]
    };
    let mut results = [0; 3];
    for fuel in [1, SLICE] {
        for (index, vm) in [&mut one, &mut other, &mut third].into_iter().enumerate() {
            if let Outcome::Done([word, ..]) = vm.resume(&mut actors[index], fuel) {
                results[index] = word;
            }
        }
    }
    assert_eq!(results, [100, 199, 0]);
}

#[test]
fn machines_of_one_program_share_compiled_code() {
    let first = mixed(alternating(100), &[(2, back_to_f)]);
    let program = Arc::clone(first.program());
    let world = World::new(Output::memory(), Vec::new());
    let second = crate::interp::Vm::new(program, Arc::new(world));
    assert_eq!(run(second), Ending::Words(vec![100]));
    assert_eq!(run(first), Ending::Words(vec![100]));
}

#[test]
fn code_lives_as_long_as_the_program() {
    struct Owner(Arc<AtomicBool>);
    impl Drop for Owner {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let gone = Arc::new(AtomicBool::new(false));
    let mut vm = mixed(alternating(4), &[]);
    let mut unit = unit(&[(2, back_to_f)]);
    unit.owner = Box::new(Owner(Arc::clone(&gone)));
    vm.install(unit);
    vm.install(super::unit(&[(2, double)]));
    assert!(!gone.load(Ordering::Relaxed));
    assert_eq!(run(vm), Ending::Words(vec![7]));
    assert!(gone.load(Ordering::Relaxed));
}

/// `f(text, n) = length(text) + n`, the text borrowed.
unsafe extern "C" fn length_and(_: *mut Ctx, args: *const u64, ret: *mut u64) -> u32 {
    // SAFETY: a string and a word in, one word out.
    unsafe { *ret = text::str(*args).len() as u64 + *args.add(1) }
    OK
}

#[test]
fn borrowed_arguments_stay_the_callers() {
    let mut builder = Builder::new();
    let mut main = Code::new("main", &[W]);
    let (text, n) = (main.string(&mut builder, "text"), main.int(3));
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![n],
        args: vec![text, n],
    });
    main.push(Inst::Drop { src: text });
    main.ret(&[n]);
    builder.add(main);
    let mut f = Code::new("f", &[W]);
    let (_, n) = (
        f.param(Slot::Ref(STRING), Mode::Borrow),
        f.param(W, Mode::Own),
    );
    f.ret(&[n]);
    builder.add(f);
    assert_eq!(
        run(mixed(builder.module, &[(1, length_and)])),
        Ending::Words(vec![7])
    );
}

#[test]
fn names_lead_to_the_tier_in_which_the_function_is() {
    let mut module = alternating(3);
    for (name, func) in [("Main.f", 1), ("Main.g", 2), ("Main.__h", 1)] {
        let code = ExportedCode {
            func: FuncId(func),
            params: vec![INT; module.funcs[func as usize].params.len()],
            ret: INT,
            mailbox: None,
        };
        module.exports.push(Export {
            kind: snow_bytecode::module::ExportKind::Public,
            name: name.to_owned(),
            code: Some(code),
        });
    }
    module.exports.push(Export {
        kind: snow_bytecode::module::ExportKind::Public,
        name: "Main.same".to_owned(),
        code: None,
    });
    let mut vm = mixed(module, &[]);
    let world = Arc::clone(&vm.ctx.world);
    vm.program().register_functions(&world);
    let (f, g) = (
        world.lookup("Main.f").unwrap(),
        world.lookup("Main.g").unwrap(),
    );
    assert_eq!((f.entry().func, g.entry().func), (1, 2));
    assert_eq!(f.entry().fingerprint, g.entry().fingerprint);
    assert_ne!(f.entry().fingerprint, [0; 16]);
    assert!(f.entry().has_code());
    assert!(!world.lookup("Main.same").unwrap().entry().has_code());
    assert!(world.lookup("Main.__h").is_none() && world.lookup("Main.other").is_none());
    vm.install(unit(&[(2, back_to_f)]));
    assert!(f.entry().uniform.is_none());
    assert!(
        g.entry()
            .uniform
            .is_some_and(|code| code as usize == back_to_f as *const () as usize)
    );
    vm.ctx.carrier.budget = Budget::new(1 << 20, 0);
    let ctx = &raw mut vm.ctx;
    let vm = &raw mut vm;
    // SAFETY: both functions take a word and give one; the machine is used by nobody else.
    let results = unsafe {
        (*ctx).native.machine = vm.cast();
        crate::carrier::tests::run(ctx, || {
            [&f, &g].map(|name| {
                let mut word = 5;
                let status = name.entry().call(ctx, &raw const word, &raw mut word);
                (status, word)
            })
        })
    };
    assert_eq!(results, Ok([(OK, 5), (OK, 5)]));
}
