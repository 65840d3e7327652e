//! `snow test`: what passes, what fails and how that is said.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use snow_tests::command::{self, Output};

const LIMIT: Duration = Duration::from_secs(60);

/// Runs `snow test` in a folder with this file.
fn snow_test(text: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.snow"), text).unwrap();
    let mut command = Command::new(command::snow().unwrap());
    command.args(["test", "t.snow"]).args(arguments);
    command.current_dir(folder.path());
    command.env("SNOW_CACHE", folder.path().join("cache"));
    command::run(&mut command, "", LIMIT).unwrap()
}

/// Runs tests in both tiers, which must say the same.
#[track_caller]
fn says(text: &str, arguments: &[&str], code: i32, expected: &str) {
    for tier in [&[][..], &["--native"]] {
        let output = snow_test(text, &[arguments, tier].concat());
        assert_eq!(output.stdout, expected, "{output:?}");
        assert_eq!(output.code, Some(code), "{output:?}");
        assert_eq!(output.stderr, "", "{output:?}");
    }
}

const ADD: &str = "pub fn add(a, b) = a + b\n\n";

#[test]
fn tests_pass_and_fail() {
    let tests = r#"test "adds" do
  println("not shown")
  assert add(1, 2) == 3
end

test "fails" do
  println("shown")
  assert add(2, 2) == 5
end

test "crashes" do
  let none = []
  println(List.head(none) + 1)
end

test "the value does not matter" do
  1
end
"#;
    says(
        &format!("{ADD}{tests}"),
        &[],
        1,
        "running 4 tests
ok    Main: adds
FAIL  Main: fails (t.snow:8)
      assertion failed: add(2, 2) == 5
        left:  4
        right: 5
        at Main.test \"fails\" (t.snow:10:3)
      it printed:
        shown
FAIL  Main: crashes (t.snow:13)
      List.head: the list is empty
        at Main.test \"crashes\" (t.snow:15:11)
ok    Main: the value does not matter

2 passed, 2 failed
",
    );
}

#[test]
fn long_sides_are_compared() {
    let test = "test \"t\" do\n  assert Range.to_list(0..12) == [0, 1, 2, 3, 4, 5, 7, 7, 8, 9, 10, 11]\nend\n";
    let output = snow_test(test, &[]);
    let diff = "\n        diff:  [0, 1, 2, 3, 4, 5, [-6-]{+7+}, 7, 8, 9, 10, 11]\n";
    assert!(output.stdout.contains(diff), "{output:?}");
}

#[test]
fn a_test_neither_ends_nor_holds_up_the_others() {
    let tests = r#"test "exits" do
  System.exit(0)
end

fn forever(n) = if n < 0 do n else forever(n + 1 - n) end

test "hangs" do
  assert forever(1) == 0
end

test "passes" do
  assert true
end
"#;
    let output = snow_test(tests, &["--timeout", "1", "--jobs", "1"]);
    assert_eq!(
        output.stdout,
        "running 3 tests
FAIL  Main: exits (t.snow:1)
      the test ended the program with exit code 0
FAIL  Main: hangs (t.snow:7)
      the test was stopped after 1 s
ok    Main: passes

1 passed, 2 failed
"
    );
}

#[test]
fn tests_are_chosen_and_ordered() {
    let tests: String = (0..20)
        .map(|n| format!("test \"t{n}\" do assert true end\n"))
        .collect();
    let output = snow_test(&tests, &["--filter", "Main: t1"]);
    assert!(
        output
            .stdout
            .ends_with("\n11 passed, 0 failed, 9 left out\n"),
        "{output:?}"
    );
    let order = |seed: &str| snow_test(&tests, &["--seed", seed]).stdout;
    assert_eq!(order("5"), order("5"));
    let (five, six) = (order("5"), order("6"));
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_ne!(five.replace("seed 5", "seed 6"), six);
    assert_eq!(lines(&five), lines(&six));
    assert!(
        five.starts_with("running 20 tests in the order of seed 5\n"),
        "{five}"
    );
}

#[test]
fn examples_in_doc_comments_are_tests() {
    let text = r#"## Adds.
## >>> let two = 2
## >>> add(1, two)
## 3
pub fn add(a, b) = a + b

## >>> quoted("$")
## "$"
## >>> quoted("a")
## "b"
pub fn quoted(text) = "\"${text}\""

module Inner do
  test "within" do
    assert add(1, 1) == 2
  end
end
"#;
    says(
        text,
        &[],
        1,
        "running 3 tests
ok    Main.Inner: within
ok    Main: example in line 2
FAIL  Main: example in line 7 (t.snow:7)
      assertion failed: \"${quoted(\"a\")}\" == \"\\\"b\\\"\"
        left:  \"\\\"a\\\"\"
        right: \"\\\"b\\\"\"
        at Main.test \"example in line 7\" (t.snow (example in line 7):3:3)

2 passed, 1 failed
",
    );
}

#[test]
fn the_report_can_be_read_by_programs() {
    let tests = "test \"a \\\"b\\\"\" do assert 1 == 2 end\ntest \"c\" do println(1) end\n";
    let output = snow_test(tests, &["--json"]);
    let lines: Vec<Value> = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3, "{output:?}");
    assert_eq!(
        (&lines[0]["title"], &lines[0]["passed"]),
        (&"a \"b\"".into(), &false.into())
    );
    assert!(
        lines[0]["failure"].as_str().unwrap().contains("left:  1"),
        "{output:?}"
    );
    assert_eq!(
        (&lines[1]["output"], &lines[1]["failure"]),
        (&"1\n".into(), &Value::Null)
    );
    assert_eq!(
        (&lines[2]["passed"], &lines[2]["failed"]),
        (&1.into(), &1.into())
    );
}

#[test]
fn mistakes_in_tests_are_mistakes_of_the_program() {
    let wrong = snow_test("test \"t\" do\n  assert 1 == \"x\"\nend\n", &[]);
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.stderr.contains("[E0001]") && wrong.stdout.is_empty(),
        "{wrong:?}"
    );
    let twice = snow_test("test \"t\" do 1 end\ntest \"t\" do 2 end\n", &[]);
    assert!(
        twice.stderr.contains("`test \"t\"` is defined twice"),
        "{twice:?}"
    );
    let none = snow_test("fn f() = 1\n", &[]);
    assert_eq!(
        (none.code, none.stdout.as_str()),
        (Some(0), "running 0 tests\n\n0 passed, 0 failed\n")
    );
}

/// Lines 5, 10, 11, 16, 20 and 21 do not run.
const PARTLY_COVERED: &str = r#"pub fn sign(n) do
  if n < 0 do
    "minus"
  else if n == 0 do
    "zero"
  else
    case n do
      1..10 -> "small"
      _ ->
        let text = "large"
        text
    end
  end
end

fn twice(0) = 0
fn twice(n) = n * 2

pub fn unused(xs) do
  for x in xs do
    twice(x)
  end
end

pub fn each(xs) = List.map(xs, fn x ->
  twice(x)
end)

test "sign" do
  assert sign(-1) == "minus"
  assert sign(5) == "small"
end

test "each" do
  assert each([1, 2, 3]) == [2, 4, 6]
end
"#;

#[test]
fn coverage_says_which_lines_ran() {
    says(
        PARTLY_COVERED,
        &["--coverage"],
        0,
        "running 2 tests
ok    Main: sign
ok    Main: each

2 passed, 0 failed

coverage: 57.1 % of 14 lines, see coverage.lcov
   57.1 %  t.snow  not run: 5, 10-16, 20-21
",
    );
    let output = snow_test(PARTLY_COVERED, &["--json", "--coverage=out.info"]);
    let last: Value = serde_json::from_str(output.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(
        (
            &last["type"],
            &last["file"],
            &last["lines"],
            &last["covered"]
        ),
        (&"coverage".into(), &"t.snow".into(), &14.into(), &8.into())
    );
}

#[test]
fn coverage_is_written_as_a_tracefile() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.snow"), "import Part\n\nfn main() do\n  println(Part.f(1))\nend\n\ntest \"f\" do\n  assert Part.f(1) == 2\n  assert_crash Part.f(0)\nend\n").unwrap();
    fs::write(
        folder.path().join("part.snow"),
        "pub fn f(0) = panic(\"no\")\npub fn f(n) do\n  n + 1\nend\n",
    )
    .unwrap();
    let mut command = Command::new(command::snow().unwrap());
    command.args(["test", "--coverage=out/lines.info"]);
    command.current_dir(folder.path());
    fs::create_dir(folder.path().join("out")).unwrap();
    let output = command::run(&mut command, "", LIMIT).unwrap();
    assert_eq!(output.code, Some(0), "{output:?}");
    let file = fs::read_to_string(folder.path().join("out/lines.info")).unwrap();
    assert_eq!(
        file,
        "TN:\nSF:main.snow\nDA:4,0\nLF:1\nLH:0\nend_of_record\nSF:part.snow\nDA:1,1\nDA:3,1\nLF:2\nLH:2\nend_of_record\n"
    );
}

#[test]
fn what_a_received_message_binds_is_known_afterwards() {
    let tests = r#"type Message do
  Text(String)
  Pair(Int, Int)
end

test "binds" do
  send(self(), Pair(1, 2))
  send(self(), Text("a"))
  assert_receive Text(text), within: 50
  assert text == "a"
  assert_receive Pair(x, y) as pair
  assert (x, y) == (1, 2)
  assert pair == Pair(1, 2)
  send(self(), Pair(3, 0))
  assert_receive Pair(x, _)
  assert x == 3
end

test "differs" do
  send(self(), Text("a"))
  assert_receive Text(text)
  assert text == "b"
end
"#;
    says(
        tests,
        &[],
        1,
        "running 2 tests
ok    Main: binds
FAIL  Main: differs (t.snow:19)
      assertion failed: text == \"b\"
        left:  \"a\"
        right: \"b\"
        at Main.test \"differs\" (t.snow:22:3)
        last message: Text(String)

1 passed, 1 failed
",
    );
}

#[test]
fn examples_see_what_stands_around_them() {
    let text = r#"##! About the module.
##!
##! >>> double(4)
##! 8

## >>> double(2)
## 4
## >>> let x = double(3)
## >>> [x, x + 1]
## [6, 7]
pub fn double(x) = x * 2

module Inner do
  ## >>> hidden() + double(1)
  ## 7
  fn hidden() = 5

  pub fn shown() = hidden()

  module Deeper do
    ## >>> deep() <> "!"
    ## deep!
    pub fn deep() = "deep"
  end

  ## >>> Deeper.deep()
  ## deep
  pub fn reach() = Deeper.deep()
end

## >>> Inner.shown()
## 6
pub fn wrong() = Inner.shown()
"#;
    says(
        text,
        &[],
        1,
        "running 6 tests
ok    Main.Inner.Deeper: example in line 21
ok    Main.Inner: example in line 14
ok    Main.Inner: example in line 26
ok    Main: example in line 3
ok    Main: example in line 6
FAIL  Main: example in line 31 (t.snow:31)
      assertion failed: \"${Inner.shown()}\" == \"6\"
        left:  \"5\"
        right: \"6\"
        at Main.test \"example in line 31\" (t.snow (example in line 31):2:3)

5 passed, 1 failed
",
    );
}
