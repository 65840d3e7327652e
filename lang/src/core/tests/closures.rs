//! Closures: captures, clauses, let-generalised locals.

lower! {
    captures: r#"
        fn adder(n :: Int) = fn x -> x + n end
        fn main() do
          let add = adder(1)
          add(2)
          ()
        end
    "#;

    nested_captures_and_clauses: r#"
        fn f(a :: Int, b :: String) do
          fn
            0 -> fn -> b end
            n when n > a -> fn -> "${n}" end
            _ -> fn -> "${a}" end
          end
        end
        fn main() do
          let g = f(1, "b")
          g(0)
          ()
        end
    "#;

    generalised_locals: r#"
        fn main() do
          let id = fn x -> x end
          let both = fn a, b -> (id(a), id(b)) end
          both(1, "a")
          both(true, 2)
          id(3)
          ()
        end
    "#;
}
