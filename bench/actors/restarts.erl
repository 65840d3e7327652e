-module(restarts).
-behaviour(supervisor).
-export([main/0, init/1, start/1, child/1]).

start(Main) -> {ok, spawn_link(?MODULE, child, [Main])}.

child(Main) ->
    Main ! {up, self()},
    receive stop -> exit(shutdown) end.

init(Main) ->
    {ok, {#{strategy => one_for_one, intensity => 1000000, period => 1},
          [#{id => one, start => {?MODULE, start, [Main]}}]}}.

rounds(Left) ->
    receive {up, Pid} ->
        case Left of
            0 -> 0;
            _ -> Pid ! stop, 1 + rounds(Left - 1)
        end
    end.

main() ->
    logger:set_primary_config(level, none),
    bench:run(fun() ->
        {ok, _} = supervisor:start_link(?MODULE, self()),
        rounds(200000)
    end).
