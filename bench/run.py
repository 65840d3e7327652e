#!/usr/bin/env python3
"""Compares Snow with Erlang, Lua, LuaJIT and Rust on equal programs.

Every program of bench/programs exists once per language, measures its work inside with the
monotonic clock and prints `checksum: N` and `time_ms: N`. The checksums of all languages must
agree. Times are medians of several runs, memory is the peak of the whole process.
`./dev bench vm` builds what is needed and calls this.
"""
import argparse
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
NAMES = ["fib", "nbody", "spectral", "binary_trees", "fannkuch", "mandelbrot", "queens", "sieve",
         "map", "words", "append", "sort", "depth"]
LANGUAGES = ["snow", "erlang", "lua", "luajit", "rust"]


class Run:
    """What one process did: wall time and peak memory, and its output."""

    def __init__(self, command, limit=300):
        # Peak memory is counted by a small parent: a child of Python would start with Python's own.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile() as peak:
            line = ["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name] + command
            start = time.monotonic()
            process = subprocess.Popen(line, stdout=out, stderr=err, stdin=subprocess.DEVNULL, start_new_session=True)
            try:
                self.code = process.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                self.code = process.wait()
            self.wall_ms = (time.monotonic() - start) * 1000
            self.peak_mb = int(peak.read() or 0) / 1024
            out.seek(0)
            err.seek(0)
            self.stdout = out.read().decode(errors="replace")
            self.stderr = err.read().decode(errors="replace")

    def value(self, key):
        for line in self.stdout.splitlines():
            if line.startswith(key + ": "):
                return line[len(key) + 2:]
        return None


def build_peers(out):
    """Compiles the Erlang and Rust programs into `out`."""
    sources = [str(PROGRAMS / f"{name}.erl") for name in NAMES] + [str(PROGRAMS / "bench.erl")]
    subprocess.run(["erlc", "-o", str(out)] + sources, check=True)
    helper = (PROGRAMS / "bench.rs").read_text()
    for name in NAMES:
        source = out / f"{name}.rs"
        source.write_text((PROGRAMS / f"{name}.rs").read_text() + helper)
        target = out / f"{name}_rust"
        if not target.exists() or target.stat().st_mtime < (PROGRAMS / f"{name}.rs").stat().st_mtime:
            subprocess.run(["rustc", "--edition", "2021", "-C", "opt-level=3", "-C", "codegen-units=1",
                            "-o", str(target), str(source)], check=True)


def command(language, name, snow, out):
    """The command that runs a program, or None where the language cannot."""
    if not (PROGRAMS / f"{name}.{ {'erlang': 'erl', 'luajit': 'lua', 'rust': 'rs'}.get(language, language) }").exists():
        return None
    return {
        "snow": [snow, "run", str(PROGRAMS / f"{name}.snow")],
        "erlang": ["erl", "-noshell", "-noinput", "-pa", str(out), "-eval", f"{name}:main(), halt()."],
        "lua": ["lua5.4", str(PROGRAMS / "bench.lua"), name],
        "luajit": ["luajit", str(PROGRAMS / "bench.lua"), name],
        "rust": [str(out / f"{name}_rust")],
    }[language]


def measure(language, name, args, out):
    """Median time in ms, peak memory in MB and checksum; None where it failed or does not exist."""
    line = command(language, name, args.snow, out)
    if line is None:
        return None
    runs = []
    for _ in range(args.runs):
        run = Run(line)
        if run.code != 0 or run.value("time_ms") is None:
            reason = (run.stderr or run.stdout).strip().splitlines()[:1]
            print(f"  {language} {name}: failed ({run.code}) {' '.join(reason)}", file=sys.stderr)
            return None
        runs.append(run)
    checksums = {run.value("checksum") for run in runs}
    if len(checksums) != 1:
        print(f"  {language} {name}: different checksums {checksums}", file=sys.stderr)
    times = [float(run.value("time_ms")) for run in runs]
    return statistics.median(times), max(run.peak_mb for run in runs), checksums.pop()


def geometric_mean(values):
    values = [max(v, 1e-9) for v in values]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def table(results, languages):
    """Prints times, ratios and memory."""
    peers = [l for l in languages if l != "snow"]
    print(f"\n{'time (ms)':<14}" + "".join(f"{l:>10}" for l in languages) + "".join(f"{l + '/snow':>14}" for l in peers))
    for name, row in results.items():
        cells = "".join(f"{row[l][0]:>10.0f}" if row.get(l) else f"{'–':>10}" for l in languages)
        print(f"{name:<14}{cells}" + "".join(f"{ratio(row, l, 0):>14}" for l in peers))
    for label, left_out in (("geo. mean", ()), ("  no sieve", ("sieve",))):
        means = [mean(results, l, 0, left_out) for l in peers]
        print(f"{label:<14}" + " " * 10 * len(languages) + "".join(f"{m:>13.2f}x" for m in means))
    print(f"\n{'peak (MB)':<14}" + "".join(f"{l:>10}" for l in languages) + "".join(f"{l + '/snow':>14}" for l in peers))
    for name, row in results.items():
        cells = "".join(f"{row[l][1]:>10.1f}" if row.get(l) else f"{'–':>10}" for l in languages)
        print(f"{name:<14}{cells}" + "".join(f"{ratio(row, l, 1):>14}" for l in peers))
    means = [mean(results, l, 1, ()) for l in peers]
    print(f"{'geo. mean':<14}" + " " * 10 * len(languages) + "".join(f"{m:>13.2f}x" for m in means))
    print("\nRatios say how many times as much the other language needs: over 1, Snow needs less.")


def ratio(row, language, column):
    if not row.get("snow") or not row.get(language):
        return "–"
    return f"{row[language][column] / max(row['snow'][column], 1e-9):.2f}"


def mean(results, language, column, left_out):
    rows = [row for name, row in results.items() if name not in left_out and row.get("snow") and row.get(language)]
    return geometric_mean([row[language][column] / max(row["snow"][column], 1e-9) for row in rows])


def compare(args, out):
    """Runs all programs in all languages and prints the table."""
    build_peers(out)
    results = {}
    for name in args.programs or NAMES:
        results[name] = {language: measure(language, name, args, out) for language in args.languages}
        checksums = {r[2] for r in results[name].values() if r}
        agree = "" if len(checksums) == 1 else f"  CHECKSUMS DIFFER: { {l: r[2] for l, r in results[name].items() if r} }"
        shown = ", ".join(f"{l} {r[0]:.0f}" for l, r in results[name].items() if r)
        print(f"  {name}: {shown}{agree}", file=sys.stderr)
    table(results, args.languages)


def startup(args):
    """Wall time and memory of hello world."""
    with tempfile.TemporaryDirectory() as folder:
        hello = Path(folder) / "hello.snow"
        hello.write_text('fn main() do\n  println("hello, world")\nend\n')
        runs = [Run([args.snow, "run", str(hello)]) for _ in range(21)]
        wall = statistics.median(run.wall_ms for run in runs)
        print(f"\nhello world: {wall:.1f} ms wall, {max(run.peak_mb for run in runs):.1f} MB")


def compiler(args, out):
    """Speed of the compiler on a generated project of 100,000 lines in 500 modules."""
    folder = out / "generated"
    shutil.rmtree(folder, ignore_errors=True)
    lines = subprocess.run([sys.executable, str(HERE / "generate.py"), str(folder)], check=True,
                           capture_output=True, text=True)
    lines = int(lines.stdout)
    for label, line in (("check", [args.snow, "check", str(folder)]),
                        ("build", [args.snow, "build", "-o", str(out / "generated.snowb"), str(folder)])):
        runs = [Run(line) for _ in range(args.runs)]
        if runs[0].code != 0:
            print(f"snow {label}: failed: {runs[0].stderr[:500]}")
            continue
        wall = statistics.median(run.wall_ms for run in runs)
        peak = max(run.peak_mb for run in runs)
        print(f"snow {label}: {lines} lines in {wall:.0f} ms, {lines / wall * 1000:,.0f} lines/s, {peak:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="vm", choices=["vm", "compiler", "startup"],
                        help="everything for the interpreter (vm), or only one part")
    parser.add_argument("--snow", required=True, help="the snow command")
    parser.add_argument("--runs", type=int, default=3, help="runs of each program")
    parser.add_argument("--programs", nargs="*", choices=NAMES, help="only these")
    parser.add_argument("--languages", nargs="*", choices=LANGUAGES, default=LANGUAGES, help="only these")
    args = parser.parse_args()
    out = HERE / "out"
    out.mkdir(exist_ok=True)
    if args.what == "vm":
        compare(args, out)
    if args.what in ("vm", "startup") and "snow" in args.languages:
        startup(args)
    if args.what in ("vm", "compiler") and "snow" in args.languages:
        compiler(args, out)


if __name__ == "__main__":
    main()
