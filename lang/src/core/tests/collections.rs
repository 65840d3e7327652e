//! Lists, maps, structs: building, splicing, updating, indexing.

lower! {
    lists: r#"
        fn f(xs :: List<Int>) do
          let ys = [1, 2, ...xs]
          let zs = [...xs, 3, ...ys]
          let first = 0 :: zs
          first ++ [zs[1]]
        end
        fn main() do
          f([])
          ()
        end
    "#;

    maps_and_structs: r#"
        struct Point do
          x :: Int
          y :: Int
        end
        fn f(p :: Point, m :: Map<String, Point>) do
          let q = %{p | y: p.y + 1}
          let m2 = %{"p" => p, "q" => q}
          m["p"].x + m2["q"].y
        end
        fn main() do
          f(Point { x: 1, y: 2 }, %{})
          ()
        end
    "#;

    comparisons: r#"
        fn f(a :: (Int, String), b :: (Int, String)) = a == b or a < b
        fn g(s :: String, x :: Float) = s != "a" and x <= 1.0
        fn main() do
          f((1, "a"), (2, "b"))
          g("a", 2.0)
          ()
        end
    "#;
}
