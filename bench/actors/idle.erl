-module(idle).
-export([main/0]).

idle() ->
    receive
        0 -> ok;
        _ -> idle()
    end.

main() ->
    bench:run(fun() ->
        All = [spawn(fun idle/0) || _ <- lists:seq(1, 1000000)],
        length(All)
    end).
