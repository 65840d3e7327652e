local function safe(q, placed, depth)
  for i = depth, 1, -1 do
    local c, d = placed[i], depth + 1 - i
    if q == c or q == c + d or q == c - d then return false end
  end
  return true
end
local function place(depth, n, placed)
  if depth == n then return 1 end
  local count = 0
  for q = 1, n do
    if safe(q, placed, depth) then
      placed[depth + 1] = q
      count = count + place(depth + 1, n, placed)
    end
  end
  return count
end
bench(function() return place(0, 12, {}) end)
