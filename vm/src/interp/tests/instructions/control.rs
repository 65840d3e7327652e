//! Jumps, switches, crashes, calls.

use super::super::build::{Builder, Code, FUN, S, STRING, TREE, W};
use super::{Ending, Rows};
use snow_bytecode::inst::{Cond, CrashKind, Inst, IntOp};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, Label, Mode, Reg};

pub fn rows(rows: &mut Rows) {
    branches(rows);
    loops(rows);
    switches(rows);
    tags(rows);
    crashes(rows);
    calls(rows);
}

fn branches(rows: &mut Rows) {
    rows.gives("jump", 1, |_, m| {
        let r = m.int(1);
        let target = m.ahead(2);
        m.push(Inst::Jump { target });
        m.push(Inst::ConstInt { dst: r, value: 0 });
        m.ret(&[r]);
    });
    for value in [0, 1] {
        rows.gives("br.if", value, |_, m| {
            let (a, r) = (m.int(value as i64), m.int(1));
            let target = m.ahead(2);
            m.push(Inst::BranchIf { a, target });
            m.push(Inst::ConstInt { dst: r, value: 0 });
            m.ret(&[r]);
        });
        rows.gives("br.unless", 1 - value, |_, m| {
            let (a, r) = (m.int(value as i64), m.int(1));
            let target = m.ahead(2);
            m.push(Inst::BranchUnless { a, target });
            m.push(Inst::ConstInt { dst: r, value: 0 });
            m.ret(&[r]);
        });
    }
    rows.gives("br.null jumps on null", 1, |_, m| {
        let (maybe, r) = (m.reg(Slot::Null(STRING)), m.int(1));
        m.push(Inst::ConstNull { dst: maybe });
        let target = m.ahead(3);
        m.push(Inst::BranchNull { a: maybe, target });
        m.push(Inst::Drop { src: maybe });
        m.push(Inst::ConstInt { dst: r, value: 0 });
        m.ret(&[r]);
    });
    rows.gives("br.null goes on with a reference", 0, |b, m| {
        let (text, maybe, r) = (m.string(b, "text"), m.reg(Slot::Null(STRING)), m.int(1));
        m.push(Inst::Move {
            dst: maybe,
            src: text,
        });
        let target = m.ahead(3);
        m.push(Inst::BranchNull { a: maybe, target });
        m.push(Inst::Drop { src: maybe });
        m.push(Inst::ConstInt { dst: r, value: 0 });
        m.ret(&[r]);
    });
}

/// Every kind of branch may lead back.
fn loops(rows: &mut Rows) {
    rows.gives("a jump back", 10, |_, m| {
        let n = m.int(0);
        m.push(Inst::BranchIntImm {
            cond: Cond::Eq,
            a: n,
            imm: 10,
            target: Label(4),
        });
        m.push(Inst::IntBinImm {
            op: IntOp::Add,
            dst: n,
            a: n,
            imm: 1,
        });
        m.push(Inst::Jump { target: Label(1) });
        m.ret(&[n]);
    });
    rows.gives("a conditional jump back", 10, |_, m| {
        let n = m.int(0);
        m.push(Inst::IntBinImm {
            op: IntOp::Add,
            dst: n,
            a: n,
            imm: 1,
        });
        m.push(Inst::BranchIntImm {
            cond: Cond::Lt,
            a: n,
            imm: 10,
            target: Label(1),
        });
        m.ret(&[n]);
    });
    rows.gives("a switch back", 2, |_, m| {
        let n = m.int(-1);
        m.push(Inst::IntBinImm {
            op: IntOp::Add,
            dst: n,
            a: n,
            imm: 1,
        });
        m.push(Inst::Switch {
            a: n,
            targets: vec![Label(1), Label(1)],
            default: Label(3),
        });
        m.ret(&[n]);
    });
}

fn switches(rows: &mut Rows) {
    for (value, result) in [
        (0, 10),
        (1, 11),
        (2, 12),
        (3, 13),
        (4, 14),
        (5, 99),
        (-1, 99),
    ] {
        rows.gives("switch", result, |_, m| {
            let a = m.int(value);
            let first = 2;
            let targets = (0..5).map(|index| Label(first + 2 * index)).collect();
            m.push(Inst::Switch {
                a,
                targets,
                default: Label(first + 10),
            });
            for index in [10, 11, 12, 13, 14, 99] {
                m.push(Inst::ConstInt {
                    dst: a,
                    value: index,
                });
                m.ret(&[a]);
            }
        });
    }
}

/// A tree of one node in register `dst`.
fn node(m: &mut Code, value: i64) -> Reg {
    let (left, right, tree) = (
        m.reg(Slot::Ref(TREE)),
        m.reg(Slot::Ref(TREE)),
        m.reg(Slot::Ref(TREE)),
    );
    let value = m.int(value);
    m.push(Inst::New {
        dst: left,
        ty: TREE,
        tag: 0,
        fields: vec![],
    });
    m.push(Inst::New {
        dst: right,
        ty: TREE,
        tag: 0,
        fields: vec![],
    });
    m.push(Inst::New {
        dst: tree,
        ty: TREE,
        tag: 1,
        fields: vec![left, value, right],
    });
    tree
}

fn tags(rows: &mut Rows) {
    rows.gives("tag", 1, |_, m| {
        let (tree, r) = (node(m, 5), m.reg(W));
        m.push(Inst::GetTag { dst: r, a: tree });
        m.push(Inst::Drop { src: tree });
        m.ret(&[r]);
    });
    rows.gives("switch.tag", 5, |_, m| {
        let (tree, r) = (node(m, 5), m.int(0));
        let (leaf, inner) = (m.ahead(2), m.ahead(1));
        m.push(Inst::SwitchTag {
            a: tree,
            targets: vec![leaf],
            default: inner,
        });
        m.push(Inst::Load {
            dst: r,
            src: tree,
            slot: 1,
        });
        m.push(Inst::Drop { src: tree });
        m.ret(&[r]);
    });
    rows.gives("br.tag.not goes on with the tag", 5, |_, m| {
        let (tree, r) = (node(m, 5), m.int(0));
        let target = m.ahead(2);
        m.push(Inst::BranchTagNot {
            a: tree,
            tag: 1,
            target,
        });
        m.push(Inst::Load {
            dst: r,
            src: tree,
            slot: 1,
        });
        m.push(Inst::Drop { src: tree });
        m.ret(&[r]);
    });
    rows.gives("br.tag.not jumps on another", 0, |_, m| {
        let (tree, r) = (m.reg(Slot::Ref(TREE)), m.int(0));
        m.push(Inst::New {
            dst: tree,
            ty: TREE,
            tag: 0,
            fields: vec![],
        });
        let target = m.ahead(2);
        m.push(Inst::BranchTagNot {
            a: tree,
            tag: 1,
            target,
        });
        m.push(Inst::ConstInt { dst: r, value: 1 });
        m.push(Inst::Drop { src: tree });
        m.ret(&[r]);
    });
}

fn crashes(rows: &mut Rows) {
    for kind in [CrashKind::NoMatchingClause, CrashKind::Message] {
        rows.crashes(
            "crash drops what is owned",
            "no matching clause in f",
            |b, m| {
                m.string(b, "owned");
                m.push(Inst::Crash {
                    kind,
                    text: b.text("no matching clause in f"),
                });
            },
        );
    }
    rows.crashes("panic", "told so", |b, m| {
        let text = m.string(b, "told so");
        m.string(b, "owned");
        m.push(Inst::Panic { text });
    });
}

/// `f(owned, borrowed) = owned <> borrowed`
fn joiner() -> Code {
    let mut f = Code::new("f", &[S]);
    let (a, b) = (f.param(S, Mode::Own), f.param(S, Mode::Borrow));
    f.push(Inst::Concat { dst: a, a, b });
    f.ret(&[a]);
    f
}

fn calls(rows: &mut Rows) {
    let mut builder = Builder::new();
    let mut main = Code::new("main", &[S]);
    let (a, b) = (
        main.string(&mut builder, "own"),
        main.string(&mut builder, "ed"),
    );
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![a],
        args: vec![a, b],
    });
    main.push(Inst::Drop { src: b });
    main.ret(&[a]);
    builder.add(main);
    builder.add(joiner());
    rows.add_module(
        "call takes and borrows",
        builder.module,
        Ending::Text("owned".to_owned()),
    );

    let mut builder = Builder::new();
    let mut main = Code::new("main", &[S]);
    let (a, b) = (
        main.string(&mut builder, "x"),
        main.string(&mut builder, "y"),
    );
    main.push(Inst::Call {
        func: FuncId(1),
        dsts: vec![a],
        args: vec![a, b],
    });
    main.push(Inst::Drop { src: b });
    main.ret(&[a]);
    builder.add(main);
    let mut middle = Code::new("middle", &[S]);
    let (x, y) = (middle.param(S, Mode::Own), middle.param(S, Mode::Borrow));
    middle.push(Inst::TailCall {
        func: FuncId(2),
        args: vec![x, y],
    });
    builder.add(middle);
    builder.add(joiner());
    rows.add_module(
        "call.tail hands on",
        builder.module,
        Ending::Text("xy".to_owned()),
    );
    closures(rows);
}

/// `fn(n) -> n + captured`, which also captures a string.
fn adder() -> Code {
    let (mut code, closure) = Code::new("main/fn", &[W]).closure(&[W, S]);
    let n = code.param(W, Mode::Own);
    let (number, text, same) = (code.reg(W), code.reg(S), code.reg(W));
    code.push(Inst::Capture {
        dst: number,
        src: closure,
        index: 0,
    });
    code.push(Inst::Capture {
        dst: text,
        src: closure,
        index: 1,
    });
    code.push(Inst::Equal {
        dst: same,
        ty: STRING,
        a: vec![text],
        b: vec![text],
    });
    code.push(Inst::IntBin {
        op: IntOp::Add,
        dst: n,
        a: n,
        b: number,
    });
    code.push(Inst::IntBin {
        op: IntOp::Add,
        dst: n,
        a: n,
        b: same,
    });
    code.push(Inst::Drop { src: closure });
    code.ret(&[n]);
    code
}

fn closures(rows: &mut Rows) {
    let mut builder = Builder::new();
    let mut main = Code::new("main", &[W]);
    let (number, text) = (main.int(100), main.string(&mut builder, "captured"));
    let (closure, again) = (main.reg(Slot::Ref(FUN)), main.reg(Slot::Ref(FUN)));
    let n = main.int(1);
    main.push(Inst::MakeClosure {
        dst: closure,
        func: FuncId(1),
        captures: vec![number, text],
    });
    main.push(Inst::CallClosureKeep {
        dsts: vec![n],
        closure,
        args: vec![n],
    });
    main.push(Inst::Dup {
        dst: again,
        src: closure,
    });
    main.push(Inst::CallClosure {
        dsts: vec![n],
        closure: again,
        args: vec![n],
    });
    main.push(Inst::TailCallClosure {
        closure,
        args: vec![n],
    });
    builder.add(main);
    builder.add(adder());
    rows.add_module("closures", builder.module, Ending::Words(vec![304]));
}
