-module(spectral).
-export([main/0]).

a(I, J) -> 1.0 / ((I + J) * (I + J + 1) div 2 + I + 1).

row([], _, _, Sum) -> Sum;
row([X | V], I, J, Sum) -> row(V, I, J + 1, Sum + a(I, J) * X).

column([], _, _, Sum) -> Sum;
column([X | V], I, J, Sum) -> column(V, I, J + 1, Sum + a(J, I) * X).

times(V, N) -> [row(V, I, 0, 0.0) || I <- lists:seq(0, N - 1)].
transposed(V, N) -> [column(V, I, 0, 0.0) || I <- lists:seq(0, N - 1)].
both(V, N) -> transposed(times(V, N), N).

rounds(U, V, _, 0) -> {U, V};
rounds(U, _, N, K) ->
    V = both(U, N),
    rounds(both(V, N), V, N, K - 1).

dot([], [], Sum) -> Sum;
dot([X | U], [Y | V], Sum) -> dot(U, V, Sum + X * Y).

norm(N) ->
    {U, V} = rounds(lists:duplicate(N, 1.0), [], N, 10),
    math:sqrt(dot(U, V, 0.0) / dot(V, V, 0.0)).

main() -> bench:run(fun() -> floor(norm(1000) * 1.0e9) end).
