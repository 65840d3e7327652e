//! Operators and the interfaces they need.

check! {
    arithmetic: r#"
        fn mean(a, b) = (a + b) / (a - b) % -a * b
        fn main() do println(mean(1.5, 2.5)) end
    "#;

    no_mixing: r#"
        fn main() do
          println(1 + 2.0)
          println(1.0 * 2)
        end
    "#;

    strings_and_lists: r#"
        fn main() do
          println("a" <> "b")
          println([1] ++ [2])
          println(0 :: [1])
          println("a" + "b")
          println([1] + [2])
          println("a" <> 1)
          println([1] <> [2])
          println(1 :: 2)
        end
    "#;

    comparisons: r#"
        struct P do
          x :: Int
        end deriving(Debug)
        struct F do
          f :: Fun(Int) -> Int
        end
        fn main() do
          println(P { x: 1 } == P { x: 2 })
          println(F { f: fn x -> x end } == F { f: fn x -> x end })
          println((fn x -> x end) == (fn x -> x end))
          println([fn x -> x end] < [])
          println(%{"a" => 1} < %{})
          println(1 == "1")
        end
    "#;

    logic: r#"
        fn main() do
          println(true and 1)
          println(not 1)
          println(!true || false && true)
        end
    "#;

    ranges: r#"
        fn main() do
          println(1..="a")
        end
    "#;

    inferred_bounds: r#"
        fn most(xs, best) = case xs do
          [] -> best
          [x, ...rest] -> most(rest, if x > best do x else best end)
        end
        fn main() do
          println(most([1, 2], 0))
          println(most([fn x -> x end], fn x -> x end))
        end
    "#;
}
