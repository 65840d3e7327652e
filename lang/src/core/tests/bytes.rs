//! `<<…>>`: fields are read where they are needed, and rows share what is asked.

lower! {
    rows_share_fields: r#"
        fn f(b :: Bytes) do
          case b do
            <<1, n:16, _:bytes>> -> n
            <<2, len, x:bytes(len)>> -> Bytes.size(x) + len
            <<2, len, _:bytes(len), y:bytes>> -> Bytes.size(y)
            <<3>> -> 3
            <<c:utf8, _:bytes>> -> c
            _ -> 0
          end
        end
        fn main() do
          f(<<>>)
          ()
        end
    "#;

    building: r#"
        fn f(n :: Int, b :: Bytes, s :: String) = <<1:4, 2:4, n:3, n:13, s:utf8, b:bytes(n), n:utf8>>
        fn grow(b :: Bytes, n :: Int) = <<b:bytes, n>>
        fn main() do
          f(1, <<>>, "")
          grow(<<>>, 1)
          ()
        end
    "#;
}
