/* Stands in for 471.omnetpp: a discrete-event simulation of a packet network.
 *
 * 49152 switches form a torus of 256 x 192. At each, packets arrive from outside as a Poisson
 * process and want to go up to four hops away, along the row first, then along the column. A switch
 * serves one packet at a time, for an exponential time drawn anew at each hop, and holds at most
 * 24; what finds it full is dropped. Timers and packets are messages of an allocator with a free
 * list, future events a binary heap.
 *
 * By Jackson's theorem each switch then behaves as an M/M/1 queue, if next to nothing is dropped;
 * so the simulation starts in the steady state: geometric queue lengths, drawn once as the input,
 * and packets somewhere on their way.
 *
 * Working set: 48 MiB of switches, each with a histogram of the waiting packets seen by arrivals,
 * and some 9 MiB of messages and heap.
 * Checked: packets sent and there at the start = delivered + dropped + in flight; the mean length
 * of all queues against the theory's rho / (1 - rho). */
#include <config.h>

#include "workloads/program/program.h"
#include "workloads/program/timed_math.h"

#include <stdbool.h>

#define EVENTS_COLUMNS  256u
#define EVENTS_ROWS     192u
#define EVENTS_SWITCHES (EVENTS_COLUMNS * EVENTS_ROWS)
#define EVENTS_ROOM     24u /* packets that a switch holds, the one served included */
#define EVENTS_MESSAGES ((1u << 17) + (1u << 15))
#define EVENTS_SERVICE  1.0 /* mean time of service */
#define EVENTS_RHO      0.6 /* part of the time in which a switch is busy */
#define EVENTS_HOPS     3.0 /* switches that a packet visits on the way, on average */
#define EVENTS_TIME     0.5 /* simulated, in mean times of service */
#define EVENTS_NONE     UINT32_MAX

enum events_kind { EVENTS_ARRIVAL, EVENTS_SERVED };

/* A timer or a packet. */
struct events_message {
    uint32_t next; /* in the free list, or the next of the same queue */
    uint32_t switch_at;
    uint16_t east, south; /* hops to go */
    uint16_t kind, hops;
    double created;
    uint64_t payload[4];
};

struct events_switch {
    uint32_t first, last, length; /* the queue; its first packet is being served */
    uint32_t most;
    uint32_t sent, delivered, dropped, forwarded;
    double changed; /* when length was another */
    double area;    /* integral of length over time */
    uint32_t initial;
    uint32_t unused;
    uint64_t digest;                /* of the packets that ended here */
    uint32_t seen[EVENTS_ROOM + 1]; /* arrivals by the length that they found */
    uint32_t sojourn[214];          /* packets by their age at the end, in quarters of a service */
};

struct events_entry {
    double time;
    uint32_t order; /* of events at the same time: the earlier made one first */
    uint32_t message;
};

struct events_state {
    uint32_t columns, rows;
    double until; /* simulated time */
    double now;
    uint64_t seed;
    uint32_t heap_count, order;
    uint32_t fresh, free; /* messages never used begin at fresh; list of returned ones */
    uint32_t failed;      /* no message left: the sums show it */
    uint64_t started, sent, delivered, dropped, handled;
    struct events_entry heap[EVENTS_MESSAGES + 1]; /* from 1 */
    struct events_message message[EVENTS_MESSAGES];
    struct events_switch node[EVENTS_SWITCHES];
};

WORK_TIMED static uint32_t events_allocate(struct events_state *s)
{
    uint32_t m = s->free;
    if (m != EVENTS_NONE) {
        s->free = s->message[m].next;
        return m;
    }
    if (s->fresh < EVENTS_MESSAGES)
        return s->fresh++;
    s->failed++;
    return EVENTS_NONE;
}

WORK_TIMED static void events_return(struct events_state *s, uint32_t m)
{
    s->message[m].next = s->free;
    s->free = m;
}

WORK_TIMED static uint64_t events_random(struct events_state *s)
{
    return fixed_random(&s->seed);
}

/* An exponential time with this mean. */
WORK_TIMED static double events_exponential(struct events_state *s, double mean)
{
    double u = (double)((events_random(s) >> 11) + 1) * 0x1p-53; /* in (0, 1] */
    return -mean * timed_log(u);
}

static inline __attribute__((always_inline)) bool events_before(struct events_entry a,
                                                                struct events_entry b)
{
    return a.time < b.time || (a.time == b.time && a.order < b.order);
}

/* Puts a message into the future. */
WORK_TIMED static void events_schedule(struct events_state *s, double delay, uint32_t message)
{
    struct events_entry e = {s->now + delay, s->order++, message};
    uint32_t i = ++s->heap_count;
    for (; i > 1 && events_before(e, s->heap[i / 2]); i /= 2)
        s->heap[i] = s->heap[i / 2];
    s->heap[i] = e;
}

WORK_TIMED static struct events_entry events_next(struct events_state *s)
{
    struct events_entry top = s->heap[1], last = s->heap[s->heap_count--];
    uint32_t i = 1, child;
    for (; (child = 2 * i) <= s->heap_count; i = child) {
        if (child < s->heap_count && events_before(s->heap[child + 1], s->heap[child]))
            child++;
        if (!events_before(s->heap[child], last))
            break;
        s->heap[i] = s->heap[child];
    }
    s->heap[i] = last;
    return top;
}

/* The time until now counts with the queue's present length. */
static inline __attribute__((always_inline)) void events_account(struct events_switch *n,
                                                                 double now)
{
    n->area += (now - n->changed) * n->length;
    n->changed = now;
}

/* A packet comes to a switch. */
WORK_TIMED static void events_enqueue(struct events_state *s, uint32_t m, uint32_t at)
{
    struct events_switch *n = &s->node[at];
    n->seen[n->length]++;
    if (n->length == EVENTS_ROOM) {
        n->dropped++;
        s->dropped++;
        events_return(s, m);
        return;
    }
    events_account(n, s->now);
    struct events_message *packet = &s->message[m];
    packet->switch_at = at;
    packet->next = EVENTS_NONE;
    packet->hops++;
    packet->payload[packet->hops & 3] ^= at;
    if (n->length++)
        s->message[n->last].next = m;
    else
        n->first = m;
    n->last = m;
    if (n->length > n->most)
        n->most = n->length;
    if (n->length == 1)
        events_schedule(s, events_exponential(s, EVENTS_SERVICE), m);
}

/* A packet at a switch with 0 to 2 hops east and 0 to 2 south to go. One of those there at the
 * start has done a part of them: drawn by how many hops there are, then any stage of the way. */
WORK_TIMED static void events_send(struct events_state *s, uint32_t at, bool on_the_way)
{
    uint32_t m = events_allocate(s);
    if (m == EVENTS_NONE)
        return;
    uint64_t r;
    unsigned east, south, done;
    do {
        r = events_random(s);
        east = (unsigned)((r & 0xffff) * 3 >> 16);
        south = (unsigned)((r >> 16 & 0xffff) * 3 >> 16);
        done = on_the_way ? (unsigned)((r >> 32 & 0xffff) * 5 >> 16) : 0;
    } while (done > east + south);
    struct events_message *packet = &s->message[m];
    packet->kind = EVENTS_SERVED;
    packet->east = (uint16_t)(done < east ? east - done : 0);
    packet->south = (uint16_t)(done < east ? south : east + south - done);
    packet->hops = 0;
    packet->created = s->now;
    for (unsigned k = 0; k < 4; k++)
        packet->payload[k] = r + k;
    events_enqueue(s, m, at);
}

/* From outside; and the timer for the next of that switch. */
WORK_TIMED static void events_arrival(struct events_state *s, uint32_t timer)
{
    const double between = EVENTS_SERVICE * EVENTS_HOPS / EVENTS_RHO;
    uint32_t at = s->message[timer].switch_at;
    s->node[at].sent++;
    s->sent++;
    events_send(s, at, false);
    events_schedule(s, events_exponential(s, between), timer);
}

WORK_TIMED static void events_deliver(struct events_state *s, uint32_t m)
{
    struct events_message *packet = &s->message[m];
    struct events_switch *n = &s->node[packet->switch_at];
    uint32_t age = (uint32_t)((s->now - packet->created) * 4 / EVENTS_SERVICE);
    n->sojourn[age < 213 ? age : 213]++;
    n->delivered++;
    s->delivered++;
    for (unsigned k = 0; k < 4; k++)
        n->digest = digest_fold(n->digest, packet->payload[k]);
    events_return(s, m);
}

/* A switch has served its first packet: on to the next switch, or it is there. */
WORK_TIMED static void events_served(struct events_state *s, uint32_t m)
{
    struct events_message *packet = &s->message[m];
    uint32_t at = packet->switch_at;
    struct events_switch *n = &s->node[at];
    events_account(n, s->now);
    n->first = packet->next;
    if (--n->length)
        events_schedule(s, events_exponential(s, EVENTS_SERVICE), n->first);
    if (packet->east) {
        packet->east--;
        at = at % s->columns + 1 == s->columns ? at + 1 - s->columns : at + 1;
    } else if (packet->south) {
        packet->south--;
        at = at / s->columns + 1 == s->rows ? at % s->columns : at + s->columns;
    } else {
        events_deliver(s, m);
        return;
    }
    n->forwarded++;
    events_enqueue(s, m, at);
}

/* Time zero: empty switches, then as many packets as the input says, and a timer for each switch.
 */
WORK_TIMED static void events_start(struct events_state *s)
{
    const double between = EVENTS_SERVICE * EVENTS_HOPS / EVENTS_RHO;
    s->now = 0;
    s->seed = 471;
    s->heap_count = s->order = s->fresh = s->failed = 0;
    s->free = EVENTS_NONE;
    s->started = s->sent = s->delivered = s->dropped = s->handled = 0;
    for (uint32_t at = 0; at < s->columns * s->rows; at++) {
        struct events_switch *n = &s->node[at];
        n->length = n->most = n->sent = n->delivered = n->dropped = n->forwarded = 0;
        n->changed = n->area = 0;
        n->digest = at;
        for (unsigned k = 0; k <= EVENTS_ROOM; k++)
            n->seen[k] = 0;
        for (unsigned k = 0; k < sizeof n->sojourn / sizeof n->sojourn[0]; k++)
            n->sojourn[k] = 0;
        for (uint32_t k = 0; k < n->initial; k++)
            events_send(s, at, true);
        s->started += n->initial;
        uint32_t timer = events_allocate(s);
        if (timer == EVENTS_NONE)
            continue;
        s->message[timer].kind = EVENTS_ARRIVAL;
        s->message[timer].switch_at = at;
        events_schedule(s, events_exponential(s, between), timer);
    }
}

WORK_TIMED static uint64_t events_execute(void *state)
{
    struct events_state *s = state;
    events_start(s);
    while (s->heap[1].time < s->until) {
        struct events_entry e = events_next(s);
        s->now = e.time;
        s->handled++;
        if (s->message[e.message].kind == EVENTS_ARRIVAL)
            events_arrival(s, e.message);
        else
            events_served(s, e.message);
    }
    s->now = s->until;
    uint64_t digest = digest_fold(s->handled, s->sent << 32 | s->delivered);
    for (uint32_t at = 0; at < s->columns * s->rows; at++) {
        struct events_switch *n = &s->node[at];
        events_account(n, s->now);
        digest = digest_fold(digest, n->digest ^ n->length ^ (uint64_t)n->forwarded << 32);
        digest = digest_fold_double(digest, n->area);
    }
    return digest;
}

/* A network of this size, in the steady state or empty. */
static void events_network(struct events_state *s, uint32_t columns, uint32_t rows, double until,
                           bool steady)
{
    uint64_t seed = 4711;
    s->columns = columns;
    s->rows = rows;
    s->until = until;
    for (uint32_t at = 0; at < columns * rows; at++) {
        uint32_t length = 0;
        while (steady && length < EVENTS_ROOM && fixed_uniform(&seed) < EVENTS_RHO)
            length++;
        s->node[at].initial = length;
    }
}

static int events_make(struct work *w, void *state)
{
    (void)w;
    events_network(state, EVENTS_COLUMNS, EVENTS_ROWS, EVENTS_TIME, true);
    return 0;
}

/* Time average of all queue lengths. */
static double events_mean_length(const struct events_state *s)
{
    double area = 0;
    for (uint32_t at = 0; at < s->columns * s->rows; at++)
        area += s->node[at].area;
    return area / s->until / (s->columns * s->rows);
}

static int events_check(struct work *w, const void *state)
{
    const struct events_state *s = state;
    uint64_t in_flight = 0;
    for (uint32_t at = 0; at < s->columns * s->rows; at++) {
        const struct events_switch *n = &s->node[at];
        uint32_t m = n->first;
        for (uint32_t k = 0; k < n->length && m < EVENTS_MESSAGES; k++, in_flight++)
            m = s->message[m].next;
    }
    if (s->failed || s->started + s->sent != s->delivered + s->dropped + in_flight)
        return error_set(w->error, ERROR_SYSTEM, "%s: packets were lost or made up",
                         w->workload->id);
    double mean = events_mean_length(s), expected = EVENTS_RHO / (1 - EVENTS_RHO);
    if (timed_abs(mean - expected) > 0.03 * expected)
        return error_set(w->error, ERROR_SYSTEM, "%s: queues have length %.3f, must be %.3f",
                         w->workload->id, mean, expected);
    return 0;
}

const struct program cint_events = {
    .id = "cint.events",
    .state_bytes = sizeof(struct events_state),
    .digest = UINT64_C(0xfa5924cc27150e33),
    .make = events_make,
    .execute = events_execute,
    .check = events_check,
};
