//! Lazy sequences: chains whose code is known become loops without closures.

optimise! {
    chains_are_loops: r#"
        fn main() do
          println(Iter.range(0, 10) |> Iter.filter(fn x -> x % 3 == 0 end) |> Iter.map(fn x -> x * x end) |> Iter.sum())
        end
    "#;

    sequences_in_sequences_are_loops_in_loops: r#"
        fn f(xs :: List<Int>) do
          for y in Iter.flat_map(xs, fn x -> Iter.range(0, x) end) do y + 1 end
        end
        fn main() do
          println(f([1, 2]))
        end
    "#;

    code_that_is_not_known_is_called: r#"
        fn total(it :: Iter<Int>) = for x in it do x * 2 end
        fn main() do
          let its = [Iter.range(0, 3), Iter.take(Iter.repeat(1), 2)]
          println(List.map(its, total))
        end
    "#;
}
