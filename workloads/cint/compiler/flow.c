/* Order of blocks, dominators and their frontiers. */
#include <config.h>

#include "workloads/cint/compiler/unit.h"

/* Blocks that can be reached, each before those that it leads to but for loops. */
WORK_TIMED void unit_order(struct unit *u)
{
    const struct function *f = u->f;
    uint32_t *stack = pool_take(u->pool, f->blocks * 4), *tried = pool_take(u->pool, f->blocks * 4);
    uint32_t *place = pool_take(u->pool, f->blocks * 4), *post = pool_take(u->pool, f->blocks * 4);
    uint32_t depth = 1, count = 0;
    tried[0] = 1;
    while (depth) {
        uint32_t b = stack[depth - 1], way = tried[b]++ - 1;
        uint32_t ways = f->block[b].end == DO_BRANCH ? 2 : f->block[b].end == DO_JUMP;
        if (way >= ways) {
            post[count++] = b;
            depth--;
        } else if (!tried[f->block[b].next[way]]) {
            stack[depth++] = f->block[b].next[way];
            tried[f->block[b].next[way]] = 1;
        }
    }
    u->blocks = count;
    u->flow = pool_take(u->pool, count * sizeof *u->flow);
    for (uint32_t i = 0; i < count; i++) {
        u->flow[i].source = post[count - 1 - i];
        place[post[count - 1 - i]] = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct source_block *s = &f->block[u->flow[i].source];
        u->flow[i].next_count = s->end == DO_BRANCH ? 2 : s->end == DO_JUMP;
        for (uint32_t k = 0; k < u->flow[i].next_count; k++) {
            u->flow[i].next[k] = place[s->next[k]];
            u->flow[place[s->next[k]]].before_count++;
        }
    }
}

WORK_TIMED void unit_before(struct unit *u)
{
    for (uint32_t i = 0; i < u->blocks; i++) {
        u->flow[i].before = pool_take(u->pool, u->flow[i].before_count * 4);
        u->flow[i].before_count = 0;
    }
    for (uint32_t i = 0; i < u->blocks; i++)
        for (uint32_t k = 0; k < u->flow[i].next_count; k++) {
            struct flow *n = &u->flow[u->flow[i].next[k]];
            n->before[n->before_count++] = i;
        }
}

WORK_TIMED static uint32_t dominator_of_both(const struct unit *u, uint32_t a, uint32_t b)
{
    while (a != b)
        if (a > b)
            a = u->flow[a].dominator;
        else
            b = u->flow[b].dominator;
    return a;
}

WORK_TIMED void unit_dominators(struct unit *u)
{
    for (uint32_t i = 1; i < u->blocks; i++)
        u->flow[i].dominator = NO_BLOCK;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 1; i < u->blocks; i++) {
            uint32_t d = NO_BLOCK;
            for (uint32_t k = 0; k < u->flow[i].before_count; k++) {
                uint32_t p = u->flow[i].before[k];
                if (p != 0 && u->flow[p].dominator == NO_BLOCK)
                    continue;
                d = d == NO_BLOCK ? p : dominator_of_both(u, d, p);
            }
            changed |= d != u->flow[i].dominator;
            u->flow[i].dominator = d;
        }
    }
    for (uint32_t i = u->blocks; --i > 0;) {
        struct flow *d = &u->flow[u->flow[i].dominator];
        u->flow[i].sister = d->child;
        d->child = i;
    }
}

WORK_TIMED void unit_frontiers(struct unit *u)
{
    for (uint32_t i = 1; i < u->blocks; i++)
        for (uint32_t k = 0; u->flow[i].before_count > 1 && k < u->flow[i].before_count; k++)
            for (uint32_t r = u->flow[i].before[k]; r != u->flow[i].dominator;
                 r = u->flow[r].dominator)
                if (!u->flow[r].frontier || u->flow[r].frontier->item != i)
                    list_add(u, &u->flow[r].frontier, i);
}
