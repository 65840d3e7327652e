"""Measures a program that only says hello: the whole process, from its start to its end."""
import subprocess
import sys

from processes import Run, medians, whole_process

RUNS = 21


def compare(languages, names):
    """Wall and processor time, memory and size of hello world in every language."""
    languages.build(names, ["hello"])
    commands = {language: languages.command(language, "hello") for language in names}
    # What starting any process costs here: the languages can only add to it.
    commands["(nothing)"] = ["/bin/true"]
    print(f"\n{'hello, world':<14}{'wall (ms)':>10}{'cpu (ms)':>10}{'peak (MB)':>10}{'stripped (MB)':>15}")
    for name, times in in_turns(commands).items():
        wall, cpu = medians(times)
        size = languages.stripped_mb(name, "hello")
        peak = max(Run(commands[name]).peak_mb for _ in range(3))
        print(f"{name:<14}{wall:>10.1f}{cpu:>10.1f}{peak:>10.1f}{f'{size:.2f}' if size else '–':>15}")


def in_turns(commands):
    """Times of every command that works."""
    times = {name: [] for name in commands}
    for _ in range(RUNS):
        for name in list(times):
            try:
                times[name].append(whole_process(commands[name]))
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"  {name} hello: {error}", file=sys.stderr)
                del times[name]
    return times
