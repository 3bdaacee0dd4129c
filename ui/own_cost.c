#include <config.h>

#include "ui/own_cost.h"

#include <math.h>
#include <time.h>

#define SPAN_MIN_S 0.5

static double clock_s(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void own_cost_init(struct own_cost *c)
{
    *c = (struct own_cost){.thread = NAN, .process = NAN};
}

void own_cost_sample(struct own_cost *c, double now_s, uint64_t frames)
{
    size_t at = c->count++ % OWN_COST_SAMPLES;
    c->sample[at].at_s = now_s;
    c->sample[at].thread_s = clock_s(CLOCK_THREAD_CPUTIME_ID);
    c->sample[at].process_s = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    c->sample[at].frames = frames;
    size_t kept = c->count < OWN_COST_SAMPLES ? c->count : OWN_COST_SAMPLES;
    for (size_t back = 1; back < kept; back++) {
        size_t old = (c->count - 1 - back) % OWN_COST_SAMPLES;
        double span = now_s - c->sample[old].at_s;
        if (span < OWN_COST_WINDOW_S && back + 1 < kept)
            continue;
        if (span >= SPAN_MIN_S) {
            c->thread = (c->sample[at].thread_s - c->sample[old].thread_s) / span;
            c->process = (c->sample[at].process_s - c->sample[old].process_s) / span;
            c->frames_per_s = (double)(frames - c->sample[old].frames) / span;
        }
        break;
    }
}
