#include "compare.h"

#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One row on one side: a figure of each session. */
struct side {
    double sum, sum_squares;
    size_t n;
    double value;      /* median-like figure for the screen: the mean in logs, back in units */
    double se_squared; /* of the last session's figure, from its own blocks; NAN unknown */
    size_t blocks;
};

static void side_add(struct side *s, double log_figure, double se, size_t blocks)
{
    s->sum += log_figure;
    s->sum_squares += log_figure * log_figure;
    s->n++;
    s->se_squared = se * se;
    s->blocks += blocks;
}

static double side_mean(const struct side *s)
{
    return s->sum / (double)s->n;
}

static double side_variance(const struct side *s)
{
    double mean = side_mean(s);
    double v = (s->sum_squares - (double)s->n * mean * mean) / (double)(s->n - 1);
    return v > 0 ? v : 0;
}

/* Standard error behind an interval of n values. */
static double standard_error(double low, double high, double level, size_t n)
{
    if (n < 2 || !(level > 0 && level < 1))
        return NAN;
    return (high - low) / 2 / stats_t_quantile(0.5 + level / 2, (double)(n - 1));
}

/* Figure of a metric on a target in one session, in logs. False if it has none. */
static bool session_figure(const struct result *r, const char *workload, const char *params,
                           const char *target, struct side *s)
{
    size_t t = result_find_target(r, target);
    if (t == r->target_count)
        return false;
    for (size_t m = 0; m < r->metric_count; m++) {
        const struct metric *metric = &r->metrics[m];
        if (!metric->row || strcmp(metric->workload, workload) != 0 ||
            strcmp(metric->params, params) != 0)
            continue;
        if (t == 0) {
            const struct figure_value *f = result_figure(r, m, 0);
            if (!f || !f->measured || f->value <= 0)
                return false;
            double sign = workload_lower_is_better(metric->row) ? -1 : 1;
            double se = f->bounded && f->low > 0
                            ? standard_error(log(f->low), log(f->high), 0.95, f->n)
                            : NAN;
            side_add(s, sign * log(f->value), se, f->n);
            return true;
        }
        const struct comparison *c = result_comparison(r, m, t);
        if (!c || c->estimate.n == 0 || c->verdict == VERDICT_NOT_COMPARABLE ||
            c->verdict == VERDICT_CANNOT || (c->flags & FLAG_EMULATED))
            return false;
        side_add(s, c->estimate.centre,
                 c->estimate.bounded ? standard_error(c->estimate.low, c->estimate.high,
                                                      c->estimate.level, c->estimate.n)
                                     : NAN,
                 c->estimate.n);
        return true;
    }
    return false;
}

static bool known_row(const struct compare *c, const struct metric *m, const char *target)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].workload == m->row && strcmp(c->rows[i].params, m->params) == 0 &&
            strcmp(c->rows[i].target, target) == 0)
            return true;
    return false;
}

struct sides {
    struct side before, after;
};

static void add_rows(struct compare *c, struct sides **sides, size_t *room, const struct result *r,
                     const struct result *before, size_t before_count, const struct result *after,
                     size_t after_count)
{
    for (size_t t = 0; t < r->target_count; t++)
        for (size_t m = 0; m < r->metric_count; m++) {
            const struct metric *metric = &r->metrics[m];
            if (!metric->row || known_row(c, metric, r->targets[t].id))
                continue;
            struct sides s = {0};
            for (size_t i = 0; i < before_count; i++)
                session_figure(&before[i], metric->workload, metric->params, r->targets[t].id,
                               &s.before);
            for (size_t i = 0; i < after_count; i++)
                session_figure(&after[i], metric->workload, metric->params, r->targets[t].id,
                               &s.after);
            if (!s.before.n || !s.after.n) {
                if (t == 0 && r == before)
                    c->only_before++;
                else if (t == 0 && r == after)
                    c->only_after++;
                continue;
            }
            if (c->count == *room) {
                *room = *room ? 2 * *room : 64;
                *sides = xrealloc_array(*sides, *room, sizeof **sides);
            }
            (*sides)[c->count] = s;
            XGROW(c->rows, c->count, c->room);
            struct compare_row *row = &c->rows[c->count++];
            *row = (struct compare_row){.workload = metric->row, .detectable = NAN, .p = NAN};
            text_copy(row->params, sizeof row->params, metric->params);
            text_copy(row->target, sizeof row->target, r->targets[t].id);
            double sign = t == 0 && workload_lower_is_better(metric->row) ? -1 : 1;
            row->before = exp(sign * side_mean(&s.before));
            row->after = exp(sign * side_mean(&s.after));
        }
}

/* Too few sessions: the blocks' own interval, no verdict. */
static void judge_young(struct compare_row *row, const struct sides *s)
{
    double se = sqrt(s->before.se_squared + s->after.se_squared);
    size_t n = s->before.blocks < s->after.blocks ? s->before.blocks : s->after.blocks;
    row->change = (struct stats_estimate){
        .n = n, .centre = side_mean(&s->after) - side_mean(&s->before), .approximate = true};
    if (isfinite(se) && n >= 2) {
        double half = stats_t_quantile(0.975, (double)(n - 1)) * se;
        row->change.low = row->change.centre - half;
        row->change.high = row->change.centre + half;
        row->change.level = 0.95;
        row->change.bounded = true;
    }
    row->flags |= FLAG_YOUNG;
    row->verdict = VERDICT_INCONCLUSIVE;
}

/* Variance between sessions of a row, over both sides, with its degrees of freedom. */
static void pooled(const struct sides *s, double *variance, double *df)
{
    double b = s->before.n > 1 ? (double)(s->before.n - 1) : 0;
    double a = s->after.n > 1 ? (double)(s->after.n - 1) : 0;
    *df = a + b;
    *variance = *df > 0 ? ((b > 0 ? b * side_variance(&s->before) : 0) +
                           (a > 0 ? a * side_variance(&s->after) : 0)) /
                              *df
                        : NAN;
}

static void judge_family(struct compare *c, const struct sides *sides, const size_t *row_of,
                         size_t count)
{
    double *variance = xcalloc(count, sizeof *variance);
    double *df = xcalloc(count, sizeof *df);
    double *p = xcalloc(count, sizeof *p);
    double *adjusted = xcalloc(count, sizeof *adjusted);
    for (size_t i = 0; i < count; i++)
        pooled(&sides[i], &variance[i], &df[i]);
    double d0 = 0, s0 = 0;
    bool shrunk = stats_shrink(variance, df, count, &d0, &s0);
    for (size_t i = 0; i < count; i++) {
        struct compare_row *row = &c->rows[row_of[i]];
        const struct sides *s = &sides[i];
        double v = shrunk ? stats_shrunken(variance[i], df[i], d0, s0) : variance[i];
        double all_df = df[i] + (shrunk ? d0 : 0);
        double se = sqrt(v * (1 / (double)s->before.n + 1 / (double)s->after.n));
        double t_high = isinf(all_df) ? stats_normal_quantile(0.975)
                                      : stats_t_quantile(0.975, all_df);
        row->change = (struct stats_estimate){
            .n = s->before.n < s->after.n ? s->before.n : s->after.n,
            .centre = side_mean(&s->after) - side_mean(&s->before),
            .level = 0.95,
            .bounded = true};
        row->change.low = row->change.centre - t_high * se;
        row->change.high = row->change.centre + t_high * se;
        double t = se > 0 ? fabs(row->change.centre) / se : row->change.centre != 0 ? INFINITY : 0;
        p[i] = isinf(t)        ? 0
               : isinf(all_df) ? 2 * (1 - stats_normal_cdf(t))
                               : 2 * (1 - stats_t_cdf(t, all_df));
        double alpha = COMPARE_FAMILY / (double)count;
        double decide = isinf(all_df) ? stats_normal_quantile(1 - alpha / 2)
                                      : stats_t_quantile(1 - alpha / 2, all_df);
        row->detectable = (decide + stats_normal_quantile(0.8)) * se;
    }
    stats_holm(p, count, adjusted);
    for (size_t i = 0; i < count; i++) {
        struct compare_row *row = &c->rows[row_of[i]];
        double margin = workload_margin(row->workload);
        row->p = adjusted[i];
        bool found = adjusted[i] < COMPARE_FAMILY && fabs(row->change.centre) > margin;
        if (found && row->change.centre > 0)
            row->verdict = VERDICT_BETTER;
        else if (found)
            row->verdict = row->change.centre < log(0.9) ? VERDICT_WORSE : VERDICT_SLIGHTLY_WORSE;
        else if (row->change.low > -margin && row->change.high < margin)
            row->verdict = VERDICT_SAME;
        else
            row->verdict = VERDICT_INCONCLUSIVE;
    }
    free(variance);
    free(df);
    free(p);
    free(adjusted);
}

/* A row of a baseline whose sessions measured different rows may have fewer sessions than the
 * baseline: what its own sessions do not show, no test can. */
static bool is_young(const struct sides *s)
{
    return (s->before.n > s->after.n ? s->before.n : s->after.n) < COMPARE_SESSIONS_MIN;
}

/* The rows with enough sessions are one family of tests; the others get no verdict. */
static void judge_old(struct compare *c, const struct sides *all)
{
    struct sides *sides = xcalloc(c->count, sizeof *sides);
    size_t *row_of = xcalloc(c->count, sizeof *row_of);
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (is_young(&all[i])) {
            judge_young(&c->rows[i], &all[i]);
            continue;
        }
        row_of[count] = i;
        sides[count++] = all[i];
    }
    if (count)
        judge_family(c, sides, row_of, count);
    free(row_of);
    free(sides);
}

/* Some differences are fatal to a few rows only: another shell, to what starts one. */
static bool fatal_for(const struct compare *c, const char *workload)
{
    for (size_t i = 0; i < c->difference_count; i++)
        if (c->differences[i].class == FACT_FATAL && c->differences[i].only &&
            text_glob(c->differences[i].only, workload))
            return true;
    return false;
}

static void note_emulated(struct compare *c, const struct result *r)
{
    for (size_t t = 1; t < r->target_count; t++) {
        const char *id = r->targets[t].id;
        bool known = !r->targets[t].emulated;
        for (size_t i = 0; i < c->emulated_count; i++)
            known |= strcmp(c->emulated[i], id) == 0;
        if (!known && c->emulated_count < TARGETS_MAX)
            text_copy(c->emulated[c->emulated_count++], TARGET_ID_MAX, id);
    }
}

const char *compare_emulated_text(const struct compare *c, char *out, size_t size)
{
    char names[TARGETS_MAX * (TARGET_ID_MAX + 2)] = "";
    for (size_t i = 0; i < c->emulated_count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", c->emulated[i]);
    }
    out[0] = '\0';
    if (names[0])
        snprintf(out, size,
                 "What was emulated (%s) is left out: it shows the emulator's speed and is never "
                 "compared.",
                 names);
    return out;
}

/* Sessions of one side may be other work than its first: fatal to those rows, and said once. */
static void add_other_work(struct compare *c, const struct result *first,
                           const struct result *sessions, size_t count)
{
    struct fingerprint_difference found[COMPARE_DIFFERENCES_MAX];
    for (size_t i = 0; i < count; i++) {
        size_t total = fingerprint_compare(first, &sessions[i], found, COMPARE_DIFFERENCES_MAX);
        for (size_t j = 0; j < total && j < COMPARE_DIFFERENCES_MAX; j++) {
            bool known = found[j].class != FACT_FATAL || !found[j].only;
            for (size_t k = 0; k < c->difference_count && !known; k++)
                known = c->differences[k].class == FACT_FATAL &&
                        strcmp(c->differences[k].key, found[j].key) == 0;
            if (known)
                continue;
            /* Fatal ones come first, and the last is the least of them. */
            if (c->difference_count == COMPARE_DIFFERENCES_MAX)
                c->difference_count--;
            memmove(&c->differences[1], &c->differences[0],
                    c->difference_count * sizeof c->differences[0]);
            c->differences[0] = found[j];
            c->difference_count++;
        }
    }
}

void compare_flag_changed(struct compare_row *rows, size_t count,
                          const struct fingerprint_difference *differences, size_t difference_count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < difference_count; k++)
            if (fingerprint_touches(&differences[k], rows[i].workload->id, rows[i].target))
                rows[i].flags |= FLAG_FINGERPRINT;
}

void compare_init(struct compare *c)
{
    *c = (struct compare){0};
}

void compare_release(struct compare *c)
{
    free(c->rows);
    compare_init(c);
}

void compare_results(struct compare *c, const struct result *before, size_t before_count,
                     const struct result *after, size_t after_count)
{
    compare_init(c);
    c->sessions_before = before_count;
    c->sessions_after = after_count;
    c->young = (before_count > after_count ? before_count : after_count) < COMPARE_SESSIONS_MIN;
    size_t found = fingerprint_compare(&before[0], &after[0], c->differences,
                                       COMPARE_DIFFERENCES_MAX);
    c->difference_count = found < COMPARE_DIFFERENCES_MAX ? found : COMPARE_DIFFERENCES_MAX;
    add_other_work(c, &before[0], before, before_count);
    add_other_work(c, &before[0], after, after_count);
    for (size_t i = 0; i < c->difference_count; i++)
        c->fatal |= fingerprint_forbids(&c->differences[i]);
    for (size_t i = 0; i < before_count; i++)
        note_emulated(c, &before[i]);
    for (size_t i = 0; i < after_count; i++)
        note_emulated(c, &after[i]);
    struct sides *sides = NULL;
    size_t room = 0;
    for (size_t i = 0; i < before_count; i++)
        add_rows(c, &sides, &room, &before[i], before, before_count, after, after_count);
    for (size_t i = 0; i < after_count; i++)
        add_rows(c, &sides, &room, &after[i], before, before_count, after, after_count);
    if (c->young)
        for (size_t i = 0; i < c->count; i++)
            judge_young(&c->rows[i], &sides[i]);
    else if (c->count)
        judge_old(c, sides);
    bool moved = fingerprint_other_processor(&before[0], &after[0]);
    for (size_t i = 0; i < c->count; i++)
        if (c->fatal || fatal_for(c, c->rows[i].workload->id) ||
            (moved && strcmp(c->rows[i].target, "native") == 0))
            c->rows[i].verdict = VERDICT_NOT_COMPARABLE;
    compare_flag_changed(c->rows, c->count, c->differences, c->difference_count);
    free(sides);
}

int compare_exit(const struct compare *c)
{
    if (c->fatal || c->count == 0)
        return 4;
    bool hidden = c->young, comparable = false;
    for (size_t i = 0; i < c->count; i++) {
        enum verdict v = c->rows[i].verdict;
        comparable |= v != VERDICT_NOT_COMPARABLE;
        if (v == VERDICT_WORSE || v == VERDICT_SLIGHTLY_WORSE)
            return 1;
        if (v == VERDICT_INCONCLUSIVE && !(c->rows[i].detectable < -log(1 - COMPARE_FIND)))
            hidden = true;
    }
    if (!comparable)
        return 4;
    return hidden ? 3 : 0;
}
