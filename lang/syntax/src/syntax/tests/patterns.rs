use super::statements;

#[test]
fn patterns() {
    insta::assert_snapshot!(statements(
        "case e do -1 -> a; 1.5 -> a; \"s\" -> a; true -> a; nil -> a; () -> a; :ok -> a; _ -> a end
         case e do Some(x) -> a; None -> a; Shape.Circle(r) -> a; Rectangle(width: w, height: _) -> a end
         case e do Point { x, y: 0 } -> a; Geometry.Point {} -> a end
         case e do h :: t -> a; a :: b :: c -> a; [a, b, ...rest] -> a; [] -> a end
         case e do A | B | C -> a; p as name -> a; (A | B as x, c) -> a; (p) -> a end
         case e do \"pre\" <> rest -> a; %{\"key\" => p, 1 => q} -> a; 1..10 -> a; -5..=5 -> a end
         case e do <<version:8, len:16, rest:bytes>> -> a; <<n:bytes(len)>> -> a; <<1 | 2 as k:8, <<x>>:bytes(1)>> -> a end
         for {k, v} in m do k end"
    ));
}

#[test]
fn types() {
    insta::assert_snapshot!(statements(
        "let a :: Int = x
         let a :: Map<String, List<Int>> = x
         let a :: (Int, Geometry.Point) = x
         let a :: Fun(A, B) -> C? = x
         let a :: Fun() -> Fun() -> () = x
         let a :: Int? = x; let b :: Int!String = x; let c :: Int!String? = x
         let a :: (Fun() -> Int)? = x
         let a :: Self.Item = x"
    ));
}
