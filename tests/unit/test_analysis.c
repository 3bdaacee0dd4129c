/* From slots to verdicts: every state a row can be in, from slots made by hand. */
#include "analysis.h"
#include "tests/unit/handmade.h"
#include "tests/unit/unit.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct workload own_margin_row = {
    .id = "t.own", .subsystem = SUBSYSTEM_MEMORY, .figure = FIGURE_OPS_PER_S, .margin = 0.2};
static const struct workload none_row = {
    .id = "t.none", .subsystem = SUBSYSTEM_MEMORY, .figure = FIGURE_NONE};

static const struct comparison *only(const struct result *r)
{
    assert_int_equal(r->comparison_count, 1);
    return &r->comparisons[0];
}

/* Any target may be what the others are compared with. */
static void test_another_base(void **state)
{
    (void)state;
    static const size_t order[] = {0, 1, 2, 2, 1, 0};
    static const double values[] = {100, 80, 40};
    struct result r;
    handmade_session(&r, 3);
    result_add_metric(&r, &handmade_rate_row, "");
    for (uint32_t b = 0; b < 8; b++)
        for (size_t i = 0; i < 6; i++)
            handmade_slot(&r, 0, order[i], 1, b,
                          values[order[i]] * exp(handmade_wobble(b * 6 + (uint32_t)i)));
    result_set_base(&r, 1);
    assert_string_equal(r.targets[0].id, "container");
    assert_string_equal(r.targets[1].id, "native");
    analysis_update(&r);
    const struct comparison *native = result_comparison(&r, 0, 1),
                            *kvm = result_comparison(&r, 0, 2);
    assert_near(exp(native->estimate.centre), 1.25, 0.02);
    assert_near(exp(kvm->estimate.centre), 0.5, 0.02);
    assert_int_equal(native->verdict, VERDICT_BETTER);
    assert_int_equal(kvm->verdict, VERDICT_WORSE);
    assert_false(native->flags & FLAG_TOO_GOOD);
    assert_near(result_figure(&r, 0, 0)->value, 80, 1);
    /* What is never judged judges nothing either. */
    r.targets[0].flags |= FLAG_MACHINES;
    analysis_update(&r);
    kvm = result_comparison(&r, 0, 2);
    assert_int_equal(kvm->verdict, VERDICT_NOT_COMPARABLE);
    assert_string_equal(kvm->reason, "another machine than container's: shown, never judged");
    /* Two guests of another machine are compared with each other. */
    r.targets[2].flags |= FLAG_MACHINES;
    r.targets[0].machine = r.targets[2].machine = 7;
    analysis_update(&r);
    assert_int_equal(result_comparison(&r, 0, 2)->verdict, VERDICT_WORSE);
    assert_false(result_comparison(&r, 0, 2)->flags & FLAG_MACHINES);
    assert_string_equal(result_comparison(&r, 0, 1)->reason,
                        "another machine than container's: shown, never judged");
    assert_true(result_comparison(&r, 0, 1)->flags & FLAG_MACHINES);
    assert_int_equal(analysis_subsystem(&r, SUBSYSTEM_MEMORY, 1).verdict, VERDICT_NOT_COMPARABLE);
    r.targets[2].machine = 8;
    analysis_update(&r);
    assert_int_equal(result_comparison(&r, 0, 2)->verdict, VERDICT_NOT_COMPARABLE);
    r.targets[2].flags &= ~(uint32_t)FLAG_MACHINES;
    r.targets[2].machine = 0;
    result_set_base(&r, 1);
    analysis_update(&r);
    assert_int_equal(result_comparison(&r, 0, 1)->verdict, VERDICT_NOT_COMPARABLE);
    assert_int_equal(result_comparison(&r, 0, 2)->verdict, VERDICT_WORSE);
    assert_int_equal(analysis_subsystem(&r, SUBSYSTEM_MEMORY, 1).verdict, VERDICT_NOT_COMPARABLE);
    result_release(&r);
}

static void test_drift_cancels_and_time_is_turned(void **state)
{
    (void)state;
    const struct workload *rows[] = {&handmade_time_row, &handmade_rate_row};
    for (size_t k = 0; k < 2; k++) {
        struct result r;
        handmade_session(&r, 2);
        size_t m = result_add_metric(&r, rows[k], "");
        for (uint32_t b = 0; b < 6; b++)
            handmade_block(&r, m, 1, b, 0.8, 0.03);
        analysis_update(&r);
        const struct comparison *c = only(&r);
        assert_int_equal(c->estimate.n, 6);
        assert_near(c->estimate.centre, log(0.8), 1e-9); /* slower, for times too */
        assert_near(c->estimate.low, log(0.8), 1e-9);
        assert_near(c->estimate.level, 0.96875, 1e-12);
        assert_int_equal(c->verdict, VERDICT_WORSE);
        assert_int_equal(c->stage, 0);
        assert_near(c->p, 2.0 / 64, 1e-12);
        /* neighbours of the same target differ by one step of drift */
        assert_near(c->detectable, stats_detectable(1.4826 * 0.03 / sqrt(2), 0, 6, 1.0 / 32), 1e-9);
        result_release(&r);
    }
}

static void test_figures(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    const double values[] = {9, 1, 5, 3, 7, 2, 8};
    for (size_t i = 0; i < 7; i++) {
        struct slot *s = handmade_slot(&r, m, 0, 1, (uint32_t)i, values[i]);
        s->tsc_per_op = i ? 3 * values[i] : 0; /* one does not know it: 1 2 3 5 7 8 remain */
        s->latency = (struct latency){.known = true,
                                      .count = 10,
                                      .p50_us = values[i],
                                      .p90_us = 10 * values[i],
                                      .p99_us = 20,
                                      .p99_9_us = 30,
                                      .max_us = 100 * values[i]};
    }
    struct slot *broken = handmade_slot(&r, m, 1, 1, 0, 0);
    broken->measured = false;
    snprintf(broken->reason, sizeof broken->reason, "wrong checksum");
    analysis_update(&r);
    const struct figure_value *f = result_figure(&r, m, 0);
    assert_true(f->measured && f->verified && f->bounded);
    assert_int_equal(f->n, 7);
    assert_near(f->value, 5, 0);
    assert_near(f->low, 1, 0); /* 1 - 2/128 = 98.4 %; the next pair would be 87.5 % */
    assert_near(f->high, 9, 0);
    assert_true(isnan(f->noise)); /* no neighbours */
    assert_true(f->latency.known);
    assert_near(f->latency.p50_us, 5, 0);
    assert_near(f->latency.p90_us, 50, 0);
    assert_near(f->latency.max_us, 900, 0);
    assert_int_equal(f->latency.count, 70);
    assert_near(f->tsc_per_op, 12, 1e-12);
    f = result_figure(&r, m, 1);
    assert_false(f->measured);
    assert_string_equal(f->reason, "wrong checksum");
    assert_true(isnan(f->value));
    assert_true(f->arrival.sent == 0);
    assert_near(f->tsc_per_op, 0, 0);
    result_release(&r);
}

/* A slot of which no datagram arrived has no figure, and its loss counts. One that failed otherwise
 * does not. */
/* What was dropped after all slots that tell; who has none measured tells nothing. */
static void test_dropped(void **state)
{
    (void)state;
    static const enum dropped slots[][4] = {
        {DROPPED_ALL, DROPPED_FILE, DROPPED_UNKNOWN, DROPPED_FILE},
        {DROPPED_ALL, DROPPED_ALL, DROPPED_NOTHING, DROPPED_UNKNOWN},
        {DROPPED_UNKNOWN, DROPPED_UNKNOWN, DROPPED_UNKNOWN, DROPPED_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        struct result r;
        handmade_session(&r, 2);
        size_t m = result_add_metric(&r, &handmade_rate_row, "");
        for (uint32_t k = 0; k < 4; k++) {
            struct slot *s = handmade_slot(&r, m, 1, 1, k, 100);
            s->dropped = slots[i][k];
            s->measured = slots[i][k] != DROPPED_NOTHING;
        }
        analysis_update(&r);
        assert_int_equal(result_figure(&r, m, 1)->dropped, i == 0   ? DROPPED_FILE
                                                           : i == 1 ? DROPPED_ALL
                                                                    : DROPPED_UNKNOWN);
        result_release(&r);
    }
}

static void test_arrival(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    for (uint32_t i = 0; i < 4; i++) {
        struct slot *s = handmade_slot(&r, m, 1, 1, i, 5);
        s->arrival = (struct arrival){.sent = 1000, .received = 900, .reordered = 9, .sent_s = 2};
        if (i < 2)
            continue;
        s->measured = false;
        s->arrival.received = i == 2 ? 0 : 900;
        s->arrival.reordered = 0;
        text_copy(s->reason, sizeof s->reason, i == 2 ? "none arrived" : "wrong bytes");
    }
    analysis_update(&r);
    const struct figure_value *f = result_figure(&r, m, 1);
    assert_true(f->measured);
    assert_int_equal(f->n, 2);
    assert_int_equal(f->arrival.sent, 3000);
    assert_int_equal(f->arrival.received, 1800);
    assert_near(arrival_loss(&f->arrival), 0.4, 1e-12);
    assert_near(arrival_disorder(&f->arrival), 0.01, 1e-12);
    assert_near(arrival_sent_per_s(&f->arrival), 500, 1e-9);
    for (size_t i = 0; i < r.slot_count; i++) {
        r.slots[i].measured = false;
        r.slots[i].arrival.received = r.slots[i].arrival.reordered = 0;
        text_copy(r.slots[i].reason, sizeof r.slots[i].reason, "none arrived");
    }
    analysis_update(&r);
    f = result_figure(&r, m, 1);
    assert_false(f->measured);
    assert_near(arrival_loss(&f->arrival), 1, 0);
    assert_near(arrival_sent_per_s(&f->arrival), 500, 1e-9);
    r.slots[1].arrival.sent_s = 0; /* one does not know it: no rate of all */
    analysis_update(&r);
    assert_true(isnan(arrival_sent_per_s(&result_figure(&r, m, 1)->arrival)));
    f = result_figure(&r, m, 1);
    assert_string_equal(f->reason, "none arrived");
    result_release(&r);
}

static void test_figure_of_few_slots(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 1);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    handmade_slot(&r, m, 0, 1, 0, 100);
    analysis_update(&r);
    assert_int_equal(r.comparison_count, 0);
    const struct figure_value *f = result_figure(&r, m, 0);
    assert_true(f->measured);
    assert_false(f->bounded);
    handmade_slot(&r, m, 0, 1, 0, 110);
    analysis_update(&r);
    f = result_figure(&r, m, 0);
    assert_true(f->bounded);
    assert_near(log(f->high) - log(sqrt(100 * 110)), 12.7062047362 * log(1.1) / 2, 1e-8);
    assert_near(f->noise, 1.4826 * log(1.1) / sqrt(2), 1e-12);
    result_release(&r);
}

static void test_broken_blocks_are_left_out_whole(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    for (uint32_t b = 0; b < 8; b++)
        handmade_block(&r, m, 1, b, 1, 0);
    r.slots[0].measured = false;       /* block 0: native */
    r.slots[4 * 2 + 1].value = 0;      /* block 2: nothing was done */
    r.slots[4 * 3].value = NAN;        /* block 3 */
    handmade_slot(&r, m, 0, 1, 4, 20); /* block 4 has three of native */
    r.slots[4 * 5 + 3].metric = 9999;  /* block 5 lacks one */
    analysis_update(&r);
    assert_int_equal(only(&r)->estimate.n, 3);
    double d;
    assert_int_equal(analysis_block(&r, m, 1, 1, 1, &d), 1);
    assert_near(d, 0, 1e-12);
    assert_int_equal(analysis_block(&r, m, 1, 1, 0, &d), 0);
    assert_int_equal(analysis_block(&r, m, 1, 1, 4, &d), 0);
    assert_int_equal(analysis_block(&r, m, 1, 1, 8, &d), -1);
    assert_int_equal(analysis_block(&r, m, 1, 2, 1, &d), -1);
    result_release(&r);
}

static void test_few_blocks(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    analysis_update(&r);
    assert_int_equal(only(&r)->verdict, VERDICT_NOT_MEASURED);
    assert_string_equal(only(&r)->reason, "no slot was run");
    assert_int_equal(only(&r)->estimate.n, 0);

    handmade_block(&r, m, 1, 0, 0.5, 0); /* half as fast, but only once */
    analysis_update_metric(&r, m);
    assert_int_equal(only(&r)->verdict, VERDICT_INCONCLUSIVE);
    assert_false(only(&r)->estimate.bounded);
    assert_true(isnan(only(&r)->detectable));
    assert_near(only(&r)->estimate.centre, log(0.5), 1e-12);
    assert_string_equal(only(&r)->reason, "one block, so no interval");

    handmade_block(&r, m, 1, 1, 0.52, 0);
    analysis_update_metric(&r, m);
    assert_true(only(&r)->estimate.bounded && only(&r)->estimate.approximate);
    assert_true(only(&r)->detectable > 0);
    assert_true(isnan(only(&r)->p));
    result_release(&r);
}

static void test_exploring_verdicts(void **state)
{
    (void)state;
    const struct {
        double ratio;
        const struct workload *row;
        enum verdict want;
    } cases[] = {
        {1, &handmade_rate_row, VERDICT_SAME},
        {0.99, &handmade_rate_row, VERDICT_SAME},
        {0.94, &handmade_rate_row, VERDICT_SLIGHTLY_WORSE},
        {0.8, &handmade_rate_row, VERDICT_WORSE},
        {1.1, &handmade_rate_row, VERDICT_BETTER},
        {1.1, &own_margin_row, VERDICT_SAME},
        {0.97, &handmade_rate_row, VERDICT_SLIGHTLY_WORSE},
        {0.8, &none_row, VERDICT_NOT_COMPARABLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r;
        handmade_session(&r, 2);
        size_t m = result_add_metric(&r, cases[i].row, "");
        for (uint32_t b = 0; b < 8; b++)
            handmade_block(&r, m, 1, b, cases[i].ratio * exp(handmade_wobble(b)), 0);
        analysis_update(&r);
        const struct comparison *c = only(&r);
        assert_int_equal(c->verdict, cases[i].want);
        assert_int_equal(!!(c->flags & FLAG_TOO_GOOD), cases[i].want == VERDICT_BETTER);
        result_release(&r);
    }
}

static void test_flags(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    for (uint32_t b = 0; b < 6; b++)
        handmade_block(&r, m, 1, b, 1, 0);
    r.targets[0].flags = FLAG_NESTED;
    r.targets[1].flags = FLAG_PLACEMENT;
    r.slots[3].steal = 0.011; /* a slot of native counts as well */
    r.slots[5].flags = FLAG_THROTTLED;
    r.slots[6].steal = 0.01;
    analysis_update(&r);
    assert_int_equal(only(&r)->flags, FLAG_NESTED | FLAG_PLACEMENT | FLAG_STEAL | FLAG_THROTTLED);
    r.slots[3].steal = 0.009;
    analysis_update(&r);
    assert_int_equal(only(&r)->flags, FLAG_NESTED | FLAG_PLACEMENT | FLAG_THROTTLED);
    result_release(&r);
}

static void test_clock(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    for (uint32_t b = 0; b < 6; b++)
        handmade_block(&r, m, 1, b, exp(0.01 + handmade_wobble(b)), 0);
    struct result_target *g = &r.targets[1];
    const struct {
        double rate, bound;
        bool stepped;
        enum verdict want;
        bool flag;
        const char *remark;
    } cases[] = {
        {1, 1e-5, false, VERDICT_SAME, false, ""},
        {1.005, 1e-4, false, VERDICT_SAME, true, ""},
        {0.98, 1e-4, false, VERDICT_NOT_COMPARABLE, true, "2.0 % slow"},
        {1.02, 1e-4, false, VERDICT_NOT_COMPARABLE, true, "2.0 % fast"},
        {1, 1e-5, true, VERDICT_NOT_COMPARABLE, true, "stepped"},
        /* Known to 4 %: what looked the same may be different. */
        {1.02, 0.04, false, VERDICT_INCONCLUSIVE, false, "unverified"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        g->clock_rate = cases[i].rate;
        g->clock_bound = cases[i].bound;
        g->clock_stepped = cases[i].stepped;
        analysis_update(&r);
        const struct comparison *c = only(&r);
        assert_int_equal(c->verdict, cases[i].want);
        assert_int_equal(!!(c->flags & FLAG_CLOCK), cases[i].flag);
        assert_non_null(strstr(c->reason, cases[i].remark));
        assert_int_equal(c->estimate.n, 6); /* still shown */
        struct subsystem_summary s = analysis_subsystem(&r, SUBSYSTEM_MEMORY, 1);
        assert_int_equal(s.estimate.n, cases[i].want == VERDICT_NOT_COMPARABLE ? 0 : 1);
    }
    result_release(&r);
}

static void test_emulated_is_never_judged(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    for (uint32_t b = 0; b < 8; b++)
        handmade_block(&r, m, 1, b, 0.1 * exp(handmade_wobble(b)), 0);
    r.targets[1].emulated = true;
    for (int two = 0; two < 2; two++) {
        r.two_stage = two;
        analysis_update(&r);
        const struct comparison *c = only(&r);
        assert_int_equal(c->verdict, VERDICT_NOT_COMPARABLE);
        assert_true(c->flags & FLAG_EMULATED);
        assert_true(c->estimate.bounded);
        assert_int_equal(analysis_subsystem(&r, SUBSYSTEM_MEMORY, 1).estimate.n, 0);
        assert_int_equal(analysis_subsystem(&r, SUBSYSTEM_MEMORY, 1).verdict,
                         VERDICT_NOT_COMPARABLE);
        assert_int_equal(analysis_overall(&r, 1).estimate.n, 0);
        size_t order[1];
        assert_int_equal(analysis_select(&r, order, 1), 0);
    }
    result_release(&r);
}

static void test_reasons(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    for (uint32_t b = 0; b < 2; b++)
        handmade_block(&r, m, 1, b, 1, 0);
    for (size_t i = 0; i < r.slot_count; i++)
        if (r.slots[i].target == 1) {
            r.slots[i].measured = false;
            r.slots[i].host_s = 0;
            snprintf(r.slots[i].reason, sizeof r.slots[i].reason, "needs two processors");
        }
    analysis_update(&r);
    assert_int_equal(only(&r)->verdict, VERDICT_CANNOT);
    assert_string_equal(only(&r)->reason, "needs two processors");
    for (size_t i = 0; i < r.slot_count; i++)
        r.slots[i].target ^= 1;
    analysis_update(&r);
    assert_int_equal(only(&r)->verdict, VERDICT_CANNOT);
    assert_string_equal(only(&r)->reason, "native: needs two processors");
    /* It worked once and then broke: not "cannot". */
    for (size_t i = 0; i < r.slot_count; i++)
        r.slots[i].target ^= 1;
    r.slots[1].measured = true;
    analysis_update(&r);
    assert_int_equal(only(&r)->verdict, VERDICT_NOT_MEASURED);
    assert_string_equal(only(&r)->reason, "needs two processors");
    result_release(&r);

    /* A guest so slow that nothing is finished in its slots. */
    handmade_session(&r, 2);
    m = result_add_metric(&r, &handmade_rate_row, "");
    for (uint32_t b = 0; b < 6; b++)
        handmade_block(&r, m, 1, b, 1, 0);
    for (size_t i = 0; i < r.slot_count; i++)
        if (r.slots[i].target == 1)
            r.slots[i].value = 0;
    for (int two = 0; two < 2; two++) {
        r.two_stage = two;
        analysis_update(&r);
        assert_int_equal(only(&r)->verdict, VERDICT_INCONCLUSIVE);
        assert_string_equal(only(&r)->reason, "no operation was finished in a slot");
        assert_int_equal(only(&r)->estimate.n, 0);
        assert_int_equal(analysis_subsystem(&r, SUBSYSTEM_MEMORY, 1).rows, 0);
    }
    result_release(&r);

    handmade_session(&r, 2);
    m = result_add_metric_id(&r, "from.the.future", NULL, "");
    for (uint32_t b = 0; b < 6; b++)
        handmade_block(&r, m, 1, b, 1, 0);
    analysis_update(&r);
    assert_int_equal(only(&r)->verdict, VERDICT_NOT_COMPARABLE);
    assert_true(result_figure(&r, m, 0)->measured);
    assert_int_equal(analysis_overall(&r, 1).total, 0);
    result_release(&r);
}

/* Three targets share the native slots; each guest has its own differences. */
static void test_two_guests(void **state)
{
    (void)state;
    static const size_t order[2][6] = {{0, 1, 2, 2, 1, 0}, {2, 1, 0, 0, 1, 2}};
    static const double ratio[] = {1, 0.9, 0.7};
    struct result r;
    handmade_session(&r, 3);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    for (uint32_t b = 0; b < 6; b++)
        for (size_t i = 0; i < 6; i++)
            handmade_slot(&r, m, order[b % 2][i], 1, b,
                          100 * ratio[order[b % 2][i]] * exp(0.01 * (double)r.slot_count));
    /* One guest breaks in one block: the other's block stays whole. */
    r.slots[2].measured = false;
    analysis_update(&r);
    assert_int_equal(r.comparison_count, 2);
    assert_int_equal(result_comparison(&r, m, 1)->estimate.n, 6);
    assert_near(result_comparison(&r, m, 1)->estimate.centre, log(0.9), 1e-9);
    assert_int_equal(result_comparison(&r, m, 2)->estimate.n, 5);
    assert_near(result_comparison(&r, m, 2)->estimate.centre, log(0.7), 1e-9);
    /* The middle target never has neighbours: its noise is unknown, native's is not. */
    assert_true(isnan(result_figure(&r, m, 1)->noise));
    assert_near(result_figure(&r, m, 0)->noise, 1.4826 * 0.01 / sqrt(2), 1e-9);
    result_release(&r);
}

static void test_two_stages(void **state)
{
    (void)state;
    struct result r;
    handmade_two_stages(&r);
    analysis_update(&r);
    const enum verdict want[] = {VERDICT_WORSE, VERDICT_BETTER, VERDICT_SAME, VERDICT_INCONCLUSIVE,
                                 VERDICT_SAME};
    for (size_t m = 0; m < 5; m++) {
        const struct comparison *c = result_comparison(&r, m, 1);
        assert_int_equal(c->stage, 2);
        assert_int_equal(c->estimate.n, 12); /* stage 1 is not used */
        assert_int_equal(c->verdict, want[m]);
    }
    /* All twelve of one sign, five rows: p = 2/4096 times 5. */
    assert_near(result_comparison(&r, 0, 1)->p, 5 * 2.0 / 4096, 1e-12);
    assert_true(result_comparison(&r, 1, 1)->flags & FLAG_TOO_GOOD);
    /* What could have been found counts the margin and the family. */
    assert_true(result_comparison(&r, 2, 1)->detectable > 0.03);
    assert_true(result_comparison(&r, 2, 1)->detectable < 0.04);
    for (size_t m = 5; m < 40; m++) {
        const struct comparison *c = result_comparison(&r, m, 1);
        assert_int_equal(c->stage, 1);
        assert_int_equal(c->estimate.n, 2);
        assert_int_equal(c->verdict, m < 10 ? VERDICT_INCONCLUSIVE : VERDICT_NO_SIGN);
        assert_true(isnan(c->p));
        assert_true(c->detectable > 0.02 && c->detectable < 0.04);
        assert_string_equal(c->reason, m < 10 ? "not among the rows measured again" : "");
    }
    result_release(&r);
}

/* What is not there says whether it may still come, and if not, why. */
static void test_time_and_reasons(void **state)
{
    (void)state;
    static const struct {
        bool running, partial;
        size_t rows, looks;
        const char *again, *missing, *single;
    } cases[] = {
        {true, false, 0, 0, "a first look: not measured again yet", "its turn comes",
         "one block so far, so no interval"},
        {false, false, 0, 0, "not among the rows measured again", "no slot was run",
         "one block, so no interval"},
        {false, false, 2, 5, "out of time: not among the rows measured again", "out of time",
         "one block, so no interval: out of time"},
        {false, true, 0, 0, "interrupted before it was measured again",
         "interrupted before its turn", "one block, so no interval"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r;
        handmade_two_stages(&r);
        size_t single = result_add_metric(&r, &handmade_rate_row, "size=98");
        handmade_block(&r, single, 1, 0, 0.9, 0);
        size_t missing = result_add_metric(&r, &handmade_rate_row, "size=99");
        r.running = cases[i].running;
        r.partial = cases[i].partial;
        r.late.rows = cases[i].rows;
        r.late.looks = cases[i].looks;
        analysis_update(&r);
        assert_string_equal(result_comparison(&r, 7, 1)->reason, cases[i].again);
        assert_string_equal(result_comparison(&r, missing, 1)->reason, cases[i].missing);
        assert_string_equal(result_comparison(&r, single, 1)->reason, cases[i].single);
        assert_int_equal(result_comparison(&r, single, 1)->verdict, VERDICT_INCONCLUSIVE);
        result_release(&r);
    }
}

/* One block of two had no figure: the row says which failure it was. */
static void test_single_block_tells_the_failure(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_time_row, "");
    handmade_block(&r, m, 1, 0, 0.9, 0);
    handmade_block(&r, m, 1, 1, 0.9, 0);
    r.slots[5].measured = false;
    snprintf(r.slots[5].reason, sizeof r.slots[5].reason,
             "not above its own overhead in this slot");
    analysis_update(&r);
    assert_string_equal(
        only(&r)->reason,
        "one block, so no interval: native: not above its own overhead in this slot");
    result_release(&r);
}

static void test_update_of_one_metric_is_the_same(void **state)
{
    (void)state;
    for (int two = 0; two < 2; two++) {
        struct result r;
        handmade_two_stages(&r);
        r.two_stage = two;
        analysis_update(&r);
        struct comparison *kept = calloc(r.comparison_count, sizeof *kept);
        size_t count = r.comparison_count, figures = r.figure_count;
        memcpy(kept, r.comparisons, count * sizeof *kept);
        for (size_t m = 0; m < r.metric_count; m++)
            analysis_update_metric(&r, m);
        assert_int_equal(r.comparison_count, count);
        assert_int_equal(r.figure_count, figures);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(kept[i].verdict, r.comparisons[i].verdict);
            assert_int_equal(kept[i].metric, r.comparisons[i].metric);
            assert_near(kept[i].estimate.centre, r.comparisons[i].estimate.centre, 0);
        }
        free(kept);
        result_release(&r);
    }
}

static void test_empty(void **state)
{
    (void)state;
    struct result r;
    result_init(&r);
    analysis_update(&r);
    size_t order[1];
    assert_int_equal(analysis_select(&r, order, 1), 0);
    assert_int_equal(analysis_overall(&r, 0).rows, 0);
    handmade_session(&r, 2);
    r.two_stage = true;
    analysis_update(&r);
    assert_int_equal(r.comparison_count, 0);
    assert_int_equal(analysis_select(&r, order, 1), 0);
    assert_int_equal(analysis_overall(&r, 1).verdict, VERDICT_NOT_MEASURED);
    /* Slots of a damaged file that name nothing. */
    result_add_metric(&r, &handmade_rate_row, "");
    handmade_slot(&r, 77, 0, 1, 0, 1);
    handmade_slot(&r, 0, 77, 1, 0, 1);
    analysis_update(&r);
    assert_int_equal(r.figure_count, 0);
    assert_int_equal(r.comparisons[0].verdict, VERDICT_NOT_MEASURED);
    result_release(&r);
}

static void count(struct slot *s, double counted_s, uint64_t cpu_ns, uint64_t exits)
{
    s->counted_s = counted_s;
    s->ops = 1000;
    counters_add(&s->counters, COUNTER_CPU, cpu_ns);
    counters_add(&s->counters, COUNTER_EXITS, exits);
    counters_add_reason(&s->counters, "io", exits / 4);
    counters_add_reason(&s->counters, "halt", exits / 2);
}

static void test_counters_are_pooled(void **state)
{
    (void)state;
    struct result r;
    handmade_session(&r, 2);
    size_t m = result_add_metric(&r, &handmade_rate_row, "");
    handmade_block(&r, m, 1, 0, 0.9, 0);
    for (size_t i = 0; i < 4; i++)
        count(&r.slots[i], i % 2 ? 0.2 : 0.21, 100000000, 400 + 400 * i);
    analysis_update(&r);
    const struct figure_cost *cost = &result_figure(&r, m, 0)->cost; /* slots 0 and 3 */
    assert_int_equal(cost->known, 1u << COUNTER_CPU | 1u << COUNTER_EXITS);
    assert_near(cost->per_s[COUNTER_CPU], 0.2 / 0.41, 1e-12);
    assert_near(cost->per_s[COUNTER_EXITS], 2000 / 0.41, 1e-9);
    assert_near(cost->s_per_op, 0.41 / 2000, 1e-12);
    assert_int_equal(cost->reason_count, 2);
    assert_string_equal(cost->reasons[0].name, "halt");
    assert_near(cost->reasons[0].per_s, 1000 / 0.41, 1e-9);

    /* Half of what was counted is something else: nothing is said about an operation. */
    r.slots[0].host_s = r.slots[3].host_s = 0.1;
    analysis_update(&r);
    cost = &result_figure(&r, m, 0)->cost;
    assert_true(isnan(cost->s_per_op));
    assert_near(cost->per_s[COUNTER_EXITS], 2000 / 0.41, 1e-9);

    /* One slot without a counter: the figure has none. */
    r.slots[3].counters.known &= ~(1u << COUNTER_EXITS);
    analysis_update(&r);
    cost = &result_figure(&r, m, 0)->cost;
    assert_int_equal(cost->known, 1u << COUNTER_CPU);
    assert_int_equal(cost->reason_count, 0);
    r.slots[3].counted_s = 0;
    analysis_update(&r);
    assert_int_equal(result_figure(&r, m, 0)->cost.known, 0);
    /* A slot that was not measured says nothing. */
    r.slots[3].measured = false;
    analysis_update(&r);
    assert_int_equal(result_figure(&r, m, 0)->cost.known, 1u << COUNTER_CPU | 1u << COUNTER_EXITS);
    result_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_another_base),
        cmocka_unit_test(test_drift_cancels_and_time_is_turned),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_arrival),
        cmocka_unit_test(test_dropped),
        cmocka_unit_test(test_figure_of_few_slots),
        cmocka_unit_test(test_broken_blocks_are_left_out_whole),
        cmocka_unit_test(test_few_blocks),
        cmocka_unit_test(test_exploring_verdicts),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_emulated_is_never_judged),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_two_guests),
        cmocka_unit_test(test_two_stages),
        cmocka_unit_test(test_time_and_reasons),
        cmocka_unit_test(test_single_block_tells_the_failure),
        cmocka_unit_test(test_update_of_one_metric_is_the_same),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_counters_are_pooled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
