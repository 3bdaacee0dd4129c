/* lane.c - one lane of a workload: prepares it, finds a batch size, times slots, verifies.
 *
 * A kernel does `count` operations and returns; this file owns the clock. In the lead-in, which is
 * thrown away, batches double until one takes about a fiftieth of the slot: long enough that two
 * readings of the clock do not show, short enough that the end of the slot is met within about 2 %.
 * The figure never assumes that it was met: it is operations over the time that they really took.
 *
 * Where a workload has something to subtract (its overhead()), batches of that alternate with the
 * others and get about a quarter of the slot, so that both see the same machine; both sums are
 * reported and vmtax subtracts.
 *
 * Several lanes are threads, each on a processor of its own. None waits idly: who is ready before
 * the others goes on with batches that do not count, and so does who is finished before them, so
 * that every counted batch ran while all lanes were at work. */
#include <config.h>

#include "workloads/agent/lane.h"

#include "workloads/agent/tsc.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>

#define BATCHES_PER_SLOT  50
#define BATCH_MIN_NS      50000u
#define BATCH_MAX_NS      5000000u
#define BATCH_COUNT_LIMIT (UINT64_C(1) << 40)
/* Overhead phases get this share of the time of the others: a quarter of the slot. */
#define OVERHEAD_SHARE 3

/* A program's own time may be that part longer than what the worker saw. */
#define OWN_TIME_SLACK 1000

static void publish(struct worker_counters *to, uint64_t ops, uint64_t ns)
{
    uint64_t sequence = atomic_load_explicit(&to->sequence, memory_order_relaxed);
    atomic_store_explicit(&to->sequence, sequence + 1, memory_order_relaxed);
    /* release: who sees one of these sees the odd number too */
    atomic_store_explicit(&to->ops, ops, memory_order_release);
    atomic_store_explicit(&to->ns, ns, memory_order_release);
    atomic_store_explicit(&to->sequence, sequence + 2, memory_order_release);
}

void lane_progress(struct work *work, uint64_t ops, uint64_t ns)
{
    struct lane *l = (struct lane *)(void *)((char *)work - offsetof(struct lane, work));
    publish(&l->crew->shared->counters[work->lane], ops, ns);
}

static bool leave(struct crew *c)
{
    return atomic_load_explicit(&c->shared->stop, memory_order_relaxed) ||
           atomic_load_explicit(&c->failed, memory_order_relaxed);
}

int lane_fail(struct lane *l)
{
    if (!l->error.text[0])
        error_set(&l->error, ERROR_SYSTEM, "%s failed without saying why", l->crew->workload->id);
    l->status = -1;
    atomic_store(&l->crew->failed, true);
    return -1;
}

/* A number of operations that the kernel takes: at least one, a multiple of its step. */
static uint64_t whole_steps(const struct lane *l, uint64_t count)
{
    uint64_t step = l->work.step ? l->work.step : 1;
    if (count > BATCH_COUNT_LIMIT)
        count = BATCH_COUNT_LIMIT;
    return count <= step ? step : (count + step - 1) / step * step;
}

/* After a batch that took so long: the next size on the way to batches of target ns. */
static void pace_update(const struct lane *l, struct pace *p, uint64_t took, uint64_t target)
{
    double each = (double)took / (double)p->count;
    if (p->best_ns <= 0 || each < p->best_ns)
        p->best_ns = each > 1e-3 ? each : 1e-3;
    if (p->best_ns < (double)l->work.gap_ns)
        p->best_ns = (double)l->work.gap_ns;
    uint64_t wanted = whole_steps(l, (uint64_t)((double)target / p->best_ns));
    uint64_t doubled = whole_steps(l, 2 * p->count);
    p->found = wanted <= doubled;
    p->count = p->found ? wanted : doubled;
}

typedef int batch_fn(struct work *w, uint64_t count);

/* One batch from *now, which becomes the time of its end. *net is its time without what the kernel
 * excluded, *took all of it. */
static int batch(struct lane *l, batch_fn *run, uint64_t count, uint64_t *now, uint64_t *took,
                 uint64_t *net)
{
    uint64_t excluded = l->work.excluded_ns;
    uint64_t from = *now;
    if (run(&l->work, count) < 0)
        return lane_fail(l);
    *now = work_now_ns();
    *took = *now - from;
    excluded = l->work.excluded_ns - excluded;
    *net = *took > excluded ? *took - excluded : 0;
    return 0;
}

/* Batches that do not count: one of the workload, then of its overhead, all coming closer to their
 * sizes. */
static int lead_batch(struct lane *l, uint64_t *now)
{
    const struct workload_ops *ops = l->crew->ops;
    uint64_t target = l->crew->batch_ns;
    uint64_t took;
    uint64_t net;
    if (batch(l, ops->run, l->pace.count, now, &took, &net) < 0)
        return -1;
    pace_update(l, &l->pace, took, target);
    if (!ops->overhead)
        return 0;
    /* a batch may be longer than its target: it is one operation at least */
    double expected = l->pace.best_ns * (double)l->pace.count;
    uint64_t share = (uint64_t)(expected > (double)target ? expected : (double)target);
    do {
        /* usually a trifle beside the operation: not one doubling for each of those */
        if (batch(l, ops->overhead, l->overhead_pace.count, now, &took, &net) < 0)
            return -1;
        pace_update(l, &l->overhead_pace, took, share / OVERHEAD_SHARE);
    } while (l->pace.found && !l->overhead_pace.found && !leave(l->crew));
    return 0;
}

static bool calibrated(const struct lane *l)
{
    return l->pace.found && (!l->crew->ops->overhead || l->overhead_pace.found);
}

bool crew_single(const struct crew *c)
{
    return c->workload->patience_s > 0;
}

void crew_begin(struct crew *c)
{
    uint64_t batch_ns = c->shared->slot.time_ns / BATCHES_PER_SLOT;
    c->batch_ns = batch_ns < BATCH_MIN_NS   ? BATCH_MIN_NS
                  : batch_ns > BATCH_MAX_NS ? BATCH_MAX_NS
                                            : batch_ns;
    atomic_store(&c->ready, 0);
    atomic_store(&c->finished, 0);
    atomic_store(&c->failed, false);
}

static int lane_lead(struct lane *l, uint64_t *now)
{
    struct crew *c = l->crew;
    bool ready = false;
    if (c->ops->arrange && c->ops->arrange(&l->work) < 0)
        return lane_fail(l);
    if (crew_single(c)) /* no lead-in */
        return leave(c) ? -1 : 0;
    *now = work_now_ns();
    uint64_t until = *now + c->shared->slot.lead_ns;
    for (;;) {
        if (leave(c))
            return -1;
        if (lead_batch(l, now) < 0)
            return -1;
        if (!ready && *now >= until && calibrated(l)) {
            ready = true;
            atomic_fetch_add(&c->ready, 1);
        }
        if (ready && atomic_load(&c->ready) == c->lane_count)
            return 0;
    }
}

static int lane_timed(struct lane *l, uint64_t now)
{
    struct crew *c = l->crew;
    const struct workload_ops *ops = c->ops;
    struct worker_counters *counters = &c->shared->counters[l->work.lane];
    uint64_t count = l->pace.count;
    uint64_t overhead_count = l->overhead_pace.count;
    uint64_t bytes = l->work.bytes;
    uint64_t until = now + c->shared->slot.time_ns;

    l->start_ns = now;
    for (;;) {
        uint64_t net;
        uint64_t took;
        if (batch(l, ops->run, count, &now, &took, &net) < 0)
            return -1;
        l->ops += count;
        l->ns += net;
        publish(counters, l->ops, l->ns);
        if (ops->overhead) {
            uint64_t overhead_took;
            if (batch(l, ops->overhead, overhead_count, &now, &overhead_took, &net) < 0)
                return -1;
            l->overhead_ops += overhead_count;
            l->overhead_ns += net;
            took += overhead_took;
        }
        if (leave(c))
            return -1;
        if (crew_single(c))
            break;
        /* Neither a last batch too small to be like the others, nor one long operation that would
         * end further behind the end of the slot than we are before it. */
        uint64_t left = now < until ? until - now : 0;
        if (left <= c->batch_ns / 8 || (count == whole_steps(l, 1) && left < took / 2))
            break;
        if (took > left) {
            double share = (double)left / (double)took;
            count = whole_steps(l, (uint64_t)((double)count * share));
            overhead_count = whole_steps(l, (uint64_t)((double)overhead_count * share));
        }
    }
    l->end_ns = now;
    l->bytes = l->work.bytes - bytes;
    return 0;
}

static uint64_t since(long now, long before)
{
    return now > before ? (uint64_t)(now - before) : 0;
}

/* What the program itself tells counts instead of what was measured round it. Its clock is another
 * one than ours, and may be a little faster. */
static int take_own_time(struct lane *l)
{
    uint64_t own = l->work.own_ns;
    if (own > l->ns + l->ns / OWN_TIME_SLACK) {
        error_set(&l->error, ERROR_GUEST, "%s claims %.3f s, but took %.3f s",
                  l->crew->workload->id, (double)own * 1e-9, (double)l->ns * 1e-9);
        return lane_fail(l);
    }
    if (own)
        l->ns = own < l->ns ? own : l->ns;
    if (own && l->work.own_ops)
        l->ops = l->work.own_ops;
    return 0;
}

int lane_slot(struct lane *l)
{
    struct crew *c = l->crew;
    struct worker_outcome *outcome = &c->shared->outcome;
    bool first = l->work.lane == 0;
    struct rusage before = {0};
    struct rusage after = {0};
    uint64_t now;

    l->status = -1;
    l->ops = l->ns = l->bytes = l->overhead_ops = l->overhead_ns = 0;
    l->work.own_ns = l->work.own_ops = 0;
    l->work.slot_ns = c->shared->slot.time_ns;
    l->work.delivery = (struct delivery){.sent = 0};
    l->work.statements = (struct statements){.transactions = 0};
    l->work.seed = c->shared->slot.seed;
    publish(&c->shared->counters[l->work.lane], 0, 0);
    histogram_clear(l->histogram); /* also touches its pages */
    l->work.latency = NULL;
    l->work.sample = WORK_SAMPLE_EVERY;
    l->pace = l->overhead_pace = (struct pace){.count = whole_steps(l, 1)};
    if (lane_lead(l, &now) < 0)
        return -1;

    if (c->workload->latency)
        l->work.latency = l->histogram;
    if (first) {
        worker_tell(WORKER_BEGUN);
        getrusage(RUSAGE_SELF, &before);
    }
    uint64_t ticks = tsc_read();
    int rc = lane_timed(l, work_now_ns());
    ticks = tsc_read() - ticks;
    l->work.latency = NULL;
    if (first) {
        getrusage(RUSAGE_SELF, &after);
        outcome->tsc = c->tsc_invariant ? ticks : 0;
        outcome->minflt = since(after.ru_minflt, before.ru_minflt);
        outcome->majflt = since(after.ru_majflt, before.ru_majflt);
        outcome->nvcsw = since(after.ru_nvcsw, before.ru_nvcsw);
        outcome->nivcsw = since(after.ru_nivcsw, before.ru_nivcsw);
    }
    if (rc < 0)
        return -1;
    atomic_fetch_add(&c->finished, 1);
    for (now = work_now_ns(); atomic_load(&c->finished) < c->lane_count && !leave(c);)
        if (lead_batch(l, &now) < 0)
            return -1;

    if (first)
        worker_tell(WORKER_ENDED);
    if (c->ops->verify && c->ops->verify(&l->work) < 0)
        return lane_fail(l);
    const struct delivery *d = &l->work.delivery;
    if (d->sent && d->by_load)
        l->bytes = (uint64_t)((double)l->bytes * (double)d->received / (double)d->sent);
    if (take_own_time(l) < 0)
        return -1;
    l->status = 0;
    return 0;
}

static int pin(struct lane *l)
{
    struct crew *c = l->crew;
    unsigned long mask[LANE_CPUS_MAX / (8 * sizeof(unsigned long))] = {0};
    if (!c->pinned)
        return 0;
    unsigned cpu = (unsigned)c->cpus[l->work.lane];
    mask[cpu / (8 * sizeof mask[0])] |= 1ul << cpu % (8 * sizeof mask[0]);
    if (sched_setaffinity(0, sizeof mask, (const cpu_set_t *)(const void *)mask) < 0) {
        error_errno(&l->error, errno, "cannot pin %s to processor %u", c->workload->id, cpu);
        return lane_fail(l);
    }
    return 0;
}

void lane_prepare(struct lane *l)
{
    struct crew *c = l->crew;
    l->status = 0;
    l->prepared = false;
    if (pin(l) < 0)
        return;
    l->prepared = true;
    if (c->ops->prepare && c->ops->prepare(&l->work) < 0)
        lane_fail(l);
}

void lane_release(struct lane *l)
{
    if (l->prepared && l->crew->ops->release)
        l->crew->ops->release(&l->work);
    l->prepared = false;
}
