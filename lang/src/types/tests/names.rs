//! Names: unknown, repeated, of other languages.

check! {
    unknown: r#"
        fn main() do
          let total = 1
          println(totl + total)
          println(frobnicate(1))
          prnt(1)
        end
    "#;

    habits: r#"
        fn main() do
          println(null)
          println(len([1]))
          IO.puts("a")
          Enum.map([1], fn x -> x end)
        end
    "#;

    repeated: r#"
        fn a() = 1
        fn b() = 2
        fn a() = 3
        fn c(x) = x
        fn c(x, y) = x
        struct P do
          x :: Int
        end
        type P = Int
        type S do
          A
          A
        end
        fn main() do println((a(), b(), c(1))) end
    "#;

    catch_all: r#"
        fn f(_) = 1
        fn f(0) = 2
        fn main() do println(f(1)) end
    "#;

    special_names_can_be_defined: r#"
        fn panic(x) = x + 1
        fn main() do println(panic(1)) end
    "#;

    not_supported: r#"
        interface Container do
          fn size(self) -> Int
        end
        actor counter(n :: Int) do
          receive do
            x -> counter(x)
          end
        end
        native fn f(x :: Int) -> Int = "f"
        fn g(p :: SpawnError) = receive do x -> x end
        fn main() do g(1) end
    "#;

    main_with_parameters: r#"
        fn main(args) do println(args) end
    "#;
}
