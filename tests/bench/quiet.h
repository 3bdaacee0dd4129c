/* quiet.h - is this machine quiet, as far as one thread can tell that is pinned to a processor?
 *
 * A look tells what everybody did so far and what the core and the caches behind it give just now.
 * The time between two looks was quiet if
 * - everything else on the machine took at most QUIET_PART of its processors meanwhile
 * (/proc/stat);
 * - the clock was steady: a chain of multiplications took as long after it as before, within
 *   STEADY_PART;
 * - the core was whole: a loop that wants all of it in every cycle took, measured in that chain, at
 *   most WHOLE_PART longer than the fastest such loop so far, at both ends. That finds what
 *   /proc/stat does not see: another guest on the other thread of the core, which makes that loop
 *   half as fast and the chain not slower;
 * - and, where it matters, the last cache and memory were: to read QUIET_FAR_MIB that had just been
 * read took at most FAR_PART longer than the fastest such reading so far, at both ends. That finds
 * other guests that fill that cache or move memory. */
#ifndef VMTAX_TESTS_BENCH_QUIET_H
#define VMTAX_TESTS_BENCH_QUIET_H

#include <stdbool.h>
#include <stddef.h>

#define QUIET_FAR_MIB 32

struct look {
    double wall;  /* seconds, of a clock that does not go back */
    double all;   /* seconds of all processors, not idle; NAN: cannot be told */
    double own;   /* seconds of this process */
    double chain; /* seconds */
    double whole; /* times the chain */
    double far;   /* seconds */
};

struct quiet {
    unsigned char *far; /* what is read */
    double whole_least, far_least, far_most;
};

/* A few seconds of looks, for the least of everything. quiet_free() in any case. */
struct quiet quiet_begin(void);
void quiet_free(struct quiet *q);

struct look quiet_look(struct quiet *q);
/* Was it, from then to now? far: what ran works in more than the core's own caches hold. */
bool quiet_between(const struct quiet *q, const struct look *then, const struct look *now,
                   bool far);
/* Is the core whole? Takes half a millisecond and no memory. */
bool quiet_core_whole(const struct quiet *q);

#endif
