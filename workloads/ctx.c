/* Context switches: the paper's Table II, by the method of lmbench's lat_ctx.
 *
 * N processes stand in a ring of N pipes. The parent writes a four-byte token into its pipe and
 * reads it from the last; every child reads it, sums an array of its own (all 8-byte words, in an
 * unrolled loop), and writes it on; the parent sums its array after the lap. So a lap is N
 * switches, N passes through a pipe and N sums. What is not a switch is measured beside it and
 * subtracted, as in the original: one process writes the token into a pipe, reads it back, goes on
 * to the next of N pipes, and sums its array. An operation is one hop; counts are whole laps.
 *
 * The worker alternates ring and overhead inside the slot, where lmbench measures the overhead
 * once, before; a drift of the machine cancels better that way. As in the original the difference
 * holds what the switch costs the caches, because the one process finds its array where it left it
 * and the ring does not; and as in the original it is small, or lost in the noise, when the sum
 * takes much longer than the switch (2p64k): the worker does not hide that.
 *
 * Placement: `same` has all processes on one processor, so that every hop is a switch. `cross` puts
 * neighbours of the ring on two processors in turn, so that every hop wakes the other processor; it
 * is a different thing (of an idle processor it measures how long it takes to wake) and is told
 * apart by name.
 *
 * The token is a counter: every process adds one. A process whose array sums to another number than
 * it should ends, which ends the ring. */
#include <config.h>

#include "workloads/child.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CTX_PROCESSES 64
#define CTX_UNROLL    8

struct ctx_state {
    struct pinned pinned;
    bool pipe_signal, descriptors; /* the next two are to be put back */
    struct sigaction action;
    struct rlimit limit;

    size_t processes;
    uint64_t *array; /* own to each process after the fork: written there */
    size_t words;
    uint64_t sum;                  /* what the array must sum to */
    pid_t children[CTX_PROCESSES]; /* [0] is ourselves: 0 */
    int ring[CTX_PROCESSES][2];    /* process i writes ring[i][1]; its successor reads ring[i][0] */
    int overhead[CTX_PROCESSES][2]; /* both ends ours */
    size_t next;                    /* pipe of the overhead */
    uint32_t token;
    uint64_t hops; /* that the token should have counted */
};

WORK_TIMED static uint64_t ctx_sum(const uint64_t *a, size_t words)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < words; i += CTX_UNROLL) {
        sum += a[i];
        sum += a[i + 1];
        sum += a[i + 2];
        sum += a[i + 3];
        sum += a[i + 4];
        sum += a[i + 5];
        sum += a[i + 6];
        sum += a[i + 7];
    }
    WORK_KEEP(&sum);
    return sum;
}

/* Write the array, so that its pages are this process's own. Its words are 1, 2, 3, ... */
static void ctx_fill(struct ctx_state *s)
{
    for (size_t i = 0; i < s->words; i++)
        s->array[i] = i + 1;
    s->sum = (uint64_t)s->words * (s->words + 1) / 2;
}

WORK_FAILED static int ctx_broken(struct work *w)
{
    return error_set(w->error, ERROR_SYSTEM, "a process of the ring of %s ended", w->workload->id);
}

WORK_FAILED static int ctx_sum_wrong(struct work *w)
{
    return error_set(w->error, ERROR_SYSTEM, "the array of %s does not sum to what it should",
                     w->workload->id);
}

WORK_FAILED static int ctx_token_wrong(struct work *w, uint32_t got, uint32_t wanted)
{
    return error_set(w->error, ERROR_SYSTEM,
                     "the token of %s came back as %" PRIu32 " instead of %" PRIu32,
                     w->workload->id, got, wanted);
}

WORK_TIMED static void ctx_child(const struct ctx_state *s, int in, int out)
{
    uint32_t token;
    while (syscall(SYS_read, in, &token, sizeof token) == sizeof token) {
        if (ctx_sum(s->array, s->words) != s->sum)
            break;
        token++;
        if (syscall(SYS_write, out, &token, sizeof token) != sizeof token)
            break;
    }
}

WORK_TIMED static int ctx_run(struct work *w, uint64_t count)
{
    struct ctx_state *s = w->state;
    int out = s->ring[0][1], in = s->ring[s->processes - 1][0];
    uint64_t laps = count / s->processes;
    uint32_t hops = (uint32_t)s->processes;
    for (uint64_t i = 0; i < laps; i++) {
        uint32_t token = s->token + 1;
        if (__builtin_expect(syscall(SYS_write, out, &token, sizeof token) != sizeof token ||
                                 syscall(SYS_read, in, &token, sizeof token) != sizeof token,
                             0))
            return ctx_broken(w);
        if (__builtin_expect(token != s->token + hops, 0))
            return ctx_token_wrong(w, token, s->token + hops);
        s->token = token;
        if (__builtin_expect(ctx_sum(s->array, s->words) != s->sum, 0))
            return ctx_sum_wrong(w);
    }
    s->hops += count;
    return 0;
}

WORK_TIMED static int ctx_overhead(struct work *w, uint64_t count)
{
    struct ctx_state *s = w->state;
    size_t next = s->next;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t token = (uint32_t)i, back = 0;
        const int *ends = s->overhead[next];
        if (__builtin_expect(syscall(SYS_write, ends[1], &token, sizeof token) != sizeof token ||
                                 syscall(SYS_read, ends[0], &back, sizeof back) != sizeof back,
                             0))
            return ctx_broken(w);
        if (__builtin_expect(back != token, 0))
            return ctx_token_wrong(w, back, token);
        next = next + 1 == s->processes ? 0 : next + 1;
        if (__builtin_expect(ctx_sum(s->array, s->words) != s->sum, 0))
            return ctx_sum_wrong(w);
    }
    s->next = next;
    return 0;
}

/* A lap needs two descriptors a pipe, and there are two pipes for every process. */
static void ctx_raise_descriptors(struct ctx_state *s)
{
    rlim_t wanted = 4 * CTX_PROCESSES + 64;
    if (getrlimit(RLIMIT_NOFILE, &s->limit) < 0 || s->limit.rlim_cur >= wanted)
        return;
    struct rlimit raised = s->limit;
    raised.rlim_cur = s->limit.rlim_max < wanted ? s->limit.rlim_max : wanted;
    s->descriptors = setrlimit(RLIMIT_NOFILE, &raised) == 0;
}

static int ctx_pipes(struct work *w)
{
    struct ctx_state *s = w->state;
    for (size_t i = 0; i < s->processes; i++)
        if (child_pipe(w, s->ring[i]) < 0)
            return -1;
    return 0;
}

static int ctx_children(struct work *w, enum placement placement)
{
    struct ctx_state *s = w->state;
    for (size_t i = 1; i < s->processes; i++) {
        s->children[i] = child_fork(w);
        if (s->children[i] < 0)
            return -1;
        if (s->children[i] == 0) {
            int in = s->ring[i - 1][0], out = s->ring[i][1];
            child_keep_only(in, out);
            ctx_fill(s);
            if (child_pin(child_cpu(w, placement, i)) == 0)
                ctx_child(s, in, out);
            child_exit(0);
        }
    }
    /* The ring ends when a process ends only if nobody else holds its pipes. */
    for (size_t i = 0; i < s->processes; i++) {
        if (i > 0)
            child_close(&s->ring[i][1]);
        if (i + 1 < s->processes)
            child_close(&s->ring[i][0]);
    }
    return 0;
}

static int ctx_prepare(struct work *w)
{
    enum placement placement = (enum placement)w->param[0];
    struct ctx_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    for (size_t i = 0; i < CTX_PROCESSES; i++)
        s->ring[i][0] = s->ring[i][1] = s->overhead[i][0] = s->overhead[i][1] = -1;
    s->array = MAP_FAILED;
    w->state = s;

    /* The id says it: ctx.<processes>p<KiB>k */
    char *end;
    s->processes = strtoul(w->workload->id + sizeof "ctx." - 1, &end, 10);
    s->words = strtoul(end + 1, NULL, 10) * 1024 / sizeof *s->array;
    if (s->processes < 2 || s->processes > CTX_PROCESSES || s->words % CTX_UNROLL)
        BUG("a ring of a size that is not provided for");
    w->step = s->processes;

    if (child_check_placement(w, placement) < 0)
        return -1;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (sigaction(SIGPIPE, &ignore, &s->action) < 0)
        return error_errno(w->error, errno, "cannot ignore SIGPIPE");
    s->pipe_signal = true;
    ctx_raise_descriptors(s);
    if (child_pin_self(w, &s->pinned) < 0)
        return -1;
    size_t bytes = s->words ? s->words * sizeof *s->array : 1;
    s->array = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (s->array == MAP_FAILED)
        return error_errno(w->error, errno, "no memory for the array of %s", w->workload->id);

    if (ctx_pipes(w) < 0 || ctx_children(w, placement) < 0)
        return -1;
    ctx_fill(s);
    for (size_t i = 0; i < s->processes; i++)
        if (child_pipe(w, s->overhead[i]) < 0)
            return -1;
    return ctx_run(w, s->processes); /* everybody runs once */
}

static int ctx_verify(struct work *w)
{
    struct ctx_state *s = w->state;
    if (s->token != (uint32_t)s->hops)
        return ctx_token_wrong(w, s->token, (uint32_t)s->hops);
    if (ctx_sum(s->array, s->words) != s->sum)
        return ctx_sum_wrong(w);
    for (size_t i = 1; i < s->processes; i++)
        if (waitpid(s->children[i], NULL, WNOHANG) != 0) {
            s->children[i] = 0;
            return ctx_broken(w);
        }
    return 0;
}

static void ctx_release(struct work *w)
{
    struct ctx_state *s = w->state;
    if (!s)
        return;
    for (size_t i = 1; i < CTX_PROCESSES; i++)
        if (s->children[i] > 0)
            kill(s->children[i], SIGKILL);
    for (size_t i = 1; i < CTX_PROCESSES; i++)
        child_end(&s->children[i]);
    for (size_t i = 0; i < CTX_PROCESSES; i++)
        for (int end = 0; end < 2; end++) {
            child_close(&s->ring[i][end]);
            child_close(&s->overhead[i][end]);
        }
    if (s->array != MAP_FAILED)
        munmap(s->array, s->words ? s->words * sizeof *s->array : 1);
    child_unpin_self(&s->pinned);
    if (s->descriptors)
        setrlimit(RLIMIT_NOFILE, &s->limit);
    if (s->pipe_signal)
        sigaction(SIGPIPE, &s->action, NULL);
    free(s);
    w->state = NULL;
}

#define CTX(name)                                                            \
    static const struct workload_ops ctx_##name = {.id = "ctx." #name,       \
                                                   .prepare = ctx_prepare,   \
                                                   .run = ctx_run,           \
                                                   .overhead = ctx_overhead, \
                                                   .verify = ctx_verify,     \
                                                   .release = ctx_release}
CTX(2p0k);
CTX(2p16k);
CTX(2p64k);
CTX(4p0k);
CTX(4p16k);
CTX(4p64k);
CTX(8p0k);
CTX(8p16k);
CTX(8p64k);
CTX(16p16k);
CTX(16p64k);
CTX(64p16k);
CTX(64p64k);

const struct workload_ops *const workload_ops_ctx[] = {
    &ctx_2p0k,  &ctx_2p16k, &ctx_2p64k,  &ctx_4p0k,   &ctx_4p16k,  &ctx_4p64k,  &ctx_8p0k,
    &ctx_8p16k, &ctx_8p64k, &ctx_16p16k, &ctx_16p64k, &ctx_64p16k, &ctx_64p64k, NULL,
};
