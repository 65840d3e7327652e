//! Cells, boxes, tokens, updates.

use super::super::build::{BIG, Builder, Code, PAIR, S, SIX, TREE, W};
use super::Rows;
use snow_bytecode::inst::{Inst, IntOp};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Reg;

pub fn rows(rows: &mut Rows) {
    loads(rows);
    unpacking(rows);
    reuse(rows);
    updates(rows);
    boxes(rows);
}

/// `Big { a: 1, b: "left", c: 2, d: "right" }`
fn big(b: &mut Builder, m: &mut Code) -> Reg {
    let (one, left, two, right) = (
        m.int(1),
        m.string(b, "left"),
        m.int(2),
        m.string(b, "right"),
    );
    let dst = m.reg(Slot::Ref(BIG));
    m.push(Inst::New {
        dst,
        ty: BIG,
        tag: 0,
        fields: vec![one, left, two, right],
    });
    dst
}

/// Another reference to what is in a register.
fn shared(m: &mut Code, src: Reg) -> Reg {
    let dst = m.reg(m.function.regs[src.0 as usize]);
    m.push(Inst::Dup { dst, src });
    dst
}

/// Drops a register, if there is one.
fn give_up(m: &mut Code, reg: Option<Reg>) {
    if let Some(src) = reg {
        m.push(Inst::Drop { src });
    }
}

fn loads(rows: &mut Rows) {
    rows.gives("load", 2, |b, m| {
        let (cell, r) = (big(b, m), m.reg(W));
        m.push(Inst::Load {
            dst: r,
            src: cell,
            slot: 2,
        });
        m.push(Inst::Drop { src: cell });
        m.ret(&[r]);
    });
    rows.says("load.dup", "right", |b, m| {
        let (cell, r) = (big(b, m), m.reg(S));
        m.push(Inst::LoadDup {
            dst: r,
            src: cell,
            slot: 3,
        });
        m.push(Inst::Drop { src: cell });
        m.ret(&[r]);
    });
    rows.gives("a cell with many slots", 21, |_, m| {
        let fields: Vec<Reg> = (1..=6).map(|value| m.int(value)).collect();
        let (cell, sum, part) = (m.reg(Slot::Ref(SIX)), m.int(0), m.reg(W));
        m.push(Inst::New {
            dst: cell,
            ty: SIX,
            tag: 0,
            fields,
        });
        for slot in 0..6 {
            m.push(Inst::Load {
                dst: part,
                src: cell,
                slot,
            });
            m.push(Inst::IntBin {
                op: IntOp::Add,
                dst: sum,
                a: sum,
                b: part,
            });
        }
        m.push(Inst::Drop { src: cell });
        m.ret(&[sum]);
    });
}

fn unpacking(rows: &mut Rows) {
    for is_shared in [false, true] {
        rows.says("unpack all", "leftright", |b, m| {
            let cell = big(b, m);
            let other = is_shared.then(|| shared(m, cell));
            let (one, left, two, right) = (m.reg(W), m.reg(S), m.reg(W), m.reg(S));
            m.push(Inst::Unpack {
                dsts: vec![Some(one), Some(left), Some(two), Some(right)],
                src: cell,
            });
            give_up(m, other);
            m.push(Inst::Concat {
                dst: left,
                a: left,
                b: right,
            });
            m.push(Inst::Drop { src: right });
            m.ret(&[left]);
        });
        rows.says("unpack some", "right", |b, m| {
            let cell = big(b, m);
            let other = is_shared.then(|| shared(m, cell));
            let right = m.reg(S);
            m.push(Inst::Unpack {
                dsts: vec![None, None, None, Some(right)],
                src: cell,
            });
            give_up(m, other);
            m.ret(&[right]);
        });
    }
}

fn reuse(rows: &mut Rows) {
    for is_shared in [false, true] {
        rows.gives("unpack.reuse, new.reuse", 9, |b, m| {
            let cell = big(b, m);
            let other = is_shared.then(|| shared(m, cell));
            let (token, left, right) = (m.reg(Slot::Token(4)), m.reg(S), m.reg(S));
            m.push(Inst::UnpackReuse {
                token,
                dsts: vec![None, Some(left), None, Some(right)],
                src: cell,
            });
            let nine = m.int(9);
            m.push(Inst::NewReuse {
                dst: cell,
                token,
                ty: BIG,
                tag: 0,
                fields: vec![nine, left, nine, right],
            });
            give_up(m, other);
            m.push(Inst::Load {
                dst: nine,
                src: cell,
                slot: 2,
            });
            m.push(Inst::Drop { src: cell });
            m.ret(&[nine]);
        });
        rows.gives(
            "unpack.reuse of some slots, the token dropped",
            1,
            |b, m| {
                let cell = big(b, m);
                let other = is_shared.then(|| shared(m, cell));
                let (token, one) = (m.reg(Slot::Token(4)), m.reg(W));
                m.push(Inst::UnpackReuse {
                    token,
                    dsts: vec![Some(one), None, None, None],
                    src: cell,
                });
                give_up(m, other);
                m.push(Inst::Drop { src: token });
                m.ret(&[one]);
            },
        );
        rows.gives("drop.reuse", 1, |b, m| {
            let cell = big(b, m);
            let other = is_shared.then(|| shared(m, cell));
            let token = m.reg(Slot::Token(4));
            m.push(Inst::DropReuse { token, src: cell });
            give_up(m, other);
            m.push(Inst::Drop { src: token });
            let r = m.int(1);
            m.ret(&[r]);
        });
    }
    rows.gives("a token of nothing", 3, |_, m| {
        let (token, leaf, three) = (m.reg(Slot::Token(3)), m.reg(Slot::Ref(TREE)), m.int(3));
        let (other, tree) = (m.reg(Slot::Ref(TREE)), m.reg(Slot::Ref(TREE)));
        m.push(Inst::ConstNull { dst: token });
        m.push(Inst::New {
            dst: leaf,
            ty: TREE,
            tag: 0,
            fields: vec![],
        });
        m.push(Inst::New {
            dst: other,
            ty: TREE,
            tag: 0,
            fields: vec![],
        });
        m.push(Inst::NewReuse {
            dst: tree,
            token,
            ty: TREE,
            tag: 1,
            fields: vec![leaf, three, other],
        });
        m.push(Inst::Drop { src: tree });
        m.ret(&[three]);
    });
}

fn updates(rows: &mut Rows) {
    for is_shared in [false, true] {
        rows.says("take, update", "left!", |b, m| {
            let cell = big(b, m);
            let other = is_shared.then(|| shared(m, cell));
            let (left, mark) = (m.reg(S), m.reg(S));
            m.push(Inst::TakeSlot {
                dst: left,
                src: cell,
                slot: 1,
            });
            m.push(Inst::ConstStr {
                dst: mark,
                value: b.text("!"),
            });
            m.push(Inst::Concat {
                dst: left,
                a: left,
                b: mark,
            });
            m.push(Inst::Drop { src: mark });
            let seven = m.int(7);
            m.push(Inst::Update {
                dst: cell,
                src: cell,
                fields: vec![(1, left), (0, seven)],
            });
            m.push(Inst::LoadDup {
                dst: left,
                src: cell,
                slot: 1,
            });
            m.push(Inst::Drop { src: cell });
            give_up(m, other);
            m.ret(&[left]);
        });
    }
    rows.says(
        "update of a shared cell leaves the other alone",
        "left",
        |b, m| {
            let cell = big(b, m);
            let (other, new) = (shared(m, cell), m.string(b, "new"));
            m.push(Inst::Update {
                dst: cell,
                src: cell,
                fields: vec![(1, new)],
            });
            m.push(Inst::Drop { src: cell });
            m.push(Inst::LoadDup {
                dst: new,
                src: other,
                slot: 1,
            });
            m.push(Inst::Drop { src: other });
            m.ret(&[new]);
        },
    );
    rows.crashes(
        "a cell with a hole is dropped in a crash",
        "integer overflow",
        |b, m| {
            let (cell, left) = (big(b, m), m.reg(S));
            m.push(Inst::TakeSlot {
                dst: left,
                src: cell,
                slot: 1,
            });
            let max = m.int(i64::MAX);
            m.push(Inst::IntBinImm {
                op: IntOp::Add,
                dst: max,
                a: max,
                imm: 1,
            });
            m.push(Inst::Update {
                dst: cell,
                src: cell,
                fields: vec![(1, left)],
            });
            m.push(Inst::Drop { src: cell });
            m.ret(&[max]);
        },
    );
}

fn boxes(rows: &mut Rows) {
    let boxed = |b: &mut Builder, m: &mut Code| {
        let (five, text, dst) = (m.int(5), m.string(b, "five"), m.reg(Slot::Ref(PAIR)));
        m.push(Inst::Box {
            dst,
            ty: PAIR,
            slots: vec![five, text],
        });
        dst
    };
    rows.gives("box, unbox", 5, |b, m| {
        let (boxed, number, text) = (boxed(b, m), m.reg(W), m.reg(S));
        m.push(Inst::Unbox {
            dsts: vec![Some(number), Some(text)],
            src: boxed,
        });
        m.push(Inst::Drop { src: boxed });
        m.ret(&[number]);
    });
    for is_shared in [false, true] {
        rows.says("unbox.take", "five", |b, m| {
            let boxed = boxed(b, m);
            let other = is_shared.then(|| shared(m, boxed));
            let text = m.reg(S);
            m.push(Inst::UnboxTake {
                dsts: vec![None, Some(text)],
                src: boxed,
            });
            give_up(m, other);
            m.ret(&[text]);
        });
    }
}
