//! Both tiers together. Functions written by hand stand for compiled code; what the interpreter would do in their place is wrong on purpose.

mod calls;
mod crashes;
mod loops;
mod tails;

use super::build::{Builder, Code, W};
use super::{Ending, MAX_STACK, finish, machine};
use crate::abi::UniformFn;
use crate::abi::calls::snow_call;
use crate::abi::crashes::snow_unwind;
use crate::abi::status::OK;
use crate::ctx::Ctx;
use crate::interp::{NativeFunction, NativeUnit, SLICE, Vm};
use crate::native::Intrinsics;
use snow_bytecode::inst::{Inst, IntOp};
use snow_bytecode::module::{FuncId, Label, Mode, Module, Reg};

/// Leaves a frame of compiled code with a status.
fn unwind(ctx: *mut Ctx, func: u32, inst: u32, status: u32) -> u32 {
    // SAFETY: tests pass the context of the machine that runs.
    unsafe { snow_unwind(ctx, func, inst, status) }
}

/// A unit of whole functions.
fn unit(functions: &[(u32, UniformFn)]) -> NativeUnit {
    let function = |&(func, uniform): &(u32, UniformFn)| NativeFunction {
        func: FuncId(func),
        uniform,
        // Only compiled code would go there.
        typed: std::ptr::null(),
    };
    NativeUnit {
        functions: functions.iter().map(function).collect(),
        loops: Vec::new(),
        owner: Box::new(()),
    }
}

/// A machine with these functions compiled.
fn mixed(module: Module, functions: &[(u32, UniformFn)]) -> Vm {
    let mut vm = machine(module, &Intrinsics::default());
    vm.install(unit(functions));
    vm
}

/// Runs a machine to its end.
fn run(mut vm: Vm) -> Ending {
    finish(&mut vm, SLICE, MAX_STACK)
}

/// `main = f(n)`; `f` is function 1.
fn main_calls(builder: &mut Builder, n: i64) {
    let mut main = Code::new("main", &[W]);
    let arg = main.int(n);
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![arg],
        args: vec![arg],
    });
    main.ret(&[arg]);
    builder.add(main);
}

/// A function of one word, and its parameter.
fn function(name: &str) -> (Code, Reg) {
    let mut code = Code::new(name, &[W]);
    let n = code.param(W, Mode::Own);
    (code, n)
}

/// A function that gives the wrong result where it is interpreted.
fn wrong(builder: &mut Builder, name: &str) {
    let (mut code, n) = function(name);
    code.push(Inst::ConstInt { dst: n, value: -1 });
    code.ret(&[n]);
    builder.add(code);
}

/// `dst = a op imm`
fn imm(code: &mut Code, op: IntOp, reg: Reg, imm: i64) -> Label {
    code.push(Inst::IntBinImm {
        op,
        dst: reg,
        a: reg,
        imm,
    })
}

/// Calls a function of one word from compiled code.
fn call(ctx: *mut Ctx, func: u64, arg: u64) -> Result<u64, u32> {
    let mut word = arg;
    // SAFETY: tests call functions of one word, which may be in the same place as the result.
    match unsafe { snow_call(ctx, func, &raw const word, &raw mut word) } {
        OK => Ok(word),
        status => Err(status),
    }
}
