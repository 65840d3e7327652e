-module(large_list).
-export([main/0]).

echo() ->
    receive {From, List} -> From ! List, echo() end.

there_and_back(_, List, 0) -> List;
there_and_back(To, List, N) ->
    To ! {self(), List},
    receive Back -> there_and_back(To, Back, N - 1) end.

main() ->
    List = lists:seq(0, 99999),
    To = spawn(fun echo/0),
    Start = erlang:monotonic_time(microsecond),
    Back = there_and_back(To, List, 1000),
    End = erlang:monotonic_time(microsecond),
    io:format("checksum: ~p~ntime_ms: ~.3f~n", [lists:sum(Back), (End - Start) / 1000]).
