//! `receive`, `spawn` and actors.

lower! {
    receive: "
        type Msg do
          Add(Int)
          Stop
        end
        actor counter(total :: Int) do
          receive do
            Add(n) when n > 0 -> counter(total + n)
            Stop -> println(total)
            Down(_, _, reason) -> println(reason)
          after 10 -> ()
          end
        end
        fn main() do
          send(spawn(counter, 0), Stop)
        end
    ";
}

optimise! {
    receive_optimised: "
        actor echo(prefix :: String) do
          receive do
            text -> println(prefix <> text)
              echo(prefix)
          end
        end
        fn main() = send(spawn(echo, \"> \"), \"hi\")
    ";
}
