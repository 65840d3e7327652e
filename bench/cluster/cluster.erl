%% As cluster.snow.
-module(cluster).
-export([server/0, client/1, echo/0, sink/2, answer/2]).

echo() ->
    receive
        {ping, N, To} -> To ! N, echo();
        _ -> echo()
    end.

sink(Left, To) ->
    receive
        {count, N, Whom} -> sink(N, Whom);
        _ ->
            if Left =:= 1 -> To ! 0; true -> ok end,
            sink(Left - 1, To)
    end.

answer(To, N) -> To ! N.

say(Name, Value) -> io:format("~s: ~p~n", [Name, Value]).

now_us() -> erlang:monotonic_time(microsecond).

pings(_, 0) -> ok;
pings(To, N) ->
    To ! {ping, N, self()},
    receive N -> pings(To, N - 1) end.

repeat(_, _, 0) -> ok;
repeat(To, Message, N) -> To ! Message, repeat(To, Message, N - 1).

one_way(To, Message, Count) ->
    Start = now_us(),
    To ! {count, Count, self()},
    repeat(To, Message, Count),
    receive 0 -> now_us() - Start end.

spawns(_, 0) -> ok;
spawns(Node, N) ->
    spawn(Node, ?MODULE, answer, [self(), N]),
    receive N -> spawns(Node, N - 1) end.

await_all(0) -> ok;
await_all(N) -> receive 1 -> await_all(N - 1) end.

beside(To, Times, N) ->
    Start = now_us(),
    To ! {ping, N, self()},
    receive
        0 -> Times;
        Got -> beside(To, [now_us() - Start | Times], Got + 1)
    end.

rate(Count, Us) -> Count * 1000000 div Us.

client(Name) ->
    Node = list_to_atom(Name),
    pong = net_adm:ping(Node),
    Echo = spawn(Node, ?MODULE, echo, []),
    Sink = spawn(Node, ?MODULE, sink, [0, self()]),
    pings(Echo, 2000),
    Start1 = now_us(),
    pings(Echo, 40000),
    say("ping", rate(40000, now_us() - Start1)),
    say("one_way", rate(1000000, one_way(Sink, {number, 7}, 1000000))),
    spawns(Node, 500),
    Start2 = now_us(),
    spawns(Node, 20000),
    say("spawn", rate(20000, now_us() - Start2)),
    Start3 = now_us(),
    Me = self(),
    [spawn(fun() -> spawns(Node, 8000), Me ! 1 end) || _ <- lists:seq(1, 16)],
    await_all(16),
    say("spawn_16", rate(128000, now_us() - Start3)),
    Text = binary:copy(<<"0123456789abcdef">>, 4096),
    say("large", rate(20000, one_way(Sink, {text, Text}, 20000))),
    Huge = binary:copy(<<"0123456789abcdef">>, 1048576),
    spawn(fun() -> Sink ! {count, 60, Me}, repeat(Sink, {text, Huge}, 60) end),
    Times = lists:sort(beside(Echo, [], 1)),
    say("beside", lists:nth(max(1, length(Times) * 99 div 100), Times)),
    halt().

server() ->
    say("name", node()),
    receive stop -> ok end.
