"""Runs processes and measures them: wall time, processor time and peak memory."""
import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time

DEVNULL = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
           (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
           (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]


class Run:
    """What one process did: wall and processor time, peak memory, and its output."""

    def __init__(self, command, limit=300):
        # Peak memory is counted by a small parent: a child of Python would start with Python's own.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.NamedTemporaryFile() as peak:
            line = ["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name] + command
            start = time.perf_counter()
            process = subprocess.Popen(line, stdout=out, stderr=err, stdin=subprocess.DEVNULL, start_new_session=True)
            timer = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
            timer.start()
            _, status, usage = os.wait4(process.pid, 0)
            self.wall_ms = (time.perf_counter() - start) * 1000
            timer.cancel()
            self.code = process.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_ms = processor_ms(usage)
            self.peak_mb = int(peak.read() or 0) / 1024
            out.seek(0)
            err.seek(0)
            self.stdout = out.read().decode(errors="replace")
            self.stderr = err.read().decode(errors="replace")

    def value(self, key):
        """What stands behind `key: ` in the output."""
        for line in self.stdout.splitlines():
            if line.startswith(key + ": "):
                return line[len(key) + 2:]
        return None

    def reason(self):
        """Why it failed, as far as one line says it."""
        return f"({self.code}) " + " ".join((self.stderr or self.stdout).strip().splitlines()[:1])


def processor_ms(usage):
    return (usage.ru_utime + usage.ru_stime) * 1000


def whole_process(command):
    """Wall and processor time of one short process, in ms. Nothing stands between it and the clock."""
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=DEVNULL)
    _, status, usage = os.wait4(pid, 0)
    wall = (time.perf_counter() - start) * 1000
    if status != 0:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), command)
    return wall, processor_ms(usage)


def medians(rows):
    """The median of each column."""
    return [statistics.median(column) for column in zip(*rows)]
