#!/usr/bin/env python3
"""terminal.py LOG COMMAND...: runs the command on a terminal of its own, which has its stderr.

What the terminal shows is appended to LOG. SIGUSR1 stops the terminal (Ctrl-S), SIGUSR2 lets it go on
(Ctrl-Q), SIGTERM hangs it up. Ends as the command does.
"""
import os
import pty
import signal
import sys

out = os.dup(1)
null = os.open(os.devnull, os.O_RDONLY)
pid, master = pty.fork()
if pid == 0:
    os.dup2(null, 0)
    os.dup2(out, 1)
    os.closerange(3, 20)
    os.execvp(sys.argv[2], sys.argv[2:])

signal.signal(signal.SIGUSR1, lambda *_: os.write(master, b"\x13"))
signal.signal(signal.SIGUSR2, lambda *_: os.write(master, b"\x11"))
signal.signal(signal.SIGTERM, lambda *_: os.close(master))
with open(sys.argv[1], "ab", 0) as log:
    try:
        while data := os.read(master, 4096):
            log.write(data)
    except OSError:
        pass
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
