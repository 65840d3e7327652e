local function a(i, j)
  local s = i + j
  return 1.0 / (s * (s + 1) * 0.5 + i + 1)
end
local function times(v, n)
  local out = {}
  for i = 0, n - 1 do
    local sum = 0.0
    for j = 0, n - 1 do sum = sum + a(i, j) * v[j + 1] end
    out[i + 1] = sum
  end
  return out
end
local function transposed(v, n)
  local out = {}
  for i = 0, n - 1 do
    local sum = 0.0
    for j = 0, n - 1 do sum = sum + a(j, i) * v[j + 1] end
    out[i + 1] = sum
  end
  return out
end
local function both(v, n) return transposed(times(v, n), n) end
bench(function()
  local n, u, v = 1000, {}, nil
  for i = 1, n do u[i] = 1.0 end
  for _ = 1, 10 do
    v = both(u, n)
    u = both(v, n)
  end
  local uv, vv = 0.0, 0.0
  for i = 1, n do uv, vv = uv + u[i] * v[i], vv + v[i] * v[i] end
  return math.floor(math.sqrt(uv / vv) * 1.0e9)
end)
