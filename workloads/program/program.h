/* program.h - workloads that are whole programs in small: fixed input, fixed work, one right
 * result.
 *
 * A program makes its input once, untimed; every execution then starts from that input, does the
 * same work and folds its whole result into a digest, which has exactly one right value. It is the
 * same in every target and for every compiler: integers are exact, and floating-point results are,
 * too, because the code is plain IEEE arithmetic without contraction, reassociation or the C
 * library's functions (timed_math.h has what is needed). A wrong digest ends the slot with an
 * error. Outside the time the program also holds its result against a law of its subject: a
 * conserved sum, a known eigenvalue, a round trip.
 *
 * An operation is one execution, 15 to 50 ms of a quiet processor of 2 GHz, and of some in much
 * memory 100 to 200; with several lanes each executes on a state of its own, as SPECrate does. */
#ifndef VMTAX_PROGRAM_H
#define VMTAX_PROGRAM_H

#include "workloads/workload.h"

struct program {
    const char *id;
    size_t state_bytes; /* of one lane: all memory that it works in, a single zeroed block */
    uint64_t digest;    /* of the right result */
    /* Writes the input into the state. NULL: the zeroed block is the input. */
    int (*make)(struct work *w, void *state);
    /* One execution (WORK_TIMED); returns the digest of its result. Leaves the input as it was. */
    uint64_t (*execute)(void *state);
    /* Holds the last execution's result against what is known of it. -1 with a sentence in
     * w->error. */
    int (*check)(struct work *w, const void *state);
};

/* A program at work: the state of its struct work, from prepare to release. */
struct program_run {
    const struct program *program;
    void *state;     /* state_bytes */
    uint64_t digest; /* of the last execution */
};

/* The programs, one list per suite, each ends with NULL. */
extern const struct program *const programs_cint[];
extern const struct program *const programs_cfp[];
const struct program *program_find(const char *id);

/* Folds one word into a digest; starts at any constant. */
static inline uint64_t digest_fold(uint64_t digest, uint64_t word)
{
    digest = (digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return digest ^ digest >> 29;
}
/* A double by its bits; -0 counts as 0. */
static inline uint64_t digest_fold_double(uint64_t digest, double value)
{
    union {
        double d;
        uint64_t u;
    } bits = {.d = value + 0.0};
    return digest_fold(digest, bits.u);
}

/* Fixed pseudo-random input (splitmix64): the next word of *seed. */
static inline uint64_t fixed_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
/* In [0, 1). */
static inline double fixed_uniform(uint64_t *seed)
{
    return (double)(fixed_random(seed) >> 11) * 0x1p-53;
}
/* In [0, n), n > 0; the bias is below n / 2^64. */
static inline uint64_t fixed_below(uint64_t *seed, uint64_t n)
{
    return (uint64_t)((unsigned __int128)fixed_random(seed) * n >> 64);
}

#endif
