//! Arithmetic, calls, branches and loops.

use insta::assert_snapshot;
use snow_bytecode::inst::{Cond, IntOp};

use super::build::*;
use super::listing;
use crate::core::ir::{End, Op};

#[test]
fn fib() {
    let fib = func("Main.fib", &[INT], INT, |b, p| {
        let two = b.int(2);
        let small = b.op(BOOL, Op::IntCmp(Cond::Lt, p[0], two));
        b.branch(
            small,
            |_| End::Return(p[0]),
            |b| {
                let one = b.int(1);
                let x = b.op(INT, Op::IntBin(IntOp::Sub, p[0], one));
                let x = b.call(INT, 0, &[x]);
                let two = b.int(2);
                let y = b.op(INT, Op::IntBin(IntOp::Sub, p[0], two));
                let y = b.call(INT, 0, &[y]);
                End::Return(b.op(INT, Op::IntBin(IntOp::Add, x, y)))
            },
        )
    });
    assert_snapshot!(listing(&program(vec![fib])));
}

#[test]
fn a_self_tail_call_is_a_loop_without_moves() {
    let sum = func("Main.sum", &[INT, INT], INT, |b, p| {
        let zero = b.int(0);
        let done = b.op(BOOL, Op::IntCmp(Cond::Eq, p[0], zero));
        b.branch(
            done,
            |_| End::Return(p[1]),
            |b| {
                let one = b.int(1);
                let n = b.op(INT, Op::IntBin(IntOp::Sub, p[0], one));
                let acc = b.op(INT, Op::IntBin(IntOp::Add, p[1], p[0]));
                End::Return(b.call(INT, 0, &[n, acc]))
            },
        )
    });
    assert_snapshot!(listing(&program(vec![sum])));
}

#[test]
fn an_owned_accumulator_moves_round_a_loop() {
    let range = func("Main.upto", &[INT], INTS, |b, p| {
        let start = b.int(0);
        let empty = b.op(INTS, Op::List(Vec::new()));
        let list = b.join(true, &[INT, INTS], |b, id, q| {
            let more = b.op(BOOL, Op::IntCmp(Cond::Lt, q[0], p[0]));
            b.branch(
                more,
                |b| {
                    let acc = b.op(INTS, Op::ListAppend(q[1], q[0]));
                    let one = b.int(1);
                    let next = b.op(INT, Op::IntBin(IntOp::Add, q[0], one));
                    End::Jump(id, vec![next, acc])
                },
                |_| End::Return(q[1]),
            )
        });
        End::Jump(list, vec![start, empty])
    });
    assert_snapshot!(listing(&program(vec![range])));
}

#[test]
fn a_parameter_that_is_only_read_is_borrowed() {
    let main = func("Main.main", &[], INT, |b, _| {
        let text = b.op(STRING, Op::Str("a".into()));
        let list = b.op(STRINGS, Op::List(vec![text]));
        let x = b.call(INT, 1, &[list]);
        let y = b.call(INT, 1, &[list]);
        End::Return(b.op(INT, Op::IntBin(IntOp::Add, x, y)))
    });
    let count = func("Main.count", &[STRINGS], INT, |b, p| {
        End::Return(b.op(INT, Op::ListLen(p[0])))
    });
    assert_snapshot!(listing(&program(vec![main, count])));
}

#[test]
fn a_tail_call_of_a_reader_with_an_owned_local_makes_its_parameter_owned() {
    let start = func("Main.main", &[], INT, |b, _| {
        let n = b.int(10_000_000);
        End::Return(b.call(INT, 1, &[n]))
    });
    let ping = func("Main.ping", &[INT], INT, |b, p| {
        let text = b.op(STRING, Op::Str("a".into()));
        let list = b.op(STRINGS, Op::List(vec![text]));
        End::Return(b.call(INT, 2, &[list, p[0]]))
    });
    let pong = func("Main.pong", &[STRINGS, INT], INT, |b, p| {
        let len = b.op(INT, Op::ListLen(p[0]));
        let n = b.op(INT, Op::IntBin(IntOp::Sub, p[1], len));
        End::Return(b.call(INT, 1, &[n]))
    });
    assert_snapshot!(listing(&program(vec![start, ping, pong])));
}

#[test]
fn function_values_and_closures() {
    let main = func("Main.main", &[], STRING, |b, _| {
        let shout = b.op(FUN, Op::FuncValue(crate::core::ir::FuncId(1)));
        let text = b.op(STRING, Op::Str("hi".into()));
        let add = b.op(
            FUN,
            Op::Closure(crate::core::ir::FuncId(2), vec![text, shout]),
        );
        let once = b.op(STRING, Op::CallClosure(add, vec![text]));
        let twice = b.op(STRING, Op::CallClosure(add, vec![once]));
        End::Return(twice)
    });
    let shout = func("Main.shout", &[STRING], STRING, |b, p| {
        let mark = b.op(STRING, Op::Str("!".into()));
        End::Return(b.op(STRING, Op::Concat(p[0], mark)))
    });
    let add = closure(
        "Main.main/fn",
        &[STRING, FUN],
        &[STRING],
        (FUN, STRING),
        |b, c, p| {
            let both = b.op(STRING, Op::Concat(p[0], c[0]));
            End::Return(b.op(STRING, Op::CallClosure(c[1], vec![both])))
        },
    );
    assert_snapshot!(listing(&program(vec![main, shout, add])));
}
