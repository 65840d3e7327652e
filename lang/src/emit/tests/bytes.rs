//! Bytes: fields at known and at computed places, walks from the front, code points, building.

use insta::assert_snapshot;
use snow_bytecode::inst::{BitField, Cond, IntOp};

use super::build::*;
use super::listing;
use crate::core::ir::{End, Op, Var};

fn field(offset: u32, bits: u8) -> BitField {
    BitField {
        offset,
        bits,
        ..BitField::default()
    }
}

fn at_least(b: &mut Build, bytes: Var, count: i64) -> Var {
    let length = b.op(INT, Op::BytesLen(bytes));
    let count = b.int(count);
    b.op(BOOL, Op::IntCmp(Cond::Ge, length, count))
}

fn get(b: &mut Build, bytes: Var, at: Option<Var>, field: BitField) -> Var {
    b.op(INT, Op::BytesGet { bytes, at, field })
}

#[test]
fn fields_are_read_where_they_lie() {
    let header = func("Main.header", &[BYTES], INT, |b, p| {
        let there = at_least(b, p[0], 12);
        b.branch(
            there,
            |b| {
                let version = get(b, p[0], None, field(0, 4));
                let flags = get(b, p[0], None, field(4, 12));
                let little = BitField {
                    little: true,
                    signed: true,
                    ..field(16, 32)
                };
                let sum = get(b, p[0], None, little);
                let word = b.op(INT, Op::IntBin(IntOp::Add, version, flags));
                let behind = get(b, p[0], Some(version), field(8, 16));
                let word = b.op(INT, Op::IntBin(IntOp::Add, word, sum));
                End::Return(b.op(INT, Op::IntBin(IntOp::Add, word, behind)))
            },
            |b| End::Return(b.int(0)),
        )
    });
    assert_snapshot!(listing(&program(vec![header])));
}

#[test]
fn a_walk_from_the_front_moves_one_view() {
    let sum = func("Main.sum", &[BYTES, INT], INT, |b, p| {
        let there = at_least(b, p[0], 1);
        b.branch(
            there,
            |b| {
                let byte = get(b, p[0], None, field(0, 8));
                let one = b.int(1);
                let rest = b.op(BYTES, Op::BytesDrop(p[0], one));
                let total = b.op(INT, Op::IntBin(IntOp::Add, p[1], byte));
                End::Return(b.call(INT, 0, &[rest, total]))
            },
            |_| End::Return(p[1]),
        )
    });
    assert_snapshot!(listing(&program(vec![sum])));
}

#[test]
fn a_piece_is_a_slice_and_a_code_point_has_its_length() {
    let piece = func("Main.piece", &[BYTES, INT], BYTES, |b, p| {
        let zero = b.int(0);
        let scalar = b.op(INT, Op::BytesScalar(p[0], zero));
        let valid = b.op(BOOL, Op::IntCmp(Cond::Ge, scalar, zero));
        b.branch(
            valid,
            |b| {
                let seven = b.int(7);
                let length = b.op(INT, Op::IntBin(IntOp::And, scalar, seven));
                End::Return(b.op(BYTES, Op::BytesSlice(p[0], length, p[1])))
            },
            |_| End::Return(p[0]),
        )
    });
    assert_snapshot!(listing(&program(vec![piece])));
}

#[test]
fn building_appends_to_one_buffer() {
    let message = func("Main.message", &[INT, STRING, BYTES], BYTES, |b, p| {
        let new = b.op(BYTES, Op::BytesNew(16));
        let version = b.int(1);
        let first = b.op(BYTES, Op::BytesPut(field(0, 4), new, version));
        let kind = b.op(BYTES, Op::BytesPut(field(4, 12), first, p[0]));
        let text = b.op(BYTES, Op::Concat(kind, p[1]));
        let scalar = b.op(BYTES, Op::BytesPutScalar(text, p[0]));
        End::Return(b.op(BYTES, Op::Concat(scalar, p[2])))
    });
    assert_snapshot!(listing(&program(vec![message])));
}
