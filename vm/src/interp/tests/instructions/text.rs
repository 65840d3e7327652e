//! Text, and operations that follow the structure of a type.

use super::super::build::{Builder, Code, INT, PAIR, S, W};
use super::Rows;
use snow_bytecode::inst::{Cond, Inst, TextForm};
use snow_bytecode::module::Reg;

/// The slots of `(number, text)`.
fn pair(b: &mut Builder, m: &mut Code, number: i64, text: &str) -> Vec<Reg> {
    vec![m.int(number), m.string(b, text)]
}

/// Drops the string of a pair.
fn drop_pair(m: &mut Code, pair: &[Reg]) {
    m.push(Inst::Drop { src: pair[1] });
}

pub fn rows(rows: &mut Rows) {
    rows.says("concat", "ab", |b, m| {
        let (x, y) = (m.string(b, "a"), m.string(b, "b"));
        m.push(Inst::Concat { dst: x, a: x, b: y });
        m.push(Inst::Drop { src: y });
        m.ret(&[x]);
    });
    for (form, text) in [
        (TextForm::Display, "= (7, x)"),
        (TextForm::Debug, "= (7, \"x\")"),
    ] {
        rows.says("text", text, |b, m| {
            let (text, slots) = (m.string(b, "= "), pair(b, m, 7, "x"));
            m.push(Inst::AppendText {
                form,
                dst: text,
                text,
                ty: PAIR,
                slots: slots.clone(),
            });
            drop_pair(m, &slots);
            m.ret(&[text]);
        });
    }
    rows.says("text of a number", "n = -5", |b, m| {
        let (text, n) = (m.string(b, "n = "), m.int(-5));
        m.push(Inst::AppendText {
            form: TextForm::Display,
            dst: text,
            text,
            ty: INT,
            slots: vec![n],
        });
        m.ret(&[text]);
    });
    for (other, equal, ordering) in [("x", 1, 1), ("y", 0, 0), ("a", 0, 2)] {
        rows.gives("eq", equal, |b, m| {
            let (x, y, r) = (pair(b, m, 7, "x"), pair(b, m, 7, other), m.reg(W));
            m.push(Inst::Equal {
                dst: r,
                ty: PAIR,
                a: x.clone(),
                b: y.clone(),
            });
            drop_pair(m, &x);
            drop_pair(m, &y);
            m.ret(&[r]);
        });
        rows.gives("compare", ordering, |b, m| {
            let (x, y, r) = (pair(b, m, 7, "x"), pair(b, m, 7, other), m.reg(W));
            m.push(Inst::Compare {
                dst: r,
                ty: PAIR,
                a: x.clone(),
                b: y.clone(),
            });
            drop_pair(m, &x);
            drop_pair(m, &y);
            m.ret(&[r]);
        });
    }
    rows.gives("equal values have equal hashes", 1, |b, m| {
        let (x, y, r, q) = (pair(b, m, 7, "x"), pair(b, m, 7, "x"), m.reg(W), m.reg(W));
        m.push(Inst::Hash {
            dst: r,
            ty: PAIR,
            slots: x.clone(),
        });
        m.push(Inst::Hash {
            dst: q,
            ty: PAIR,
            slots: y.clone(),
        });
        m.push(Inst::IntCmp {
            cond: Cond::Eq,
            dst: r,
            a: r,
            b: q,
        });
        drop_pair(m, &x);
        drop_pair(m, &y);
        m.ret(&[r]);
    });
    constants(rows);
}

fn constants(rows: &mut Rows) {
    for (text, equal) in [("key", 1), ("kez", 0), ("keys", 0)] {
        rows.gives("str.eq.const", equal, |b, m| {
            let (a, r) = (m.string(b, text), m.reg(W));
            m.push(Inst::StrEqConst {
                dst: r,
                a,
                value: b.text("key"),
            });
            m.push(Inst::Drop { src: a });
            m.ret(&[r]);
        });
    }
    for (text, result) in [("key=value", "value"), ("k", "no")] {
        rows.says("str.strip", result, |b, m| {
            let (a, rest) = (m.string(b, text), m.reg(S));
            let target = m.ahead(3);
            m.push(Inst::StrStripPrefix {
                dst: rest,
                a,
                prefix: b.text("key="),
                target,
            });
            m.push(Inst::Drop { src: a });
            m.ret(&[rest]);
            m.push(Inst::Drop { src: a });
            m.push(Inst::ConstStr {
                dst: rest,
                value: b.text("no"),
            });
            m.ret(&[rest]);
        });
    }
}
