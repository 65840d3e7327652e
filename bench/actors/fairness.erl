-module(fairness).
-export([main/0]).

echo() ->
    receive From -> From ! ok, echo() end.

spin(N) when N < 0 -> ok;
spin(N) -> spin((N + 1) rem 1000).

pings(_, 0, Times) -> Times;
pings(To, Left, Times) ->
    timer:sleep(1),
    Start = erlang:monotonic_time(nanosecond),
    To ! self(),
    receive ok -> pings(To, Left - 1, [erlang:monotonic_time(nanosecond) - Start | Times]) end.

main() ->
    To = spawn(fun echo/0),
    [spawn(fun() -> spin(N) end) || N <- lists:seq(1, 100 * erlang:system_info(schedulers_online))],
    Times = lists:sort(pings(To, 1000, [])),
    io:format("checksum: ~p~ntime_ms: ~.3f~n", [length(Times), lists:nth(991, Times) / 1000000]).
