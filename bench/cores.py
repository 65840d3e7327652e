"""Measures how actors use more cores: programs with enough work for all, on 1, 2, 4 … cores.

Cores of one machine do not always add up: two that are threads of one do 1.3 times the work of one. So the first line is what the machine itself
can do: as many processes as cores, each with the same loop, which share nothing."""
import os
import subprocess
import sys
import time

from processes import Run

PROGRAMS = ["skynet", "fan_in"]
RUNS = 3


def compare(languages, names):
    """A line for each program and language: times, and how many times as fast as on one core."""
    counts = [2**power for power in range(os.cpu_count().bit_length()) if 2**power <= os.cpu_count()]
    print("\ncores (ms, and times as fast as one)" + "".join(f"{count:>16}" for count in counts))
    shared = {count: machine(count) for count in counts}
    cells = (f"{took:>8.0f} {count * shared[1] / took:>6.2f}x" for count, took in shared.items())
    print(f"{'the machine':<36}" + "".join(cells))
    for program in PROGRAMS:
        for language in names:
            times = [best(languages, language, program, count) for count in counts]
            cells = (f"{time:>8.0f} {times[0] / time:>6.2f}x" if time and times[0] else f"{'–':>16}" for time in times)
            print(f"{program + ' ' + language:<36}" + "".join(cells))


def machine(count):
    """Milliseconds for so many processes that each do the same work, the shortest of several times."""
    work = [sys.executable, "-c", "for i in range(10_000_000): pass"]
    times = []
    for _ in range(RUNS):
        start = time.monotonic()
        for process in [subprocess.Popen(work) for _ in range(count)]:
            process.wait()
        times.append((time.monotonic() - start) * 1000)
    return min(times)


def best(languages, language, program, count):
    """The shortest of several times; None when it fails."""
    runs = [Run(with_cores(languages.command(language, program), language, count)) for _ in range(RUNS)]
    times = [float(run.value("time_ms")) for run in runs if run.code == 0 and run.value("time_ms")]
    return min(times, default=None)


def with_cores(command, language, count):
    """The command with so many schedulers."""
    if language == "erlang":
        return [command[0], "+S", str(count)] + command[1:]
    name = "GOMAXPROCS" if language == "go" else "SNOW_SCHEDULERS"
    return ["env", f"{name}={count}"] + command
