#include "series.h"

#include "analysis.h"
#include "analysis_slots.h"
#include "fingerprint.h"
#include "text.h"
#include "xalloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX 256 /* of a row in a session; the option gives at most 200 */

void series_init(struct series *s, size_t before, size_t now)
{
    *s = (struct series){.before = before, .now = now};
}

void series_release(struct series *s)
{
    free(s->rows);
    free(s->values);
    series_init(s, 0, 0);
}

const double *series_values(const struct series *s, size_t row)
{
    return s->values + row * (s->before + s->now);
}

double *series_add(struct series *s, const struct workload *w, const char *params,
                   const char *target)
{
    size_t width = s->before + s->now;
    XGROW(s->rows, s->count, s->room);
    if ((s->count + 1) * width > s->value_room) {
        s->value_room = 2 * (s->count + 1) * width;
        s->values = xrealloc_array(s->values, s->value_room, sizeof *s->values);
    }
    struct series_row *row = &s->rows[s->count];
    *row = (struct series_row){.workload = w};
    text_copy(row->params, sizeof row->params, params);
    text_copy(row->target, sizeof row->target, target);
    double *values = s->values + s->count++ * width;
    for (size_t i = 0; i < width; i++)
        values[i] = NAN;
    return values;
}

/* The whole blocks of one metric on one target in one session, as figures of a block. */
struct blocks {
    double figure[BLOCKS_MAX];
    size_t n;
};

/* Native's mean performance in each block that has both its slots. */
static void native_blocks(const struct result *r, const struct slot_list *list,
                          const struct workload *w, struct blocks *out)
{
    for (size_t from = 0, end; from < list->count && out->n < BLOCKS_MAX; from = end) {
        double sum = 0;
        size_t n = 0;
        end = slots_block_end(list, from);
        for (size_t i = from; i < end; i++) {
            const struct slot *s = &r->slots[list->places[i].slot];
            if (s->target == 0 && slots_usable(s)) {
                sum += slots_performance(w, s);
                n++;
            }
        }
        if (n == 2)
            out->figure[out->n++] = sum / 2;
    }
}

static void guest_blocks(const struct result *r, const struct slot_list *list, size_t metric,
                         size_t target, struct blocks *out)
{
    for (size_t from = 0; from < list->count && out->n < BLOCKS_MAX;
         from = slots_block_end(list, from))
        if (analysis_block(r, metric, target, 1, list->places[from].block, &out->figure[out->n]) >
            0)
            out->n++;
}

static bool is_comparable(const struct result *r, size_t metric, size_t target)
{
    if (target == 0)
        return true;
    const struct comparison *c = result_comparison(r, metric, target);
    return c && c->verdict != VERDICT_NOT_COMPARABLE && !(c->flags & FLAG_EMULATED);
}

static void session_blocks(const struct result *r, const struct slot_list *lists,
                           const struct series_row *row, struct blocks *out)
{
    size_t metric = result_find_metric(r, row->workload->id, row->params);
    size_t target = result_find_target(r, row->target);
    out->n = 0;
    if (metric == r->metric_count || target == r->target_count || !is_comparable(r, metric, target))
        return;
    if (target == 0)
        native_blocks(r, &lists[metric], row->workload, out);
    else
        guest_blocks(r, &lists[metric], metric, target, out);
}

/* All sessions of both sides, as this file walks them. */
struct sessions {
    const struct result **result;
    struct slot_list **lists; /* of stage 1 */
    struct blocks *blocks;    /* room for one row */
    size_t before, count;
};

static bool is_known(const struct series *s, const struct metric *m, const char *target)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->rows[i].workload == m->row && strcmp(s->rows[i].params, m->params) == 0 &&
            strcmp(s->rows[i].target, target) == 0)
            return true;
    return false;
}

enum fill { FILLED, FILL_NEW, FILL_LOST, FILL_OTHER };

/* The last row is kept if both sides have figures of it. Else one of them has none (FILL_LOST:
 * now), or those of before are of other work. */
static enum fill fill_row(struct series *s, const struct sessions *all)
{
    struct series_row *row = &s->rows[s->count - 1];
    double *values = s->values + (s->count - 1) * all->count;
    size_t least = BLOCKS_MAX, before = 0, now = 0, other = 0;
    for (size_t i = 0; i < all->count; i++) {
        session_blocks(all->result[i], all->lists[i], row, &all->blocks[i]);
        if (all->blocks[i].n && i < all->before &&
            fingerprint_other_work(all->result[i], all->result[all->before], row->workload->id,
                                   row->params)) {
            all->blocks[i].n = 0;
            other++;
        }
        if (!all->blocks[i].n)
            continue;
        *(i < all->before ? &before : &now) += 1;
        if (all->blocks[i].n < least)
            least = all->blocks[i].n;
    }
    if (!before || !now) {
        s->count--;
        return !before && !other ? FILL_NEW : now ? FILL_OTHER : FILL_LOST;
    }
    row->blocks = (uint32_t)least;
    for (size_t i = 0; i < all->count; i++)
        if (all->blocks[i].n)
            values[i] = stats_estimate(all->blocks[i].figure, least, ANALYSIS_LEVEL).centre;
    return FILLED;
}

void series_make(struct series *s, const struct result *before, size_t before_count,
                 const struct result *now, size_t now_count)
{
    size_t count = before_count + now_count;
    struct sessions all = {.result = xcalloc(count + 1, sizeof *all.result),
                           .lists = xcalloc(count + 1, sizeof(struct slot_list *)),
                           .blocks = xcalloc(count + 1, sizeof *all.blocks),
                           .before = before_count,
                           .count = count};
    series_init(s, before_count, now_count);
    for (size_t i = 0; i < count; i++) {
        all.result[i] = i < before_count ? &before[i] : &now[i - before_count];
        all.lists[i] = slots_by_metric(all.result[i], 1);
    }
    for (size_t i = before_count; i < count; i++) {
        const struct result *r = all.result[i];
        for (size_t t = 0; t < r->target_count; t++)
            for (size_t m = 0; m < r->metric_count; m++) {
                const struct metric *metric = &r->metrics[m];
                if (!metric->row || metric->row->figure == FIGURE_NONE ||
                    is_known(s, metric, r->targets[t].id))
                    continue;
                series_add(s, metric->row, metric->params, r->targets[t].id);
                enum fill fill = fill_row(s, &all);
                if (i != before_count)
                    continue;
                s->lost[t] += fill == FILL_LOST;
                s->other[t] += fill == FILL_OTHER;
            }
    }
    for (size_t i = 0; i < count; i++)
        slots_by_metric_free(all.lists[i], all.result[i]->metric_count);
    free(all.result);
    free(all.lists);
    free(all.blocks);
}
