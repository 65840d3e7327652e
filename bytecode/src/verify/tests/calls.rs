//! Calls, tail calls, closures, natives.

use super::{Rule, accepts, rejects};

#[test]
fn arguments_follow_the_callee() {
    accepts("(ref t1) -> (word) { reg r1 word [r1] = call f1 [r0] drop r0 ret [r1] }");
    accepts("(ref t1) -> (word) { reg r1 word [r1] = call f2 [r0] ret [r1] }");
    rejects(
        Rule::NotOwned,
        "r0",
        "(borrow ref t1) -> (word) { reg r1 word [r1] = call f2 [r0] ret [r1] }",
    );
    rejects(
        Rule::Operands,
        "0 arguments",
        "() -> (word) { reg r0 word [r0] = call f2 [] ret [r0] }",
    );
    rejects(
        Rule::Operands,
        "0 registers",
        "(ref t1) -> (word) { reg r1 word [] = call f2 [r0] ret [r1] }",
    );
    rejects(
        Rule::Kind,
        "needed is ref t1",
        "(word) -> (word) { [r0] = call f1 [r0] ret [r0] }",
    );
    rejects(
        Rule::Sort,
        "f3 is the code of a closure",
        "(ref t6, word) -> (word) { [r1] = call f3 [r0, r1] ret [r1] }",
    );
    rejects(
        Rule::Unset,
        "r0",
        "(ref t1) -> (word) { reg r1 word [r1] = call.native n0 [r0, r0] ret [r1] }",
    );
}

#[test]
fn tail_calls_leave_nothing_behind() {
    accepts("(ref t1) -> (word) { call.tail f2 [r0] }");
    rejects(
        Rule::Leak,
        "r1",
        "(ref t1, ref t1) -> (word) { call.tail f2 [r0] }",
    );
    rejects(
        Rule::NotOwned,
        "ends with this frame",
        "(ref t1) -> (word) { call.tail f1 [r0] }",
    );
    accepts("(borrow ref t1) -> (word) { call.tail f1 [r0] }");
    accepts("(borrow ref t4) -> (word) { reg r1 ref t1 r1 = load r0 0 call.tail f1 [r1] }");
    rejects(
        Rule::Kind,
        "other results",
        "(borrow ref t1) -> (float) { call.tail f1 [r0] }",
    );
}

#[test]
fn closures_fit_their_types() {
    accepts(
        "(word, ref t1) -> (word) { reg r2 ref t6 r2 = closure f3 [r0, r1] [r0] = call.fn r2 [r0] ret [r0] }",
    );
    accepts("(word, borrow ref t6) -> (word) { [r0] = call.fn.keep r1 [r0] ret [r0] }");
    rejects(
        Rule::NotOwned,
        "r1",
        "(word, borrow ref t6) -> (word) { [r0] = call.fn r1 [r0] ret [r0] }",
    );
    accepts("(word, ref t6) -> (word) { call.fn.tail r1 [r0] }");
    rejects(
        Rule::Operands,
        "1 registers",
        "(word) -> (word) { reg r1 ref t6 r1 = closure f3 [r0] call.fn.tail r1 [r0] }",
    );
    rejects(
        Rule::Sort,
        "f1 is not the code",
        "(ref t1) -> (ref t6) { reg r1 ref t6 r1 = closure f1 [r0] ret [r1] }",
    );
    rejects(
        Rule::Sort,
        "no function type",
        "(ref t1) -> (word) { reg r1 word [r1] = call.fn r0 [] ret [r1] }",
    );
}
