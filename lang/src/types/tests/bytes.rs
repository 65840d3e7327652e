//! `<<…>>` as an expression and as a pattern.

check! {
    all: r#"
        fn build(n, name :: String, b, x) = <<n, n:4, n:12-signed, n:16-little, name:utf8, n:utf8, "é", x:float64-little, b:bytes, b:bytes(n)>>
        fn constant() = <<1:4, 2:4, 0xBEEF:16-little, "a", 0.5:float64>>
        fn take(b) = case b do
          <<"GET", kind, 1..3, c:utf8, x:float64, name:bytes(kind * 2), rest:bytes>> -> (kind, c, x, name, rest)
          <<all:bytes>> -> (0, 0, 0.0, all, <<>>)
        end
        fn nested(<<a:64-signed, <<b, _:7, 1:1>>:bytes(2)>>) = a + b
        fn nested(_) = 0
        fn main() do
          println((build(1, "", <<>>, 0.5), constant(), take(<<>>), nested(<<>>)))
        end
    "#;

    mistakes: r#"
        fn sizes(x) = <<x:0, x:12-little, x:bytes(1)-8>>
        fn words(x) = <<x:int, x:utf8(3)>>
        fn inside(x, b) = <<x:4, b:bytes, x:4>>
        fn half(x) = <<x:4>>
        fn literals() = <<256, 128:8-signed>>
        fn types(s :: String) = <<s, 1:float64>>
        fn patterns(b) = case b do
          <<_rest:bytes, last>> -> last
          <<-1, _:bytes(-1)>> -> 2
          <<c:utf8, "b":16>> -> c
          _ -> 4
        end
        fn order(n, <<x:bytes(n)>>) = x
        fn main() do
          println((sizes(1), words(1), inside(1, <<>>), half(1), literals(), types(""), patterns(<<>>), order(1, <<>>)))
        end
    "#;
}
