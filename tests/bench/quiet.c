#include <config.h>

#include "tests/bench/quiet.h"
#include "workloads/workload.h"
#include "xalloc.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define QUIET_PART  0.05
#define STEADY_PART 0.01
#define WHOLE_PART  0.2 /* shared it is more than half */
#define FAR_PART    0.1
#define FAR_BYTES   ((size_t)QUIET_FAR_MIB << 20)
#define LINE_BYTES  64
#define CHAIN_TURNS 250000 /* about a quarter of a millisecond, like the next */
#define WHOLE_TURNS 250000
#define LOOP_TIMES  5
#define FAR_TIMES   3
#define FIRST_LOOKS 100

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double chain_s(void)
{
    double from = cpu_now();
    uint64_t a = 3;
    for (unsigned i = 0; i < CHAIN_TURNS; i++) {
        a = a * a + 1;
        __asm__ volatile("" : "+r"(a));
    }
    return cpu_now() - from;
}

/* Two chains of multiplications and four of other operations, none of which waits for another. */
static double whole_s(void)
{
    double from = cpu_now();
    uint64_t a = 3, b = 5, c = 7, d = 9, e = 11, f = 13;
    for (unsigned i = 0; i < WHOLE_TURNS; i++) {
        a = a * a + 1;
        b = b * b + 1;
        c = (c ^ 0x55) + i;
        d = (d ^ 0x33) + i;
        e = (e + 0x77) ^ i;
        f = (f + 0x11) ^ i;
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
    }
    return cpu_now() - from;
}

/* One byte of every line, in an order that is not guessed; where the next is does not depend on
 * what was read, so that as many as the core can are under way. */
static double far_s(const unsigned char *far)
{
    double from = cpu_now();
    const volatile unsigned char *bytes = far;
    size_t lines = FAR_BYTES / LINE_BYTES;
    for (size_t i = 0, at = 0; i < lines; i++) {
        (void)bytes[at * LINE_BYTES];
        at = (at * 5 + 12345) % lines; /* each line once: a full period */
    }
    return cpu_now() - from;
}

/* The fastest of a few: an interrupt is no other clock. */
static double fastest_of(double (*loop_s)(void))
{
    double fastest = HUGE_VAL;
    for (unsigned k = 0; k < LOOP_TIMES; k++)
        fastest = fmin(fastest, loop_s());
    return fastest;
}

struct look quiet_look(struct quiet *q)
{
    unsigned long long user, nice, system, idle, wait, irq, softirq, steal;
    double chain = fastest_of(chain_s);
    struct look l = {.chain = chain,
                     .whole = fastest_of(whole_s) / chain,
                     .far = HUGE_VAL,
                     .wall = (double)work_now_ns() * 1e-9,
                     .all = (double)NAN};
    struct timespec own;
    FILE *f;
    for (unsigned k = 0; k < FAR_TIMES; k++)
        l.far = fmin(l.far, far_s(q->far));
    f = fopen("/proc/stat", "r");
    if (f && fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
                    &wait, &irq, &softirq, &steal) == 8)
        l.all = (double)(user + nice + system + irq + softirq + steal) /
                (double)sysconf(_SC_CLK_TCK);
    if (f)
        fclose(f);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    l.own = (double)own.tv_sec + (double)own.tv_nsec * 1e-9;
    q->whole_least = fmin(q->whole_least, l.whole);
    q->far_least = fmin(q->far_least, l.far);
    q->far_most = fmax(q->far_most, l.far);
    return l;
}

bool quiet_between(const struct quiet *q, const struct look *then, const struct look *now, bool far)
{
    double others = (now->all - then->all) - (now->own - then->own);
    double there = (now->wall - then->wall) * (double)sysconf(_SC_NPROCESSORS_ONLN);
    return others <= QUIET_PART * there &&
           fabs(then->chain - now->chain) <= STEADY_PART * fmin(then->chain, now->chain) &&
           fmax(then->whole, now->whole) <= q->whole_least * (1 + WHOLE_PART) &&
           (!far || fmax(then->far, now->far) <= q->far_least * (1 + FAR_PART));
}

bool quiet_core_whole(const struct quiet *q)
{
    double chain = chain_s();
    return whole_s() / chain <= q->whole_least * (1 + WHOLE_PART);
}

struct quiet quiet_begin(void)
{
    struct quiet q = {.far = xcalloc(FAR_BYTES, 1), .whole_least = HUGE_VAL, .far_least = HUGE_VAL};
    memset(q.far, 1, FAR_BYTES);
    for (int i = 0; i < FIRST_LOOKS; i++)
        quiet_look(&q);
    return q;
}

void quiet_free(struct quiet *q)
{
    free(q->far);
    *q = (struct quiet){.far = NULL};
}
