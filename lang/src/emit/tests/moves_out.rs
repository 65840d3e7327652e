//! Patterns and updates on structs, sums, lists and options: moved out of what dies, borrowed from what stays.

use insta::assert_snapshot;
use snow_bytecode::inst::{Cond, IntOp};

use super::build::*;
use super::listing;
use crate::core::ir::{End, Op};

#[test]
fn a_nested_update_copies_nothing() {
    let push = func("Main.push", &[STATE, STRING], STATE, |b, p| {
        let names = b.field(STRINGS, p[0], 0, 0);
        let names = b.op(STRINGS, Op::ListAppend(names, p[1]));
        let n = b.field(INT, p[0], 0, 1);
        let one = b.int(1);
        let n = b.op(INT, Op::IntBin(IntOp::Add, n, one));
        End::Return(b.op(STATE, Op::Update(p[0], vec![(0, names), (1, n)])))
    });
    assert_snapshot!(listing(&program(vec![push])));
}

#[test]
fn tree_insertion_moves_and_reuses() {
    let insert = func("Main.insert", &[TREE, STRING], TREE, |b, p| {
        b.switch(
            p[0],
            |b| {
                let leaf = b.op(TREE, Op::Construct(0, vec![]));
                End::Return(b.op(TREE, Op::Construct(1, vec![leaf, p[1], leaf])))
            },
            |b| {
                let left = b.field(TREE, p[0], 1, 0);
                let text = b.field(STRING, p[0], 1, 1);
                let right = b.field(TREE, p[0], 1, 2);
                let order = b.op(INT, Op::Compare(p[1], text));
                let zero = b.int(0);
                let less = b.op(BOOL, Op::IntCmp(Cond::Eq, order, zero));
                b.branch(
                    less,
                    |b| {
                        let left = b.call(TREE, 0, &[left, p[1]]);
                        let fields = vec![left, text, right];
                        End::Return(b.op(TREE, Op::Construct(1, fields)))
                    },
                    |b| {
                        let right = b.call(TREE, 0, &[right, p[1]]);
                        let fields = vec![left, text, right];
                        End::Return(b.op(TREE, Op::Construct(1, fields)))
                    },
                )
            },
        )
    });
    assert_snapshot!(listing(&program(vec![insert])));
}

#[test]
fn a_lookup_borrows_all_the_way() {
    let find = func("Main.find", &[TREE, STRING], OPTION, |b, p| {
        b.switch(
            p[0],
            |b| End::Return(b.op(OPTION, Op::Construct(1, vec![]))),
            |b| {
                let text = b.field(STRING, p[0], 1, 1);
                let same = b.op(BOOL, Op::Equal(p[1], text));
                b.branch(
                    same,
                    |b| End::Return(b.op(OPTION, Op::Construct(0, vec![text]))),
                    |b| {
                        let left = b.field(TREE, p[0], 1, 0);
                        End::Return(b.call(OPTION, 0, &[left, p[1]]))
                    },
                )
            },
        )
    });
    assert_snapshot!(listing(&program(vec![find])));
}

#[test]
fn recursion_over_an_owned_list_takes_it_apart() {
    let join = func("Main.join", &[STRINGS, STRING], STRING, |b, p| {
        let len = b.op(INT, Op::ListLen(p[0]));
        let zero = b.int(0);
        let empty = b.op(BOOL, Op::IntCmp(Cond::Eq, len, zero));
        b.branch(
            empty,
            |_| End::Return(p[1]),
            |b| {
                let head = b.op(STRING, Op::ListHead(p[0]));
                let one = b.int(1);
                let tail = b.op(STRINGS, Op::ListDrop(p[0], one));
                let acc = b.op(STRING, Op::Concat(p[1], head));
                End::Return(b.call(STRING, 0, &[tail, acc]))
            },
        )
    });
    assert_snapshot!(listing(&program(vec![join])));
}

#[test]
fn options_are_nullable_words() {
    let or = func("Main.or", &[OPTION, STRING], STRING, |b, p| {
        b.switch(
            p[0],
            |b| End::Return(b.field(STRING, p[0], 0, 0)),
            |_| End::Return(p[1]),
        )
    });
    let again = func("Main.again", &[OPTION], PAIR, |b, p| {
        let rest = b.join(false, &[INT], |b, _, q| {
            let none = b.op(STRING, Op::Str("none".into()));
            let text = b.call(STRING, 0, &[p[0], none]);
            End::Return(b.op(PAIR, Op::Construct(0, vec![q[0], text])))
        });
        b.switch(
            p[0],
            |b| {
                let n = b.int(1);
                let m = b.op(INT, Op::IntNeg(n));
                End::Jump(rest, vec![m])
            },
            |b| {
                let n = b.int(2);
                End::Jump(rest, vec![n])
            },
        )
    });
    assert_snapshot!(listing(&program(vec![or, again])));
}

#[test]
fn shared_slots_are_cast_by_variant() {
    let text = func("Main.text", &[RESULT], STRING, |b, p| {
        b.switch(
            p[0],
            |b| End::Return(b.field(STRING, p[0], 0, 0)),
            |b| {
                let names = b.field(STRINGS, p[0], 1, 0);
                End::Return(b.op(STRING, Op::ListHead(names)))
            },
        )
    });
    assert_snapshot!(listing(&program(vec![text])));
}

#[test]
fn pairs_are_boxed_in_lists() {
    let add = func("Main.add", &[PAIRS, INT, STRING], PAIRS, |b, p| {
        let pair = b.op(PAIR, Op::Construct(0, vec![p[1], p[2]]));
        End::Return(b.op(PAIRS, Op::ListAppend(p[0], pair)))
    });
    let first = func("Main.first", &[PAIRS], STRING, |b, p| {
        let zero = b.int(0);
        let pair = b.op(PAIR, Op::ListGet(p[0], zero));
        End::Return(b.field(STRING, pair, 0, 1))
    });
    assert_snapshot!(listing(&program(vec![add, first])));
}

#[test]
fn a_map_lookup_has_its_own_crash() {
    let get = func("Main.get", &[MAP, STRING], INT, |b, p| {
        let names = b.op(STRINGS, Op::MapGet(p[0], p[1]));
        End::Return(b.op(INT, Op::ListLen(names)))
    });
    assert_snapshot!(listing(&program(vec![get])));
}
