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
