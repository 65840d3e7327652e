//! The verifier's rules, each with code that follows it and code that breaks it.

mod calls;
mod mutated;
mod ownership;
mod shapes;

use super::{Rule, verify};
use crate::asm::assemble;

/// Types, constants and functions that the tests share. `f1` borrows a string, `f2` owns one, `f3` is the code of a closure.
const PRELUDE: &str = r#"
types
  t0 = Int
  t1 = String
  t2 = List t1
  t3 = Map t1 t0
  t4 = struct "" "Pair" [] debug ("a" t1, "b" t1, "c" t1, "d" t0)
  t5 = sum "" "Shape" [] debug ["Circle" ("" t1, "" t1, "" t1), "Square" ("" t0, "" t0, "" t0), "Unknown" ()]
  t6 = Fun (t0) -> t0
  t7 = Tuple (t0, t1)
  t8 = Bytes
  t9 = Set t1
  t10 = sum "" "Two" [] debug ["A" ("" t1, "" t1, "" t1), "B" ("" t0, "" t0, "" t0)]
  t11 = Map t1 t1
  t12 = Fun (t6) -> t0
  t13 = struct "" "Node" [] debug ("next" t13, "name" t1)
consts
  c0 = "text"
  c1 = atom "ok"
  c2 = bytes [1]
files
  "main.snow"
natives
  n0 = "snow_test" [] (borrow ref t1, ref t1) -> (word)
"#;

/// Functions that follow the tested one.
const HELPERS: &str = r#"
fn f1 "borrows" (borrow ref t1) -> (word) {
  reg r1 word
  r1 = int 0
  ret [r1]
}
fn f2 "owns" (ref t1) -> (word) {
  reg r1 word
  drop r0
  r1 = int 0
  ret [r1]
}
fn f3 "closure" closure t6 [word, ref t1] (ref t6, word) -> (word) {
  reg r2 word
  reg r3 ref t1
  r2 = capture r0 0
  r3 = capture r0 1
  drop r0
  ret [r2]
}
fn f4 "main" () -> (word) {
  reg r0 word
  r0 = int 0
  ret [r0]
}
entry f4
"#;

/// A module with the given text of function `f0`, from its parameters on.
fn module(function: &str) -> String {
    format!("{PRELUDE}\nfn f0 \"test\" {function}\n{HELPERS}")
}

/// The function passes.
#[track_caller]
fn accepts(function: &str) {
    let module = assemble(&module(function)).unwrap();
    if let Err(error) = verify(&module) {
        panic!("{error}");
    }
}

/// The function breaks a rule, and the message says how.
#[track_caller]
fn rejects(rule: Rule, words: &str, function: &str) {
    let module = assemble(&module(function)).unwrap();
    let error = verify(&module).expect_err("the code should be rejected");
    assert!(
        error.rule == rule && error.to_string().contains(words),
        "{error:?}\n{error}"
    );
}
