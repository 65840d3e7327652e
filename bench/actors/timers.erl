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

main() ->
    bench:run(fun() ->
        Me = self(),
        Timers = [erlang:send_after(I rem 1000, Me, I) || I <- lists:seq(0, 999999)],
        Cancelled = cancel(Timers, 0),
        collect(1000000 - Cancelled),
        1000000
    end).
