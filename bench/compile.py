"""Measures the compiler on generated projects."""
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from processes import Run

GENERATOR = Path(__file__).resolve().parent / "generate.py"


def generate(folder, modules):
    """Writes a project and gives its number of lines."""
    shutil.rmtree(folder, ignore_errors=True)
    done = subprocess.run([sys.executable, str(GENERATOR), str(folder), str(modules)], check=True, capture_output=True, text=True)
    return int(done.stdout)


def to_bytecode(snow, runs, out):
    """Speed of checking and compiling 100,000 lines in 500 modules."""
    folder = out / "generated"
    lines = generate(folder, 500)
    measure("snow check", [snow, "check", str(folder)], lines, runs)
    again(snow, folder, lines, runs, out)
    subprocess.run([snow, "fmt", str(folder)], check=True, capture_output=True)
    measure("snow fmt --check", [snow, "fmt", "--check", str(folder)], lines, runs)
    measure("snow build", [snow, "build", "-o", str(out / "generated.snowb"), str(folder)], lines, runs)


def again(snow, folder, lines, runs, out):
    """Time of a check after the body of one function has changed, with what the last check remembers."""
    before = os.environ.get("SNOW_CACHE")
    os.environ["SNOW_CACHE"] = str(out / "check_cache")
    changed = folder / "area7" / "part247.snow"
    text = changed.read_text()
    line = [snow, "check", str(folder)]
    Run(line)
    done = []
    for number in range(runs):
        changed.write_text(text.replace("n % 1000", f"n % {1001 + number}"))
        done.append(Run(line))
    changed.write_text(text)
    os.environ.pop("SNOW_CACHE") if before is None else os.environ.update(SNOW_CACHE=before)
    show("snow check after a change of one body", done, lines)


def to_native(snow, runs, out):
    """Time to an executable from 2,000 lines in 10 modules, with nothing kept from an earlier time."""
    folder = out / "generated_small"
    lines = generate(folder, 11)
    measure("snow aot -O2", [snow, "aot", "-O2", "-o", str(out / "generated_small_aot"), str(folder)], lines, runs)


def measure(label, line, lines, runs):
    show(label, [Run(line) for _ in range(runs)], lines)


def show(label, done, lines):
    print()
    if done[0].code != 0:
        print(f"{label}: failed {done[0].reason()}")
        return
    wall = statistics.median(run.wall_ms for run in done)
    cpu = statistics.median(run.cpu_ms for run in done)
    peak = max(run.peak_mb for run in done)
    print(f"{label}: {lines} lines in {wall:.0f} ms, {lines / wall * 1000:,.0f} lines/s, {cpu:.0f} ms of processor time, {peak:.0f} MB")
