/* handmade.h - results made of slots by hand, for tests of the analysis. */
#ifndef VMTAX_TESTS_UNIT_HANDMADE_H
#define VMTAX_TESTS_UNIT_HANDMADE_H

#include "result.h"

/* A row whose figure is a time, and one whose figure is a rate. */
extern const struct workload handmade_time_row, handmade_rate_row;

/* An empty result of so many targets, of which the first is native; release it. */
void handmade_session(struct result *r, size_t targets);
/* A slot that was measured, 0.2 s long, after those that are there. */
struct slot *handmade_slot(struct result *r, size_t metric, size_t target, uint8_t stage,
                           uint32_t block, double value);
/* A block of one guest in its order; ratio is performance of the guest relative to native; drift is
 * the change per slot, log units of performance. */
void handmade_block(struct result *r, size_t metric, uint8_t stage, uint32_t block, double ratio,
                    double drift);
/* 40 rows in stage 1, the first ten of them slower, and the first five again in stage 2. */
void handmade_two_stages(struct result *r);
/* Small changes that differ from block to block, the same in every test. */
double handmade_wobble(uint32_t i);

void assert_near(double value, double expected, double tolerance);

#endif
