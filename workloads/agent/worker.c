/* worker.c - runs one workload: prepares it, finds a batch size, times slots, verifies.
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

#include "workloads/agent/worker.h"

#include "workloads/agent/tsc.h"
#include "workloads/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCHES_PER_SLOT  50
#define BATCH_MIN_NS      50000u
#define BATCH_MAX_NS      5000000u
#define BATCH_COUNT_LIMIT (UINT64_C(1) << 40)
/* Overhead phases get this share of the time of the others: a quarter of the slot. */
#define OVERHEAD_SHARE 3

/* A program's own time may be that part longer than what the worker saw. */
#define OWN_TIME_SLACK 1000

#define CPUS_MAX       8192

enum command {
    COMMAND_SLOT,
    COMMAND_RELEASE,
};

struct worker;

/* The search for a batch size. The best time per operation counts: a batch that lost the processor
 * for a while must not make the others small. */
struct pace {
    uint64_t count;
    double best_ns; /* per operation; 0 none yet */
    bool found;     /* count is limited by the time that it takes, no longer by doubling */
};

struct lane {
    struct worker *worker;
    struct work work;
    struct error error;
    struct histogram *histogram;
    pthread_t thread;
    bool prepared; /* prepare() was called: release() is due */
    int status;    /* of the last phase */

    struct pace pace, overhead_pace;

    uint64_t ops, ns, bytes, overhead_ops, overhead_ns, start_ns, end_ns;
};

struct worker {
    struct worker_shared *shared;
    const struct workload *workload;
    const struct workload_ops *ops;
    struct lane *lanes;
    unsigned lane_count;
    int *cpus;
    size_t cpu_count;
    bool pinned; /* lanes are pinned here; else the kernels do it */
    bool tsc_invariant;
    uint64_t batch_ns;

    pthread_barrier_t gate; /* between phases */
    enum command command;
    _Atomic unsigned ready, finished;
    _Atomic bool failed;
};

size_t worker_shared_size(unsigned lanes)
{
    return sizeof(struct worker_shared) + lanes * sizeof(struct worker_counters);
}

static void publish(struct worker_counters *c, uint64_t ops, uint64_t ns)
{
    uint64_t sequence = atomic_load_explicit(&c->sequence, memory_order_relaxed);
    atomic_store_explicit(&c->sequence, sequence + 1, memory_order_relaxed);
    /* release: who sees one of these sees the odd number too */
    atomic_store_explicit(&c->ops, ops, memory_order_release);
    atomic_store_explicit(&c->ns, ns, memory_order_release);
    atomic_store_explicit(&c->sequence, sequence + 2, memory_order_release);
}

void worker_progress(const struct worker_shared *s, uint64_t *ops, uint64_t *ns)
{
    uint64_t ops_sum = 0;
    uint64_t ns_sum = 0;
    for (unsigned i = 0; i < s->lanes; i++) {
        const struct worker_counters *c = &s->counters[i];
        uint64_t before, after, lane_ops, lane_ns;
        int tries = 0;
        do {
            before = atomic_load_explicit(&c->sequence, memory_order_acquire);
            lane_ops = atomic_load_explicit(&c->ops, memory_order_acquire);
            lane_ns = atomic_load_explicit(&c->ns, memory_order_acquire);
            after = atomic_load_explicit(&c->sequence, memory_order_relaxed);
            /* A writer that was stopped in the middle must not hold up its reader; the pair is then
             * one batch apart at most. */
        } while ((before != after || before % 2) && ++tries < 100);
        ops_sum += lane_ops;
        ns_sum += lane_ns;
    }
    *ops = ops_sum;
    *ns = ns_sum / s->lanes;
}

static void lane_progress(struct work *work, uint64_t ops, uint64_t ns)
{
    struct lane *l = (struct lane *)(void *)((char *)work - offsetof(struct lane, work));
    publish(&l->worker->shared->counters[work->lane], ops, ns);
}

static bool leave(struct worker *w)
{
    return atomic_load_explicit(&w->shared->stop, memory_order_relaxed) ||
           atomic_load_explicit(&w->failed, memory_order_relaxed);
}

static int lane_fail(struct lane *l)
{
    if (!l->error.text[0])
        error_set(&l->error, ERROR_SYSTEM, "%s failed without saying why", l->worker->workload->id);
    l->status = -1;
    atomic_store(&l->worker->failed, true);
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
    const struct workload_ops *ops = l->worker->ops;
    uint64_t target = l->worker->batch_ns;
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
    } while (l->pace.found && !l->overhead_pace.found && !leave(l->worker));
    return 0;
}

static bool calibrated(const struct lane *l)
{
    return l->pace.found && (!l->worker->ops->overhead || l->overhead_pace.found);
}

/* Sends one message; the socket is local and the other end reads, so it does not block for long. */
static void tell(enum worker_message message)
{
    char byte = (char)message;
    while (send(WORKER_SOCKET_FD, &byte, 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

static bool single(const struct worker *w)
{
    return w->workload->patience_s > 0;
}

static int lane_lead(struct lane *l, uint64_t *now)
{
    struct worker *w = l->worker;
    bool ready = false;
    if (w->ops->arrange && w->ops->arrange(&l->work) < 0)
        return lane_fail(l);
    if (single(w)) /* no lead-in */
        return leave(w) ? -1 : 0;
    *now = work_now_ns();
    uint64_t until = *now + w->shared->slot.lead_ns;
    for (;;) {
        if (leave(w))
            return -1;
        if (lead_batch(l, now) < 0)
            return -1;
        if (!ready && *now >= until && calibrated(l)) {
            ready = true;
            atomic_fetch_add(&w->ready, 1);
        }
        if (ready && atomic_load(&w->ready) == w->lane_count)
            return 0;
    }
}

static int lane_timed(struct lane *l, uint64_t now)
{
    struct worker *w = l->worker;
    const struct workload_ops *ops = w->ops;
    struct worker_counters *counters = &w->shared->counters[l->work.lane];
    uint64_t count = l->pace.count;
    uint64_t overhead_count = l->overhead_pace.count;
    uint64_t bytes = l->work.bytes;
    uint64_t until = now + w->shared->slot.time_ns;

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
        if (leave(w))
            return -1;
        if (single(w))
            break;
        /* Neither a last batch too small to be like the others, nor one long operation that would
         * end further behind the end of the slot than we are before it. */
        uint64_t left = now < until ? until - now : 0;
        if (left <= w->batch_ns / 8 || (count == whole_steps(l, 1) && left < took / 2))
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
                  l->worker->workload->id, (double)own * 1e-9, (double)l->ns * 1e-9);
        return lane_fail(l);
    }
    if (own)
        l->ns = own < l->ns ? own : l->ns;
    if (own && l->work.own_ops)
        l->ops = l->work.own_ops;
    return 0;
}

static int lane_slot(struct lane *l)
{
    struct worker *w = l->worker;
    struct worker_outcome *outcome = &w->shared->outcome;
    bool first = l->work.lane == 0;
    struct rusage before = {0};
    struct rusage after = {0};
    uint64_t now;

    l->status = -1;
    l->ops = l->ns = l->bytes = l->overhead_ops = l->overhead_ns = 0;
    l->work.own_ns = l->work.own_ops = 0;
    l->work.slot_ns = w->shared->slot.time_ns;
    l->work.delivery = (struct delivery){.sent = 0};
    l->work.statements = (struct statements){.transactions = 0};
    l->work.seed = w->shared->slot.seed;
    publish(&w->shared->counters[l->work.lane], 0, 0);
    histogram_clear(l->histogram); /* also touches its pages */
    l->work.latency = NULL;
    l->work.sample = WORK_SAMPLE_EVERY;
    l->pace = l->overhead_pace = (struct pace){.count = whole_steps(l, 1)};
    if (lane_lead(l, &now) < 0)
        return -1;

    if (w->workload->latency)
        l->work.latency = l->histogram;
    if (first) {
        tell(WORKER_BEGUN);
        getrusage(RUSAGE_SELF, &before);
    }
    uint64_t ticks = tsc_read();
    int rc = lane_timed(l, work_now_ns());
    ticks = tsc_read() - ticks;
    l->work.latency = NULL;
    if (first) {
        getrusage(RUSAGE_SELF, &after);
        outcome->tsc = w->tsc_invariant ? ticks : 0;
        outcome->minflt = since(after.ru_minflt, before.ru_minflt);
        outcome->majflt = since(after.ru_majflt, before.ru_majflt);
        outcome->nvcsw = since(after.ru_nvcsw, before.ru_nvcsw);
        outcome->nivcsw = since(after.ru_nivcsw, before.ru_nivcsw);
    }
    if (rc < 0)
        return -1;
    atomic_fetch_add(&w->finished, 1);
    for (now = work_now_ns(); atomic_load(&w->finished) < w->lane_count && !leave(w);)
        if (lead_batch(l, &now) < 0)
            return -1;

    if (first)
        tell(WORKER_ENDED);
    if (w->ops->verify && w->ops->verify(&l->work) < 0)
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
    struct worker *w = l->worker;
    unsigned long mask[CPUS_MAX / (8 * sizeof(unsigned long))] = {0};
    if (!w->pinned)
        return 0;
    unsigned cpu = (unsigned)w->cpus[l->work.lane];
    mask[cpu / (8 * sizeof mask[0])] |= 1ul << cpu % (8 * sizeof mask[0]);
    if (sched_setaffinity(0, sizeof mask, (const cpu_set_t *)(const void *)mask) < 0) {
        error_errno(&l->error, errno, "cannot pin %s to processor %u", w->workload->id, cpu);
        return lane_fail(l);
    }
    return 0;
}

static void lane_prepare(struct lane *l)
{
    struct worker *w = l->worker;
    l->status = 0;
    l->prepared = false;
    if (pin(l) < 0)
        return;
    l->prepared = true;
    if (w->ops->prepare && w->ops->prepare(&l->work) < 0)
        lane_fail(l);
}

static void lane_release(struct lane *l)
{
    if (l->prepared && l->worker->ops->release)
        l->worker->ops->release(&l->work);
    l->prepared = false;
}

static void pass_gate(struct worker *w)
{
    int rc = pthread_barrier_wait(&w->gate);
    if (rc != 0 && rc != PTHREAD_BARRIER_SERIAL_THREAD)
        BUG("barrier");
}

/* Every lane but the first. */
static void *lane_main(void *argument)
{
    struct lane *l = argument;
    struct worker *w = l->worker;
    lane_prepare(l);
    pass_gate(w);
    for (;;) {
        pass_gate(w); /* a command is there */
        if (w->command == COMMAND_RELEASE)
            break;
        lane_slot(l);
        pass_gate(w);
    }
    lane_release(l);
    return NULL;
}

/* The worst lane's words, for the record. */
static void report_failure(struct worker *w)
{
    const char *text = "stopped";
    for (unsigned i = w->lane_count; i-- > 0;)
        if (w->lanes[i].status < 0 && w->lanes[i].error.text[0])
            text = w->lanes[i].error.text;
    snprintf(w->shared->reason, sizeof w->shared->reason, "%s", text);
    tell(WORKER_FAILED);
}

static void refuse(struct worker *w, const char *what)
{
    snprintf(w->shared->reason, sizeof w->shared->reason, "%s", what);
    tell(WORKER_FAILED);
}

static int collect(struct worker *w)
{
    struct worker_outcome *o = &w->shared->outcome;
    struct histogram *all = w->lanes[0].histogram;
    uint64_t ns = 0;

    o->sent = o->received = o->reordered = 0;
    o->statements = (struct statements){.transactions = 0};
    o->ops = o->bytes = o->overhead_ops = o->overhead_ns = o->end_ns = 0;
    o->start_ns = UINT64_MAX;
    for (unsigned i = 0; i < w->lane_count; i++) {
        const struct lane *l = &w->lanes[i];
        if (l->status < 0)
            return -1;
        o->ops += l->ops;
        o->bytes += l->bytes;
        o->sent += l->work.delivery.sent;
        o->received += l->work.delivery.received;
        o->reordered += l->work.delivery.reordered;
        statements_add(&o->statements, &l->work.statements);
        o->overhead_ops += l->overhead_ops;
        o->overhead_ns += l->overhead_ns;
        ns += l->ns;
        if (l->start_ns < o->start_ns)
            o->start_ns = l->start_ns;
        if (l->end_ns > o->end_ns)
            o->end_ns = l->end_ns;
        if (i > 0)
            histogram_merge(all, l->histogram);
    }
    o->ns = ns / w->lane_count;
    o->verified = w->ops->verify != NULL;
    memcpy(o->engine, w->lanes[0].work.engine, sizeof o->engine);
    memcpy(o->product, w->lanes[0].work.product, sizeof o->product);

    static const double quantiles[] = {0.5, 0.9, 0.99, 0.999};
    uint64_t *const values[] = {&o->p50_ns, &o->p90_ns, &o->p99_ns, &o->p99_9_ns};
    o->latency_count = atomic_load(&all->count);
    o->max_ns = atomic_load(&all->max);
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
        if (!histogram_quantile(all, quantiles[i], values[i]))
            *values[i] = 0;
    return 0;
}

static void run_slot(struct worker *w)
{
    uint64_t batch_ns = w->shared->slot.time_ns / BATCHES_PER_SLOT;
    w->batch_ns = batch_ns < BATCH_MIN_NS   ? BATCH_MIN_NS
                  : batch_ns > BATCH_MAX_NS ? BATCH_MAX_NS
                                            : batch_ns;
    atomic_store(&w->ready, 0);
    atomic_store(&w->finished, 0);
    atomic_store(&w->failed, false);
    w->command = COMMAND_SLOT;
    tell(WORKER_PREPARED);
    pass_gate(w);
    lane_slot(&w->lanes[0]);
    pass_gate(w);
    if (collect(w) < 0)
        report_failure(w);
    else
        tell(WORKER_DONE);
}

static bool has_param(const struct workload *w, const char *name)
{
    for (const struct param *p = w->params; p && p->name; p++)
        if (strcmp(p->name, name) == 0)
            return true;
    return false;
}

static int find_cpus(struct worker *w)
{
    unsigned long mask[CPUS_MAX / (8 * sizeof(unsigned long))] = {0};
    size_t bits = 8 * sizeof mask[0];
    if (sched_getaffinity(0, sizeof mask, (cpu_set_t *)(void *)mask) < 0)
        return -1;
    w->cpus = malloc(CPUS_MAX * sizeof *w->cpus);
    if (!w->cpus)
        return -1;
    for (size_t i = 0; i < CPUS_MAX; i++)
        if (mask[i / bits] >> i % bits & 1)
            w->cpus[w->cpu_count++] = (int)i;
    return 0;
}

/* Everything that lanes need, before the first of them exists. */
static int worker_init(struct worker *w)
{
    struct worker_shared *s = w->shared;
    w->workload = workload_find(s->workload);
    w->ops = workload_ops_find(s->workload);
    if (!w->workload || !w->ops) {
        refuse(w, "this agent does not have that workload");
        return -1;
    }
    w->pinned = !has_param(w->workload, "placement") && !single(w);
    w->tsc_invariant = tsc_invariant();
    w->lane_count = s->lanes;
    w->lanes = calloc(w->lane_count, sizeof *w->lanes);
    if (!w->lanes || find_cpus(w) < 0) {
        refuse(w, "the worker has no memory or no processors for its lanes");
        return -1;
    }
    if (w->cpu_count < w->lane_count) {
        refuse(w, "fewer processors are usable than lanes were asked for");
        return -1;
    }
    for (unsigned i = 0; i < w->lane_count; i++) {
        struct lane *l = &w->lanes[i];
        l->worker = w;
        l->histogram = calloc(1, sizeof *l->histogram);
        if (!l->histogram) {
            refuse(w, "the worker has no memory for a histogram");
            return -1;
        }
        l->work = (struct work){.workload = w->workload,
                                .lane = i,
                                .lanes = w->lane_count,
                                .cpus = w->cpus,
                                .cpu_count = w->cpu_count,
                                .scratch = s->scratch[0] ? s->scratch : NULL,
                                .payloads = s->payloads[0] ? s->payloads : NULL,
                                .tree = s->tree[0] ? s->tree : NULL,
                                .seed = s->slot.seed,
                                .role = s->role,
                                .endpoint = s->endpoint,
                                .progress = lane_progress,
                                .error = &l->error};
        memcpy(l->work.param, s->param, sizeof l->work.param);
    }
    return pthread_barrier_init(&w->gate, NULL, w->lane_count) == 0 ? 0 : -1;
}

static void worker_release(struct worker *w)
{
    for (unsigned i = 0; w->lanes && i < w->lane_count; i++)
        free(w->lanes[i].histogram);
    free(w->lanes);
    free(w->cpus);
}

/* Start the other lanes and prepare all. -1: this worker is of no use. */
static int prepare(struct worker *w)
{
    for (unsigned i = 1; i < w->lane_count; i++) {
        int rc = pthread_create(&w->lanes[i].thread, NULL, lane_main, &w->lanes[i]);
        if (rc != 0) {
            /* Lanes that were started wait at the gate for ever: only the end of the process ends
             * them. */
            snprintf(w->shared->reason, sizeof w->shared->reason,
                     "cannot start thread %u of %u for %s (is there a limit of processes?): %s",
                     i + 1, w->lane_count, w->workload->id, strerror(rc));
            tell(WORKER_FAILED);
            _exit(1);
        }
    }
    lane_prepare(&w->lanes[0]);
    pass_gate(w);
    for (unsigned i = 0; i < w->lane_count; i++)
        if (w->lanes[i].status < 0)
            return -1;
    return 0;
}

static void release(struct worker *w)
{
    w->command = COMMAND_RELEASE;
    pass_gate(w);
    lane_release(&w->lanes[0]);
    for (unsigned i = 1; i < w->lane_count; i++)
        pthread_join(w->lanes[i].thread, NULL);
    pthread_barrier_destroy(&w->gate);
}

/* True with a request to run; false when the supervisor has no more. */
static bool wait_request(void)
{
    char byte;
    ssize_t n;
    do {
        n = recv(WORKER_SOCKET_FD, &byte, 1, 0);
    } while (n < 0 && errno == EINTR);
    return n == 1 && byte == WORKER_RUN;
}

/* Slots, until there are no more. Its exit status. */
static int measure(struct worker *w)
{
    int status = 1;
    if (prepare(w) < 0) {
        report_failure(w);
    } else {
        do {
            run_slot(w);
        } while (wait_request());
        status = 0;
    }
    release(w);
    return status;
}

/* The other end of a load's slots. */
static int serve(struct worker *w)
{
    const struct serve_ops *ops = w->ops->serve;
    struct work *work = &w->lanes[0].work;
    int rc = ops->open(work);
    if (rc == 0) {
        w->shared->endpoint = work->endpoint;
        tell(WORKER_SERVING);
        rc = ops->attend(work, WORKER_SOCKET_FD);
    }
    if (rc < 0) {
        lane_fail(&w->lanes[0]);
        report_failure(w);
    }
    ops->close(work);
    return rc < 0;
}

int worker_main(void)
{
    struct worker w = {0};
    struct stat st;

    if (fcntl(WORKER_SOCKET_FD, F_SETFD, FD_CLOEXEC) < 0 || fstat(WORKER_MEMORY_FD, &st) < 0 ||
        (size_t)st.st_size < sizeof *w.shared)
        return 2;
    w.shared = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, WORKER_MEMORY_FD,
                    0);
    close(WORKER_MEMORY_FD);
    if (w.shared == MAP_FAILED || (size_t)st.st_size < worker_shared_size(w.shared->lanes))
        return 2;
    int status = 1;
    if (worker_init(&w) == 0 && wait_request())
        status = w.shared->role == ROLE_SERVE ? serve(&w) : measure(&w);
    worker_release(&w);
    munmap(w.shared, (size_t)st.st_size);
    return status;
}
