#!/bin/sh
# The guests of reach_guests.sh with a row of each subsystem.
# shellcheck disable=SC2034 # for what is sourced
reach_rows="sys.syscall ctx.2p0k ram.int.copy cint.events file.write:size=1M net.tcp.rx web oltp jbb"
# shellcheck source=tests/e2e/reach_guests.sh
. "${abs_top_srcdir:-.}/tests/e2e/reach_guests.sh"
