-module(sieve).
-export([main/0]).
%% Erlang has no array that is updated in place but this one of numbers.

mark(_, I, _, N) when I > N -> ok;
mark(Flags, I, Step, N) ->
    atomics:put(Flags, I + 1, 1),
    mark(Flags, I + Step, Step, N).

sieve(_, I, N, Count) when I > N -> Count;
sieve(Flags, I, N, Count) ->
    case atomics:get(Flags, I + 1) of
        1 -> sieve(Flags, I + 1, N, Count);
        0 when I * I > N -> sieve(Flags, I + 1, N, Count + 1);
        0 ->
            mark(Flags, I * I, I, N),
            sieve(Flags, I + 1, N, Count + 1)
    end.

main() -> bench:run(fun() -> sieve(atomics:new(5000001, []), 2, 5000000, 0) end).
