-module(fannkuch).
-export([main/0]).

flips([0 | _], N) -> N;
flips([K | _] = P, N) -> flips(reverse(P, K + 1, []), N + 1).

reverse(Rest, 0, Acc) -> join(Acc, Rest);
reverse([X | Rest], N, Acc) -> reverse(Rest, N - 1, [X | Acc]).

join(Acc, Rest) -> lists:reverse(lists:reverse(Acc), Rest).

rotate([X | Rest], R) -> insert(Rest, R, X).

insert(Rest, 0, X) -> [X | Rest];
insert([Y | Rest], R, X) -> [Y | insert(Rest, R - 1, X)].

run(P, Counts, N, Index, Most, Sum) ->
    F = flips(P, 0),
    Sum1 = case Index rem 2 of 0 -> Sum + F; _ -> Sum - F end,
    advance(P, Counts, N, Index + 1, max(Most, F), Sum1, 1).

advance(_, _, N, _, Most, Sum, N) -> Sum * 1000 + Most;
advance(P, Counts, N, Index, Most, Sum, R) ->
    P1 = rotate(P, R),
    C = element(R + 1, Counts) + 1,
    if C =< R -> run(P1, setelement(R + 1, Counts, C), N, Index, Most, Sum);
       true -> advance(P1, setelement(R + 1, Counts, 0), N, Index, Most, Sum, R + 1)
    end.

main() ->
    bench:run(fun() -> run(lists:seq(0, 9), erlang:make_tuple(10, 0), 10, 0, 0, 0) end).
