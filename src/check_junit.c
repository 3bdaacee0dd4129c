/* The verdict of a check as JUnit XML: a suite for the whole and one for each target, in which
 * every subsystem's mean and every row is a case. Worse is a failure; what was not decided is
 * skipped. */
#include "check.h"

#include "report/format.h"
#include "report/markup.h"
#include "store.h"

#include <math.h>
#include <string.h>

struct tally {
    size_t tests, failures, skipped;
};

/* A case: what it is called, and what was found. */
struct found {
    const char *target, *subsystem, *name, *params;
    const struct stats_estimate *change;
    enum verdict verdict;
};

static void count(struct tally *n, enum report_outcome o)
{
    n->tests++;
    n->failures += o == REPORT_FAILED;
    n->skipped += o == REPORT_SKIPPED;
}

static void open_suite(FILE *out, const char *name, const struct tally *n, const char *when)
{
    fputs("  <testsuite name=\"", out);
    markup_text(out, name);
    fprintf(out,
            "\" timestamp=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
            when, n->tests, n->failures, n->skipped);
}

/* "container.memory", "ram.int.copy size=128M" */
static void open_case(FILE *out, const struct found *f)
{
    fputs("    <testcase classname=\"", out);
    markup_printf(out, "%s%s%s", f->target, f->subsystem[0] ? "." : "", f->subsystem);
    fputs("\" name=\"", out);
    markup_printf(out, "%s%s%s", f->name, f->params[0] ? " " : "", f->params);
    fputs("\">\n", out);
}

static void close_case(FILE *out, enum report_outcome o, const char *type, const char *message,
                       const char *more)
{
    if (o == REPORT_FAILED) {
        fprintf(out, "      <failure type=\"%s\" message=\"", type);
        markup_text(out, message);
        fputs("\">", out);
        markup_text(out, more);
        fputs("</failure>\n", out);
    } else if (o == REPORT_SKIPPED) {
        fputs("      <skipped message=\"", out);
        markup_text(out, message);
        fputs("\"/>\n", out);
    } else {
        fputs("      <system-out>", out);
        markup_text(out, message);
        fputs("</system-out>\n", out);
    }
    fputs("    </testcase>\n", out);
}

static void write_found(FILE *out, const struct found *f)
{
    char message[160];
    int used = snprintf(message, sizeof message, "%s: %+.1f %%", verdicts[f->verdict].title,
                        100 * expm1(f->change->centre));
    if (f->change->bounded)
        snprintf(message + used, sizeof message - (size_t)used,
                 " (%+.1f .. %+.1f), above 0 is faster", 100 * expm1(f->change->low),
                 100 * expm1(f->change->high));
    open_case(out, f);
    close_case(out, report_outcomes[f->verdict], verdicts[f->verdict].id, message, "");
}

static struct found found_group(const struct check_group *g)
{
    return (struct found){g->target, subsystems[g->subsystem].id, "mean", "", &g->change,
                          g->verdict};
}

static struct found found_row(const struct compare_row *row)
{
    return (struct found){row->target,       subsystems[row->workload->subsystem].id,
                          row->workload->id, row->params,
                          &row->change,      row->verdict};
}

static void count_target(const struct check *c, const char *target, struct tally *n)
{
    for (size_t i = 0; i < c->group_count; i++)
        if (strcmp(c->groups[i].target, target) == 0)
            count(n, report_outcomes[c->groups[i].verdict]);
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->rows[i].target, target) == 0)
            count(n, report_outcomes[c->rows[i].verdict]);
}

static void write_target(const struct check *c, const char *target, const char *when, FILE *out)
{
    struct tally n = {0};
    count_target(c, target, &n);
    open_suite(out, target, &n, when);
    for (size_t i = 0; i < c->group_count; i++)
        if (strcmp(c->groups[i].target, target) == 0) {
            struct found f = found_group(&c->groups[i]);
            write_found(out, &f);
        }
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->rows[i].target, target) == 0) {
            struct found f = found_row(&c->rows[i]);
            write_found(out, &f);
        }
    fputs("  </testsuite>\n", out);
}

/* Has an earlier row this target? */
static bool seen(const struct check *c, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(c->rows[i].target, c->rows[row].target) == 0)
            return true;
    return false;
}

static enum report_outcome outcome_of(const struct check *c)
{
    int code = check_exit(c);
    return code == 0 ? REPORT_PASSED : code == 1 ? REPORT_FAILED : REPORT_SKIPPED;
}

/* The answer, with all that is said about it. */
static void write_whole(const struct check *c, const char *when, FILE *out)
{
    static const struct stats_estimate none = {.n = 0};
    const struct found whole = {"check", "", "verdict", "", &none, VERDICT_SAME};
    struct tally n = {0};
    char counts[160], message[320], more[CHECK_ADVICE_MAX * (CHECK_ADVICE_TEXT + 1) + 1] = "";
    size_t used = 0;
    for (size_t i = 0; i < c->advice_count; i++)
        used += (size_t)snprintf(more + used, sizeof more - used, "%s\n", c->advice[i]);
    snprintf(message, sizeof message, "%s: %s", check_headline(c),
             c->fatal ? c->differences[0].sentence : check_counts(c, counts, sizeof counts));
    count(&n, outcome_of(c));
    open_suite(out, "check", &n, when);
    open_case(out, &whole);
    close_case(out, outcome_of(c), "worse", message, more);
    fputs("  </testsuite>\n", out);
}

void check_write_junit(const struct check *c, int64_t when, FILE *out)
{
    struct tally n = {0};
    char time[32];
    store_time(time, sizeof time, when);
    time[strcspn(time, "Z")] = '\0'; /* the schema's has no zone */
    count(&n, outcome_of(c));
    for (size_t i = 0; i < c->count; i++)
        if (!seen(c, i))
            count_target(c, c->rows[i].target, &n);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"vmtax check\" "
            "tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n",
            n.tests, n.failures, n.skipped);
    write_whole(c, time, out);
    for (size_t i = 0; i < c->count; i++)
        if (!seen(c, i))
            write_target(c, c->rows[i].target, time, out);
    fputs("</testsuites>\n", out);
}
