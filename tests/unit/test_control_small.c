/* Keys on a terminal in which nothing can be shown. */
#include <config.h>

#include "tests/unit/journey.h"

#include <stdlib.h>

/* Below 60x16 nothing happens unseen: what would open is refused, what ends or pauses works. */
static void a_small_terminal_refuses(void **state)
{
    static const char refused[] = "RprcbdvwHWL234/esSuoaztyETmO*ijkG";
    struct journey j;
    (void)state;
    begin(&j, fixture_container, NULL);
    j.board.run.active = false;
    j.h = 15;
    j.w = 59;
    for (size_t i = 0; refused[i]; i++) {
        struct view before = *view(&j);
        type(&j, (const char[]){refused[i], '\0'});
        says(&j, "no room to show that", true);
        assert_int_equal(j.control.overlay, OVERLAY_NONE);
        assert_string_equal(panel(&j), "overview");
        assert_int_equal(j.control.requests, 0);
        assert_memory_equal(view(&j), &before, sizeof before);
    }
    assert_int_equal(j.start_count + j.checks + j.baselines + j.exports, 0);
    assert_true(shows(&j, "no room to show that"));
    type(&j, "?");
    assert_true(shows(&j, "q quits, Space pauses"));
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    type(&j, " ");
    assert_true(view(&j)->frozen);
    key(&j, KEY_CODE_ESCAPE);
    j.control.flash[0] = '\0';
    assert_true(shows(&j, "frozen"));
    type(&j, " ");
    assert_false(view(&j)->frozen);
    /* where there is one row only, the answer takes it */
    j.h = 1;
    type(&j, "p");
    assert_true(shows(&j, "no room to show that"));
    j.control.flash[0] = '\0';
    assert_true(shows(&j, "need 60x16"));
    type(&j, "q");
    assert_int_equal(j.control.requests, REQUEST_QUIT);
    end(&j);
}

/* A dialog that was open when the terminal shrank gets no keys; leaving a live run is asked. */
static void a_small_terminal_asks(void **state)
{
    struct journey j;
    (void)state;
    begin(&j, fixture_container, NULL);
    type(&j, "?");
    assert_int_equal(j.control.overlay, OVERLAY_HELP);
    j.h = 10;
    type(&j, "j");
    says(&j, "no room to show that", true);
    assert_int_equal(j.control.help_first, 0);
    j.board.run.active = true;
    type(&j, "x");
    assert_int_equal(j.aborts, 1);
    type(&j, "q");
    assert_int_equal(j.control.overlay, OVERLAY_QUIT);
    assert_int_equal(j.control.requests, 0);
    assert_true(shows(&j, "A run is live. q quits, Esc stays"));
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    type(&j, "q");
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.control.requests, REQUEST_QUIT);
    end(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_terminal_refuses),
        cmocka_unit_test(a_small_terminal_asks),
    };
    setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* settings are saved nowhere */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
