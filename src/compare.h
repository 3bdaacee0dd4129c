/* compare.h - two sides of stored sessions against each other: did anything get slower?
 *
 * A side is one result or the sessions of a baseline. For each metric and session there is one
 * figure in logs: native's own performance, and for each guest its ratio to native. Sessions differ
 * by more than the blocks inside them show (layout of memory, neighbours, the day), so only a side
 * of at least three sessions can carry a verdict: then the change is judged by a t statistic over
 * sessions whose variance is shrunk towards that of the other rows (stats_shrink), Holm over all
 * rows at family level 0.02, and must exceed the row's margin. With fewer sessions the rows show
 * the change with the interval that the blocks inside the sessions give, flag L, and no verdict. */
#ifndef VMTAX_COMPARE_H
#define VMTAX_COMPARE_H

#include "fingerprint.h"
#include "result.h"

#include <stdbool.h>
#include <stddef.h>

#define COMPARE_SESSIONS_MIN 3
#define COMPARE_FAMILY       0.02
/* An undecided row matters if it could have hidden a change of this size. */
#define COMPARE_FIND 0.10

struct compare_row {
    const struct workload *workload;
    char params[PARAMS_TEXT];
    char target[TARGET_ID_MAX];   /* "native": its own figure; else the guest's ratio to native */
    double before, after;         /* native: in the unit; guest: performance relative to native */
    struct stats_estimate change; /* log units, > 0 is faster; n = sessions, or blocks when young */
    double detectable;            /* log units; NAN unknown */
    double p;                     /* adjusted; NAN when not tested */
    enum verdict verdict;
    uint32_t flags;
};

#define COMPARE_DIFFERENCES_MAX 64

struct compare {
    struct compare_row *rows;
    size_t count, room;
    size_t sessions_before, sessions_after;
    bool young; /* too few sessions for a verdict */
    struct fingerprint_difference differences[COMPARE_DIFFERENCES_MAX];
    size_t difference_count;
    bool fatal;                     /* a fatal difference: nothing is comparable */
    size_t only_before, only_after; /* metrics that only one side has */
    /* Guests of either side that were emulated: their figures are no hypervisor's and never
     * compared. */
    char emulated[TARGETS_MAX][TARGET_ID_MAX];
    size_t emulated_count;
};

void compare_init(struct compare *c);
void compare_release(struct compare *c);
/* Sides with analysis up to date; at least one session each. */
void compare_results(struct compare *c, const struct result *before, size_t before_count,
                     const struct result *after, size_t after_count);
/* "What was emulated (tcg) is left out: ..."; empty when there are none. Returns out. */
const char *compare_emulated_text(const struct compare *c, char *out, size_t size);
/* Raises FLAG_FINGERPRINT on the rows that one of the differences may have moved. */
void compare_flag_changed(struct compare_row *rows, size_t count,
                          const struct fingerprint_difference *differences,
                          size_t difference_count);
/* Exit code by statistics.md: 0, 1, 3 or 4. */
int compare_exit(const struct compare *c);

#endif
