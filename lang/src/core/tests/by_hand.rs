//! Trees built by hand.

use insta::assert_snapshot;

use super::build::*;
use super::{optimised, text};
use crate::typed::*;

#[test]
fn clauses_share_one_switch_and_keep_tail_calls() {
    let n = || local(0, int());
    let sum = arith(Arith::Add, local(1, int()), n());
    let less = arith(Arith::Sub, n(), num(1));
    let program = program(vec![func(
        "sum",
        vec![int(), int()],
        int(),
        vec![("n", int()), ("acc", int())],
        vec![
            clause(
                vec![pat(PatKind::Int(0), int()), bind(1, int())],
                None,
                local(1, int()),
            ),
            clause(
                vec![bind(0, int()), bind(1, int())],
                Some(compare(Rel::Gt, n(), num(0))),
                call(0, vec![less, sum], int()),
            ),
        ],
    )]);
    assert_snapshot!(format!(
        "{}\n--- optimised\n{}",
        text(&program),
        optimised(&program)
    ));
}

#[test]
fn a_branch_in_the_middle_meets_in_a_join() {
    let x = || local(0, int());
    let choice = if_else(compare(Rel::Lt, x(), num(3)), num(1), x());
    let body = arith(Arith::Mul, choice, num(2));
    let program = program(vec![func(
        "twice",
        vec![int()],
        int(),
        vec![("x", int())],
        vec![clause(vec![bind(0, int())], None, body)],
    )]);
    assert_snapshot!(format!(
        "{}\n--- optimised\n{}",
        text(&program),
        optimised(&program)
    ));
}

#[test]
fn lists_are_told_apart_by_length() {
    let xs = || list(int());
    let cons = pat(
        PatKind::List(vec![bind(0, int())], Some(Box::new(bind(1, xs())))),
        xs(),
    );
    let two = pat(
        PatKind::List(vec![bind(2, int()), bind(3, int())], None),
        xs(),
    );
    let program = program(vec![func(
        "f",
        vec![xs()],
        int(),
        vec![("h", int()), ("t", xs()), ("a", int()), ("b", int())],
        vec![
            clause(vec![pat(PatKind::List(vec![], None), xs())], None, num(0)),
            clause(
                vec![two],
                None,
                arith(Arith::Add, local(2, int()), local(3, int())),
            ),
            clause(
                vec![cons],
                None,
                arith(
                    Arith::Add,
                    local(0, int()),
                    call(0, vec![local(1, xs())], int()),
                ),
            ),
        ],
    )]);
    assert_snapshot!(format!(
        "{}\n--- optimised\n{}",
        text(&program),
        optimised(&program)
    ));
}

#[test]
fn a_collecting_loop_hands_its_list_on() {
    let range = ty(Con::Range, &[]);
    let over = expr(
        ExprKind::Range(Box::new(num(0)), Box::new(local(0, int())), false),
        range,
    );
    let body = expr(
        ExprKind::For(Box::new(For {
            id: LoopId(0),
            generators: vec![(bind(1, int()), over)],
            guard: Some(compare(Rel::Ne, local(1, int()), num(5))),
            body: arith(Arith::Mul, local(1, int()), local(1, int())),
            collects: true,
        })),
        list(int()),
    );
    let program = program(vec![func(
        "squares",
        vec![int()],
        list(int()),
        vec![("n", int()), ("i", int())],
        vec![clause(vec![bind(0, int())], None, body)],
    )]);
    assert_snapshot!(format!(
        "{}\n--- optimised\n{}",
        text(&program),
        optimised(&program)
    ));
}

#[test]
fn closures_capture_what_they_use() {
    let fun = ty(Con::Fun, &[int(), int()]);
    let sum = arith(Arith::Add, local(0, int()), local(1, int()));
    let lambda = expr(
        ExprKind::Lambda(vec![clause(vec![bind(1, int())], None, sum)]),
        fun.clone(),
    );
    let body = expr(ExprKind::CallValue(Box::new(lambda), vec![num(4)]), int());
    let program = program(vec![func(
        "f",
        vec![int()],
        int(),
        vec![("k", int()), ("x", int())],
        vec![clause(vec![bind(0, int())], None, body)],
    )]);
    assert_snapshot!(format!(
        "{}\n--- optimised\n{}",
        text(&program),
        optimised(&program)
    ));
}

#[test]
fn generalised_locals_are_lowered_once_for_each_type() {
    let a = || Ty::Param(7);
    let fun = |t: Ty| ty(Con::Fun, &[t.clone(), t]);
    let id = expr(
        ExprKind::Lambda(vec![clause(vec![bind(1, a())], None, local(1, a()))]),
        fun(a()),
    );
    let at = |t: Ty| expr(ExprKind::Local(LocalId(0), vec![t.clone()]), fun(t));
    let use_at =
        |t: Ty, arg: Expr| expr(ExprKind::CallValue(Box::new(at(t.clone())), vec![arg]), t);
    let truth = expr(ExprKind::Bool(true), bool_ty());
    let block = ExprKind::Block(
        vec![
            Stmt::LetPoly {
                local: LocalId(0),
                params: vec![7],
                value: id,
            },
            Stmt::Expr(use_at(bool_ty(), truth)),
            Stmt::Expr(use_at(int(), num(1))),
        ],
        Box::new(use_at(int(), num(2))),
    );
    let program = program(vec![func(
        "f",
        vec![],
        int(),
        vec![("id", fun(a())), ("x", a())],
        vec![clause(vec![], None, expr(block, int()))],
    )]);
    assert_snapshot!(format!(
        "{}\n--- optimised\n{}",
        text(&program),
        optimised(&program)
    ));
}
