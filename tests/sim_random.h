/* sim_random.h - the dice of the simulations: splitmix64, so a seed gives the same anywhere. */
#ifndef VMTAX_SIM_RANDOM_H
#define VMTAX_SIM_RANDOM_H

#include <math.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

static inline double uniform(struct random *g) /* in (0,1) */
{
    uint64_t z = (g->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static inline double normal(struct random *g)
{
    return sqrt(-2 * log(uniform(g))) * cos(2 * M_PI * uniform(g));
}

#endif
