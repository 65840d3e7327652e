use super::*;
use crate::disasm::disassemble;
use crate::verify::verify;

const LOOP: &str = r#"
types
  t0 = Int
  t1 = String
  t2 = List t1
  t3 = sum "" "Option" [t1] display ["Some" ("" t1), "None" ()]
  t4 = struct "Main" "Point" [] debug ("x" t0, "y" t0)
  t5 = Fun (t0, t4) -> t1
consts
  c0 = "a \"quoted\"\nline \u{7}"
  c1 = atom "ok"
  c2 = bytes [0, 255]
files
  "main.snow"
natives
  n0 = "snow_log" [t2] (borrow ref t2, word) -> (word)
fn f0 "Main.main" () -> (word) {
  reg r0..r2 word
  reg r2 ref t2
  reg r3 ref t1
  reg r4 float
  .line 0 3 1
  r0 = int -10
  r4 = float -0.0
  r2 = list.new t2 []
  .line 0 4 2
@loop:
  br.int.imm ge r0 0 @done
  r3 = str c0
  r2 = list.append r2 r3
  r0 = int.bin.imm add r0 1
  jump @loop
@done:
  [r1] = call.native n0 [r2, r0]
  drop r2
  ret [r1]
}
export "Main.main" actor f0 () -> t0 receives t0
export "Main.same" generic
entry f0
"#;

#[test]
fn a_listing_reads_back() {
    let module = assemble(LOOP).unwrap();
    verify(&module).unwrap();
    let listing = disassemble(&module);
    assert_eq!(assemble(&listing).unwrap(), module, "{listing}");
    assert!(listing.contains("@7: jump @3"), "{listing}");
    assert!(listing.contains("# List<String>"), "{listing}");
    assert!(listing.contains(".line 0 4 2  # main.snow:4"), "{listing}");
}

#[test]
fn mistakes_are_errors_with_a_line() {
    let error = |text: &str| assemble(text).unwrap_err().to_string();
    assert_eq!(
        error("types\n t0 = Integer"),
        "line 2: unknown type `Integer`"
    );
    assert_eq!(
        error("fn f0 \"m\" () -> (word) {\n frob r0 }"),
        "line 2: unknown instruction `frob`"
    );
    assert_eq!(
        error("fn f0 \"m\" () -> (word) {\n jump @x }"),
        "line 2: label `@x` is not defined"
    );
    assert_eq!(
        error("entry"),
        "line 1: expected a function like `f0`, found the end"
    );
}
