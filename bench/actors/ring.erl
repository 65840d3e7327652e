-module(ring).
-export([main/0]).

member(Next) ->
    receive N -> Next ! N - 1, member(Next) end.

around(First, 0) -> First;
around(First, Left) -> around(spawn(fun() -> member(First) end), Left - 1).

turn(First) ->
    receive
        N when N > 0 -> First ! N - 1, turn(First);
        _ -> ok
    end.

main() ->
    bench:run(fun() ->
        First = around(self(), 502),
        First ! 5000000,
        turn(First),
        5000000
    end).
