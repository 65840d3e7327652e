//! Lists.

use super::super::build::{Builder, Code, INTS, S, STRINGS, W};
use super::Rows;
use snow_bytecode::inst::{Inst, IntOp, TextForm};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Reg;

/// `[10, 20, …]`
fn ints(m: &mut Code, count: i64) -> Reg {
    let elems = (1..=count).map(|index| m.int(index * 10)).collect();
    let dst = m.reg(Slot::Ref(INTS));
    m.push(Inst::ListNew {
        dst,
        ty: INTS,
        elems,
    });
    dst
}

/// `["a", "b", "c"]`
fn strings(b: &mut Builder, m: &mut Code) -> Reg {
    let elems = ["a", "b", "c"].map(|text| m.string(b, text)).to_vec();
    let dst = m.reg(Slot::Ref(STRINGS));
    m.push(Inst::ListNew {
        dst,
        ty: STRINGS,
        elems,
    });
    dst
}

/// Returns the text of a list, which is dropped.
fn ret_text(b: &mut Builder, m: &mut Code, list: Reg) {
    let Slot::Ref(ty) = m.function.regs[list.0 as usize] else {
        unreachable!("a list")
    };
    let text = m.reg(S);
    m.push(Inst::ConstStr {
        dst: text,
        value: b.text(""),
    });
    m.push(Inst::AppendText {
        form: TextForm::Display,
        dst: text,
        text,
        ty,
        slots: vec![list],
    });
    m.push(Inst::Drop { src: list });
    m.ret(&[text]);
}

pub fn rows(rows: &mut Rows) {
    reading(rows);
    growing(rows);
    replacing(rows);
    for (index, length) in [(3, 3), (-1, 3)] {
        let reason = format!("index {index} out of range for a list of length {length}");
        out_of_range(rows, &reason, index);
    }
}

fn reading(rows: &mut Rows) {
    for count in [0, 1, 9] {
        rows.gives("list.new, list.len", count as u64, |_, m| {
            let (list, r) = (ints(m, count), m.reg(W));
            m.push(Inst::ListLen { dst: r, list });
            m.push(Inst::Drop { src: list });
            m.ret(&[r]);
        });
    }
    rows.gives("list.get", 30, |_, m| {
        let (list, index) = (ints(m, 3), m.int(2));
        m.push(Inst::ListGet {
            dst: index,
            list,
            index,
        });
        m.push(Inst::Drop { src: list });
        m.ret(&[index]);
    });
    rows.says("list.get.dup", "b", |b, m| {
        let (list, index, text) = (strings(b, m), m.int(1), m.reg(S));
        m.push(Inst::ListGetDup {
            dst: text,
            list,
            index,
        });
        m.push(Inst::Drop { src: list });
        m.ret(&[text]);
    });
}

fn growing(rows: &mut Rows) {
    rows.says("list.append", "[10, 20, 7]", |b, m| {
        let (list, seven) = (ints(m, 2), m.int(7));
        m.push(Inst::ListAppend {
            dst: list,
            list,
            elem: seven,
        });
        ret_text(b, m, list);
    });
    rows.says("list.prepend", "[7, 10, 20]", |b, m| {
        let (list, seven) = (ints(m, 2), m.int(7));
        m.push(Inst::ListPrepend {
            dst: list,
            list,
            elem: seven,
        });
        ret_text(b, m, list);
    });
    rows.says("list.concat", "[10, 20, 10]", |b, m| {
        let (a, c) = (ints(m, 2), ints(m, 1));
        m.push(Inst::ListConcat { dst: a, a, b: c });
        ret_text(b, m, a);
    });
    rows.says("list.uncons", "[b, c]", |b, m| {
        let (list, head) = (strings(b, m), m.reg(S));
        m.push(Inst::ListUncons {
            head,
            tail: list,
            list,
        });
        m.push(Inst::Drop { src: head });
        ret_text(b, m, list);
    });
    rows.crashes("list.uncons of an empty list", "empty list", |_, m| {
        let (list, head) = (ints(m, 0), m.reg(W));
        m.push(Inst::ListUncons {
            head,
            tail: list,
            list,
        });
        m.push(Inst::Drop { src: list });
        m.ret(&[head]);
    });
    for (count, text) in [(0, "[a, b, c]"), (2, "[c]"), (5, "[]"), (-1, "[a, b, c]")] {
        rows.says("list.drop", text, |b, m| {
            let (list, count) = (strings(b, m), m.int(count));
            m.push(Inst::ListDrop {
                dst: list,
                list,
                count,
            });
            ret_text(b, m, list);
        });
    }
}

fn replacing(rows: &mut Rows) {
    rows.says("list.set", "[a, new, c]", |b, m| {
        let (list, index, elem) = (strings(b, m), m.int(1), m.string(b, "new"));
        m.push(Inst::ListSet {
            dst: list,
            list,
            index,
            elem,
        });
        ret_text(b, m, list);
    });
    for is_shared in [false, true] {
        rows.says("list.take, list.fill", "[a, b!, c]", |b, m| {
            let (list, index, elem, mark) = (strings(b, m), m.int(1), m.reg(S), m.string(b, "!"));
            let other = m.reg(Slot::Ref(STRINGS));
            if is_shared {
                m.push(Inst::Dup {
                    dst: other,
                    src: list,
                });
            }
            m.push(Inst::ListTake {
                elem,
                dst: list,
                list,
                index,
            });
            m.push(Inst::Concat {
                dst: elem,
                a: elem,
                b: mark,
            });
            m.push(Inst::Drop { src: mark });
            m.push(Inst::ListFill {
                dst: list,
                list,
                index,
                elem,
            });
            if is_shared {
                m.push(Inst::Drop { src: other });
            }
            ret_text(b, m, list);
        });
    }
    rows.crashes(
        "a list with a hole is dropped in a crash",
        "integer overflow",
        |b, m| {
            let (list, index, elem, max) = (strings(b, m), m.int(1), m.reg(S), m.int(i64::MAX));
            m.push(Inst::ListTake {
                elem,
                dst: list,
                list,
                index,
            });
            m.push(Inst::IntBinImm {
                op: IntOp::Add,
                dst: max,
                a: max,
                imm: 1,
            });
            m.push(Inst::ListFill {
                dst: list,
                list,
                index,
                elem,
            });
            m.push(Inst::Drop { src: list });
            m.ret(&[max]);
        },
    );
}

/// Every access by index crashes with the same reason, and nothing leaks.
fn out_of_range(rows: &mut Rows, reason: &str, at: i64) {
    rows.crashes("list.get out of range", reason, |_, m| {
        let (list, index) = (ints(m, 3), m.int(at));
        m.push(Inst::ListGet {
            dst: index,
            list,
            index,
        });
        m.push(Inst::Drop { src: list });
        m.ret(&[index]);
    });
    rows.crashes("list.get.dup out of range", reason, |b, m| {
        let (list, index, text) = (strings(b, m), m.int(at), m.reg(S));
        m.push(Inst::ListGetDup {
            dst: text,
            list,
            index,
        });
        m.push(Inst::Drop { src: text });
        m.push(Inst::Drop { src: list });
        m.ret(&[index]);
    });
    rows.crashes("list.set out of range", reason, |b, m| {
        let (list, index, elem) = (strings(b, m), m.int(at), m.string(b, "new"));
        m.push(Inst::ListSet {
            dst: list,
            list,
            index,
            elem,
        });
        m.push(Inst::Drop { src: list });
        m.ret(&[index]);
    });
    rows.crashes("list.take out of range", reason, |b, m| {
        let (list, index, elem) = (strings(b, m), m.int(at), m.reg(S));
        m.push(Inst::ListTake {
            elem,
            dst: list,
            list,
            index,
        });
        m.push(Inst::ListFill {
            dst: list,
            list,
            index,
            elem,
        });
        m.push(Inst::Drop { src: list });
        m.ret(&[index]);
    });
}
