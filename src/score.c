#include <config.h>

#include "score.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void score_add(struct score_sum *s, uint64_t processors, uint64_t x, double value)
{
    if (x < processors)
        return;
    s->sum += value;
    s->count++;
}

double score_mean(const struct score_sum *s)
{
    return s->count > 0 ? s->sum / (double)s->count : (double)NAN;
}

static bool has_score(const struct metric *m)
{
    return m->row && strcmp(m->row->id, SCORE_WORKLOAD) == 0;
}

static void fill(const struct result *r, struct score *s)
{
    struct score_sum sums[TARGETS_MAX] = {{.count = 0}};
    for (size_t i = 0; i < r->metric_count; i++) {
        const struct metric *m = &r->metrics[i];
        if (!has_score(m) || params_value(m->row, m->params, "cpus", 0) != s->cpus)
            continue;
        uint64_t x = params_value(m->row, m->params, SCORE_X, 0);
        if (x >= s->processors) {
            s->from = s->count == 0 || x < s->from ? x : s->from;
            s->to = x > s->to ? x : s->to;
            s->count++;
        }
        for (size_t t = 0; t < r->target_count; t++) {
            const struct figure_value *f = result_figure(r, i, t);
            score_add(&sums[t], s->processors, x, f && f->measured ? f->value : (double)NAN);
        }
    }
    for (size_t t = 0; t < TARGETS_MAX; t++)
        s->value[t] = score_mean(&sums[t]);
}

static int fewest_first(const void *a, const void *b)
{
    uint64_t x = ((const struct score *)a)->cpus, y = ((const struct score *)b)->cpus;
    x = x ? x : UINT64_MAX;
    y = y ? y : UINT64_MAX;
    return (x > y) - (x < y);
}

size_t score_of(const struct result *r, struct score out[SCORES_MAX])
{
    size_t count = 0, known = 0;
    for (size_t i = 0; i < r->metric_count && count < SCORES_MAX; i++) {
        if (!has_score(&r->metrics[i]))
            continue;
        uint64_t cpus = params_value(r->metrics[i].row, r->metrics[i].params, "cpus", 0);
        bool seen = false;
        for (size_t k = 0; k < count; k++)
            seen |= out[k].cpus == cpus;
        uint64_t all = r->target_count ? r->targets[0].cpus : 0;
        if (!seen && (cpus || all))
            out[count++] = (struct score){.cpus = cpus, .processors = cpus ? cpus : all};
    }
    for (size_t k = 0; k < count; k++) {
        bool any = false;
        fill(r, &out[k]);
        for (size_t t = 0; t < r->target_count; t++)
            any |= isfinite(out[k].value[t]);
        if (any)
            out[known++] = out[k];
    }
    qsort(out, known, sizeof *out, fewest_first);
    return known;
}

char *score_sentence(const struct result *r, const struct score *s, char out[SCORE_TEXT])
{
    const char *unit = workload_unit(workload_find(SCORE_WORKLOAD));
    char processors[40], counts[64], figure[16];
    if (s->processors == 1)
        snprintf(processors, sizeof processors, "one processor");
    else
        snprintf(processors, sizeof processors, "%llu processors",
                 (unsigned long long)s->processors);
    if (s->count == 1)
        snprintf(counts, sizeof counts, "its only figure, of %llu %s", (unsigned long long)s->from,
                 s->from == 1 ? "warehouse" : SCORE_X);
    else
        snprintf(counts, sizeof counts, "the mean of its %zu figures from %llu to %llu " SCORE_X,
                 s->count, (unsigned long long)s->from, (unsigned long long)s->to);
    size_t used = (size_t)snprintf(
        out, SCORE_TEXT, "The score of " SCORE_WORKLOAD " on %s is %s:", processors, counts);
    for (size_t t = 0; t < r->target_count && used < SCORE_TEXT; t++) {
        const struct result_target *target = &r->targets[t];
        bool known = isfinite(s->value[t]);
        used += (size_t)snprintf(out + used, SCORE_TEXT - used, "%s %.40s %s%s%s%s", t ? "," : "",
                                 target->id, known && target->emulated ? "~" : "",
                                 known ? text_figure(figure, sizeof figure, s->value[t]) : "none",
                                 known ? " " : "", known ? unit : "");
    }
    if (used < SCORE_TEXT - 1)
        snprintf(out + used, SCORE_TEXT - used, ".");
    return out;
}
