/* Room in memory for what several targets keep at once. */
#include "config.h"

#include "room.h"
#include "unit.h"

#define MIB (UINT64_C(1) << 20)

static void room_or_none(void **state)
{
    (void)state;
    /* One took 500 MiB: two more want 1000, and the machine some for itself. */
    assert_true(room_for_others(2500 * MIB, 2000 * MIB, 2));
    assert_false(room_for_others(1500 * MIB, 1000 * MIB, 2));
    assert_true(room_for_others(1500 * MIB, 1000 * MIB, 1));
    assert_false(room_for_others(600 * MIB, 100 * MIB, 1));
    /* There is more than before: what was taken is not known, and little of it. */
    assert_true(room_for_others(1000 * MIB, 1100 * MIB, 3));
    assert_false(room_for_others(90 * MIB, 100 * MIB, 1));
}

static void nothing_is_said_of_nothing(void **state)
{
    (void)state;
    assert_true(room_for_others(0, 10 * MIB, 3));
    assert_true(room_for_others(10 * MIB, 0, 3));
    assert_true(room_for_others(20 * MIB, 10 * MIB, 0));
}

static void this_machine_has_some(void **state)
{
    (void)state;
    assert_true(room_available() > MIB);
    assert_true(room_available() % 1024 == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_or_none),
        cmocka_unit_test(nothing_is_said_of_nothing),
        cmocka_unit_test(this_machine_has_some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
