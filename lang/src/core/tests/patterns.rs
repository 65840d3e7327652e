//! Matches: each place is tested once, bodies exist once, binding comes last.

lower! {
    variants: r#"
        type Shape do
          Circle(Float)
          Rectangle(width :: Float, height :: Float)
          Unknown
        end
        fn area(s) do
          case s do
            Circle(r) -> r * r
            Rectangle(w, h) -> w * h
            Unknown -> 0.0
          end
        end
        fn main() do
          area(Circle(1.0))
          ()
        end
    "#;

    lists_by_length: r#"
        fn f(xs :: List<Int>) do
          case xs do
            [] -> 0
            [a, b] -> a + b
            h :: t -> h + f(t)
          end
        end
        fn main() do
          f([])
          ()
        end
    "#;

    nested_and_shared_bodies: r#"
        fn f(p :: (Bool, Option<Int>), fallback :: Int) do
          case p do
            (true, Some(n)) -> n
            (_, None) -> fallback
            (false, _) -> fallback * fallback
          end
        end
        fn main() do
          f((true, None), 1)
          ()
        end
    "#;

    alternatives_bind_the_same: r#"
        fn f(p :: (Int, Int)) do
          case p do
            (0, n) | (n, 0) -> n
            (a, b) as both when a == b -> f((a - 1, b)) + Tuple.first(both)
            _ -> -1
          end
        end
        fn main() do
          f((1, 2))
          ()
        end
    "#;

    texts_and_prefixes: r#"
        fn f(s :: String) do
          case s do
            "get" -> "?"
            "get " <> key -> key
            "put " <> "all" -> "all"
            _ -> ""
          end
        end
        fn main() do
          f("get x")
          ()
        end
    "#;

    integers_and_ranges: r#"
        fn f(n :: Int) do
          case n do
            1 | 2 -> "few"
            3..=9 -> "some"
            -1 -> "less"
            _ -> "many"
          end
        end
        fn g(n :: Int) do
          case n do
            0 -> 1
            7 -> 2
            _ -> 3
          end
        end
        fn main() do
          f(g(1))
          ()
        end
    "#;

    maps_by_key: r#"
        fn f(m :: Map<String, Int>) do
          case m do
            %{"a" => 1} -> "one"
            %{"a" => n, "b" => k} when n > k -> "more"
            _ -> "other"
          end
        end
        fn main() do
          f(%{})
          ()
        end
    "#;

    let_with_else: r#"
        fn f(x :: Option<(Int, Int)>) do
          let Some((a, b)) = x else
            return 0
          end
          a + b
        end
        fn main() do
          f(None)
          ()
        end
    "#;

    missing_and_superfluous: r#"
        type Light do
          Red
          Amber
          Green
        end
        fn go(l) do
          case l do
            Green -> true
            Green -> false
          end
        end
        fn f(xs :: List<Option<Int>>) do
          case xs do
            [] -> 0
            [Some(n)] -> n
            [None, ...rest] -> f(rest)
          end
        end
        fn g(x :: Option<Int>) do
          let Some(n) = x
          n
        end
        fn h(1) = 2
        fn main() do
          go(Red)
          f([])
          g(None)
          h(1)
          ()
        end
    "#;
}
