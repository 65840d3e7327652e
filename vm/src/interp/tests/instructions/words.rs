//! Constants, moves, counting, casts.

use super::super::build::{PAIR, S, STRING, W};
use super::Rows;
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Const;

pub fn rows(rows: &mut Rows) {
    for value in [0, 1, -1, 1 << 31, i64::MAX, i64::MIN] {
        rows.gives("a constant", value as u64, |_, m| {
            let r = m.int(value);
            m.ret(&[r]);
        });
    }
    rows.add(
        "a float",
        &[Slot::Float],
        super::Ending::Words(vec![1.5f64.to_bits()]),
        |_, m| {
            let r = m.float(1.5);
            m.ret(&[r]);
        },
    );
    rows.says("a string constant", "hi", |b, m| {
        let r = m.reg(S);
        m.push(Inst::ConstStr {
            dst: r,
            value: b.text("hi"),
        });
        m.ret(&[r]);
    });
    rows.gives("atoms are equal by name", 1, |b, m| {
        let (a, c, r) = (m.reg(W), m.reg(W), m.reg(W));
        m.push(Inst::ConstAtom {
            dst: a,
            value: b.constant(Const::Atom("x".to_owned())),
        });
        m.push(Inst::ConstAtom {
            dst: c,
            value: b.constant(Const::Atom("x".to_owned())),
        });
        m.push(Inst::IntCmp {
            cond: snow_bytecode::inst::Cond::Eq,
            dst: r,
            a,
            b: c,
        });
        m.ret(&[r]);
    });
    rows.says("move hands an owned reference on", "text", |b, m| {
        let (a, c) = (m.string(b, "text"), m.reg(S));
        m.push(Inst::Move { dst: c, src: a });
        m.ret(&[c]);
    });
    rows.says("dup and drop", "text", |b, m| {
        let (a, c) = (m.string(b, "text"), m.reg(S));
        m.push(Inst::Dup { dst: c, src: a });
        m.push(Inst::Drop { src: a });
        m.ret(&[c]);
    });
    casts(rows);
    nulls(rows);
}

fn casts(rows: &mut Rows) {
    rows.says("cast of a null that is none", "text", |b, m| {
        let (a, maybe, c) = (m.string(b, "text"), m.reg(Slot::Null(STRING)), m.reg(S));
        m.push(Inst::Move { dst: maybe, src: a });
        m.push(Inst::Cast { dst: c, src: maybe });
        m.ret(&[c]);
    });
    rows.says("cast of any", "text", |b, m| {
        let (a, any, c) = (m.string(b, "text"), m.reg(Slot::Any), m.reg(S));
        m.push(Inst::Move { dst: any, src: a });
        m.push(Inst::Cast { dst: c, src: any });
        m.ret(&[c]);
    });
    rows.crashes("cast of null", "corrupt value", |_, m| {
        let (maybe, c) = (m.reg(Slot::Null(STRING)), m.reg(S));
        m.push(Inst::ConstNull { dst: maybe });
        m.push(Inst::Cast { dst: c, src: maybe });
        m.push(Inst::Drop { src: c });
        let r = m.int(0);
        m.ret(&[r]);
    });
    rows.crashes(
        "cast of a cell of another type, which is dropped",
        "corrupt value",
        |b, m| {
            let (a, any, c) = (
                m.string(b, "text"),
                m.reg(Slot::Any),
                m.reg(Slot::Ref(PAIR)),
            );
            m.push(Inst::Move { dst: any, src: a });
            m.push(Inst::Cast { dst: c, src: any });
            m.push(Inst::Drop { src: c });
            let r = m.int(0);
            m.ret(&[r]);
        },
    );
}

fn nulls(rows: &mut Rows) {
    rows.gives("dup and drop of null", 3, |_, m| {
        let maybe = Slot::Null(STRING);
        let (a, c) = (m.reg(maybe), m.reg(maybe));
        m.push(Inst::ConstNull { dst: a });
        m.push(Inst::Dup { dst: c, src: a });
        m.push(Inst::Drop { src: a });
        m.push(Inst::Drop { src: c });
        let r = m.int(3);
        m.ret(&[r]);
    });
    rows.gives("dup and drop of what is not null", 3, |b, m| {
        let maybe = Slot::Null(STRING);
        let (text, a, c) = (m.string(b, "text"), m.reg(maybe), m.reg(maybe));
        m.push(Inst::Move { dst: a, src: text });
        m.push(Inst::Dup { dst: c, src: a });
        m.push(Inst::Drop { src: a });
        m.push(Inst::Drop { src: c });
        let r = m.int(3);
        m.ret(&[r]);
    });
}
