"""The programs, and how each language compiles and runs them."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "programs"
ACTORS = Path(__file__).resolve().parent / "actors"
ACTOR_NAMES = ["ping_pong", "ring", "skynet", "spawn_storm", "fan_in", "many_to_many", "idle", "large_list",
               "fresh_map", "timers", "restarts"]
# What these print is no time to be compared with others': see their first lines.
ACTOR_LATENCIES = ["fairness"]
NAMES = ["fib", "nbody", "spectral", "binary_trees", "fannkuch", "mandelbrot", "queens", "sieve",
         "map", "words", "append", "sort", "depth"]
SUFFIXES = {"snow-vm": "snow", "snow-auto": "snow", "snow-aot": "snow", "erlang": "erl", "lua": "lua",
            "luajit": "lua", "rust": "rs", "go": "go", "node": "js"}
EXECUTABLES = ["snow-aot", "go", "rust"]
VERSIONS = {"erlang": ["erl", "-noshell", "-eval", 'io:put_chars("Erlang/OTP " ++ erlang:system_info(otp_release)), halt().'],
            "lua": ["lua5.4", "-v"], "luajit": ["luajit", "-v"], "rust": ["rustc", "--version"],
            "go": ["go", "version"], "node": ["node", "--version"]}


class Languages:
    """Compiles and runs the programs of a folder with the snow command `snow`; what is compiled goes to `out`."""

    def __init__(self, snow, out, folder=PROGRAMS):
        self.snow = snow
        self.out = out
        self.folder = folder

    def build(self, languages, names):
        """Compiles the programs in the languages that need it."""
        for name in names:
            for language in languages:
                if self.source(language, name).exists() and language in EXECUTABLES + ["erlang"]:
                    getattr(self, "build_" + language.replace("-", "_"))(name)

    def build_snow_aot(self, name, source=None):
        target = self.executable("snow-aot", name)
        target.unlink(missing_ok=True)
        line = [self.snow, "aot", str(source or self.source("snow-aot", name)), "-O3", "-o", str(target)]
        done = subprocess.run(line, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"  snow aot {name}: {(done.stderr.strip().splitlines() or ['failed'])[0]}", file=sys.stderr)

    def build_go(self, name):
        sources = [self.source("go", name), PROGRAMS / "bench.go"]
        if self.stale("go", name, sources):
            # Go compiles the files of one folder together.
            together = self.out / f"go_{name}"
            together.mkdir(exist_ok=True)
            copies = [str(shutil.copy(source, together)) for source in sources]
            subprocess.run(["go", "build", "-o", str(self.executable("go", name))] + copies, check=True)

    def build_rust(self, name):
        sources = [self.source("rust", name), PROGRAMS / "bench.rs"]
        if self.stale("rust", name, sources):
            joined = self.out / f"{name}.rs"
            joined.write_text("".join(source.read_text() for source in sources))
            subprocess.run(["rustc", "--edition", "2021", "-C", "opt-level=3", "-C", "codegen-units=1",
                            "-o", str(self.executable("rust", name)), str(joined)], check=True)

    def build_erlang(self, name):
        subprocess.run(["erlc", "-o", str(self.out), str(self.source("erlang", name)), str(PROGRAMS / "bench.erl")], check=True)

    def stale(self, language, name, sources):
        target = self.executable(language, name)
        return not target.exists() or target.stat().st_mtime < max(source.stat().st_mtime for source in sources)

    def source(self, language, name):
        return self.folder / f"{name}.{SUFFIXES[language]}"

    def executable(self, language, name):
        return self.out / f"{name}_{language}"

    def stripped_mb(self, language, name):
        """Size of an executable without symbols; None for languages that make none."""
        whole = self.executable(language, name)
        if language not in EXECUTABLES or not whole.exists():
            return None
        stripped = self.out / "stripped"
        subprocess.run(["strip", "-o", str(stripped), str(whole)], check=True)
        return os.path.getsize(stripped) / 1e6

    def command(self, language, name, source=None):
        """The command that runs a program, or None where the language cannot do it."""
        source = source or self.source(language, name)
        if not source.exists():
            return None
        return {
            "snow-vm": self.interpreted(source),
            "snow-auto": [self.snow, "run", "--tier=auto", str(source)],
            "erlang": ["erl", "+P", "2000000", "-noshell", "-noinput", "-pa", str(self.out), "-eval", f"{name}:main(), halt()."],
            "lua": ["lua5.4", str(PROGRAMS / "bench.lua"), name],
            "luajit": ["luajit", str(PROGRAMS / "bench.lua"), name],
            "node": ["node", str(source)],
        }.get(language) or [str(self.executable(language, name))]

    def interpreted(self, source):
        return [self.snow, "run", "--tier=vm", str(source)]


def version(language):
    """What a peer says about its version."""
    done = subprocess.run(VERSIONS[language], capture_output=True, text=True)
    return (done.stdout or done.stderr).strip().splitlines()[0]
