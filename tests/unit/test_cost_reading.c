/* What is said of a row from its counters, and what is not. */
#include <config.h>

#include "unit.h"

#include "cost_reading.h"

#include <math.h>
#include <string.h>

static struct figure_cost cost(double s_per_op)
{
    return (struct figure_cost){.s_per_op = s_per_op};
}

/* So many events, or nanoseconds, in each operation. */
static void count(struct figure_cost *c, enum counter which, double per_op)
{
    const struct counter_kind *k = &counter_kinds[which];
    c->known |= 1u << which;
    c->per_s[which] = per_op / c->s_per_op * (k->time && k->scale < 1 ? 1e-9 : 1);
}

static bool says(const struct cost_reading *r, const char *words)
{
    for (size_t i = 0; i < r->count; i++)
        if (strstr(r->line[i], words))
            return true;
    return false;
}

static void exits_are_bounded(void **state)
{
    (void)state;
    struct figure_cost guest = cost(12e-6), native = cost(8e-6);
    struct cost_reading r;
    count(&guest, COUNTER_EXITS, 5);
    count(&guest, COUNTER_RUN_DELAY, 1000); /* ns: a quarter of the 4 µs */
    count(&guest, COUNTER_VMM_CPU, 100);    /* a fortieth */
    count(&guest, COUNTER_HALT_POLL, 400);
    count(&guest, COUNTER_GUEST_FAULTS, 0.5);
    count(&native, COUNTER_GUEST_FAULTS, 0.45); /* about as many */
    memcpy(guest.reasons[0].name, "halt", 5);
    guest.reasons[0].per_s = guest.per_s[COUNTER_EXITS] / 2;
    guest.reason_count = 1;
    cost_reading_make(&r, &guest, &native, false);
    assert_true(says(&r, "took 4.000 µs longer than natively (12.00 µs, 8.000 µs)."));
    assert_true(says(&r, "vCPU waiting 1.000 µs (25 %), halt polling 400.0 ns (10 %)."));
    assert_false(says(&r, "VMM"));
    assert_true(says(&r, "exits 5.000 (halt 50 %)."));
    assert_false(says(&r, "page faults"));
    assert_true(says(&r, "Were all of that theirs, an exit took 800.0 ns."));
    assert_true(says(&r, "need not be the cause"));

    cost_reading_make(&r, &guest, &native, true);
    assert_true(says(&r, "translated"));
    assert_false(says(&r, "an exit took"));
}

static void native_stands_beside(void **state)
{
    (void)state;
    struct figure_cost guest = cost(2e-4), native = cost(1e-4);
    struct cost_reading r;
    count(&guest, COUNTER_GUEST_FAULTS, 5);
    count(&native, COUNTER_GUEST_FAULTS, 2);
    count(&guest, COUNTER_GUEST_INTERRUPTS, 0.2); /* a timer's: as many a second */
    count(&native, COUNTER_GUEST_INTERRUPTS, 0.1);
    cost_reading_make(&r, &guest, &native, false);
    assert_true(says(&r, "page faults 5.000 (natively 2.000)."));
    assert_false(says(&r, "interrupts"));
    assert_false(says(&r, "an exit took"));
}

/* Waiting for a processor, as the host knows it and as the guest does, is told once. */
static void stolen_time_is_not_told_twice(void **state)
{
    (void)state;
    struct figure_cost guest = cost(2e-4), native = cost(1e-4);
    struct cost_reading r;
    count(&guest, COUNTER_STOLEN, 50000);
    cost_reading_make(&r, &guest, &native, false);
    assert_true(says(&r, "steal 50.00 µs (50 %)"));
    count(&guest, COUNTER_RUN_DELAY, 50000);
    cost_reading_make(&r, &guest, &native, false);
    assert_true(says(&r, "vCPU waiting 50.00 µs (50 %)."));
    assert_false(says(&r, "steal"));
}

static void nothing_is_made_up(void **state)
{
    (void)state;
    struct figure_cost guest = cost(2e-4), native = cost(1e-4);
    struct cost_reading r;
    cost_reading_make(&r, &guest, &native, false);
    assert_true(says(&r, "No counter differs from native's by enough"));
    assert_false(says(&r, "cause"));
    /* As fast as native: there is nothing to go with. */
    count(&guest, COUNTER_EXITS, 5);
    native.s_per_op = 2e-4;
    cost_reading_make(&r, &guest, &native, false);
    assert_int_equal(r.count, 1);
    assert_true(says(&r, "took no longer than natively"));
    /* Time that holds other work. */
    native.s_per_op = NAN;
    cost_reading_make(&r, &guest, &native, false);
    assert_true(says(&r, "is not told here"));
    assert_true(says(&r, "exits 5.000"));
    assert_false(says(&r, "an exit took"));
}

/* The longest that can be fits its lines. */
static void everything_at_once(void **state)
{
    (void)state;
    struct figure_cost guest = cost(1e3), native = cost(1e-9);
    struct cost_reading r;
    for (enum counter i = 0; i < COUNTER_COUNT; i++) {
        count(&guest, i, 1e300);
        count(&native, i, 1e-300);
    }
    guest.reason_count = FIGURE_REASONS_MAX;
    for (size_t i = 0; i < FIGURE_REASONS_MAX; i++) {
        memset(guest.reasons[i].name, 'x', COUNTER_REASON_NAME - 1);
        guest.reasons[i].per_s = 1e300;
    }
    cost_reading_make(&r, &guest, &native, true);
    assert_true(r.count <= COST_READING_LINES);
    for (size_t i = 0; i < r.count; i++)
        assert_true(strlen(r.line[i]) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exits_are_bounded),
        cmocka_unit_test(native_stands_beside),
        cmocka_unit_test(stolen_time_is_not_told_twice),
        cmocka_unit_test(nothing_is_made_up),
        cmocka_unit_test(everything_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
