//! Functions: signatures, clauses, generics, recursion.

check! {
    hello: r#"
        fn main() do
          println("hello")
        end
    "#;

    inferred: r#"
        fn double(x) = x * 2
        fn add(a, b) = a + b
        fn main() do
          let y = double(21)
          println("${y} ${add(1.5, 2.5)} ${add(1, 2)}")
        end
    "#;

    clauses: r#"
        fn fib(0) = 0
        fn fib(1) = 1
        fn fib(n) when n > 1 = fib(n - 1) + fib(n - 2)
        fn fib(_) = 0
        fn main() do println(fib(10)) end
    "#;

    mutual_recursion: r#"
        fn even(n) = if n == 0 do true else odd(n - 1) end
        fn odd(n) = if n == 0 do false else even(n - 1) end
        fn main() do println(even(10)) end
    "#;

    type_mismatch_argument: r#"
        fn area(w :: Float, h :: Float) -> Float = w * h
        fn main() do println(area(1.0, "2")) end
    "#;
}

check! {
    written_generics: r#"
        fn largest<T>(xs :: List<T>) -> T? where T: Ord do
          case xs do
            [] -> None
            [x, ...rest] -> case largest(rest) do
              Some(y) when y > x -> Some(y)
              _ -> Some(x)
            end
          end
        end
        fn main() do println(largest([1, 2])) end
    "#;

    missing_bound: r#"
        fn same<T>(a :: T, b :: T) -> Bool = a == b
        fn main() do println(same(1, 2)) end
    "#;

    rigid_parameter: r#"
        fn id<T>(x :: T) -> T = 1
        fn main() do println(id(2)) end
    "#;

    group_with_written_generics: r#"
        fn ping<T>(x :: T, n) = if n == 0 do x else pong(x, n - 1) end
        fn pong(x, n) = ping(x, n)
        fn main() do println(pong("a", 1)) end
    "#;

    polymorphic_recursion: r#"
        fn nest<T>(x :: T, n :: Int) -> Int = if n == 0 do 0 else nest([x], n - 1) end
        fn main() do println(nest(1, 2)) end
    "#;

    clauses_disagree: r#"
        fn name(0) = "zero"
        fn name(n) = n
        fn main() do println(name(0)) end
    "#;

    return_mismatch: r#"
        fn first(n) -> Int do
          if n > 0 do return "early" end
          n
        end
        fn main() do println(first(1)) end
    "#;

    undetermined_operator: r#"
        fn main() do
          let f = fn x, y -> x + y end
          let g = f
        end
    "#;

    phantom_variable: r#"
        fn main() do
          let e = Err("no")
          println(e)
        end
    "#;

    main_value_is_dropped: r#"
        fn main() do
          for x in [1, 2] do x + 1 end
        end
    "#;
}
