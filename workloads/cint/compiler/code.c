/* Which values live where, their registers or slots, and the code. */
#include <config.h>

#include "workloads/cint/compiler/unit.h"

/* ---- Liveness ---- */

WORK_TIMED static void bit_set(uint64_t *set, uint32_t bit)
{
    set[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* Numbers values that live, and points; starts the sets. */
WORK_TIMED void unit_points(struct unit *u)
{
    for (uint32_t i = 0; i < u->blocks; i++) {
        for (uint32_t v = u->flow[i].first; v; v = u->value[v].next) {
            if (!u->value[v].live)
                continue;
            u->value[v].number = u->live++;
            u->value[v].start = u->value[v].end = ++u->points;
        }
        u->flow[i].end = ++u->points;
    }
    size_t bytes = ((size_t)u->live + 63) / 64 * 8;
    for (uint32_t i = 0; i < u->blocks; i++) {
        u->flow[i].in = pool_take(u->pool, bytes);
        u->flow[i].out = pool_take(u->pool, bytes);
        u->flow[i].made = pool_take(u->pool, bytes);
    }
}

WORK_TIMED static void block_uses(struct unit *u, uint32_t block)
{
    struct flow *w = &u->flow[block];
    for (uint32_t v = w->first; v; v = u->value[v].next) {
        const struct value *x = &u->value[v];
        if (!x->live)
            continue;
        bit_set(w->made, x->number);
        if (x->op == DO_PHI) {
            for (uint32_t k = 0; k < w->before_count; k++)
                bit_set(u->flow[w->before[k]].out, u->value[x->from[k]].number);
            continue;
        }
        if (x->a && u->value[x->a].block != block)
            bit_set(w->in, u->value[x->a].number);
        if (x->b && u->value[x->b].block != block)
            bit_set(w->in, u->value[x->b].number);
    }
}

WORK_TIMED void unit_liveness(struct unit *u)
{
    size_t words = ((size_t)u->live + 63) / 64;
    for (uint32_t i = 0; i < u->blocks; i++)
        block_uses(u, i);
    for (uint64_t changed = 1; changed;) {
        changed = 0;
        for (uint32_t i = u->blocks; i-- > 0;) {
            struct flow *w = &u->flow[i];
            for (uint32_t k = 0; k < w->next_count; k++) {
                const uint64_t *in = u->flow[w->next[k]].in;
                for (size_t n = 0; n < words; n++)
                    w->out[n] |= in[n];
            }
            for (size_t n = 0; n < words; n++) {
                uint64_t in = w->in[n] | (w->out[n] & ~w->made[n]);
                changed |= in ^ w->in[n];
                w->in[n] = in;
            }
        }
    }
}

/* From where to where each value lives: one stretch of points, with holes. */
WORK_TIMED void unit_stretches(struct unit *u)
{
    uint32_t *by_number = pool_take(u->pool, u->live * 4);
    for (uint32_t i = 0; i < u->blocks; i++)
        for (uint32_t v = u->flow[i].first; v; v = u->value[v].next) {
            struct value *x = &u->value[v];
            if (!x->live)
                continue;
            by_number[x->number] = v;
            uint32_t here = x->start;
            if (x->a && u->value[x->a].end < here)
                u->value[x->a].end = here;
            if (x->b && u->value[x->b].end < here)
                u->value[x->b].end = here;
            for (uint32_t k = 0; x->op == DO_PHI && k < u->flow[i].before_count; k++) {
                uint32_t moved = u->flow[u->flow[i].before[k]].end;
                x->start = moved < x->start ? moved : x->start;
                x->end = moved > x->end ? moved : x->end;
            }
        }
    for (uint32_t i = 0; i < u->blocks; i++)
        for (uint32_t n = 0; n < (u->live + 63) / 64; n++)
            for (uint64_t bits = u->flow[i].out[n]; bits; bits &= bits - 1) {
                struct value *x = &u->value[by_number[n * 64 + (uint32_t)__builtin_ctzll(bits)]];
                x->end = u->flow[i].end > x->end ? u->flow[i].end : x->end;
            }
}

/* ---- Registers ---- */

/* Gives v a register: a free one, or that of the value that lives longest, which goes to memory. */
WORK_TIMED static void register_give(struct unit *u, uint32_t held[REGISTERS_MAX], uint32_t v)
{
    struct value *x = &u->value[v];
    uint32_t last = 0;
    for (uint32_t r = 0; r < REGISTERS_MAX; r++) {
        if (held[r] && u->value[held[r]].end <= x->start)
            held[r] = 0;
        if (!held[last])
            continue;
        if (!held[r] || u->value[held[r]].end > u->value[held[last]].end)
            last = r;
    }
    if (held[last] && u->value[held[last]].end <= x->end) {
        x->place = u->f->places++;
        return;
    }
    if (held[last])
        u->value[held[last]].place = u->f->places++;
    held[last] = v;
    x->place = last;
}

WORK_TIMED void unit_registers(struct unit *u)
{
    uint32_t *starting = pool_take(u->pool, (u->points + 1) * 4);
    uint32_t held[REGISTERS_MAX];
    for (uint32_t v = u->values; --v > 0;)
        if (u->value[v].live && u->value[v].op < DO_GONE) {
            u->value[v].chain = starting[u->value[v].start];
            starting[u->value[v].start] = v;
        }
    for (uint32_t r = 0; r < REGISTERS_MAX; r++)
        held[r] = 0;
    u->f->places = REGISTERS_MAX + 1; /* the one behind the registers is for turning cycles */
    for (uint32_t p = 1; p <= u->points; p++)
        for (uint32_t v = starting[p]; v; v = u->value[v].chain)
            register_give(u, held, v);
}

/* ---- Code ---- */

WORK_TIMED static struct code *code_add(struct function *f, uint32_t op, uint32_t to, uint32_t a)
{
    struct code *c = &f->code[f->code_count++];
    c->op = op;
    c->to = to;
    c->a = a;
    c->b = c->k = 0;
    return c;
}

/* Moves that happen at once, one after the other: first those whose target nobody needs any more;
 * when there are only cycles, one value steps aside. */
WORK_TIMED static void code_moves(struct function *f, uint32_t *to, uint32_t *from, uint32_t count)
{
    while (count) {
        uint32_t free = count;
        for (uint32_t i = 0; i < count && free == count; i++) {
            bool needed = false;
            for (uint32_t k = 0; k < count; k++)
                needed |= k != i && from[k] == to[i];
            if (!needed)
                free = i;
        }
        if (free == count) {
            code_add(f, DO_MOVE, REGISTERS_MAX, from[0]);
            from[0] = REGISTERS_MAX;
            continue;
        }
        if (to[free] != from[free])
            code_add(f, DO_MOVE, to[free], from[free]);
        count--;
        to[free] = to[count];
        from[free] = from[count];
    }
}

WORK_TIMED static void block_jump(struct unit *u, uint32_t block)
{
    const struct flow *n = &u->flow[u->flow[block].next[0]];
    uint32_t to[VARIABLES], from[VARIABLES], count = 0, way = 0;
    while (n->before[way] != block)
        way++;
    for (uint32_t v = n->first; v; v = u->value[v].next) {
        const struct value *x = &u->value[v];
        if (!x->live || x->op != DO_PHI)
            continue;
        to[count] = x->place;
        from[count++] = u->value[x->from[way]].place;
    }
    code_moves(u->f, to, from, count);
    code_add(u->f, DO_JUMP, 0, 0)->b = u->flow[block].next[0];
}

WORK_TIMED void unit_code(struct unit *u)
{
    struct function *f = u->f;
    f->code = pool_take(u->pool, (u->live + (size_t)u->phis * 3 + u->blocks) * sizeof *f->code);
    f->start = pool_take(u->pool, u->blocks * 4);
    f->order = pool_take(u->pool, u->blocks * 4);
    f->code_count = 0;
    for (uint32_t i = 0; i < u->blocks; i++) {
        f->start[i] = f->code_count;
        f->order[i] = u->flow[i].source;
        for (uint32_t v = u->flow[i].first; v; v = u->value[v].next) {
            const struct value *x = &u->value[v];
            if (!x->live || x->op == DO_PHI)
                continue;
            struct code *c = code_add(f, x->op, x->place, x->a ? u->value[x->a].place : 0);
            c->b = x->op == DO_BRANCH ? u->flow[i].next[0] : x->b ? u->value[x->b].place : 0;
            c->k = x->op == DO_BRANCH ? u->flow[i].next[1] : x->k;
        }
        if (u->flow[i].next_count == 1)
            block_jump(u, i);
    }
}
