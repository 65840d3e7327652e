-module(queens).
-export([main/0]).

safe(_, _, []) -> true;
safe(Q, D, [C | Rest]) -> Q =/= C andalso Q =/= C + D andalso Q =/= C - D andalso safe(Q, D + 1, Rest).

place(0, _, _) -> 1;
place(K, N, Placed) -> columns(1, K, N, Placed, 0).

columns(Q, _, N, _, Count) when Q > N -> Count;
columns(Q, K, N, Placed, Count) ->
    case safe(Q, 1, Placed) of
        true -> columns(Q + 1, K, N, Placed, Count + place(K - 1, N, [Q | Placed]));
        false -> columns(Q + 1, K, N, Placed, Count)
    end.

main() -> bench:run(fun() -> place(12, 12, []) end).
