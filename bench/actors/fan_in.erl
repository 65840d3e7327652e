-module(fan_in).
-export([main/0]).

produce(_, 0) -> ok;
produce(To, Left) -> To ! Left, produce(To, Left - 1).

sum(0, Total) -> Total;
sum(Left, Total) ->
    receive N -> sum(Left - 1, Total + N) end.

main() ->
    bench:run(fun() ->
        Me = self(),
        [spawn(fun() -> produce(Me, 20000) end) || _ <- lists:seq(1, 100)],
        sum(2000000, 0)
    end).
