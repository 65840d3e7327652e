bench(function()
  local n = 10
  local p, q, counts = {}, {}, {}
  for i = 1, n do p[i], counts[i] = i - 1, 0 end
  local index, most, sum = 0, 0, 0
  while true do
    local f = 0
    if p[1] ~= 0 then
      for i = 1, n do q[i] = p[i] end
      repeat
        local i, j = 1, q[1] + 1
        while i < j do
          q[i], q[j] = q[j], q[i]
          i, j = i + 1, j - 1
        end
        f = f + 1
      until q[1] == 0
    end
    if index % 2 == 0 then sum = sum + f else sum = sum - f end
    if f > most then most = f end
    index = index + 1
    local r = 1
    while true do
      if r == n then return sum * 1000 + most end
      local first = p[1]
      for i = 1, r do p[i] = p[i + 1] end
      p[r + 1] = first
      counts[r + 1] = counts[r + 1] + 1
      if counts[r + 1] <= r then break end
      counts[r + 1] = 0
      r = r + 1
    end
  end
end)
