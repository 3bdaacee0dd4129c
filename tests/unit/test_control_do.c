/* What takes time or leaves the screen: runs, checks, baselines, files, copies, and the end. */
#include <config.h>

#include "tests/unit/journey.h"
#include "ui/list.h"
#include "ui/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void runs_rows(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    size_t absent = 0; /* a subsystem that this version does not have, if there is one */
    while (absent < SUBSYSTEM_EXITS && row_subsystem_exists((enum subsystem)absent))
        absent++;
    if (absent < SUBSYSTEM_EXITS) {
        for (size_t i = 0; i < absent; i++)
            type(&j, "j");
        type(&j, "r"); /* the subsystem under the cursor */
        assert_int_equal(j.start_count, 0);
        says(&j, "not in this version", true);
    }
    key(&j, KEY_CODE_HOME);
    type(&j, "jr");
    assert_int_equal(j.start_count, 1);
    assert_string_equal(j.started, "memory");
    says(&j, "starting memory", false);
    view(&j)->box = 2;
    key(&j, KEY_CODE_HOME);
    struct ranked ranked[RANKED_MAX];
    list_rank(&j.board, view(&j), ranked);
    const struct board_metric *m = &j.board.metrics[ranked[0].metric];
    type(&j, "r"); /* one row with its parameters, as the command line would name it */
    assert_int_equal(j.start_count, 2);
    assert_memory_equal(j.started, m->workload->id, strlen(m->workload->id));
    assert_null(strchr(j.started, ' '));
    assert_int_equal(strchr(j.started, ':') != NULL, m->params[0] != '\0');
    type(&j, "R");
    assert_int_equal(j.start_count, 3);
    assert_int_equal(j.words, 0);
    says(&j, "the quick comparison", false);
    j.refuse = true;
    type(&j, "R");
    says(&j, "no permission", true);
    end(&j);
}

/* The processor's suites: i and f go to them, z changes the axis of one box, o the processors, and
 * r runs what the row would show, measured or not. */
static void processor_panel(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, "processor");
    assert_string_equal(panel(&j), "processor");
    type(&j, "r");
    assert_string_equal(j.started, "cint.interpreter:cpus=1");
    view(&j)->box = 1;
    type(&j, "f");
    assert_int_equal(view(&j)->box, 0);
    assert_int_equal(view(&j)->row[0], 12);
    assert_int_equal(view(&j)->scroll[0], 13); /* below the first suite and its mean */
    type(&j, "r");
    assert_string_equal(j.started, "cfp.implicit:cpus=1");
    type(&j, "or"); /* a row that no profile but the longest measures */
    assert_string_equal(j.started, "cfp.implicit:cpus=0");
    type(&j, "i");
    assert_int_equal(view(&j)->row[0], 0);
    assert_int_equal(view(&j)->scroll[0], 0);
    for (size_t i = 1; i <= ZOOM_LEVELS; i++) {
        type(&j, "z");
        assert_int_equal(view(&j)->zoom[0], i % ZOOM_LEVELS);
        says(&j,
             i == 1             ? "axis: 95 to 102 % of native"
             : i == ZOOM_LEVELS ? "axis: as far as the figures go"
                                : "axis: ",
             false);
    }
    assert_int_equal(view(&j)->zoom[1], 0);
    snprintf(view(&j)->filter, sizeof view(&j)->filter, "bwaves"); /* by what a row stands in for */
    key(&j, KEY_CODE_HOME);
    assert_int_equal(control_panel(&j.control)->rows(&j.board, view(&j), 0), 1);
    type(&j, "i");
    says(&j, "no program of that suite passes the filter", false);
    end(&j);
    begin(&j, fixture_empty, "processor");
    type(&j, "r"); /* nothing of it was ever measured */
    assert_string_equal(j.started, "processor");
    end(&j);
}

/* What takes an hour is started when it is asked for twice, within seconds and for the same. */
static void long_runs_are_asked_for_twice(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    j.board.run.active = false;
    j.estimate_s = 3876;
    key(&j, 'r');
    assert_int_equal(j.start_count, 0);
    says(&j, "takes about 1:04:36: the same key again starts it", false);
    type(&j, "j");
    key(&j, 'r'); /* another row */
    assert_int_equal(j.start_count, 0);
    j.now_s += 20;
    key(&j, 'r'); /* too late */
    assert_int_equal(j.start_count, 0);
    key(&j, 'r');
    assert_int_equal(j.start_count, 1);
    key(&j, 'r'); /* the next one is asked anew */
    assert_int_equal(j.start_count, 1);
    key(&j, 'R'); /* as long as ever: two minutes */
    assert_int_equal(j.start_count, 2);
    j.estimate_s = 20;
    key(&j, 'r');
    assert_int_equal(j.start_count, 3);
    end(&j);
}

static void what_can_act_acts(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, NULL);
    type(&j, "b");
    assert_int_equal(j.baselines, 1);
    type(&j, "c");
    assert_int_equal(j.checks, 1);
    type(&j, "E");
    assert_int_equal(j.exports, 1);
    says(&j, "report written to x.html", false);
    static const struct {
        int key;
        unsigned request;
    } requests[] = {{'T', REQUEST_THEME},
                    {'m', REQUEST_MOUSE},
                    {'Y', REQUEST_SAVE_TEXT},
                    {KEY_CODE_CTRL_L, REQUEST_REPAINT}};
    for (size_t i = 0; i < 4; i++) {
        key(&j, requests[i].key);
        assert_int_equal(j.control.requests, requests[i].request);
        j.control.requests = 0; /* as the loop does */
    }
    end(&j);
    begin(&j, fixture_container, NULL);
    type(&j, "x");
    assert_int_equal(j.aborts, 1);
    says(&j, "what was measured is kept", false);
    end(&j);
}

/* The row under the cursor, where there is one. */
static void copies_rows(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_stored, "memory");
    type(&j, "y");
    assert_int_equal(j.control.requests, REQUEST_SAVE_ROW);
    j.control.requests = 0;
    type(&j, "Ly");
    assert_int_equal(j.control.requests, 0);
    says(&j, "no row here to copy", true);
    end(&j);
}

/* In the verdict's panel E writes the verdict, and d makes a new session of the check. */
static void verdict_keys(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_verdict, "verdict");
    type(&j, "E");
    assert_int_equal(j.checks_exported, 1);
    assert_int_equal(j.exports, 0);
    type(&j, "d");
    assert_int_equal(j.checks, 1);
    assert_string_equal(panel(&j), "verdict");
    type(&j, "b");
    assert_int_equal(j.baselines, 1);
    type(&j, "1E");
    assert_int_equal(j.exports, 1);
    end(&j);
}

static void asks_before_quitting_a_run(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL); /* a run is live */
    static const int ways[] = {'q', KEY_CODE_CTRL_C, 'Q'};
    for (size_t i = 0; i < 3; i++) {
        key(&j, ways[i]);
        assert_int_equal(j.control.overlay, OVERLAY_QUIT);
        assert_int_equal(j.control.requests, REQUEST_NONE);
        key(&j, i == 0 ? KEY_CODE_ESCAPE : 'n');
        assert_int_equal(j.control.overlay, OVERLAY_NONE);
        assert_int_equal(j.control.requests, REQUEST_NONE);
    }
    type(&j, "qq"); /* twice is an answer */
    assert_int_equal(j.control.requests, REQUEST_QUIT);
    end(&j);
    begin(&j, fixture_container, NULL);
    type(&j, "QQ");
    assert_int_equal(j.control.requests, REQUEST_QUIT_LEAVE);
    end(&j);
    /* Yes is yes to what was asked, however it is said; and the screen that is left is not the
     * question. */
    static const int yes[] = {KEY_CODE_ENTER, 'y', 'q', 'Q', KEY_CODE_CTRL_C};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        for (int small = 0; small < 2; small++) {
            if (small && yes[i] == 'y') /* has no meaning there */
                continue;
            begin(&j, fixture_container, NULL);
            j.h = small ? 10 : j.h;
            type(&j, "Q");
            assert_int_equal(j.control.overlay, OVERLAY_QUIT);
            key(&j, yes[i]);
            assert_int_equal(j.control.requests, REQUEST_QUIT_LEAVE);
            assert_int_equal(j.control.overlay, OVERLAY_NONE);
            end(&j);
            begin(&j, fixture_container, NULL);
            j.h = small ? 10 : j.h;
            type(&j, "q");
            key(&j, yes[i]);
            assert_int_equal(j.control.requests, yes[i] == 'Q' ? REQUEST_QUIT_LEAVE : REQUEST_QUIT);
            end(&j);
        }
    /* A no is forgotten: the next question is another one. */
    begin(&j, fixture_container, NULL);
    type(&j, "Qnq");
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.control.requests, REQUEST_QUIT);
    end(&j);
    begin(&j, fixture_stored, NULL); /* nothing runs: no question */
    type(&j, "q");
    assert_int_equal(j.control.requests, REQUEST_QUIT);
    end(&j);
}

/* Between two sessions of a check nothing runs, and yet there is something to lose. */
static void leaving_a_check_asks(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, "overview");
    j.board.run.active = false;
    j.board.check.active = true;
    type(&j, "q");
    assert_int_equal(j.control.overlay, OVERLAY_QUIT);
    assert_int_equal(j.control.requests & REQUEST_QUIT, 0);
    key(&j, KEY_CODE_ESCAPE);
    j.board.check.active = false;
    type(&j, "q");
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_true(j.control.requests & REQUEST_QUIT);
    end(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_rows),
        cmocka_unit_test(processor_panel),
        cmocka_unit_test(long_runs_are_asked_for_twice),
        cmocka_unit_test(what_can_act_acts),
        cmocka_unit_test(copies_rows),
        cmocka_unit_test(verdict_keys),
        cmocka_unit_test(asks_before_quitting_a_run),
        cmocka_unit_test(leaving_a_check_asks),
    };
    setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* settings are saved nowhere */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
