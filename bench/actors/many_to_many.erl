-module(many_to_many).
-export([main/0]).

worker(Parent) ->
    receive {peers, Peers} -> rounds(Parent, Peers, 1000) end.

rounds(Parent, Peers, 0) -> collect(Parent, length(Peers) * 1000, 0);
rounds(Parent, Peers, Left) ->
    [Peer ! {number, Left} || Peer <- Peers],
    rounds(Parent, Peers, Left - 1).

collect(Parent, 0, Total) -> Parent ! Total;
collect(Parent, Left, Total) ->
    receive {number, N} -> collect(Parent, Left - 1, Total + N) end.

sum(0, Total) -> Total;
sum(Left, Total) ->
    receive N -> sum(Left - 1, Total + N) end.

main() ->
    bench:run(fun() ->
        Me = self(),
        Workers = [spawn(fun() -> worker(Me) end) || _ <- lists:seq(1, 40)],
        [W ! {peers, Workers} || W <- Workers],
        sum(40, 0)
    end).
