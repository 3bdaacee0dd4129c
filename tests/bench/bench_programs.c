/* The stand-ins for the members of CINT2006 and CFP2006: how much one slot differs from the next,
 * on one processor of this machine.
 *
 * bench_programs [SLOTS [ID...]]
 *
 * A slot is the agent's: at least one whole execution that does not count, then executions for
 * 0.25 s, each of a fixed work. Memory is taken anew after every two slots, as the agent starts a
 * worker for every block, so that where pages come to lie is part of the spread. Touched are the
 * pages that making the input and one execution visit, counted on memory that starts without any.
 *
 * Processor time per execution is told by its median and four spreads, in parts of it. "next" is of
 * the differences between neighbouring slots: 1.4826 times their median, over the square root of 2;
 * vmtax compares neighbours. "robust" is 1.4826 median absolute deviations from the median; it has
 * the machine's own steps in it, of its clock, or when another thread comes to share the core.
 * "c.v.", the coefficient of variation, has every disturbance of a single slot. "fastest" is the
 * robust spread of the slots' fastest executions. Robust spread and c.v. of wall time follow, and
 * "machine": the spread between neighbours of a loop that is no program, timed around each slot.
 * What is no noisier than that loop is not shown to be noisy by itself.
 *
 * Other work shares caches and memory, so that processor time spreads with it. quiet.h says what a
 * quiet slot is; the core is looked at before each of its executions, too, and the last cache and
 * memory count for a program that touches more than OWN_CACHES. Before each slot a quiet moment is
 * waited for, WAIT_S on average, and slots that were not quiet are measured again, up to TRIES
 * times as many as wanted in all. Where too few were quiet, all are shown, with the number that
 * was, and nothing is judged.
 *
 * Fails if "next" or "robust" exceeds NOISE_LIMIT in quiet slots, and has not measured if any
 * program had too few of them. */
#include <config.h>

#include "stats.h"
#include "tests/bench/compare.h"
#include "tests/bench/quiet.h"
#include "workloads/program/program.h"
#include "xalloc.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SLOTS           40
#define SLOTS_MIN       4
#define SLOTS_MAX       10000
#define SLOTS_PER_BLOCK 2
#define NOISE_LIMIT     0.02
#define OWN_CACHES      ((size_t)2 << 20) /* what a core's own caches hold, about */
#define WAIT_S          1.0
#define WAIT_STEP_NS    100000000
#define TRIES           3

struct rig {
    const struct program *program;
    const struct workload_ops *ops;
    struct work work;
    struct error error;
};

/* What is told of a slot, in seconds: per execution the means, and the processor time of the
 * fastest execution; and what quiet.h's loop took around it, the one that reads memory where it
 * matters, else the one that wants all of the core. */
enum figure_kind { WALL, CPU, FASTEST, MACHINE, FIGURES };

/* The slots of one program. Quiet ones stand first, others from the end on. */
struct series {
    size_t wanted, room, quiet, disturbed, executions;
    double patience; /* seconds left to wait for quiet moments */
    bool far;        /* it works in more than the core's own caches hold */
    double *of[FIGURES];
};

static bool failed(const struct rig *r)
{
    fprintf(stderr, "%s\n", r->error.text);
    return false;
}

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
static double wall_now(void)
{
    return (double)work_now_ns() * 1e-9;
}

static void wait_quiet(struct series *s, struct quiet *q)
{
    for (bool quiet = false; !quiet && s->patience > 0;) {
        struct look then = quiet_look(q);
        nanosleep(&(struct timespec){.tv_nsec = WAIT_STEP_NS}, NULL);
        struct look now = quiet_look(q);
        quiet = quiet_between(q, &then, &now, s->far);
        s->patience -= wall_now() - then.wall;
    }
}

/* *whole: was the core whole before each of the slot's executions? The look takes no memory and
 * does not count. */
static bool slot(struct rig *r, const struct quiet *q, double figure[FIGURES], size_t *executions,
                 bool *whole)
{
    const double slot_s = r->work.workload->slot_s;
    double until = wall_now() + r->work.workload->lead_s, cpu = 0, wall = 0;
    size_t n = 0;
    do {
        if (r->ops->run(&r->work, 1) < 0)
            return failed(r);
    } while (wall_now() < until);
    figure[FASTEST] = HUGE_VAL;
    *whole = true;
    do {
        *whole &= quiet_core_whole(q);
        double cpu_from = cpu_now(), wall_from = wall_now();
        if (r->ops->run(&r->work, 1) < 0)
            return failed(r);
        double took = cpu_now() - cpu_from;
        figure[FASTEST] = fmin(figure[FASTEST], took);
        cpu += took;
        wall += wall_now() - wall_from;
        n++;
    } while (wall + wall / (double)n / 2 < slot_s);
    figure[CPU] = cpu / (double)n;
    figure[WALL] = wall / (double)n;
    *executions += n;
    return r->ops->verify(&r->work) == 0 || failed(r);
}

static bool complete(const struct series *s)
{
    return s->quiet == s->wanted || s->quiet + s->disturbed == s->room;
}

static double machine_s(const struct look *l, bool far)
{
    return far ? l->far : l->whole * l->chain;
}

static bool block(struct rig *r, struct series *s, struct quiet *q)
{
    bool good = r->ops->prepare(&r->work) == 0 || failed(r);
    for (unsigned i = 0; good && i < SLOTS_PER_BLOCK && !complete(s); i++) {
        double figure[FIGURES] = {0};
        wait_quiet(s, q);
        struct look then = quiet_look(q);
        bool whole = false;
        good = slot(r, q, figure, &s->executions, &whole);
        struct look now = quiet_look(q);
        figure[MACHINE] = machine_s(&then, s->far) + machine_s(&now, s->far);
        bool quiet = whole && quiet_between(q, &then, &now, s->far);
        size_t place = quiet ? s->quiet++ : s->room - ++s->disturbed;
        for (unsigned k = 0; k < FIGURES; k++)
            s->of[k][place] = figure[k];
    }
    r->ops->release(&r->work);
    return good;
}

/* Bytes of the pages that input and one execution touch; 0: cannot be told. */
static size_t touched(struct rig *r)
{
    const struct program *p = r->program;
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (p->state_bytes + page - 1) / page;
    void *state = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (state == MAP_FAILED)
        return 0;
    madvise(state, pages * page, MADV_NOHUGEPAGE);
    unsigned char *present = xcalloc(pages, 1);
    size_t count = 0;
    bool good = !p->make || p->make(&r->work, state) == 0;
    good = good && p->execute(state) == p->digest;
    if (good && mincore(state, pages * page, present) == 0)
        for (size_t i = 0; i < pages; i++)
            count += present[i] & 1;
    free(present);
    munmap(state, pages * page);
    return count * page;
}

/* Both sort what they are given. Parts of 1. */
static double robust_spread(double *values, size_t n)
{
    double centre = stats_median(values, n), *away = xcalloc(n, sizeof *away);
    for (size_t i = 0; i < n; i++)
        away[i] = fabs(values[i] - centre);
    double mad = stats_median(away, n);
    free(away);
    return 1.4826 * mad / centre;
}
static double variation(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return stats_sd(values, n) / (sum / (double)n);
}

/* Of one slot against the next: the robust spread of the slots that these differences belong to. A
 * machine that has become slower or faster for good adds one difference. */
static double neighbour_spread(const double *values, size_t n)
{
    double *away = xcalloc(n, sizeof *away);
    for (size_t i = 0; i + 1 < n; i++)
        away[i] = fabs(log(values[i + 1] / values[i]));
    double spread = 1.4826 * stats_median(away, n - 1) / sqrt(2);
    free(away);
    return spread;
}

static void heading(void)
{
    printf("%-17s %-15s %6s %6s %8s  %-37s  %-17s  %s\n", "", "", "", "per", "MiB",
           "processor time", "wall time", "machine");
    printf("%-17s %-15s %6s %6s %8s  %8s %8s %8s %9s  %8s %8s  %8s\n", "program", "stands in for",
           "ms", "slot", "touched", "next", "robust", "c.v.", "fastest", "robust", "c.v.", "next");
}

/* Prints one line; false if it is too noisy. */
static bool series_judge(const struct program *p, struct series *s, size_t bytes)
{
    bool enough = s->quiet == s->wanted;
    size_t all = s->quiet + s->disturbed;
    size_t n = enough ? s->quiet : all; /* all: there is no gap between them */
    double varied[FIGURES], spread[FIGURES], next = 100 * neighbour_spread(s->of[CPU], n);
    double machine = 100 * neighbour_spread(s->of[MACHINE], n);
    for (unsigned k = 0; k < FIGURES; k++) {
        varied[k] = 100 * variation(s->of[k], n);
        spread[k] = 100 * robust_spread(s->of[k], n);
    }
    bool good = !enough || fmax(next, spread[CPU]) <= 100 * NOISE_LIMIT;
    printf(
        "%-17s %-15s %6.1f %6.1f %8.1f  %6.2f %% %6.2f %% %6.2f %% %7.2f %%  %6.2f %% %6.2f %%  %6.2f %%",
        p->id, workload_find(p->id)->paper, stats_median(s->of[CPU], n) * 1e3,
        (double)s->executions / (double)all, (double)bytes / (1 << 20), next, spread[CPU],
        varied[CPU], spread[FASTEST], spread[WALL], varied[WALL], machine);
    if (!enough)
        printf("  not judged: %zu of %zu slots were quiet", s->quiet, all);
    printf("%s\n", good ? "" : "  FAIL: noisy");
    fflush(stdout);
    return good;
}

/* *judged: false if it had too few quiet slots. */
static bool program_measure(const struct program *p, size_t slots, int *cpu, struct quiet *q,
                            bool *judged)
{
    struct rig r = {.program = p, .ops = workload_ops_find(p->id)};
    struct series s = {.wanted = slots, .room = slots * TRIES, .patience = (double)slots * WAIT_S};
    for (unsigned k = 0; k < FIGURES; k++)
        s.of[k] = xcalloc(s.room, sizeof *s.of[k]);
    r.work = (struct work){.workload = workload_find(p->id),
                           .lanes = 1,
                           .cpus = cpu,
                           .cpu_count = 1,
                           .error = &r.error};
    bool good = params_parse(r.work.workload, "", r.work.param, &r.error) == 0 || failed(&r);
    size_t bytes = good ? touched(&r) : 0;
    s.far = bytes > OWN_CACHES;
    while (good && !complete(&s))
        good = block(&r, &s, q);
    good = good && series_judge(p, &s, bytes);
    *judged &= s.quiet == s.wanted;
    for (unsigned k = 0; k < FIGURES; k++)
        free(s.of[k]);
    return good;
}

static bool wanted(const char *id, char **ids)
{
    for (char **i = ids; *i; i++)
        if (strcmp(*i, id) == 0)
            return true;
    return !*ids;
}

int main(int argc, char **argv)
{
    static char *none[] = {NULL};
    static const struct program *const *const suites[] = {programs_cint, programs_cfp};
    char **ids = argc > 2 ? argv + 2 : none;
    long slots = argc > 1 ? strtol(argv[1], NULL, 10) : SLOTS;
    if (slots < SLOTS_MIN || slots > SLOTS_MAX) {
        fprintf(stderr, "bench_programs [SLOTS [ID...]]; slots are %d to %d\n", SLOTS_MIN,
                SLOTS_MAX);
        return 2;
    }
    int cpu = compare_pin();
    if (cpu < 0) {
        perror("cannot pin to one processor");
        return 1;
    }
    struct quiet q = quiet_begin();
    bool pass = true, judged = true;
    heading();
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
        for (const struct program *const *p = suites[i]; *p; p++)
            if (wanted((*p)->id, ids))
                pass &= program_measure(*p, (size_t)slots, &cpu, &q, &judged);
    printf(
        "%ld quiet slots each, on processor %d. To read %d MiB that had just been read took %.1f to "
        "%.1f ms.\n",
        slots, cpu, QUIET_FAR_MIB, q.far_least * 1e3, q.far_most * 1e3);
    quiet_free(&q);
    return !pass ? 1 : judged ? 0 : COMPARE_NOT_MEASURED;
}
