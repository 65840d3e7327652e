"""Prints what was measured."""
import math
import os
import platform

from languages import VERSIONS, version


def machine(languages):
    """Where and with what this was measured."""
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    print(f"{model}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    print("; ".join(version(language) for language in languages if language in VERSIONS))


def tables(results, languages, base):
    """Times, memory and processor time of every program, and how much more than `base` each other language needs."""
    for title, column, form in (("time (ms)", "time_ms", "10.0f"), ("peak (MB)", "peak_mb", "10.1f"), ("cpu (ms)", "cpu_ms", "10.0f")):
        print(f"\n{title:<14}" + "".join(f"{language:>10}" for language in languages))
        for name, row in results.items():
            print(f"{name:<14}" + "".join(cell(row.get(language), column, form) for language in languages))
        ratio_table(results, [language for language in languages if language != base], base, column)
    print("\ntime: in the process, from the start of the work to its end; peak and cpu: of the whole process, all its threads.")


def cell(measured, column, form):
    return f"{getattr(measured, column):{form}}" if measured else f"{'–':>10}"


def ratio_table(results, peers, base, column):
    print(f"{'… / ' + base:<14}" + "".join(f"{peer:>10}" for peer in peers) + f"   (over 1: {base} needs less)")
    columns = [ratios(results, peer, base, column) for peer in peers]
    for name in results:
        print(f"{name:<14}" + "".join(f"{of[name]:>10.2f}" if name in of else f"{'–':>10}" for of in columns))
    print(f"{'geo. mean':<14}" + "".join(mean_cell(of.values()) for of in columns))
    if "erlang" in peers:
        # Erlang's sieve uses `atomics`, which is not how its programs hold data.
        print(f"{'  no sieve':<14}" + "".join(mean_cell(r for name, r in of.items() if name != "sieve") for of in columns))


def mean_cell(values):
    values = list(values)
    return f"{geometric_mean(values):>9.2f}x" if values else f"{'–':>10}"


def summary(results, peers, base):
    """One line for each peer: geometric mean and worst program."""
    print()
    for peer in peers:
        of = ratios(results, peer, base, "time_ms")
        if of:
            worst = min(of, key=of.get)
            print(f"{base} is {geometric_mean(of.values()):.2f} times as fast as {peer} (geometric mean of {len(of)} programs); "
                  f"worst: {worst}, {of[worst]:.2f}")


def ratios(results, peer, base, column):
    """How many times as much as `base` a language needs, for each program that both have."""
    both = {name: row for name, row in results.items() if row.get(peer) and row.get(base)}
    return {name: max(getattr(row[peer], column), 1e-9) / max(getattr(row[base], column), 1e-9) for name, row in both.items()}


def geometric_mean(values):
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs))
