-- Runs a program of this folder: lua bench.lua NAME. os.clock is processor time, which for
-- these single-threaded programs is the time they take.
function bench(work)
  local start = os.clock()
  local checksum = work()
  local time = (os.clock() - start) * 1000
  print(string.format("checksum: %d\ntime_ms: %.1f", checksum, time))
end
local folder = arg[0]:match("^(.*)/") or "."
dofile(folder .. "/" .. arg[1] .. ".lua")
