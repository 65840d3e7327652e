//! Methods of interfaces, and what types with implementations of their own are compared by.

lower! {
    methods_are_direct_calls: r#"
        interface Named do
          fn name(self) -> String
          fn twice(self) -> String = self.name() <> self.name()
        end
        impl Named for Int do
          fn name(self) = "int"
        end
        fn both<T>(a :: T) -> String where T: Named = a.name() <> a.twice()
        fn main() do println(both(1)) end
    "#;

    operators_of_types: r#"
        struct Vec do
          x :: Int
        end
        impl Add for Vec do
          type Output = Vec
          fn add(self, other) = Vec { x: self.x + other.x }
        end
        impl Eq for Vec do
          fn equals(self, other) = self.x % 10 == other.x % 10
        end
        fn f(a :: Vec, b :: Vec) -> Bool = a + b == b
        fn g(a :: (Int, Vec), b :: (Int, Vec)) -> Bool = a == b
        fn main() do println(f(Vec { x: 1 }, Vec { x: 2 })) end
    "#;

    loops_over_iterators: r#"
        struct Down do
          from :: Int
        end
        impl Iterator for Down do
          type Item = Int
          fn next(self) = if self.from == 0 do None else Some((self.from, Down { from: self.from - 1 })) end
        end
        fn main() do
          for n in Down { from: 3 } do
            println(n)
          end
        end
    "#;
}
