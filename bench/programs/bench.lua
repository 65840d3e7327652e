-- Runs a program of this folder: lua bench.lua NAME. Lua itself has only os.clock, processor time, which on a machine
-- that does nothing else is the time that these single-threaded programs take. LuaJIT can ask the monotonic clock.
local function monotonic_clock(ffi)
  ffi.cdef("typedef struct { long s, ns; } timespec_t; int clock_gettime(int clock, timespec_t *time);")
  local time = ffi.new("timespec_t")
  return function()
    ffi.C.clock_gettime(1, time)
    return tonumber(time.s) + tonumber(time.ns) / 1e9
  end
end
local has_ffi, ffi = pcall(require, "ffi")
local clock = has_ffi and monotonic_clock(ffi) or os.clock

function bench(work)
  local start = clock()
  local checksum = work()
  local time = (clock() - start) * 1000
  print(string.format("checksum: %d\ntime_ms: %.1f", checksum, time))
end
local folder = arg[0]:match("^(.*)/") or "."
dofile(folder .. "/" .. arg[1] .. ".lua")
