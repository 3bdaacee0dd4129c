/* cint.mincost - stands in for 429.mcf: the cheapest schedule of a fleet, as a minimum-cost flow
 * that the network simplex method finds.
 *
 * Every timetabled trip must be run by one vehicle. It comes from the depot or from a trip that
 * ended early and near enough, and goes to such a trip or back to the depot; an arc costs what the
 * way and the waiting cost, the first way from the depot a vehicle besides. So each trip is two
 * nodes: its end, where one vehicle is left over, and its start, where one is wanted; arcs run from
 * ends to starts and from and to the depot, the tree's root. Flow on an arc has no upper bound.
 *
 * An execution starts from a schedule that is the best one as long as no vehicle may wait for most
 * of an hour (make() found it), and finds the best one of all. As in the original, arcs are records
 * of a line each, searched in groups of one arc from every so many, so that each step is to another
 * page; the tree is linked by parent, child and sisters, and a basis exchange walks and relinks it.
 * Trees are kept strongly feasible (arcs without flow point to the root), so that the method ends.
 *
 * Working set: 104 MiB of arcs and 0.3 MiB of nodes; the last search finds no arc worth taking and
 * so has read all of them.
 *
 * Checked: flows are not negative and every node's balance is right; no arc is cheaper than the
 * difference of its nodes' potentials, and those that carry flow cost just that; so the cost of
 * the flow is that of the dual, and no schedule is cheaper. */
#include <config.h>

#include "workloads/program/program.h"

enum {
    TRIPS = 1960,
    NODES = 2 * TRIPS + 1, /* the depot, then end and start of each trip */
    ARCS_MAX = 1710000,
    STRIDE = 509,      /* arcs, of a search's steps */
    POOL = 40000,      /* arcs that are tried before all are searched again, */
    POOL_NEAR = 36000, /* and how many of them may be such that do not gain yet */
    BLOCK = 64,
    NEAR = 20,       /* how far from a gain an arc may be, to be tried */
    DAY = 1200,      /* minutes */
    TOWN = 40,       /* minutes across */
    WAIT_USUAL = 50, /* minutes; longer ones are new to the start's tree */
    VEHICLE_COST = 3000,
};

struct node {
    int64_t potential;
    const struct arc *arc; /* to the parent */
    struct node *parent, *child, *left, *right;
    int32_t flow; /* on arc */
    int32_t depth;
    bool up; /* the arc goes from here to the parent */
};

struct arc {
    struct node *tail, *head;
    int64_t cost;
    uint64_t spare[5]; /* of a line */
};

struct link {
    uint32_t parent, arc;
};

struct mincost {
    size_t nodes, arc_count;
    struct link start[NODES]; /* the tree that an execution starts from */
    int32_t start_flow[NODES];
    unsigned pivots;
    unsigned pool_count, pool_next;
    const struct arc *pool[POOL];
    struct node node[NODES];
    _Alignas(64) struct arc arc[ARCS_MAX];
};

/* ---- The tree ---- */

WORK_TIMED static void tree_link(struct node *child, struct node *parent)
{
    child->parent = parent;
    child->left = NULL;
    child->right = parent->child;
    if (parent->child)
        parent->child->left = child;
    parent->child = child;
}
WORK_TIMED static void tree_unlink(struct node *child)
{
    if (child->left)
        child->left->right = child->right;
    else
        child->parent->child = child->right;
    if (child->right)
        child->right->left = child->left;
}

/* Depths and potentials of all nodes below and at top, from its parent's. */
WORK_TIMED static void tree_price(struct node *top)
{
    struct node *n = top;
    for (;;) {
        n->depth = n->parent->depth + 1;
        n->potential = n->parent->potential + (n->up ? n->arc->cost : -n->arc->cost);
        if (n->child) {
            n = n->child;
            continue;
        }
        while (n != top && !n->right)
            n = n->parent;
        if (n == top)
            return;
        n = n->right;
    }
}

/* What is saved by one vehicle on an arc: potentials fall along arcs of the tree by their cost. */
WORK_TIMED static int64_t arc_gain(const struct arc *a)
{
    return a->tail->potential - a->head->potential - a->cost;
}

/* ---- A basis exchange ---- */

/* The node whose arc to its parent leaves: among the arcs that lose flow on the cycle of the new
 * arc and have least, the last one seen from the top in the direction of the new arc. */
WORK_TIMED static struct node *leaving_node(const struct arc *in, int32_t *amount)
{
    struct node *a = in->tail, *b = in->head, *leaves = NULL;
    struct node *on_tail = NULL, *on_head = NULL;
    int32_t least_tail = INT32_MAX, least_head = INT32_MAX;
    while (a != b) {
        if (a->depth >= b->depth) { /* from the top down to the tail: along the cycle */
            if (a->up && a->flow < least_tail) {
                least_tail = a->flow;
                on_tail = a;
            }
            a = a->parent;
        } else { /* from the head up to the top */
            if (!b->up && b->flow <= least_head) {
                least_head = b->flow;
                on_head = b;
            }
            b = b->parent;
        }
    }
    leaves = least_head <= least_tail ? on_head : on_tail;
    *amount = least_head <= least_tail ? least_head : least_tail;
    return leaves;
}

WORK_TIMED static void cycle_push(const struct arc *in, int32_t amount)
{
    struct node *a = in->tail, *b = in->head;
    while (a != b) {
        if (a->depth >= b->depth) {
            a->flow += a->up ? -amount : amount;
            a = a->parent;
        } else {
            b->flow += b->up ? amount : -amount;
            b = b->parent;
        }
    }
}

/* Is below in the part of the tree under top? */
WORK_TIMED static bool tree_holds(const struct node *top, const struct node *below)
{
    while (below->depth > top->depth)
        below = below->parent;
    return below == top;
}

/* The part under leaves hangs on the new arc now: turns round the links from that arc's inner end
 * up to leaves. */
WORK_TIMED static void tree_rehang(struct node *leaves, const struct arc *in, int32_t flow)
{
    bool inner_tail = tree_holds(leaves, in->tail);
    struct node *n = inner_tail ? in->tail : in->head;
    struct node *parent = inner_tail ? in->head : in->tail;
    struct node *inner = n;
    const struct arc *arc = in;
    bool up = inner_tail;
    for (;;) {
        struct node *next = n->parent;
        const struct arc *next_arc = n->arc;
        int32_t next_flow = n->flow;
        bool next_up = !n->up;
        tree_unlink(n);
        tree_link(n, parent);
        n->arc = arc;
        n->flow = flow;
        n->up = up;
        if (n == leaves)
            break;
        parent = n;
        n = next;
        arc = next_arc;
        flow = next_flow;
        up = next_up;
    }
    tree_price(inner);
}

/* ---- Pricing ---- */

/* An arc of the pool that gains, the best of the first block that has one; NULL for none. */
WORK_TIMED static const struct arc *pool_best(struct mincost *m)
{
    const struct arc *best = NULL;
    int64_t best_gain = 0;
    for (unsigned seen = 1; seen <= m->pool_count; seen++) {
        const struct arc *a = m->pool[m->pool_next];
        m->pool_next = m->pool_next + 1 == m->pool_count ? 0 : m->pool_next + 1;
        int64_t gain = arc_gain(a);
        if (gain > best_gain) {
            best_gain = gain;
            best = a;
        }
        if (best && seen % BLOCK == 0)
            break;
    }
    return best;
}

/* Fills the pool anew with arcs that gain, or soon may; says whether any gains. */
WORK_TIMED static bool pool_fill(struct mincost *m)
{
    bool gains = false;
    m->pool_count = m->pool_next = 0;
    for (size_t first = 0; first < STRIDE; first++)
        for (size_t i = first; i < m->arc_count; i += STRIDE) {
            int64_t gain = arc_gain(&m->arc[i]);
            if (gain <= -NEAR)
                continue;
            if (m->pool_count < (gain > 0 ? POOL : POOL_NEAR))
                m->pool[m->pool_count++] = &m->arc[i];
            gains |= gain > 0;
        }
    return gains;
}

WORK_TIMED static void simplex_start(struct mincost *m)
{
    struct node *depot = &m->node[0];
    for (size_t i = 0; i < m->nodes; i++)
        m->node[i].child = NULL;
    depot->parent = NULL;
    depot->depth = 0;
    depot->potential = 0;
    for (size_t i = 1; i < m->nodes; i++) {
        struct node *n = &m->node[i];
        n->arc = &m->arc[m->start[i].arc];
        n->up = n->arc->tail == n;
        n->flow = m->start_flow[i];
        tree_link(n, &m->node[m->start[i].parent]);
    }
    for (struct node *n = depot->child; n; n = n->right)
        tree_price(n);
    m->pivots = 0;
    m->pool_count = m->pool_next = 0;
}

WORK_TIMED static void simplex_solve(struct mincost *m)
{
    for (;;) {
        const struct arc *in = pool_best(m);
        if (!in) {
            if (!pool_fill(m))
                return;
            continue;
        }
        int32_t amount;
        struct node *leaves = leaving_node(in, &amount);
        cycle_push(in, amount);
        tree_rehang(leaves, in, amount);
        m->pivots++;
    }
}

WORK_TIMED static int64_t tree_cost(const struct mincost *m)
{
    int64_t cost = 0;
    for (size_t i = 1; i < m->nodes; i++)
        cost += m->node[i].flow * m->node[i].arc->cost;
    return cost;
}

WORK_TIMED static uint64_t mincost_execute(void *state)
{
    struct mincost *m = state;
    simplex_start(m);
    simplex_solve(m);
    uint64_t digest = digest_fold(m->pivots, (uint64_t)tree_cost(m));
    for (size_t i = 1; i < m->nodes; i++) {
        const struct node *n = &m->node[i];
        digest = digest_fold(digest, (uint64_t)n->potential);
        digest = digest_fold(digest, (uint64_t)(n->arc - m->arc) << 32 | (uint32_t)n->flow);
    }
    return digest;
}

/* ---- Input ---- */

struct trip {
    int32_t from, to;   /* minutes of the day */
    int32_t x[2], y[2]; /* of start and end */
};

static int32_t distance(int32_t x0, int32_t y0, int32_t x1, int32_t y1)
{
    return (x0 > x1 ? x0 - x1 : x1 - x0) + (y0 > y1 ? y0 - y1 : y1 - y0);
}

static uint32_t arc_add(struct mincost *m, unsigned tail, unsigned head, int64_t cost)
{
    struct arc *a = &m->arc[m->arc_count];
    a->tail = &m->node[tail];
    a->head = &m->node[head];
    a->cost = cost;
    return (uint32_t)m->arc_count++;
}

static unsigned trip_end(unsigned trip)
{
    return 1 + 2 * trip;
}
static unsigned trip_start(unsigned trip)
{
    return 2 + 2 * trip;
}

/* The tree where every trip has a vehicle of its own: all arcs end at the depot, or start there. */
static void make_depot_arcs(struct mincost *m, const struct trip *trip, unsigned trips)
{
    for (unsigned i = 0; i < trips; i++) {
        int32_t out = distance(TOWN / 2, TOWN / 2, trip[i].x[0], trip[i].y[0]);
        int32_t back = distance(TOWN / 2, TOWN / 2, trip[i].x[1], trip[i].y[1]);
        m->start[trip_end(i)] = (struct link){0, arc_add(m, trip_end(i), 0, 4 * back)};
        m->start[trip_start(i)] = (struct link){
            0, arc_add(m, 0, trip_start(i), VEHICLE_COST + 4 * out)};
        m->start_flow[trip_end(i)] = m->start_flow[trip_start(i)] = 1;
    }
}

/* The dispatcher's rule: as a trip begins, it takes the vehicle that costs least of those that have
 * come free. The pair stays joined in the tree, at the arc to the depot that has no flow then. */
static void make_pair(struct mincost *m, const uint32_t *arcs, unsigned count, unsigned trip)
{
    const struct arc *best = NULL;
    for (unsigned i = 0; i < count; i++) {
        const struct arc *a = &m->arc[arcs[i]];
        if (m->start_flow[a->tail - m->node] && (!best || a->cost < best->cost))
            best = a;
    }
    if (!best)
        return;
    uint32_t tail = (uint32_t)(best->tail - m->node);
    m->start_flow[tail] = 0;
    m->start[trip_start(trip)] = (struct link){tail, (uint32_t)(best - m->arc)};
}

/* The arcs between trips with a wait in [from, to). */
static void make_arcs(struct mincost *m, const struct trip *trip, unsigned trips, int32_t from,
                      int32_t to)
{
    uint32_t arcs[TRIPS];
    for (unsigned j = 0; j < trips; j++) {
        unsigned count = 0;
        for (unsigned i = 0; i < j; i++) {
            int32_t way = distance(trip[i].x[1], trip[i].y[1], trip[j].x[0], trip[j].y[0]);
            int32_t wait = trip[j].from - trip[i].to - way;
            if (wait >= from && wait < to && m->arc_count < ARCS_MAX)
                arcs[count++] = arc_add(m, trip_end(i), trip_start(j), 4 * way + wait);
        }
        if (from == 0)
            make_pair(m, arcs, count, j);
    }
}

/* A timetable of its own for each seed, and the tree to start from: the best schedule of those that
 * have no vehicle wait for WAIT_USUAL or longer. */
static void make_schedule(struct mincost *m, uint64_t seed, unsigned trips)
{
    struct trip trip[TRIPS];
    m->nodes = 2 * trips + 1;
    m->arc_count = 0;
    for (unsigned i = 0; i < trips; i++) {
        struct trip *t = &trip[i];
        for (unsigned end = 0; end < 2; end++) {
            t->x[end] = (int32_t)fixed_below(&seed, TOWN);
            t->y[end] = (int32_t)fixed_below(&seed, TOWN);
        }
        t->from = (int32_t)((uint64_t)i * DAY / trips);
        t->to = t->from + distance(t->x[0], t->y[0], t->x[1], t->y[1]) + 5 +
                (int32_t)fixed_below(&seed, 30);
    }
    make_depot_arcs(m, trip, trips);
    make_arcs(m, trip, trips, 0, WAIT_USUAL);
    simplex_start(m);
    simplex_solve(m);
    for (size_t i = 1; i < m->nodes; i++) {
        m->start[i].parent = (uint32_t)(m->node[i].parent - m->node);
        m->start[i].arc = (uint32_t)(m->node[i].arc - m->arc);
        m->start_flow[i] = m->node[i].flow;
    }
    make_arcs(m, trip, trips, WAIT_USUAL, DAY);
}

static int mincost_make(struct work *w, void *state)
{
    (void)w;
    make_schedule(state, 429, TRIPS);
    return 0;
}

static int mincost_check(struct work *w, const void *state)
{
    const struct mincost *m = state;
    int64_t dual = 0;
    int32_t balance[NODES];
    for (size_t i = 0; i < m->nodes; i++)
        balance[i] = 0;
    for (size_t i = 1; i < m->nodes; i++) {
        const struct node *n = &m->node[i];
        if (n->flow < 0 || arc_gain(n->arc) != 0)
            return error_set(w->error, ERROR_SYSTEM,
                             "%s: node %zu's arc has a flow of %d and costs %lld too much",
                             w->workload->id, i, n->flow, (long long)arc_gain(n->arc));
        balance[n->arc->tail - m->node] += n->flow;
        balance[n->arc->head - m->node] -= n->flow;
        dual += i % 2 ? n->potential : -n->potential;
    }
    for (size_t i = 0; i < m->nodes; i++)
        if (balance[i] != (i == 0 ? 0 : i % 2 ? 1 : -1))
            return error_set(w->error, ERROR_SYSTEM, "%s: %d vehicles come out of node %zu",
                             w->workload->id, balance[i], i);
    for (size_t i = 0; i < m->arc_count; i++)
        if (arc_gain(&m->arc[i]) > 0)
            return error_set(w->error, ERROR_SYSTEM, "%s: arc %zu would save %lld", w->workload->id,
                             i, (long long)arc_gain(&m->arc[i]));
    if (dual != tree_cost(m))
        return error_set(w->error, ERROR_SYSTEM, "%s: the flow costs %lld, the dual %lld",
                         w->workload->id, (long long)tree_cost(m), (long long)dual);
    return 0;
}

const struct program cint_mincost = {
    .id = "cint.mincost",
    .state_bytes = sizeof(struct mincost),
    .digest = UINT64_C(0xbcb09b97aba9aca6),
    .make = mincost_make,
    .execute = mincost_execute,
    .check = mincost_check,
};
