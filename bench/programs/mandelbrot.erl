-module(mandelbrot).
-export([main/0]).

inside(CR, CI, ZR, ZI, N) ->
    R2 = ZR * ZR,
    I2 = ZI * ZI,
    if R2 + I2 > 4.0 -> 0;
       N == 0 -> 1;
       true -> inside(CR, CI, R2 - I2 + CR, 2.0 * ZR * ZI + CI, N - 1)
    end.

row(Size, _, Size, Count) -> Count;
row(X, Y, Size, Count) ->
    CR = 2.0 * X / Size - 1.5,
    CI = 2.0 * Y / Size - 1.0,
    row(X + 1, Y, Size, Count + inside(CR, CI, 0.0, 0.0, 50)).

rows(Size, Size, Count) -> Count;
rows(Y, Size, Count) -> rows(Y + 1, Size, row(0, Y, Size, Count)).

main() -> bench:run(fun() -> rows(0, 1000, 0) end).
