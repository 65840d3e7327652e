-module(skynet).
-export([main/0]).

node(Parent, Number, 1) -> Parent ! Number;
node(Parent, Number, Size) ->
    Part = Size div 10,
    Me = self(),
    [spawn(fun() -> node(Me, Number + I * Part, Part) end) || I <- lists:seq(0, 9)],
    Parent ! sum(10, 0).

sum(0, Total) -> Total;
sum(Left, Total) ->
    receive N -> sum(Left - 1, Total + N) end.

main() ->
    bench:run(fun() ->
        Me = self(),
        spawn(fun() -> node(Me, 0, 1000000) end),
        sum(1, 0)
    end).
