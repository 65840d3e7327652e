use super::*;

/// Whether two programs have the same tree, places aside, and no mistakes.
fn same(left: &str, right: &str) {
    let ((left, left_errors), (right, right_errors)) = (parse_text(left), parse_text(right));
    assert_eq!(left_errors + &right_errors, "");
    assert_eq!(dump::flat(&left.items), dump::flat(&right.items));
}

#[test]
fn newlines_that_continue() {
    same("fn f() = a +\n b", "fn f() = a + b");
    same(
        "fn f() do\n  xs\n    |> g()\n    |2> h(1)\nend",
        "fn f() do xs |> g() |2> h(1) end",
    );
    same(
        "fn f() do\n  a\n    .b()\n    .c\nend",
        "fn f() do a.b().c end",
    );
    same(
        "fn f() do\n  a\n  and b\n  <> c\nend",
        "fn f() do a and b <> c end",
    );
    same(
        "fn f() do\n  let x =\n    1\n  x\nend",
        "fn f() do let x = 1; x end",
    );
    same(
        "fn f(\n  a,\n  b\n) = [\n  1,\n  2\n]",
        "fn f(a, b) = [1, 2]",
    );
    same("fn f()\n  when a\n  = 1", "fn f() when a = 1");
}

#[test]
fn newlines_that_end() {
    same("fn f() do\n  a\n  -b\nend", "fn f() do a; -b end");
    same("fn f() do\n  a\n  (b)\nend", "fn f() do a; (b) end");
    same("fn f() do\n  a\n  [b]\nend", "fn f() do a; [b] end");
    same("fn f() do\n\n  ;a;;\n  b;\nend", "fn f() do a; b end");
    same(
        "struct A do\n  x :: List<Int>\n  y :: Int\nend",
        "struct A do x :: List<Int>; y :: Int end",
    );
}

#[test]
fn blocks_inside_brackets_have_lines_again() {
    same(
        "fn f() = g(fn x ->\n  a\n  b\nend, 1)",
        "fn f() = g(fn x -> a; b end, 1)",
    );
    same(
        "fn f() = [if c do\n  a\n  b\nelse\n  d\nend]",
        "fn f() = [if c do a; b else d end]",
    );
}

#[test]
fn a_closure_may_start_with_let_else() {
    same(
        "fn f() = fn x do\n  let 1 = x else\n    return 2\n  end\n  3\nend",
        "fn f() = fn x -> let 1 = x else return 2 end; 3 end",
    );
}

#[test]
fn let_else_inside_interpolation() {
    same(
        "fn f() = \"${case x do\n  1 ->\n    let 2 = y else\n      return 3\n    end\n    4\nend}\"",
        "fn f() = \"${case x do 1 -> let 2 = y else return 3 end; 4 end}\"",
    );
}

#[test]
fn arms_of_several_lines() {
    same(
        "fn f() do\n  case e do\n    A -> a\n      b\n\n    B ->\n      c\n      d\n    C | D\n      | E -> e\n  end\nend",
        "fn f() do case e do A -> a; b; B -> c; d; C | D | E -> e end end",
    );
}

#[test]
fn indentation_means_nothing_where_all_matches() {
    same(
        "module A do\nfn f(x) do\nif x do\n1\nelse\n      2\n   end\n  end\nend\nfn g() = 1",
        "module A do\n  fn f(x) do\n    if x do 1 else 2 end\n  end\nend\n\nfn g() = 1",
    );
}

#[test]
fn else_belongs_to_its_line() {
    same(
        "fn f() do\n  if c do\n    let x = 1\n  else\n    2\n  end\nend",
        "fn f() do if c do (let x = 1) else 2 end end"
            .replace("(let x = 1)", "let x = 1\n")
            .as_str(),
    );
    same(
        "fn f() do\n  if c do 1\n  else if d do 2\n  else 3 end\nend",
        "fn f() do if c do 1 else if d do 2 else 3 end end",
    );
}

#[test]
fn places_lie_inside_each_other() {
    for path in sources("tests/programs") {
        let text = std::fs::read_to_string(&path).expect("test sources are UTF-8");
        let (file, _) = parse_text(&text);
        for pair in file.items.windows(2) {
            assert!(pair[0].span.end <= pair[1].span.start, "{}", path.display());
        }
    }
}
