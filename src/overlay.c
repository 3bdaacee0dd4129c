#include "overlay.h"

#include "fingerprint.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

static bool differ(const char *a, const char *b)
{
    return *a && *b && strcmp(a, b) != 0;
}

/* What was asked for as kvm may start emulated, and gets that name only then: until its kernel has
 * spoken, what is below may be of the same guest. */
static bool may_become(const struct result_target *now, const struct result_target *below)
{
    return below->emulated && !now->kernel[0] && strcmp(now->id, "kvm") == 0;
}

static bool same_target(const struct result_target *below, const struct result_target *now)
{
    return strcmp(below->id, now->id) == 0 || may_become(now, below);
}

/* The same targets under the same conditions: figures of others must not stand in one table. What
 * the agent is and what a target has are not known before the run has come that far. */
static bool same_conditions(const struct result *a, const struct result *b)
{
    if (a->target_count != b->target_count || differ(a->agent_sha256, b->agent_sha256))
        return false;
    for (size_t t = 0; t < a->target_count; t++) {
        const struct result_target *x = &a->targets[t], *y = &b->targets[t];
        if (!same_target(x, y) || differ(x->kernel, y->kernel) || differ(x->devices, y->devices))
            return false;
        /* No words is a condition, too, once the target is known. */
        if (x->kernel[0] && y->kernel[0] && strcmp(x->append, y->append) != 0)
            return false;
        if (x->cpus && y->cpus && (x->cpus != y->cpus || x->memory_mib != y->memory_mib))
            return false;
    }
    return true;
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

/* A row that was planned and has no slot yet may have been said to be not measured. */
static void forget(struct result *out, size_t metric)
{
    size_t kept = 0;
    for (size_t i = 0; i < out->figure_count; i++)
        if (out->figures[i].metric != metric)
            out->figures[kept++] = out->figures[i];
    out->figure_count = kept;
    kept = 0;
    for (size_t i = 0; i < out->comparison_count; i++)
        if (out->comparisons[i].metric != metric)
            out->comparisons[kept++] = out->comparisons[i];
    out->comparison_count = kept;
}

static bool has_slot(const struct result *r, size_t metric)
{
    for (size_t i = 0; i < r->slot_count; i++)
        if (r->slots[i].metric == metric)
            return true;
    return false;
}

/* The rows of from, but those that out has measured itself. earlier: they are another session's. */
static void take(struct result *out, const struct result *from, bool earlier)
{
    size_t *row_of = xcalloc(from->metric_count ? from->metric_count : 1, sizeof *row_of);
    for (size_t i = 0; i < from->metric_count; i++) {
        const struct metric *m = &from->metrics[i];
        size_t at = result_find_metric(out, m->workload, m->params);
        row_of[i] = at;
        if (earlier && fingerprint_other_work(from, out, m->workload, m->params)) {
            row_of[i] = SIZE_MAX;
            continue;
        }
        if (at == out->metric_count) {
            XGROW(out->metrics, out->metric_count, out->metric_room);
            out->metrics[out->metric_count++] = *m;
        } else if (has_slot(out, at)) {
            row_of[i] = SIZE_MAX;
        } else {
            forget(out, at);
        }
        if (row_of[i] != SIZE_MAX && earlier)
            out->metrics[at].taken_from = m->taken_from ? m->taken_from : from->started;
    }
    append(out, from, row_of);
    free(row_of);
}

static void take_facts(struct result *out, const struct result *now)
{
    out->started = now->started;
    out->elapsed_s = now->elapsed_s;
    out->partial = now->partial;
    out->running = now->running;
    out->late = now->late;
    out->load = now->load;
    out->two_stage = now->two_stage;
    out->slot_s = now->slot_s;
    out->slot_scale = now->slot_scale;
    out->self_cpu_s = now->self_cpu_s;
    out->self_max_rss_kib = now->self_max_rss_kib;
    out->self_frames = now->self_frames;
    memcpy(out->tool_version, now->tool_version, sizeof out->tool_version);
    memcpy(out->agent_sha256, now->agent_sha256, sizeof out->agent_sha256);
    memcpy(out->profile, now->profile, sizeof out->profile);
    memcpy(out->name, now->name, sizeof out->name);
    memcpy(out->targets, now->targets, sizeof out->targets);
    out->target_count = now->target_count;
    for (size_t i = 0; i < now->fact_count; i++)
        result_add_fact(out, now->facts[i].key, now->facts[i].value);
}

void overlay_make(struct result *out, const struct result *below, const struct result *now)
{
    take_facts(out, now);
    /* Rows of now first: their numbers stay what the runner calls them. */
    take(out, now, false);
    if (!same_conditions(below, now))
        return;
    /* Emulated figures stand under their own name, never under that of kvm. */
    for (size_t t = 0; t < below->target_count; t++)
        if (strcmp(below->targets[t].id, now->targets[t].id) != 0)
            out->targets[t] = below->targets[t];
    take(out, below, true);
    /* What their work was, where this run has not come to it. */
    for (size_t i = 0; i < below->fact_count; i++)
        if (strncmp(below->facts[i].key, "engine.", 7) == 0 &&
            !result_fact(out, below->facts[i].key))
            result_add_fact(out, below->facts[i].key, below->facts[i].value);
}
