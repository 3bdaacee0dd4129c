/* baseline.h - the stored reference: several sessions of native results, each a file of its own.
 *
 * One session says little: figures move from session to session more than within one
 * (statistics.md). So a baseline is a directory of sessions, and what it gives is the median over
 * them with its spread, and how far it may be trusted. */
#ifndef VMTAX_BASELINE_H
#define VMTAX_BASELINE_H

#include "result.h"
#include "snapshot.h"

#define BASELINE_YOUNG  3  /* sessions below which it cannot judge */
#define BASELINE_STRONG 10 /* sessions from which it is called strong */
#define BASELINE_MAX    64 /* sessions that are read, the newest */

struct baseline {
    char name[64];
    struct result *sessions; /* newest first */
    size_t count;
};
/* name: of the store, or, where that has none, of a file that was exported (baseline_file.h); with
 * a '/' it is such a file or a directory of sessions, such as a copy from elsewhere. Damaged
 * sessions are set aside with a warning on stderr, and copies do not count; none left is an error.
 * On failure b is empty. */
int baseline_load(struct baseline *b, const char *name, struct error *e);
/* The same of one that was just listed (store_list), which told what of it cannot be read. That
 * there are copies, and how many, the caller tells. */
int baseline_read(struct baseline *b, const char *name, size_t *copies, struct error *e);
void baseline_release(struct baseline *b);
/* Each session once; returns how many were copies. Derived parts must be up to date. */
size_t baseline_drop_copies(struct baseline *b);
/* The median over sessions of a metric's native figure, in the metric's unit. low and high are the
 * smallest and largest session, or, where only one session has it, its own 95 % interval (low =
 * high = value if it has none). Sessions in which the workload was other work than in today are
 * left out (fingerprint_other_work()). False if no session has it. */
bool baseline_native(const struct baseline *b, const struct result *today, const char *workload,
                     const char *params, double *value, double *low, double *high);
/* "too young to judge, 2 more sessions" / "5 sessions" / "strong, 12 sessions" */
void baseline_strength(const struct baseline *b, char *out, size_t size);
/* Is that the age of something that is dated in the future? Then a clock or the file is wrong. */
bool baseline_is_future(double age_s);
/* "the first 12 days ago, the last 3 hours ago" */
void baseline_age(const struct baseline *b, int64_t now, char *out, size_t size);
/* Fill s->baseline and the baseline columns of s->metrics (rows that only the baseline has are
 * added). today holds the machine's facts, for the differences; age counts from now. */
void baseline_show(const struct baseline *b, const struct result *today, int64_t now,
                   struct snapshot *s);

#endif
