/* OpenMetrics text, for the node exporter's textfile collector and whatever else scrapes a file.
 *
 * Families are gauges in base units, each with HELP, TYPE and UNIT, without time stamps: that
 * collector takes no others, and knows no further types. What was not measured has no sample. */
#include <config.h>

#include "report/format.h"
#include "report/metric.h"
#include "report/report.h"

#include "analysis.h"

#include <math.h>
#include <stdlib.h>

struct page {
    FILE *out;
    const struct result *r;
    const struct report_row *rows;
    size_t count;
};

struct family {
    const char *name; /* after "vmtax_"; ends with the unit where there is one */
    const char *unit; /* or "" */
    const char *help;
    /* The value of a row; NAN: no sample. */
    double (*value)(const struct report_row *row);
};

static void row_labels(const struct page *p, const char *name, const struct report_row *row)
{
    const struct workload *w = row->metric->row;
    fprintf(p->out, "vmtax_%s", name);
    metric_label(p->out, true, "workload", row->metric->workload);
    metric_label(p->out, false, "params", row->metric->params);
    metric_label(p->out, false, "subsystem", w ? subsystems[w->subsystem].id : "");
    metric_label(p->out, false, "target", p->r->targets[row->target].id);
}

/* ---- figures: a family for each unit ---- */

struct unit {
    const char *name, *unit, *what;
    double scale; /* from the workload's unit to the base unit; 0: it is of another family */
    enum figure figure;
};

static const struct unit units[] = {
    {"time_seconds", "seconds", "Time of one operation", 1, FIGURE_TIME_S},
    {"time_seconds", "seconds", "Time of one operation", 1e-3, FIGURE_TIME_MS},
    {"time_seconds", "seconds", "Time of one operation", 1e-6, FIGURE_TIME_US},
    {"time_seconds", "seconds", "Time of one operation", 1e-9, FIGURE_TIME_NS},
    {"rate_operations_per_second", "operations_per_second", "Operations", 1, FIGURE_OPS_PER_S},
    {"rate_bytes_per_second", "bytes_per_second", "Bytes moved", 1e6, FIGURE_MB_PER_S},
    {"rate_flops_per_second", "flops_per_second", "Floating-point operations", 1e9, FIGURE_GFLOPS},
};
#define UNITS (sizeof units / sizeof *units)

static const struct end {
    const char *name, *help;
} ends[] = {
    {"", "median of the slots"},
    {"low_", "lower end of the 95 % interval of the median"},
    {"high_", "upper end of the 95 % interval of the median"},
};

static double end_of(const struct figure_value *f, size_t end)
{
    return end == 0 ? f->value : !f->bounded ? NAN : end == 1 ? f->low : f->high;
}

/* Is u the first of its family? */
static bool begins(size_t u)
{
    return u == 0 || units[u].name != units[u - 1].name;
}

static void write_unit(const struct page *p, size_t u, size_t end)
{
    char name[64], help[160];
    bool any = false;
    snprintf(name, sizeof name, "%s%s", ends[end].name, units[u].name);
    snprintf(help, sizeof help, "%s: %s.", units[u].what, ends[end].help);
    for (size_t i = 0; i < p->count; i++) {
        const struct report_row *row = &p->rows[i];
        if (!row->figure || !row->figure->measured || !row->metric->row)
            continue;
        size_t k = u;
        while (k < UNITS && units[k].figure != row->metric->row->figure)
            k++;
        double value = end_of(row->figure, end);
        if (k == UNITS || units[k].name != units[u].name || !isfinite(value))
            continue;
        if (!any)
            metric_head(p->out, name, units[u].unit, help);
        any = true;
        row_labels(p, name, row);
        metric_sample(p->out, value * units[k].scale);
    }
}

/* ---- what is said of a row ---- */

static double slots(const struct report_row *row)
{
    return row->figure ? (double)row->figure->n : NAN;
}

static double noise(const struct report_row *row)
{
    return row->figure && row->figure->measured ? row->figure->noise : NAN;
}

static double loss(const struct report_row *row)
{
    const struct figure_value *f = row->figure;
    return f ? arrival_loss(&f->arrival) : NAN;
}

static double disorder(const struct report_row *row)
{
    return row->figure ? arrival_disorder(&row->figure->arrival) : NAN;
}

static double errors(const struct report_row *row)
{
    const struct figure_value *f = row->figure;
    return f && figure_counts_errors(f, row->metric->row) ? (double)f->statements.errors : NAN;
}

static double iops(const struct report_row *row)
{
    return report_iops(row->metric, row->figure);
}

static double seconds(const struct report_row *row, size_t quantile)
{
    const struct figure_value *f = row->figure;
    if (!f || !f->latency.known)
        return NAN;
    const double us[] = {f->latency.p50_us, f->latency.p90_us, f->latency.p99_us};
    return 1e-6 * us[quantile];
}

static double p50(const struct report_row *row)
{
    return seconds(row, 0);
}

static double p90(const struct report_row *row)
{
    return seconds(row, 1);
}

static double p99(const struct report_row *row)
{
    return seconds(row, 2);
}

static const struct comparison *compared(const struct report_row *row)
{
    return row->comparison && row->comparison->estimate.n ? row->comparison : NULL;
}

static double ratio(const struct report_row *row)
{
    return compared(row) ? exp(row->comparison->estimate.centre) : NAN;
}

/* An endless interval has no end to tell. */
static double ratio_end(const struct report_row *row, double end)
{
    return compared(row) && row->comparison->estimate.bounded && isfinite(end) ? exp(end) : NAN;
}

static double ratio_low(const struct report_row *row)
{
    return row->comparison ? ratio_end(row, row->comparison->estimate.low) : NAN;
}

static double ratio_high(const struct report_row *row)
{
    return row->comparison ? ratio_end(row, row->comparison->estimate.high) : NAN;
}

static double detectable(const struct report_row *row)
{
    return compared(row) && isfinite(row->comparison->detectable)
               ? stats_loss(row->comparison->detectable)
               : NAN;
}

static double blocks(const struct report_row *row)
{
    return row->comparison ? (double)row->comparison->estimate.n : NAN;
}

static const struct family families[] = {
    {"slots", "", "Slots measured.", slots},
    {"noise_ratio", "ratio", "Noise of the slots, relative to the figure.", noise},
    {"datagram_loss_ratio", "ratio", "Share of the datagrams sent that did not arrive.", loss},
    {"datagram_disorder_ratio", "ratio", "Share of the datagrams that arrived after a later one.",
     disorder},
    {"errors", "",
     "Requests without their page, or transactions that were begun again, in all slots.", errors},
    {"io_per_second", "per_second", "Records that a disk row moved in a second.", iops},
    {"latency_p50_seconds", "seconds", "Half of the operations took no longer.", p50},
    {"latency_p90_seconds", "seconds", "90 % of the operations took no longer.", p90},
    {"latency_p99_seconds", "seconds", "99 % of the operations took no longer.", p99},
    {"performance_ratio", "ratio",
     "Performance relative to native: below 1 is slower, for times "
     "too.",
     ratio},
    {"performance_low_ratio", "ratio", "Lower end of its interval.", ratio_low},
    {"performance_high_ratio", "ratio", "Upper end of its interval.", ratio_high},
    {"performance_blocks", "", "Blocks that were compared.", blocks},
    {"detectable_ratio", "ratio", "The loss that would have been found with 80 % probability.",
     detectable},
};

static void write_family(const struct page *p, const struct family *f)
{
    bool any = false;
    for (size_t i = 0; i < p->count; i++) {
        double value = f->value(&p->rows[i]);
        if (!isfinite(value))
            continue;
        if (!any)
            metric_head(p->out, f->name, f->unit, f->help);
        any = true;
        row_labels(p, f->name, &p->rows[i]);
        metric_sample(p->out, value);
    }
}

static void write_verdicts(const struct page *p)
{
    bool any = false;
    for (size_t i = 0; i < p->count; i++) {
        const struct comparison *c = p->rows[i].comparison;
        if (!c)
            continue;
        if (!any)
            metric_head(p->out, "verdict", "", "Always 1; the verdict and its flags are labels.");
        any = true;
        char letters[FLAG_COUNT + 1];
        row_labels(p, "verdict", &p->rows[i]);
        metric_label(p->out, false, "verdict", verdicts[c->verdict].id);
        metric_label(p->out, false, "flags", stats_flags(c->flags, letters));
        metric_sample(p->out, 1);
    }
}

static void write_counters(const struct page *p)
{
    bool any = false;
    for (size_t i = 0; i < p->count; i++)
        for (enum counter k = 0; p->rows[i].figure && k < COUNTER_COUNT; k++) {
            if (!(p->rows[i].figure->cost.known & 1u << k))
                continue;
            if (!any)
                metric_head(p->out, "counted_per_second", "per_second",
                            "White-box counters, in the unit that each one's name says.");
            any = true;
            row_labels(p, "counted_per_second", &p->rows[i]);
            metric_label(p->out, false, "counter", counter_kinds[k].id);
            metric_sample(p->out, p->rows[i].figure->cost.per_s[k]);
        }
}

/* ---- means ---- */

static void write_means(const struct page *p, size_t end)
{
    static const char *const names[] = {"mean_performance_ratio", "mean_performance_low_ratio",
                                        "mean_performance_high_ratio"};
    static const char *const helps[] = {
        "Geometric mean over the rows of a subsystem, relative to native; of all: over subsystems.",
        "Lower end of its interval.", "Upper end of its interval."};
    bool any = false;
    for (size_t t = 1; t < p->r->target_count; t++)
        for (int s = 0; s <= SUBSYSTEM_COUNT; s++) {
            bool all = s == SUBSYSTEM_COUNT;
            struct stats_estimate e = (all ? analysis_overall(p->r, t)
                                           : analysis_subsystem(p->r, (enum subsystem)s, t))
                                          .estimate;
            double value = end == 0 ? e.centre : end == 1 ? e.low : e.high;
            if (!e.n || (end && !e.bounded) || !isfinite(value))
                continue;
            if (!any)
                metric_head(p->out, names[end], "ratio", helps[end]);
            any = true;
            fprintf(p->out, "vmtax_%s", names[end]);
            metric_label(p->out, true, "subsystem", all ? "all" : subsystems[s].id);
            metric_label(p->out, false, "target", p->r->targets[t].id);
            metric_sample(p->out, exp(value));
        }
}

/* ---- the run ---- */

static void write_run(const struct page *p)
{
    const struct result *r = p->r;
    metric_head(p->out, "run", "", "Always 1; who measured, and how much.");
    fputs("vmtax_run", p->out);
    metric_label(p->out, true, "version", r->tool_version);
    metric_label(p->out, false, "profile", r->profile);
    metric_sample(p->out, 1);
    metric_number(p->out, "run_start_time_seconds", "seconds", "When the run began, Unix time.",
                  (double)r->started);
    metric_number(p->out, "run_duration_seconds", "seconds", "How long it took.", r->elapsed_s);
    metric_number(p->out, "run_interrupted", "", "1 if the run was interrupted.", r->partial);
    if (!r->target_count)
        return;
    metric_head(p->out, "target", "", "Always 1; a target of the run.");
    for (size_t i = 0; i < r->target_count; i++) {
        fputs("vmtax_target", p->out);
        metric_label(p->out, true, "target", r->targets[i].id);
        metric_label(p->out, false, "kind", r->targets[i].kind);
        metric_label(p->out, false, "kernel", r->targets[i].kernel);
        metric_label(p->out, false, "emulated", r->targets[i].emulated ? "yes" : "no");
        metric_sample(p->out, 1);
    }
}

static int write_openmetrics(const struct result *r, FILE *out, struct error *e)
{
    struct report_locale l;
    struct page p = {.out = out, .r = r};
    report_begin(&l);
    struct report_row *rows = report_rows(r, &p.count);
    p.rows = rows;
    write_run(&p);
    for (size_t u = 0; u < UNITS; u++)
        for (size_t end = 0; begins(u) && end < sizeof ends / sizeof *ends; end++)
            write_unit(&p, u, end);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        write_family(&p, &families[i]);
    write_verdicts(&p);
    write_counters(&p);
    for (size_t end = 0; end < 3; end++)
        write_means(&p, end);
    fputs("# EOF\n", out);
    free(rows);
    return report_end(&l, out, e);
}

const struct report_format report_openmetrics = {
    .id = "openmetrics",
    .what = "for the node exporter's textfile collector",
    .write = write_openmetrics,
};
