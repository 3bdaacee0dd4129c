/* Comparisons and their verdicts; analysis.h says what a verdict may claim. First each row by
 * itself (update_comparison), then, in a two-stage session, the rows together (judge_two_stages),
 * because noise is shrunken over rows and Holm's family is all of them. */
#include "analysis.h"

#include "analysis_slots.h"
#include "clock.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- one row: a metric on a guest ---------------------------------------------------------- */

struct row {
    double d[STATS_N_MAX]; /* differences of whole blocks */
    size_t n;
    double pair[2 * STATS_N_MAX]; /* neighbours of the same target, in whole blocks */
    size_t pairs;
    uint32_t flags; /* of the slots in whole blocks */
};

/* One block, places[from..end): its difference, if it is whole. Exactly two slots on each side:
 * with another number drift would not cancel. */
static bool block_difference(const struct result *r, const struct slot_list *list, size_t from,
                             size_t end, const struct workload *workload, size_t target, double *d)
{
    double native = 0, guest = 0;
    size_t natives = 0, guests = 0;
    for (size_t i = from; i < end; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if (s->target != 0 && s->target != target)
            continue;
        if (!slots_usable(s))
            return false;
        if (s->target == 0) {
            native += slots_performance(workload, s);
            natives++;
        } else {
            guest += slots_performance(workload, s);
            guests++;
        }
    }
    *d = 0.5 * (guest - native);
    return natives == 2 && guests == 2;
}

static uint32_t slot_flags(const struct slot *s)
{
    return s->flags | (s->steal > 0.01 ? FLAG_STEAL : 0);
}

/* stage 0: all stages. */
static void read_row(const struct result *r, const struct slot_list *list,
                     const struct workload *workload, size_t target, uint8_t stage, struct row *row)
{
    row->n = row->pairs = 0;
    row->flags = 0;
    for (size_t from = 0, end; from < list->count; from = end) {
        end = slots_block_end(list, from);
        if (stage && list->places[from].stage != stage)
            continue;
        double d;
        if (row->n == STATS_N_MAX || !block_difference(r, list, from, end, workload, target, &d))
            continue;
        row->d[row->n++] = d;
        const struct slot *before = NULL;
        for (size_t i = from; i < end; i++) {
            const struct slot *s = &r->slots[list->places[i].slot];
            if (s->target == 0 || s->target == target) {
                row->flags |= slot_flags(s);
                if (before && before->target == s->target)
                    row->pair[row->pairs++] = slots_performance(workload, s) -
                                              slots_performance(workload, before);
            }
            before = s;
        }
    }
}

/* Variance of one difference, from the blocks and from the pairs (whose difference has twice the
 * variance of a slot, as many as a block difference has). */
static double row_variance(const struct row *row, double *df)
{
    double sum = 0;
    *df = (double)row->pairs;
    for (size_t i = 0; i < row->pairs; i++)
        sum += 0.5 * row->pair[i] * row->pair[i];
    if (row->n > 1) {
        double sd = stats_sd(row->d, row->n);
        sum += sd * sd * (double)(row->n - 1);
        *df += (double)(row->n - 1);
    }
    return *df > 0 ? sum / *df : NAN;
}

/* --- comparisons --------------------------------------------------------------------------- */

static struct comparison *comparison_entry(struct result *r, size_t metric, size_t target)
{
    for (size_t i = 0; i < r->comparison_count; i++)
        if (r->comparisons[i].metric == metric && r->comparisons[i].target == target)
            return &r->comparisons[i];
    XGROW(r->comparisons, r->comparison_count, r->comparison_room);
    return &r->comparisons[r->comparison_count++];
}

static bool emulated(const struct result_target *t)
{
    return t->emulated || (t->flags & FLAG_EMULATED);
}

static double clock_off(const struct result_target *t)
{
    return fabs(t->clock_rate - 1);
}

static bool clock_is_flagged(const struct result_target *t)
{
    return t->clock_stepped ||
           (t->clock_known && clock_off(t) > CLOCK_RATE_FLAG && clock_off(t) > t->clock_bound);
}

static bool clock_is_refused(const struct result_target *t)
{
    return t->clock_stepped ||
           (t->clock_known && clock_off(t) > CLOCK_RATE_REFUSE && clock_off(t) > t->clock_bound);
}

/* What an unverified clock may add to or take from every ratio, log units. */
static double clock_slack(const struct result_target *t)
{
    bool loose = t->clock_known && isfinite(t->clock_bound) && t->clock_bound > CLOCK_RATE_REFUSE;
    return loose ? t->clock_bound : 0;
}

/* One side of a row without a whole block. */
struct absence {
    size_t slots, usable, ran; /* ran: it took its time but gave no figure */
    const char *reason;        /* of the first slot without a figure; "" if there is none */
};

static enum verdict absence_verdict(const struct absence *side)
{
    if (side->ran)
        return VERDICT_INCONCLUSIVE; /* too slow or too small for its slot: measured, in a way */
    return side->usable ? VERDICT_NOT_MEASURED : VERDICT_CANNOT;
}

/* Why there is no whole block. */
static void explain_absence(const struct result *r, const struct slot_list *list,
                            struct comparison *c)
{
    struct absence native = {.reason = ""}, guest = {.reason = ""};
    for (size_t i = 0; i < list->count; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if (s->target != 0 && s->target != c->target)
            continue;
        struct absence *side = s->target ? &guest : &native;
        side->slots++;
        if (slots_usable(s)) {
            side->usable++;
            continue;
        }
        side->ran += s->host_s > 0;
        if (!*side->reason)
            side->reason = s->measured ? "no operation was finished in a slot" : s->reason;
    }
    c->verdict = VERDICT_NOT_MEASURED;
    if (*guest.reason) {
        c->verdict = absence_verdict(&guest);
        snprintf(c->reason, sizeof c->reason, "%s", guest.reason);
    } else if (*native.reason) {
        c->verdict = absence_verdict(&native);
        snprintf(c->reason, sizeof c->reason, "%s: %s", r->targets[0].id, native.reason);
    } else if (r->targets[c->target].given_up[0]) {
        snprintf(c->reason, sizeof c->reason, "%s", r->targets[c->target].given_up);
    } else {
        snprintf(c->reason, sizeof c->reason, "%s",
                 native.slots || guest.slots ? "no block is complete" : result_absence(r, 0));
    }
}

/* One block has no interval. Why there is only one. */
static void explain_single(const struct result *r, const struct slot_list *list,
                           struct comparison *c)
{
    const char *why = "", *whose = "";
    for (size_t i = 0; i < list->count && !*why; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if ((s->target == 0 || s->target == c->target) && !slots_usable(s)) {
            why = s->measured ? "no operation was finished in a slot" : s->reason;
            whose = s->target == c->target ? "" : r->targets[s->target].id;
        }
    }
    if (!*why && r->late.rows)
        why = "out of time";
    snprintf(c->reason, sizeof c->reason, "one block%s, so no interval%s%s%s%s",
             r->running ? " so far" : "", *why ? ": " : "", whose, *whose ? ": " : "", why);
}

/* Reasons of a target that forbid a verdict whatever the numbers say; true if there is one. */
static bool is_doubtful(const struct result_target *t, char *reason, size_t size)
{
    if (emulated(t))
        snprintf(reason, size, "emulated processor: shown, never judged");
    else if (t->clock_stepped)
        snprintf(reason, size, "the clock of %s stepped", t->id);
    else if (clock_is_refused(t))
        snprintf(reason, size, "the clock of %s runs %.1f %% %s", t->id, 100 * clock_off(t),
                 t->clock_rate < 1 ? "slow" : "fast");
    else
        return false;
    return true;
}

/* The first one is doubtful only where a guest is what the others are compared with. */
static bool forbidden(const struct result *r, struct comparison *c)
{
    bool crosses = result_crosses(r, c->target, 0);
    if (crosses)
        snprintf(c->reason, sizeof c->reason, "another machine than %s's: shown, never judged",
                 r->targets[0].id);
    if (!crosses && !is_doubtful(&r->targets[c->target], c->reason, sizeof c->reason) &&
        !is_doubtful(&r->targets[0], c->reason, sizeof c->reason))
        return false;
    c->verdict = VERDICT_NOT_COMPARABLE;
    return true;
}

/* A guest should not beat native; one guest may well beat another. */
static uint32_t flag_of_better(const struct result *r)
{
    return strcmp(r->targets[0].id, "native") == 0 ? FLAG_TOO_GOOD : 0;
}

static struct stats_estimate widened(const struct comparison *c, double slack)
{
    struct stats_estimate e = c->estimate;
    e.low -= slack;
    e.high += slack;
    return e;
}

static void remark_clock(const struct result *r, struct comparison *c)
{
    double slack = clock_slack(&r->targets[c->target]);
    if (slack > 0)
        snprintf(c->reason, sizeof c->reason,
                 "clock unverified: it may be off by up to %.1f %%, which widens the interval",
                 100 * slack);
}

/* What is known of a row before the rows are looked at together. */
struct evidence {
    double noise;    /* A/A, log units */
    double sd;       /* of the differences */
    double variance; /* of one difference, blocks and pairs pooled; NAN unknown */
    double df;
};

static void update_comparison(struct result *r, const struct slot_list *list, size_t metric,
                              size_t target, struct row *row, struct evidence *evidence)
{
    const struct workload *workload = r->metrics[metric].row;
    struct comparison c = {.metric = metric,
                           .target = target,
                           .variance = NAN,
                           .detectable = NAN,
                           .p = NAN,
                           .flags = r->targets[0].flags | r->targets[target].flags};
    c.flags &= ~(uint32_t)FLAG_MACHINES;
    c.flags |= result_crosses(r, target, 0) ? FLAG_MACHINES : 0;
    c.estimate = stats_estimate(NULL, 0, ANALYSIS_LEVEL);
    *evidence = (struct evidence){.noise = NAN, .sd = NAN, .variance = NAN};
    if (emulated(&r->targets[target]))
        c.flags |= FLAG_EMULATED;
    if (clock_is_flagged(&r->targets[target]))
        c.flags |= FLAG_CLOCK;

    if (!workload || workload->figure == FIGURE_NONE) {
        c.verdict = VERDICT_NOT_COMPARABLE;
        snprintf(c.reason, sizeof c.reason, "%s",
                 workload ? "this workload has no figure" : "a workload unknown to this version");
        *comparison_entry(r, metric, target) = c;
        return;
    }
    if (r->two_stage) {
        c.stage = 2;
        read_row(r, list, workload, target, 2, row);
        if (!row->n) {
            c.stage = 1;
            read_row(r, list, workload, target, 1, row);
        }
    } else {
        read_row(r, list, workload, target, 0, row);
    }
    c.flags |= row->flags;
    c.estimate = stats_estimate(row->d, row->n, ANALYSIS_LEVEL);
    if (!row->n) {
        explain_absence(r, list, &c);
        *comparison_entry(r, metric, target) = c;
        return;
    }
    evidence->noise = stats_pair_noise(row->pair, row->pairs);
    evidence->sd = stats_sd(row->d, row->n);
    evidence->variance = row_variance(row, &evidence->df);
    stats_widen_few(&c.estimate, stats_deviation(evidence->noise, evidence->sd, row->n));
    if (row->n > 1)
        c.variance = stats_centre_variance(row->d, row->n);
    if (row->n >= STATS_EXACT_MIN)
        c.p = stats_signed_rank_p(row->d, row->n);
    double alpha = c.estimate.bounded ? 1 - c.estimate.level : 1 - ANALYSIS_LEVEL;
    c.detectable = stats_detectable(evidence->noise, evidence->sd, row->n, alpha);
    if (!forbidden(r, &c) && !r->two_stage) {
        struct stats_estimate e = widened(&c, clock_slack(&r->targets[target]));
        remark_clock(r, &c);
        c.verdict = stats_verdict(&e, workload_margin(workload));
        if (c.verdict == VERDICT_BETTER)
            c.flags |= flag_of_better(r);
    }
    if (row->n == 1 && !c.reason[0])
        explain_single(r, list, &c);
    *comparison_entry(r, metric, target) = c;
}

/* --- two stages ---------------------------------------------------------------------------- */

static bool judged(const struct comparison *c)
{
    return c->estimate.n > 0 && c->verdict != VERDICT_NOT_COMPARABLE;
}

/* Replace each row's variance of one difference by its shrunken one: within the subsystem when it
 * has five rows or more, else within all the others. */
static void shrink_rows(const struct result *r, struct evidence *evidence)
{
    size_t count = r->comparison_count, in_group = 0;
    size_t per_subsystem[SUBSYSTEM_COUNT] = {0};
    double *var = xcalloc(count, sizeof *var), *df = xcalloc(count, sizeof *df);
    size_t *index = xcalloc(count, sizeof *index);
    for (size_t i = 0; i < count; i++)
        if (judged(&r->comparisons[i]) && evidence[i].df > 0)
            per_subsystem[r->metrics[r->comparisons[i].metric].row->subsystem]++;
    for (int group = 0; group <= SUBSYSTEM_COUNT; group++) { /* the last: the small ones */
        in_group = 0;
        for (size_t i = 0; i < count; i++) {
            if (!judged(&r->comparisons[i]) || !(evidence[i].df > 0))
                continue;
            int own = (int)r->metrics[r->comparisons[i].metric].row->subsystem;
            if ((per_subsystem[own] >= 5 ? own : SUBSYSTEM_COUNT) != group)
                continue;
            var[in_group] = evidence[i].variance;
            df[in_group] = evidence[i].df;
            index[in_group++] = i;
        }
        double d0, s0_squared;
        if (!stats_shrink(var, df, in_group, &d0, &s0_squared))
            continue;
        for (size_t k = 0; k < in_group; k++) {
            evidence[index[k]].variance = stats_shrunken(var[k], df[k], d0, s0_squared);
            evidence[index[k]].df = df[k] + d0;
        }
    }
    free(var);
    free(df);
    free(index);
}

/* A row that was only looked at briefly. Its own two blocks say nothing about its noise; what they
 * say together with those of the other rows gives an interval that a person can use. */
static void judge_brief(const struct result *r, struct comparison *c, const struct evidence *e)
{
    double error = sqrt(e->variance / (double)c->estimate.n);
    if (c->estimate.n > 1 && e->df > 0 && error >= 0) {
        double t = isinf(e->df) ? stats_normal_quantile(0.5 + ANALYSIS_LEVEL / 2)
                                : stats_t_quantile(0.5 + ANALYSIS_LEVEL / 2, e->df);
        c->estimate.low = c->estimate.centre - t * error;
        c->estimate.high = c->estimate.centre + t * error;
        c->estimate.level = ANALYSIS_LEVEL;
        c->estimate.bounded = true;
        c->estimate.approximate = true;
    }
    c->detectable = ANALYSIS_NOTICE + 1.05 * stats_normal_quantile(0.8) * error;
    c->p = NAN;
    if (fabs(c->estimate.centre) <= ANALYSIS_NOTICE) {
        c->verdict = VERDICT_NO_SIGN;
    } else {
        c->verdict = VERDICT_INCONCLUSIVE;
        if (!c->reason[0])
            snprintf(c->reason, sizeof c->reason, "%s",
                     r->running      ? "a first look: not measured again yet"
                     : r->late.looks ? "out of time: not among the rows measured again"
                     : r->partial    ? "interrupted before it was measured again"
                                     : "not among the rows measured again");
    }
}

/* A row with fresh blocks; c->p is adjusted. */
static void judge_kept(const struct result *r, struct comparison *c, const struct evidence *e,
                       size_t family)
{
    double margin = workload_margin(r->metrics[c->metric].row);
    double slack = clock_slack(&r->targets[c->target]);
    double n = (double)c->estimate.n;
    remark_clock(r, c);

    c->detectable = NAN; /* below, no p can be small enough */
    if (c->estimate.n >= STATS_EXACT_MIN) {
        double beyond = margin + slack +
                        1.05 * stats_t_quantile(0.8, n - 1) *
                            stats_deviation(e->noise, e->sd, c->estimate.n) / sqrt(n);
        c->detectable = stats_detectable(e->noise, e->sd, c->estimate.n,
                                         ANALYSIS_FAMILY_LEVEL / (double)family);
        if (c->detectable < beyond)
            c->detectable = beyond;
    }

    struct stats_estimate wide = widened(c, slack);
    bool differs = c->p <= ANALYSIS_FAMILY_LEVEL;
    if (differs && fabs(c->estimate.centre) > margin + slack) {
        c->verdict = c->estimate.centre > 0 ? VERDICT_BETTER : stats_slower(c->estimate.centre);
        if (c->verdict == VERDICT_BETTER)
            c->flags |= flag_of_better(r);
    } else if (wide.bounded && wide.low > -margin && wide.high < margin) {
        c->verdict = VERDICT_SAME;
    } else {
        c->verdict = VERDICT_INCONCLUSIVE;
        if (differs && !(slack > 0))
            snprintf(c->reason, sizeof c->reason, "differs, but not surely by more than %.0f %%",
                     100 * margin);
    }
}

static void judge_two_stages(struct result *r, struct evidence *evidence)
{
    size_t family = 0;
    double *p = xcalloc(r->comparison_count, sizeof *p);
    double *adjusted = xcalloc(r->comparison_count, sizeof *adjusted);
    shrink_rows(r, evidence);
    for (size_t i = 0; i < r->comparison_count; i++) {
        struct comparison *c = &r->comparisons[i];
        if (judged(c) && c->stage == 2)
            p[family++] = isnan(c->p) ? 1 : c->p;
    }
    stats_holm(p, family, adjusted);
    for (size_t i = 0, k = 0; i < r->comparison_count; i++) {
        struct comparison *c = &r->comparisons[i];
        if (!judged(c)) {
            continue;
        } else if (c->stage == 2) {
            c->p = adjusted[k++];
            judge_kept(r, c, &evidence[i], family);
        } else {
            judge_brief(r, c, &evidence[i]);
        }
    }
    free(p);
    free(adjusted);
}

/* --- the whole ----------------------------------------------------------------------------- */

static void update_metric(struct result *r, const struct slot_list *list, size_t metric,
                          struct row *row, struct evidence *evidence)
{
    for (size_t t = 0; t < r->target_count; t++)
        analysis_figure(r, list, metric, t);
    for (size_t t = 1; t < r->target_count; t++)
        update_comparison(r, list, metric, t, row, &evidence[t - 1]);
}

void analysis_update(struct result *r)
{
    size_t guests = r->target_count ? r->target_count - 1 : 0;
    struct slot_list *lists = slots_by_metric(r, 0);
    struct row *row = xcalloc(1, sizeof *row);
    struct evidence *evidence = xcalloc(r->metric_count * guests, sizeof *evidence);
    r->figure_count = r->comparison_count = 0;
    for (size_t m = 0; m < r->metric_count; m++)
        update_metric(r, &lists[m], m, row, evidence + m * guests);
    if (r->two_stage)
        judge_two_stages(r, evidence); /* comparisons are in the order of the evidence */
    slots_by_metric_free(lists, r->metric_count);
    free(evidence);
    free(row);
}

void analysis_update_metric(struct result *r, size_t metric)
{
    if (r->two_stage) {
        analysis_update(r);
        return;
    }
    struct evidence evidence[TARGETS_MAX];
    struct row *row = xcalloc(1, sizeof *row);
    struct slot_list list = slots_of_metric(r, metric);
    update_metric(r, &list, metric, row, evidence);
    free(list.places);
    free(row);
}

int analysis_block(const struct result *r, size_t metric, size_t target, uint8_t stage,
                   uint32_t block, double *d)
{
    struct slot_list list = {0};
    for (size_t i = 0; i < r->slot_count; i++) {
        const struct slot *s = &r->slots[i];
        if (s->metric == metric && s->stage == stage && s->block == block)
            slots_add(&list, r, i);
    }
    const struct workload *workload = r->metrics[metric].row;
    int found = -1;
    if (list.count)
        found = workload && block_difference(r, &list, 0, list.count, workload, target, d);
    free(list.places);
    return found;
}

struct candidate {
    size_t metric;
    double interest;
};

static int by_interest(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->interest != y->interest)
        return x->interest > y->interest ? -1 : 1;
    return (x->metric > y->metric) - (x->metric < y->metric);
}

size_t analysis_select(const struct result *r, size_t *order, size_t wanted)
{
    size_t guests = r->target_count ? r->target_count - 1 : 0;
    if (!guests)
        return 0;
    /* The same evidence as for verdicts, but from stage 1 alone. */
    struct result stage1 = *r;
    stage1.figures = NULL;
    stage1.comparisons = NULL;
    stage1.figure_count = stage1.figure_room = 0;
    stage1.comparison_count = stage1.comparison_room = 0;
    stage1.two_stage = true;
    struct slot_list *lists = slots_by_metric(r, 1);
    struct row *row = xcalloc(1, sizeof *row);
    struct evidence *evidence = xcalloc(r->metric_count * guests, sizeof *evidence);
    for (size_t m = 0; m < r->metric_count; m++) {
        for (size_t t = 1; t < r->target_count; t++)
            update_comparison(&stage1, &lists[m], m, t, row, &evidence[m * guests + t - 1]);
    }
    shrink_rows(&stage1, evidence);

    struct candidate *candidates = xcalloc(r->metric_count, sizeof *candidates);
    size_t count = 0;
    for (size_t m = 0; m < r->metric_count; m++) {
        struct candidate best = {m, 0};
        for (size_t g = 0; g < guests; g++) {
            const struct comparison *c = &stage1.comparisons[m * guests + g];
            const struct evidence *e = &evidence[m * guests + g];
            double size = fabs(c->estimate.centre);
            if (!judged(c) || !(size > ANALYSIS_NOTICE))
                continue;
            double error = e->variance > 0 ? sqrt(e->variance / (double)c->estimate.n) : size;
            best.interest = fmax(best.interest,
                                 size / workload_margin(r->metrics[m].row) * (size / error));
        }
        if (best.interest > 0)
            candidates[count++] = best;
    }
    if (count)
        qsort(candidates, count, sizeof *candidates, by_interest);
    size_t limit = ANALYSIS_FAMILY_MAX / guests;
    if (count > limit)
        count = limit;
    if (count > wanted)
        count = wanted;
    for (size_t i = 0; i < count; i++)
        order[i] = candidates[i].metric;
    free(candidates);
    free(evidence);
    free(row);
    free(stage1.comparisons);
    slots_by_metric_free(lists, r->metric_count);
    return count;
}
