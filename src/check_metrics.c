/* The verdict of a check as OpenMetrics text, for the node exporter's textfile collector: gauges
 * without time stamps, as that takes them. */
#include "check.h"

#include "report/metric.h"

#include <math.h>
#include <string.h>

static void write_whole(const struct check *c, int64_t when, FILE *out)
{
    static const char *const causes[] = {"none", "host", "hypervisor", "both"};
    metric_head(out, "check", "", "Always 1; the verdict, and what it was checked against.");
    fputs("vmtax_check", out);
    metric_label(out, true, "baseline", c->baseline);
    metric_label(out, false, "verdict", check_headline(c));
    metric_label(out, false, "cause", causes[c->cause]);
    metric_sample(out, 1);
    metric_number(out, "check_exit_code", "",
                  "0 nothing worse, 1 something worse, 3 inconclusive, 4 not comparable.",
                  check_exit(c));
    metric_number(out, "check_time_seconds", "seconds", "When the verdict was made, Unix time.",
                  (double)when);
    metric_number(out, "check_baseline_sessions", "", "Sessions of the baseline.",
                  (double)c->sessions_before);
    metric_number(out, "check_now_sessions", "", "Sessions that were measured for the check.",
                  (double)c->sessions_now);
    metric_number(out, "check_lost_rows", "", "Rows of the baseline without a figure now.",
                  (double)c->lost_rows);
    metric_number(out, "check_left_out_rows", "", "Rows of the baseline left out for lack of time.",
                  (double)c->left_out);
    metric_number(out, "check_other_rows", "", "Rows of the baseline whose work is other work now.",
                  (double)c->other_rows);
    metric_number(out, "check_young_rows", "",
                  "Rows of the baseline that fewer than three of its sessions have.",
                  (double)c->young_rows);
    size_t absent = 0;
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        absent += c->absent[s];
    metric_number(out, "check_left_out_subsystems", "",
                  "Subsystems of the baseline of which nothing was measured.", (double)absent);
    metric_number(out, "check_lost_targets", "", "Guests of the baseline without figures now.",
                  (double)c->lost_targets);
}

static void write_counts(const struct check *c, FILE *out)
{
    size_t differences[3] = {0};
    metric_head(out, "check_rows", "", "Rows by their verdict.");
    for (int v = 0; v < VERDICT_COUNT; v++) {
        fputs("vmtax_check_rows", out);
        metric_label(out, true, "verdict", verdicts[v].id);
        metric_sample(out, (double)c->verdicts[v]);
    }
    for (size_t i = 0; i < c->difference_count; i++)
        differences[c->differences[i].class]++;
    metric_head(out, "check_differences", "", "What else changed on the machine, by its weight.");
    for (size_t k = 0; k < 3; k++) {
        fputs("vmtax_check_differences", out);
        metric_label(out, true, "class", fact_class_ids[k]);
        metric_sample(out, (double)differences[k]);
    }
}

/* ---- families of subsystems and of rows ---- */

static double centre(const struct stats_estimate *e, double detectable)
{
    (void)detectable;
    return exp(e->centre);
}

static double low(const struct stats_estimate *e, double detectable)
{
    (void)detectable;
    return e->bounded ? exp(e->low) : NAN;
}

static double high(const struct stats_estimate *e, double detectable)
{
    (void)detectable;
    return e->bounded ? exp(e->high) : NAN;
}

static double finds(const struct stats_estimate *e, double detectable)
{
    (void)e;
    return stats_loss(detectable);
}

static const struct family {
    const char *name, *help; /* after "vmtax_check_" or "vmtax_check_row_" */
    double (*value)(const struct stats_estimate *e, double detectable); /* NAN: no sample */
} families[] = {
    {"change_ratio", "Performance now relative to the baseline; below 1 is slower.", centre},
    {"change_low_ratio", "Lower end of its 95 % interval.", low},
    {"change_high_ratio", "Upper end of its 95 % interval.", high},
    {"detectable_ratio", "The loss that would have been found with 80 % probability.", finds},
};

static void begin(FILE *out, bool *any, const char *name, const char *unit, const char *help)
{
    if (!*any)
        metric_head(out, name, unit, help);
    *any = true;
    fprintf(out, "vmtax_%s", name);
}

static void label_group(const struct check_group *g, FILE *out)
{
    metric_label(out, true, "subsystem", subsystems[g->subsystem].id);
    metric_label(out, false, "target", g->target);
}

static void label_row(const struct compare_row *row, FILE *out)
{
    metric_label(out, true, "workload", row->workload->id);
    metric_label(out, false, "params", row->params);
    metric_label(out, false, "subsystem", subsystems[row->workload->subsystem].id);
    metric_label(out, false, "target", row->target);
}

static void write_family(const struct check *c, const struct family *f, FILE *out)
{
    char name[64];
    bool any = false;
    snprintf(name, sizeof name, "check_%s", f->name);
    for (size_t i = 0; i < c->group_count; i++) {
        double value = f->value(&c->groups[i].change, c->groups[i].detectable);
        if (!isfinite(value))
            continue;
        begin(out, &any, name, "ratio", f->help);
        label_group(&c->groups[i], out);
        metric_sample(out, value);
    }
    any = false;
    snprintf(name, sizeof name, "check_row_%s", f->name);
    for (size_t i = 0; i < c->count; i++) {
        double value = f->value(&c->rows[i].change, c->rows[i].detectable);
        if (!isfinite(value))
            continue;
        begin(out, &any, name, "ratio", f->help);
        label_row(&c->rows[i], out);
        metric_sample(out, value);
    }
}

static void write_verdicts(const struct check *c, FILE *out)
{
    static const char help[] = "Always 1; the verdict is a label.";
    bool any = false;
    for (size_t i = 0; i < c->group_count; i++) {
        begin(out, &any, "check_verdict", "", help);
        label_group(&c->groups[i], out);
        metric_label(out, false, "verdict", verdicts[c->groups[i].verdict].id);
        metric_sample(out, 1);
    }
    any = false;
    for (size_t i = 0; i < c->count; i++) {
        begin(out, &any, "check_row_verdict", "", help);
        label_row(&c->rows[i], out);
        metric_label(out, false, "verdict", verdicts[c->rows[i].verdict].id);
        metric_sample(out, 1);
    }
}

void check_write_metrics(const struct check *c, int64_t when, FILE *out)
{
    write_whole(c, when, out);
    write_counts(c, out);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        write_family(c, &families[i], out);
    write_verdicts(c, out);
    fputs("# EOF\n", out);
}
