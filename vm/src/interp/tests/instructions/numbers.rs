//! Integers and floats.

use super::super::build::W;
use super::{Ending, Rows};
use snow_bytecode::inst::{Cond, FloatOp, FloatUnOp, Inst, IntOp};
use snow_bytecode::layout::Slot;

const OVERFLOW: Result<i64, &str> = Err("integer overflow");
const ZERO: Result<i64, &str> = Err("division by zero");
const SHIFT: Result<i64, &str> = Err("shift count out of range");

/// Operation, operands, result.
const INT_BINARY: &[(IntOp, i64, i64, Result<i64, &str>)] = &[
    (IntOp::Add, 2, 3, Ok(5)),
    (IntOp::Add, i64::MAX, 1, OVERFLOW),
    (IntOp::Sub, 2, 3, Ok(-1)),
    (IntOp::Sub, i64::MIN, 1, OVERFLOW),
    (IntOp::Mul, -4, 3, Ok(-12)),
    (IntOp::Mul, 1 << 62, 2, OVERFLOW),
    (IntOp::Div, -7, 2, Ok(-3)),
    (IntOp::Div, 7, 0, ZERO),
    (IntOp::Div, i64::MIN, -1, OVERFLOW),
    (IntOp::Rem, -7, 2, Ok(-1)),
    (IntOp::Rem, 7, 0, ZERO),
    (IntOp::Rem, i64::MIN, -1, Ok(0)),
    (IntOp::WrappingAdd, i64::MAX, 1, Ok(i64::MIN)),
    (IntOp::WrappingSub, i64::MIN, 1, Ok(i64::MAX)),
    (IntOp::WrappingMul, 1 << 62, 4, Ok(0)),
    (IntOp::And, 0b1100, 0b1010, Ok(0b1000)),
    (IntOp::Or, 0b1100, 0b1010, Ok(0b1110)),
    (IntOp::Xor, 0b1100, 0b1010, Ok(0b0110)),
    (IntOp::Shl, 1, 63, Ok(i64::MIN)),
    (IntOp::Shl, 1, 64, SHIFT),
    (IntOp::Shr, i64::MIN, 63, Ok(-1)),
    (IntOp::Shr, 1, -1, SHIFT),
    // An operand that does not fit the immediate of an internal instruction.
    (IntOp::Add, 1, 1 << 40, Ok((1 << 40) + 1)),
    (IntOp::Sub, 1 << 40, 1, Ok((1 << 40) - 1)),
    (IntOp::Sub, 1, 1 << 40, Ok(1 - (1 << 40))),
];

/// Operands and the conditions that hold.
const COMPARED: &[(i64, i64, &[Cond])] = &[
    (1, 2, &[Cond::Ne, Cond::Lt, Cond::Le]),
    (2, 2, &[Cond::Eq, Cond::Le, Cond::Ge]),
    (2, -1, &[Cond::Ne, Cond::Gt, Cond::Ge]),
    (1, 1 << 40, &[Cond::Ne, Cond::Lt, Cond::Le]),
    (1 << 40, 100_000, &[Cond::Ne, Cond::Gt, Cond::Ge]),
];

const CONDITIONS: [Cond; 6] = [Cond::Eq, Cond::Ne, Cond::Lt, Cond::Le, Cond::Gt, Cond::Ge];

pub fn rows(rows: &mut Rows) {
    for (op, a, b, result) in INT_BINARY {
        int_binary(rows, *op, *a, *b, *result);
    }
    for (a, b, holding) in COMPARED {
        for cond in CONDITIONS {
            comparison(rows, cond, *a, *b, holding.contains(&cond));
        }
    }
    unary(rows);
    floats(rows);
    float_comparisons(rows);
}

fn expect(result: Result<i64, &str>) -> Ending {
    match result {
        Ok(value) => Ending::Words(vec![value as u64]),
        Err(reason) => super::crash(reason),
    }
}

/// The operation on two registers, and with either operand as an immediate.
fn int_binary(rows: &mut Rows, op: IntOp, x: i64, y: i64, result: Result<i64, &str>) {
    let name = format!("{x} {op:?} {y}");
    rows.add(&name, &[W], expect(result), |_, m| {
        let (a, b) = (m.int(x), m.int(y));
        m.push(Inst::IntBin { op, dst: a, a, b });
        m.ret(&[a]);
    });
    rows.add(
        &format!("{name} (right immediate)"),
        &[W],
        expect(result),
        |_, m| {
            let a = m.int(x);
            m.push(Inst::IntBinImm {
                op,
                dst: a,
                a,
                imm: y,
            });
            m.ret(&[a]);
        },
    );
    rows.add(
        &format!("{name} (left immediate)"),
        &[W],
        expect(result),
        |_, m| {
            let a = m.int(y);
            m.push(Inst::IntImmBin {
                op,
                dst: a,
                imm: x,
                a,
            });
            m.ret(&[a]);
        },
    );
}

/// The comparison as a value and as a branch, of two registers and with an immediate.
fn comparison(rows: &mut Rows, cond: Cond, x: i64, y: i64, holds: bool) {
    let (name, value) = (format!("{x} {cond:?} {y}"), u64::from(holds));
    rows.gives(&name, value, |_, m| {
        let (a, b) = (m.int(x), m.int(y));
        m.push(Inst::IntCmp { cond, dst: a, a, b });
        m.ret(&[a]);
    });
    rows.gives(&format!("{name} (immediate)"), value, |_, m| {
        let a = m.int(x);
        m.push(Inst::IntCmpImm {
            cond,
            dst: a,
            a,
            imm: y,
        });
        m.ret(&[a]);
    });
    rows.gives(&format!("{name} (branch)"), value, |_, m| {
        let (a, b, r) = (m.int(x), m.int(y), m.int(1));
        let target = m.ahead(2);
        m.push(Inst::BranchInt { cond, a, b, target });
        m.push(Inst::ConstInt { dst: r, value: 0 });
        m.ret(&[r]);
    });
    rows.gives(
        &format!("{name} (branch on an immediate)"),
        value,
        |_, m| {
            let (a, r) = (m.int(x), m.int(1));
            let target = m.ahead(2);
            m.push(Inst::BranchIntImm {
                cond,
                a,
                imm: y,
                target,
            });
            m.push(Inst::ConstInt { dst: r, value: 0 });
            m.ret(&[r]);
        },
    );
}

fn unary(rows: &mut Rows) {
    rows.gives("neg", (-5i64) as u64, |_, m| {
        let a = m.int(5);
        m.push(Inst::IntNeg { dst: a, a });
        m.ret(&[a]);
    });
    rows.crashes("neg of the minimum", "integer overflow", |_, m| {
        let a = m.int(i64::MIN);
        m.push(Inst::IntNeg { dst: a, a });
        m.ret(&[a]);
    });
    for (value, not) in [(0, 1), (1, 0), (2, 0)] {
        rows.gives("not", not, |_, m| {
            let a = m.int(value);
            m.push(Inst::Not { dst: a, a });
            m.ret(&[a]);
        });
    }
}

fn float_row(rows: &mut Rows, name: &str, value: f64, build: impl FnOnce(&mut super::Code)) {
    rows.add(
        name,
        &[Slot::Float],
        Ending::Words(vec![value.to_bits()]),
        |_, m| build(m),
    );
}

fn floats(rows: &mut Rows) {
    let binary = [
        (FloatOp::Add, 3.75),
        (FloatOp::Sub, 3.25),
        (FloatOp::Mul, 0.875),
        (FloatOp::Div, 14.0),
        (FloatOp::Rem, 0.0),
    ];
    for (op, value) in binary {
        float_row(rows, &format!("{op:?}"), value, |m| {
            let (a, b) = (m.float(3.5), m.float(0.25));
            m.push(Inst::FloatBin { op, dst: a, a, b });
            m.ret(&[a]);
        });
    }
    let unary = [
        (FloatUnOp::Neg, -2.25, 2.25),
        (FloatUnOp::Abs, -2.25, 2.25),
        (FloatUnOp::Sqrt, 2.25, 1.5),
        (FloatUnOp::Floor, -2.25, -3.0),
        (FloatUnOp::Ceil, -2.25, -2.0),
        (FloatUnOp::Trunc, -2.75, -2.0),
    ];
    for (op, value, result) in unary {
        float_row(rows, &format!("{op:?}"), result, |m| {
            let a = m.float(value);
            m.push(Inst::FloatUn { op, dst: a, a });
            m.ret(&[a]);
        });
    }
    float_row(rows, "int to float", -7.0, |m| {
        let (a, b) = (m.int(-7), m.reg(Slot::Float));
        m.push(Inst::IntToFloat { dst: b, a });
        m.ret(&[b]);
    });
    for (value, result) in [
        (-7.9, Ok(-7)),
        (-9_223_372_036_854_775_808.0, Ok(i64::MIN)),
        (
            9_223_372_036_854_775_808.0,
            Err("float out of range for an integer"),
        ),
        (f64::NAN, Err("float out of range for an integer")),
    ] {
        rows.add("float to int", &[W], expect(result), |_, m| {
            let (a, b) = (m.float(value), m.reg(W));
            m.push(Inst::FloatToInt { dst: b, a });
            m.ret(&[b]);
        });
    }
}

fn float_comparisons(rows: &mut Rows) {
    let holds = |cond, a: f64, b: f64| match cond {
        Cond::Eq => a == b,
        Cond::Ne => a != b,
        Cond::Lt => a < b,
        Cond::Le => a <= b,
        Cond::Gt => a > b,
        Cond::Ge => a >= b,
    };
    for (x, y) in [
        (1.0, 2.0),
        (2.0, 2.0),
        (2.0, -1.0),
        (f64::NAN, 1.0),
        (0.0, -0.0),
    ] {
        for cond in CONDITIONS {
            float_comparison(rows, cond, x, y, holds(cond, x, y));
        }
    }
}

fn float_comparison(rows: &mut Rows, cond: Cond, x: f64, y: f64, holds: bool) {
    let name = format!("{x} {cond:?} {y}");
    rows.gives(&name, u64::from(holds), |_, m| {
        let (a, b, r) = (m.float(x), m.float(y), m.reg(W));
        m.push(Inst::FloatCmp { cond, dst: r, a, b });
        m.ret(&[r]);
    });
    for jumps_if in [true, false] {
        rows.gives(
            &format!("{name}, branch if {jumps_if}"),
            u64::from(holds == jumps_if),
            |_, m| {
                let (a, b, r) = (m.float(x), m.float(y), m.int(1));
                let target = m.ahead(2);
                m.push(match jumps_if {
                    true => Inst::BranchFloat { cond, a, b, target },
                    false => Inst::BranchFloatNot { cond, a, b, target },
                });
                m.push(Inst::ConstInt { dst: r, value: 0 });
                m.ret(&[r]);
            },
        );
    }
}
