/* unit.h - one function on its way through cint.compiler, and the passes over it, in their order.
 * All are timed. */
#ifndef VMTAX_CINT_COMPILER_UNIT_H
#define VMTAX_CINT_COMPILER_UNIT_H

#include "workloads/cint/compiler/function.h"

enum { POOL_MAX = 56 << 20 };

struct pool {
    size_t used;
    _Alignas(64) uint8_t bytes[POOL_MAX];
};

/* Zeroed memory, 64-byte aligned. */
WORK_TIMED static inline void *pool_take(struct pool *a, size_t bytes)
{
    bytes = (bytes + 63) / 64 * 64;
    if (bytes > POOL_MAX - a->used)
        return NULL; /* cannot be: the input is fixed */
    uint64_t *p = (uint64_t *)(void *)(a->bytes + a->used);
    a->used += bytes;
    for (size_t i = 0; i < bytes / 8; i++)
        p[i] = 0;
    return p;
}

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
    struct pool *pool;
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

WORK_TIMED static inline void list_add(struct unit *u, struct list **list, uint32_t item)
{
    struct list *l = pool_take(u->pool, sizeof *l);
    l->item = item;
    l->next = *list;
    *list = l;
}

/* flow.c */
void unit_order(struct unit *u);
void unit_before(struct unit *u); /* who leads to each block */
void unit_dominators(struct unit *u);
void unit_frontiers(struct unit *u);

/* values.c */
void unit_place_phis(struct unit *u);
void unit_values(struct unit *u);
void unit_number(struct unit *u);
void unit_mark_live(struct unit *u);

/* code.c */
void unit_points(struct unit *u);
void unit_liveness(struct unit *u);
void unit_stretches(struct unit *u);
void unit_registers(struct unit *u);
void unit_code(struct unit *u);

#endif
