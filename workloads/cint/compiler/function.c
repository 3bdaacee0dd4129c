/* A function is written by chance, of statements, ifs and loops, and both of its forms can be run.
 */
#include <config.h>

#include "workloads/cint/compiler/function.h"

#include "workloads/program/program.h"

enum {
    COUNTERS = 8, /* the last variables: of loops, by depth; nothing else changes them */
    DEPTH_MAX = 7,
    FUEL = 30000, /* blocks that a run may go through */
};

/* ---- Written ---- */

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

void function_write(struct function *f, uint64_t seed, uint32_t limit)
{
    struct writer w = {f, seed, limit, 0, NO_BLOCK, NO_BLOCK};
    f->blocks = f->statements = 0;
    write_begin(&w, write_block(&w));
    do
        write_item(&w, 0);
    while (f->blocks + 8 <= limit);
    write_end(&w, DO_RETURN, 0, 0, 0);
}

/* ---- Run ---- */

uint64_t source_run(const struct function *f, uint64_t seed)
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

uint64_t code_run(const struct function *f, uint64_t seed)
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
