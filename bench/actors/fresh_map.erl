-module(fresh_map).
-export([main/0]).

echo() ->
    receive {From, Map} -> From ! Map, echo() end.

fresh(N) ->
    lists:foldl(fun(I, Map) -> Map#{I => <<"entry ", (integer_to_binary(I + N))/binary>>} end, #{}, lists:seq(0, 99999)).

rounds(_, 0, Time, Entries) -> {Time, Entries};
rounds(To, Left, Time, Entries) ->
    Map = fresh(Left),
    Start = erlang:monotonic_time(nanosecond),
    To ! {self(), Map},
    receive Back ->
        End = erlang:monotonic_time(nanosecond),
        rounds(To, Left - 1, Time + End - Start, Entries + map_size(Back))
    end.

main() ->
    {Time, Entries} = rounds(spawn(fun echo/0), 20, 0, 0),
    io:format("checksum: ~p~ntime_ms: ~.3f~n", [Entries, Time / 1000000]).
