//! Hot paths of the runtime as functions in LLVM's terms, which are inlined wherever they are called: counting, small allocations.
//!
//! They do what `snow_vm::heap` does in the same cases, and call it in all others.

use inkwell::IntPredicate;
use inkwell::attributes::AttributeLoc;
use inkwell::module::{Linkage, Module as LlvmModule};
use inkwell::types::{BasicMetadataTypeEnum, BasicType};
use inkwell::values::{BasicValueEnum, FunctionValue, IntValue, PointerValue};
use snow_vm::abi::layout;

use crate::build::{Build, Class, Likely, result};

/// The functions.
pub struct Helpers<'c> {
    /// `(cell)`: one more reference.
    pub dup: FunctionValue<'c>,
    /// `(cell or null)`.
    pub dup_nullable: FunctionValue<'c>,
    /// `(ctx, cell)`: one reference less.
    pub drop: FunctionValue<'c>,
    /// `(ctx, cell or null)`.
    pub drop_nullable: FunctionValue<'c>,
    /// `(cell) -> i1`: whether it is the only reference.
    pub is_unique: FunctionValue<'c>,
    /// `(ctx, header, words) -> cell`; with constant arguments.
    pub alloc: FunctionValue<'c>,
    /// `(ctx, cell, words)`: memory of a cell; `words` constant and small.
    pub free: FunctionValue<'c>,
}

impl<'c> Helpers<'c> {
    /// Defines them.
    pub fn define(b: &Build<'c>, llvm: &LlvmModule<'c>) -> Helpers<'c> {
        let dup = dup(b, llvm);
        let drop = drop(b, llvm);
        Helpers {
            dup,
            dup_nullable: unless_null(b, llvm, "snow.dup.nullable", dup),
            drop,
            drop_nullable: unless_null(b, llvm, "snow.drop.nullable", drop),
            is_unique: is_unique(b, llvm),
            alloc: alloc(b, llvm),
            free: free(b, llvm),
        }
    }
}

fn begin<'c>(
    b: &Build<'c>,
    llvm: &LlvmModule<'c>,
    name: &str,
    ret: Option<inkwell::types::BasicTypeEnum<'c>>,
    params: &[BasicMetadataTypeEnum<'c>],
) -> FunctionValue<'c> {
    let ty = match ret {
        Some(ret) => ret.fn_type(params, false),
        None => b.context.void_type().fn_type(params, false),
    };
    let function = llvm.add_function(name, ty, Some(Linkage::Internal));
    b.attribute(function, AttributeLoc::Function, "alwaysinline");
    b.attribute(function, AttributeLoc::Function, "nounwind");
    b.begin(function);
    function
}

fn param<'c>(function: FunctionValue<'c>, index: u32) -> BasicValueEnum<'c> {
    function
        .get_nth_param(index)
        .expect("the helper has this parameter")
}

fn runtime<'c>(llvm: &LlvmModule<'c>, name: &str) -> FunctionValue<'c> {
    llvm.get_function(name)
        .expect("the runtime's functions are declared")
}

/// The address of the count: the low half of the header.
pub fn count_of<'c>(b: &Build<'c>, cell: PointerValue<'c>) -> PointerValue<'c> {
    b.offset(cell, if cfg!(target_endian = "little") { 0 } else { 4 })
}

fn dup<'c>(b: &Build<'c>, llvm: &LlvmModule<'c>) -> FunctionValue<'c> {
    let function = begin(b, llvm, "snow.dup", None, &[b.t.ptr.into()]);
    let cell = param(function, 0).into_pointer_value();
    let (plain, other, slow, done) = (
        b.block("plain"),
        b.block("other"),
        b.block("slow"),
        b.block("done"),
    );
    let count = b.load_i32(Class::Count, count_of(b, cell));
    let before = b.sub(count, b.i32(1));
    let is_plain = b.icmp_to(IntPredicate::ULT, before, i32::MAX as u64 - 1);
    b.branch(is_plain, plain, other, Likely::Then);
    b.at(plain);
    b.store_as(Class::Count, count_of(b, cell), b.add(count, b.i32(1)));
    b.jump(done);
    b.at(other);
    b.branch(
        b.icmp_to(IntPredicate::EQ, count, 0),
        done,
        slow,
        Likely::Then,
    );
    b.at(slow);
    let call = b.call(runtime(llvm, "snow_dup"), &[cell.into()]);
    b.touches(call, Class::Counting);
    b.jump(done);
    b.at(done);
    b.ret_void();
    function
}

fn drop<'c>(b: &Build<'c>, llvm: &LlvmModule<'c>) -> FunctionValue<'c> {
    let function = begin(
        b,
        llvm,
        "snow.drop",
        None,
        &[b.t.ptr.into(), b.t.ptr.into()],
    );
    let cell = param(function, 1).into_pointer_value();
    let (plain, other, slow, done) = (
        b.block("plain"),
        b.block("other"),
        b.block("slow"),
        b.block("done"),
    );
    let count = b.load_i32(Class::Count, count_of(b, cell));
    b.branch(
        b.icmp_to(IntPredicate::SGT, count, 1),
        plain,
        other,
        Likely::Either,
    );
    b.at(plain);
    b.store_as(Class::Count, count_of(b, cell), b.sub(count, b.i32(1)));
    b.jump(done);
    b.at(other);
    b.branch(
        b.icmp_to(IntPredicate::EQ, count, 0),
        done,
        slow,
        Likely::Either,
    );
    b.at(slow);
    b.call(
        runtime(llvm, "snow_drop"),
        &[param(function, 0).into(), cell.into()],
    );
    b.jump(done);
    b.at(done);
    b.ret_void();
    function
}

/// The helper for a last argument that may be null.
fn unless_null<'c>(
    b: &Build<'c>,
    llvm: &LlvmModule<'c>,
    name: &str,
    helper: FunctionValue<'c>,
) -> FunctionValue<'c> {
    let count = helper.count_params();
    let function = begin(b, llvm, name, None, &vec![b.t.ptr.into(); count as usize]);
    let args: Vec<_> = (0..count).map(|index| param(function, index)).collect();
    let cell = args[count as usize - 1].into_pointer_value();
    let (some, done) = (b.block("some"), b.block("done"));
    b.branch(b.is_null(cell), done, some, Likely::Either);
    b.at(some);
    let args: Vec<_> = args.into_iter().map(Into::into).collect();
    b.call(helper, &args);
    b.jump(done);
    b.at(done);
    b.ret_void();
    function
}

fn is_unique<'c>(b: &Build<'c>, llvm: &LlvmModule<'c>) -> FunctionValue<'c> {
    let function = begin(
        b,
        llvm,
        "snow.is_unique",
        Some(b.t.bool.into()),
        &[b.t.ptr.into()],
    );
    let cell = param(function, 0).into_pointer_value();
    let (other, slow, done) = (b.block("other"), b.block("slow"), b.block("done"));
    let start = b.here();
    let count = b.load_i32(Class::Count, count_of(b, cell));
    b.branch(
        b.icmp_to(IntPredicate::EQ, count, 1),
        done,
        other,
        Likely::Then,
    );
    b.at(other);
    b.branch(
        b.icmp_to(IntPredicate::SLT, count, 0),
        slow,
        done,
        Likely::Else,
    );
    b.at(slow);
    let call = b.call(runtime(llvm, "snow_is_unique"), &[cell.into()]);
    b.touches(call, Class::Counting);
    let answer = result(call).into_int_value();
    let answer = b.icmp_to(IntPredicate::NE, answer, 0);
    b.jump(done);
    b.at(done);
    let phi = b.phi(b.t.bool);
    let (yes, no) = (b.t.bool.const_int(1, false), b.t.bool.const_int(0, false));
    phi.add_incoming(&[(&yes, start), (&no, other), (&answer, slow)]);
    b.ret(&phi.as_basic_value());
    function
}

/// The free list of cells with `words` words.
fn list<'c>(b: &Build<'c>, ctx: PointerValue<'c>, words: IntValue<'c>) -> PointerValue<'c> {
    let first = b.offset(ctx, layout::free_list(0) as u64);
    b.offset_by(first, b.mul(words, b.word(8)))
}

fn count_up<'c>(b: &Build<'c>, ctx: PointerValue<'c>, counter: usize) {
    let counter = b.offset(ctx, counter as u64);
    b.store_as(
        Class::Context,
        counter,
        b.add(b.load_int(Class::Context, counter), b.word(1)),
    );
}

fn alloc<'c>(b: &Build<'c>, llvm: &LlvmModule<'c>) -> FunctionValue<'c> {
    let params = [b.t.ptr.into(), b.t.i64.into(), b.t.i64.into()];
    let function = begin(b, llvm, "snow.alloc", Some(b.t.ptr.into()), &params);
    let ctx = param(function, 0).into_pointer_value();
    let (header, words) = (
        param(function, 1).into_int_value(),
        param(function, 2).into_int_value(),
    );
    let (small, pop, slow, done) = (
        b.block("small"),
        b.block("pop"),
        b.block("slow"),
        b.block("done"),
    );
    let is_small = b.icmp_to(IntPredicate::ULE, words, layout::MAX_SMALL_WORDS as u64);
    b.branch(is_small, small, slow, Likely::Then);
    b.at(small);
    let list = list(b, ctx, words);
    let head = b.load_ptr(Class::Context, list);
    b.branch(b.is_null(head), slow, pop, Likely::Else);
    b.at(pop);
    b.store_as(Class::Context, list, b.load_ptr(Class::Header, head));
    count_up(b, ctx, layout::ALLOCATED);
    b.store_as(Class::Header, head, header);
    b.jump(done);
    b.at(slow);
    let args = [ctx.into(), header.into(), words.into()];
    let made = result(b.call(runtime(llvm, "snow_alloc"), &args));
    b.jump(done);
    b.at(done);
    let phi = b.phi(b.t.ptr);
    phi.add_incoming(&[(&head, pop), (&made, slow)]);
    b.ret(&phi.as_basic_value());
    function
}

fn free<'c>(b: &Build<'c>, llvm: &LlvmModule<'c>) -> FunctionValue<'c> {
    let params = [b.t.ptr.into(), b.t.ptr.into(), b.t.i64.into()];
    let function = begin(b, llvm, "snow.free", None, &params);
    let (ctx, cell) = (
        param(function, 0).into_pointer_value(),
        param(function, 1).into_pointer_value(),
    );
    let list = list(b, ctx, param(function, 2).into_int_value());
    b.store_as(Class::Header, cell, b.load_ptr(Class::Context, list));
    b.store_as(Class::Context, list, cell);
    count_up(b, ctx, layout::FREED);
    b.ret_void();
    function
}
