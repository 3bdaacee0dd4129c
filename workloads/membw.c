/* Memory bandwidth by block size: lmbench's bw_mem.
 *
 * An operation is one sweep over a block, in chunks of 512 bytes that are 128 words of 4 bytes:
 *
 *     frd  all words of a chunk are added to one integer
 *     fwr  a number is stored in all words
 *     rd   every fourth word (16 bytes apart) is added
 *     wr   a number is stored in every fourth word
 *
 * All bytes of the block count, for the strided forms too: their figure says how fast lines move.
 * frd is one chain of dependent additions and so ends at four bytes a cycle however near the data
 * are; that is the original's method, and rd shows the caches. Each thread sweeps a block of its
 * own.
 *
 * Words hold i*MULTIPLIER + base, so that the sum of a sweep is known in advance. What a sweep
 * stores is another number in every run, and all words are looked at after the slot: those between
 * the strides must be untouched. */
#include <config.h>

#include "workloads/memory.h"

#include <inttypes.h>
#include <stdlib.h>

#define CHUNK      128 /* words */
#define STRIDE     4
#define MULTIPLIER 2654435761u

#define EACH_8(f, i) \
    f((i)) f((i) + 1) f((i) + 2) f((i) + 3) f((i) + 4) f((i) + 5) f((i) + 6) f((i) + 7)
#define EACH_32(f, i)  EACH_8(f, i) EACH_8(f, (i) + 8) EACH_8(f, (i) + 16) EACH_8(f, (i) + 24)
#define EACH_128(f, i) EACH_32(f, i) EACH_32(f, (i) + 32) EACH_32(f, (i) + 64) EACH_32(f, (i) + 96)

#define ADD(i)         sum += p[i];
#define ADD_STRIDED(i) sum += p[STRIDE * (i)];
#define PUT(i)         p[i] = value;
#define PUT_STRIDED(i) p[STRIDE * (i)] = value;

struct membw_state {
    uint32_t *block;
    size_t words;
    uint32_t base;
    uint32_t sum; /* of everything read */
    uint64_t sweeps;
    uint32_t value; /* stored last; 0 = nothing yet */
};

WORK_TIMED static int membw_frd_run(struct work *w, uint64_t count)
{
    struct membw_state *s = w->state;
    uint32_t sum = s->sum;
    for (uint64_t n = 0; n < count; n++) {
        for (const uint32_t *p = s->block, *end = p + s->words; p < end; p += CHUNK) {
            EACH_128(ADD, 0)
        }
        WORK_KEEP(s->block);
    }
    s->sum = sum;
    s->sweeps += count;
    w->bytes += count * s->words * sizeof *s->block;
    return 0;
}

WORK_TIMED static int membw_rd_run(struct work *w, uint64_t count)
{
    struct membw_state *s = w->state;
    uint32_t sum = s->sum;
    for (uint64_t n = 0; n < count; n++) {
        for (const uint32_t *p = s->block, *end = p + s->words; p < end; p += CHUNK) {
            EACH_32(ADD_STRIDED, 0)
        }
        WORK_KEEP(s->block);
    }
    s->sum = sum;
    s->sweeps += count;
    w->bytes += count * s->words * sizeof *s->block;
    return 0;
}

WORK_TIMED static int membw_fwr_run(struct work *w, uint64_t count)
{
    struct membw_state *s = w->state;
    uint32_t value = ++s->value;
    for (uint64_t n = 0; n < count; n++) {
        for (uint32_t *p = s->block, *end = p + s->words; p < end; p += CHUNK) {
            EACH_128(PUT, 0)
        }
        WORK_KEEP(s->block);
    }
    w->bytes += count * s->words * sizeof *s->block;
    return 0;
}

WORK_TIMED static int membw_wr_run(struct work *w, uint64_t count)
{
    struct membw_state *s = w->state;
    uint32_t value = ++s->value;
    for (uint64_t n = 0; n < count; n++) {
        for (uint32_t *p = s->block, *end = p + s->words; p < end; p += CHUNK) {
            EACH_32(PUT_STRIDED, 0)
        }
        WORK_KEEP(s->block);
    }
    w->bytes += count * s->words * sizeof *s->block;
    return 0;
}

static uint32_t membw_word(const struct membw_state *s, size_t i)
{
    return (uint32_t)i * MULTIPLIER + s->base;
}

static int membw_prepare(struct work *w)
{
    struct membw_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    w->state = s;
    if (w->param[0] % (CHUNK * sizeof *s->block))
        return error_set(w->error, ERROR_USAGE, "%s: size=%" PRIu64 " is not a multiple of 512",
                         w->workload->id, w->param[0]);
    s->words = w->param[0] / sizeof *s->block;
    s->base = (uint32_t)(w->seed + w->lane);
    s->block = memory_map(w, w->param[0]);
    if (!s->block)
        return -1;
    for (size_t i = 0; i < s->words; i++)
        s->block[i] = membw_word(s, i);
    return 0;
}

/* The sum of a sweep over words 0, step, 2 step, ... in closed form, modulo 2^32. */
static uint32_t membw_sweep_sum(const struct membw_state *s, uint64_t step)
{
    uint64_t m = s->words / step;
    uint64_t indices = m % 2 ? (m - 1) / 2 * m : m / 2 * (m - 1);
    return (uint32_t)(indices * step) * MULTIPLIER + (uint32_t)m * s->base;
}

static int membw_verify_sum(struct work *w, uint64_t step)
{
    const struct membw_state *s = w->state;
    uint32_t wanted = (uint32_t)s->sweeps * membw_sweep_sum(s, step);
    if (s->sum != wanted)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: what was read sums to %" PRIu32 " instead of %" PRIu32,
                         w->workload->id, s->sum, wanted);
    return 0;
}

static int membw_frd_verify(struct work *w)
{
    return membw_verify_sum(w, 1);
}

static int membw_rd_verify(struct work *w)
{
    return membw_verify_sum(w, STRIDE);
}

static int membw_verify_block(struct work *w, size_t step)
{
    const struct membw_state *s = w->state;
    size_t wrong = 0;
    for (size_t i = 0; i < s->words; i++) {
        uint32_t wanted = s->value && i % step == 0 ? s->value : membw_word(s, i);
        wrong += s->block[i] != wanted;
    }
    if (wrong)
        return error_set(w->error, ERROR_SYSTEM, "%s: %zu words of the block are wrong",
                         w->workload->id, wrong);
    return 0;
}

static int membw_fwr_verify(struct work *w)
{
    return membw_verify_block(w, 1);
}

static int membw_wr_verify(struct work *w)
{
    return membw_verify_block(w, STRIDE);
}

static void membw_release(struct work *w)
{
    struct membw_state *s = w->state;
    if (!s)
        return;
    memory_unmap(s->block, s->words * sizeof *s->block);
    free(s);
    w->state = NULL;
}

static uint64_t membw_memory(const struct workload *w, const uint64_t param[PARAMS_MAX],
                             unsigned lanes)
{
    (void)w;
    (void)lanes;
    return param[0]; /* each has a block of its own */
}

#define MEMBW(name)                                   \
    static const struct workload_ops membw_##name = { \
        .id = "membw." #name,                         \
        .memory = membw_memory,                       \
        .prepare = membw_prepare,                     \
        .run = membw_##name##_run,                    \
        .verify = membw_##name##_verify,              \
        .release = membw_release,                     \
    }
MEMBW(frd);
MEMBW(fwr);
MEMBW(rd);
MEMBW(wr);

const struct workload_ops *const workload_ops_membw[] = {
    &membw_frd, &membw_fwr, &membw_rd, &membw_wr, NULL,
};
