-module(spawn_storm).
-export([main/0]).

storm(0, Total) -> Total;
storm(N, Total) ->
    Me = self(),
    spawn(fun() -> Me ! N end),
    receive M -> storm(N - 1, Total + M) end.

main() -> bench:run(fun() -> storm(1000000, 0) end).
