#include "check.h"

#include "shrink.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- one series: a row, or the mean of a subsystem ------------------------------------------- */

struct trial {
    size_t before, now;          /* sessions that have a figure */
    double mean_before, change;  /* log units */
    double variance, df;         /* between sessions, of the baseline; shrunken in place */
    double variance_now, df_now; /* of the sessions now among themselves */
    double error, error_df;      /* of the change */
    double margin;
    size_t class;
};

static double mean_of(const double *values, size_t n, size_t *known)
{
    double sum = 0;
    *known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(values[i])) {
            sum += values[i];
            ++*known;
        }
    return *known ? sum / (double)*known : NAN;
}

/* Variance of those that are known; 0 with *df 0 if that is fewer than two. */
static double variance_of(const double *values, size_t n, double *df)
{
    size_t known;
    double mean = mean_of(values, n, &known), sum = 0;
    *df = known > 1 ? (double)(known - 1) : 0;
    for (size_t i = 0; i < n && known > 1; i++)
        if (!isnan(values[i]))
            sum += (values[i] - mean) * (values[i] - mean);
    return *df > 0 ? sum / *df : 0;
}

static void trial_read(struct trial *t, const double *values, size_t before, size_t now)
{
    double mean_now = mean_of(values + before, now, &t->now);
    t->mean_before = mean_of(values, before, &t->before);
    t->change = mean_now - t->mean_before;
    t->variance = variance_of(values, before, &t->df);
    t->variance_now = variance_of(values + before, now, &t->df_now);
}

/* A young series knows little: what both sides vary by together. */
static void trial_pool(struct trial *t)
{
    double df = t->df + t->df_now;
    t->variance = df > 0 ? (t->df * t->variance + t->df_now * t->variance_now) / df : 0;
    t->df = df;
}

static void trial_finish(struct trial *t)
{
    double then = t->variance / (double)t->before, own = t->variance_now / (double)t->now;
    t->error_df = t->df;
    if (own > t->variance) {
        double sum = own + then;
        t->error_df = sum * sum / (own * own / t->df_now + then * then / t->df);
        t->error = sqrt(sum);
    } else {
        t->error = sqrt(t->variance + then);
    }
}

static double t_quantile(double p, double df)
{
    return isinf(df) ? stats_normal_quantile(p) : stats_t_quantile(p, df);
}

static double trial_p(const struct trial *t)
{
    double size = t->error > 0 ? fabs(t->change) / t->error : t->change != 0 ? INFINITY : 0;
    if (isinf(size))
        return 0;
    return 2 * (1 - (isinf(t->error_df) ? stats_normal_cdf(size) : stats_t_cdf(size, t->error_df)));
}

static struct stats_estimate trial_interval(const struct trial *t)
{
    struct stats_estimate e = {
        .n = t->before, .centre = t->change, .low = NAN, .high = NAN, .level = NAN};
    if (!(t->error_df > 0))
        return e;
    double half = t_quantile(0.975, t->error_df) * t->error;
    e.low = t->change - half;
    e.high = t->change + half;
    e.level = 0.95;
    e.bounded = true;
    return e;
}

/* The change that is significant at alpha, and what must be added so that it is so in 80 %. */
static double trial_threshold(const struct trial *t, double alpha)
{
    return t_quantile(1 - alpha / 2, t->error_df) * t->error;
}

static double trial_reserve(const struct trial *t)
{
    return t_quantile(0.8, t->error_df) * t->error;
}

static enum verdict trial_verdict(const struct trial *t, const struct stats_estimate *change,
                                  bool significant)
{
    if (significant && fabs(t->change) > t->margin)
        return t->change > 0 ? VERDICT_BETTER : stats_slower(t->change);
    if (change->low > -t->margin && change->high < t->margin)
        return VERDICT_SAME;
    return VERDICT_NO_SIGN;
}

/* --- all of them ----------------------------------------------------------------------------- */

struct judging {
    struct check *check;
    const struct series *series;
    struct trial *rows, *groups; /* beside check->rows, check->groups */
};

static bool is_native(const char *target)
{
    return strcmp(target, "native") == 0;
}

/* A class of noise: native or guest, usual or wide margin. */
#define NOISE_CLASSES 4
static size_t noise_class(const char *target, double margin)
{
    return (is_native(target) ? 0u : 2u) + (margin > 0.04 ? 1u : 0u);
}

static size_t find_group(struct check *c, enum subsystem s, const char *target)
{
    size_t g = 0;
    while (g < c->group_count &&
           (c->groups[g].subsystem != s || strcmp(c->groups[g].target, target) != 0))
        g++;
    return g;
}

static size_t group_entry(struct check *c, enum subsystem s, const char *target)
{
    size_t g = find_group(c, s, target);
    if (g == c->group_count) {
        c->groups[g] = (struct check_group){.subsystem = s};
        text_copy(c->groups[g].target, sizeof c->groups[g].target, target);
        c->group_count++;
    }
    return g;
}

static void read_rows(struct judging *j)
{
    struct check *c = j->check;
    const struct series *s = j->series;
    for (size_t i = 0; i < s->count; i++) {
        const struct series_row *from = &s->rows[i];
        struct compare_row *row = &c->rows[i];
        struct trial *t = &j->rows[i];
        double sign = is_native(from->target) && workload_lower_is_better(from->workload) ? -1 : 1;
        trial_read(t, series_values(s, i), s->before, s->now);
        t->margin = workload_margin(from->workload);
        *row = (struct compare_row){.workload = from->workload,
                                    .before = exp(sign * t->mean_before),
                                    .after = exp(sign * (t->mean_before + t->change)),
                                    .detectable = NAN,
                                    .p = NAN};
        text_copy(row->params, sizeof row->params, from->params);
        text_copy(row->target, sizeof row->target, from->target);
        c->group_of[i] = SIZE_MAX;
        if (t->before >= BASELINE_YOUNG)
            c->groups[c->group_of[i] = group_entry(c, from->workload->subsystem, from->target)]
                .rows++;
    }
}

/* Mean over the rows of each session's distance from the row's own mean of the baseline: a session
 * that lacks a row still counts. */
static void read_group(struct judging *j, size_t g)
{
    const struct check *c = j->check;
    const struct series *s = j->series;
    size_t width = s->before + s->now;
    double *sum = xcalloc(width, sizeof *sum);
    size_t *n = xcalloc(width, sizeof *n);
    struct trial *t = &j->groups[g];
    double change = 0;
    for (size_t i = 0; i < c->count; i++) {
        const double *values = series_values(s, i);
        if (c->group_of[i] != g)
            continue;
        change += j->rows[i].change;
        for (size_t k = 0; k < width; k++)
            if (!isnan(values[k])) {
                sum[k] += values[k] - j->rows[i].mean_before;
                n[k]++;
            }
    }
    for (size_t k = 0; k < width; k++)
        sum[k] = n[k] ? sum[k] / (double)n[k] : NAN;
    trial_read(t, sum, s->before, s->now);
    t->change = change / (double)c->groups[g].rows;
    t->margin = subsystems[c->groups[g].subsystem].margin;
    free(sum);
    free(n);
}

/* A class of fewer than three has nothing to lean on: it joins its neighbour of the other margin.
 */
static void merge_small(size_t *class, size_t count)
{
    size_t members[NOISE_CLASSES] = {0};
    for (size_t i = 0; i < count; i++)
        members[class[i]]++;
    for (size_t i = 0; i < count; i++)
        if (members[class[i]] < 3 || members[class[i] ^ 1] < 3)
            class[i] &= ~(size_t)1;
}

static void shrink(struct trial *trials, const size_t *class, size_t count, size_t classes)
{
    double *variance = xcalloc(count + 1, sizeof *variance), *df = xcalloc(count + 1, sizeof *df);
    double *own = xcalloc(count + 1, sizeof *own), *own_df = xcalloc(count + 1, sizeof *own_df);
    for (size_t i = 0; i < count; i++) {
        variance[i] = trials[i].variance;
        df[i] = trials[i].df;
        own[i] = trials[i].variance_now;
        own_df[i] = trials[i].df_now;
    }
    shrink_classes(variance, df, class, count, classes);
    shrink_classes(own, own_df, class, count, classes);
    for (size_t i = 0; i < count; i++) {
        trials[i].variance = variance[i];
        trials[i].df = df[i];
        trials[i].variance_now = own[i];
        trials[i].df_now = own_df[i];
        trial_finish(&trials[i]);
    }
    free(variance);
    free(df);
    free(own);
    free(own_df);
}

static void shrink_rows(struct judging *j)
{
    struct check *c = j->check;
    size_t classes = c->group_count + NOISE_CLASSES;
    size_t *class = xcalloc(c->count + 1, sizeof *class);
    for (size_t i = 0; i < c->count; i++) {
        size_t g = c->group_of[i];
        if (g == SIZE_MAX) {
            trial_pool(&j->rows[i]);
            class[i] = classes; /* in none */
        } else if (c->groups[g].rows >= CHECK_SUBSYSTEM_ROWS) {
            class[i] = NOISE_CLASSES + g;
        } else {
            class[i] = noise_class(c->groups[g].target, j->rows[i].margin);
        }
    }
    shrink(j->rows, class, c->count, classes);
    free(class);
}

static void shrink_groups(struct judging *j)
{
    struct check *c = j->check;
    size_t *class = xcalloc(c->group_count + 1, sizeof *class);
    for (size_t g = 0; g < c->group_count; g++) {
        read_group(j, g);
        class[g] = noise_class(c->groups[g].target, j->groups[g].margin);
    }
    merge_small(class, c->group_count);
    shrink(j->groups, class, c->group_count, NOISE_CLASSES);
    free(class);
}

static void judge_groups(struct judging *j)
{
    struct check *c = j->check;
    double *p = xcalloc(c->group_count + 1, sizeof *p);
    double *adjusted = xcalloc(c->group_count + 1, sizeof *adjusted);
    for (size_t g = 0; g < c->group_count; g++)
        p[g] = trial_p(&j->groups[g]);
    stats_holm(p, c->group_count, adjusted);
    for (size_t g = 0; g < c->group_count; g++) {
        struct check_group *group = &c->groups[g];
        const struct trial *t = &j->groups[g];
        double least = trial_threshold(t, CHECK_FAMILY / (double)c->group_count);
        group->change = trial_interval(t);
        group->p = adjusted[g];
        group->moved = adjusted[g] < CHECK_FAMILY;
        group->detectable = fmax(least, t->margin) + trial_reserve(t);
        group->verdict = trial_verdict(t, &group->change, group->moved);
    }
    free(p);
    free(adjusted);
}

/* The rows of one group: their own family, looked at only if the mean moved. */
static void judge_rows_of(struct judging *j, size_t g)
{
    struct check *c = j->check;
    const struct check_group *group = &c->groups[g];
    const struct trial *mean = &j->groups[g];
    double *p = xcalloc(group->rows, sizeof *p), *adjusted = xcalloc(group->rows, sizeof *adjusted);
    double n = (double)group->rows;
    double through = n * (trial_threshold(mean, CHECK_FAMILY / (double)c->group_count) +
                          trial_reserve(mean));
    size_t k = 0;
    for (size_t i = 0; i < c->count; i++)
        if (c->group_of[i] == g)
            p[k++] = trial_p(&j->rows[i]);
    stats_holm(p, k, adjusted);
    k = 0;
    for (size_t i = 0; i < c->count; i++) {
        struct compare_row *row = &c->rows[i];
        const struct trial *t = &j->rows[i];
        if (c->group_of[i] != g)
            continue;
        double own = fmax(trial_threshold(t, CHECK_FAMILY / n), t->margin) + trial_reserve(t);
        row->change = trial_interval(t);
        row->p = group->moved ? adjusted[k] : NAN;
        row->detectable = fmax(through, own);
        row->verdict = trial_verdict(t, &row->change, group->moved && adjusted[k] < CHECK_FAMILY);
        if (group->moved && row->verdict == VERDICT_NO_SIGN)
            row->verdict = VERDICT_INCONCLUSIVE;
        k++;
    }
    free(p);
    free(adjusted);
}

static void judge_young(struct judging *j)
{
    struct check *c = j->check;
    for (size_t i = 0; i < c->count; i++) {
        if (c->group_of[i] != SIZE_MAX)
            continue;
        c->rows[i].change = trial_interval(&j->rows[i]);
        c->rows[i].flags |= FLAG_YOUNG;
        c->rows[i].verdict = VERDICT_INCONCLUSIVE;
    }
}

/* --- what follows ---------------------------------------------------------------------------- */

bool check_is_worse(enum verdict v)
{
    return v == VERDICT_WORSE || v == VERDICT_SLIGHTLY_WORSE;
}

bool check_is_decided(enum verdict v)
{
    return v == VERDICT_BETTER || check_is_worse(v);
}

static void note_power(struct check_power *p, double subsystem, double row)
{
    p->known = true;
    p->subsystem = fmax(p->subsystem, subsystem);
    p->row = fmax(p->row, row);
}

static void count_verdicts(struct check *c)
{
    memset(c->verdicts, 0, sizeof c->verdicts);
    for (size_t i = 0; i < c->count; i++)
        c->verdicts[c->rows[i].verdict]++;
}

static void sum_up(struct check *c)
{
    bool host = false, hypervisor = false;
    count_verdicts(c);
    c->power = c->native_power = (struct check_power){0};
    for (size_t g = 0; g < c->group_count; g++) {
        bool native = is_native(c->groups[g].target);
        *(native ? &host : &hypervisor) |= check_is_decided(c->groups[g].verdict);
        note_power(native ? &c->native_power : &c->power, c->groups[g].detectable, 0);
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct compare_row *row = &c->rows[i];
        bool native = is_native(row->target);
        *(native ? &host : &hypervisor) |= check_is_decided(row->verdict);
        if (c->group_of[i] != SIZE_MAX)
            note_power(native ? &c->native_power : &c->power, 0, row->detectable);
    }
    c->cause = (host ? CHECK_HOST : 0) | (hypervisor ? CHECK_HYPERVISOR : 0);
}

void check_settle(struct check *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct compare_row *row = &c->rows[i];
        size_t g = find_group(c, row->workload->subsystem, row->target);
        c->group_of[i] = g == c->group_count || (row->flags & FLAG_YOUNG) ? SIZE_MAX : g;
    }
    count_verdicts(c);
}

void check_init(struct check *c)
{
    *c = (struct check){0};
}

void check_release(struct check *c)
{
    free(c->rows);
    free(c->group_of);
    free(c->groups);
    check_init(c);
}

void check_judge(struct check *c, const struct series *s, double find)
{
    struct judging j = {.check = c, .series = s};
    c->count = s->count;
    c->sessions_before = s->before;
    c->sessions_now = s->now;
    c->more = s->before < BASELINE_YOUNG ? BASELINE_YOUNG - s->before : 0;
    c->find = -log1p(-find);
    c->rows = xcalloc(s->count + 1, sizeof *c->rows);
    c->group_of = xcalloc(s->count + 1, sizeof *c->group_of);
    c->groups = xcalloc(s->count + 1, sizeof *c->groups);
    j.rows = xcalloc(s->count + 1, sizeof *j.rows);
    j.groups = xcalloc(s->count + 1, sizeof *j.groups);
    read_rows(&j);
    shrink_rows(&j);
    shrink_groups(&j);
    judge_groups(&j);
    for (size_t g = 0; g < c->group_count; g++)
        judge_rows_of(&j, g);
    judge_young(&j);
    sum_up(c);
    free(j.rows);
    free(j.groups);
}
