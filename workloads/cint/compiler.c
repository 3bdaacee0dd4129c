/* cint.compiler - stands in for 403.gcc: the middle and the back of an optimising compiler, run
 * over a few functions of a thousand blocks each.
 *
 * For each function: order of blocks, dominators (by the fast simple algorithm of Cooper, Harvey
 * and Kennedy) and their frontiers; static single assignment form; value numbering with folding of
 * constants along the dominator tree; removal of what nobody uses; liveness by sets of bits; linear
 * scan over 12 registers, with slots of memory for the rest; and code, with a phi's values moved at
 * the ends of the blocks before it. Branches have no critical edges, as the source's statements
 * (if, loop, break, continue) make none.
 *
 * Working set: 41 MiB; memory is taken from one end of an arena, cleared and never given back, as a
 * compiler does it: the sets of bits, values (a line each), lists.
 *
 * Checked: source and code of every function are interpreted with the same arguments; what they put
 * out and the path through the blocks must be the same. */
#include <config.h>

#include "workloads/program/program.h"

enum {
    FUNCTIONS = 7,
    BLOCKS_MAX = 1100,
    STATEMENTS_MAX = BLOCKS_MAX * 9,
    VARIABLES = 40,
    COUNTERS = 8, /* the last variables: of loops, by depth; nothing else changes them */
    DEPTH_MAX = 7,
    REGISTERS_MAX = 12,
    PLACES_MAX = 8192, /* registers, then slots */
    BUCKET_COUNT = 4096,
    ARENA_MAX = 56 << 20,
    IMMEDIATE = 255, /* in place of a variable: the constant k */
    NO_BLOCK = BLOCKS_MAX,
    FUEL = 30000, /* blocks that a checked run may go through */
};

enum operation {
    DO_ADD,
    DO_SUB,
    DO_MUL,
    DO_AND,
    DO_OR,
    DO_XOR,
    DO_SHIFT,
    DO_LESS,
    DO_EQUAL,
    BINARIES,
    DO_CONSTANT = BINARIES,
    DO_PARAMETER,
    DO_PHI,
    DO_GONE, /* another value is used in its place */
    DO_PUT,  /* this and the next have an effect, and no value */
    DO_BRANCH,
    DO_RETURN,
    DO_JUMP, /* of code only, as the next */
    DO_MOVE,
};

/* ---- The source ---- */

struct statement {
    uint8_t op, to, a, b; /* variables; DO_PUT puts a out */
    uint32_t k;
};

struct source_block {
    uint32_t first, count;  /* statements */
    uint8_t end, condition; /* DO_JUMP, DO_BRANCH, DO_RETURN; variable */
    uint16_t next[2];       /* taken when the condition is not 0, and else */
};

struct code {
    uint32_t op, to, a, b, k; /* places; blocks of a jump or branch are b and k */
};

struct function {
    uint32_t blocks, statements;
    struct source_block block[BLOCKS_MAX];
    struct statement statement[STATEMENTS_MAX];

    /* Compiled. */
    struct code *code;
    uint32_t *start; /* of each block, in the order of the code */
    uint32_t *order; /* its number in the source */
    uint32_t code_count, places;
};

struct compiler {
    struct function function[FUNCTIONS];
    size_t arena_used;
    _Alignas(64) uint8_t arena[ARENA_MAX];
};

/* Zeroed memory. */
WORK_TIMED static void *arena_take(struct compiler *c, size_t bytes)
{
    bytes = (bytes + 63) / 64 * 64;
    if (bytes > ARENA_MAX - c->arena_used)
        return NULL; /* cannot be: the input is fixed */
    uint64_t *p = (uint64_t *)(void *)(c->arena + c->arena_used);
    c->arena_used += bytes;
    for (size_t i = 0; i < bytes / 8; i++)
        p[i] = 0;
    return p;
}

WORK_TIMED static uint32_t operation_result(unsigned op, uint32_t a, uint32_t b)
{
    switch (op) {
    case DO_ADD:
        return a + b;
    case DO_SUB:
        return a - b;
    case DO_MUL:
        return a * b;
    case DO_AND:
        return a & b;
    case DO_OR:
        return a | b;
    case DO_XOR:
        return a ^ b;
    case DO_SHIFT:
        return a >> (b & 31);
    case DO_LESS:
        return a < b;
    default:
        return a == b;
    }
}

/* ---- One function on its way ---- */

struct value {
    uint8_t op, variable;
    bool live;
    uint32_t block, next; /* the next value of the block; 0: none, as everywhere */
    uint32_t a, b, k;
    uint32_t *from;      /* of a phi: one value per block before */
    uint32_t same;       /* the value that is used in place of this, or this */
    uint32_t chain;      /* in a bucket; later in a list of those that start at one point */
    uint32_t start, end; /* where it lives */
    uint32_t number, place;
};

struct list {
    uint32_t item;
    struct list *next;
};

/* A block, by its place in the order. */
struct flow {
    uint32_t source, next[2], next_count;
    uint32_t *before, before_count;
    uint32_t dominator, child, sister;
    struct list *frontier, *phis; /* blocks, variables */
    uint32_t first, last;         /* values */
    uint32_t end;                 /* the point of its jump */
    uint64_t *in, *out, *made;    /* values that live there */
};

struct change {
    uint32_t variable, old;
};

struct unit {
    struct compiler *c;
    struct function *f;
    uint32_t blocks;
    struct flow *flow;
    struct value *value;
    uint32_t values, phis;
    uint32_t current[VARIABLES];
    struct change *log;
    uint32_t logged;
    uint32_t *bucket;
    uint32_t live, points;
};

/* ---- Order and dominators ---- */

/* Blocks that can be reached, each before those that it leads to but for loops. */
WORK_TIMED static void unit_order(struct unit *u)
{
    const struct function *f = u->f;
    uint32_t *stack = arena_take(u->c, f->blocks * 4), *tried = arena_take(u->c, f->blocks * 4);
    uint32_t *place = arena_take(u->c, f->blocks * 4), *post = arena_take(u->c, f->blocks * 4);
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
    u->flow = arena_take(u->c, count * sizeof *u->flow);
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

WORK_TIMED static void unit_before(struct unit *u)
{
    for (uint32_t i = 0; i < u->blocks; i++) {
        u->flow[i].before = arena_take(u->c, u->flow[i].before_count * 4);
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

WORK_TIMED static void unit_dominators(struct unit *u)
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

WORK_TIMED static void list_add(struct unit *u, struct list **list, uint32_t item)
{
    struct list *l = arena_take(u->c, sizeof *l);
    l->item = item;
    l->next = *list;
    *list = l;
}

WORK_TIMED static void unit_frontiers(struct unit *u)
{
    for (uint32_t i = 1; i < u->blocks; i++)
        for (uint32_t k = 0; u->flow[i].before_count > 1 && k < u->flow[i].before_count; k++)
            for (uint32_t r = u->flow[i].before[k]; r != u->flow[i].dominator;
                 r = u->flow[r].dominator)
                if (!u->flow[r].frontier || u->flow[r].frontier->item != i)
                    list_add(u, &u->flow[r].frontier, i);
}

/* ---- Static single assignment ---- */

/* Where values of each variable meet. */
WORK_TIMED static void unit_place_phis(struct unit *u)
{
    uint32_t *work = arena_take(u->c, u->blocks * 8);
    uint32_t *queued = arena_take(u->c, u->blocks * 4), *placed = arena_take(u->c, u->blocks * 4);
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

WORK_TIMED static void unit_values(struct unit *u)
{
    uint32_t most = 1 + VARIABLES + u->phis + 2 * u->f->statements + u->blocks;
    u->value = arena_take(u->c, most * sizeof *u->value);
    u->log = arena_take(u->c, most * sizeof *u->log);
    u->values = 1;
    for (uint32_t i = 0; i < u->blocks; i++)
        for (const struct list *l = u->flow[i].phis; l; l = l->next) {
            uint32_t v = value_new(u, DO_PHI, i);
            u->value[v].variable = (uint8_t)l->item;
            u->value[v].from = arena_take(u->c, u->flow[i].before_count * 4);
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

WORK_TIMED static uint32_t value_use(struct unit *u, uint32_t v, uint32_t *work, uint32_t count)
{
    if (v && !u->value[v].live) {
        u->value[v].live = true;
        work[count++] = v;
    }
    return count;
}

/* What has an effect lives, and what it uses. */
WORK_TIMED static void unit_mark_live(struct unit *u)
{
    uint32_t *work = arena_take(u->c, u->values * 4), count = 0;
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

/* ---- Liveness ---- */

WORK_TIMED static void bit_set(uint64_t *set, uint32_t bit)
{
    set[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* Numbers values that live, and points; starts the sets. */
WORK_TIMED static void unit_points(struct unit *u)
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
        u->flow[i].in = arena_take(u->c, bytes);
        u->flow[i].out = arena_take(u->c, bytes);
        u->flow[i].made = arena_take(u->c, bytes);
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

WORK_TIMED static void unit_liveness(struct unit *u)
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
WORK_TIMED static void unit_stretches(struct unit *u)
{
    uint32_t *by_number = arena_take(u->c, u->live * 4);
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

WORK_TIMED static void unit_registers(struct unit *u)
{
    uint32_t *starting = arena_take(u->c, (u->points + 1) * 4);
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

WORK_TIMED static void unit_code(struct unit *u)
{
    struct function *f = u->f;
    f->code = arena_take(u->c, (u->live + (size_t)u->phis * 3 + u->blocks) * sizeof *f->code);
    f->start = arena_take(u->c, u->blocks * 4);
    f->order = arena_take(u->c, u->blocks * 4);
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

WORK_TIMED static void function_compile(struct compiler *c, struct function *f)
{
    struct unit *u = arena_take(c, sizeof *u);
    u->c = c;
    u->f = f;
    unit_order(u);
    unit_before(u);
    unit_dominators(u);
    unit_frontiers(u);
    unit_place_phis(u);
    unit_values(u);
    u->bucket = arena_take(c, BUCKET_COUNT * 4);
    block_number(u, 0);
    unit_mark_live(u);
    unit_points(u);
    unit_liveness(u);
    unit_stretches(u);
    unit_registers(u);
    unit_code(u);
}

WORK_TIMED static uint64_t compiler_execute(void *state)
{
    struct compiler *c = state;
    uint64_t digest = 403;
    c->arena_used = 0;
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        struct function *f = &c->function[i];
        function_compile(c, f);
        digest = digest_fold(digest, f->places);
        for (uint32_t k = 0; k < f->code_count; k++) {
            const struct code *o = &f->code[k];
            digest = digest_fold(digest, (uint64_t)o->op << 48 | (uint64_t)o->to << 24 | o->a);
            digest = digest_fold(digest, (uint64_t)o->b << 32 | o->k);
        }
    }
    return digest;
}

/* ---- Input ---- */

/* A function as it is being written. */
struct writer {
    struct function *f;
    uint64_t seed;
    uint32_t limit;         /* blocks */
    uint32_t now;           /* the block that is written; NO_BLOCK after a jump away */
    uint32_t header, after; /* of the innermost loop; NO_BLOCK: there is none */
};

static uint32_t write_block(struct writer *w)
{
    return w->f->blocks++;
}
static void write_begin(struct writer *w, uint32_t block)
{
    w->now = block;
    w->f->block[block].first = w->f->statements;
}
static void write_end(struct writer *w, unsigned how, unsigned condition, uint32_t yes, uint32_t no)
{
    if (w->now == NO_BLOCK)
        return;
    struct source_block *b = &w->f->block[w->now];
    b->count = w->f->statements - b->first;
    b->end = (uint8_t)how;
    b->condition = (uint8_t)condition;
    b->next[0] = (uint16_t)yes;
    b->next[1] = (uint16_t)no;
    w->now = NO_BLOCK;
}
static void write_statement(struct writer *w, unsigned op, unsigned to, unsigned a, unsigned b,
                            uint32_t k)
{
    w->f->statement[w->f->statements++] = (struct statement){(uint8_t)op, (uint8_t)to, (uint8_t)a,
                                                             (uint8_t)b, k};
}
static unsigned any_variable(struct writer *w)
{
    return (unsigned)fixed_below(&w->seed, VARIABLES - COUNTERS);
}

static void write_statements(struct writer *w)
{
    unsigned count = 2 + (unsigned)fixed_below(&w->seed, 6);
    for (unsigned i = 0; i < count; i++) {
        unsigned op = (unsigned)fixed_below(&w->seed, BINARIES);
        unsigned a = any_variable(w), b = any_variable(w), to = any_variable(w);
        if (fixed_below(&w->seed, 12) == 0)
            write_statement(w, DO_PUT, 0, a, 0, 0);
        else if (fixed_below(&w->seed, 3))
            write_statement(w, op, to, a, b, 0);
        else
            write_statement(w, op, to, a, IMMEDIATE, (uint32_t)fixed_below(&w->seed, 20));
    }
}

static void write_item(struct writer *w, unsigned depth);

/* A few items; in a loop sometimes a break or continue at their end. */
static void write_items(struct writer *w, unsigned depth)
{
    unsigned count = 1 + (unsigned)fixed_below(&w->seed, 3);
    for (unsigned i = 0; i < count; i++)
        write_item(w, depth);
    if (w->header != NO_BLOCK && depth > 1 && fixed_below(&w->seed, 6) == 0)
        write_end(w, DO_JUMP, 0, fixed_below(&w->seed, 2) ? w->header : w->after, 0);
}

static void write_if(struct writer *w, unsigned depth)
{
    uint32_t yes = write_block(w), no = write_block(w), join = write_block(w);
    write_end(w, DO_BRANCH, any_variable(w), yes, no);
    write_begin(w, yes);
    write_items(w, depth + 1);
    write_end(w, DO_JUMP, 0, join, 0);
    write_begin(w, no);
    if (fixed_below(&w->seed, 2))
        write_statements(w);
    write_end(w, DO_JUMP, 0, join, 0);
    write_begin(w, join);
}

/* Goes round at most three times, by a counter of its own. */
static void write_loop(struct writer *w, unsigned depth)
{
    uint32_t header = write_block(w), body = write_block(w), leave = write_block(w);
    uint32_t after = write_block(w), outer_header = w->header, outer_after = w->after;
    unsigned counter = VARIABLES - 1 - depth % (COUNTERS - 1), test = VARIABLES - COUNTERS;
    write_statement(w, DO_AND, counter, counter, IMMEDIATE, 0);
    write_end(w, DO_JUMP, 0, header, 0);
    write_begin(w, header);
    write_statement(w, DO_ADD, counter, counter, IMMEDIATE, 1);
    write_statement(w, DO_AND, test, counter, IMMEDIATE, 3);
    write_end(w, DO_BRANCH, test, body, leave);
    write_begin(w, body);
    w->header = header;
    w->after = after;
    write_items(w, depth + 1);
    write_end(w, DO_JUMP, 0, header, 0);
    w->header = outer_header;
    w->after = outer_after;
    write_begin(w, leave);
    write_end(w, DO_JUMP, 0, after, 0);
    write_begin(w, after);
}

static void write_item(struct writer *w, unsigned depth)
{
    write_statements(w);
    if (depth >= DEPTH_MAX || w->f->blocks + 8 > w->limit)
        return;
    unsigned kind = (unsigned)fixed_below(&w->seed, 8);
    if (kind < 4)
        write_if(w, depth);
    else if (kind < 6)
        write_loop(w, depth);
}

static void function_write(struct function *f, uint64_t seed, uint32_t limit)
{
    struct writer w = {f, seed, limit, 0, NO_BLOCK, NO_BLOCK};
    f->blocks = f->statements = 0;
    write_begin(&w, write_block(&w));
    do
        write_item(&w, 0);
    while (f->blocks + 8 <= limit);
    write_end(&w, DO_RETURN, 0, 0, 0);
}

static int compiler_make(struct work *w, void *state)
{
    (void)w;
    struct compiler *c = state;
    for (unsigned i = 0; i < FUNCTIONS; i++)
        function_write(&c->function[i], 403 + i, BLOCKS_MAX);
    return 0;
}

/* ---- What is known of code ---- */

/* What a run puts out, the result and the blocks on its way, as a digest. */
static uint64_t source_run(const struct function *f, uint64_t seed)
{
    uint32_t value[VARIABLES];
    uint64_t digest = 1;
    for (unsigned i = 0; i < VARIABLES; i++)
        value[i] = (uint32_t)fixed_below(&seed, 100);
    uint32_t b = 0;
    for (unsigned fuel = FUEL; fuel; fuel--) {
        const struct source_block *s = &f->block[b];
        digest = digest_fold(digest, b);
        for (uint32_t i = s->first; i < s->first + s->count; i++) {
            const struct statement *t = &f->statement[i];
            if (t->op == DO_PUT)
                digest = digest_fold(digest, value[t->a]);
            else
                value[t->to] = operation_result(t->op, value[t->a],
                                                t->b == IMMEDIATE ? t->k : value[t->b]);
        }
        if (s->end == DO_RETURN)
            return digest_fold(digest, value[s->condition]);
        b = s->next[s->end == DO_BRANCH && !value[s->condition]];
    }
    return digest;
}

static uint64_t code_run(const struct function *f, uint64_t seed)
{
    uint32_t place[PLACES_MAX] = {0}, parameter[VARIABLES];
    uint64_t digest = 1;
    for (unsigned i = 0; i < VARIABLES; i++)
        parameter[i] = (uint32_t)fixed_below(&seed, 100);
    uint32_t b = 0;
    for (unsigned fuel = FUEL; fuel; fuel--) {
        const struct code *c = &f->code[f->start[b]];
        digest = digest_fold(digest, f->order[b]);
        for (; c->op != DO_JUMP && c->op != DO_BRANCH; c++)
            if (c->op == DO_RETURN)
                return digest_fold(digest, place[c->a]);
            else if (c->op == DO_PUT)
                digest = digest_fold(digest, place[c->a]);
            else if (c->op == DO_CONSTANT)
                place[c->to] = c->k;
            else if (c->op == DO_PARAMETER)
                place[c->to] = parameter[c->k];
            else if (c->op == DO_MOVE)
                place[c->to] = place[c->a];
            else
                place[c->to] = operation_result(c->op, place[c->a], place[c->b]);
        b = c->op == DO_BRANCH && !place[c->a] ? c->k : c->b;
    }
    return digest;
}

static int compiler_check(struct work *w, const void *state)
{
    const struct compiler *c = state;
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        const struct function *f = &c->function[i];
        if (f->places > PLACES_MAX)
            return error_set(w->error, ERROR_SYSTEM, "%s: function %u needs %u places",
                             w->workload->id, i, f->places);
        for (uint64_t seed = 1; seed <= 4; seed++)
            if (source_run(f, seed) != code_run(f, seed))
                return error_set(w->error, ERROR_SYSTEM,
                                 "%s: the code of function %u does not do what its source says",
                                 w->workload->id, i);
    }
    return 0;
}

const struct program cint_compiler = {
    .id = "cint.compiler",
    .state_bytes = sizeof(struct compiler),
    .digest = UINT64_C(0x9ed20cf2326e9071),
    .make = compiler_make,
    .execute = compiler_execute,
    .check = compiler_check,
};
