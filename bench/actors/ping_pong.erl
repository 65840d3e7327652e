-module(ping_pong).
-export([main/0]).

ponger() ->
    receive {From, N} -> From ! N + 1, ponger() end.

ping(_, 0) -> ok;
ping(To, N) ->
    To ! {self(), N},
    M = N + 1,
    receive M -> ping(To, N - 1) end.

main() ->
    bench:run(fun() -> ping(spawn(fun ponger/0), 1000000), 1000000 end).
