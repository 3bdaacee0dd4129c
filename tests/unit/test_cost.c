#include "cost.h"

#include "unit.h"

#include <math.h>
#include <string.h>

static struct figure_cost kvm(void)
{
    struct figure_cost c = {.s_per_op = 1e-4, .reason_count = 2};
    c.known = 1u << COUNTER_VCPU_CPU | 1u << COUNTER_EXITS | 1u << COUNTER_HALT_POLL |
              1u << COUNTER_GUEST_INTERRUPTS | 1u << COUNTER_GUEST_FAULTS;
    c.per_s[COUNTER_VCPU_CPU] = 0.974;
    c.per_s[COUNTER_EXITS] = 12400;
    c.per_s[COUNTER_HALT_POLL] = 2.5e6; /* ns in a second */
    c.per_s[COUNTER_GUEST_INTERRUPTS] = 50;
    memcpy(c.reasons[0].name, "halt", 5);
    memcpy(c.reasons[1].name, "io", 3);
    c.reasons[0].per_s = 7440;
    c.reasons[1].per_s = 3844;
    return c;
}

static void values(void **state)
{
    (void)state;
    char out[24];
    struct figure_cost c = kvm();
    assert_string_equal(cost_value(out, sizeof out, &c, NULL, COUNTER_VCPU_CPU), "97.40 %");
    assert_string_equal(cost_value(out, sizeof out, &c, NULL, COUNTER_HALT_POLL), "0.250 %");
    assert_string_equal(cost_value(out, sizeof out, &c, NULL, COUNTER_EXITS), "1.240/op");
    /* Twice in 400 operations: that says nothing. */
    assert_string_equal(cost_value(out, sizeof out, &c, NULL, COUNTER_GUEST_INTERRUPTS), "50.00/s");
    assert_string_equal(cost_value(out, sizeof out, &c, NULL, COUNTER_VMM_CPU), "-");
    /* Two that are compared are told in one way, though one of them alone would not be. */
    struct figure_cost often = c, vague = c;
    often.per_s[COUNTER_GUEST_INTERRUPTS] = 5000;
    vague.s_per_op = NAN;
    assert_string_equal(cost_value(out, sizeof out, &c, &often, COUNTER_GUEST_INTERRUPTS),
                        "0.005/op");
    assert_string_equal(cost_value(out, sizeof out, &often, &c, COUNTER_GUEST_INTERRUPTS),
                        "0.500/op");
    assert_string_equal(cost_value(out, sizeof out, &often, &vague, COUNTER_GUEST_INTERRUPTS),
                        "5000/s");
    often.known = 1u << COUNTER_DISK_READ;
    often.per_s[COUNTER_DISK_READ] = 41e6;
    assert_string_equal(cost_value(out, sizeof out, &often, NULL, COUNTER_DISK_READ), "4100B/op");
    assert_string_equal(cost_names(out, sizeof out, 1u << COUNTER_EXITS | 1u << COUNTER_HALT_POLL),
                        "exits, halt polling");
    assert_string_equal(cost_names(out, 5, 1u << COUNTER_EXITS | 1u << COUNTER_HALT_POLL), "exit");
    c.s_per_op = NAN;
    assert_string_equal(cost_value(out, sizeof out, &c, NULL, COUNTER_EXITS), "12400/s");
    assert_true(cost_counted(&c, COUNTER_EXITS));
    assert_false(cost_counted(&c, COUNTER_GUEST_FAULTS)); /* known to be none */
    assert_false(cost_counted(&c, COUNTER_CPU));
    /* The widest that there can be. */
    for (enum counter i = 0; i < COUNTER_COUNT; i++) {
        c.known = 1u << i;
        static const double extremes[] = {1e-300, 9.9994e-5, 0.99999, 99999, 1e18, 1e300};
        for (size_t k = 0; k < sizeof extremes / sizeof *extremes; k++) {
            c.per_s[i] = extremes[k];
            c.s_per_op = k % 2 ? NAN : 1;
            assert_true(strlen(cost_value(out, sizeof out, &c, NULL, i)) <= 11);
        }
    }
}

/* As the user wants it: all of an operation, or all of a second. */
static void values_in_one_unit(void **state)
{
    (void)state;
    char out[24];
    struct figure_cost c = kvm();
    const struct {
        enum counter which;
        const char *operation, *second;
    } cases[] = {{COUNTER_EXITS, "1.240/op", "12400/s"},
                 {COUNTER_GUEST_INTERRUPTS, "0.005/op", "50.00/s"},
                 {COUNTER_VCPU_CPU, "97.40µs/op", "97.40 %"},
                 {COUNTER_HALT_POLL, "250.0ns/op", "0.250 %"},
                 {COUNTER_VMM_CPU, "-", "-"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum counter which = cases[i].which;
        cost_value_in(out, sizeof out, &c, NULL, which, COST_PER_OPERATION);
        assert_string_equal(out, cases[i].operation);
        cost_value_in(out, sizeof out, &c, &c, which, COST_PER_SECOND);
        assert_string_equal(out, cases[i].second);
    }
    c.s_per_op = 25;
    cost_value_in(out, sizeof out, &c, NULL, COUNTER_VCPU_CPU, COST_PER_OPERATION);
    assert_string_equal(out, "24.35s/op");
    c.s_per_op = NAN; /* other things were in that time */
    assert_string_equal(cost_value_in(out, sizeof out, &c, NULL, COUNTER_EXITS, COST_PER_OPERATION),
                        "-");
    assert_string_equal(
        cost_value_in(out, sizeof out, &c, NULL, COUNTER_VCPU_CPU, COST_PER_OPERATION), "-");
    assert_string_equal(cost_value_in(out, sizeof out, &c, NULL, COUNTER_EXITS, COST_PER_SECOND),
                        "12400/s");
}

static void sentences(void **state)
{
    (void)state;
    char out[512];
    struct figure_cost c = kvm(), native = {.s_per_op = 1e-4}, none = {.known = 0};
    native.known = 1u << COUNTER_GUEST_INTERRUPTS | 1u << COUNTER_GUEST_FAULTS | 1u << COUNTER_CPU;
    native.per_s[COUNTER_GUEST_INTERRUPTS] = 0;
    native.per_s[COUNTER_GUEST_FAULTS] = 20000;
    assert_string_equal(cost_sentence(out, sizeof out, &c, &native),
                        "vCPU 97.40 %; exits 1.240/op (halt 60 %, io 31 %); halt polling 0.250 %; "
                        "interrupts 50.00/s [0/s]; page faults 0/op [2.000/op]");
    assert_string_equal(cost_sentence(out, sizeof out, &c, NULL),
                        "vCPU 97.40 %; exits 1.240/op (halt 60 %, io 31 %); halt polling 0.250 %; "
                        "interrupts 50.00/s");
    assert_string_equal(cost_sentence(out, sizeof out, &none, &native), "");
    assert_string_equal(cost_reasons(out, sizeof out, &none), "");
    for (size_t size = 1; size < 160; size++) { /* cut, never beyond */
        char cut[160];
        memset(cut, '#', sizeof cut);
        cost_sentence(cut, size, &c, &native);
        assert_true(memchr(cut, '\0', size) != NULL);
        if (size < sizeof cut)
            assert_int_equal(cut[size], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(values_in_one_unit),
        cmocka_unit_test(sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
