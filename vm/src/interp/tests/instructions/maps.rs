//! Maps.

use super::super::build::{Builder, Code, INT_MAP, MAP, S, W};
use super::Rows;
use snow_bytecode::inst::{Inst, IntOp};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::Reg;

/// `%{"a" => "A", "b" => "B"}`
fn map(b: &mut Builder, m: &mut Code) -> Reg {
    let dst = m.reg(Slot::Ref(MAP));
    m.push(Inst::MapNew { dst, ty: MAP });
    for (key, value) in [("a", "A"), ("b", "B")] {
        let (key, value) = (m.string(b, key), m.string(b, value));
        m.push(Inst::MapPut {
            dst,
            map: dst,
            key,
            value,
        });
    }
    dst
}

pub fn rows(rows: &mut Rows) {
    lookups(rows);
    entries(rows);
    holes(rows);
    rows.says("a map with numbers as keys", "yes", |b, m| {
        let (map, key, value) = (
            m.reg(Slot::Ref(INT_MAP)),
            m.int(1 << 40),
            m.string(b, "yes"),
        );
        m.push(Inst::MapNew {
            dst: map,
            ty: INT_MAP,
        });
        m.push(Inst::MapPut {
            dst: map,
            map,
            key,
            value,
        });
        let found = m.reg(S);
        let target = m.ahead(4);
        m.push(Inst::MapGet {
            dst: found,
            map,
            key,
            target,
        });
        m.push(Inst::Dup {
            dst: value,
            src: found,
        });
        m.push(Inst::Drop { src: map });
        m.ret(&[value]);
        m.push(Inst::Drop { src: map });
        m.push(Inst::ConstStr {
            dst: value,
            value: b.text("absent"),
        });
        m.ret(&[value]);
    });
}

fn lookups(rows: &mut Rows) {
    for (key, result) in [("b", "B"), ("c", "absent")] {
        rows.says("map.get", result, |b, m| {
            let (map, key, found, value) = (map(b, m), m.string(b, key), m.reg(S), m.reg(S));
            let target = m.ahead(5);
            m.push(Inst::MapGet {
                dst: found,
                map,
                key,
                target,
            });
            m.push(Inst::Dup {
                dst: value,
                src: found,
            });
            m.push(Inst::Drop { src: map });
            m.push(Inst::Drop { src: key });
            m.ret(&[value]);
            m.push(Inst::Drop { src: map });
            m.push(Inst::Drop { src: key });
            m.push(Inst::ConstStr {
                dst: value,
                value: b.text("absent"),
            });
            m.ret(&[value]);
        });
    }
    for (key, has) in [("a", 1), ("c", 0)] {
        rows.gives("map.has", has, |b, m| {
            let (map, key, r) = (map(b, m), m.string(b, key), m.reg(W));
            m.push(Inst::MapHas { dst: r, map, key });
            m.push(Inst::Drop { src: map });
            m.push(Inst::Drop { src: key });
            m.ret(&[r]);
        });
    }
}

fn entries(rows: &mut Rows) {
    for (from, number) in [(0, 0), (1, 1), (2, -1)] {
        rows.gives("map.next", number as u64, |b, m| {
            let (map, r) = (map(b, m), m.int(from));
            m.push(Inst::MapNext {
                dst: r,
                map,
                from: r,
            });
            m.push(Inst::Drop { src: map });
            m.ret(&[r]);
        });
    }
    rows.says("map.key, map.value", "bB", |b, m| {
        let (map, one, found, text) = (map(b, m), m.int(1), m.reg(S), m.reg(S));
        m.push(Inst::MapKeyAt {
            dst: found,
            map,
            entry: one,
        });
        m.push(Inst::Dup {
            dst: text,
            src: found,
        });
        m.push(Inst::MapValueAt {
            dst: found,
            map,
            entry: one,
        });
        m.push(Inst::Concat {
            dst: text,
            a: text,
            b: found,
        });
        m.push(Inst::Drop { src: map });
        m.ret(&[text]);
    });
    for entry in [2, -1] {
        rows.crashes("map.key of no entry", "not an entry of the map", |b, m| {
            let (map, r, found) = (map(b, m), m.int(entry), m.reg(S));
            m.push(Inst::MapKeyAt {
                dst: found,
                map,
                entry: r,
            });
            m.push(Inst::Drop { src: map });
            m.ret(&[r]);
        });
    }
}

fn holes(rows: &mut Rows) {
    for is_shared in [false, true] {
        rows.says("map.take, map.fill", "B!", |b, m| {
            let (map, key, value, mark) = (map(b, m), m.string(b, "b"), m.reg(S), m.string(b, "!"));
            let other = m.reg(Slot::Ref(MAP));
            if is_shared {
                m.push(Inst::Dup {
                    dst: other,
                    src: map,
                });
            }
            m.push(Inst::MapTake {
                value,
                dst: map,
                map,
                key,
            });
            m.push(Inst::Concat {
                dst: value,
                a: value,
                b: mark,
            });
            m.push(Inst::MapFill {
                dst: map,
                map,
                key,
                value,
            });
            if is_shared {
                m.push(Inst::Drop { src: other });
            }
            let (one, found) = (m.int(1), m.reg(S));
            m.push(Inst::MapValueAt {
                dst: found,
                map,
                entry: one,
            });
            m.push(Inst::Dup {
                dst: value,
                src: found,
            });
            for src in [map, key, mark] {
                m.push(Inst::Drop { src });
            }
            m.ret(&[value]);
        });
    }
    rows.crashes("map.take of an absent key", "key not found", |b, m| {
        let (map, key, value, r) = (map(b, m), m.string(b, "c"), m.reg(S), m.int(0));
        m.push(Inst::MapTake {
            value,
            dst: map,
            map,
            key,
        });
        m.push(Inst::MapFill {
            dst: map,
            map,
            key,
            value,
        });
        m.push(Inst::Drop { src: map });
        m.push(Inst::Drop { src: key });
        m.ret(&[r]);
    });
    rows.crashes(
        "a map with a hole is dropped in a crash",
        "integer overflow",
        |b, m| {
            let (map, key, value, max) = (map(b, m), m.string(b, "b"), m.reg(S), m.int(i64::MAX));
            m.push(Inst::MapTake {
                value,
                dst: map,
                map,
                key,
            });
            m.push(Inst::IntBinImm {
                op: IntOp::Add,
                dst: max,
                a: max,
                imm: 1,
            });
            m.push(Inst::MapFill {
                dst: map,
                map,
                key,
                value,
            });
            m.push(Inst::Drop { src: map });
            m.push(Inst::Drop { src: key });
            m.ret(&[max]);
        },
    );
}
