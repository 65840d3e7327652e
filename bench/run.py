#!/usr/bin/env python3
"""Compares Snow with other languages on equal programs.

Every program of bench/programs exists once per language, measures its work inside with the
monotonic clock and prints `checksum: N` and `time_ms: N`. The checksums of all languages must
agree. Times are medians of several runs, memory is the peak of the whole process.
`./dev bench vm` and `./dev bench native` build what is needed and call this.
"""
import argparse
import os
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

import cluster
import compile
import cores
import long
import report
import startup
from languages import ACTOR_LATENCIES, ACTOR_NAMES, ACTORS, NAMES, PROGRAMS, SUFFIXES, Languages
from processes import Run

HERE = Path(__file__).resolve().parent
SETS = {"vm": ["snow-vm", "erlang", "lua", "luajit", "rust"],
        "actors": ["snow-vm", "snow-aot", "erlang", "go"],
        "native": ["snow-aot", "snow-auto", "snow-vm", "go", "rust", "node", "luajit"]}


class Measured(NamedTuple):
    """Medians of the times and the largest peak of several runs."""
    time_ms: float
    cpu_ms: float
    peak_mb: float
    checksum: str


def measure(name, commands, runs):
    """Runs a program several times in all languages, in turns, so that what disturbs one disturbs all. None where it
    failed or does not exist."""
    done = {language: [] for language, line in commands.items() if line}
    for _ in range(runs):
        for language in list(done):
            run = Run(commands[language])
            if run.code != 0 or run.value("time_ms") is None:
                print(f"  {language} {name}: failed {run.reason()}", file=sys.stderr)
                del done[language]
            else:
                done[language].append(run)
    results = {language: summarised(done[language]) if language in done else None for language in commands}
    agree(name, results)
    return results


def summarised(runs):
    checksums = {run.value("checksum") for run in runs}
    return Measured(statistics.median(float(run.value("time_ms")) for run in runs),
                    statistics.median(run.cpu_ms for run in runs),
                    max(run.peak_mb for run in runs), " and ".join(sorted(checksums)))


def agree(name, results):
    """Shows the times, and whether all languages computed the same."""
    found = {language: result for language, result in results.items() if result}
    shown = ", ".join(f"{language} {result.time_ms:.0f}" for language, result in found.items())
    same = len({result.checksum for result in found.values()}) <= 1
    wrong = "" if same else f"  CHECKSUMS DIFFER: { {language: result.checksum for language, result in found.items()} }"
    print(f"  {name}: {shown}{wrong}", file=sys.stderr)


def compare(args, languages):
    """Runs all programs in all languages and prints the tables."""
    report.machine(args.languages)
    languages.build(args.languages, args.programs)
    results = {}
    for name in args.programs:
        commands = {language: languages.command(language, name) for language in args.languages}
        results[name] = measure(name, commands, args.runs)
    base = args.languages[0]
    report.tables(results, args.languages, base)
    report.summary(results, args.languages[1:], base)


def latencies(languages, args):
    """How long an answer takes while there is more to do than can be done."""
    languages.build(args.languages, ACTOR_LATENCIES)
    print("\n99th percentile of answers (ms)" + "".join(f"{language:>10}" for language in args.languages))
    for name in ACTOR_LATENCIES:
        commands = {language: languages.command(language, name) for language in args.languages}
        found = measure(name, commands, args.runs)
        print(f"{name:<31}" + "".join(report.cell(found[language], "time_ms", "10.2f") for language in args.languages))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="vm", choices=["vm", "native", "actors", "cluster", "compiler", "startup", "long"],
                        help="the interpreter (vm) or native code with all that belongs to it, actors, or only one part")
    parser.add_argument("--snow", required=True, help="the snow command")
    parser.add_argument("--runs", type=int, default=3, help="runs of each program")
    parser.add_argument("--programs", nargs="*", choices=NAMES + ACTOR_NAMES, help="only these")
    parser.add_argument("--languages", nargs="*", choices=SUFFIXES, help="only these; the first is what others are compared with")
    args = parser.parse_args()
    args.programs = args.programs or (ACTOR_NAMES if args.what == "actors" else NAMES)
    args.languages = args.languages or SETS.get(args.what, SETS["native"])
    return args


def main():
    args = arguments()
    out = HERE / "out"
    out.mkdir(exist_ok=True)
    # Hot code that an earlier run left in the user's cache would flatter `snow run`, and compile times.
    os.environ["SNOW_CACHE"] = ""
    if args.what == "cluster":
        report.machine(["erlang"])
        return cluster.compare(args.snow, out, args.runs)
    languages = Languages(args.snow, out, ACTORS if args.what == "actors" else PROGRAMS)
    if args.what in ("vm", "native", "actors"):
        compare(args, languages)
    if args.what == "actors":
        latencies(languages, args)
        cores.compare(languages, args.languages)
    if args.what == "long" or args.what == "native" and {"snow-aot", "snow-auto"} <= set(args.languages):
        long.compare(languages, args.programs, lambda name, commands: measure(name, commands, args.runs))
    if args.what in ("vm", "native", "startup"):
        startup.compare(languages, args.languages)
    if args.what == "compiler" or args.what == "vm" and "snow-vm" in args.languages:
        compile.to_bytecode(args.snow, args.runs, out)
    if args.what == "compiler" or args.what == "native" and "snow-aot" in args.languages:
        compile.to_native(args.snow, args.runs, out)


if __name__ == "__main__":
    main()
