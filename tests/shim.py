#!/usr/bin/env python3
"""A guest that is slower than it was, or whose clock is: shim.py FILE SHELL [ARGUMENT...].

It stands between vmtax and the shell by which a guest is reached (exec:python3 shim.py FILE), so that all of
vmtax is as ever: the agent is the real one, its records are read, compared and judged. FILE says what is
wrong, and is read when the guest is started:

    as it is             nothing
    pause SHARE          the workload's processes stand still for that share of the time, in bits of
                         a millisecond or less: a delay that is really there
    ops SHARE [PREFIX]   of what was done in each slot of workloads whose id begins so, that share is taken
                         away: a slowdown of exactly that size
    clock SHARE          the guest's clock runs slow by that share

At its end a line in FILE.log says for what share of the time was really paused.
"""
import os
import re
import signal
import subprocess
import sys
import threading
import time

PERIOD = 0.010


def tell(text):
    with open(sys.argv[1] + ".log", "a", encoding="utf-8") as log:
        log.write(text + "\n")


def descendants(pid):
    """Of a process, deepest last."""
    found = []
    try:
        for task in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, task), encoding="ascii") as f:
                for child in f.read().split():
                    found += [int(child)] + descendants(int(child))
    except (OSError, ValueError):
        pass
    return found


class Pauser(threading.Thread):
    """Stops and continues what works between `begin` and `end`."""

    def __init__(self, root, share):
        super().__init__(daemon=True)
        self.root, self.share = root, share
        self.at_work = threading.Event()
        self.paused = self.worked = 0.0

    def signal_all(self, pids, number):
        for pid in pids:
            try:
                os.kill(pid, number)
            except OSError:
                pass

    def run(self):
        while True:
            self.at_work.wait()
            # The agent itself must go on: it answers. Its worker and that one's children do not.
            workers = descendants(self.root)[1:]
            begun = time.monotonic()
            while self.at_work.is_set():
                stopped = time.monotonic()
                self.signal_all(workers, signal.SIGSTOP)
                time.sleep(max(0.0, PERIOD * self.share - 0.00006))
                self.signal_all(workers, signal.SIGCONT)
                now = time.monotonic()
                self.paused += now - stopped
                # What a sleep is too long is made up for.
                rest = (now - stopped) / self.share - (now - stopped)
                time.sleep(max(0.0, rest - 0.00006))
            self.worked += time.monotonic() - begun


class Records:
    """What becomes of the agent's records."""

    def __init__(self, words):
        self.kind = words[0]
        self.share = float(words[1]) if self.kind in ("pause", "ops", "clock") else 0.0
        self.prefix = words[2].encode() if len(words) > 2 and self.kind == "ops" else b""
        self.workload = {}
        self.zero = None
        self.pauser = None

    def asked(self, line):
        m = re.match(rb"run .*?\bslot=(\d+) .*?\bworkload=(\S+)", line)
        if m:
            self.workload[m.group(1)] = m.group(2)

    def stamp(self, match):
        at = int(match.group(2))
        if self.zero is None:
            self.zero = at
        return match.group(1) + b"%d" % (self.zero + (at - self.zero) * (1 - self.share))

    def said(self, line):
        if self.pauser and line.startswith(b"begin "):
            self.pauser.at_work.set()
        if self.pauser and line.startswith((b"end ", b"fail ", b"result ")):
            self.pauser.at_work.clear()
        if self.kind == "ops" and line.startswith(b"result "):
            slot = re.search(rb"\bslot=(\d+)", line).group(1)
            if self.workload.get(slot, b"").startswith(self.prefix):
                line = re.sub(
                    rb"\b(ops|bytes)=(\d+)",
                    lambda m: m.group(1) + b"=%d" % round(int(m.group(2)) * (1 - self.share)),
                    line,
                )
        if self.kind == "clock" and re.match(rb"[a-z]+ .*\bt=\d+", line):
            spans = rb"(\b(?:ns|overhead_ns)=)(\d+)"
            stamps = rb"(\b(?:t|start_ns|end_ns)=)(\d+)"
            if line.startswith(b"clock "):
                stamps = rb"(\b(?:t|ns)=)(\d+)"
            else:
                line = re.sub(
                    spans, lambda m: m.group(1) + b"%d" % (int(m.group(2)) * (1 - self.share)), line
                )
            line = re.sub(stamps, self.stamp, line)
        return line


def pump_in(child, records):
    held = b""
    while True:
        data = os.read(0, 1 << 16)
        if not data:
            break
        lines = (held + data).split(b"\n")
        held = lines.pop()[-4096:]
        for line in lines:
            records.asked(line)
        child.stdin.write(data)
        child.stdin.flush()
    child.stdin.close()


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        records = Records(f.read().split())
    child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    if records.kind == "pause":
        records.pauser = Pauser(child.pid, records.share)
        records.pauser.start()
    threading.Thread(target=pump_in, args=(child, records), daemon=True).start()
    out = sys.stdout.buffer
    for line in child.stdout:
        out.write(records.said(line))
        out.flush()
    child.wait()
    if records.pauser:
        worked = records.pauser.worked
        tell("%.4f" % (records.pauser.paused / worked if worked else 0))


try:
    main()
except BrokenPipeError:
    sys.stderr.close()
