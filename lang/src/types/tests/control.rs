//! `if`, `case`, `cond`, loops, `return`, `?`, `assert`.

check! {
    branches: r#"
        fn sign(n) = cond do n > 0 -> 1; n < 0 -> -1; true -> 0 end
        fn main() do
          if sign(1) > 0 do println("yes") end
          let word = case sign(2) do 1 -> "up"; _ -> "down" end
          println(word)
        end
    "#;

    branches_differ: r#"
        fn pick(b) = if b do 1 else "one" end
        fn main() do println(pick(true)) end
    "#;

    unused_branches_may_differ: r#"
        fn main() do
          if true do 1 else "one" end
          println("done")
        end
    "#;

    if_without_else: r#"
        fn pick(b) -> Int do
          if b do 1 end
        end
        fn main() do println(pick(true)) end
    "#;

    condition: r#"
        fn main() do
          if 1 do println("yes") end
        end
    "#;

    loops: r#"
        fn main() do
          for x in 0..3 do println(x) end
          let ys = for x in [1, 2], y in "ab" when x > 1 do (x, y) end
          for {k, v} in %{"a" => 1} do println("${k}${v}") end
          while true do break end
          println(ys)
        end
    "#;

    loop_over_int: r#"
        fn main() do
          for x in 10 do println(x) end
        end
    "#;

    iterates_a_list_when_unknown: r#"
        fn doubled(xs) = for x in xs do x * 2 end
        fn main() do println(doubled([1])) end
    "#;

    break_places: r#"
        fn main() do
          break
          for x in [1] do List.each([x], fn _ -> continue end) end
        end
    "#;

    tries: r#"
        fn both(a, b) -> Int!String = Ok(number(a)? + number(b)?)
        fn number(text) = Option.to_result(String.to_int(text), "no number")
        fn first(xs) do
          let x = List.first(xs)?
          Some(x + 1)
        end
        fn main() do println("${both("1", "2")} ${first([1])}") end
    "#;

    try_converts: r#"
        fn code() -> Int!Int = Err(3)
        fn run() -> Int!String = Ok(code()? + 1)
        fn main() do println(run()) end
    "#;

    try_errors: r#"
        fn code() -> Int!Int = Err(3)
        fn other() -> Int!List<Int> = Ok(code()? + 1)
        fn plain() -> Int = code()?
        fn value(n :: Int) -> Int? = Some(n?)
        fn mixed() -> Int? = Some(code()?)
        fn main() do println((other(), plain(), value(1), mixed())) end
    "#;

    ignored_result: r#"
        fn code() -> Int!Int = Err(3)
        fn main() do
          code()
          println("done")
        end
    "#;

    unreachable: r#"
        fn f(x) do
          return x
          println("never")
        end
        fn main() do f(1) end
    "#;

    let_else: r#"
        fn f(o) do
          let Some(x) = o else return 0 end
          x
        end
        fn g(o) do
          let Some(x) = o else println("none") end
          x
        end
        fn main() do println("${f(Some(1))} ${g(Some(1))}") end
    "#;

    assertion: r#"
        fn main() do
          assert 1 + 1 == 2
          assert "x"
        end
    "#;

    dbg_and_panic: r#"
        fn f(x) = if x > 1 do panic("too much: ${x}") else dbg(x) end
        fn main() do
          f(1)
          todo()
        end
    "#;
}
