/* Figures: one metric on one target, from its slots alone, without any comparison. */
#include "analysis.h"

#include "analysis_slots.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The time that was counted may hold this share of other things before a figure per operation would
 * be about those too. */
#define COUNTED_OFF 0.1

static struct figure_value *figure_entry(struct result *r, size_t metric, size_t target)
{
    for (size_t i = 0; i < r->figure_count; i++)
        if (r->figures[i].metric == metric && r->figures[i].target == target)
            return &r->figures[i];
    XGROW(r->figures, r->figure_count, r->figure_room);
    return &r->figures[r->figure_count++];
}

/* Interval of the median of sorted values: order statistics at the nearest level at or above 95 %,
 * below six slots a t interval of the logs. */
static void median_interval(const double *sorted, size_t n, struct figure_value *f)
{
    if (n >= STATS_EXACT_MIN) {
        /* P(fewer than k of n below the median), each with probability one half */
        double term = pow(0.5, (double)n), below = 0;
        size_t k = 0;
        while (2 * (below + term) <= 1 - ANALYSIS_LEVEL) {
            below += term;
            term *= (double)(n - k) / (double)(k + 1);
            k++;
        }
        if (k) {
            f->bounded = true;
            f->low = sorted[k - 1];
            f->high = sorted[n - k];
        }
    } else if (n >= 2 && sorted[0] > 0) {
        double logs[STATS_EXACT_MIN], mean = 0;
        for (size_t i = 0; i < n; i++) {
            logs[i] = log(sorted[i]);
            mean += logs[i] / (double)n;
        }
        double half = stats_t_quantile(0.5 + 0.5 * ANALYSIS_LEVEL, (double)n - 1) *
                      stats_sd(logs, n) / sqrt((double)n);
        f->bounded = true;
        f->low = exp(mean - half);
        f->high = exp(mean + half);
    }
}

static double latency_median(const struct result *r, const struct slot_list *list, size_t target,
                             size_t offset, double *room)
{
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if (s->target == target && s->measured && s->latency.known)
            memcpy(&room[n++], (const char *)&s->latency + offset, sizeof *room);
    }
    return stats_median(room, n);
}

static void figure_latency(const struct result *r, const struct slot_list *list,
                           struct figure_value *f, double *room)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if (s->target == f->target && s->measured && s->latency.known) {
            f->latency.known = true;
            f->latency.count += s->latency.count;
            f->latency.max_us = fmax(f->latency.max_us, s->latency.max_us);
        }
    }
    if (!f->latency.known)
        return;
    f->latency.p50_us = latency_median(r, list, f->target, offsetof(struct latency, p50_us), room);
    f->latency.p90_us = latency_median(r, list, f->target, offsetof(struct latency, p90_us), room);
    f->latency.p99_us = latency_median(r, list, f->target, offsetof(struct latency, p99_us), room);
    f->latency.p99_9_us = latency_median(r, list, f->target, offsetof(struct latency, p99_9_us),
                                         room);
}

/* Datagrams, over all slots: those, too, of which none arrived and that have no figure. */
static void figure_arrival(const struct result *r, const struct slot_list *list,
                           struct figure_value *f)
{
    bool timed = true; /* every slot knows how long it sent */
    for (size_t i = 0; i < list->count; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if (s->target != f->target || !(s->measured || s->arrival.received == 0))
            continue;
        f->arrival.sent += s->arrival.sent;
        f->arrival.received += s->arrival.received;
        f->arrival.reordered += s->arrival.reordered;
        f->arrival.sent_s += s->arrival.sent_s;
        timed &= !s->arrival.sent || s->arrival.sent_s > 0;
    }
    if (!timed)
        f->arrival.sent_s = 0;
}

/* Statements, over all slots. */
static void figure_statements(const struct result *r, const struct slot_list *list,
                              struct figure_value *f)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if (s->target == f->target && s->measured)
            statements_add(&f->statements, &s->statements);
    }
}

/* What was dropped after every slot that tells. */
static void figure_dropped(const struct result *r, const struct slot_list *list,
                           struct figure_value *f)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if (s->target == f->target && s->measured && s->dropped != DROPPED_UNKNOWN &&
            (f->dropped == DROPPED_UNKNOWN || s->dropped < f->dropped))
            f->dropped = s->dropped;
    }
}

/* Counters, over all slots that were measured: totals in their time. Known is what every slot has.
 */
static void figure_cost(const struct result *r, const struct slot_list *list,
                        struct figure_value *f)
{
    struct counters total = {.known = 0};
    double counted_s = 0, timed_s = 0, ops = 0;
    uint32_t known = (1u << COUNTER_COUNT) - 1;
    for (size_t i = 0; i < list->count; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if (s->target != f->target || !s->measured || !isfinite(s->value))
            continue;
        known &= s->counted_s > 0 ? s->counters.known : 0;
        counted_s += s->counted_s;
        timed_s += s->host_s;
        ops += (double)s->ops;
        for (enum counter c = 0; c < COUNTER_COUNT; c++)
            if (counters_have(&s->counters, c))
                counters_add(&total, c, s->counters.value[c]);
        for (size_t k = 0; k < s->counters.reason_count; k++)
            counters_add_reason(&total, s->counters.reasons[k].name, s->counters.reasons[k].count);
    }
    if (!known || !(counted_s > 0))
        return;
    struct figure_cost *cost = &f->cost;
    cost->known = known;
    if (ops > 0 && fabs(counted_s - timed_s) <= COUNTED_OFF * counted_s)
        cost->s_per_op = counted_s / ops;
    for (enum counter c = 0; c < COUNTER_COUNT; c++)
        if (known & 1u << c)
            cost->per_s[c] = (double)total.value[c] * counter_kinds[c].scale / counted_s;
    counters_sort_reasons(&total);
    if (!(known & 1u << COUNTER_EXITS))
        return; /* the reasons of some of them */
    for (size_t i = 0; i < total.reason_count && i < FIGURE_REASONS_MAX; i++) {
        snprintf(cost->reasons[i].name, sizeof cost->reasons[i].name, "%s", total.reasons[i].name);
        cost->reasons[i].per_s = (double)total.reasons[i].count / counted_s;
        cost->reason_count++;
    }
}

/* A/A noise of one target from neighbours in any block; NAN if it has none. */
static double figure_noise(const struct result *r, const struct slot_list *list, size_t target)
{
    double *pair = xcalloc(list->count, sizeof *pair);
    size_t n = 0;
    for (size_t i = 1; i < list->count; i++) {
        const struct place *a = &list->places[i - 1], *b = &list->places[i];
        const struct slot *x = &r->slots[a->slot], *y = &r->slots[b->slot];
        if (a->stage == b->stage && a->block == b->block && x->target == target &&
            y->target == target && slots_usable(x) && slots_usable(y))
            pair[n++] = log(y->value) - log(x->value);
    }
    double noise = stats_pair_noise(pair, n);
    free(pair);
    return noise;
}

void analysis_figure(struct result *r, const struct slot_list *list, size_t metric, size_t target)
{
    struct figure_value f = {.metric = metric,
                             .target = target,
                             .value = NAN,
                             .low = NAN,
                             .high = NAN,
                             .noise = NAN,
                             .cost = {.s_per_op = NAN}};
    double *values = xcalloc(list->count, sizeof *values);
    double *ticks = xcalloc(list->count, sizeof *ticks);
    size_t tick_count = 0;
    const char *reason = "";
    size_t slots = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct slot *s = &r->slots[list->places[i].slot];
        if (s->target != target)
            continue;
        slots++;
        if (s->measured && isfinite(s->value)) {
            values[f.n++] = s->value;
            if (s->tsc_per_op > 0)
                ticks[tick_count++] = s->tsc_per_op;
        } else if (!*reason) {
            reason = s->reason;
        }
    }
    if (f.n) {
        f.measured = f.verified = true; /* a slot whose check failed is not measured */
        f.value = stats_median(values, f.n);
        median_interval(values, f.n, &f);
        f.noise = figure_noise(r, list, target);
        figure_latency(r, list, &f, values);
        figure_statements(r, list, &f);
        figure_dropped(r, list, &f);
        figure_cost(r, list, &f);
        f.tsc_per_op = tick_count ? stats_median(ticks, tick_count) : 0;
    } else {
        snprintf(f.reason, sizeof f.reason, "%s", *reason ? reason : "not measured");
    }
    figure_arrival(r, list, &f);
    free(values);
    free(ticks);
    if (slots)
        *figure_entry(r, metric, target) = f;
}
