/* scratch.h - a directory of a benchmark's own. */
#ifndef VMTAX_BENCH_SCRATCH_H
#define VMTAX_BENCH_SCRATCH_H

#include <stdbool.h>

/* Makes it, of a pattern that ends with XXXXXX, which becomes its path. It and what is in it go
 * with this process, however that ends: another one, of a session of its own, waits for that. False
 * with errno. */
bool scratch_make(char *pattern);

#endif
