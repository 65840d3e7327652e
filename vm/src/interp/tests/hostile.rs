//! Words that no compiler would make: the verifier lets them pass, so reading them must be harmless.

use super::{Ending, run_sliced};
use crate::native::Intrinsics;
use snow_bytecode::asm::assemble;

/// Reads a value in every structure-driven way and gives its text. `regs` declares its registers, from `r0`, `slots` names them; `code` fills
/// them (`r5` is scratch for bytes) and `after` gives them up.
fn read(ty: &str, regs: &str, slots: &str, code: &str, after: &str) -> Ending {
    let text = format!(
        r#"
types
  t0 = Int
  t1 = String
  t2 = Bytes
  t3 = sum "Main" "Mixed" [] debug ["Text" ("" t1), "Raw" ("" t2)]
  t4 = sum "Main" "Perhaps" [] debug ["Number" ("" t0), "Name" ("" t1)]
  t5 = Bool
  t6 = Atom
  t7 = sum "Main" "Day" [] debug ["Monday" (), "Tuesday" ()]
consts
  c0 = ""
  c1 = bytes [255, 254]
fn f0 "main" () -> (ref t1) {{
  {regs}
  reg r3 word
  reg r4 ref t1
  reg r5 ref t2
  {code}
  r3 = eq {ty} {slots} {slots}
  r3 = compare {ty} {slots} {slots}
  r3 = hash {ty} {slots}
  r4 = str c0
  r4 = text debug r4 {ty} {slots}
  {after}
  ret [r4]
}}
entry f0
"#
    );
    let module = assemble(&text).expect("the listing is well formed");
    run_sliced(module, &Intrinsics::default(), 1_000)
}

fn text(text: &str) -> Ending {
    Ending::Text(text.to_owned())
}

#[test]
fn a_reference_of_another_type_than_the_tag_says_is_not_followed() {
    let mixed = |code: &str| {
        read(
            "t3",
            "reg r0 word reg r1 any reg r2 word",
            "[r0, r1]",
            code,
            "drop r1",
        )
    };
    assert_eq!(mixed("r0 = int 0 r5 = str c1 r1 = move r5"), text("?"));
    assert_eq!(
        mixed("r0 = int 1 r5 = str c1 r1 = move r5"),
        text("Raw(<<255, 254>>)")
    );
    assert_eq!(mixed("r0 = int 1 r1 = null"), text("?"));
    assert_eq!(mixed("r0 = int 2 r1 = null"), text("?"));
}

#[test]
fn a_null_where_the_tag_says_a_text_is_not_followed() {
    let perhaps = |code: &str| {
        let regs = "reg r0..r2 word reg r2 null t1";
        read("t4", regs, "[r0, r1, r2]", code, "drop r2")
    };
    assert_eq!(
        perhaps("r0 = int 0 r1 = int 7 r2 = null"),
        text("Number(7)")
    );
    assert_eq!(perhaps("r0 = int 1 r1 = int 7 r2 = null"), text("?"));
}

#[test]
fn scalars_out_of_range_are_shown_somehow() {
    let scalar = |ty: &str, word: &str| {
        let code = format!("r0 = int {word}");
        read(ty, "reg r0..r3 word", "[r0]", &code, "")
    };
    assert_eq!(scalar("t5", "77"), text("true"));
    assert_eq!(scalar("t6", "123456789"), text(":?"));
    assert_eq!(scalar("t7", "-1"), text("?"));
}

#[test]
fn code_that_nothing_reaches_may_end_in_a_call() {
    let module = assemble(
        r#"
types
  t0 = Int
  t1 = String
consts
  c0 = "reached the end"
fn f0 "main" () -> (ref t1) {
  reg r0 ref t1
  reg r1..r3 word
  r0 = str c0
  ret [r0]
  r1 = int 2
  [r2] = call f1 [r1]
}
fn f1 "other" (word) -> (word) {
  ret [r0]
}
entry f0
"#,
    );
    let module = module.expect("the listing is well formed");
    let ending = run_sliced(module, &Intrinsics::default(), 1_000);
    assert_eq!(ending, text("reached the end"));
}
