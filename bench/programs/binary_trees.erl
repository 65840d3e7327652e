-module(binary_trees).
-export([main/0]).

make(0) -> {leaf, leaf};
make(D) -> {make(D - 1), make(D - 1)}.

check(leaf) -> 0;
check({L, R}) -> 1 + check(L) + check(R).

many(0, _, Sum) -> Sum;
many(N, D, Sum) -> many(N - 1, D, Sum + check(make(D))).

depths(D, Depth, Sum) when D > Depth -> Sum;
depths(D, Depth, Sum) -> depths(D + 2, Depth, Sum + many(1 bsl (Depth - D + 4), D, 0)).

run(Depth) ->
    Stretch = check(make(Depth + 1)),
    Long = make(Depth),
    Sum = depths(4, Depth, 0),
    Stretch + Sum + check(Long).

main() -> bench:run(fun() -> run(16) end).
