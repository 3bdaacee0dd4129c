/* result.h - what SPEC's own result file says about one benchmark.
 *
 * This is the raw file (.rsf) from which SPEC's tools make all their reports, and the only one that
 * they always write. Its lines are `KEY: VALUE`; those of a run are
 *
 *     spec.cpu2006.results.400_perlbench.base.000.reported_time: 494.97
 *     spec.cpu2017.results.500_perlbench_r.base.000.valid: S
 *
 * with the benchmark (its dot is an underscore), the tuning and the iteration. */
#ifndef VMTAX_SPEC_RESULT_H
#define VMTAX_SPEC_RESULT_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* Files that are longer are none of SPEC's. */
#define SPEC_RESULT_MAX ((size_t)32 << 20)

struct spec_result {
    double seconds;  /* SPEC's time, > 0 and at most SPEC_SECONDS_MAX */
    uint64_t copies; /* 0: not told */
};

#define SPEC_SECONDS_MAX 1e7

/* Reads any bytes. 0 if the benchmark ran once, with base tuning, and SPEC found its output right;
 * else -1 with a sentence in SPEC's words that begins with the benchmark's name. */
int spec_result_parse(const char *text, size_t size, const char *benchmark, struct spec_result *out,
                      struct error *e);

#endif
