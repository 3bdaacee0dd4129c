/* Panels of sentences: the log, and the verdict of a check. */
#include <config.h>

#include "tests/unit/screens.h"
#include "tests/unit/unit.h"

#include <stdio.h>

static void filtered(struct scene *scene, struct view *view)
{
    (void)scene;
    snprintf(view->filter, sizeof view->filter, "container");
}

/* A sentence with a path that is longer than any line. */
static void reading_line(struct scene *scene, struct view *view)
{
    static struct reading reading = {
        .title = "log: line 3 of 12",
        .head = "2026-03-01 12:04:31  warn  container",
        .text = "cannot keep the scratch file "
                "/var/tmp/vmtax-0/a-directory-with-a-name-that-is-longer-than-a-line/and-another-"
                "below-it-which-nobody-would-type/data on the file system that it was made on: it "
                "is full; free 4 GiB there or name another place with --scratch DIR"};
    (void)view;
    scene->overlay = OVERLAY_READING;
    scene->reading = &reading;
}

static const struct golden_screen screens[] = {
    {"log", 120, 40, BRAILLE, fixture_container, "filter", filtered},
    {"log", 80, 24, BRAILLE, fixture_container, "reading", reading_line},
    {"log", 60, 16, ASCII, fixture_container, "reading", reading_line},
    {"verdict", 120, 40, BRAILLE, fixture_verdict, "", idle},
    {"verdict", 80, 24, BRAILLE, fixture_verdict, "", idle},
    {"verdict", 80, 24, ASCII, fixture_verdict, "", idle},
    {"verdict", 80, 24, BLOCK, fixture_verdict, "", idle},
    {"verdict", 200, 60, BRAILLE, fixture_verdict, "", idle},
    {"verdict", 60, 16, BRAILLE, fixture_verdict, "", idle},
    {"verdict", 80, 24, BRAILLE, fixture_checking, "checking", idle},
    {"verdict", 80, 24, BRAILLE, fixture_empty, "empty", idle},
};

static void screens_are_as_they_were(void **state)
{
    (void)state;
    size_t wrong = screens_differ(screens, sizeof screens / sizeof *screens);
    wrong += screens_differ_of_panel("log", false);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_are_as_they_were),
    };
    return cmocka_run_group_tests(tests, screens_set_up, NULL);
}
