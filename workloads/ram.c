/* Copy, scale, add and triad over big arrays: RAMspeed/SMP's INTmem and FLOATmem by its
 * description, and a vectorised relative of our own.
 *
 *     copy   d = a            2 arrays      integers: 64 bits, factor 77
 *     scale  d = k a          2 arrays      float, vector: doubles, factor ln 2
 *     add    d = a + b        3 arrays
 *     triad  d = a + k b      3 arrays
 *
 * An operation is one pass over the arrays; all their bytes count once each (the line that a
 * processor reads before it overwrites it does not), in 10^6 bytes. int and float move one element
 * by one load and one store, as the original's general registers and x87 stack do (here SSE2
 * scalars: x87 is no longer what a compiler uses), in the plainest loop.
 *
 * vector moves two doubles at a time and stores them past the caches (_mm_stream_pd), so that the
 * destination's lines are not read first, and goes through two pages side by side, a line of each
 * in turn, which keeps more of the memory's banks at work (copy 22.1 instead of 19.2 GB/s). Four
 * pages give no more on that processor, and took from scale and add on another one. Its
 * instructions are those that every x86-64 has, because the same code must run in every target;
 * wider ones would gain little (copy 23.6 GB/s by 256 bits, 22.0 by 512). Figures: medians on a
 * Xeon of 2023, 128 MiB arrays; the benchmarks in the tree measure the ratios again where they run.
 *
 * Where this departs from the original: the size is shared out among the threads (as in STREAM),
 * not multiplied by them, so that memory need does not grow with the machine; and RAMspeed times
 * its destination's first touch, once in the hundreds of passes of a run, which in the short slots
 * here would be a large and varying part of a few passes. So all pages exist before the first slot,
 * and page faults are left to fork and exec to show.
 *
 * Sources hold values that follow from the index; after each slot every element of the destination
 * is compared with what it must be, and one word of every page is spoiled so that the next slot has
 * to write it again. */
#include <config.h>

#include "workloads/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define RAM_LINE   8 /* elements of a cache line; a thread's part is a multiple of it */
#define RAM_PAGE   (4096 / sizeof(uint64_t))
#define INT_FACTOR 77
#define LN_2       0.69314718055994530942

typedef uint64_t *restrict int_out;
typedef const uint64_t *restrict int_in;
typedef double *restrict float_out;
typedef const double *restrict float_in;

/* One pass: d from a and b. */
#define PASS(name, out, in, expression)                      \
    WORK_TIMED static void name(out d, in a, in b, size_t n) \
    {                                                        \
        (void)b;                                             \
        for (size_t i = 0; i < n; i++)                       \
            d[i] = expression;                               \
    }
PASS(int_copy, int_out, int_in, a[i])
PASS(int_scale, int_out, int_in, a[i] * INT_FACTOR)
PASS(int_add, int_out, int_in, a[i] + b[i])
PASS(int_triad, int_out, int_in, a[i] + INT_FACTOR * b[i])
PASS(float_copy, float_out, float_in, a[i])
PASS(float_scale, float_out, float_in, a[i] * LN_2)
PASS(float_add, float_out, float_in, a[i] + b[i])
PASS(float_triad, float_out, float_in, a[i] + LN_2 * b[i])

#ifdef __SSE2__
/* Two doubles past the caches; a line of them; a line of each of two pages in turn, then what is
 * left of the part. */
#define PAIR(i, expression) _mm_stream_pd(d + (i), expression((i)));
#define LINE(i, expression) \
    PAIR((i), expression)   \
    PAIR((i) + 2, expression) PAIR((i) + 4, expression) PAIR((i) + 6, expression)
#define VECTOR_PASS(name, expression)                                          \
    WORK_TIMED static void name(float_out d, float_in a, float_in b, size_t n) \
    {                                                                          \
        const __m128d factor = _mm_set1_pd(LN_2);                              \
        (void)factor;                                                          \
        (void)b;                                                               \
        size_t i = 0;                                                          \
        for (; i + 2 * RAM_PAGE <= n; i += 2 * RAM_PAGE)                       \
            for (size_t k = i; k < i + RAM_PAGE; k += RAM_LINE) {              \
                LINE(k, expression)                                            \
                LINE(k + RAM_PAGE, expression)                                 \
            }                                                                  \
        for (; i < n; i += RAM_LINE) {                                         \
            LINE(i, expression)                                                \
        }                                                                      \
        _mm_sfence();                                                          \
    }
#define A(i)      _mm_load_pd(a + (i))
#define B(i)      _mm_load_pd(b + (i))
#define SCALED(i) _mm_mul_pd(factor, A(i))
#define SUM(i)    _mm_add_pd(A(i), B(i))
#define TRIAD(i)  _mm_add_pd(A(i), _mm_mul_pd(factor, B(i)))
VECTOR_PASS(vector_copy, A)
VECTOR_PASS(vector_scale, SCALED)
VECTOR_PASS(vector_add, SUM)
VECTOR_PASS(vector_triad, TRIAD)
#else
#define vector_copy  NULL
#define vector_scale NULL
#define vector_add   NULL
#define vector_triad NULL
#endif

enum ram_op { RAM_COPY, RAM_SCALE, RAM_ADD, RAM_TRIAD };

struct ram_kind {
    const char *id;
    enum ram_op op;
    void (*int_pass)(int_out d, int_in a, int_in b, size_t n); /* one of the two */
    void (*float_pass)(float_out d, float_in a, float_in b, size_t n);
};

static const struct ram_kind ram_kinds[] = {
    {"ram.int.copy", RAM_COPY, int_copy, NULL},
    {"ram.int.scale", RAM_SCALE, int_scale, NULL},
    {"ram.int.add", RAM_ADD, int_add, NULL},
    {"ram.int.triad", RAM_TRIAD, int_triad, NULL},
    {"ram.float.copy", RAM_COPY, NULL, float_copy},
    {"ram.float.scale", RAM_SCALE, NULL, float_scale},
    {"ram.float.add", RAM_ADD, NULL, float_add},
    {"ram.float.triad", RAM_TRIAD, NULL, float_triad},
    {"ram.vector.copy", RAM_COPY, NULL, vector_copy},
    {"ram.vector.scale", RAM_SCALE, NULL, vector_scale},
    {"ram.vector.add", RAM_ADD, NULL, vector_add},
    {"ram.vector.triad", RAM_TRIAD, NULL, vector_triad},
};

struct ram_state {
    const struct ram_kind *kind;
    size_t n;       /* elements of each of this thread's arrays */
    void *array[3]; /* d, a, b; b is NULL where there are two */
    uint64_t base;  /* of the values */
};

/* The sources' values, and what the destination must hold. Doubles are small integers plus pi, so
 * that different elements differ. */
static uint64_t int_source(uint64_t base, unsigned array, size_t i)
{
    return base + (uint64_t)i * (array == 1 ? 33 : 55);
}
static double float_source(uint64_t base, unsigned array, size_t i)
{
    return 3.14159265358979323846 + (double)(uint32_t)((base + i * (array == 1 ? 3 : 5)) & 0xfffff);
}
static uint64_t int_result(enum ram_op op, uint64_t a, uint64_t b)
{
    switch (op) {
    case RAM_COPY:
        return a;
    case RAM_SCALE:
        return INT_FACTOR * a;
    case RAM_ADD:
        return a + b;
    case RAM_TRIAD:
        break;
    }
    return a + INT_FACTOR * b;
}
static double float_result(enum ram_op op, double a, double b)
{
    switch (op) {
    case RAM_COPY:
        return a;
    case RAM_SCALE:
        return LN_2 * a;
    case RAM_ADD:
        return a + b;
    case RAM_TRIAD:
        break;
    }
    return a + LN_2 * b;
}

static void ram_spoil(struct ram_state *s)
{
    uint64_t *d = s->array[0];
    for (size_t i = 0; i < s->n; i += RAM_PAGE)
        d[i] = UINT64_C(0x7ff4dead00000000); /* as a double: not a number */
}

static const struct ram_kind *ram_kind_of(const struct workload *w)
{
    const struct ram_kind *kind = ram_kinds;
    while (strcmp(kind->id, w->id) != 0)
        kind++;
    return kind;
}
static unsigned ram_arrays(const struct ram_kind *kind)
{
    return kind->op >= RAM_ADD ? 3 : 2;
}

static uint64_t ram_memory(const struct workload *w, const uint64_t param[PARAMS_MAX],
                           unsigned lanes)
{
    return ram_arrays(ram_kind_of(w)) * param[0] / lanes;
}

static int ram_prepare(struct work *w)
{
    const struct ram_kind *kind = ram_kind_of(w->workload);
    struct ram_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    w->state = s;
    s->kind = kind;
    if (!kind->int_pass && !kind->float_pass)
        return error_set(w->error, ERROR_USAGE, "%s needs an x86-64 processor; take ram.float here",
                         w->workload->id);
    s->n = w->param[0] / w->lanes / sizeof(uint64_t) / RAM_LINE * RAM_LINE;
    if (!s->n)
        return error_set(w->error, ERROR_USAGE, "%s: size=%" PRIu64 " is too small for %u threads",
                         w->workload->id, w->param[0], w->lanes);
    s->base = (w->seed + w->lane) & 0xffff;
    for (unsigned k = 0; k < ram_arrays(kind); k++) {
        s->array[k] = memory_map(w, s->n * sizeof(uint64_t));
        if (!s->array[k])
            return -1;
        if (k == 0)
            continue;
        for (size_t i = 0; i < s->n; i++)
            if (kind->int_pass)
                ((uint64_t *)s->array[k])[i] = int_source(s->base, k, i);
            else
                ((double *)s->array[k])[i] = float_source(s->base, k, i);
    }
    ram_spoil(s);
    return 0;
}

WORK_TIMED static int ram_run(struct work *w, uint64_t count)
{
    struct ram_state *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        if (s->kind->int_pass)
            s->kind->int_pass(s->array[0], s->array[1], s->array[2], s->n);
        else
            s->kind->float_pass(s->array[0], s->array[1], s->array[2], s->n);
        WORK_KEEP(s->array[0]);
    }
    w->bytes += count * s->n * sizeof(uint64_t) * (s->array[2] ? 3 : 2);
    return 0;
}

static int ram_wrong(struct work *w, size_t wrong, size_t first)
{
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: %zu elements of the result are wrong, the first is number %zu",
                     w->workload->id, wrong, first);
}

static int ram_verify(struct work *w)
{
    struct ram_state *s = w->state;
    enum ram_op op = s->kind->op;
    size_t wrong = 0, first = 0;
    for (size_t i = 0; i < s->n; i++) {
        bool right;
        if (s->kind->int_pass)
            right = ((uint64_t *)s->array[0])[i] ==
                    int_result(op, int_source(s->base, 1, i), int_source(s->base, 2, i));
        else
            right = ((double *)s->array[0])[i] ==
                    float_result(op, float_source(s->base, 1, i), float_source(s->base, 2, i));
        if (!right && !wrong++)
            first = i;
    }
    if (wrong)
        return ram_wrong(w, wrong, first);
    ram_spoil(s);
    return 0;
}

static void ram_release(struct work *w)
{
    struct ram_state *s = w->state;
    if (!s)
        return;
    for (unsigned k = 0; k < 3; k++)
        memory_unmap(s->array[k], s->n * sizeof(uint64_t));
    free(s);
    w->state = NULL;
}

#define RAM(kind, operation)                                      \
    static const struct workload_ops ram_##kind##_##operation = { \
        .id = "ram." #kind "." #operation,                        \
        .memory = ram_memory,                                     \
        .prepare = ram_prepare,                                   \
        .run = ram_run,                                           \
        .verify = ram_verify,                                     \
        .release = ram_release,                                   \
    }
RAM(int, copy);
RAM(int, scale);
RAM(int, add);
RAM(int, triad);
RAM(float, copy);
RAM(float, scale);
RAM(float, add);
RAM(float, triad);
RAM(vector, copy);
RAM(vector, scale);
RAM(vector, add);
RAM(vector, triad);

const struct workload_ops *const workload_ops_ram[] = {
    &ram_int_copy,
    &ram_int_scale,
    &ram_int_add,
    &ram_int_triad,
    &ram_float_copy,
    &ram_float_scale,
    &ram_float_add,
    &ram_float_triad,
    &ram_vector_copy,
    &ram_vector_scale,
    &ram_vector_add,
    &ram_vector_triad,
    NULL,
};
