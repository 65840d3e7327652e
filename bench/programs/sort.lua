local xs, seed = {}, 42
for i = 1, 1000000 do
  seed = seed * 16807 % 2147483647
  xs[i] = seed
end
bench(function()
  local first = xs[1]
  table.sort(xs)
  return xs[500001] + xs[1] + first
end)
