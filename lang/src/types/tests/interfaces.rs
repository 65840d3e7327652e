//! Interfaces, implementations, bounds, associated types.

check! {
    calls: r#"
        interface Named do
          fn name(self) -> String
          fn greet(self) -> String = "Hello, ${self.name()}"
          fn origin() -> Self
        end
        struct Dog do
          breed :: String
        end
        impl Named for Dog do
          fn name(self) = self.breed
          fn origin() = Dog { breed: "wolf" }
        end
        fn both<T>(a :: T, b :: T) -> String where T: Named = a.name() <> b.greet()
        fn main() do
          let d = Dog.origin()
          println("${d.name()} ${Named.greet(d)} ${both(d, d)}")
        end
    "#;

    inferred_bounds: r#"
        interface Named do
          fn name(self) -> String
        end
        fn label(x) = "<" <> x.name() <> ">"
        fn labels(xs) = List.map(xs, label)
        impl Named for Int do
          fn name(self) = "${self}"
        end
        fn main() do println(labels([1, 2])) end
    "#;

    associated_types: r#"
        interface Container do
          type Item
          fn first(self) -> Self.Item
        end
        struct Stack<T> do
          items :: List<T>
        end
        impl Container for Stack<T> do
          type Item = T
          fn first(self) -> T = List.head(self.items)
        end
        fn pair<C>(c :: C, other :: C.Item) -> (C.Item, C.Item) where C: Container = (c.first(), other)
        fn inferred(c) = [c.first(), c.first()]
        fn shown<C>(c :: C) -> Bool where C: Container, C.Item: Ord = c.first() < c.first()
        fn main() do
          let s = Stack { items: [1, 2] }
          println("${pair(s, 5)} ${inferred(s)} ${shown(s)}")
        end
    "#;

    super_interfaces: r#"
        interface Shape do
          type Unit
          fn area(self) -> Self.Unit
        end
        interface Solid: Shape do
          fn height(self) -> Self.Unit
          fn volume(self) -> Self.Unit where Self.Unit: Mul = self.area() * self.height()
        end
        struct Cube do
          side :: Int
        end
        impl Shape for Cube do
          type Unit = Int
          fn area(self) = self.side * self.side
        end
        impl Solid for Cube do
          fn height(self) = self.side
        end
        fn twice<S>(s :: S) -> List<S.Unit> where S: Solid = [s.area(), s.height()]
        fn main() do println("${twice(Cube { side: 2 })} ${Cube { side: 2 }.volume()}") end
    "#;

    generic_interfaces: r#"
        interface Convert<T> do
          fn convert(self) -> T
        end
        impl Convert<String> for Int do
          fn convert(self) = "${self}"
        end
        impl Convert<Float> for Int do
          fn convert(self) = Int.to_float(self)
        end
        fn main() do
          let text :: String = 5.convert()
          let number :: Float = 5.convert()
          println("${text} ${number}")
        end
    "#;

    higher_order: r#"
        interface Named do
          fn name(self) -> String
        end
        impl Named for Int do
          fn name(self) = "int"
        end
        fn apply(xs, f) = List.map(xs, f)
        fn main() do
          println(apply([1], Named.name))
          let f = fn x -> x.name() end
          println(f(2))
        end
    "#;
}

check! {
    unmet_bound: r#"
        interface Named do
          fn name(self) -> String
        end
        struct Cat do
          lives :: Int
        end
        fn label<T>(x :: T) -> String where T: Named = x.name()
        fn main() do
          println(label(Cat { lives: 9 }))
          println(label([1]))
        end
    "#;

    unmet_in_part: r#"
        interface Named do
          fn name(self) -> String
        end
        struct Box<T> do
          value :: T
        end
        impl Named for Box<T> where T: Named do
          fn name(self) = self.value.name()
        end
        fn main() do println(Box { value: true }.name()) end
    "#;

    bound_missing_in_signature: r#"
        interface Named do
          fn name(self) -> String
        end
        fn label<T>(x :: T) -> String = x.name()
        fn make<T>() -> T = T.build()
        interface Built do
          fn build() -> Self
        end
        fn main() do println(1) end
    "#;

    lacks_the_interface: r#"
        interface Named do
          fn name(self) -> String
        end
        fn main() do println(true.name()) end
    "#;

    ambiguous_method: r#"
        interface Pilot do
          fn fly(self) -> String
        end
        interface Wizard do
          fn fly(self) -> String
        end
        struct Human do
          age :: Int
        end
        impl Pilot for Human do
          fn fly(self) = "plane"
        end
        impl Wizard for Human do
          fn fly(self) = "broom"
        end
        fn main() do
          let h = Human { age: 1 }
          println(Pilot.fly(h))
          println(h.fly())
        end
    "#;

    missing_and_foreign_methods: r#"
        interface Shape do
          fn area(self) -> Float
          fn name(self) -> String
          fn edges(self) -> Int = 0
        end
        struct Square do
          side :: Float
        end
        impl Shape for Square do
          fn erea(self) = self.side * self.side
        end
        fn main() do println(1) end
    "#;

    signatures_differ: r#"
        interface Shape do
          fn area(self) -> Float
          fn scale(self, by :: Float) -> Self
          fn unit() -> Self
        end
        struct Square do
          side :: Float
        end
        impl Shape for Square do
          fn area(self) -> Int = 1
          fn scale(by) = self
          fn unit() = 1.0
        end
        fn main() do println(1) end
    "#;

    associated_mistakes: r#"
        interface Container do
          type Item
          fn first(self) -> Self.Item
        end
        impl Container for Int do
          fn first(self) = self
        end
        impl Container for Bool do
          type Item = Bool
          type Itm = Int
          fn first(self) = self
        end
        fn f<C>(c :: C) -> C.Itm where C: Container = c.first()
        fn g<C>(c :: C) -> C.Item = c
        fn main() do println(1) end
    "#;

    twice: r#"
        interface Named do
          fn name(self) -> String
        end
        struct Box<T> do
          value :: T
        end
        impl Named for Box<Int> do
          fn name(self) = "int"
        end
        impl Named for Box<String> do
          fn name(self) = "string"
        end
        impl Named for Box<T> do
          fn name(self) = "any"
        end
        fn main() do println(1) end
    "#;

    orphans: r#"
        impl Add for String do
          type Output = String
          fn add(self, other) = self <> other
        end
        impl Default for Option<T> do
          fn default() = None
        end
        fn main() do println(1) end
    "#;

    targets: r#"
        interface Named do
          fn name(self) -> String
        end
        impl Named for T do
          fn name(self) = "any"
        end
        impl Named for Strng do
          fn name(self) = "typo"
        end
        impl Nmed for Int do
          fn name(self) = "typo"
        end
        impl Option for Int do
          fn name(self) = "a type"
        end
        fn main() do println(1) end
    "#;

    interface_mistakes: r#"
        interface A: B do
        end
        interface B: A do
        end
        interface Typed do
          fn one(self, x) -> Int
          fn two(self) = 2
        end
        fn f(x :: Typed) -> Int = 1
        fn g<T>(x :: T) -> Int where List<T>: Eq = 1
        fn h<T>(x :: T) -> Int where T: Typed<Int> = 1
        fn main() do println(1) end
    "#;

    super_interface_missing: r#"
        interface Named do
          fn name(self) -> String
        end
        interface Greeter: Named do
          fn greet(self) -> String = "Hi ${self.name()}"
        end
        struct Robot do
          id :: Int
        end
        impl Greeter for Robot do
        end
        fn main() do println(1) end
    "#;

    bounds_on_types: r#"
        interface Named do
          fn name(self) -> String
        end
        impl Named for Int do
          fn name(self) = "int"
        end
        struct Tag<T> where T: Named do
          value :: T
        end
        fn main() do
          println(Tag { value: 1 }.value)
          println(Tag { value: "x" }.value)
        end
    "#;

    default_body_mistakes: r#"
        interface Named do
          fn name(self) -> String = 5
          fn twice(self) -> String = self.nme() <> self
        end
        fn main() do println(1) end
    "#;

    not_determined: r#"
        interface Zero do
          fn zero() -> Self
        end
        impl Zero for Int do
          fn zero() = 0
        end
        fn main() do
          let z = Zero.zero()
          println("x")
        end
    "#;
}

check_files! {
    across_modules:
        "Main" = "import Shapes
            from Shapes import Square
            fn main() do
              let s = Square { side: 2 }
              println(s.area())
              println(s.secret())
            end",
        "Shapes" = "pub interface Shape do
              fn area(self) -> Int
            end
            interface Hidden do
              fn secret(self) -> Int
            end
            pub struct Square do
              side :: Int
            end
            impl Shape for Square do
              fn area(self) = self.side * self.side
            end
            impl Hidden for Square do
              fn secret(self) = 1
            end";

    coherence_across_modules:
        "Main" = "import Shapes
            impl Shapes.Shape for Int do
              fn area(self) = self
            end
            fn main() do println(1.area()) end",
        "Shapes" = "pub interface Shape do
              fn area(self) -> Int
            end
            impl Shape for Int do
              fn area(self) = 0
            end";
}

check! {
    operators: r#"
        struct Vec do
          x :: Int
          y :: Int
        end
        impl Add for Vec do
          type Output = Vec
          fn add(self, other) = Vec { x: self.x + other.x, y: self.y + other.y }
        end
        impl Mul for Vec do
          type Output = Int
          fn mul(self, other) = self.x * other.x + self.y * other.y
        end
        impl Neg for Vec do
          type Output = Vec
          fn neg(self) = Vec { x: -self.x, y: -self.y }
        end
        fn total(xs, start) = List.reduce(xs, start, fn a, b -> a + b end)
        fn closed<T>(a :: T, b :: T) -> T where T: Add = a + b + a
        fn open<T>(a :: T, b :: T) -> T.Output where T: Mul = a * b
        fn main() do
          let v = Vec { x: 1, y: 2 }
          println("${v + -v} ${v * v} ${total([v], v)} ${closed(1, 2)} ${open(v, v)}")
        end
    "#;

    operator_mistakes: r#"
        struct Vec do
          x :: Int
        end
        impl Add for Vec do
          type Output = Int
          fn add(self, other) = self.x + other.x
        end
        fn twice(x) = x + x
        fn main() do
          let v = Vec { x: 1 }
          println(v + 1)
          println(v - v)
          println(twice(v))
        end
    "#;

    defaults_and_conversions: r#"
        struct Config do
          port :: Int
          name :: String
        end deriving(Default, Debug)
        type Wrapped do
          Code(Int)
          Text(String)
        end
        impl From<Int> for Wrapped do
          fn from(value) = Code(value)
        end
        impl From<String> for Wrapped do
          fn from(value) = Text(value)
        end
        fn parse(text) -> Int!Wrapped do
          let n = Option.to_result(String.to_int(text), "no number")?
          if n < 0 do Err(n)? end
          Ok(n)
        end
        fn make<T>() -> T where T: Default = T.default()
        fn main() do
          let c :: Config = default()
          let w :: Wrapped = 5.into()
          let f :: Float = make()
          println("${c} ${w} ${f} ${parse("x")}")
        end
    "#;

    conversion_mistakes: r#"
        struct Secret do
          run :: Fun() -> Int
        end deriving(Default)
        fn f() -> Int!Bool do
          let n = Option.to_result(Some(1), "no")?
          Ok(n)
        end
        fn main() do
          let b :: Bool = 1.into()
          let x = 1.into()
          println(1)
        end
    "#;

    iteration: r#"
        struct Countdown do
          from :: Int
        end
        impl Iterator for Countdown do
          type Item = Int
          fn next(self) = if self.from == 0 do None else Some((self.from, Countdown { from: self.from - 1 })) end
        end
        struct Bag<T> do
          items :: List<T>
        end
        impl Iterable for Bag<T> do
          type Item = T
          type Iter = List<T>
          fn iter(self) = self.items
        end
        fn collect<C>(c :: C) -> List<C.Item> where C: Iterable = for x in c do x end
        fn main() do
          let a = for n in Countdown { from: 3 } do n * 2 end
          let b = for s in Bag { items: ["x"] } do s <> "!" end
          println("${a} ${b} ${collect(1..3)} ${collect(Bag { items: [1] })}")
        end
    "#;

    iteration_mistakes: r#"
        struct Bag do
          items :: List<Int>
        end
        impl Iterable for Bag do
          type Item = String
          type Iter = List<Int>
          fn iter(self) = self.items
        end
        struct Box do
          item :: Int
        end
        fn main() do
          for x in Box { item: 1 } do println(x) end
        end
    "#;

    explicit_replaces_derived: r#"
        struct Key do
          name :: String
          note :: Fun() -> Int
        end
        impl Eq for Key do
          fn equals(self, other) = self.name == other.name
        end
        impl Hash for Key do
          fn hash(self) = self.name.hash()
        end
        struct Pair do
          left :: Key
        end
        fn same<T>(a :: T, b :: T) -> Bool where T: Eq = a == b
        fn main() do
          let k = Key { name: "a", note: fn -> 1 end }
          println(same(Pair { left: k }, Pair { left: k }))
          println(%{k => 1}[k])
          println(k < k)
        end
    "#;
}

check! {
    self_builds: r#"
        interface Made do
          fn make(n :: Int) -> Self
          fn is_small(self) -> Bool
        end
        struct Point do
          x :: Int
        end
        type Size do
          Small
          Large(Int)
        end
        impl Made for Point do
          fn make(n) = Self { x: n }
          fn is_small(Self { x: n }) = n < 3
        end
        impl Made for Size do
          fn make(n) = if n < 3 do Self.Small else Self.Large(n) end
          fn is_small(self) = self == Self.make(0)
        end
        fn main() do println("${Point.make(1)} ${Size.make(5)} ${Size.Small.is_small()}") end
    "#;

    ord_with_an_eq_of_its_own: r#"
        struct Word do
          text :: String
        end deriving(Ord)
        impl Eq for Word do
          fn equals(self, other) = self.text == other.text
        end
        struct Other do
          text :: String
        end deriving()
        impl Ord for Other do
          fn compare(self, other) = compare(self.text, other.text)
        end
        fn main() do println(Word { text: "a" } < Word { text: "b" }) end
    "#;

    method_without_a_call: r#"
        interface Named do
          fn name(self) -> String
        end
        struct Dog do
          breed :: String
        end
        impl Named for Dog do
          fn name(self) = self.breed
        end
        fn main() do println(Dog { breed: "pug" }.name) end
    "#;

    associated_types_misplaced: r#"
        interface Container do
          type Item = Int
          fn first(self) -> Self.Item
        end
        impl Container for Int do
          type Item
          fn first(self) = self
        end
        fn main() do println(1) end
    "#;

    recursion_through_instances: r#"
        interface Depth do
          fn depth(self) -> Int
        end
        struct Wrap<T> do
          inner :: T
        end
        impl Depth for Wrap<T> where T: Depth do
          fn depth(self) = 1 + self.inner.depth()
        end
        fn grow<T>(x :: T, n :: Int) -> Int where T: Depth = if n == 0 do x.depth() else grow(Wrap { inner: x }, n - 1) end
        fn main() do println(1) end
    "#;
}

check! {
    loose_parameters: r#"
        interface Convert<T> do
          fn convert(self) -> T
        end
        interface Named do
          fn name(self) -> String
        end
        impl<A> Named for Int do
          fn name(self) = "int"
        end
        impl<T> Convert<List<T>> for Bool do
          fn convert(self) = []
        end
        fn main() do
          let xs :: List<Int> = true.convert()
          println(xs)
        end
    "#;
}

check! {
    reported_bounds_are_no_cascade: r#"
        interface Container do
          type Item
          fn first(self) -> Self.Item
        end
        fn total<C>(c :: C) -> C.Item where C: Container, C.Item: Adding = c.first() + c.first()
        fn main() do println(1) end
    "#;
}
