//! Calls, returns, closures.

use super::emitter::Emitter;
use super::reg::RegNumber;
use crate::interp::code::row_words;
use crate::interp::opcode::Op;
use snow_bytecode::inst::Inst;
use snow_bytecode::module::{FuncId, NativeId, Reg};

/// The registers as short operands.
pub fn shorts(regs: &[Reg]) -> Vec<u16> {
    regs.iter().map(|reg| reg.n()).collect()
}

/// At most four registers as the operands of one word.
pub fn four(regs: &[Reg]) -> [u16; 4] {
    let mut row = [0; 4];
    for (short, reg) in row.iter_mut().zip(regs) {
        *short = reg.n();
    }
    row
}

/// Which code of a closure a call enters, and what happens to the closure.
#[derive(Clone, Copy)]
enum ClosureCall {
    Consume,
    Keep,
    Tail,
}

impl Emitter<'_> {
    /// Calls and what belongs to them.
    pub fn call(&mut self, inst: &Inst) {
        match inst {
            Inst::Return { values } => {
                let op = [Op::Return1, Op::Return2, Op::Return3][values.len() - 1];
                self.op(op, four(values));
            }
            Inst::Call { func, dsts, args } => self.direct_call(*func, dsts, args),
            Inst::TailCall { func, args } => self.tail_call(*func, args),
            Inst::CallClosure {
                dsts,
                closure,
                args,
            } => {
                self.closure_call(ClosureCall::Consume, dsts, *closure, args);
            }
            Inst::CallClosureKeep {
                dsts,
                closure,
                args,
            } => {
                self.closure_call(ClosureCall::Keep, dsts, *closure, args);
            }
            Inst::TailCallClosure { closure, args } => {
                self.closure_call(ClosureCall::Tail, &[], *closure, args);
            }
            Inst::CallNative { native, dsts, args } => self.native_call(*native, dsts, args),
            Inst::MakeClosure {
                dst,
                func,
                captures,
            } => self.make_closure(*dst, *func, captures),
            Inst::Capture { dst, src, index } => {
                self.op(Op::Capture, [dst.n(), src.n(), *index, 0]);
            }
            _ => unreachable!("not a call: {inst:?}"),
        }
    }

    fn direct_call(&mut self, func: FuncId, dsts: &[Reg], args: &[Reg]) {
        const FEW: [Op; 5] = [Op::Call0, Op::Call1, Op::Call2, Op::Call3, Op::Call4];
        let args = &args[..self.to_copy(args)];
        // A third result takes a word before the link, which the short forms have no place for.
        if args.len() < FEW.len() && dsts.len() < 3 {
            self.op(FEW[args.len()], four(args));
        } else {
            let rows = row_words(args.len());
            let link = 1 + rows + usize::from(dsts.len() == 3);
            self.op(Op::CallMany, [args.len() as u16, link as u16, 0, 0]);
            self.row(&shorts(args));
        }
        self.link(0, dsts);
        self.calls.push((self.code.len() as u32 - 1, func));
    }

    fn tail_call(&mut self, func: FuncId, args: &[Reg]) {
        const FEW: [Op; 5] = [
            Op::TailCall0,
            Op::TailCall1,
            Op::TailCall2,
            Op::TailCall3,
            Op::TailCall4,
        ];
        if args.len() < FEW.len() {
            self.op(FEW[args.len()], four(args));
        } else {
            let scratch = self.use_scratch(args.len());
            self.op(Op::TailCallMany, [args.len() as u16, scratch, 0, 0]);
            self.row(&shorts(args));
        }
        self.link(0, &[]);
        self.calls.push((self.code.len() as u32 - 1, func));
    }

    fn closure_call(&mut self, kind: ClosureCall, dsts: &[Reg], closure: Reg, args: &[Reg]) {
        let op = match kind {
            ClosureCall::Consume => Op::CallClosure,
            ClosureCall::Keep => Op::CallClosureKeep,
            ClosureCall::Tail => Op::TailCallClosure,
        };
        let link = 1 + row_words(args.len()) + usize::from(dsts.len() == 3);
        let scratch = if matches!(kind, ClosureCall::Tail) {
            self.use_scratch(args.len())
        } else {
            0
        };
        self.op(op, [closure.n(), args.len() as u16, link as u16, scratch]);
        self.row(&shorts(args));
        self.link(0, dsts);
    }

    /// `[op | results, count, scratch] [fn | dsts] [types] [args…]`
    fn native_call(&mut self, native: NativeId, dsts: &[Reg], args: &[Reg]) {
        let import = self.cx.native(native);
        let scratch = self.use_scratch(args.len() + 3);
        self.op(
            Op::CallNative,
            [dsts.len() as u16, args.len() as u16, scratch, 0],
        );
        self.data(import.function, four(dsts));
        self.data(import.types, [0; 4]);
        self.row(&shorts(args));
    }

    /// `[op | dst, count] [entry] [header] [captures…]`
    fn make_closure(&mut self, dst: Reg, func: FuncId, captures: &[Reg]) {
        let closure = self.cx.closure(func);
        if let Some(cell) = closure.constant {
            return self.constant(dst.n(), cell);
        }
        self.op(Op::MakeClosure, [dst.n(), captures.len() as u16, 0, 0]);
        self.data(closure.entry, [0; 4]);
        self.data(closure.header, [0; 4]);
        self.row(&shorts(captures));
    }
}
