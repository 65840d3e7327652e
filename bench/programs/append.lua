-- Appending with `..` copies the string each time; a buffer is how Lua programs do it.
bench(function()
  local parts = {}
  for i = 1, 5000000 do parts[i] = "snow" end
  return #table.concat(parts)
end)
