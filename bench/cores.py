"""Measures how actors use more cores: programs with enough work for all, on 1, 2, 4 … cores."""
import os

from processes import Run

PROGRAMS = ["skynet", "fan_in"]
RUNS = 3


def compare(languages, names):
    """A line for each program and language: times, and how many times as fast as on one core."""
    counts = [2**power for power in range(os.cpu_count().bit_length()) if 2**power <= os.cpu_count()]
    print("\ncores (ms, and times as fast as one)" + "".join(f"{count:>16}" for count in counts))
    for program in PROGRAMS:
        for language in names:
            times = [best(languages, language, program, count) for count in counts]
            cells = (f"{time:>8.0f} {times[0] / time:>6.2f}x" if time and times[0] else f"{'–':>16}" for time in times)
            print(f"{program + ' ' + language:<36}" + "".join(cells))


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
