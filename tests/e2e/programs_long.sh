#!/bin/sh
# All programs in a virtual machine, though it be emulated.
VMTAX_PROGRAMS=all exec "${SHELL:-/bin/sh}" "${abs_top_srcdir:-.}/tests/e2e/programs.sh"
