//! Closures, trailing blocks, let-generalisation.

check! {
    forms: r#"
        fn twice(f) = f(f(1))
        fn main() do
          println(twice(fn x -> x * 2 end))
          println(List.map([1, 2], fn 0 -> "zero" | n when n > 0 -> "pos" | _ -> "neg" end))
          List.each([1]) do |x| println("${x}") end
          let thunk = fn -> 1 end
          println(thunk())
        end
    "#;

    generalised: r#"
        fn main() do
          let id = fn x -> x end
          let empty = []
          println("${id(1)} ${id("a")} ${List.append(empty, 1)} ${List.append(empty, "b")}")
        end
    "#;

    generalised_with_bound: r#"
        fn main() do
          let sum = fn a, b -> a + b end
          println("${sum(1, 2)} ${sum(1.5, 2.5)}")
        end
    "#;

    generalised_inside_generic: r#"
        fn pairs(x) do
          let both = fn y -> (x, y) end
          (both(1), both("a"))
        end
        fn main() do println(pairs(true)) end
    "#;

    not_a_value: r#"
        fn main() do
          let xs = List.new()
          println("${List.append(xs, 1)} ${List.append(xs, "b")}")
        end
    "#;

    clause_counts: r#"
        fn main() do
          let f = fn 0 -> "zero" | a, b -> "two" end
          println(f(0))
        end
    "#;

    wrong_closure_arity: r#"
        fn main() do println(List.map([1], fn a, b -> a end)) end
    "#;

    closure_result: r#"
        fn main() do println(List.filter([1], fn x -> x + 1 end)) end
    "#;

    eta: r#"
        fn main() do
          println(List.map([1], Some))
          println(List.map([1], inspect))
        end
    "#;
}
