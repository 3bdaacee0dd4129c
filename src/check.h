/* check.h - the sessions of now against those of a baseline: did anything get slower, and what?
 *
 * A stored reference varies from session to session, so a row is judged by how much it does
 * (statistics.md). For each row and session there is one figure in logs (series.h).
 * - The variance between sessions is shrunken (shrink.h): of a row within its subsystem where that
 *   has five rows and more on the target, else among all rows of like margin; of a subsystem's mean
 *   among the means of like margin, native's apart from the guests'.
 * - t = change / error, error² = max(s², s_now²/m) + s²/K, with d0 + K - 1 degrees of freedom. The
 *   m sessions of a check follow one another and share what that hour is like, so together they
 *   count as one session of the baseline's kind and not as m (whose error would be s²/m).
 *   Where the sessions of now differ so much among themselves that even their mean is worse known,
 *   that counts (Welch's degrees of freedom). s_now² is shrunken as s² is: of so few sessions one
 * of many series always looks restless by chance, and a machine that is busy now is so in all.
 * - First the means: every subsystem on every guest, and native by subsystem (one mean of all of
 *   native's rows would hide a slower disk), one family, Holm at 0.02. Then, within what moved, the
 *   rows, Holm at 0.02 in each. To be called better or worse, a mean or a row must have changed by
 *   more than its margin, too.
 * - X, what could have been found: the least change of a mean (and of a single row, which must move
 *   its subsystem's mean first) that is found in at least 80 % of checks. Native's own is stated
 *   beside that of the guests, because its absolute figures vary with the day; either above the
 *   bound makes a check inconclusive. With fewer than three sessions in the baseline there are
 *   intervals, flag L, and no verdict.
 * Simulated (tests/sim_check.c, 2000 checks each): false alarms in 0 to 1.5 % of checks, 3.2 %
 * where the machine is twice as noisy as in the baseline and only two sessions fit, or where days
 * differ and K = 3; of a subsystem that is 10 % slower 99 to 100 % found, 5 % 74 to 100 %, in noisy
 * ones 20 % 93 to 100 %, 10 % 66 to 100 % (session deviation 1 %, 2 % in noisy ones, K = 5). At
 * twice that and K = 10 a slowdown of 10 % is found in 99 % and one of 5 % in 26 %; in noisy
 * subsystems 20 % in 82 to 98 %.
 */
#ifndef VMTAX_CHECK_H
#define VMTAX_CHECK_H

#include "baseline.h"
#include "compare.h"
#include "fingerprint.h"
#include "result.h"
#include "series.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CHECK_FAMILY         0.02
#define CHECK_FIND           0.10 /* X beyond which a check is inconclusive, as a loss: 0.1 is 10 % */
#define CHECK_SESSIONS       3    /* of one check, as many of them as fit */
#define CHECK_SESSIONS_MIN   2    /* one alone cannot show that the machine is busier than it was */
#define CHECK_SUBSYSTEM_ROWS 5    /* from which on a subsystem has enough rows for itself */

#define CHECK_ADVICE_MAX     16
#define CHECK_ADVICE_TEXT    400
#define CHECK_LINE           240

/* The mean over the rows of a subsystem on a target. */
struct check_group {
    enum subsystem subsystem;
    char target[TARGET_ID_MAX];
    size_t rows;                  /* in the mean */
    struct stats_estimate change; /* log units, > 0 is faster; n = sessions of the baseline */
    double detectable;            /* log units */
    double p;                     /* adjusted */
    bool moved;                   /* significant: its rows are looked at */
    enum verdict verdict;
};

enum check_cause { CHECK_NOBODY, CHECK_HOST, CHECK_HYPERVISOR, CHECK_BOTH };

/* What one or more rows or means could have shown. */
struct check_power {
    bool known;
    double subsystem, row; /* the least change that is found in each of them, log units */
};

struct check {
    struct compare_row *rows; /* in the order of the series; see compare.h */
    size_t *group_of;         /* of rows[i]; SIZE_MAX: in none */
    size_t count;
    struct check_group *groups;
    size_t group_count;
    size_t sessions_before, sessions_now;
    size_t more; /* sessions that the baseline lacks; 0: it can judge */
    struct fingerprint_difference differences[COMPARE_DIFFERENCES_MAX];
    size_t difference_count;
    bool fatal; /* nothing is comparable */
    size_t
        lost_targets;   /* guests of the baseline that were to be measured and have no figure now */
    char lost_why[256]; /* of one that was not even begun, cleaned; empty: there is none */
    /* Rows of the plan without a figure now on a target that has some, or with one of one session
     * only where there are more. */
    size_t lost_rows;
    size_t left_out;   /* rows of the baseline that were not planned for lack of time */
    size_t young_rows; /* not planned, because fewer than three of its sessions have them */
    bool absent[SUBSYSTEM_COUNT]; /* of the baseline's: those of which nothing was planned */
    size_t other_rows; /* their work is other work now, as another web server's: not judged */
    size_t verdicts[VERDICT_COUNT]; /* of the rows */
    enum check_cause cause;
    struct check_power power, native_power;
    double find;                                      /* the bound of X, log units */
    char baseline[64];                                /* its name */
    char before[CHECK_LINE], after[CHECK_LINE];       /* the two sides, each in a line */
    char advice[CHECK_ADVICE_MAX][CHECK_ADVICE_TEXT]; /* sentences: why, and what to look at next */
    size_t advice_count;
};

void check_init(struct check *c);
void check_release(struct check *c);
/* Judge the rows of s. find: the bound, as a loss in (0, 1). */
void check_judge(struct check *c, const struct series *s, double find);
/* Fills in what follows from rows and groups that were judged elsewhere: group_of, which has room
 * for count, and verdicts. */
void check_settle(struct check *c);
/* What a plan left out of the baseline, which no session shows. */
struct check_absent {
    size_t targets, rows;             /* that are lacking, or for which the time does not suffice */
    size_t young;                     /* rows that too few of its sessions have */
    bool subsystems[SUBSYSTEM_COUNT]; /* of which it has rows, and the plan none */
    const char *why;                  /* of the last of the targets; "" if there is none */
};
/* The whole: sessions with analysis up to date, at least one each. absent may be NULL. */
void check_results(struct check *c, const struct baseline *b, const struct result *now,
                   size_t now_count, double find, const struct check_absent *absent);
/* Exit code by statistics.md: 0, 1, 3 or 4. */
int check_exit(const struct check *c);
/* Could a change of the size that was asked for (find) have stayed hidden, on guests or native? */
bool check_hides(const struct check *c);
bool check_is_worse(enum verdict v);
bool check_is_decided(enum verdict v); /* better, slightly worse, worse */

/* In words. The verdict of the whole: "WORSE", "NOTHING WORSE", "INCONCLUSIVE", "NOT COMPARABLE".
 */
const char *check_headline(const struct check *c);
/* That of one row which has the same sign. */
enum verdict check_sign(const struct check *c);
/* "2 of 46 rows worse, 0 better, 41 same, 3 no sign, 0 inconclusive" */
char *check_counts(const struct check *c, char *out, size_t size);
/* Indexes of the rows that are decided, the largest changes first, worse before better; then those
 * in doubt. order has room for c->count; returns how many. */
size_t check_changed(const struct check *c, size_t *order);
/* Fill c->advice, c->before and c->after. b and now as for check_results(). */
void check_advise(struct check *c, const struct baseline *b, const struct result *now,
                  size_t now_count);

/* The forms of a verdict: for the terminal, as JSON (schema vmtax.check/1), as a page and as
 * Markdown, for the node exporter's textfile collector, and for build servers. when: Unix seconds.
 * Whether it could be written says the stream. */
struct check_form {
    const char *id; /* as that of the report's format */
    void (*write)(const struct check *c, int64_t when, FILE *out);
};
extern const struct check_form check_forms[]; /* ends with id NULL; text is the first */
void check_write_text(const struct check *c, int64_t when, FILE *out);
void check_write_json(const struct check *c, int64_t when, FILE *out);
void check_write_markdown(const struct check *c, int64_t when, FILE *out);
void check_write_html(const struct check *c, int64_t when, FILE *out);
void check_write_metrics(const struct check *c, int64_t when, FILE *out);
void check_write_junit(const struct check *c, int64_t when, FILE *out);
/* NULL: none. */
const struct check_form *check_form_find(const char *id);

/* What forms share: "sys.read", "ram.int.copy size=128M"; before and after of a row with its unit,
 * "107 ns", "97.3 % of native"; "+1.2 %"; "[-0.3, +2.1]", "none". Each returns out. */
char *check_label(const struct compare_row *row, char *out, size_t size);
char *check_value(const struct compare_row *row, double value, char *out, size_t size);
char *check_percent(double change, char *out, size_t size);
char *check_interval(const struct stats_estimate *e, char *out, size_t size);

/* Out of all texts and names goes what tells whose machine it was, as redact_result() does it with
 * results: b and now are those that the check was made of. */
void check_redact(struct check *c, const struct baseline *b, const struct result *now,
                  size_t now_count);

#endif
