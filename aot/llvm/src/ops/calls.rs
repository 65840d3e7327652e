//! Calls, returns and closures.

use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{
    BasicMetadataValueEnum, CallSiteValue, IntValue, LLVMTailCallKind, PointerValue,
};
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, FuncKind, NativeId, Reg};
use snow_vm::abi::{layout, status};
use snow_vm::heap::header_word;

use crate::build::{Class, Likely, result};
use crate::frame::Frame;
use crate::function::context_arg;
use crate::signature::{Convention, Place};
use crate::unit::{Scope, field, pool_word};

/// What LLVM may think that a function costs which it puts in the place of its only call, when that is in a loop. Its measure counts the ways out of crashes
/// and what is done with lists that others have, too, which other compilers' functions do not have; 250 is its own limit.
const ONLY_CALL: u32 = 1000;

/// What is called.
#[derive(Clone, Copy)]
enum Callee<'c> {
    /// A function of the program.
    Function(FuncId),
    /// A closure, which is the first argument.
    Closure(PointerValue<'c>),
}

impl<'c> Frame<'_, 'c, '_> {
    /// Lowers an instruction of this subject.
    pub fn lower_call(&mut self, inst: &Inst) {
        match inst {
            Inst::Return { values } => self.ret(values),
            Inst::Call { func, dsts, args } => {
                let convention = self.unit.convention(*func);
                self.call_snow(Callee::Function(*func), convention, args, dsts);
            }
            Inst::TailCall { func, args } if *func == self.id => self.turn(args),
            Inst::TailCall { func, args } => {
                let convention = self.unit.convention(*func);
                self.tail_call(Callee::Function(*func), convention, args);
            }
            Inst::CallClosure {
                dsts,
                closure,
                args,
            } => self.call_closure(*closure, args, dsts),
            Inst::CallClosureKeep {
                dsts,
                closure,
                args,
            } => {
                self.dup(self.cell(*closure), self.slot(*closure));
                self.call_closure(*closure, args, dsts);
            }
            Inst::TailCallClosure { closure, args } => {
                let results = self.func.results.clone();
                let (regs, convention) = self.closure_convention(*closure, args, results);
                self.tail_call(Callee::Closure(self.cell(*closure)), &convention, &regs);
            }
            Inst::CallNative { native, dsts, args } => self.call_native(*native, args, dsts),
            Inst::MakeClosure {
                dst,
                func,
                captures,
            } => self.make_closure(*dst, *func, captures),
            Inst::Capture { dst, src, index } => {
                let word = layout::CLOSURE_CAPTURES_WORD as u64 + u64::from(*index);
                let from = self.b().word_at(self.cell(*src), word);
                self.set_from(*dst, Class::Slot, from);
            }
            _ => unreachable!("an instruction of another subject"),
        }
    }

    fn ret(&self, values: &[Reg]) {
        let b = self.b();
        let mut returned = self.convention.ret_type(b).get_poison();
        for (reg, place) in values.iter().zip(&self.convention.result_places) {
            match place {
                Place::Register(number) => returned = b.insert(returned, self.get(*reg), *number),
                Place::Context(number) => {
                    let to = field(b, self.ctx, layout::RESULTS + 8 * *number as usize);
                    b.store_as(Class::Context, to, self.get(*reg));
                }
            }
        }
        b.ret(&b.insert(
            returned,
            b.i32(status::OK).into(),
            self.convention.status_field(),
        ));
    }

    /// A tail call of the function itself: a loop turn.
    fn turn(&mut self, args: &[Reg]) {
        let values: Vec<_> = args.iter().map(|arg| self.get(*arg)).collect();
        for (index, value) in values.into_iter().enumerate() {
            self.set(Reg(index as u32), value);
        }
        let here = self.b().here();
        let next = self.next_turn(0, self.lists.turned(args, self.known));
        self.b().at(here);
        self.safe_point_of_turn(next);
    }

    /// The safe point of a self tail call: what it owns there are the arguments, which are in the parameters' registers already.
    fn safe_point_of_turn(&self, next: BasicBlock<'c>) {
        let b = self.b();
        let pause = b.block("pause");
        b.branch(self.limit_is_hit(), pause, next, Likely::Else);
        b.at(pause);
        let status = self
            .call("snow_safe_point", &[self.ctx.into()])
            .into_int_value();
        let stop = b.block("stop");
        b.branch(
            b.icmp_to(IntPredicate::NE, status, 0),
            stop,
            next,
            Likely::Else,
        );
        b.at(stop);
        let mut status = self.unwind(b.i32(self.at), status);
        for (index, param) in self.func.params.iter().enumerate() {
            if param.slot.is_ref() && !param.is_borrowed() {
                status = self.give_up(self.cell(Reg(index as u32)), status);
            }
        }
        self.return_status(status);
    }

    fn call_closure(&mut self, closure: Reg, args: &[Reg], dsts: &[Reg]) {
        let results = dsts.iter().map(|dst| self.slot(*dst)).collect();
        let (regs, convention) = self.closure_convention(closure, args, results);
        self.call_snow(
            Callee::Closure(self.cell(closure)),
            &convention,
            &regs,
            dsts,
        );
    }

    /// The arguments of a closure's code, the closure first, and its convention.
    fn closure_convention(
        &self,
        closure: Reg,
        args: &[Reg],
        results: Vec<Slot>,
    ) -> (Vec<Reg>, Convention) {
        let regs: Vec<Reg> = std::iter::once(closure)
            .chain(args.iter().copied())
            .collect();
        let params = regs.iter().map(|reg| self.slot(*reg)).collect();
        (regs, Convention::new(params, results))
    }

    /// Argument values for registers; the others are stored in the context.
    fn pass(&self, convention: &Convention, args: &[Reg]) -> Vec<BasicMetadataValueEnum<'c>> {
        let mut values = vec![self.ctx.into()];
        for (arg, place) in args.iter().zip(&convention.param_places) {
            match place {
                Place::Register(_) => values.push(self.get(*arg).into()),
                Place::Context(number) => {
                    let to = context_arg(self, *number);
                    self.b().store_as(Class::Row, to, self.get(*arg));
                }
            }
        }
        values
    }

    /// Address of typed code outside this object, or null.
    fn code_address(&self, callee: Callee<'c>) -> PointerValue<'c> {
        let b = self.b();
        match callee {
            Callee::Function(func) => {
                let codes = b
                    .load_constant(b.t.ptr, field(b, self.ctx, layout::CODES))
                    .into_pointer_value();
                b.load_ptr(Class::Context, b.word_at(codes, func.0.into()))
            }
            Callee::Closure(closure) => b.load_ptr(
                Class::Context,
                b.offset(self.entry_of(closure), layout::ENTRY_CODE as u64),
            ),
        }
    }

    fn entry_of(&self, closure: PointerValue<'c>) -> PointerValue<'c> {
        let b = self.b();
        b.load_ptr(
            Class::Slot,
            b.word_at(closure, layout::CLOSURE_ENTRY_WORD as u64),
        )
    }

    /// Number of the function that is called.
    fn number_of(&self, callee: Callee<'c>) -> IntValue<'c> {
        let b = self.b();
        match callee {
            Callee::Function(func) => b.word(func.0.into()),
            Callee::Closure(closure) => b.widen(b.load_i32(
                Class::Context,
                b.offset(self.entry_of(closure), layout::ENTRY_FUNC as u64),
            )),
        }
    }

    /// The call by name or address, when that is certain to exist in this object's scope.
    fn certain_call(
        &self,
        callee: Callee<'c>,
        convention: &Convention,
        args: &[Reg],
    ) -> Option<CallSiteValue<'c>> {
        let b = self.b();
        match callee {
            Callee::Function(func) => {
                let variant = self.lists.callee(func, args, self.known);
                let function = self.unit.function(func, variant)?;
                let call = b.call(function, &self.pass(convention, args));
                let is_only = self.unit.program.calls[func.0 as usize] == 1;
                if is_only && self.is_in_loop() {
                    b.inline_below(call, ONLY_CALL);
                }
                Some(call)
            }
            Callee::Closure(_) if self.unit.scope == Scope::Program => {
                let values = self.pass(convention, args);
                Some(b.call_address(convention.fn_type(b), self.code_address(callee), &values))
            }
            Callee::Closure(_) => None,
        }
    }

    fn call_snow(
        &mut self,
        callee: Callee<'c>,
        convention: &Convention,
        args: &[Reg],
        dsts: &[Reg],
    ) {
        if let Some(call) = self.certain_call(callee, convention, args) {
            return self.accept(call, convention, dsts);
        }
        let b = self.b();
        let (typed, uniform, done) = (b.block("typed"), b.block("uniform"), b.block("called"));
        let code = self.code_address(callee);
        b.branch(b.is_null(code), uniform, typed, Likely::Else);
        b.at(typed);
        let call = b.call_address(convention.fn_type(b), code, &self.pass(convention, args));
        self.accept(call, convention, dsts);
        b.jump(done);
        b.at(uniform);
        let number = self.number_of(callee);
        let words = self.gather(0, args);
        let status = self.call(
            "snow_call",
            &[self.ctx.into(), number.into(), words.into(), words.into()],
        );
        self.check_status(status.into_int_value());
        self.set_results(dsts, words);
        b.jump(done);
        b.at(done);
    }

    fn set_results(&self, dsts: &[Reg], words: PointerValue<'c>) {
        for (index, dst) in dsts.iter().enumerate() {
            self.set_from(*dst, Class::Row, self.b().word_at(words, index as u64));
        }
    }

    /// Tests the status of a call and stores its results.
    fn accept(&mut self, call: CallSiteValue<'c>, convention: &Convention, dsts: &[Reg]) {
        let b = self.b();
        let returned = result(call).into_struct_value();
        let status = b
            .extract(returned, convention.status_field())
            .into_int_value();
        if self.unit.scope == Scope::Program {
            self.check_status(status);
            return self.store_results(returned, convention, dsts);
        }
        let (fine, other, done) = (b.block("fine"), b.block("other"), b.block("done"));
        b.branch(
            b.icmp_to(IntPredicate::EQ, status, 0),
            fine,
            other,
            Likely::Then,
        );
        b.at(fine);
        self.store_results(returned, convention, dsts);
        b.jump(done);
        b.at(other);
        self.accept_pending(status, dsts);
        b.jump(done);
        b.at(done);
    }

    /// The status of a call is not 0: carries out a tail call that is left to the caller, or leaves the function.
    fn accept_pending(&mut self, status: IntValue<'c>, dsts: &[Reg]) {
        let b = self.b();
        let (pending, failed) = (b.block("pending"), b.block("failed"));
        b.branch(
            b.icmp_to(IntPredicate::EQ, status, status::TAIL.into()),
            pending,
            failed,
            Likely::Either,
        );
        b.at(failed);
        self.leave(status);
        b.at(pending);
        let words = self.try_call("snow_call_pending", &[self.ctx.into()]);
        self.set_results(dsts, words);
    }

    fn store_results(
        &self,
        returned: inkwell::values::StructValue<'c>,
        convention: &Convention,
        dsts: &[Reg],
    ) {
        let b = self.b();
        for (dst, place) in dsts.iter().zip(&convention.result_places) {
            match place {
                Place::Register(number) => self.set(*dst, b.extract(returned, *number)),
                Place::Context(number) => {
                    self.set_from(
                        *dst,
                        Class::Context,
                        field(b, self.ctx, layout::RESULTS + 8 * *number as usize),
                    );
                }
            }
        }
    }

    fn tail_call(&mut self, callee: Callee<'c>, convention: &Convention, args: &[Reg]) {
        let b = self.b();
        if let Some(call) = self.certain_call(callee, convention, args) {
            return self.return_call(call);
        }
        let (typed, pending) = (b.block("typed"), b.block("pending"));
        let code = self.code_address(callee);
        b.branch(b.is_null(code), pending, typed, Likely::Else);
        b.at(typed);
        let call = b.call_address(convention.fn_type(b), code, &self.pass(convention, args));
        self.return_call(call);
        b.at(pending);
        b.store_as(
            Class::Context,
            field(b, self.ctx, layout::TAIL_FUNC),
            self.number_of(callee),
        );
        let area = b.load_ptr(Class::Context, field(b, self.ctx, layout::TAIL_ARGS));
        for (index, arg) in args.iter().enumerate() {
            b.store_as(Class::Row, b.word_at(area, index as u64), self.get(*arg));
        }
        self.return_status(b.i32(status::TAIL));
    }

    /// Returns what a call returns, in its place on the stack.
    fn return_call(&self, call: CallSiteValue<'c>) {
        call.set_tail_call_kind(LLVMTailCallKind::LLVMTailCallKindTail);
        self.b().ret(&result(call));
    }

    fn call_native(&mut self, native: NativeId, args: &[Reg], dsts: &[Reg]) {
        let b = self.b();
        let pool = &self.unit.program.pool;
        let types = b.load_constant(b.t.ptr, pool_word(b, self.ctx, pool.native_types(native)));
        let code = pool_word(b, self.ctx, pool.native_code(native));
        let code = b.load_constant(b.t.ptr, code).into_pointer_value();
        let words = self.gather(0, args);
        let results = b.word_at(words, args.len() as u64);
        let ty = b.t.i32.fn_type(&[b.t.ptr.into(); 4], false);
        let call = b.call_address(
            ty,
            code,
            &[self.ctx.into(), types.into(), words.into(), results.into()],
        );
        call.set_call_convention(0);
        self.check_status(result(call).into_int_value());
        self.set_results(dsts, results);
    }

    fn make_closure(&mut self, dst: Reg, func: FuncId, captures: &[Reg]) {
        let b = self.b();
        let pool = &self.unit.program.pool;
        if captures.is_empty() {
            let constant = pool_word(b, self.ctx, pool.closure_constant(func));
            return self.set(dst, b.load_constant(b.t.ptr, constant));
        }
        let FuncKind::Closure { fun_type, .. } = &self.unit.program.module.func(func).kind else {
            unreachable!("the verifier allows closures only of closure functions");
        };
        let cell = self.alloc(header_word(*fun_type, 0, 1), captures.len() + 1);
        let entry = b.load_constant(b.t.ptr, pool_word(b, self.ctx, pool.closure_entry(func)));
        b.store_as(
            Class::Slot,
            b.word_at(cell, layout::CLOSURE_ENTRY_WORD as u64),
            entry,
        );
        for (index, capture) in captures.iter().enumerate() {
            let word = layout::CLOSURE_CAPTURES_WORD + index;
            b.store_as(
                Class::Slot,
                b.word_at(cell, word as u64),
                self.get(*capture),
            );
        }
        self.set(dst, cell);
    }
}
