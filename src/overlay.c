#include "overlay.h"

#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

static bool same_targets(const struct result *a, const struct result *b)
{
    if (a->target_count != b->target_count)
        return false;
    for (size_t t = 0; t < a->target_count; t++)
        if (strcmp(a->targets[t].id, b->targets[t].id) != 0)
            return false;
    return true;
}

static bool has_row(const struct result *r, const struct metric *m)
{
    for (size_t i = 0; i < r->metric_count; i++)
        if (strcmp(r->metrics[i].workload, m->workload) == 0 &&
            strcmp(r->metrics[i].params, m->params) == 0)
            return true;
    return false;
}

/* Append the rows of from that row_of maps (SIZE_MAX: not). */
static void append(struct result *out, const struct result *from, const size_t *row_of)
{
    for (size_t i = 0; i < from->slot_count; i++)
        if (row_of[from->slots[i].metric] != SIZE_MAX) {
            struct slot *slot = result_add_slot(out);
            *slot = from->slots[i];
            slot->metric = row_of[slot->metric];
        }
    for (size_t i = 0; i < from->figure_count; i++)
        if (row_of[from->figures[i].metric] != SIZE_MAX) {
            XGROW(out->figures, out->figure_count, out->figure_room);
            struct figure_value *f = &out->figures[out->figure_count++];
            *f = from->figures[i];
            f->metric = row_of[f->metric];
        }
    for (size_t i = 0; i < from->comparison_count; i++)
        if (row_of[from->comparisons[i].metric] != SIZE_MAX) {
            XGROW(out->comparisons, out->comparison_count, out->comparison_room);
            struct comparison *c = &out->comparisons[out->comparison_count++];
            *c = from->comparisons[i];
            c->metric = row_of[c->metric];
        }
}

static void take(struct result *out, const struct result *from, const struct result *but)
{
    size_t *row_of = xcalloc(from->metric_count ? from->metric_count : 1, sizeof *row_of);
    for (size_t i = 0; i < from->metric_count; i++) {
        row_of[i] = SIZE_MAX;
        if (but && has_row(but, &from->metrics[i]))
            continue;
        XGROW(out->metrics, out->metric_count, out->metric_room);
        row_of[i] = out->metric_count;
        out->metrics[out->metric_count++] = from->metrics[i];
    }
    append(out, from, row_of);
    free(row_of);
}

void overlay_make(struct result *out, const struct result *below, const struct result *now)
{
    memcpy(out->targets, now->targets, sizeof out->targets);
    out->target_count = now->target_count;
    out->started = now->started;
    out->two_stage = now->two_stage;
    /* Rows of now first: their numbers stay what the runner calls them. */
    take(out, now, NULL);
    if (same_targets(below, now))
        take(out, below, now);
}
