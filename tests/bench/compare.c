#include <config.h>

#include "tests/bench/compare.h"

#include "stats.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>

#define BLOCKS_MAX 1024

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

bool compare_run(const struct compare *c, unsigned blocks)
{
    double d[BLOCKS_MAX], ours[2 * BLOCKS_MAX], theirs[2 * BLOCKS_MAX];
    for (unsigned i = 0; i < blocks && i < BLOCKS_MAX; i++) {
        double o[2], t[2];
        for (unsigned half = 0; half < 2; half++) {
            bool ours_first = (i + half) % 2 == 0;
            if (ours_first)
                o[half] = c->ours(c->context);
            t[half] = c->theirs(c->context);
            if (!ours_first)
                o[half] = c->ours(c->context);
        }
        d[i] = (log(o[0]) + log(o[1]) - log(t[0]) - log(t[1])) / 2;
        if (!isfinite(d[i])) {
            printf("%-18s %-34s not measured: FAIL\n", c->name, c->peer);
            return false;
        }
        for (unsigned half = 0; half < 2; half++) {
            ours[2 * i + half] = o[half];
            theirs[2 * i + half] = t[half];
        }
    }
    struct stats_estimate e = stats_estimate(d, blocks, 0.95);
    double low = exp(e.low), high = exp(e.high);
    bool pass = e.bounded && passes(c, exp(e.centre), low, high);
    bool apart = high < c->low || low > c->high;
    printf("%-18s %-34s %10.4g %10.4g %8.4f  [%.4f, %.4f] %3zu  %s (%s; bounds %g to %g)\n",
           c->name, c->peer, shown(c, stats_median(ours, 2 * (size_t)blocks)),
           shown(c, stats_median(theirs, 2 * (size_t)blocks)), exp(e.centre), low, high, e.n,
           pass    ? "PASS"
           : apart ? "FAIL"
                   : "FAIL, too noisy to tell",
           c->unit, c->low, c->high);
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
