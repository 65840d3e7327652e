//! Modules: imports, visibility, cycles, nesting, shadowing.

check_files! {
    imports:
        "Main" = r#"
            import Math.Vector
            import Shapes as S
            from Shapes import area, Shape, Circle as Round
            fn main() do
              println((Vector.dot(1, 2), S.area(S.Circle(1)), area(Round(2)), Shape.Square(1), Square(2)))
            end
        "#,
        "Math.Vector" = r#"
            pub fn dot(a, b) = a * b
        "#,
        "Shapes" = r#"
            pub type Shape do
              Circle(Int)
              Square(Int)
            end
            pub fn area(s) = case s do Circle(r) -> r * 3; Square(a) -> a * a end
        "#;

    types_are_named_with_their_module:
        "Main" = r#"
            import Geometry
            struct Point do
              x :: Int
            end
            fn f(p :: Geometry.Point) = p.x
            fn main() do println(f(Point { x: 1 })) end
        "#,
        "Geometry" = r#"
            pub struct Point do
              x :: Int
            end
        "#;

    private_and_missing:
        "Main" = r#"
            import Secret
            from Secret import hidden, shwn, Inner
            fn main() do println((Secret.hidden(), Secret.shwn(), Secret.Inner.f(), hidden(), shwn())) end
        "#,
        "Secret" = r#"
            fn hidden() = 1
            pub fn shown() = hidden()
            struct Inner do
              x :: Int
            end
        "#;

    missing_import:
        "Main" = r#"
            fn main() do println((Tools.hammer(), hammer(), Nail(1))) end
        "#,
        "Tools" = r#"
            pub type Thing do
              Nail(Int)
              Screw
            end
            pub fn hammer() = 1
        "#;

    import_mistakes:
        "Main" = r#"
            import Main
            import Tols
            from Tools import *
            import Tools as T
            import Tools as T
            from Tools import hammer as T
            fn main() do println((Tols.x(), anything())) end
        "#,
        "Tools" = r#"
            pub fn hammer() = 1
        "#;

    cycle:
        "Main" = r#"
            import Ping
            fn main() do println(Ping.ping(1)) end
        "#,
        "Ping" = r#"
            import Pong
            pub fn ping(n) = Pong.pong(n)
        "#,
        "Pong" = r#"
            import Ping
            pub fn pong(n) = Ping.ping(n)
        "#;

    shadowing:
        "Main" = r#"
            import List
            fn max(a, b) = "mine"
            fn main() do println((List.length([1]), List.sum([1]), max(1, 2), string_length("abc"))) end
        "#,
        "List" = r#"
            pub fn length(xs) = "a list"
        "#;

    nested:
        "Main" = r#"
            module Inner do
              pub fn shown() = helper() + outer()
              fn helper() = 1
            end
            fn outer() = 2
            fn main() do println((Inner.shown(), Inner.helper())) end
        "#;

    unused:
        "Main" = r#"
            import Tools
            from Tools import hammer, saw
            fn never() = 1
            fn main() do
              let x = 1
              let _y = 2
              println(hammer())
            end
        "#,
        "Tools" = r#"
            pub fn hammer() = 1
            pub fn saw() = 1
        "#;
}
