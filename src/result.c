#include "result.h"

#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Identifiers come from the catalogue or from a file that was checked when it was read; longer ones
 * are cut. */
static void keep(char *out, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);
    memcpy(out, text, length);
    out[length] = '\0';
}

void result_init(struct result *r)
{
    memset(r, 0, sizeof *r);
}

void result_release(struct result *r)
{
    for (size_t i = 0; i < r->fact_count; i++)
        free(r->facts[i].value);
    free(r->facts);
    free(r->metrics);
    free(r->slots);
    free(r->figures);
    free(r->comparisons);
    result_init(r);
}

void result_set_base(struct result *r, size_t target)
{
    struct result_target first = r->targets[0];
    r->targets[0] = r->targets[target];
    r->targets[target] = first;
    for (size_t i = 0; i < r->slot_count; i++) {
        size_t *of = &r->slots[i].target;
        *of = *of == target ? 0 : *of == 0 ? target : *of;
    }
}

struct slot *result_add_slot(struct result *r)
{
    XGROW(r->slots, r->slot_count, r->slot_room);
    struct slot *s = &r->slots[r->slot_count++];
    memset(s, 0, sizeof *s);
    s->stage = 1;
    s->steal = NAN;
    return s;
}

size_t result_find_metric(const struct result *r, const char *workload, const char *params)
{
    for (size_t i = 0; i < r->metric_count; i++)
        if (!strcmp(r->metrics[i].workload, workload) && !strcmp(r->metrics[i].params, params))
            return i;
    return r->metric_count;
}

size_t result_add_metric_id(struct result *r, const char *workload, const struct workload *row,
                            const char *params)
{
    struct metric m = {.row = row};
    keep(m.workload, sizeof m.workload, workload);
    keep(m.params, sizeof m.params, params);
    size_t found = result_find_metric(r, m.workload, m.params);
    if (found == r->metric_count) {
        XGROW(r->metrics, r->metric_count, r->metric_room);
        r->metrics[r->metric_count++] = m;
    }
    return found;
}

size_t result_add_metric(struct result *r, const struct workload *w, const char *params)
{
    return result_add_metric_id(r, w->id, w, params);
}

struct fact *result_add_fact(struct result *r, const char *key, const char *value)
{
    struct fact *f = NULL;
    for (size_t i = 0; i < r->fact_count && !f; i++)
        if (!strcmp(r->facts[i].key, key))
            f = &r->facts[i];
    if (!f) {
        XGROW(r->facts, r->fact_count, r->fact_room);
        f = &r->facts[r->fact_count++];
        memset(f, 0, sizeof *f);
        keep(f->key, sizeof f->key, key);
    }
    char *kept = xasprintf("%.*s", FACT_VALUE - 1, value); /* value may be that of before */
    free(f->value);
    f->value = kept;
    return f;
}

const char *result_fact(const struct result *r, const char *key)
{
    for (size_t i = 0; i < r->fact_count; i++)
        if (!strcmp(r->facts[i].key, key))
            return r->facts[i].value;
    return NULL;
}

bool result_any_figure(const struct result *r)
{
    for (size_t i = 0; i < r->slot_count; i++)
        if (r->slots[i].measured && isfinite(r->slots[i].value))
            return true;
    return false;
}

bool result_guests_left(const struct result *r)
{
    for (size_t t = 1; t < r->target_count; t++)
        if (!r->targets[t].given_up[0])
            return true;
    return r->target_count < 2;
}

const char *result_absence(const struct result *r, size_t target)
{
    const char *given_up = target < r->target_count ? r->targets[target].given_up : "";
    return *given_up                ? given_up
           : !result_guests_left(r) ? "no guest was left to compare with"
           : r->running             ? "its turn comes"
           : r->late.rows           ? "out of time"
           : r->partial             ? "interrupted before its turn"
                                    : "no slot was run";
}

/* Native's is 0; one that nobody knows is no other target's. */
static size_t machine_of(const struct result *r, size_t target)
{
    const struct result_target *t = &r->targets[target];
    return !(t->flags & FLAG_MACHINES) ? 0 : t->machine ? t->machine : SIZE_MAX - target;
}

bool result_crosses(const struct result *r, size_t a, size_t b)
{
    return machine_of(r, a) != machine_of(r, b);
}

const char *result_remarks(const struct result_target *t, char out[RESULT_REMARKS])
{
    bool said = t->given_up[0] && strstr(t->remark, t->given_up);
    snprintf(out, RESULT_REMARKS, "%s%s%s%s", t->remark, t->remark[0] && t->given_up[0] ? "; " : "",
             said             ? "given up after the second time"
             : t->given_up[0] ? "given up: "
                              : "",
             said ? "" : t->given_up);
    return out;
}

size_t result_find_target(const struct result *r, const char *id)
{
    size_t i = 0;
    while (i < r->target_count && strcmp(r->targets[i].id, id))
        i++;
    return i;
}

const struct figure_value *result_figure(const struct result *r, size_t metric, size_t target)
{
    for (size_t i = 0; i < r->figure_count; i++)
        if (r->figures[i].metric == metric && r->figures[i].target == target)
            return &r->figures[i];
    return NULL;
}

const struct comparison *result_comparison(const struct result *r, size_t metric, size_t target)
{
    for (size_t i = 0; i < r->comparison_count; i++)
        if (r->comparisons[i].metric == metric && r->comparisons[i].target == target)
            return &r->comparisons[i];
    return NULL;
}

void result_engine_key(const char *workload, const char *params, char out[FACT_KEY])
{
    static const char word[] = "engine=";
    const char *named = strstr(params, word);
    if (named)
        named += sizeof word - 1;
    int length = named ? (int)strcspn(named, " ") : 0;
    if (length == 4 && strncmp(named, "auto", 4) == 0)
        length = 0;
    snprintf(out, FACT_KEY, "engine.%.20s%s%.*s", workload, length ? "." : "", length,
             length ? named : "");
}

void result_product_key(const char *workload, const char *params, char out[FACT_KEY])
{
    snprintf(out, FACT_KEY, "product.%.12s %.18s", workload, params);
}

const char *result_engine(const struct result *r, const char *workload, const char *params)
{
    char key[FACT_KEY];
    result_engine_key(workload, params, key);
    return result_fact(r, key);
}

double figure_statements_per_s(const struct figure_value *f, uint64_t count)
{
    return f->measured && f->statements.transactions
               ? f->value * (double)count / (double)f->statements.transactions
               : (double)NAN;
}

bool figure_counts_errors(const struct figure_value *f, const struct workload *w)
{
    const struct statements *s = &f->statements;
    return f->measured && (s->transactions || s->errors || (w && w->subsystem == SUBSYSTEM_WEB));
}

const char *dropped_name(size_t dropped)
{
    static const char *const names[DROPPED_COUNT] = {"unknown", "nothing", "file", "all"};
    return dropped < DROPPED_COUNT ? names[dropped] : NULL;
}

double arrival_loss(const struct arrival *a)
{
    return a->sent ? (double)(a->sent - a->received) / (double)a->sent : (double)NAN;
}

double arrival_disorder(const struct arrival *a)
{
    return a->received ? (double)a->reordered / (double)a->received : (double)NAN;
}

double arrival_sent_per_s(const struct arrival *a)
{
    return a->sent && a->sent_s > 0 ? (double)a->sent / a->sent_s : (double)NAN;
}
