//! `return`, `?`, `assert`, `panic`.

lower! {
    try_on_result: r#"
        fn half(n :: Int) -> Int!String = if n % 2 == 0 do Ok(n / 2) else Err("odd") end
        fn quarter(n) -> Int!String do
          let h = half(n)?
          Ok(half(h)?)
        end
        fn main() do
          quarter(8)
          ()
        end
    "#;

    try_on_option: r#"
        fn second(xs :: List<Int>) -> String? = Some("${List.at(xs, 1)?}")
        fn main() do
          second([])
          ()
        end
    "#;

    early_return: r#"
        fn find(xs :: List<Int>, n) do
          for x in xs do
            if x == n do
              return true
            end
          end
          false
        end
        fn main() do
          find([1], 1)
          ()
        end
    "#;

    asserting: r#"
        fn f(a :: Int, xs :: List<Int>) do
          assert a + 1 == 2
          assert List.contains(xs, a)
          panic("stop ${a}")
        end
        fn main() do
          f(1, [])
        end
    "#;
}
