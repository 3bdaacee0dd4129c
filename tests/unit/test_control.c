/* Keys and clicks on boards that are filled by hand: each acts or says why it does not. */
#include <config.h>

#include "tests/unit/journey.h"
#include "text.h"
#include "ui/control_parts.h"
#include "ui/keymap.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A key without a meaning says so, and does nothing. */
static void keys_without_a_meaning(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    for (int code = '!'; code < 0x7f; code++) {
        if (control_action(&j.control, code) != ACTION_NONE)
            continue;
        key(&j, code);
        says(&j, "does nothing here: ? lists the keys", true);
        assert_int_equal(j.control.requests, 0);
    }
    type(&j, "p?");
    assert_int_equal(j.control.overlay, OVERLAY_PLAN);
    says(&j, "Space marks", true);
    end(&j);
}

/* Nor is one silent that the table of keys does not have. */
static void keys_beyond_the_table_say_so(void **state)
{
    static const struct {
        int code;
        const char *says;
    } cases[] = {{KEY_CODE_F1 + 4, "F5 does nothing here"},
                 {KEY_CODE_F12, "F12 does nothing"},
                 {0x14, "^T does nothing"},
                 {KEY_CODE_BACKSPACE, "Backspace does"},
                 {0xE9, "é does nothing"},
                 {'Z', "Z does nothing here"}};
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        key(&j, cases[i].code);
        says(&j, cases[i].says, true);
    }
    type(&j, "+++");
    says(&j, "graphs show 10 minutes: there is no longer range", false);
    type(&j, "---");
    says(&j, "graphs show 30 seconds: there is no shorter range", false);
    key(&j, KEY_CODE_ESCAPE);
    says(&j, "nothing to go back from; q quits", false);
    end(&j);
}

/* A key that can do nothing says why; none is silent, none does something else. */
static void keys_that_cannot_act_say_why(void **state)
{
    (void)state;
    static const struct {
        void (*fill)(struct snapshot *s);
        bool actions;
        char key;
        bool error;
        const char *says;
    } cases[] = {
        {fixture_container, true, 'R', true, "x stops it first"},
        {fixture_container, true, 'b', true, "x stops it first"},
        {fixture_container, true, 't', false, "only one target"},
        {fixture_stored, true, 'x', true, "nothing is running"},
        {fixture_stored, true, '*', false, "p opens the planner"},
        {fixture_stored, true, 'd', true, "no check was made yet"},
        {fixture_stored, true, 'i', false, "the suites are in the panel Processor"},
        {fixture_stored, true, 'f', false, "the suites are in the panel Processor"},
        {fixture_stored, false, 'R', true, "nothing can be run from here"},
        {fixture_stored, false, 'b', true, "vmtax record"},
        {fixture_stored, false, 'c', true, "vmtax check"},
        {fixture_stored, false, 'E', true, "vmtax report"},
        {fixture_stored, false, 'p', true, "vmtax run"},
        {fixture_container, false, 'x', true, "cannot be stopped from here"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct journey j;
        begin(&j, cases[i].fill, NULL);
        const char *before = panel(&j);
        if (!cases[i].actions)
            j.control.actions = NULL;
        key(&j, cases[i].key);
        says(&j, cases[i].says, cases[i].error);
        assert_ptr_equal(panel(&j), before);
        assert_int_equal(j.start_count + j.aborts + j.baselines + j.checks + j.exports, 0);
        assert_int_equal(j.control.requests, REQUEST_NONE);
        /* and the next key takes the sentence away */
        key(&j, KEY_CODE_HOME);
        assert_string_equal(j.control.flash, "");
        end(&j);
    }
}

/* Every key of the help, in every panel, on boards with much and with nothing on them: it changes
 * the picture, asks for something, or says why it does not. Those that only move are silent at an
 * end. */
static void every_key_acts_or_says_why(void **state)
{
    static void (*const fills[])(struct snapshot *) = {fixture_empty, fixture_container,
                                                       fixture_stored, fixture_all};
    static const int sizes[][2] = {{24, 80}, {40, 120}};
    (void)state;
    for (size_t f = 0; f < sizeof fills / sizeof fills[0]; f++) {
        struct journey j;
        begin(&j, fills[f], NULL);
        for (size_t p = 0; panels[p]; p++) {
            struct canvas before;
            j.h = sizes[p % 2][0];
            j.w = sizes[p % 2][1];
            begin_again(&j, panels[p]->id);
            picture(&j, &before);
            char *old = canvas_to_text(&before), *old_look = canvas_to_attributes(&before);
            canvas_release(&before);
            for (const struct key *k = keys; k->action; k++) {
                struct canvas after;
                if (k->group == KEY_GROUP_MOVE)
                    continue;
                begin_again(&j, panels[p]->id);
                key(&j, k->codes[0]);
                picture(&j, &after);
                char *new = canvas_to_text(&after), *new_look = canvas_to_attributes(&after);
                size_t asked = j.start_count + j.aborts + j.baselines + j.checks + j.exports;
                if (strcmp(old, new) == 0 && strcmp(old_look, new_look) == 0 && !asked &&
                    !j.control.requests && !j.control.flash[0])
                    fail_msg("%s (%s) does nothing and says nothing in the panel %s", k->shown,
                             k->name, panels[p]->id);
                free(new);
                free(new_look);
                canvas_release(&after);
            }
            free(old);
            free(old_look);
        }
        end(&j);
    }
}

/* In all panels of all boards no sentence names a key that has become another. */
static void no_sentence_keeps_a_fixed_key(void **state)
{
    static const char *const verbs[] = {
        " runs ",    " stops ", " quits",   " shows ", " starts ", " records ", " measures",
        " removes ", " tries ", " checks ", " goes ",  " opens ",  " writes ",  " makes "};
    static void (*const fills[])(struct snapshot *) = {fixture_empty,  fixture_container,
                                                       fixture_stored, fixture_all,
                                                       fixture_failed, fixture_booting};
    struct option_key lines[ACTION_TAB_FIRST];
    char values[ACTION_TAB_FIRST][8];
    struct keymap map;
    size_t count = 0;
    (void)state;
    for (const struct key *k = keys; k->action; k++) {
        char utf8[5] = "";
        utf8[text_encode(0x410 + (uint32_t)count, utf8)] = '\0'; /* Cyrillic letters */
        snprintf(values[count], sizeof values[count], "%s", utf8);
        lines[count] = (struct option_key){k->name, values[count], (int)count + 1};
        count++;
    }
    keymap_read(&map, lines, count, NULL, NULL);
    for (size_t f = 0; f < sizeof fills / sizeof *fills; f++)
        for (size_t p = 0; panels[p]; p++) {
            struct journey j;
            struct canvas c;
            begin(&j, fills[f], panels[p]->id);
            j.control.keymap = &map;
            snprintf(view(&j)->filter, sizeof view(&j)->filter, "%s", f % 2 ? "nowhere" : "");
            picture(&j, &c);
            char *text = canvas_to_text(&c);
            for (const struct key *k = keys; k->action; k++)
                for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++) {
                    char words[64];
                    snprintf(words, sizeof words, " %s%s", key_word(NULL, k->action), verbs[v]);
                    if (strstr(text, words))
                        fail_msg("%s has '%s':\n%s", panels[p]->id, words, text);
                }
            free(text);
            canvas_release(&c);
            end(&j);
        }
}

/* The points of a curve are clicked: the first click selects, the second opens, and one on another
 * point selects that. */
static void points_of_a_curve_are_clicked(void **state)
{
    static const char *const ids[] = {"web", "database", "java", "memory", "disk", "network"};
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct journey j;
        struct canvas c;
        const struct canvas_hit *one = NULL, *other = NULL;
        begin(&j, fixture_container, ids[i]);
        picture(&j, &c);
        for (size_t k = 0; k < c.hit_count; k++) {
            const struct canvas_hit *hit = &c.hits[k], *next = hit + 1;
            /* what a user meets in the middle of it */
            int y = hit->rect.y + hit->rect.h / 2, x = hit->rect.x + hit->rect.w / 2;
            if (!one && !hit->key && k + 1 < c.hit_count && next->box == hit->box &&
                next->column == 1 && hit->column == 0 && canvas_hit_at(&c, y, x) == hit) {
                one = next;
                other = hit;
            }
        }
        if (!one || !other)
            fail_msg("%s: no points to click", ids[i]);
        control_click(&j.control, one, 0, &j.board, 1, j.h, j.w);
        assert_int_equal(view(&j)->box, one->box);
        assert_int_equal(view(&j)->column[one->box], one->column);
        size_t metric = control_panel(&j.control)->metric(&j.board, view(&j));
        control_click(&j.control, other, 0, &j.board, 1, j.h, j.w);
        assert_false(j.control.live);
        assert_int_equal(view(&j)->column[one->box], other->column);
        assert_true(control_panel(&j.control)->metric(&j.board, view(&j)) != metric);
        control_click(&j.control, other, 0, &j.board, 1, j.h, j.w);
        assert_true(j.control.live);
        canvas_release(&c);
        end(&j);
    }
}

/* Tabs and hints are drawn as targets: on each letter of a key in the bars a click presses it.
 * Boxes that have rows on the screen have targets for them, and no picture has more than are kept.
 */
static void what_is_shown_can_be_clicked(void **state)
{
    static const int sizes[][2] = {{24, 80}, {40, 120}, {48, 160}};
    (void)state;
    for (size_t p = 0; panels[p]; p++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct journey j;
            struct canvas c;
            begin(&j, fixture_all, panels[p]->id);
            j.h = sizes[i][0];
            j.w = sizes[i][1];
            picture(&j, &c);
            assert_true(c.hit_count < CANVAS_HITS_MAX);
            for (int y = 0; y < c.h; y += c.h - 1)
                for (int x = 0; x < c.w; x++) {
                    const struct cell *cell = &c.cells[y * c.w + x];
                    const struct canvas_hit *hit = canvas_hit_at(&c, y, x);
                    if (cell->ch == ' ' || cell->style != STYLE_BAR_KEY)
                        continue;
                    if (!hit || !hit->key)
                        fail_msg("%s: nothing to click at %d,%d", panels[p]->id, y, x);
                }
            size_t rows = panels[p]->rows ? panels[p]->rows(&j.board, view(&j), 0) : 0;
            bool found = rows < 2; /* a curve has one, and columns */
            for (size_t h = 0; h < c.hit_count; h++)
                found = found || !c.hits[h].key;
            if (!found)
                fail_msg("%s: no row can be clicked at %dx%d", panels[p]->id, j.w, j.h);
            canvas_release(&c);
            end(&j);
        }
}

static void mouse(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    struct canvas_hit row = {.box = 2, .row = 4}, quit = {.key = 'q'};
    control_click(&j.control, &row, 0, &j.board, 1, j.h, j.w);
    assert_int_equal(view(&j)->box, 2);
    assert_int_equal(view(&j)->row[2], 4);
    assert_false(j.control.live);
    control_click(&j.control, &row, 1, &j.board, 1, j.h, j.w); /* the wheel */
    assert_int_equal(view(&j)->row[2], 7);
    control_click(&j.control, &row, 0, &j.board, 1, j.h, j.w);
    control_click(&j.control, &row, 0, &j.board, 1, j.h, j.w); /* again: opens */
    assert_true(j.control.live);
    control_click(&j.control, NULL, 0, &j.board, 1, j.h, j.w); /* beside everything */
    control_click(&j.control, &quit, 0, &j.board, 1, j.h, j.w);
    assert_int_equal(j.control.overlay, OVERLAY_QUIT);
    control_click(&j.control, &row, 0, &j.board, 1, j.h, j.w); /* under the dialog: nothing */
    assert_int_equal(j.control.overlay, OVERLAY_QUIT);
    end(&j);
}

/* Whatever is pressed, on whatever board and size: cursors stay inside, nothing crashes. */
static void survives_any_keys(void **state)
{
    static void (*const fills[])(struct snapshot *) = {fixture_empty, fixture_container,
                                                       fixture_all, fixture_hostile};
    unsigned seed = 1;
    (void)state;
    for (size_t f = 0; f < 4; f++) {
        struct journey j;
        begin(&j, fills[f], NULL);
        for (int i = 0; i < 3000; i++) {
            seed = seed * 1664525u + 1013904223u;
            unsigned r = seed >> 8;
            j.h = r % 7 == 0 ? 1 + (int)(r / 7 % 60) : j.h;
            j.w = r % 11 == 0 ? 1 + (int)(r / 11 % 200) : j.w;
            key(&j, r % 3 ? (int)(r / 3 % 127) : KEY_CODE_UP + (int)(r / 3 % 12));
            struct view *v = view(&j);
            const struct panel *p = control_panel(&j.control);
            assert_true(v->box < 16);
            size_t rows = p->rows ? p->rows(&j.board, v, v->box) : 0;
            assert_true(v->row[v->box] < (rows ? rows : 1));
            assert_true(strlen(v->filter) < sizeof v->filter);
        }
        end(&j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_without_a_meaning),
        cmocka_unit_test(keys_beyond_the_table_say_so),
        cmocka_unit_test(keys_that_cannot_act_say_why),
        cmocka_unit_test(every_key_acts_or_says_why),
        cmocka_unit_test(no_sentence_keeps_a_fixed_key),
        cmocka_unit_test(points_of_a_curve_are_clicked),
        cmocka_unit_test(what_is_shown_can_be_clicked),
        cmocka_unit_test(mouse),
        cmocka_unit_test(survives_any_keys),
    };
    setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* settings are saved nowhere */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
