#include <config.h>

#include "tests/bench/compare.h"

#include "stats.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX 1024
#define STEAL_MOST 0.01
#define MORE       6 /* times the blocks asked for, at most */

void compare_heading(void)
{
    printf("%-18s %-34s %10s %10s %8s  %-16s %3s\n", "ours", "peer", "ours", "peer", "ratio",
           "interval", "n");
}

static double shown(const struct compare *c, double performance)
{
    return c->time ? c->scale / performance : c->scale * performance;
}

static bool passes(const struct compare *c, double ratio, double low, double high)
{
    bool within = low >= c->low && high <= c->high;
    bool covers = low <= c->low && high >= c->high;
    return c->rule == COMPARE_REACHES            ? high >= c->low
           : c->rule == COMPARE_AS_FAST          ? ratio >= c->low && high >= 1
           : c->rule == COMPARE_WITHIN_OR_COVERS ? within || covers
                                                 : within;
}

/* One block: the log ratio, and the two figures of each. */
static double block(const struct compare *c, unsigned index, double ours[2], double theirs[2])
{
    for (unsigned half = 0; half < 2; half++) {
        bool ours_first = (index + half) % 2 == 0;
        if (ours_first)
            ours[half] = c->ours(c->context);
        theirs[half] = c->theirs(c->context);
        if (!ours_first)
            ours[half] = c->ours(c->context);
    }
    return (log(ours[0]) + log(ours[1]) - log(theirs[0]) - log(theirs[1])) / 2;
}

/* Narrow enough for its bounds: half as wide as they are apart. Where it lies is not asked. */
static bool narrow(const struct compare *c, const struct stats_estimate *e)
{
    return e->bounded && (!isfinite(c->high) || e->high - e->low <= log(c->high / c->low) / 2);
}

struct ticks {
    unsigned long long steal, all;
};

/* Of all processors so far. All 0: not known. */
static struct ticks ticks_now(void)
{
    unsigned long long user, nice, system, idle, wait, irq, soft;
    struct ticks t = {0};
    FILE *f = fopen("/proc/stat", "re");
    if (f && fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
                    &wait, &irq, &soft, &t.steal) == 8)
        t.all = user + nice + system + idle + wait + irq + soft + t.steal;
    if (f)
        fclose(f);
    return t;
}

static bool disturbed(struct ticks from, struct ticks to)
{
    return (double)(to.steal - from.steal) > STEAL_MOST * (double)(to.all - from.all);
}

static bool wanted(const struct compare *c)
{
    const char *only = getenv("BENCH_ONLY");
    char line[128];
    snprintf(line, sizeof line, "%s %s", c->name, c->peer);
    return !only || strstr(line, only);
}

bool compare_run(const struct compare *c, unsigned blocks)
{
    if (!wanted(c))
        return true;
    double d[BLOCKS_MAX], ours[2 * BLOCKS_MAX], theirs[2 * BLOCKS_MAX];
    unsigned most = blocks * MORE < BLOCKS_MAX ? blocks * MORE : BLOCKS_MAX, tried = 0, n = 0;
    struct stats_estimate e;
    do {
        for (unsigned end = tried + blocks < most ? tried + blocks : most; tried < end; tried++) {
            struct ticks before = ticks_now();
            d[n] = block(c, tried, ours + 2 * n, theirs + 2 * n);
            if (!isfinite(d[n])) {
                printf("%-18s %-34s not measured: FAIL\n", c->name, c->peer);
                return false;
            }
            n += !disturbed(before, ticks_now());
        }
        e = stats_estimate(d, n, 0.95);
    } while (tried < most && (n < blocks || !narrow(c, &e)));
    if (n == 0) {
        printf("%-18s %-34s not measured: in none of %u blocks was the machine ours: FAIL\n",
               c->name, c->peer, tried);
        return false;
    }
    double low = exp(e.low), high = exp(e.high);
    bool pass = e.bounded && passes(c, exp(e.centre), low, high);
    bool apart = high < c->low || low > c->high;
    printf("%-18s %-34s %10.4g %10.4g %8.4f  [%.4f, %.4f] %3zu  %s (%s; bounds %g to %g", c->name,
           c->peer, shown(c, stats_median(ours, 2 * (size_t)n)),
           shown(c, stats_median(theirs, 2 * (size_t)n)), exp(e.centre), low, high, e.n,
           pass    ? "PASS"
           : apart ? "FAIL"
                   : "FAIL, too noisy to tell",
           c->unit, c->low, c->high);
    if (n < tried)
        printf("; in %u blocks more the machine was not ours", tried - n);
    puts(")");
    fflush(stdout);
    return pass;
}

int compare_pin(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return -1;
    int last = -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &set))
            last = cpu;
    CPU_ZERO(&set);
    CPU_SET(last, &set);
    return sched_setaffinity(0, sizeof set, &set) < 0 ? -1 : last;
}
