/* Static single assignment, and what can be told of values in it: those that are known, those that
 * are the same, those that nobody uses. */
#include <config.h>

#include "workloads/cint/compiler/unit.h"

enum { BUCKET_COUNT = 4096 };

/* ---- Static single assignment ---- */

/* Where values of each variable meet. */
WORK_TIMED void unit_place_phis(struct unit *u)
{
    uint32_t *work = pool_take(u->pool, u->blocks * 8);
    uint32_t *queued = pool_take(u->pool, u->blocks * 4),
             *placed = pool_take(u->pool, u->blocks * 4);
    for (uint32_t v = 0; v < VARIABLES; v++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < u->blocks; i++) {
            const struct source_block *s = &u->f->block[u->flow[i].source];
            for (uint32_t k = s->first; k < s->first + s->count; k++) {
                const struct statement *t = &u->f->statement[k];
                if (t->op == DO_PUT || t->to != v || queued[i] == v + 1)
                    continue;
                queued[i] = v + 1;
                work[count++] = i;
            }
        }
        while (count) {
            uint32_t b = work[--count];
            for (const struct list *l = u->flow[b].frontier; l; l = l->next) {
                if (placed[l->item] == v + 1)
                    continue;
                placed[l->item] = v + 1;
                list_add(u, &u->flow[l->item].phis, v);
                u->phis++;
                if (queued[l->item] != v + 1) {
                    queued[l->item] = v + 1;
                    work[count++] = l->item;
                }
            }
        }
    }
}

WORK_TIMED static uint32_t value_new(struct unit *u, unsigned op, uint32_t block)
{
    uint32_t v = u->values++;
    struct value *x = &u->value[v];
    x->op = (uint8_t)op;
    x->block = block;
    x->same = v;
    if (u->flow[block].last)
        u->value[u->flow[block].last].next = v;
    else
        u->flow[block].first = v;
    u->flow[block].last = v;
    return v;
}

WORK_TIMED static void variable_set(struct unit *u, uint32_t variable, uint32_t value)
{
    u->log[u->logged].variable = variable;
    u->log[u->logged++].old = u->current[variable];
    u->current[variable] = value;
}

WORK_TIMED static void statement_values(struct unit *u, uint32_t block, const struct statement *t)
{
    uint32_t b = 0;
    if (t->op != DO_PUT) {
        b = t->b == IMMEDIATE ? value_new(u, DO_CONSTANT, block) : u->current[t->b];
        if (t->b == IMMEDIATE)
            u->value[b].k = t->k;
    }
    uint32_t v = value_new(u, t->op, block);
    u->value[v].a = u->current[t->a];
    u->value[v].b = b;
    if (t->op != DO_PUT)
        variable_set(u, t->to, v);
}

/* Values of a block and of those that it dominates. */
WORK_TIMED static void block_rename(struct unit *u, uint32_t block)
{
    const struct flow *w = &u->flow[block];
    const struct source_block *s = &u->f->block[w->source];
    uint32_t mark = u->logged;
    for (uint32_t v = w->first; v; v = u->value[v].next)
        variable_set(u, u->value[v].variable, v);
    for (uint32_t i = s->first; i < s->first + s->count; i++)
        statement_values(u, block, &u->f->statement[i]);
    if (s->end != DO_JUMP) {
        uint32_t v = value_new(u, s->end, block);
        u->value[v].a = u->current[s->condition];
    }
    for (uint32_t k = 0; k < w->next_count; k++) {
        const struct flow *n = &u->flow[w->next[k]];
        uint32_t way = 0;
        while (n->before[way] != block)
            way++;
        for (uint32_t v = n->first; v && u->value[v].op == DO_PHI; v = u->value[v].next)
            u->value[v].from[way] = u->current[u->value[v].variable];
    }
    for (uint32_t d = w->child; d; d = u->flow[d].sister)
        block_rename(u, d);
    while (u->logged > mark) {
        u->logged--;
        u->current[u->log[u->logged].variable] = u->log[u->logged].old;
    }
}

WORK_TIMED void unit_values(struct unit *u)
{
    uint32_t most = 1 + VARIABLES + u->phis + 2 * u->f->statements + u->blocks;
    u->value = pool_take(u->pool, most * sizeof *u->value);
    u->log = pool_take(u->pool, most * sizeof *u->log);
    u->values = 1;
    for (uint32_t i = 0; i < u->blocks; i++)
        for (const struct list *l = u->flow[i].phis; l; l = l->next) {
            uint32_t v = value_new(u, DO_PHI, i);
            u->value[v].variable = (uint8_t)l->item;
            u->value[v].from = pool_take(u->pool, u->flow[i].before_count * 4);
        }
    for (uint32_t k = 0; k < VARIABLES; k++) {
        uint32_t v = value_new(u, DO_PARAMETER, 0);
        u->value[v].k = k;
        u->value[v].variable = (uint8_t)k;
    }
    block_rename(u, 0);
}

/* ---- Value numbering ---- */

WORK_TIMED static uint32_t value_same(const struct unit *u, uint32_t v)
{
    while (u->value[v].same != v)
        v = u->value[v].same;
    return v;
}

/* The only value that a phi can have, or 0. */
WORK_TIMED static uint32_t phi_only(const struct unit *u, uint32_t v)
{
    uint32_t only = 0;
    for (uint32_t k = 0; k < u->flow[u->value[v].block].before_count; k++) {
        uint32_t x = value_same(u, u->value[v].from[k]);
        if (x == v || x == only)
            continue;
        if (only)
            return 0;
        only = x;
    }
    return only;
}

WORK_TIMED static uint32_t *value_bucket(const struct unit *u, const struct value *x)
{
    uint32_t hash = (x->op * 31u + x->a) * 0x9e3779b1u + x->b * 0x85ebca6bu + x->k * 0xc2b2ae35u;
    return &u->bucket[(hash ^ hash >> 15) % BUCKET_COUNT];
}

/* Is the result known? Then k is. */
WORK_TIMED static bool value_folds(const struct unit *u, const struct value *x, uint32_t *k)
{
    const struct value *a = &u->value[x->a], *b = &u->value[x->b];
    if (a->op == DO_CONSTANT && b->op == DO_CONSTANT) {
        *k = operation_result(x->op, a->k, b->k);
        return true;
    }
    *k = x->op == DO_EQUAL;
    if (x->a == x->b)
        return x->op == DO_SUB || x->op == DO_XOR || x->op == DO_LESS || x->op == DO_EQUAL;
    return b->op == DO_CONSTANT && b->k == 0 && (x->op == DO_AND || x->op == DO_MUL);
}

/* Is it what its first operand is? */
WORK_TIMED static bool value_copies(const struct unit *u, const struct value *x)
{
    const struct value *b = &u->value[x->b];
    if (x->a == x->b)
        return x->op == DO_AND || x->op == DO_OR;
    return b->op == DO_CONSTANT && b->k == 0 &&
           (x->op == DO_ADD || x->op == DO_SUB || x->op == DO_OR || x->op == DO_XOR ||
            x->op == DO_SHIFT);
}

/* Folds constants, puts operands in order, finds the same value where it dominates. */
WORK_TIMED static void value_simplify(struct unit *u, uint32_t v)
{
    struct value *x = &u->value[v];
    uint32_t k;
    if (x->op < BINARIES && value_folds(u, x, &k)) {
        x->op = DO_CONSTANT;
        x->k = k;
        x->a = x->b = 0;
    } else if (x->op < BINARIES && value_copies(u, x)) {
        x->same = x->a;
        x->op = DO_GONE;
        return;
    } else if (x->a > x->b && x->op != DO_SUB && x->op != DO_SHIFT && x->op != DO_LESS) {
        uint32_t swap = x->a;
        x->a = x->b;
        x->b = swap;
    }
    uint32_t *bucket = value_bucket(u, x);
    for (uint32_t i = *bucket; i; i = u->value[i].chain) {
        const struct value *y = &u->value[i];
        if (y->op != x->op || y->a != x->a || y->b != x->b || y->k != x->k)
            continue;
        x->same = i;
        x->op = DO_GONE;
        return;
    }
    x->chain = *bucket;
    *bucket = v;
    u->log[u->logged++].old = v;
}

WORK_TIMED static void block_number(struct unit *u, uint32_t block)
{
    uint32_t mark = u->logged;
    for (uint32_t v = u->flow[block].first; v; v = u->value[v].next) {
        struct value *x = &u->value[v];
        if (x->op == DO_PHI) {
            uint32_t only = phi_only(u, v);
            if (only) {
                x->same = only;
                x->op = DO_GONE;
            }
            continue;
        }
        x->a = x->a ? value_same(u, x->a) : 0;
        x->b = x->b ? value_same(u, x->b) : 0;
        if (x->op <= DO_CONSTANT)
            value_simplify(u, v);
    }
    for (uint32_t d = u->flow[block].child; d; d = u->flow[d].sister)
        block_number(u, d);
    while (u->logged > mark) {
        const struct value *x = &u->value[u->log[--u->logged].old];
        *value_bucket(u, x) = x->chain;
    }
}

WORK_TIMED void unit_number(struct unit *u)
{
    u->bucket = pool_take(u->pool, BUCKET_COUNT * 4);
    block_number(u, 0);
}

WORK_TIMED static uint32_t value_use(struct unit *u, uint32_t v, uint32_t *work, uint32_t count)
{
    if (v && !u->value[v].live) {
        u->value[v].live = true;
        work[count++] = v;
    }
    return count;
}

/* What has an effect lives, and what it uses. */
WORK_TIMED void unit_mark_live(struct unit *u)
{
    uint32_t *work = pool_take(u->pool, u->values * 4), count = 0;
    for (uint32_t v = 1; v < u->values; v++)
        if (u->value[v].op >= DO_PUT)
            count = value_use(u, v, work, count);
    while (count) {
        struct value *x = &u->value[work[--count]];
        if (x->op == DO_PHI) {
            for (uint32_t k = 0; k < u->flow[x->block].before_count; k++) {
                x->from[k] = value_same(u, x->from[k]);
                count = value_use(u, x->from[k], work, count);
            }
            continue;
        }
        x->a = x->a ? value_same(u, x->a) : 0;
        x->b = x->b ? value_same(u, x->b) : 0;
        count = value_use(u, x->a, work, count);
        count = value_use(u, x->b, work, count);
    }
}
