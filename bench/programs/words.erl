-module(words).
-export([main/0]).

text(0, _, Out) -> Out;
text(N, Seed, Out) ->
    Next = Seed * 16807 rem 2147483647,
    text(N - 1, Next, <<Out/binary, "word", (integer_to_binary(Next rem 10007))/binary, " ">>).

count(Words) ->
    lists:foldl(fun(<<>>, M) -> M;
                   (W, M) -> maps:update_with(W, fun(N) -> N + 1 end, 1, M)
                end, #{}, Words).

main() ->
    Text = text(2000000, 42, <<>>),
    bench:run(fun() ->
        Counts = count(binary:split(Text, <<" ">>, [global])),
        maps:size(Counts) * 100000 + maps:get(<<"word42">>, Counts)
    end).
