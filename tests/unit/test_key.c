#include <config.h>

#include "tests/unit/unit.h"
#include "ui/key.h"
#include "ui/keymap.h"
#include "ui/panel.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void no_key_has_two_meanings(void **state)
{
    (void)state;
    for (const struct key *a = keys; a->action; a++)
        for (size_t i = 0; i < 3; i++) {
            if (!a->codes[i])
                continue;
            assert_int_equal(key_action(NULL, a->codes[i]), a->action);
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
        enum action a = key_action(NULL, digit);
        assert_true(a >= ACTION_TAB_FIRST);
        assert_int_equal(TAB_KEYS[a - ACTION_TAB_FIRST], digit);
        assert_int_equal(tab_at(a - ACTION_TAB_FIRST).key, digit);
    }
    for (const char *p = "HWL"; *p; p++)
        assert_true(key_action(NULL, *p) >= ACTION_TAB_FIRST);
}

static void hjkl_only_move(void **state)
{
    (void)state;
    assert_int_equal(key_action(NULL, 'h'), ACTION_LEFT);
    assert_int_equal(key_action(NULL, 'j'), ACTION_DOWN);
    assert_int_equal(key_action(NULL, 'k'), ACTION_UP);
    assert_int_equal(key_action(NULL, 'l'), ACTION_RIGHT);
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
        assert_int_equal(key_action(NULL, codes[i]), ACTION_NONE);
    assert_null(key_of(ACTION_NONE));
}

struct told {
    size_t count;
    char last[640];
};

static void tell(void *context, const char *sentence)
{
    struct told *t = context;
    t->count++;
    snprintf(t->last, sizeof t->last, "%s", sentence);
}

static void keys_can_be_chosen(void **state)
{
    (void)state;
    static const struct option_key lines[] = {
        {"sort", "F5", 1},     {"units", "U  ^T", 2}, {"expand", "s", 3}, /* sort has another now */
        {"freeze", "Hash", 4}, {"up", "k Up", 5},
    };
    struct keymap map;
    struct told told = {0};
    struct canvas c;
    keymap_read(&map, lines, 5, tell, &told);
    assert_int_equal(told.count, 0);
    assert_int_equal(key_action(&map, KEY_CODE_F1 + 4), ACTION_SORT);
    assert_int_equal(key_action(&map, 's'), ACTION_EXPAND);
    assert_int_equal(key_action(&map, 'e'), ACTION_NONE);
    assert_int_equal(key_action(&map, 'U'), ACTION_UNITS);
    assert_int_equal(key_action(&map, 'T' - '@'), ACTION_UNITS);
    assert_int_equal(key_action(&map, '#'), ACTION_FREEZE);
    assert_int_equal(key_action(&map, 'S'), ACTION_REVERSE);
    assert_int_equal(key_action(&map, 'k'), ACTION_UP);
    /* hints say the new key before the whole word, and a click presses it */
    canvas_init(&c, GLYPHS_BRAILLE);
    canvas_resize(&c, 1, 20);
    c.keymap = &map;
    assert_int_equal(key_hint(&c, 0, 0, ACTION_SORT, NULL, false),
                     key_hint_columns(&c, ACTION_SORT, NULL));
    char *text = canvas_to_text(&c);
    assert_memory_equal(text, "F5 sort ", 8);
    assert_int_equal(canvas_hit_at(&c, 0, 1)->key, KEY_CODE_F1 + 4);
    free(text);
    canvas_release(&c);
}

/* A line that breaks a rule of the table is named, and its action keeps the table's keys. */
static void damaged_lines_fall_back(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *says;
    } cases[] = {
        {"srot", "F5", "did you mean \"sort\""},
        {"sort", "", "a key is wanted"},
        {"sort", "F13", "no key \"F13\""},
        {"sort", "Sapce", "no key"},
        {"sort", "^Z", "no key"},
        {"sort", "4", "only jumps to its panel"},
        {"sort", "W", "only jumps to its panel"},
        {"sort", "j", "only moves"},
        {"sort", "a b c d", "at most 3"},
        {"sort", "u", "u is the key of units"},
        {"sort", "F5 q", "is the key of quit"},
        {"sort", "\033", "no key"},
        {"sort", "\xff", "no key"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct option_key line = {cases[i].name, cases[i].value, 7};
        struct keymap map;
        struct told told = {0};
        keymap_read(&map, &line, 1, tell, &told);
        assert_int_equal(told.count, 1);
        if (!strstr(told.last, cases[i].says) || !strstr(told.last, "line 7"))
            fail_msg("%s = %s: %s", cases[i].name, cases[i].value, told.last);
        assert_int_equal(key_action(&map, 's'), ACTION_SORT);
        assert_int_equal(key_action(&map, 'u'), ACTION_UNITS);
        assert_int_equal(key_action(&map, 'q'), ACTION_QUIT);
    }
    /* two lines for one key: the first has it; and who falls back may push out another */
    static const struct option_key chain[] = {
        {"units", "F5", 1}, {"sort", "F5", 2}, {"expand", "s", 3}};
    struct keymap map;
    struct told told = {0};
    keymap_read(&map, chain, 3, tell, &told);
    assert_int_equal(told.count, 2);
    assert_int_equal(key_action(&map, KEY_CODE_F1 + 4), ACTION_UNITS);
    assert_int_equal(key_action(&map, 's'), ACTION_SORT);
    assert_int_equal(key_action(&map, 'e'), ACTION_EXPAND);
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
        cmocka_unit_test(keys_can_be_chosen),
        cmocka_unit_test(damaged_lines_fall_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
