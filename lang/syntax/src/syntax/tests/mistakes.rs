use super::{mistakes, parse_text};

/// Wraps a statement into a function, and gives what is said about it.
fn statement(text: &str) -> String {
    mistakes(&format!("fn f(x) do\n  {text}\nend\n"))
}

#[test]
fn missing_end_at_the_end_of_the_file() {
    insta::assert_snapshot!(mistakes("fn f(x) do\n  if x do\n    g()\n  end\n"));
}

#[test]
fn missing_end_of_an_inner_block() {
    insta::assert_snapshot!(mistakes(
        "fn f(x) do\n  if x do\n    g()\nend\n\nfn h() = 1\n"
    ));
}

#[test]
fn missing_end_before_another_function() {
    insta::assert_snapshot!(mistakes(
        "fn f(x) do\n  case x do\n    1 -> fn y -> y\n  end\nend\n\nfn h() = 1\n"
    ));
}

#[test]
fn end_too_many() {
    insta::assert_snapshot!(mistakes("fn f(x) do\n  g()\nend\nend\n\nfn h() = 1\n"));
}

#[test]
fn brackets() {
    insta::assert_snapshot!(mistakes(
        "fn f(x) do\n  g(x, [1, 2)\n  h(x\nend\n\nfn k() = )\n"
    ));
}

#[test]
fn missing_do() {
    insta::assert_snapshot!(mistakes(
        "fn f(x) do\n  if x > 1\n    g()\n  end\n  while x\n    h()\n  end\nend\n\nfn g(x)\n  x\nend\n\nfn h(x) do\n  if x do\n    1\n  else if y\n    2\n  end\nend\n"
    ));
}

#[test]
fn habits_of_blocks() {
    insta::assert_snapshot!(
        [
            statement("if x { g() }"),
            statement("if x then g() end"),
            statement("if x:\n    g()\n  end"),
            mistakes("fn f(x) {\n  x\n}\n"),
            mistakes("def f(x):\n  x\n"),
            statement("if x do 1 elif y do 2 end"),
        ]
        .concat()
    );
}

#[test]
fn habits_of_bindings() {
    insta::assert_snapshot!(
        [
            statement("let mut y = 1"),
            statement("var y = 1"),
            statement("y = 1"),
            statement("x++"),
            statement("x--"),
            statement("x += 1"),
            statement("if x = 1 do 2 end"),
            statement("let Y = 1"),
            statement("let end = 1"),
        ]
        .concat()
    );
}

#[test]
fn habits_of_expressions() {
    insta::assert_snapshot!(
        [
            statement("case x do 1 => 2 end"),
            statement("g('text')"),
            statement("// comment"),
            statement("/* comment */"),
            statement("x ? 1 : 2"),
            statement("%{a: 1}"),
            statement("new Point(1)"),
            statement("x & y"),
            statement("fn g(y) = y"),
            statement("fn g(y) do y end"),
            statement("fn x => x end"),
        ]
        .concat()
    );
}

#[test]
fn habits_of_items() {
    insta::assert_snapshot!(
        [
            mistakes("let x = 1\n"),
            mistakes("println(1)\n"),
            mistakes("struct P do\n  x: Int,\n  y: Int\nend\n"),
            mistakes("struct P do\n  x :: Int,\n  y :: Int\nend\n"),
            mistakes("type Shape = Circle | Square\n"),
            mistakes("enum Shape do\n  Circle\nend\n"),
            mistakes("class Shape do\nend\n"),
            mistakes("fn Area(x) = x\n"),
            mistakes("struct point do\nend\n"),
            mistakes("fn f(x: Int) = x\n"),
            mistakes("fn f(x)\n\nfn g() = 1\n"),
            mistakes("fn f() do\n  struct A do x :: Int end\nend\n"),
        ]
        .concat()
    );
}

#[test]
fn lexical_mistakes() {
    insta::assert_snapshot!(
        [
            statement("\"never closed"),
            statement("\"a ${x + 1"),
            statement("\"\\q \\u{110000}\""),
            statement("12ab; 0xZZ; 9223372036854775808; 1_0.5.2"),
            statement("x @ y"),
            mistakes("fn f() = 1 #= open #= closed =#\n"),
            mistakes("fn f() = \"\"\"\n  open\n"),
        ]
        .concat()
    );
}

#[test]
fn arms_and_closures() {
    insta::assert_snapshot!(
        [
            statement("case x do\n    1\n  end"),
            statement("case x do\n    1 ->\n    2 -> 3\n  end"),
            statement("fn x end"),
            statement("fn x -> end"),
            statement("receive do\n    A -> 1\n  after -> 2\n  end"),
            statement("for x, y in xs do x end"),
            statement("cond do\n    x -> 1\n  else\n    2\n  end"),
        ]
        .concat()
    );
}

#[test]
fn several_mistakes_are_all_reported() {
    let text = "fn a() do\n  let = 1\n  g(,)\nend\n\nfn b() = 1 +\n\nfn c(x do\n  1\nend\n\nfn d() = [1, 2\n\nfn e() = 3\n";
    insta::assert_snapshot!(mistakes(text));
}

#[test]
fn recovery_leaves_neighbours_alone() {
    let good = parse_text("fn a() = 1\nfn c() do\n  x\n  z\nend\n").0;
    let bad = parse_text("fn a() = 1\nfn b( = 2\nfn c() do\n  x\n  y y\n  z\nend\n").0;
    assert_eq!(
        super::dump::flat(&good.items[0]),
        super::dump::flat(&bad.items[0])
    );
    let bad = super::dump::flat(&bad.items[1]).replace("Error, ", "");
    assert_eq!(super::dump::flat(&good.items[1]), bad);
}
