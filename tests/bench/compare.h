/* compare.h - one figure of ours against a peer's, in one run.
 *
 * Both are measured in turn, in blocks ours-peer-peer-ours and their mirror, on the same pinned
 * processor; a block gives one log ratio, in which drift of the machine cancels; the ratio printed
 * is their Hodges-Lehmann estimate with its signed-rank interval, which a rule holds against
 * bounds. A block in which a hypervisor below took more than a hundredth of the processors (steal:
 * what marks a slot of a run S) counts for neither. There is no repeating until it passes: where
 * there are two bounds, blocks are added until the interval is half as wide as they are apart,
 * wherever it lies, or six times as many were tried as asked for. */
#ifndef VMTAX_BENCH_COMPARE_H
#define VMTAX_BENCH_COMPARE_H

#include <stdbool.h>

/* Exit status of a benchmark whose peer is not there: nothing failed, and nothing was shown. */
#define COMPARE_NOT_MEASURED 77

/* Performance, higher is better; NAN ends the comparison as failed (a sentence was written). */
typedef double compare_fn(void *context);

enum compare_rule {
    COMPARE_WITHIN,           /* the whole interval lies within the bounds */
    COMPARE_WITHIN_OR_COVERS, /* or it holds all that is between them: nothing else can be said */
    COMPARE_REACHES,          /* its upper end is at or above the lower bound: not shown slower */
    COMPARE_AS_FAST, /* the ratio is at or above the lower bound, its upper end reaches 1 */
};

struct compare {
    const char *name;
    const char *peer;
    compare_fn *ours, *theirs;
    void *context;
    enum compare_rule rule;
    double low, high; /* bounds of ours/theirs */
    const char *unit; /* of what is printed: scale times performance, or over it if time is set */
    double scale;
    bool time;
};

/* Measure at least so many blocks and print one line. False if it fails. With BENCH_ONLY=TEXT in
 * the environment a line whose name and peer do not hold that text is neither measured nor printed.
 */
bool compare_run(const struct compare *c, unsigned blocks);
void compare_heading(void);
/* Pin the process to the last of its processors, so that what the kernel runs on the first disturbs
 * less. -1 if that fails. Returns the processor. */
int compare_pin(void);

#endif
