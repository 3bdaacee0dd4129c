#!/bin/sh
# The promises of the statistical method with all worlds and sessions; tests/sim_coverage.c says which.
exec "${abs_top_builddir:?}/tests/sim_coverage" --long
