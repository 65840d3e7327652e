//! Bytes. The rows are listings: registers `r0` to `r3` are Bytes, `r4` to `r7` words.

use snow_bytecode::asm::assemble;

use super::super::{Ending, crash};
use super::Rows;

/// A `main` that gives `r7`, unless it crashes.
fn row(rows: &mut Rows, code: &str, ending: Ending) {
    let listing = format!(
        r#"
types
  t0 = Int
  t1 = Bytes
  t2 = String
consts
  c0 = bytes [1, 2, 3, 4, 5, 6, 7, 8, 9, 254]
  c1 = bytes []
  c2 = "é"
fn f0 "main" () -> (word) {{
  reg r0..r4 ref t1
  reg r4..r8 word
  reg r8 float
  reg r9 ref t2
  {code}
  ret [r7]
}}
entry f0
"#
    );
    let module = assemble(&listing).expect("the listing is well formed");
    rows.add_module(code, module, ending);
}

fn gives(rows: &mut Rows, value: i64, code: &str) {
    row(rows, code, Ending::Words(vec![value as u64]));
}

fn crashes(rows: &mut Rows, reason: &str, code: &str) {
    row(rows, code, crash(reason));
}

const OUTSIDE: &str = "bytes out of range";

pub fn rows(rows: &mut Rows) {
    gives(rows, 10, "r0 = str c0 r7 = bytes.len r0 drop r0");
    fields(rows);
    fields_from_a_register(rows);
    code_points(rows);
    pieces(rows);
    building(rows);
}

fn fields(rows: &mut Rows) {
    for (field, value) in [
        ("u8be@0", 1),
        ("u8be@72", 254),
        ("s8be@72", -2),
        ("u16be@8", 0x0203),
        ("u16le@8", 0x0302),
        ("u12be@4", 0x102),
        ("u64be@0", 0x0102_0304_0506_0708),
        ("u64be@4", 0x1020_3040_5060_7080),
        ("u64le@16", 0xFE09_0807_0605_0403_u64 as i64),
        ("s16le@64", -503),
        ("u1be@79", 0),
    ] {
        let code = format!("r0 = str c0 r7 = bytes.get {field} r0 drop r0");
        gives(rows, value, &code);
    }
    for field in ["u8be@80", "u16be@72", "u1be@80", "u64be@17", "u8be@800000"] {
        let code = format!("r0 = str c0 r7 = bytes.get {field} r0 drop r0");
        crashes(rows, OUTSIDE, &code);
    }
}

fn fields_from_a_register(rows: &mut Rows) {
    for (at, field, value) in [
        (0, "u8be@8", 2),
        (8, "u16be@0", 0x09FE),
        (2, "u32le@0", 0x0605_0403),
    ] {
        let code = format!("r0 = str c0 r4 = int {at} r7 = bytes.get.at {field} r0 r4 drop r0");
        gives(rows, value, &code);
    }
    for (at, field) in [
        (10, "u8be@0"),
        (9, "u16be@0"),
        (-1, "u8be@8"),
        (i64::MAX, "u8be@0"),
        (i64::MIN, "u8be@8"),
    ] {
        let code = format!("r0 = str c0 r4 = int {at} r7 = bytes.get.at {field} r0 r4 drop r0");
        crashes(rows, OUTSIDE, &code);
    }
}

fn code_points(rows: &mut Rows) {
    for (at, value) in [(0, 1 << 3 | 1), (9, -1), (10, -1), (-1, -1)] {
        let code = format!("r0 = str c0 r4 = int {at} r7 = bytes.scalar r0 r4 drop r0");
        gives(rows, value, &code);
    }
    let of_text = "r0 = str c1 r9 = str c2 r0 = concat r0 r9 drop r9 r4 = int 0 r7 = bytes.scalar r0 r4 drop r0";
    gives(rows, 0xE9 << 3 | 2, of_text);
}

fn pieces(rows: &mut Rows) {
    let slice = |from: i64, to: i64| {
        format!(
            "r0 = str c0 r4 = int {from} r5 = int {to} r1 = bytes.slice r0 r4 r5 drop r0 r7 = bytes.len r1 drop r1"
        )
    };
    gives(rows, 3, &slice(2, 5));
    gives(rows, 0, &slice(10, 10));
    for (from, to) in [(5, 2), (-1, 2), (0, 11)] {
        crashes(rows, OUTSIDE, &slice(from, to));
    }
    let rest = |count: i64| {
        format!("r0 = str c0 r4 = int {count} r1 = bytes.drop r0 r4 r7 = bytes.len r1 drop r1")
    };
    gives(rows, 6, &rest(4));
    gives(rows, 0, &rest(10));
    for count in [11, -1, i64::MIN] {
        crashes(rows, OUTSIDE, &rest(count));
    }
}

fn building(rows: &mut Rows) {
    gives(
        rows,
        0x5_0201,
        "r0 = bytes.new t1 3 r4 = int 261 r0 = bytes.put u8be@0 r0 r4 r4 = int 513 r0 = bytes.put u16be@0 r0 r4 r7 = bytes.get u24be@0 r0 drop r0",
    );
    gives(
        rows,
        0xA1,
        "r0 = bytes.new t1 0 r4 = int 10 r0 = bytes.put u4be@0 r0 r4 r4 = int 1 r0 = bytes.put u4be@4 r0 r4 r7 = bytes.get u8be@0 r0 drop r0",
    );
    gives(
        rows,
        1.5_f64.to_bits() as i64,
        "r0 = str c1 r8 = float 1.5 r0 = bytes.put u64be@0 r0 r8 r7 = bytes.get u64be@0 r0 drop r0",
    );
    gives(
        rows,
        1,
        "r0 = str c1 r8 = float 1.5 r0 = bytes.put u64le@0 r0 r8 r8 = bytes.get u64le@0 r0 drop r0 r7 = float.cmp eq r8 r8",
    );
    gives(
        rows,
        0xC3A9,
        "r0 = str c1 r4 = int 233 r0 = bytes.put.scalar r0 r4 r7 = bytes.get u16be@0 r0 drop r0",
    );
    crashes(
        rows,
        "55296 is no Unicode code point",
        "r0 = str c1 r4 = int 55296 r0 = bytes.put.scalar r0 r4 r7 = bytes.len r0 drop r0",
    );
}
