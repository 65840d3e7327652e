//! Times the interpreter on code written by hand: `cargo bench -p snow-vm`.

use snow_bytecode::inst::{Cond, Inst, IntOp};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, FuncKind, Function, Label, Mode, Module, ParamSlot, Reg};
use snow_bytecode::types::{Type, TypeId, TypeTable};
use snow_vm::actor::log::Reports;
use snow_vm::actor::slots;
use snow_vm::native::Intrinsics;
use snow_vm::output::Output;
use snow_vm::run::{HeapStats, RunOptions, VerifiedModule, run};
use snow_vm::sched::stop::Signals;
use std::time::Instant;

const R: [Reg; 8] = [
    Reg(0),
    Reg(1),
    Reg(2),
    Reg(3),
    Reg(4),
    Reg(5),
    Reg(6),
    Reg(7),
];

fn function(name: &str, params: usize, regs: usize, code: Vec<Inst>) -> Function {
    Function {
        name: name.to_owned(),
        kind: FuncKind::Direct,
        params: vec![
            ParamSlot {
                slot: Slot::Word,
                mode: Mode::Own
            };
            params
        ],
        results: vec![Slot::Word],
        regs: vec![Slot::Word; regs],
        code,
        lines: Vec::new(),
        inlined: Vec::new(),
    }
}

fn module(types: Vec<Type>, funcs: Vec<Function>) -> VerifiedModule {
    let module = Module {
        types: TypeTable { types },
        consts: Vec::new(),
        funcs,
        natives: Vec::new(),
        exports: Vec::new(),
        files: Vec::new(),
        entry: FuncId(0),
    };
    VerifiedModule::new(module).expect("hand-written code verifies")
}

/// `fn fib(n) = if n < 2 do n else fib(n - 1) + fib(n - 2) end`
fn fib(n: i64) -> VerifiedModule {
    let main = vec![
        Inst::ConstInt {
            dst: R[0],
            value: n,
        },
        Inst::Call {
            func: FuncId(1),
            dsts: vec![R[0]],
            args: vec![R[0]],
        },
        Inst::Return { values: vec![R[0]] },
    ];
    let fib = vec![
        Inst::BranchIntImm {
            cond: Cond::Lt,
            a: R[0],
            imm: 2,
            target: Label(7),
        },
        Inst::IntBinImm {
            op: IntOp::Sub,
            dst: R[1],
            a: R[0],
            imm: 1,
        },
        Inst::Call {
            func: FuncId(1),
            dsts: vec![R[1]],
            args: vec![R[1]],
        },
        Inst::IntBinImm {
            op: IntOp::Sub,
            dst: R[2],
            a: R[0],
            imm: 2,
        },
        Inst::Call {
            func: FuncId(1),
            dsts: vec![R[2]],
            args: vec![R[2]],
        },
        Inst::IntBin {
            op: IntOp::Add,
            dst: R[1],
            a: R[1],
            b: R[2],
        },
        Inst::Return { values: vec![R[1]] },
        Inst::Return { values: vec![R[0]] },
    ];
    module(
        vec![Type::Int],
        vec![function("main", 0, 1, main), function("fib", 1, 3, fib)],
    )
}

/// Sums the numbers below `n` that are not divisible by 3, in a loop.
fn sum_loop(n: i64) -> VerifiedModule {
    let code = vec![
        Inst::ConstInt {
            dst: R[0],
            value: 0,
        },
        Inst::ConstInt {
            dst: R[1],
            value: 0,
        },
        Inst::BranchIntImm {
            cond: Cond::Ge,
            a: R[0],
            imm: n,
            target: Label(8),
        },
        Inst::IntBinImm {
            op: IntOp::Rem,
            dst: R[2],
            a: R[0],
            imm: 3,
        },
        Inst::BranchIntImm {
            cond: Cond::Eq,
            a: R[2],
            imm: 0,
            target: Label(6),
        },
        Inst::IntBin {
            op: IntOp::Add,
            dst: R[1],
            a: R[1],
            b: R[0],
        },
        Inst::IntBinImm {
            op: IntOp::Add,
            dst: R[0],
            a: R[0],
            imm: 1,
        },
        Inst::Jump { target: Label(2) },
        Inst::Return { values: vec![R[1]] },
    ];
    module(vec![Type::Int], vec![function("main", 0, 3, code)])
}

/// Recursion to depth `n`, ten times.
fn deep(n: i64) -> VerifiedModule {
    let main = vec![
        Inst::ConstInt {
            dst: R[0],
            value: 10,
        },
        Inst::ConstInt {
            dst: R[1],
            value: n,
        },
        Inst::Call {
            func: FuncId(1),
            dsts: vec![R[1]],
            args: vec![R[1]],
        },
        Inst::IntBinImm {
            op: IntOp::Sub,
            dst: R[0],
            a: R[0],
            imm: 1,
        },
        Inst::BranchIntImm {
            cond: Cond::Gt,
            a: R[0],
            imm: 0,
            target: Label(1),
        },
        Inst::Return { values: vec![R[1]] },
    ];
    let deep = vec![
        Inst::BranchIntImm {
            cond: Cond::Eq,
            a: R[0],
            imm: 0,
            target: Label(4),
        },
        Inst::IntBinImm {
            op: IntOp::Sub,
            dst: R[0],
            a: R[0],
            imm: 1,
        },
        Inst::Call {
            func: FuncId(1),
            dsts: vec![R[0]],
            args: vec![R[0]],
        },
        Inst::IntBinImm {
            op: IntOp::Add,
            dst: R[0],
            a: R[0],
            imm: 1,
        },
        Inst::Return { values: vec![R[0]] },
    ];
    module(
        vec![Type::Int],
        vec![function("main", 0, 2, main), function("deep", 1, 1, deep)],
    )
}

/// Appends `n` numbers to a list and sums them.
fn list(n: i64) -> VerifiedModule {
    let code = vec![
        Inst::ListNew {
            dst: R[3],
            ty: TypeId(1),
            elems: Vec::new(),
        },
        Inst::ConstInt {
            dst: R[0],
            value: 0,
        },
        Inst::BranchIntImm {
            cond: Cond::Ge,
            a: R[0],
            imm: n,
            target: Label(6),
        },
        Inst::ListAppend {
            dst: R[3],
            list: R[3],
            elem: R[0],
        },
        Inst::IntBinImm {
            op: IntOp::Add,
            dst: R[0],
            a: R[0],
            imm: 1,
        },
        Inst::Jump { target: Label(2) },
        Inst::ConstInt {
            dst: R[1],
            value: 0,
        },
        Inst::IntBinImm {
            op: IntOp::Sub,
            dst: R[0],
            a: R[0],
            imm: 1,
        },
        Inst::ListGet {
            dst: R[2],
            list: R[3],
            index: R[0],
        },
        Inst::IntBin {
            op: IntOp::Add,
            dst: R[1],
            a: R[1],
            b: R[2],
        },
        Inst::BranchIntImm {
            cond: Cond::Gt,
            a: R[0],
            imm: 0,
            target: Label(7),
        },
        Inst::Drop { src: R[3] },
        Inst::Return { values: vec![R[1]] },
    ];
    let mut main = function("main", 0, 4, code);
    main.regs[3] = Slot::Ref(TypeId(1));
    module(vec![Type::Int, Type::List(TypeId(0))], vec![main])
}

fn time(name: &str, module: impl Fn() -> VerifiedModule) {
    let once = |module: VerifiedModule| {
        let options = RunOptions {
            args: Vec::new(),
            output: Output::memory(),
            errors: Box::new(std::io::stderr()),
            max_stack: 1 << 30,
            heap_stats: HeapStats::Quiet,
            units: Vec::new(),
            hook: None,
            deadline: None,
            counts: None,
            prepare: None,
            reports: Reports::default(),
            schedulers: 1,
            max_processes: slots::MOST,
            seed: None,
            signals: Signals::Ignore,
        };
        let start = Instant::now();
        let finished = run(module, &Intrinsics::default(), options).expect("loads");
        assert_eq!(
            (finished.code, finished.counters.allocated),
            (0, finished.counters.freed)
        );
        start.elapsed()
    };
    let mut times: Vec<_> = (0..3).map(|_| once(module())).collect();
    times.sort();
    println!("{name:16} {:8.1} ms", times[1].as_secs_f64() * 1000.0);
}

fn main() {
    time("fib 38", || fib(38));
    time("loop 30M", || sum_loop(30_000_000));
    time("depth 10 x 1M", || deep(1_000_000));
    time("list 10M", || list(10_000_000));
}
