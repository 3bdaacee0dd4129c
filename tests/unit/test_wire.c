/* Datagrams as they come: in order, out of order, twice, with other contents. */
#include <config.h>

#include "tests/unit/unit.h"
#include "workloads/net/wire.h"

#include <string.h>

#define SIZE 64

struct rig {
    struct wire_order_seen seen;
    _Alignas(8) unsigned char model[SIZE], record[SIZE];
};

static void rig_begin(struct rig *r)
{
    memset(r, 0, sizeof *r);
    wire_fill(r->model, SIZE, 7);
    wire_fill(r->record, SIZE, 7);
}

static bool take(struct rig *r, uint64_t number)
{
    wire_number(r->record, number);
    return wire_take(&r->seen, r->record, r->model, SIZE, SIZE);
}

/* Out of order is one whose number is below the highest so far (RFC 4737): of 0 1 3 2 4 one, and
 * a gap is none. */
static void order_is_counted(void **unused)
{
    (void)unused;
    static const struct {
        uint64_t numbers[6];
        size_t count;
        uint64_t reordered;
    } cases[] = {
        {{0, 1, 2, 3}, 4, 0}, {{0, 1, 3, 2, 4}, 5, 1}, {{0, 5, 9}, 3, 0},
        {{3, 0, 1, 2}, 4, 3}, {{0, 1, 1, 2}, 4, 1}, /* twice */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig r;
        rig_begin(&r);
        for (size_t k = 0; k < cases[i].count; k++)
            assert_true(take(&r, cases[i].numbers[k]));
        assert_int_equal(r.seen.records, cases[i].count);
        assert_int_equal(r.seen.reordered, cases[i].reordered);
    }
}

/* Another length at once, other contents in one of WIRE_SAMPLE. */
static void contents_are_held_against_what_was_sent(void **unused)
{
    (void)unused;
    struct rig r;
    rig_begin(&r);
    assert_false(wire_take(&r.seen, r.record, r.model, SIZE - 1, SIZE));
    r.record[SIZE - 1] ^= 1;
    assert_false(take(&r, 0));
    for (uint64_t i = 1; i < WIRE_SAMPLE; i++)
        assert_true(take(&r, i));
    assert_false(take(&r, WIRE_SAMPLE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_counted),
        cmocka_unit_test(contents_are_held_against_what_was_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
