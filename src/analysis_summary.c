/* Means over rows: a subsystem, and all of them. Over rows of a two-stage session a mean is judged
 * as strictly as a row: better and worse must hold at the family level divided by the number of
 * means shown, so that a screen of ten of them is not a second source of false verdicts. The rows
 * decide, not the session: those of an earlier one that stand beside the last one's keep the rule
 * that they were judged by. */
#include "analysis.h"

#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct mean {
    struct subsystem_summary summary;
    double variance, df; /* of the mean */
    double margin;
    struct stats_estimate strict; /* at the family level */
    bool all_quiet;               /* no row shows anything */
    bool staged;                  /* some row is of a two-stage session */
    bool judged;                  /* some row's figure is no rate that was given */
    /* Of the one row or subsystem that this is the mean of; not measured: of several. The first
     * look at a row never says "same", and neither may the mean of nothing else. */
    enum verdict only;
};

/* Whatever its numbers say. */
static bool never_judged(const struct result *r, size_t target)
{
    const struct result_target *t = &r->targets[target];
    return t->emulated || (t->flags & FLAG_EMULATED) || result_crosses(r, target, 0);
}

/* A rate that was given is nearly the same on all targets, and would hide what others differ by. */
static bool paced(const struct result *r, size_t metric)
{
    const struct metric *m = &r->metrics[metric];
    return m->row && workload_paced(m->row, m->params);
}

static bool in_mean(const struct result *r, const struct comparison *c)
{
    return !paced(r, c->metric) && c->estimate.n >= 2 && c->variance >= 0 &&
           c->verdict != VERDICT_NOT_COMPARABLE;
}

static bool belongs(const struct result *r, size_t metric, enum subsystem s)
{
    const struct workload *w = r->metrics[metric].row;
    return w && w->subsystem == s;
}

/* How many means are shown at once: every subsystem that has rows for one, and the one over all, on
 * every guest. */
static size_t family(const struct result *r)
{
    size_t means = 1;
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        for (size_t m = 0; m < r->metric_count; m++)
            if (belongs(r, m, (enum subsystem)s) && !paced(r, m)) {
                means++;
                break;
            }
    return means * (r->target_count > 2 ? r->target_count - 1 : 1);
}

static double strict_level(const struct result *r)
{
    return 1 - ANALYSIS_FAMILY_LEVEL / (double)family(r);
}

static void combine(const struct result *r, struct mean *mean, const struct stats_estimate *rows,
                    const double *variances, const double *dfs, size_t count)
{
    double weight = 0, n = (double)count;
    mean->variance = 0;
    for (size_t i = 0; i < count; i++) {
        mean->variance += variances[i] / (n * n);
        weight += variances[i] * variances[i] / (n * n * n * n) / dfs[i];
    }
    mean->df = weight > 0 ? mean->variance * mean->variance / weight : INFINITY;
    mean->summary.estimate = stats_combine(rows, variances, dfs, count, ANALYSIS_LEVEL);
    mean->strict = stats_combine(rows, variances, dfs, count, strict_level(r));
    if (count == 1) /* the mean of one row is that row, its interval too */
        mean->summary.estimate = rows[0];
    mean->summary.estimate.n = count;
}

static void judge(const struct result *r, struct mean *mean)
{
    struct subsystem_summary *s = &mean->summary;
    const struct stats_estimate *e = &s->estimate;
    s->verdict = stats_verdict(e, mean->margin);
    if (mean->staged && e->bounded && s->verdict != VERDICT_SAME) {
        bool differs = mean->strict.low > 0 || mean->strict.high < 0;
        if (!differs || fabs(e->centre) <= mean->margin)
            s->verdict = mean->all_quiet ? VERDICT_NO_SIGN : VERDICT_INCONCLUSIVE;
    }
    if (mean->staged && mean->only != VERDICT_NOT_MEASURED)
        s->verdict = mean->only;
    if (s->verdict == VERDICT_BETTER && strcmp(r->targets[0].id, "native") == 0)
        s->flags |= FLAG_TOO_GOOD;
}

/* Of rows that have figures. */
static enum verdict verdict_without_mean(const struct result *r, const struct mean *mean,
                                         size_t target)
{
    return !mean->judged || never_judged(r, target) ? VERDICT_NOT_COMPARABLE : VERDICT_INCONCLUSIVE;
}

static struct mean subsystem_mean(const struct result *r, enum subsystem subsystem, size_t target)
{
    struct mean mean = {
        .margin = subsystems[subsystem].margin, .all_quiet = true, .only = VERDICT_NOT_MEASURED};
    struct subsystem_summary *s = &mean.summary;
    s->worst = SIZE_MAX;
    s->verdict = VERDICT_NOT_MEASURED;
    s->estimate = stats_estimate(NULL, 0, ANALYSIS_LEVEL);
    for (size_t m = 0; m < r->metric_count; m++)
        s->total += belongs(r, m, subsystem);
    if (target == 0) { /* the reference: it has figures and nothing to be compared with */
        for (size_t i = 0; i < r->figure_count; i++)
            s->rows += r->figures[i].target == 0 && r->figures[i].measured &&
                       belongs(r, r->figures[i].metric, subsystem);
        if (r->target_count)
            s->flags = r->targets[0].flags;
        return mean;
    }

    struct stats_estimate *rows = xcalloc(r->comparison_count, sizeof *rows);
    double *variances = xcalloc(r->comparison_count, sizeof *variances);
    double *dfs = xcalloc(r->comparison_count, sizeof *dfs);
    size_t count = 0;
    for (size_t i = 0; i < r->comparison_count; i++) {
        const struct comparison *c = &r->comparisons[i];
        if (c->target != target || !belongs(r, c->metric, subsystem))
            continue;
        if (c->estimate.n) {
            s->rows++;
            s->flags |= c->flags;
            mean.judged = mean.judged || !paced(r, c->metric);
        }
        if (!in_mean(r, c))
            continue;
        rows[count] = c->estimate;
        variances[count] = c->variance;
        dfs[count++] = (double)c->estimate.n - 1;
        mean.staged = mean.staged || c->stage;
        mean.only = count == 1 ? c->verdict : VERDICT_NOT_MEASURED;
        if (c->verdict != VERDICT_NO_SIGN && c->verdict != VERDICT_SAME)
            mean.all_quiet = false;
        if ((c->verdict == VERDICT_WORSE || c->verdict == VERDICT_SLIGHTLY_WORSE) &&
            (s->worst == SIZE_MAX || c->estimate.centre < r->comparisons[s->worst].estimate.centre))
            s->worst = i;
    }
    if (count) {
        s->rows = count; /* one block of a row is no part of the mean */
        combine(r, &mean, rows, variances, dfs, count);
        judge(r, &mean);
    } else if (s->rows) {
        s->verdict = verdict_without_mean(r, &mean, target);
    }
    free(rows);
    free(variances);
    free(dfs);
    return mean;
}

struct subsystem_summary analysis_subsystem(const struct result *r, enum subsystem s, size_t target)
{
    return subsystem_mean(r, s, target).summary;
}

struct subsystem_summary analysis_overall(const struct result *r, size_t target)
{
    struct mean all = {.all_quiet = true, .only = VERDICT_NOT_MEASURED};
    struct subsystem_summary *s = &all.summary;
    struct stats_estimate rows[SUBSYSTEM_COUNT];
    double variances[SUBSYSTEM_COUNT], dfs[SUBSYSTEM_COUNT];
    size_t count = 0;
    s->worst = SIZE_MAX;
    s->verdict = VERDICT_NOT_MEASURED;
    s->estimate = stats_estimate(NULL, 0, ANALYSIS_LEVEL);
    for (int i = 0; i < SUBSYSTEM_COUNT; i++) {
        struct mean one = subsystem_mean(r, (enum subsystem)i, target);
        const struct subsystem_summary *from = &one.summary;
        s->rows += from->rows;
        s->total += from->total;
        s->flags |= from->flags;
        all.all_quiet = all.all_quiet && one.all_quiet;
        all.judged = all.judged || one.judged;
        if (from->worst != SIZE_MAX &&
            (s->worst == SIZE_MAX || r->comparisons[from->worst].estimate.centre <
                                         r->comparisons[s->worst].estimate.centre))
            s->worst = from->worst;
        if (!from->estimate.n)
            continue;
        rows[count] = from->estimate;
        variances[count] = one.variance;
        dfs[count++] = one.df;
        all.staged = all.staged || one.staged;
        all.only = count == 1 ? from->verdict : VERDICT_NOT_MEASURED;
        all.margin += one.margin;
    }
    if (count) {
        all.margin /= (double)count;
        combine(r, &all, rows, variances, dfs, count);
        judge(r, &all);
    } else if (s->rows && target) {
        s->verdict = verdict_without_mean(r, &all, target);
    }
    return *s;
}
