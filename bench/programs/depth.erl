-module(depth).
-export([main/0]).

sum(0) -> 0;
sum(N) -> N rem 10 + sum(N - 1).

times(0, Total) -> Total;
times(K, Total) -> times(K - 1, Total + sum(1000000)).

main() -> bench:run(fun() -> times(10, 0) end).
