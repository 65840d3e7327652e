-module(nbody).
-export([main/0]).
-record(b, {x, y, z, vx, vy, vz, m}).

-define(MASS, (4.0 * 3.141592653589793 * 3.141592653589793)).
-define(DAYS, 365.24).

body(X, Y, Z, VX, VY, VZ, M) ->
    #b{x = X, y = Y, z = Z, vx = VX * ?DAYS, vy = VY * ?DAYS, vz = VZ * ?DAYS, m = M * ?MASS}.

system() ->
    [body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
     body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
     body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411, 0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
     body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618, 0.0023784717395948095, -0.0000296589568540237556, 0.0000436624404335156298),
     body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322, 0.00162824170038242295, -0.000095159225451971587, 0.0000515138902046611451)].

still([Sun | Rest] = All) ->
    Sum = fun(F) -> lists:foldl(fun(B, A) -> A + F(B) end, 0.0, All) end,
    PX = Sum(fun(B) -> B#b.vx * B#b.m end),
    PY = Sum(fun(B) -> B#b.vy * B#b.m end),
    PZ = Sum(fun(B) -> B#b.vz * B#b.m end),
    [Sun#b{vx = 0.0 - PX / ?MASS, vy = 0.0 - PY / ?MASS, vz = 0.0 - PZ / ?MASS} | Rest].

energy([]) -> 0.0;
energy([#b{vx = VX, vy = VY, vz = VZ, m = M} = B | Rest]) ->
    0.5 * M * (VX * VX + VY * VY + VZ * VZ) - attraction(B, Rest, 0.0) + energy(Rest).

attraction(_, [], Sum) -> Sum;
attraction(A, [B | Rest], Sum) ->
    DX = A#b.x - B#b.x, DY = A#b.y - B#b.y, DZ = A#b.z - B#b.z,
    attraction(A, Rest, Sum + A#b.m * B#b.m / math:sqrt(DX * DX + DY * DY + DZ * DZ)).

pull([], _) -> [];
pull([A | Rest], DT) ->
    {A1, Rest1} = pull_one(A, Rest, DT, []),
    [A1 | pull(Rest1, DT)].

pull_one(A, [], _, Acc) -> {A, lists:reverse(Acc)};
pull_one(#b{x = X1, y = Y1, z = Z1, vx = VX1, vy = VY1, vz = VZ1, m = M1} = A,
         [#b{x = X2, y = Y2, z = Z2, vx = VX2, vy = VY2, vz = VZ2, m = M2} = B | Rest], DT, Acc) ->
    DX = X1 - X2, DY = Y1 - Y2, DZ = Z1 - Z2,
    D2 = DX * DX + DY * DY + DZ * DZ,
    Mag = DT / (D2 * math:sqrt(D2)),
    MA = M1 * Mag, MB = M2 * Mag,
    pull_one(A#b{vx = VX1 - DX * MB, vy = VY1 - DY * MB, vz = VZ1 - DZ * MB}, Rest, DT,
             [B#b{vx = VX2 + DX * MA, vy = VY2 + DY * MA, vz = VZ2 + DZ * MA} | Acc]).

move([], _) -> [];
move([#b{x = X, y = Y, z = Z, vx = VX, vy = VY, vz = VZ} = B | Rest], DT) ->
    [B#b{x = X + DT * VX, y = Y + DT * VY, z = Z + DT * VZ} | move(Rest, DT)].

steps(Bodies, 0) -> Bodies;
steps(Bodies, N) -> steps(move(pull(Bodies, 0.01), 0.01), N - 1).

main() -> bench:run(fun() -> floor(energy(steps(still(system()), 5000000)) * 1.0e8) end).
