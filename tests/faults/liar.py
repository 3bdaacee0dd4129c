#!/usr/bin/env python3
"""An agent that lies: liar.py LIE SHA256 AGENT [ARGUMENT...].

The real agent's records pass through, but for what the lie makes of them. SHA256 is what the hello
says, that of the file that vmtax took for the agent.
"""
import re
import subprocess
import sys

BEGUN = re.compile(rb"begin ")


def change(line, key, value):
    return re.sub(rb"\b%s=[0-9]+" % key, b"%s=%d" % (key, value), line)


def number(line, key):
    return int(re.search(rb"\b%s=([0-9]+)" % key, line).group(1))


def flood(line, seq):
    while True:
        for _ in range(1000):
            seq += 1
            yield b"note text=%s seq=%d t=1\n" % (b"x" * 200, seq)


def silence(line, seq):
    while True:
        sys.stdin.buffer.read(1) or sys.exit(0)
        yield b""


def nonsense(line, seq):
    yield b"\x1b]0;owned\x07 \x1b[2J = \xff%%%\n"


def endless(line, seq):
    yield b"x" * 70000


def gap(line, seq):
    yield change(line, b"seq", seq + 1)


def gone(line, seq):
    sys.exit(3)


# What takes the place of the first `begin`, and of all that follows.
AT_BEGIN = {f.__name__: f for f in (flood, silence, nonsense, endless, gap, gone)}


class Result:
    """Lies about figures."""

    def __init__(self, lie):
        self.lie = lie
        self.clocks = 0

    def __call__(self, line):
        if line.startswith(b"clock "):
            self.clocks += 1
            if self.lie == "jump" and self.clocks > 20:
                line = change(line, b"ns", number(line, b"ns") + 3600 * 10**9)
            if self.lie == "back" and self.clocks > 20:
                line = change(line, b"ns", 1)
        if line.startswith(b"result "):
            if self.lie == "more":
                line = change(line, b"ops", 2**62)
            if self.lie == "longer":
                line = change(line, b"ns", number(line, b"ns") * 1000)
            if self.lie == "unverified":
                line = change(line, b"verified", 0)
        return line


def main():
    lie, sha, command = sys.argv[1], sys.argv[2].encode(), sys.argv[3:]
    out = sys.stdout.buffer
    agent = subprocess.Popen(command, stdout=subprocess.PIPE)
    if lie == "babble":
        while True:
            out.write(b"login: \x1b[31m" * 1000 + b"\n")
    change_result = Result(lie)
    for line in agent.stdout:
        if line.startswith(b"hello ") and lie != "other":
            line = re.sub(rb"sha256=[0-9a-f]+", b"sha256=" + sha, line)
        if BEGUN.match(line) and lie in AT_BEGIN:
            for piece in AT_BEGIN[lie](line, number(line, b"seq") - 1):
                out.write(piece)
                out.flush()
        out.write(change_result(line))
        out.flush()


try:
    main()
except BrokenPipeError:
    sys.stderr.close()
