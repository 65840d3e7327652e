//! Type definitions, aliases, annotations, deriving.

check! {
    aliases: r#"
        type Name = String
        type Pair<A> = (A, A)
        type Mapper<A> = Fun(A) -> A
        fn swap(p :: Pair<Name>) -> Pair<Name> = case p do (a, b) -> (b, a) end
        fn apply(f :: Mapper<Int>, x) = f(x)
        fn main() do println((swap(("a", "b")), apply(fn x -> x + 1 end, 1))) end
    "#;

    sugar: r#"
        fn f(a :: Int?, b :: Int!String, c :: (), d :: Map<String, List<Int>>, e :: Fun() -> Int) -> Int? = a
        fn main() do println(f(None, Ok(1), (), %{}, fn -> 1 end)) end
    "#;

    unknown: r#"
        fn f(a :: Integer, b :: Strng, c :: T, d :: List, e :: Map<Int>, g :: Int<Int>, h :: Foo.Bar) = 1
        fn main() do println(f) end
    "#;

    generic_structs: r#"
        struct Box<T> do
          value :: T
        end
        type Tree<T> do
          Leaf
          Node(Tree<T>, T, Tree<T>)
        end
        fn insert(t, x) = case t do
          Leaf -> Node(Leaf, x, Leaf)
          Node(l, y, r) when x < y -> Node(insert(l, x), y, r)
          Node(l, y, r) -> Node(l, y, insert(r, x))
        end
        fn main() do println((Box { value: insert(Leaf, 1) } == Box { value: Leaf }, Box { value: "a" })) end
    "#;

    deriving: r#"
        struct A do
          x :: Int
        end deriving(Flyable)
        struct B do
          x :: Int
        end deriving(Ord)
        struct C do
          f :: Fun(Int) -> Int
        end deriving(Eq)
        struct D do
          x :: Int
        end deriving(Table)
        type E do
          One(a :: Int, Int)
        end
        fn main() do println(1) end
    "#;

    conditional_deriving: r#"
        struct Box<T> do
          value :: T
        end
        fn main() do
          println(Box { value: 1 } == Box { value: 2 })
          println(Box { value: fn x -> x end } == Box { value: fn x -> x end })
        end
    "#;

    annotated_let: r#"
        fn main() do
          let n :: Int = "three"
          let f :: Fun(Int) -> Int = fn x -> x <> "a" end
          println((n, f))
        end
    "#;

    advice: r#"
        fn f(x :: Float) = x
        fn g(x :: String) = x
        fn h(x :: Int) = x
        fn main() do
          println((f(1), g(1), h(Some(1)), h(1.5), h(Ok(1))))
        end
    "#;
}
