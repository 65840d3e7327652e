-module(bench).
-export([run/1]).

%% Runs the work and prints its checksum and how long it took.
run(Work) ->
    Start = erlang:monotonic_time(microsecond),
    Checksum = Work(),
    End = erlang:monotonic_time(microsecond),
    io:format("checksum: ~p~ntime_ms: ~.1f~n", [Checksum, (End - Start) / 1000]).
