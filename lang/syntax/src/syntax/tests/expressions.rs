use super::statements;

#[test]
fn precedence() {
    insta::assert_snapshot!(statements(
        "1 + 2 * 3 - 4
         a or b and c == d < e
         a .. b + 1
         a <> b <> c
         a :: b :: c
         a ++ b :: c <> d
         -a * b
         not a == b
         !a.b
         -1.abs()
         - 1.abs()
         x -1
         x - -1
         a && b || c
         a % b / c"
    ));
}

#[test]
fn literals() {
    insta::assert_snapshot!(statements(
        "42; 1_000_000; 0xFF; 0o17; 0b1010; -9223372036854775808
         3.14; 1.0e10; 2e-3; 1e3; -1.5
         true; false; nil; ()
         :ok; [:a, :b]; x == :c
         [1, ...t, 2,]; []
         (1, 2); (1); (1,)
         %{}; %{\"a\" => 1, k => v,}; %{p | x: 5, y: 6}
         <<1, len:16-little, payload:bytes(len), rest:bytes, x:float64>>; <<>>
         Point { x: 1, y: 2 }; Geometry.Point { x: 1 }; Unit {}
         1..10; 1..=n; f(1)..g(2)"
    ));
}

#[test]
fn pipes() {
    insta::assert_snapshot!(statements(
        "x |> f
         x |> f(a) |> Math.g(b)
         x |2> f(a)
         a + b |> f |3> g(1, 2)
         xs |> each() do |x| x end
         xs |> each do |x| x end"
    ));
}

#[test]
fn calls() {
    insta::assert_snapshot!(statements(
        "f()
         f(a, name: 1, age: 2)
         List.map(xs, fn x -> x end)
         xs.map(f).filter(g)
         Math.Vector.dot(a, b)
         Node.self(); Process.monitor(p); x.end; m.case()
         xs[0][1]; f(x)[y]
         g(x)?; a.b?.c
         twice() do f() end
         each(xs) do |x, (y, z)| x end
         each(xs) do || 1 end
         f(test, from, as, call)"
    ));
}

#[test]
fn closures() {
    insta::assert_snapshot!(statements(
        "fn x -> x * 2 end
         fn(x :: Int, y) -> x + y end
         fn (a, b) -> a end
         fn ((a, b)) -> a end
         fn -> 1 end
         fn x do x end
         fn do 1 end
         fn 0 -> \"zero\" | n when n > 0 -> \"pos\" | _ -> \"neg\" end
         fn 1 | 2 -> true | _ -> false end
         fn acc, x -> acc + x end
         fn -> do f() end end
         fn x -> let a | b = x; a | y -> y end"
    ));
}

#[test]
fn control_flow() {
    insta::assert_snapshot!(statements(
        "if c do 1 else 2 end
         if c do 1 end
         if a do 1 else if b do 2 else if c do 3 else 4 end
         case e do 1 -> a; x when x > 2 -> b; _ -> let f :: Fun(Int) -> Int = g; f end
         match e do Some(x) -> x end
         cond do a > b -> 1; true -> 2 end
         while c do break end
         for x in 1..10 do continue end
         for x in xs, {k, v} in m when x < v do (x, k) end
         receive do Add(n) -> n after 100 -> 0 end
         receive do Add(n) -> n; after 100 -> 0 end
         return; return x + 1; a or return
         let x = 1; let (a, b) :: (Int, Int) = p; let Ok(x) = e else return 1 end
         let h :: t = xs else 0 end
         if c do let x = 1; x else 2 end
         assert a == b; assert_crash f(); assert_receive Some(x), within: 100
         (do f(); g() end)
         do f() end"
    ));
}
