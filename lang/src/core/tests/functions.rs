//! Functions: clauses, instances, tail calls, functions as values.

lower! {
    one_expression: r#"
        fn area(w :: Float, h :: Float) = w * h
        fn main() do
          area(2.0, 3.5)
          ()
        end
    "#;

    clauses_with_guards: r#"
        fn fib(0) = 0
        fn fib(1) = 1
        fn fib(n) when n > 1 = fib(n - 1) + fib(n - 2)
        fn fib(_) = 0
        fn main() do
          fib(20)
          ()
        end
    "#;

    an_instance_for_each_type: r#"
        fn pair(x) = (x, x)
        fn main() do
          pair(1)
          pair("a")
          pair(2)
          ()
        end
    "#;

    functions_as_values: r#"
        fn double(x :: Int) = x * 2
        fn twice(f :: Fun(Int) -> Int, x) = f(f(x))
        fn main() do
          twice(double, 3)
          ()
        end
    "#;

    no_matching_clause: r#"
        fn name(1, true) = "one"
        fn name(2, _) = "two"
        fn main() do
          name(1, true)
          ()
        end
    "#;

    types_that_nest_without_end: r#"
        type Nest<T> do
          Leaf(T)
          Node(Nest<(T, T)>)
        end
        fn depth(n :: Nest<Int>) = 0
        fn main() do
          depth(Leaf(1))
          ()
        end
    "#;
}

optimise! {
    tail_calls_with_words_become_loops: r#"
        fn sum(n, acc) = if n == 0 do acc else sum(n - 1, acc + n) end
        fn main() do
          println(sum(10, 0))
        end
    "#;

    walking_down_a_tree_stays_a_call: r#"
        type Tree do
          Leaf
          Node(Tree, Int, Tree)
        end
        fn contains(t, x) do
          case t do
            Leaf -> false
            Node(l, y, r) -> if x < y do contains(l, x) else x == y or contains(r, x) end
          end
        end
        fn main() do
          println(contains(Leaf, 1))
        end
    "#;

    a_discarded_unit_keeps_the_tail_call: r#"
        fn count(xs :: List<Int>, n) do
          if n > 0 do
            println(n)
            count([n, ...xs], n - 1)
          end
        end
        fn main() do
          count([], 3)
        end
    "#;
}
