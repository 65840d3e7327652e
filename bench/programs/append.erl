-module(append).
-export([main/0]).

build(S, 0) -> S;
build(S, N) -> build(<<S/binary, "snow">>, N - 1).

main() -> bench:run(fun() -> byte_size(build(<<>>, 5000000)) end).
