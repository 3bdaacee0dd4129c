/* Rows, log and memory of a snapshot; and a result as its rows, targets and summary: the same
 * screens show what is being measured and what was stored. */
#include <config.h>

#include "snapshot.h"

#include "analysis.h"
#include "check_shared.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void snapshot_release(struct snapshot *s)
{
    free(s->metrics);
    s->metrics = NULL;
    s->metric_count = s->metric_room = 0;
    snapshot_set_verdict(s, NULL);
}

void snapshot_set_verdict(struct snapshot *s, const struct check *verdict)
{
    const struct check *former = s->check.verdict;
    s->check.verdict = check_hold(verdict);
    check_let_go(former);
}

size_t snapshot_processors(const struct board_host *h)
{
    size_t count = h->cores;
    for (size_t i = 0; i < h->cores && i < BOARD_CORES_MAX; i++)
        if (isnan(h->core[i]))
            count--;
    return count;
}

size_t snapshot_ring_push(size_t *first, size_t *count, size_t max)
{
    size_t at = (*first + *count) % max;
    if (*count < max)
        ++*count;
    else
        *first = (*first + 1) % max;
    return at;
}

void snapshot_log(struct snapshot *s, enum board_log_level level, const char *target,
                  const char *format, ...)
{
    char text[BOARD_LOG_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct board_log_line *line =
        &s->log[snapshot_ring_push(&s->log_first, &s->log_count, BOARD_LOG_MAX)];
    s->log_total++;
    line->at = (int64_t)time(NULL);
    line->level = level;
    text_clean(line->target, sizeof line->target, target ? target : "");
    text_clean(line->text, sizeof line->text, text);
}

struct board_metric *snapshot_metric(struct snapshot *s, const struct workload *w,
                                     const char *params)
{
    for (size_t i = 0; i < s->metric_count; i++)
        if (s->metrics[i].workload == w && strcmp(s->metrics[i].params, params) == 0)
            return &s->metrics[i];
    XGROW(s->metrics, s->metric_count, s->metric_room);
    struct board_metric *m = &s->metrics[s->metric_count++];
    memset(m, 0, sizeof *m);
    m->workload = w;
    text_copy(m->params, sizeof m->params, params);
    return m;
}

void snapshot_set_target(struct board_target *to, const struct result_target *from)
{
    text_clean(to->id, sizeof to->id, from->id);
    text_clean(to->kind, sizeof to->kind, from->kind);
    text_clean(to->how, sizeof to->how, from->how);
    text_clean(to->network, sizeof to->network, from->network);
    text_clean(to->path, sizeof to->path, from->path);
    text_clean(to->limits, sizeof to->limits, from->limits);
    text_clean(to->devices, sizeof to->devices, from->devices);
    text_clean(to->caches, sizeof to->caches, from->caches);
    text_clean(to->kernel, sizeof to->kernel, from->kernel);
    text_clean(to->remark, sizeof to->remark, from->remark);
    text_clean(to->clocksource, sizeof to->clocksource, from->clocksource);
    to->cpus = from->cpus;
    to->memory_mib = from->memory_mib;
    to->clock_known = from->clock_known;
    to->clock_stepped = from->clock_stepped;
    to->clock_rate = from->clock_rate;
    to->clock_bound = from->clock_bound;
    to->emulated = from->emulated;
    to->start_s = from->start_s;
}

bool snapshot_confirmed(const struct board_target *t)
{
    return !t->emulated && !(t->state == BOARD_TARGET_STARTING && strcmp(t->kind, "kvm") == 0);
}

static void set_targets(struct snapshot *s, const struct result *r)
{
    struct board_target old[TARGETS_MAX];
    size_t old_count = s->target_count;
    memcpy(old, s->targets, sizeof old);
    memset(s->targets, 0, sizeof s->targets);
    s->target_count = r->target_count;
    for (size_t i = 0; i < r->target_count; i++) {
        const struct result_target *from = &r->targets[i];
        struct board_target *to = &s->targets[i];
        bool emulated =
            false; /* as found before its start, of which the result knows nothing yet */
        /* What has never been started has no start time: its turn comes. */
        to->state = from->given_up[0]                   ? BOARD_TARGET_FAILED
                    : s->stored || !(from->start_s > 0) ? BOARD_TARGET_OFF
                                                        : BOARD_TARGET_READY;
        text_clean(to->reason, sizeof to->reason, from->given_up);
        for (size_t j = 0; j < old_count; j++) {
            if (strcmp(old[j].id, from->id) == 0 && !s->stored) {
                to->state = old[j].state;
                to->since_s = old[j].since_s;
                text_copy(to->reason, sizeof to->reason, old[j].reason);
                text_copy(to->remedy, sizeof to->remedy, old[j].remedy);
                emulated = old[j].emulated && to->state != BOARD_TARGET_READY;
            }
        }
        snapshot_set_target(to, from);
        to->emulated |= emulated;
    }
}

static struct subsystem_summary_cell summary_cell(const struct subsystem_summary *from)
{
    struct subsystem_summary_cell to = {
        .rows = from->rows,
        .total = from->total,
        .known = from->estimate.n > 0 && isfinite(from->estimate.centre),
        .ratio = NAN,
        .low = NAN,
        .high = NAN,
        .verdict = from->verdict,
        .flags = from->flags,
    };
    if (to.known) {
        to.ratio = exp(from->estimate.centre);
        to.bounded = stats_telling(&from->estimate);
        if (to.bounded) {
            to.low = exp(from->estimate.low);
            to.high = exp(from->estimate.high);
        }
    }
    return to;
}

static void set_summary(struct snapshot *s, const struct result *r)
{
    memset(&s->summary, 0, sizeof s->summary);
    for (size_t t = 1; t < r->target_count; t++) {
        for (int sub = 0; sub < SUBSYSTEM_COUNT; sub++) {
            struct subsystem_summary from = analysis_subsystem(r, (enum subsystem)sub, t);
            s->summary.cell[sub][t] = summary_cell(&from);
        }
        struct subsystem_summary from = analysis_overall(r, t);
        s->summary.cell[SUBSYSTEM_COUNT][t] = summary_cell(&from);
    }
    /* Native is the reference: it has rows, but nothing to be compared with. */
    for (size_t i = 0; i < s->metric_count; i++) {
        enum subsystem sub = s->metrics[i].workload->subsystem;
        size_t rows = s->metrics[i].cell[0].figure.measured;
        s->summary.cell[sub][0].rows += rows;
        s->summary.cell[sub][0].total++;
        s->summary.cell[SUBSYSTEM_COUNT][0].rows += rows;
        s->summary.cell[SUBSYSTEM_COUNT][0].total++;
    }
}

static void keep_baseline(struct board_metric *to, const struct board_metric *old)
{
    to->baseline_known = old->baseline_known;
    to->baseline_value = old->baseline_value;
    to->baseline_low = old->baseline_low;
    to->baseline_high = old->baseline_high;
}

static void set_age(struct board_cell *cell, const struct snapshot *s, const struct result *r,
                    const struct metric *m)
{
    cell->taken_over = m->taken_from != 0;
    cell->live = !s->stored && !cell->taken_over;
    cell->measured_at = cell->taken_over ? m->taken_from : r->started;
}

/* What does the work of a row, and by which of its code, where that was chosen. */
static void set_engine(struct board_metric *m, const struct result *r, const struct metric *from)
{
    const char *engine = result_engine(r, from->workload, from->params);
    const char *core = strcmp(from->workload, "linpack") == 0
                           ? result_fact(r, "engine.linpack.core")
                           : NULL;
    char text[2 * ENGINE_MAX];
    snprintf(text, sizeof text, "%s%s%s", engine ? engine : "", engine && core ? ", code for " : "",
             engine && core ? core : "");
    text_clean(m->engine, sizeof m->engine, text);
}

void snapshot_set_result(struct snapshot *s, const struct result *r)
{
    struct board_metric *old = s->metrics;
    size_t old_count = s->metric_count;

    set_targets(s, r);
    s->late_rows = r->running ? 0 : r->late.rows;
    s->late_looks = r->running ? 0 : r->late.looks;
    s->metrics = NULL;
    s->metric_count = s->metric_room = 0;
    size_t *row_of = xcalloc(r->metric_count ? r->metric_count : 1, sizeof *row_of);
    for (size_t i = 0; i < r->metric_count; i++) {
        row_of[i] = SIZE_MAX;
        if (r->metrics[i].row) {
            struct board_metric *m = snapshot_metric(s, r->metrics[i].row, r->metrics[i].params);
            row_of[i] = (size_t)(m - s->metrics);
            set_engine(m, r, &r->metrics[i]);
        }
    }
    for (size_t i = 0; i < r->figure_count; i++) {
        const struct figure_value *f = &r->figures[i];
        if (row_of[f->metric] == SIZE_MAX)
            continue;
        struct board_cell *cell = &s->metrics[row_of[f->metric]].cell[f->target];
        cell->figure = *f;
        cell->figure.metric = row_of[f->metric];
        text_clean(cell->figure.reason, sizeof cell->figure.reason, f->reason);
        set_age(cell, s, r, &r->metrics[f->metric]);
    }
    for (size_t i = 0; i < r->comparison_count; i++) {
        const struct comparison *c = &r->comparisons[i];
        if (row_of[c->metric] == SIZE_MAX)
            continue;
        struct board_cell *cell = &s->metrics[row_of[c->metric]].cell[c->target];
        cell->compared = true;
        cell->comparison = *c;
        cell->comparison.metric = row_of[c->metric];
        text_clean(cell->comparison.reason, sizeof cell->comparison.reason, c->reason);
        set_age(cell, s, r, &r->metrics[c->metric]);
    }
    free(row_of);
    set_summary(s, r);
    for (size_t i = 0; i < old_count; i++)
        if (old[i].baseline_known)
            keep_baseline(snapshot_metric(s, old[i].workload, old[i].params), &old[i]);
    free(old);
}
