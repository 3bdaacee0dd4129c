/* A canvas as escape sequences: what they say, and the colours of each theme, which are
 * tests/golden/theme-*.ansi. */
#include <config.h>

#include "tests/unit/golden.h"
#include "tests/unit/screens.h"
#include "tests/unit/unit.h"
#include "ui/ansi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The colours of each theme, as the terminal gets them at each depth: one screen that has most of
 * the styles. */
static void themes_are_as_they_were(void **state)
{
    static const struct {
        enum depth depth;
        const char *name;
    } depths[] = {{DEPTH_MONO, "mono"},
                  {DEPTH_8, "8"},
                  {DEPTH_16, "16"},
                  {DEPTH_256, "256"},
                  {DEPTH_TRUE, "direct"}};
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX, .other_view = {true}};
    struct scene scene = {.panel = panel_find("ctxsw"), .tab = '0', .view = &view};
    struct snapshot s = {0};
    struct canvas c;
    size_t wrong = 0;
    (void)state;
    fixture_all(&s);
    canvas_init(&c, BRAILLE);
    scene_draw(&c, 24, 80, &s, &scene);
    for (size_t t = 0; theme_builtin(t); t++)
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            struct theme theme;
            struct error e;
            char name[64];
            assert_int_equal(theme_load(&theme, theme_builtin(t), NULL, NULL, &e), 0);
            snprintf(name, sizeof name, "theme-%s-%s", theme.name, depths[d].name);
            char *text = ansi_from_canvas(&c, &theme, depths[d].depth);
            wrong += !golden_matches(name, "ansi", text);
            free(text);
        }
    canvas_release(&c);
    snapshot_release(&s);
    assert_int_equal(wrong, 0);
}

/* The text between the escape sequences is the text of the canvas, at every depth. */
static void ansi_says_what_the_canvas_says(void **state)
{
    static const enum depth depths[] = {DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE};
    struct view view = {.target = 1, .span_s = 30, .metric = SIZE_MAX};
    struct scene scene = {.panel = panels[0], .tab = '1', .view = &view};
    struct snapshot s = {0};
    struct canvas c;
    struct theme theme;
    struct error e;
    (void)state;
    fixture_slow(&s);
    assert_int_equal(theme_load(&theme, "dark", NULL, NULL, &e), 0);
    canvas_init(&c, BRAILLE);
    scene_draw(&c, 24, 80, &s, &scene);
    char *want = canvas_to_text(&c);
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        char *ansi = ansi_from_canvas(&c, &theme, depths[i]), *to = ansi;
        for (const char *from = ansi; *from;) {
            if (*from == '\033') {
                assert_int_equal(from[1], '[');
                from += strcspn(from, "m") + 1;
            } else {
                *to++ = *from++;
            }
        }
        *to = '\0';
        assert_string_equal(ansi, want);
        free(ansi);
    }
    free(want);
    canvas_release(&c);
    snapshot_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ansi_says_what_the_canvas_says),
        cmocka_unit_test(themes_are_as_they_were),
    };
    return cmocka_run_group_tests(tests, screens_set_up, NULL);
}
