#include "tests/unit/handmade.h"

#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>

const struct workload handmade_time_row = {
    .id = "t.time", .subsystem = SUBSYSTEM_SYSOPS, .figure = FIGURE_TIME_US};
const struct workload handmade_rate_row = {
    .id = "t.rate", .subsystem = SUBSYSTEM_MEMORY, .figure = FIGURE_OPS_PER_S};

void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.17g is not %.17g within %g", value, expected, tolerance);
}

void handmade_session(struct result *r, size_t targets)
{
    static const char *const ids[] = {"native", "container", "kvm"};
    result_init(r);
    r->target_count = targets;
    for (size_t t = 0; t < targets; t++) {
        snprintf(r->targets[t].id, sizeof r->targets[t].id, "%s", ids[t]);
        r->targets[t].clock_rate = 1;
        r->targets[t].clock_known = true;
    }
}

struct slot *handmade_slot(struct result *r, size_t metric, size_t target, uint8_t stage,
                           uint32_t block, double value)
{
    struct slot *s = result_add_slot(r);
    s->metric = metric;
    s->target = target;
    s->stage = stage;
    s->block = block;
    s->value = value;
    s->measured = true;
    s->host_s = 0.2;
    s->at_s = (double)r->slot_count * 0.25;
    return s;
}

/* A block of one guest in its order; ratio is performance of the guest relative to native; drift is
 * the change per slot, log units of performance. */
void handmade_block(struct result *r, size_t metric, uint8_t stage, uint32_t block, double ratio,
                    double drift)
{
    static const size_t order[2][4] = {{0, 1, 1, 0}, {1, 0, 0, 1}};
    int sign = r->metrics[metric].row && workload_lower_is_better(r->metrics[metric].row) ? -1 : 1;
    for (size_t i = 0; i < 4; i++) {
        size_t target = order[block % 2][i];
        double y = 3 + drift * (double)r->slot_count + (target ? log(ratio) : 0);
        handmade_slot(r, metric, target, stage, block, exp(sign * y));
    }
}

/* Small changes that differ from block to block, the same in every test. */
double handmade_wobble(uint32_t i)
{
    static const double table[] = {0.004, -0.006, 0.001,  0.007,  -0.002, -0.005,
                                   0.003, 0.006,  -0.007, -0.001, 0.002,  -0.003};
    return table[i % 12] * (1 + i / 12 * 0.1);
}

/* Forty rows in two stages. Rows 0..9 look slower in stage 1; of these 0..4 get fresh blocks, in
 * which 0 is really slower, 1 better, 2 the same, 3 unclear, 4 differs but within the margin. */
void handmade_two_stages(struct result *r)
{
    static const double fresh[] = {0.85, 1.2, 1, 0.97, 0.982};
    handmade_session(r, 2);
    r->two_stage = true;
    for (uint32_t i = 0; i < 40; i++) {
        char params[16];
        snprintf(params, sizeof params, "size=%u", i);
        size_t m = result_add_metric(r, &handmade_rate_row, params);
        double seen = i < 10 ? exp(-0.10 + 0.004 * i) : 1;
        for (uint32_t b = 0; b < 2; b++)
            handmade_block(r, m, 1, b, seen * exp(handmade_wobble(i + 5 * b)), 0);
    }
    for (uint32_t i = 0; i < 5; i++)
        for (uint32_t b = 0; b < 12; b++)
            handmade_block(r, i, 2, b,
                           fresh[i] * exp((i == 3   ? 10
                                           : i == 4 ? 1.5
                                                    : 1) *
                                          handmade_wobble(b)),
                           0);
}
