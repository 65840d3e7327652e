local function inside(cr, ci)
  local zr, zi, n = 0.0, 0.0, 50
  while true do
    local r2, i2 = zr * zr, zi * zi
    if r2 + i2 > 4.0 then return 0 end
    if n == 0 then return 1 end
    zr, zi, n = r2 - i2 + cr, 2.0 * zr * zi + ci, n - 1
  end
end
bench(function()
  local size, count = 1000, 0
  for y = 0, size - 1 do
    for x = 0, size - 1 do
      count = count + inside(2.0 * x / size - 1.5, 2.0 * y / size - 1.0)
    end
  end
  return count
end)
