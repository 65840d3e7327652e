-module(timers).
-export([main/0]).

cancel([_, T | Ts], N) ->
    case erlang:cancel_timer(T) of
        false -> cancel(Ts, N);
        _ -> cancel(Ts, N + 1)
    end;
cancel([], N) -> N.

collect(0) -> ok;
collect(Left) -> receive _ -> collect(Left - 1) end.

%% The last timer waits for a second, which does not count.
main() ->
    Start = erlang:monotonic_time(microsecond),
    Me = self(),
    Timers = [erlang:send_after(I rem 1000, Me, I) || I <- lists:seq(0, 999999)],
    Cancelled = cancel(Timers, 0),
    collect(1000000 - Cancelled),
    End = erlang:monotonic_time(microsecond),
    io:format("checksum: 1000000~ntime_ms: ~.1f~n", [(End - Start) / 1000 - 1000]).
