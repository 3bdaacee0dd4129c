/* JUnit XML, for build servers: a suite for each guest, a case for each metric. Worse and slightly
 * worse are failures; what has no verdict is skipped, with the reason. Of native alone a case is
 * whether it was measured. */
#include <config.h>

#include "report/format.h"
#include "report/markup.h"
#include "report/report.h"

#include "store.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum report_outcome outcome_of(const struct report_row *row)
{
    if (row->comparison)
        return report_outcomes[row->comparison->verdict];
    return row->target == 0 && row->figure && row->figure->measured ? REPORT_PASSED
                                                                    : REPORT_SKIPPED;
}

/* Seconds that the metric's slots took on this target. */
static double seconds_of(const struct result *r, const struct report_row *row)
{
    double sum = 0;
    for (size_t i = 0; i < r->slot_count; i++)
        if (&r->metrics[r->slots[i].metric] == row->metric && r->slots[i].target == row->target &&
            isfinite(r->slots[i].host_s))
            sum += r->slots[i].host_s;
    return sum;
}

static const char *why(const struct result *r, const struct report_row *row)
{
    const char *reason = report_reason(r, row);
    if (!reason)
        reason = report_doubt(row);
    return reason ? reason : row->comparison ? verdicts[row->comparison->verdict].title : "";
}

/* "81.9 % of native (81.1 .. 83.5), 6 blocks" */
static void write_ratio(FILE *out, const struct comparison *c)
{
    char ratio[16], low[16], high[16];
    markup_printf(out, "%s %% of native",
                  report_percent(ratio, sizeof ratio, exp(c->estimate.centre)));
    if (stats_telling(&c->estimate))
        markup_printf(out, " (%s .. %s)", report_percent(low, sizeof low, exp(c->estimate.low)),
                      report_percent(high, sizeof high, exp(c->estimate.high)));
    markup_printf(out, ", %zu blocks", c->estimate.n);
}

/* A line each. */
static void write_figures(FILE *out, const struct report_row *row)
{
    const struct workload *w = row->metric->row;
    const char *unit = w ? workload_unit(w) : "";
    const struct figure_value *f[] = {row->native, row->figure};
    static const char *const whose[] = {"native", "here"};
    for (size_t i = row->target == 0; i < 2; i++) {
        char value[16];
        if (!f[i] || !f[i]->measured)
            continue;
        markup_printf(out, "%s: %s%s%s, %zu slot%s", whose[i],
                      text_figure(value, sizeof value, f[i]->value), unit[0] ? " " : "", unit,
                      f[i]->n, f[i]->n == 1 ? "" : "s");
        fputc('\n', out); /* markup has no control characters */
    }
}

static void write_case(const struct result *r, const struct report_row *row, FILE *out)
{
    const struct workload *w = row->metric->row;
    const struct comparison *c = row->comparison;
    enum report_outcome o = outcome_of(row);
    char label[128];
    fputs("    <testcase classname=\"", out);
    markup_printf(out, "%s.%s", r->targets[row->target].id,
                  w ? subsystems[w->subsystem].id : "unknown");
    fputs("\" name=\"", out);
    markup_text(out, report_label(row->metric, label, sizeof label));
    fprintf(out, "\" time=\"%.3f\">\n", seconds_of(r, row));
    if (o == REPORT_FAILED) {
        fprintf(out, "      <failure type=\"%s\" message=\"", verdicts[c->verdict].id);
        markup_printf(out, "%s: ", verdicts[c->verdict].title);
        write_ratio(out, c);
        fputs("\">", out);
        write_figures(out, row);
        fputs("</failure>\n", out);
    } else if (o == REPORT_SKIPPED) {
        fputs("      <skipped message=\"", out);
        markup_text(out, why(r, row));
        fputs("\"/>\n", out);
    } else {
        fputs("      <system-out>", out);
        if (c) {
            write_ratio(out, c);
            fputc('\n', out);
        }
        write_figures(out, row);
        fputs("</system-out>\n", out);
    }
    fputs("    </testcase>\n", out);
}

struct tally {
    size_t tests, failures, skipped;
    double seconds;
};

static void count(struct tally *n, const struct result *r, const struct report_row *row)
{
    n->tests++;
    n->failures += outcome_of(row) == REPORT_FAILED;
    n->skipped += outcome_of(row) == REPORT_SKIPPED;
    n->seconds += seconds_of(r, row);
}

static void write_tally(FILE *out, const struct tally *n)
{
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"%.3f\"",
            n->tests, n->failures, n->skipped, n->seconds);
}

static void write_suite(const struct result *r, const struct report_row *rows, size_t row_count,
                        size_t t, FILE *out)
{
    struct tally n = {0};
    char started[32];
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].target == t)
            count(&n, r, &rows[i]);
    fputs("  <testsuite name=\"", out);
    markup_text(out, r->targets[t].id);
    /* The schema's time has no zone. */
    store_time(started, sizeof started, r->started);
    started[strcspn(started, "Z")] = '\0';
    fprintf(out, "\" timestamp=\"%s\"", started);
    write_tally(out, &n);
    fputs(">\n    <properties>\n", out);
    const char *const properties[][2] = {{"vmtax", r->tool_version},
                                         {"profile", r->profile},
                                         {"by", r->targets[t].how},
                                         {"kernel", r->targets[t].kernel}};
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        fprintf(out, "      <property name=\"%s\" value=\"", properties[i][0]);
        markup_text(out, properties[i][1]);
        fputs("\"/>\n", out);
    }
    fputs("    </properties>\n", out);
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].target == t)
            write_case(r, &rows[i], out);
    fputs("  </testsuite>\n", out);
}

static int write_junit(const struct result *r, FILE *out, struct error *e)
{
    struct report_locale l;
    struct tally n = {0};
    size_t row_count, first = r->target_count > 1;
    report_begin(&l);
    struct report_row *rows = report_rows(r, &row_count);
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].target >= first)
            count(&n, r, &rows[i]);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"vmtax\"", out);
    write_tally(out, &n);
    fputs(">\n", out);
    for (size_t t = first; t < r->target_count; t++)
        write_suite(r, rows, row_count, t, out);
    fputs("</testsuites>\n", out);
    free(rows);
    return report_end(&l, out, e);
}

const struct report_format report_junit = {
    .id = "junit",
    .what = "for build servers: worse is a failure, without a verdict is skipped",
    .write = write_junit,
};
