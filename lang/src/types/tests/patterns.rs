//! Patterns.

check! {
    all: r#"
        type Shape do
          Circle(Float)
          Rectangle(width :: Float, height :: Float)
        end
        struct Point do
          x :: Int
          y :: Int
        end
        fn shape(s) = case s do
          Circle(r) -> r
          Shape.Rectangle(height: h) -> h
        end
        fn point(p) = case p do
          Point { x: 0, y } -> y
          Point { x } as whole -> x + whole.y
        end
        fn list(xs) = case xs do
          [] -> 0
          [a, b, ...rest] -> a + b + List.length(rest)
          h :: _ -> h
        end
        fn text(s) = case s do
          "a" | "b" -> 1
          "prefix" <> rest -> String.length(rest)
          _ -> 0
        end
        fn number(n) = case n do -1 -> "m"; 1..10 -> "r"; 10..=20 -> "q"; _ -> "o" end
        fn map(m) = case m do %{"k" => (1 | 2) as v} -> v; _ -> 0 end
        fn main() do
          let (a, (b, _)) = (1, (2, 3))
          println((shape(Circle(1.0)), point(Point { x: a, y: b }), list([1]), text("a"), number(1), map(%{"k" => 1})))
        end
    "#;

    mistakes: r#"
        struct Point do
          x :: Int
        end
        fn f(o) = case o do
          Some(1) -> 1
          Some("a") -> 2
          Some(1, 2) -> 3
          None(x) -> 4
          Point { x: 1 } -> 5
          _ -> 6
        end
        fn g((a, a)) = a
        fn h(p :: Point) = case p do Point { z: 1 } -> 1; _ -> 0 end
        fn i(t) = case t do (0, x) | (y, 0) -> 1; _ -> 2 end
        fn j(t) = case t do (0, x) | (x, "a") -> x; _ -> 2 end
        fn main() do println((f(None), g((1, 2)), h(Point { x: 1 }), i((1, 2)), j((1, "a")))) end
    "#;
}
