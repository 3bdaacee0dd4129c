#include <config.h>

#include "run.h"

#include "analysis.h"
#include "clock.h"
#include "overlay.h"
#include "text.h"

#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

double run_elapsed(const struct run *r)
{
    return clock_now_s() - r->started_s;
}

bool run_interrupted(const struct run *r)
{
    struct pollfd p = {.fd = r->interrupt_fd, .events = POLLIN};
    return r->interrupt_fd >= 0 && poll(&p, 1, 0) > 0;
}

bool run_takes_part(const struct run *r, size_t metric, size_t t)
{
    return !r->places.place[t].lost && !r->dead[metric * TARGETS_MAX + t];
}

void run_tell(struct run *r)
{
    if (!r->hooks || !r->hooks->progress)
        return;
    pthread_mutex_lock(&r->board->lock);
    r->hooks->progress(r->hooks->context, &r->board->current);
    pthread_mutex_unlock(&r->board->lock);
}

void run_show_begin(struct run *r)
{
    struct snapshot *s = board_edit(r->board);
    struct board_run *run = &s->run;
    run->active = true;
    run->paused = false;
    run->workload = NULL;
    run->title[0] = run->params[0] = run->position[0] = run->phase[0] = '\0';
    run->metric = SIZE_MAX;
    run->target = 0;
    run->silent_s = 0;
    run->block = run->blocks = 0;
    run->rate_count = run->block_count = 0;
    memset(run->latency, 0, sizeof run->latency);
    run->elapsed_s = run->done = 0;
    run->eta_s = plan_seconds(r->plan) + r->plan->after_s;
    text_clean(s->left_out, sizeof s->left_out, r->plan->left_out);
    board_publish_run(r->board);
}

void run_show_phase(struct run *r, const char *phase)
{
    struct snapshot *s = board_edit(r->board);
    text_copy(s->run.phase, sizeof s->run.phase, phase);
    s->run.elapsed_s = run_elapsed(r);
    board_publish_run(r->board);
    run_tell(r);
}

double run_block_seconds(const struct run *r, size_t metric)
{
    const struct plan_row *rows = r->plan->rows;
    double scale = 0;
    if (r->block_s[metric] > 0)
        return r->block_s[metric];
    for (size_t i = 0; i < r->plan->row_count; i++)
        if (rows[i].workload == rows[metric].workload)
            scale = fmax(scale, r->block_s[i] / plan_block_seconds(r->plan, &rows[i]));
    return (scale > 0 ? scale : 1) * plan_block_seconds(r->plan, &rows[metric]);
}

static bool is_dead(const struct run *r, size_t metric)
{
    bool guests = r->plan->target_count == 1;
    for (size_t t = 1; t < r->plan->target_count; t++)
        guests |= run_takes_part(r, metric, t);
    return !guests || !run_takes_part(r, metric, 0);
}

/* What is still to come, without what is over of the block that runs. */
static double rest_seconds(const struct run *r)
{
    double rest = 0, elapsed = run_elapsed(r);
    for (size_t i = 0; i < r->plan->row_count; i++)
        if (!is_dead(r, i))
            rest += r->blocks_left[i] * run_block_seconds(r, i);
    if (r->block_metric < r->plan->row_count && r->blocks_left[r->block_metric] > 0)
        rest -= fmin(run_block_seconds(r, r->block_metric), elapsed - r->block_from_s);
    return fmax(0, fmin(rest, r->plan->budget_s - elapsed));
}

void run_show_progress(struct run *r)
{
    double seconds = run_elapsed(r), rest = rest_seconds(r);
    struct snapshot *s = board_edit(r->board);
    s->run.elapsed_s = seconds;
    /* What is done stays done when the rest turns out to be longer. */
    s->run.done = fmax(s->run.done, seconds / (seconds + rest));
    s->run.eta_s = rest + r->plan->after_s;
    board_publish_run(r->board);
    run_tell(r);
}

void run_show_row(struct run *r, const struct plan_row *row, size_t metric, uint32_t block,
                  uint32_t blocks, uint8_t stage)
{
    struct snapshot *s = board_edit(r->board);
    struct board_run *run = &s->run;
    if (!run->active || run->metric != metric || run->workload != row->workload) {
        run->rate_count = 0;
        run->block_count = 0;
        memset(run->latency, 0, sizeof run->latency);
    }
    run->active = true;
    run->workload = row->workload;
    text_copy(run->params, sizeof run->params, row->params);
    snprintf(run->title, sizeof run->title, "%s%s%s", row->workload->id, row->params[0] ? " " : "",
             row->params);
    run->metric = metric;
    run->block = block;
    run->blocks = blocks;
    run->stage = stage;
    run->stages = r->plan->two_stage ? 2 : 1;
    run->slot_s = plan_slot_seconds(r->plan, row->workload);
    board_publish_run(r->board);
}

/* The last guest's finished blocks of a row, as ratios: performance relative to native, 1 is equal.
 */
static void show_blocks(const struct run *r, struct board_run *run, size_t metric)
{
    size_t guest = r->result->target_count - 1;
    run->block_count = 0;
    for (uint32_t b = 0; guest > 0 && b < run->blocks && b < BOARD_BLOCKS_MAX; b++) {
        double d;
        if (analysis_block(r->result, metric, guest, run->stage, b, &d) > 0)
            run->block_ratio[run->block_count++] = exp(d);
    }
}

void run_show_result(struct run *r)
{
    struct result shown;
    result_init(&shown);
    if (r->hooks && r->hooks->below)
        overlay_make(&shown, r->hooks->below, r->result);
    struct snapshot *s = board_edit(r->board);
    snapshot_set_result(s, shown.metric_count ? &shown : r->result);
    if (s->run.active)
        show_blocks(r, &s->run, s->run.metric);
    board_publish(r->board);
    result_release(&shown);
}

static bool same_cause(const struct slot *a, const struct slot *b)
{
    return a->target == b->target && strcmp(a->reason, b->reason) == 0;
}

void run_show_causes(struct run *r)
{
    const struct result *result = r->result;
    for (size_t i = 0; i < result->slot_count; i++) {
        const struct slot *slot = &result->slots[i];
        size_t first = 0, used = 0, last = slot->metric;
        char rows[sizeof r->board->current.log->text] = "";
        while (first < i && !same_cause(&result->slots[first], slot))
            first++;
        for (size_t j = i + 1; first == i && slot->reason[0] && j < result->slot_count; j++) {
            const struct slot *other = &result->slots[j];
            if (other->metric == last || !same_cause(other, slot) || used >= sizeof rows)
                continue;
            const struct metric *m = &result->metrics[last = other->metric];
            used += (size_t)snprintf(rows + used, sizeof rows - used, "%s%s%s%s", used ? ", " : "",
                                     m->workload, m->params[0] ? " " : "", m->params);
        }
        if (used)
            board_log(r->board, BOARD_LOG_NOTE, result->targets[slot->target].id, "the same for %s",
                      rows);
    }
}

void run_show_queue(struct run *r, const size_t *order, size_t next)
{
    struct snapshot *s = board_edit(r->board);
    s->queue_count = 0;
    s->queue_total = 0;
    for (size_t i = next; i < r->plan->row_count; i++) {
        s->queue_total++;
        if (s->queue_count == BOARD_QUEUE_MAX)
            continue;
        struct board_queue_item *q = &s->queue[s->queue_count++];
        const struct plan_row *row = &r->plan->rows[order[i]];
        text_copy(q->workload, sizeof q->workload, row->workload->id);
        text_copy(q->params, sizeof q->params, row->params);
        q->targets[0] = '\0';
        for (size_t t = 0; t < r->plan->target_count; t++) {
            size_t used = strlen(q->targets);
            snprintf(q->targets + used, sizeof q->targets - used, "%s%s", t ? " " : "",
                     r->plan->targets[t]->id);
        }
        q->blocks = r->plan->blocks;
        q->seconds = run_block_seconds(r, order[i]) * r->plan->blocks;
    }
    board_publish(r->board);
}
