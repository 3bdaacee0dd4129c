/* The memory kernels against the plainest loops of the same method (loops.h), on the same arrays,
 * so that luck of physical pages is common to both. The kernels' files are part of this program for
 * that; it is compiled with their flags.
 *
 * int and float, and bw_mem's four forms, must agree within 5 % with the loop of the same flags.
 * Time is the thread's processor time: a pass never sleeps, and what others run on the machine in
 * between is not part of it.
 *
 * vector must reach 95 % of the loop at -O3 -march=native: of the plain one, which the compiler
 * vectorises as widely as this processor can, and of its own streaming source compiled so. */
#include <config.h>

#include "tests/bench/compare.h"
#include "tests/bench/loops.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "workloads/ram.c"

#include "workloads/membw.c"

#undef MEMBW

#define BLOCKS       32
#define VERIFY_EVERY 16 /* measurements */
#define SIZE         "size=128M"

typedef void int_loop(uint64_t *restrict d, const uint64_t *a, const uint64_t *b, size_t n);
typedef void float_loop(double *restrict d, const double *a, const double *b, size_t n);

struct row {
    const char *id, *peer;
    int_loop *int_peer;
    float_loop *float_peer;
    uint32_t (*read_peer)(const uint32_t *p, size_t n, uint32_t value);
    uint32_t (*write_peer)(uint32_t *p, size_t n, uint32_t value);
    double high; /* bound of the ratio; the lower one is 0.95 */
    bool rounds_otherwise;
};

struct pair {
    const struct row *row;
    struct work work;
    struct error error;
    const struct workload_ops *ops;
    unsigned measured;
};

static uint64_t processor_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The figure of a measurement; now and then with a look at the arrays. */
static double finish(struct pair *p, uint64_t from, bool exact, const char *whose)
{
    double seconds = (double)(processor_ns() - from) / 1e9;
    double bytes = (double)p->work.bytes;
    p->work.bytes = 0;
    if (++p->measured % VERIFY_EVERY == 0 && exact && p->ops->verify(&p->work) < 0) {
        fprintf(stderr, "%s: %s\n", whose, p->error.text);
        return (double)NAN;
    }
    return bytes / seconds / 1e6;
}

static double ours(void *context)
{
    struct pair *p = context;
    uint64_t from = processor_ns();
    if (p->ops->run(&p->work, 1) < 0) {
        fprintf(stderr, "%s\n", p->error.text);
        return (double)NAN;
    }
    return finish(p, from, true, "kernel");
}

static double theirs(void *context)
{
    struct pair *p = context;
    const struct row *r = p->row;
    uint64_t from = processor_ns();
    if (r->read_peer || r->write_peer) {
        struct membw_state *s = p->work.state;
        if (r->write_peer) {
            r->write_peer(s->block, s->words, ++s->value);
        } else {
            s->sum = r->read_peer(s->block, s->words, s->sum);
            s->sweeps++;
        }
        WORK_KEEP(s->block);
        p->work.bytes += s->words * sizeof *s->block;
    } else {
        struct ram_state *s = p->work.state;
        if (r->int_peer)
            r->int_peer(s->array[0], s->array[1], s->array[2], s->n);
        else
            r->float_peer(s->array[0], s->array[1], s->array[2], s->n);
        WORK_KEEP(s->array[0]);
        p->work.bytes += s->n * sizeof(uint64_t) * (s->array[2] ? 3 : 2);
    }
    /* With a fused multiply-add the native triad rounds once instead of twice. */
    return finish(p, from, !r->rounds_otherwise, "peer");
}

static bool compare_row(const struct row *r, int *cpu)
{
    struct pair p = {.row = r};
    p.work.workload = workload_find(r->id);
    p.ops = workload_ops_find(r->id);
    p.work.lanes = 1;
    p.work.cpus = cpu;
    p.work.cpu_count = 1;
    p.work.error = &p.error;
    p.work.sample = WORK_SAMPLE_EVERY;
    if (params_parse(p.work.workload, SIZE, p.work.param, &p.error) < 0 ||
        p.ops->prepare(&p.work) < 0) {
        fprintf(stderr, "%s\n", p.error.text);
        p.ops->release(&p.work);
        return false;
    }
    struct compare c = {
        .name = r->id,
        .peer = r->peer,
        .ours = ours,
        .theirs = theirs,
        .context = &p,
        .low = 0.95,
        .high = r->high,
        .unit = "MB/s",
        .scale = 1,
    };
    bool pass = compare_run(&c, BLOCKS);
    p.ops->release(&p.work);
    return pass;
}

int main(void)
{
#define INT(op)                                                                                 \
    {                                                                                           \
        .id = "ram.int." #op, .peer = "plain loop, the same flags", .int_peer = plain_int_##op, \
        .high = 1 / 0.95                                                                        \
    }
#define FLOAT(op)                                                     \
    {                                                                 \
        .id = "ram.float." #op, .peer = "plain loop, the same flags", \
        .float_peer = plain_float_##op, .high = 1 / 0.95              \
    }
#define MEMBW(op, way)                                                                            \
    {                                                                                             \
        .id = "membw." #op, .peer = "loop over chunks, the same flags", .way##_peer = plain_##op, \
        .high = 1 / 0.95                                                                          \
    }
#define VECTOR(op, kind, how, other_rounding)                                                      \
    {                                                                                              \
        .id = "ram.vector." #op, .peer = how ", -O3 -march=native",                                \
        .float_peer = native_##kind##_##op, .high = INFINITY, .rounds_otherwise = (other_rounding) \
    }
    static const struct row rows[] = {
        INT(copy),
        INT(scale),
        INT(add),
        INT(triad),
        FLOAT(copy),
        FLOAT(scale),
        FLOAT(add),
        FLOAT(triad),
        MEMBW(frd, read),
        MEMBW(fwr, write),
        MEMBW(rd, read),
        MEMBW(wr, write),
#ifdef __SSE2__
        VECTOR(copy, float, "plain loop", false),
        VECTOR(scale, float, "plain loop", false),
        VECTOR(add, float, "plain loop", false),
        VECTOR(triad, float, "plain loop", true),
        VECTOR(copy, stream, "streaming loop", false),
        VECTOR(scale, stream, "streaming loop", false),
        VECTOR(add, stream, "streaming loop", false),
        VECTOR(triad, stream, "streaming loop", true),
#endif
    };
    bool pass = true;
    int cpu = compare_pin();
    if (cpu < 0) {
        perror("cannot pin to one processor");
        return 1;
    }
    compare_heading();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        pass &= compare_row(&rows[i], &cpu);
    return pass ? 0 : 1;
}
