//! Interpolation and `inspect`.

lower! {
    interpolation: r#"
        fn f(name :: String, n :: Int) = "${name}: ${n} and ${[n]}!"
        fn g(name :: String) = "${name}"
        fn h(x :: Float) = inspect(x)
        fn main() do
          println(f("a", 1) <> g("b") <> h(1.0))
        end
    "#;
}
