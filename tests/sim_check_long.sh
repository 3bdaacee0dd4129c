#!/bin/sh
# The promises of a check with all worlds and many checks; tests/sim_check.c says which.
exec "${abs_top_builddir:?}/tests/sim_check" --long
