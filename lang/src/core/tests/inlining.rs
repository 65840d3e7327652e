//! What the optimiser makes of library calls, closures and conditions.

optimise! {
    library_loops_take_the_closure_in: r#"
        fn main() do
          let xs = List.map([1, 2, 3], fn x -> x * 2 end)
          println(List.reduce(xs, 0, fn acc, x -> acc + x end))
        end
    "#;

    closures_of_others_go_where_they_are_called: r#"
        fn apply(f :: Fun(Int) -> Int, x) = f(x) + 1
        fn main() do
          println(apply(fn x -> x / 2 end, 3))
        end
    "#;

    conditions_are_jumps: r#"
        fn f(a :: Int, b :: Int) do
          if a > 0 and (b > 0 or a == b) and not (a == 9) do
            "yes"
          else
            "no"
          end
        end
        fn main() do
          println(f(1, 2))
        end
    "#;

    known_constructors_are_not_built: r#"
        fn swap(p :: (Int, Int)) do
          let (a, b) = p
          (b, a)
        end
        fn f(x :: Int) do
          let (a, b) = swap((x, 1))
          let o = if x > 3 do Some(a) else None end
          case o do
            Some(n) -> n
            None -> b
          end
        end
        fn main() do
          println(f(3))
        end
    "#;

    constants_fold: r#"
        fn f() do
          let day = 24 * 60 * 60
          if day > 1000 do "${"long"} day" else "short" end
        end
        fn g() = 9223372036854775807 + 1
        fn main() do
          println(f())
          println(g())
        end
    "#;
}
