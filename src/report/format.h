/* format.h - what the report formats share: which rows there are, and how numbers, verdicts and
 * flags are written. */
#ifndef VMTAX_REPORT_FORMAT_H
#define VMTAX_REPORT_FORMAT_H

#include "report/report.h"

#include <locale.h>
#include <stdio.h>

extern const struct report_format report_text, report_plain, report_json, report_csv,
    report_markdown, report_html, report_svg, report_openmetrics, report_junit;

/* Numbers are written with a point whatever the locale; the character set stays the user's. */
struct report_locale {
    locale_t neutral, before;
};
void report_begin(struct report_locale *l);
/* Restores the locale and flushes: 0, or -1 with a sentence if the output could not be written. */
int report_end(struct report_locale *l, FILE *out, struct error *e);

/* One metric on one target, with what there is about it; pointers are NULL where there is none. */
struct report_row {
    const struct metric *metric;
    size_t target;
    const struct figure_value *figure, *native;
    const struct comparison *comparison;
};
/* Every metric on every target, metric by metric; the caller frees. */
struct report_row *report_rows(const struct result *r, size_t *count);
/* Why a row has no figure or cannot be compared; NULL if neither is so. */
const char *report_reason(const struct result *r, const struct report_row *row);
/* The same, NULL also where it is the reference's failure alone: its own row tells it. */
const char *report_own_reason(const struct result *r, const struct report_row *row);
/* Why a row that was measured is inconclusive or has no interval; NULL if it is not so, or if the
 * figures say it. */
const char *report_doubt(const struct report_row *row);

/* "sys.read", "membw.frd size=64K cpus=1" */
char *report_label(const struct metric *m, char *out, size_t size);
/* Records a second of a disk row's figure; NAN where there is none. */
double report_iops(const struct metric *m, const struct figure_value *f);
/* By which way a target reached its load: "not used" in a result without rows that have one. */
const char *report_network(const struct result *r, const struct result_target *t);
/* MB a second of data that were sent in datagrams, whether they arrived or not; NAN: unknown. */
double report_sent(const struct metric *m, const struct figure_value *f);

/* A ratio as "% of native" in at most five characters: "97.2", "103", "0.31"; "n/a" of none. Never
 * a dash, which in ASCII is a verdict's sign. */
char *report_percent(char *out, size_t size, double ratio);

/* The signs of statistics.md. */
struct report_sign {
    const char *utf8, *ascii;
};
extern const struct report_sign report_signs[VERDICT_COUNT];

/* What a verdict is to a build server. */
enum report_outcome { REPORT_PASSED, REPORT_FAILED, REPORT_SKIPPED };
extern const enum report_outcome report_outcomes[VERDICT_COUNT];

/* Sentences about the machine and the run that a reader must know to trust the figures. Calls
 * say(context, sentence) for each. */
void report_caveats(const struct result *r, void (*say)(void *context, const char *sentence),
                    void *context);
/* Likewise: the machine, what the work was done by, the targets, the run. */
void report_machine(const struct result *r, void (*say)(void *context, const char *sentence),
                    void *context);
/* Likewise: what the work was done by alone. */
void report_engines(const struct result *r, void (*say)(void *context, const char *sentence),
                    void *context);
/* Likewise: the scores (score.h), if there are any. */
bool report_has_scores(const struct result *r);
void report_scores(const struct result *r, void (*say)(void *context, const char *sentence),
                   void *context);
/* What stands in place of an interval that says nothing (stats_telling). */
#define REPORT_VAGUE "from so few blocks, the interval spans more than a factor of two."
/* What holds in any case, to close the list. */
extern const char report_closing[];
/* How the verdicts were found: one sentence, a constant or in out. */
const char *report_method(const struct result *r, char out[256]);

#endif
