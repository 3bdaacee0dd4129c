#include <config.h>

#include "tests/unit/unit.h"
#include "ui/key.h"
#include "ui/panel.h"

#include <ctype.h>
#include <string.h>

static void no_key_has_two_meanings(void **state)
{
    (void)state;
    for (const struct key *a = keys; a->action; a++)
        for (size_t i = 0; i < 3; i++) {
            if (!a->codes[i])
                continue;
            assert_int_equal(key_action(a->codes[i]), a->action);
            assert_true(a->codes[i] > 0x7F || !strchr(TAB_KEYS, a->codes[i]));
            for (const struct key *b = keys; b->action; b++)
                for (size_t j = 0; j < 3; j++)
                    assert_true((a == b && i == j) || a->codes[i] != b->codes[j]);
        }
}

static void every_action_has_one_row(void **state)
{
    (void)state;
    for (enum action a = ACTION_NONE + 1; a < ACTION_TAB_FIRST; a++) {
        size_t rows = 0;
        for (const struct key *k = keys; k->action; k++)
            rows += k->action == a;
        assert_int_equal(rows, 1);
        assert_true(key_of(a)->codes[0] != 0);
        assert_true(strlen(key_of(a)->help) > 3);
    }
}

static void digits_only_jump(void **state)
{
    (void)state;
    for (int digit = '0'; digit <= '9'; digit++) {
        enum action a = key_action(digit);
        assert_true(a >= ACTION_TAB_FIRST);
        assert_int_equal(TAB_KEYS[a - ACTION_TAB_FIRST], digit);
        assert_int_equal(tab_at(a - ACTION_TAB_FIRST).key, digit);
    }
    for (const char *p = "HWL"; *p; p++)
        assert_true(key_action(*p) >= ACTION_TAB_FIRST);
}

static void hjkl_only_move(void **state)
{
    (void)state;
    assert_int_equal(key_action('h'), ACTION_LEFT);
    assert_int_equal(key_action('j'), ACTION_DOWN);
    assert_int_equal(key_action('k'), ACTION_UP);
    assert_int_equal(key_action('l'), ACTION_RIGHT);
    for (const struct key *k = keys; k->action; k++)
        for (size_t i = 0; i < 3; i++)
            if (k->codes[i] && strchr("hjkl", k->codes[i]) && k->codes[i] < 0x7F)
                assert_int_equal(k->group, KEY_GROUP_MOVE);
}

/* The hint must say the key that does it: "s" + "ort". */
static void hints_name_their_key(void **state)
{
    (void)state;
    for (const struct key *k = keys; k->action; k++)
        if (k->codes[0] > 0x20 && k->codes[0] < 0x7F)
            assert_true(k->shown[0] == k->codes[0] && k->shown[1] == '\0');
}

static void footer_places_are_unique(void **state)
{
    (void)state;
    assert_int_equal(key_of(ACTION_HELP)->footer, 1);
    assert_int_equal(key_of(ACTION_QUIT)->footer, 2);
    for (const struct key *a = keys; a->action; a++)
        for (const struct key *b = keys; b->action; b++)
            assert_true(a == b || !a->footer || a->footer != b->footer);
}

static void what_is_no_key_does_nothing(void **state)
{
    (void)state;
    static const int codes[] = {0, -1, 1, 'Z', '~', 0x2500, 0x10FFFF, KEY_CODE_RESIZE, 1 << 30};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        assert_int_equal(key_action(codes[i]), ACTION_NONE);
    assert_null(key_of(ACTION_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_has_two_meanings),
        cmocka_unit_test(every_action_has_one_row),
        cmocka_unit_test(digits_only_jump),
        cmocka_unit_test(hjkl_only_move),
        cmocka_unit_test(hints_name_their_key),
        cmocka_unit_test(footer_places_are_unique),
        cmocka_unit_test(what_is_no_key_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
