local parts, seed = {}, 42
for i = 1, 2000000 do
  seed = seed * 16807 % 2147483647
  parts[i] = string.format("word%d ", seed % 10007)
end
local text = table.concat(parts)
parts = nil
collectgarbage()
bench(function()
  local counts, size = {}, 0
  for w in text:gmatch("%S+") do
    local n = counts[w]
    if n then counts[w] = n + 1 else counts[w] = 1; size = size + 1 end
  end
  return size * 100000 + counts["word42"]
end)
