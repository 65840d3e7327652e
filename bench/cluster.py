"""Compares two Snow nodes on this machine (TLS always) with two Erlang nodes (TCP and TLS), and round trips with those of two blocking sockets.

Both processes have all cores (*free*), or share one (*one core*). Each measurement takes its turn in every round, so that what disturbs one disturbs all.
"""
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "cluster"
MEASURES = ["ping", "one_way", "spawn", "spawn_16", "large", "beside"]
UNITS = {"ping": "round trips/s", "one_way": "small messages/s", "spawn": "remote spawns/s, one at a time",
         "spawn_16": "remote spawns/s, 16 requesters", "large": "64 KiB messages/s", "beside": "µs, 99th percentile of pings beside 16 MiB messages"}
LIMIT = 300


class Peers:
    """Compiles and runs the programs; `out` has what is compiled."""

    def __init__(self, snow, out):
        self.snow = snow
        self.out = out
        self.lines = {"snow-vm": lambda args: [snow, "run", "--tier=vm", str(PROGRAMS / "cluster.snow")] + args}
        self.build_native()
        self.build_erlang()
        raw = out / "raw_sockets"
        subprocess.run(["rustc", "--edition", "2021", "-O", "-o", str(raw), str(PROGRAMS / "raw.rs")], check=True)
        self.lines["sockets"] = lambda args: [str(raw)] + args

    def build_native(self):
        native = self.out / "cluster_snow-aot"
        done = subprocess.run([self.snow, "aot", str(PROGRAMS / "cluster.snow"), "-O3", "-o", str(native)], capture_output=True, text=True)
        if done.returncode == 0:
            self.lines["snow-aot"] = lambda args: [str(native)] + args
        else:
            print(f"  snow aot: {done.stderr.strip()}", file=sys.stderr)

    def build_erlang(self):
        if not shutil.which("erlc"):
            return
        subprocess.run(["erlc", "-o", str(self.out), str(PROGRAMS / "cluster.erl")], check=True)
        self.lines["erlang"] = lambda args: self.erlang(args, [])
        has_tls = subprocess.run(["erl", "-noshell", "-eval", "halt(case application:ensure_all_started(ssl) of {ok, _} -> 0; _ -> 1 end)."],
                                 capture_output=True).returncode == 0
        if has_tls and shutil.which("openssl"):
            self.make_certificate()
            self.lines["erlang-tls"] = lambda args: self.erlang(args, ["-proto_dist", "inet_tls", "-ssl_dist_optfile", str(self.out / "ssl.conf")])

    def make_certificate(self):
        both = self.out / "erlang.pem"
        key, certificate = self.out / "erlang.key", self.out / "erlang.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                        "-days", "2", "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        both.write_text(key.read_text() + certificate.read_text())
        side = f'[{{certfile, "{both}"}}, {{versions, [\'tlsv1.3\']}}, {{verify, verify_none}}]'
        (self.out / "ssl.conf").write_text(f"[{{server, {side}}}, {{client, {side}}}].\n")

    def erlang(self, args, more):
        name, call = f"{args[0]}{os.getpid()}@127.0.0.1", "cluster:server()" if args[0] == "server" else f'cluster:client("{args[1]}")'
        return ["erl", "-noshell", "-noinput", "-pa", str(self.out), "-name", name, "-setcookie", "measurements"] + more + ["-eval", call + "."]

    def run(self, who, cores):
        """What the client of a pair of processes has measured."""
        pin = ["taskset", "-c", cores] if cores else []
        server = subprocess.Popen(pin + self.lines[who](["server"]), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        try:
            name = next(line.split(": ")[1].strip().strip("'") for line in server.stdout if line.startswith("name: "))
            done = subprocess.run(pin + self.lines[who](["client", name]), capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
        finally:
            server.kill()
            server.wait()
        if done.returncode != 0:
            print(f"  {who}: {done.stderr.strip()[:500]}", file=sys.stderr)
        lines = (line.split(": ") for line in done.stdout.splitlines() if ": " in line)
        return {name: float(value) for name, value in lines}


def compare(snow, out, runs, only=None):
    """Measures all and prints the tables."""
    peers = Peers(snow, out)
    names = [name for name in peers.lines if not only or name in only]
    for title, cores in (("free", ""), ("one core", "0")):
        found = {name: [] for name in names}
        for _ in range(runs):
            for name in names:
                found[name].append(peers.run(name, cores))
                print(f"  {title}: {name} {found[name][-1]}", file=sys.stderr)
        table(title, found)


def table(title, found):
    print(f"\n{title:<22}" + "".join(f"{name:>12}" for name in found))
    for measure in MEASURES:
        cells = []
        for runs in found.values():
            values = [run[measure] for run in runs if measure in run]
            cells.append(f"{statistics.median(values):>12.0f}" if values else f"{'–':>12}")
        print(f"{measure:<22}" + "".join(cells) + f"   {UNITS[measure]}")
