"""Compares `snow run` with `snow aot` on programs that run for seconds.

They are programs of the table with more to do, so that the time until hot code is compiled weighs what it weighs in
real programs. Programs that would need too much memory with more to do are not among them.
"""
import sys

from languages import PROGRAMS
from report import geometric_mean, ratios

SECONDS = 2
LARGER = {
    "fib": ("fib(38)", "fib(44)"),
    "nbody": ("5_000_000", "20_000_000"),
    "spectral": ("norm(1000)", "norm(5000)"),
    "binary_trees": ("run(16)", "run(18)"),
    "fannkuch": ("Range.to_list(0..10), List.repeat(0, 10), 10,", "Range.to_list(0..11), List.repeat(0, 11), 11,"),
    "mandelbrot": ("rows(0, 1000, 0)", "rows(0, 5000, 0)"),
    "queens": ("place(12, 12, [])", "place(14, 14, [])"),
    "depth": ("times(10, 0)", "times(200, 0)"),
}


def compare(languages, names, measure):
    """Prints a line for each program, and the mean of those that take long enough."""
    print(f"\n{'longer work':<14}{'snow-aot':>10}{'snow-auto':>10}   (ms; … / snow-aot)")
    results = {}
    for name in names:
        if name in LARGER:
            results[name] = row = run(languages, name, measure)
            print(f"{name:<14}" + "".join(f"{r.time_ms:>10.0f}" if r else f"{'–':>10}" for r in row.values())
                  + "".join(f"{r:>7.2f}" for r in ratios({name: row}, "snow-auto", "snow-aot", "time_ms").values()))
    long = {name: row for name, row in results.items() if row["snow-aot"] and row["snow-aot"].time_ms >= SECONDS * 1000}
    of = ratios(long, "snow-auto", "snow-aot", "time_ms")
    if of:
        worst = max(of, key=of.get)
        print(f"snow run takes {geometric_mean(of.values()):.2f} times as long as snow aot where that takes over {SECONDS} s "
              f"({len(of)} programs); worst: {worst}, {of[worst]:.2f}")


def run(languages, name, measure):
    source = larger(name, languages.out)
    languages.build_snow_aot(source.stem, source)
    commands = {tier: languages.command(tier, source.stem, source) for tier in ("snow-aot", "snow-auto")}
    return measure(source.stem, commands)


def larger(name, out):
    """Writes the program with more to do."""
    before, after = LARGER[name]
    text = (PROGRAMS / f"{name}.snow").read_text()
    if before not in text:
        sys.exit(f"{name}.snow does not contain `{before}` any more: correct bench/long.py")
    path = out / f"{name}_long.snow"
    path.write_text(text.replace(before, after))
    return path
