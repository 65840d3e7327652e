local function make(d)
  if d == 0 then return {} end
  return {make(d - 1), make(d - 1)}
end
local function check(t)
  if t[1] then return 1 + check(t[1]) + check(t[2]) end
  return 1
end
bench(function()
  local depth = 16
  local sum = check(make(depth + 1))
  local long = make(depth)
  for d = 4, depth, 2 do
    for _ = 1, 2 ^ (depth - d + 4) do sum = sum + check(make(d)) end
  end
  return sum + check(long)
end)
