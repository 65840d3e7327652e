-module(map).
-export([main/0]).

fill(M, N, N) -> M;
fill(M, I, N) -> fill(maps:put(I * 7919 rem 1000003, I, M), I + 1, N).

look(_, N, N, Sum) -> Sum;
look(M, I, N, Sum) -> look(M, I + 1, N, Sum + maps:get(I * 7919 rem 1000003, M) rem 7).

main() ->
    bench:run(fun() ->
        M = fill(#{}, 0, 1000000),
        look(M, 0, 1000000, maps:size(M))
    end).
