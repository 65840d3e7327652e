bench(function()
  local m, n, size = {}, 1000000, 0
  for i = 0, n - 1 do
    local k = i * 7919 % 1000003
    if m[k] == nil then size = size + 1 end
    m[k] = i
  end
  local sum = size
  for i = 0, n - 1 do sum = sum + m[i * 7919 % 1000003] % 7 end
  return sum
end)
