//! `while` and `for` without iterators, collecting only what is used.

lower! {
    over_a_range: r#"
        fn main() do
          for i in 1..=3 do
            println(i)
          end
        end
    "#;

    collects_with_guard: r#"
        fn f(xs :: List<Int>) = for x in xs when x > 0 do x * 2 end
        fn main() do
          f([1])
          ()
        end
    "#;

    several_generators_break_and_continue: r#"
        fn f(xs :: List<Int>, ys :: List<Int>) do
          for x in xs, y in ys do
            if x == 1 do
              continue
            end
            if y == 9 do
              break
            end
            (x, y)
          end
        end
        fn main() do
          f([1], [2])
          ()
        end
    "#;

    over_maps_and_sets: r#"
        fn f(m :: Map<String, Int>, s :: Set<Int>) do
          for (k, v) in m do
            println("${k} ${v}")
          end
          for x in s do
            println(x)
          end
        end
        fn main() do
          f(%{}, Set.new())
        end
    "#;

    patterns_that_skip: r#"
        fn f(xs :: List<Option<Int>>) = for Some(x) in xs do x end
        fn main() do
          f([])
          ()
        end
    "#;

    while_loop: r#"
        fn main() do
          while Random.bool() do
            if Random.bool() do
              break
            end
            println("again")
          end
        end
    "#;
}

optimise! {
    lists_of_words_are_walked_by_position: r#"
        fn sum([], total) = total
        fn sum([x, ...rest], total) = sum(rest, total + x)
        fn main() do
          println(sum([1, 2], 0))
        end
    "#;

    lists_are_made_in_place: r#"
        struct Ball do
          x :: Int
          v :: Int
        end
        fn move(balls :: List<Ball>) = for b in balls do %{b | x: b.x + b.v} end
        fn fast(balls :: List<Ball>) = for b in balls when b.v > 9 do b end
        fn speeds(balls :: List<Ball>) = for b in balls do b.v end
        fn main() do
          println(speeds(fast(move([Ball { x: 1, v: 2 }]))))
        end
    "#;
}
