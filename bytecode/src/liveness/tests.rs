use super::*;
use crate::asm::assemble;
use crate::verify::verify;

/// The registers owned during each instruction of function `f0`, one line per instruction.
fn owned(function: &str) -> Vec<String> {
    let text = format!(
        r#"
types
  t0 = Int
  t1 = String
  t2 = List t1
  t3 = struct "" "Pair" [] debug ("a" t1, "b" t1, "c" t1, "d" t0)
consts
  c0 = "text"
fn f0 "test" {function}
fn f1 "callee" (borrow ref t1, ref t1) -> (ref t1) {{ ret [r1] }}
fn f2 "main" () -> (word) {{ reg r0 word r0 = int 0 ret [r0] }}
entry f2
"#
    );
    let module = assemble(&text).unwrap();
    let layouts = verify(&module).unwrap();
    let liveness = Liveness::compute(&module, &layouts, FuncId(0)).unwrap();
    let at = |index| {
        let regs = liveness.owned_during(&module, &layouts, index);
        regs.iter()
            .map(Reg::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    (0..module.funcs[0].code.len() as u32).map(at).collect()
}

#[test]
fn taken_arguments_are_gone_during_a_call_and_results_not_there_yet() {
    let sets = owned(
        "(ref t1, ref t1) -> (ref t1) { reg r2 ref t1 [r2] = call f1 [r0, r1] drop r0 ret [r2] }",
    );
    assert_eq!(sets, ["r0", "r2", ""]);
}

#[test]
fn borrowed_registers_are_nobodys_to_drop() {
    let sets = owned(
        "(borrow ref t3, ref t3) -> (word) { reg r2 ref t1 reg r3 word
           r2 = load r1 0 r2 = load r0 0 r3 = eq t1 [r2] [r2] drop r1 ret [r3] }",
    );
    assert_eq!(sets, ["r1", "r1", "r1", "", ""]);
}

#[test]
fn a_cast_that_crashes_still_owns_its_source() {
    let sets = owned("(any) -> (ref t1) { reg r1 ref t1 r1 = cast r0 ret [r1] }");
    assert_eq!(sets, ["r0", ""]);
}

#[test]
fn cells_with_holes_are_dropped_too() {
    let sets = owned(
        "(ref t3, ref t1) -> (ref t3) { reg r2 ref t1
           r2 = take r0 0 r2 = concat r2 r1 r0 = update r0 [0: r2] drop r1 ret [r0] }",
    );
    assert_eq!(sets, ["r0 r1", "r0 r1", "r1", "r0", ""]);
}

#[test]
fn jumps_and_loops_have_one_answer() {
    let sets = owned(
        "(word, null t1) -> (word) { reg r2 ref t2 reg r3 ref t1
           br.null r1 @none r3 = cast r1 jump @both @none: r3 = str c0 @both: r2 = list.new t2 []
           @loop: br.int.imm le r0 0 @done r0 = int.bin.imm sub r0 1 jump @loop
           @done: r2 = list.append r2 r3 panic r2 }"
            .replace("panic r2", "drop r2 ret [r0]")
            .as_str(),
    );
    assert_eq!(
        sets,
        [
            "r1", "r1", "r3", "", "r3", "r2 r3", "r2 r3", "r2 r3", "", "", ""
        ]
    );
}

#[test]
fn code_that_no_path_reaches_owns_nothing() {
    let sets = owned("(ref t1) -> (ref t1) { ret [r0] ret [r0] }");
    assert_eq!(sets, ["", ""]);
}
