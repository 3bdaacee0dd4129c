/* Stands in for 462.libquantum: a simulated quantum register, swept from end to end by its gates.
 *
 * The register is a list of basis states with their amplitudes, as sparse simulators keep it: gates
 * that permute basis states (CNOT, Toffoli) flip bits of a state's number, a Hadamard gate splits
 * each state into two. 21 Hadamard gates on |0> spread it over all 2^21 states; then Grover's
 * search follows. Its oracle is a reversible circuit: the ripple-carry adder of Cuccaro, Draper,
 * Kutin and Moulton, of which Shor's modular arithmetic is made, adds in place two numbers of four
 * qubits and a carry. A state whose sum is 24 or more is marked, and gets the opposite sign; the
 * same gates backwards undo the sum. The other half of an iteration, 2|s><s| - 1, is carried out as
 * what it is, a reflection at the mean amplitude: gate by gate it would take 42 sweeps more.
 *
 * Sweeps are joined where one needs nothing of the other, as simulators do: three Hadamard gates,
 * and the whole oracle of 26 gates, so that a state is worked on for longer than it takes to come
 * from memory and to go there.
 *
 * Working set: 48 MiB, read and written from end to end four times, the growing list on top.
 * Checked: total probability 1; every state what it was before the oracle; and the probability of a
 * marked state, which after k iterations is sin^2((2k + 1) a) where sin^2 a is the marked part of
 * all states. */
#include <config.h>

#include "workloads/program/program.h"
#include "workloads/program/timed_math.h"

#define QUANTUM_QUBITS     21
#define QUANTUM_JOINED     3 /* Hadamard gates in a sweep */
#define QUANTUM_ITERATIONS 2
#define QUANTUM_STATES     (UINT64_C(1) << QUANTUM_QUBITS)
#define QUANTUM_FLAG       63 /* the qubit that the oracle sets for a marked state */

struct quantum_amplitude {
    uint64_t basis;
    double re, im;
};

/* target ^= control1 & control2; a CNOT has the same control twice. */
struct quantum_gate {
    uint8_t control1, control2, target;
};

/* Qubit 0 is the carry in; 1, 3, 5, 7 and 2, 4, 6, 8 are the numbers, lowest bits first. Three
 * gates a bit bring the carry into the first number's qubit; three more, from the highest bit down,
 * restore that and leave the sum in the second number's qubits, with its highest bit in 32. Of 512
 * sums 64 have both their highest bits set, that is, are 24 or more: one state in 8. */
static const struct quantum_gate quantum_oracle[] = {
    {1, 1, 2},  {1, 1, 0},
    {0, 2, 1},  {3, 3, 4},
    {3, 3, 1},  {1, 4, 3},
    {5, 5, 6},  {5, 5, 3},
    {3, 6, 5},  {7, 7, 8},
    {7, 7, 5},  {5, 8, 7},
    {7, 7, 32}, {5, 8, 7},
    {7, 7, 5},  {5, 5, 8},
    {3, 6, 5},  {5, 5, 3},
    {3, 3, 6},  {1, 4, 3},
    {3, 3, 1},  {1, 1, 4},
    {0, 2, 1},  {1, 1, 0},
    {0, 0, 2},  {32, 8, QUANTUM_FLAG},
};
#define QUANTUM_PART  (1.0 / 8)
#define QUANTUM_GATES (sizeof quantum_oracle / sizeof quantum_oracle[0])

struct quantum_state {
    uint64_t states;      /* in the list, in the order of their numbers */
    double marked, total; /* probabilities after the search */
    uint64_t changed;     /* bits of any state that the oracle backwards did not restore */
    struct quantum_amplitude amplitude[QUANTUM_STATES];
};

/* Turns |0> of some qubits into (|0> + |1>) / sqrt 2 each: the list doubles as many times. */
WORK_TIMED static void quantum_hadamard(struct quantum_state *s, unsigned first, unsigned count)
{
    const double half = timed_sqrt(0.5);
    double part = 1;
    for (unsigned i = 0; i < count; i++)
        part *= half;
    for (uint64_t i = 0; i < s->states; i++) {
        struct quantum_amplitude from = s->amplitude[i];
        for (uint64_t high = 0; high < UINT64_C(1) << count; high++) {
            struct quantum_amplitude *to = &s->amplitude[high * s->states + i];
            to->basis = from.basis | high << first;
            to->re = from.re * part;
            to->im = from.im * part;
        }
    }
    s->states <<= count;
}

static inline __attribute__((always_inline)) uint64_t quantum_apply(struct quantum_gate gate,
                                                                    uint64_t basis)
{
    return basis ^ (basis >> gate.control1 & basis >> gate.control2 & 1) << gate.target;
}

/* The oracle forwards, and backwards. */
static inline __attribute__((always_inline)) uint64_t quantum_forwards(uint64_t basis)
{
#pragma GCC unroll 32
    for (size_t i = 0; i < QUANTUM_GATES; i++)
        basis = quantum_apply(quantum_oracle[i], basis);
    return basis;
}
static inline __attribute__((always_inline)) uint64_t quantum_backwards(uint64_t basis)
{
#pragma GCC unroll 32
    for (size_t i = QUANTUM_GATES; i-- > 0;)
        basis = quantum_apply(quantum_oracle[i], basis);
    return basis;
}

struct quantum_sum {
    double re, im;
};

/* The oracle flips the sign of marked states. The sum of all amplitudes after it. */
WORK_TIMED static struct quantum_sum quantum_mark(struct quantum_state *s)
{
    struct quantum_sum sum = {0, 0};
    for (uint64_t i = 0; i < s->states; i++) {
        struct quantum_amplitude *a = &s->amplitude[i];
        a->basis = quantum_forwards(a->basis);
        double sign = a->basis >> QUANTUM_FLAG ? -1.0 : 1.0;
        a->re *= sign;
        a->im *= sign;
        sum.re += a->re;
        sum.im += a->im;
    }
    return sum;
}

/* Reflects every amplitude at the mean; the oracle's gates backwards restore the state. On the
 * last sweep (digest not NULL) probabilities are measured and the result is folded. */
WORK_TIMED static void quantum_reflect(struct quantum_state *s, struct quantum_sum sum,
                                       uint64_t *digest)
{
    const double re = 2 * sum.re / (double)s->states, im = 2 * sum.im / (double)s->states;
    double total = 0, marked = 0;
    uint64_t fold = 0, changed = 0;
    for (uint64_t i = 0; i < s->states; i++) {
        struct quantum_amplitude *a = &s->amplitude[i];
        uint64_t flag = a->basis >> QUANTUM_FLAG;
        a->basis = quantum_backwards(a->basis);
        a->re = re - a->re;
        a->im = im - a->im;
        if (!digest)
            continue;
        double p = a->re * a->re + a->im * a->im;
        total += p;
        marked += flag ? p : 0;
        changed |= a->basis ^ i;
        /* A sum of words weighted by place: a chain would take longer than the sweep. */
        union {
            double d;
            uint64_t u;
        } bits = {.d = a->re + 0.0};
        fold += (bits.u ^ a->basis) * (2 * i + UINT64_C(0x9e3779b97f4a7c15));
    }
    if (!digest)
        return;
    s->total = total;
    s->marked = marked;
    s->changed = changed;
    *digest = digest_fold_double(digest_fold_double(fold, total), marked);
}

/* Grover's search over so many qubits. */
WORK_TIMED static uint64_t quantum_search(struct quantum_state *s, unsigned qubits,
                                          unsigned iterations)
{
    uint64_t digest = 0;
    s->states = 1;
    s->amplitude[0] = (struct quantum_amplitude){.basis = 0, .re = 1, .im = 0};
    for (unsigned q = 0; q < qubits; q += QUANTUM_JOINED)
        quantum_hadamard(s, q, qubits - q < QUANTUM_JOINED ? qubits - q : QUANTUM_JOINED);
    for (unsigned k = 1; k <= iterations; k++) {
        struct quantum_sum sum = quantum_mark(s);
        quantum_reflect(s, sum, k == iterations ? &digest : NULL);
    }
    return digest;
}

WORK_TIMED static uint64_t quantum_execute(void *state)
{
    return quantum_search(state, QUANTUM_QUBITS, QUANTUM_ITERATIONS);
}

/* sin^2((2k + 1) a) by the addition theorem, from sin^2 a. */
static double quantum_success(double part, unsigned iterations)
{
    double cos2 = 1 - 2 * part;                      /* cos 2a */
    double before = cos2, now = 2 * cos2 * cos2 - 1; /* cos 2a, cos 4a */
    for (unsigned k = 1; k <= 2 * iterations; k++) { /* to cos((4k + 2) a) */
        double next = 2 * cos2 * now - before;
        before = now;
        now = next;
    }
    return (1 - before) / 2;
}

static int quantum_check(struct work *w, const void *state)
{
    const struct quantum_state *s = state;
    double expected = quantum_success(QUANTUM_PART, QUANTUM_ITERATIONS);
    double total = 0;
    for (uint64_t i = 0; i < s->states; i++)
        total += s->amplitude[i].re * s->amplitude[i].re + s->amplitude[i].im * s->amplitude[i].im;
    if (timed_abs(total - 1) > 1e-9 || timed_abs(s->total - 1) > 1e-9)
        return error_set(w->error, ERROR_SYSTEM, "%s: probabilities sum to %.12f, must be 1",
                         w->workload->id, total);
    if (timed_abs(s->marked - expected) > 1e-9)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: a marked state is found with probability %.12f, must be %.12f",
                         w->workload->id, s->marked, expected);
    if (s->changed)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: the oracle backwards has not restored a state", w->workload->id);
    return 0;
}

const struct program cint_quantum = {
    .id = "cint.quantum",
    .state_bytes = sizeof(struct quantum_state),
    .digest = UINT64_C(0xfe7d3c97c42f8ea9),
    .execute = quantum_execute,
    .check = quantum_check,
};
