//! Calls of all kinds, pipes, methods, fields, literals.

check! {
    keywords: r#"
        fn greet(name, greeting) = "${greeting}, ${name}"
        fn options(title, opts) = "${title} ${opts}"
        fn main() do
          println(greet(greeting: greet("a", "b"), name: greet("c", "d")))
          println(options("t", width: 1, height: 2))
        end
    "#;

    keyword_mistakes: r#"
        fn greet(name, greeting) = "${greeting}, ${name}"
        fn main() do
          println(greet("Ann", greeting: "Hi", volume: 3))
          println(greet(name: "Ann", name: "Bob"))
        end
    "#;

    pipes: r#"
        fn sub(a, b) = a - b
        fn main() do
          println(5 |> sub(1))
          println(5 |2> sub(1))
          println([1, 2] |> List.map(fn x -> x + 1 end) |> List.length)
        end
    "#;

    slot_pipe_order: r#"
        fn f(a, b) = a + b
        fn side(x) = x
        fn main() do
          println(side(1) |2> f(side(2)))
        end
    "#;

    bad_slot: r#"
        fn sub(a, b) = a - b
        fn main() do println(5 |4> sub(1)) end
    "#;

    methods: r#"
        fn main() do
          println("abc".length())
          println([1, 2].map(fn x -> x * 2 end))
          println(Some(1).unwrap_or(2))
        end
    "#;

    unknown_methods: r#"
        struct Point do
          x :: Int
        end
        fn norm(p :: Point) = p.x
        fn main() do
          let p = Point { x: 1 }
          println(p.norm())
          println("abc".lenght())
          println([1].push(2))
        end
    "#;

    method_decided_later: r#"
        fn shout(s) do
          let long = s.to_upper()
          long <> s <> ""
        end
        fn main() do println(shout("a")) end
    "#;

    fields: r#"
        struct Point do
          x :: Int
          y :: Int
        end
        struct Handler do
          run :: Fun(Int) -> Int
        end
        fn x_of(p) = p.x
        fn moved(p :: Point) = %{p | x: p.x + 1}
        fn main() do
          let h = Handler { run: fn n -> n + 1 end }
          println("${x_of(moved(Point { y: 2, x: 1 }))} ${h.run(1)}")
        end
    "#;

    field_mistakes: r#"
        struct Point do
          x :: Int
          y :: Int
        end
        fn main() do
          let p = Point { x: 1 }
          let q = Point { x: 1, y: 2, x: 3, z: 4 }
          let r = Point { x: "a", y: 2 }
          println((p.z, q.xx, %{p | w: 1}, 5.x))
        end
    "#;

    ambiguous_field: r#"
        struct Dog do
          name :: String
        end
        struct Cat do
          name :: String
          lives :: Int
        end
        fn lives(pet) = "${pet.name} ${pet.lives}"
        fn name_of(pet) = pet.name
        fn main() do println((lives(Cat { name: "a", lives: 9 }), name_of(Dog { name: "b" }))) end
    "#;

    literals: r#"
        fn main() do
          println((1, 1.5, "a", true, (), :ok, <<1, 255>>, [1, ...[2]], %{"a" => 1}, 1..3))
        end
    "#;

    literal_mistakes: r#"
        fn main() do
          println([1, "a"])
          println(%{"a" => 1, 2 => 3})
          println(<<1:65>>)
        end
    "#;

    indexing: r#"
        fn main() do
          let m = %{"a" => 1}
          println("${[1][0]} ${m["a"]} ${"abc"[1]}")
          println([1]["a"])
          println(true[0])
        end
    "#;

    argument_counts: r#"
        fn add(a, b) = a + b
        fn main() do
          println(add(1))
          println(List.map([1]))
          let f = fn x -> x end
          println(f(1, 2))
          println(Some())
          println(5(1))
        end
    "#;

    swapped: r#"
        fn pad(text :: String, width :: Int) = "${text}${width}"
        fn main() do println(pad(3, "a")) end
    "#;

    variants: r#"
        type Shape do
          Circle(Float)
          Rectangle(width :: Float, height :: Float)
          Unknown
        end
        fn main() do
          println((Circle(1.0), Shape.Unknown, Rectangle(height: 1.0, width: 2.0), Rectangle(1.0, 2.0)))
        end
    "#;

    variant_mistakes: r#"
        type Shape do
          Circle(Float)
          Unknown
        end
        fn main() do
          println((Shape.Cirle(1.0), Squared(1), Unknown(2), Circle("a"), Shape))
        end
    "#;
}
