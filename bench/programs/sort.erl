-module(sort).
-export([main/0]).

numbers(0, _, Out) -> lists:reverse(Out);
numbers(N, Seed, Out) ->
    Next = Seed * 16807 rem 2147483647,
    numbers(N - 1, Next, [Next | Out]).

main() ->
    Xs = numbers(1000000, 42, []),
    bench:run(fun() ->
        Sorted = lists:sort(Xs),
        lists:nth(500001, Sorted) + hd(Sorted) + hd(Xs)
    end).
