/* Stands in for 473.astar: shortest paths over a map by A* with a heap.
 *
 * The map is a grid of 2048 x 2048 cells with smooth terrain costs and walls; a step to one of the
 * four neighbours costs what the cell entered costs. 128 queries go 128 rows down or up, spread
 * over the map so that every row is crossed in eight places. The open list is a binary heap of
 * (estimated total, cell) with stale entries skipped; what a query left in the cells is told apart
 * by its number, so that nothing is cleared in between.
 *
 * Working set: 64 MiB of cells. A row is eight pages long, and all queries together come to nearly
 * every page; within a page, to the cells that A* finishes, near the path.
 * Checked: the last path is walked again cell by cell, and the costs on it sum to its length; the
 * last query's distances are those of shortest paths (no step between two finished cells is a
 * shortcut). */
#include <config.h>

#include "workloads/program/program.h"

#include <stdbool.h>

#define PATH_SIDE     2048u
#define PATH_COLUMNS  8u  /* queries side by side */
#define PATH_ROWS     16u /* one below the other */
#define PATH_QUERIES  (PATH_COLUMNS * PATH_ROWS)
#define PATH_WALL     0xff
#define PATH_CHEAPEST 20u /* cost of a cell at least: the estimate's factor */
#define PATH_HEAP     (1u << 18)
#define PATH_FINISHED 0x80u

struct path_cell {
    uint32_t distance; /* from the query's start, of the query with this number */
    uint32_t query;
    uint32_t from; /* the cell before on the path */
    uint8_t cost;  /* of entering; PATH_WALL: nobody can */
    uint8_t flags;
    uint16_t unused;
};

struct path_entry {
    uint32_t total, cell; /* total = distance + estimate of the rest */
};

struct path_result {
    uint32_t start, goal;
    uint32_t distance, steps;
    uint32_t expanded;
};

struct path_state {
    uint32_t side;
    uint32_t query; /* number of the last */
    uint32_t heap_count;
    struct path_result result[PATH_QUERIES];
    struct path_entry heap[PATH_HEAP + 1]; /* from 1 */
    struct path_cell cell[PATH_SIDE * PATH_SIDE];
};

static inline __attribute__((always_inline)) bool path_before(struct path_entry a,
                                                              struct path_entry b)
{
    return a.total < b.total || (a.total == b.total && a.cell < b.cell);
}

WORK_TIMED static void path_push(struct path_state *s, struct path_entry e)
{
    uint32_t i = ++s->heap_count;
    for (; i > 1 && path_before(e, s->heap[i / 2]); i /= 2)
        s->heap[i] = s->heap[i / 2];
    s->heap[i] = e;
}

WORK_TIMED static struct path_entry path_pop(struct path_state *s)
{
    struct path_entry top = s->heap[1], last = s->heap[s->heap_count--];
    uint32_t i = 1, child;
    for (; (child = 2 * i) <= s->heap_count; i = child) {
        if (child < s->heap_count && path_before(s->heap[child + 1], s->heap[child]))
            child++;
        if (!path_before(s->heap[child], last))
            break;
        s->heap[i] = s->heap[child];
    }
    s->heap[i] = last;
    return top;
}

static inline __attribute__((always_inline)) uint32_t path_apart(uint32_t a, uint32_t b)
{
    return a > b ? a - b : b - a;
}

/* A lower bound of the way from a cell to the goal. */
static inline __attribute__((always_inline)) uint32_t path_estimate(const struct path_state *s,
                                                                    uint32_t cell, uint32_t goal)
{
    return PATH_CHEAPEST * (path_apart(cell % s->side, goal % s->side) +
                            path_apart(cell / s->side, goal / s->side));
}

/* A better way to a cell, by the cell before it. */
WORK_TIMED static void path_reach(struct path_state *s, uint32_t to, uint32_t from, uint32_t goal)
{
    struct path_cell *c = &s->cell[to];
    if (c->cost == PATH_WALL)
        return;
    uint32_t distance = s->cell[from].distance + c->cost;
    if (c->query == s->query && c->distance <= distance)
        return;
    if (s->heap_count == PATH_HEAP)
        return; /* the digest or the path's walk tells */
    c->query = s->query;
    c->distance = distance;
    c->from = from;
    c->flags = 0;
    path_push(s, (struct path_entry){distance + path_estimate(s, to, goal), to});
}

/* The shortest path from r->start to r->goal; distance and steps 0: there is none. */
WORK_TIMED static void path_query(struct path_state *s, struct path_result *r)
{
    const uint32_t side = s->side, start = r->start, goal = r->goal;
    s->query++;
    s->heap_count = 0;
    r->distance = r->steps = r->expanded = 0;
    struct path_cell *first = &s->cell[start];
    first->query = s->query;
    first->distance = 0;
    first->from = start;
    first->flags = 0;
    path_push(s, (struct path_entry){path_estimate(s, start, goal), start});
    while (s->heap_count) {
        uint32_t at = path_pop(s).cell;
        struct path_cell *c = &s->cell[at];
        if (c->flags & PATH_FINISHED)
            continue;
        c->flags |= PATH_FINISHED;
        r->expanded++;
        if (at == goal)
            break;
        uint32_t x = at % side, y = at / side;
        if (x > 0)
            path_reach(s, at - 1, at, goal);
        if (x + 1 < side)
            path_reach(s, at + 1, at, goal);
        if (y > 0)
            path_reach(s, at - side, at, goal);
        if (y + 1 < side)
            path_reach(s, at + side, at, goal);
    }
    const struct path_cell *last = &s->cell[goal];
    if (last->query != s->query || !(last->flags & PATH_FINISHED))
        return;
    r->distance = last->distance;
    for (uint32_t at = goal; at != start; at = s->cell[at].from)
        r->steps++;
}

WORK_TIMED static uint64_t path_execute(void *state)
{
    struct path_state *s = state;
    uint64_t digest = 0;
    for (uint32_t q = 0; q < PATH_QUERIES; q++) {
        struct path_result *r = &s->result[q];
        path_query(s, r);
        digest = digest_fold(digest, (uint64_t)r->distance << 32 | r->expanded);
        for (uint32_t at = r->goal; at != r->start && r->steps; at = s->cell[at].from)
            digest = digest_fold(digest, (uint64_t)at << 32 | s->cell[at].distance);
    }
    return digest;
}

/* Terrain: slow waves along both axes and a little noise; then walls, each across the way. */
static void path_terrain(struct path_state *s, uint32_t side, uint32_t walls, uint64_t seed)
{
    s->side = side;
    for (uint32_t y = 0; y < side; y++)
        for (uint32_t x = 0; x < side; x++) {
            uint32_t wave = path_apart(x % 128, 64) * path_apart(y % 256, 128) / 2048;
            s->cell[y * side + x].cost = (uint8_t)(PATH_CHEAPEST + wave +
                                                   (fixed_below(&seed, 8) == 0));
        }
    for (uint32_t i = 0; i < walls; i++) {
        uint32_t x = (uint32_t)fixed_below(&seed, side), y = (uint32_t)fixed_below(&seed, side);
        uint32_t length = 4 + (uint32_t)fixed_below(&seed, 12);
        for (uint32_t k = 0; k < length && x + k < side; k++)
            s->cell[y * side + x + k].cost = PATH_WALL;
    }
}

static int path_make(struct work *w, void *state)
{
    (void)w;
    struct path_state *s = state;
    path_terrain(s, PATH_SIDE, PATH_SIDE * 2, 473);
    for (uint32_t q = 0; q < PATH_QUERIES; q++) {
        struct path_result *r = &s->result[q];
        const uint32_t wide = PATH_SIDE / PATH_COLUMNS, high = PATH_SIDE / PATH_ROWS;
        uint32_t x = q % PATH_COLUMNS * wide + wide / 2;
        uint32_t top = q / PATH_COLUMNS * high * PATH_SIDE + x;
        uint32_t bottom = top + (high - 1) * PATH_SIDE + x % 3;
        r->start = q % 2 ? bottom : top;
        r->goal = q % 2 ? top : bottom;
        s->cell[r->start].cost = s->cell[r->goal].cost = PATH_CHEAPEST;
    }
    return 0;
}

/* Is one step, finished to finished, a shortcut? */
static bool path_shortcut(const struct path_state *s, uint32_t from, uint32_t to)
{
    const struct path_cell *a = &s->cell[from], *b = &s->cell[to];
    return a->query == s->query && b->query == s->query && a->flags & b->flags & PATH_FINISHED &&
           b->distance > a->distance + b->cost;
}

/* Walks back from the goal of the last query. */
static bool path_walks(const struct path_state *s, const struct path_result *r)
{
    uint64_t sum = 0, steps = 0;
    for (uint32_t at = r->goal; at != r->start; steps++) {
        uint32_t from = s->cell[at].from, gap = path_apart(at, from);
        if ((gap != 1 && gap != s->side) || s->cell[at].cost == PATH_WALL ||
            steps > (uint64_t)s->side * s->side)
            return false;
        sum += s->cell[at].cost;
        at = from;
    }
    return sum == r->distance && steps == r->steps && steps > 0;
}

static int path_check(struct work *w, const void *state)
{
    const struct path_state *s = state;
    const struct path_result *last = &s->result[PATH_QUERIES - 1];
    if (!path_walks(s, last))
        return error_set(w->error, ERROR_SYSTEM, "%s: the costs on a path do not sum to %u",
                         w->workload->id, last->distance);
    for (uint32_t at = 0; at < s->side * s->side; at++) {
        uint32_t x = at % s->side, y = at / s->side;
        bool wrong = false;
        if (x + 1 < s->side)
            wrong = path_shortcut(s, at, at + 1) || path_shortcut(s, at + 1, at);
        if (y + 1 < s->side)
            wrong |= path_shortcut(s, at, at + s->side) || path_shortcut(s, at + s->side, at);
        if (wrong)
            return error_set(w->error, ERROR_SYSTEM, "%s: a way to cell %u is shorter than found",
                             w->workload->id, at);
    }
    return 0;
}

const struct program cint_path = {
    .id = "cint.path",
    .state_bytes = sizeof(struct path_state),
    .digest = UINT64_C(0xbaffa72a3864398d),
    .make = path_make,
    .execute = path_execute,
    .check = path_check,
};
