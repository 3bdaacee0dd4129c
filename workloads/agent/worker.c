/* worker.c - runs one workload: its lanes, one a thread (lane.c), step by step together, from the
 * first message of the supervisor to the last. */
#include <config.h>

#include "workloads/agent/worker.h"

#include "workloads/agent/lane.h"
#include "workloads/agent/tsc.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum command {
    COMMAND_SLOT,
    COMMAND_RELEASE,
};

struct worker {
    struct crew crew; /* first: a lane finds its worker by it */
    struct lane *lanes;
    pthread_barrier_t gate; /* between phases */
    enum command command;
};

size_t worker_shared_size(unsigned lanes)
{
    return sizeof(struct worker_shared) + lanes * sizeof(struct worker_counters);
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

/* Sends one message; the socket is local and the other end reads, so it does not block for long. */
void worker_tell(enum worker_message message)
{
    char byte = (char)message;
    while (send(WORKER_SOCKET_FD, &byte, 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
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
    struct worker *w = (struct worker *)(void *)l->crew;
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
    for (unsigned i = w->crew.lane_count; i-- > 0;)
        if (w->lanes[i].status < 0 && w->lanes[i].error.text[0])
            text = w->lanes[i].error.text;
    snprintf(w->crew.shared->reason, sizeof w->crew.shared->reason, "%s", text);
    worker_tell(WORKER_FAILED);
}

static void refuse(struct worker *w, const char *what)
{
    snprintf(w->crew.shared->reason, sizeof w->crew.shared->reason, "%s", what);
    worker_tell(WORKER_FAILED);
}

static int collect(struct worker *w)
{
    struct worker_outcome *o = &w->crew.shared->outcome;
    struct histogram *all = w->lanes[0].histogram;
    uint64_t ns = 0;

    o->sent = o->sent_ns = o->received = o->reordered = 0;
    o->statements = (struct statements){.transactions = 0};
    o->unsteady = false;
    o->ops = o->bytes = o->overhead_ops = o->overhead_ns = o->end_ns = 0;
    o->start_ns = UINT64_MAX;
    for (unsigned i = 0; i < w->crew.lane_count; i++) {
        const struct lane *l = &w->lanes[i];
        if (l->status < 0)
            return -1;
        o->ops += l->ops;
        o->bytes += l->bytes;
        o->sent += l->work.delivery.sent;
        if (l->work.delivery.ns > o->sent_ns)
            o->sent_ns = l->work.delivery.ns;
        o->received += l->work.delivery.received;
        o->reordered += l->work.delivery.reordered;
        statements_add(&o->statements, &l->work.statements);
        o->unsteady |= l->work.unsteady;
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
    o->ns = ns / w->crew.lane_count;
    o->verified = w->crew.ops->verify != NULL;
    o->dropped = w->lanes[0].work.dropped;
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
    crew_begin(&w->crew);
    w->command = COMMAND_SLOT;
    worker_tell(WORKER_PREPARED);
    pass_gate(w);
    lane_slot(&w->lanes[0]);
    pass_gate(w);
    if (collect(w) < 0)
        report_failure(w);
    else
        worker_tell(WORKER_DONE);
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
    unsigned long mask[LANE_CPUS_MAX / (8 * sizeof(unsigned long))] = {0};
    size_t bits = 8 * sizeof mask[0];
    if (sched_getaffinity(0, sizeof mask, (cpu_set_t *)(void *)mask) < 0)
        return -1;
    w->crew.cpus = malloc(LANE_CPUS_MAX * sizeof *w->crew.cpus);
    if (!w->crew.cpus)
        return -1;
    for (size_t i = 0; i < LANE_CPUS_MAX; i++)
        if (mask[i / bits] >> i % bits & 1)
            w->crew.cpus[w->crew.cpu_count++] = (int)i;
    return 0;
}

/* Everything that lanes need, before the first of them exists. */
static int worker_init(struct worker *w)
{
    struct worker_shared *s = w->crew.shared;
    w->crew.workload = workload_find(s->workload);
    w->crew.ops = workload_ops_find(s->workload);
    if (!w->crew.workload || !w->crew.ops) {
        refuse(w, "this agent does not have that workload");
        return -1;
    }
    w->crew.pinned = !has_param(w->crew.workload, "placement") && !crew_single(&w->crew);
    w->crew.tsc_invariant = tsc_invariant();
    w->crew.lane_count = s->lanes;
    w->lanes = calloc(w->crew.lane_count, sizeof *w->lanes);
    if (!w->lanes || find_cpus(w) < 0) {
        refuse(w, "the worker has no memory or no processors for its lanes");
        return -1;
    }
    if (w->crew.cpu_count < w->crew.lane_count) {
        refuse(w, "fewer processors are usable than lanes were asked for");
        return -1;
    }
    for (unsigned i = 0; i < w->crew.lane_count; i++) {
        struct lane *l = &w->lanes[i];
        l->crew = &w->crew;
        l->histogram = calloc(1, sizeof *l->histogram);
        if (!l->histogram) {
            refuse(w, "the worker has no memory for a histogram");
            return -1;
        }
        l->work = (struct work){.workload = w->crew.workload,
                                .lane = i,
                                .lanes = w->crew.lane_count,
                                .cpus = w->crew.cpus,
                                .cpu_count = w->crew.cpu_count,
                                .scratch = s->scratch[0] ? s->scratch : NULL,
                                .payloads = s->payloads[0] ? s->payloads : NULL,
                                .tree = s->tree[0] ? s->tree : NULL,
                                .warm = s->warm,
                                .drop = s->drop,
                                .seed = s->slot.seed,
                                .role = s->role,
                                .endpoint = s->endpoint,
                                .progress = lane_progress,
                                .error = &l->error};
        memcpy(l->work.param, s->param, sizeof l->work.param);
    }
    return pthread_barrier_init(&w->gate, NULL, w->crew.lane_count) == 0 ? 0 : -1;
}

static void worker_release(struct worker *w)
{
    for (unsigned i = 0; w->lanes && i < w->crew.lane_count; i++)
        free(w->lanes[i].histogram);
    free(w->lanes);
    free(w->crew.cpus);
}

/* Start the other lanes and prepare all. -1: this worker is of no use. */
static int prepare(struct worker *w)
{
    for (unsigned i = 1; i < w->crew.lane_count; i++) {
        int rc = pthread_create(&w->lanes[i].thread, NULL, lane_main, &w->lanes[i]);
        if (rc != 0) {
            /* Lanes that were started wait at the gate for ever: only the end of the process ends
             * them. */
            snprintf(w->crew.shared->reason, sizeof w->crew.shared->reason,
                     "cannot start thread %u of %u for %s (is there a limit of processes?): %s",
                     i + 1, w->crew.lane_count, w->crew.workload->id, strerror(rc));
            worker_tell(WORKER_FAILED);
            _exit(1);
        }
    }
    lane_prepare(&w->lanes[0]);
    pass_gate(w);
    for (unsigned i = 0; i < w->crew.lane_count; i++)
        if (w->lanes[i].status < 0)
            return -1;
    return 0;
}

static void release(struct worker *w)
{
    w->command = COMMAND_RELEASE;
    pass_gate(w);
    lane_release(&w->lanes[0]);
    for (unsigned i = 1; i < w->crew.lane_count; i++)
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
    const struct serve_ops *ops = w->crew.ops->serve;
    struct work *work = &w->lanes[0].work;
    int rc = ops->open(work);
    if (rc == 0) {
        w->crew.shared->endpoint = work->endpoint;
        worker_tell(WORKER_SERVING);
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
        (size_t)st.st_size < sizeof *w.crew.shared)
        return 2;
    w.crew.shared = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                         WORKER_MEMORY_FD, 0);
    close(WORKER_MEMORY_FD);
    if (w.crew.shared == MAP_FAILED ||
        (size_t)st.st_size < worker_shared_size(w.crew.shared->lanes))
        return 2;
    int status = 1;
    if (worker_init(&w) == 0 && wait_request())
        status = w.crew.shared->role == ROLE_SERVE ? serve(&w) : measure(&w);
    worker_release(&w);
    munmap(w.crew.shared, (size_t)st.st_size);
    return status;
}
