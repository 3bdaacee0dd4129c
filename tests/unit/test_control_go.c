/* The way through the dashboard: rows, boxes and panels, what opens, what is read. */
#include <config.h>

#include "tests/unit/journey.h"
#include "ui/list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void moves(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    assert_string_equal(panel(&j), "overview");
    assert_int_equal(view(&j)->row[0], 0);
    key(&j, KEY_CODE_UP);
    assert_int_equal(view(&j)->row[0], 0); /* the top holds */
    type(&j, "jjk");
    assert_int_equal(view(&j)->row[0], 1);
    key(&j, KEY_CODE_END);
    size_t last = view(&j)->row[0];
    assert_int_equal(last, 8);
    type(&j, "jjj");
    assert_int_equal(view(&j)->row[0], last); /* so does the bottom */
    key(&j, KEY_CODE_HOME);
    assert_int_equal(view(&j)->row[0], 0);
    /* round the boxes and back */
    size_t boxes = 0;
    do {
        key(&j, KEY_CODE_TAB);
        boxes++;
    } while (view(&j)->box != 0 && boxes < 20);
    assert_in_range(boxes, 2, 6);
    key(&j, KEY_CODE_BACKTAB);
    assert_int_equal(view(&j)->box, boxes - 1);
    /* a smaller terminal has fewer boxes: the focus comes along */
    j.h = 16;
    j.w = 60;
    control_clamp(&j.control, &j.board, j.h, j.w);
    assert_int_equal(view(&j)->box, 0);
    /* pages in a long list */
    j.h = 40;
    j.w = 120;
    view(&j)->box = 2;
    key(&j, KEY_CODE_PAGE_DOWN);
    size_t page = view(&j)->row[2];
    assert_true(page > 5);
    key(&j, KEY_CODE_PAGE_DOWN);
    assert_int_equal(view(&j)->row[2], 2 * page);
    key(&j, KEY_CODE_PAGE_UP);
    key(&j, KEY_CODE_PAGE_UP);
    assert_int_equal(view(&j)->row[2], 0);
    end(&j);
}

static void opens_and_goes_back(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    /* a subsystem opens its panel, and the cursor is where it was on return */
    key(&j, KEY_CODE_DOWN);
    key(&j, KEY_CODE_ENTER);
    assert_string_equal(panel(&j), "memory");
    type(&j, "1");
    assert_string_equal(panel(&j), "overview");
    assert_int_equal(view(&j)->row[0], 1);
    /* a row opens its figures */
    view(&j)->box = 2;
    type(&j, "jj");
    struct ranked ranked[RANKED_MAX];
    assert_true(list_rank(&j.board, view(&j), ranked) > 3);
    size_t wanted = ranked[2].metric;
    key(&j, KEY_CODE_ENTER);
    assert_true(j.control.live);
    assert_string_equal(panel(&j), "live");
    assert_int_equal(view(&j)->metric, wanted);
    key(&j, KEY_CODE_ENTER);
    says(&j, "nothing to open here", false);
    key(&j, KEY_CODE_ESCAPE);
    assert_string_equal(panel(&j), "overview");
    assert_int_equal(view(&j)->row[2], 2);
    /* v: what runs now */
    type(&j, "v");
    assert_string_equal(panel(&j), "live");
    assert_int_equal(view(&j)->metric, SIZE_MAX);
    type(&j, "9");
    assert_string_equal(panel(&j), "sysops");
    /* Esc never quits */
    for (int i = 0; i < 5; i++)
        key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.requests, REQUEST_NONE);
    end(&j);
}

/* Each key of the tabs opens the panel that has it. */
static void every_tab_has_a_panel(void **state)
{
    struct journey j;
    (void)state;
    begin(&j, fixture_stored, NULL);
    for (const char *k = TAB_KEYS; *k; k++) {
        size_t place = (size_t)(k - TAB_KEYS);
        assert_non_null(tab_at(place).panel);
        key(&j, *k);
        assert_string_equal(panel(&j), tab_at(place).panel->id);
    }
    end(&j);
}

/* `w` on a row goes to what it took beside its operations. */
static void why_goes_to_the_white_box(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_kvm, "memory");
    key(&j, KEY_CODE_DOWN);
    const struct panel *p = control_panel(&j.control);
    size_t metric = p->metric(&j.board, control_view(&j.control));
    key(&j, 'w');
    p = control_panel(&j.control);
    assert_string_equal(p->id, "whitebox");
    assert_int_equal(p->metric(&j.board, control_view(&j.control)), metric);
    key(&j, '1');
    key(&j, 'w'); /* a line of the scoreboard is many rows */
    assert_string_equal(control_panel(&j.control)->id, "overview");
    assert_non_null(strstr(j.control.flash, "no single row"));
    key(&j, 'W');
    assert_string_equal(control_panel(&j.control)->id, "whitebox");
    end(&j);
}

/* A line that the list cuts is read whole, and the next one after it. */
static void a_line_of_the_log_is_read(void **state)
{
    struct journey j;
    char text[400] = "";
    (void)state;
    begin(&j, fixture_container, "log");
    for (size_t i = 0; i < 60; i++)
        memcpy(text + 5 * i, "word ", 5);
    memcpy(text + 5 * (size_t)60, "END", sizeof "END");
    snapshot_log(&j.board, BOARD_LOG_WARN, "kvm", "%s", text);
    snapshot_log(&j.board, BOARD_LOG_NOTE, "kvm", "the newest");
    key(&j, KEY_CODE_UP);
    key(&j, KEY_CODE_HOME);
    j.h = 16;
    j.w = 60;
    key(&j, KEY_CODE_DOWN);
    assert_false(shows(&j, "END"));
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.control.overlay, OVERLAY_READING);
    assert_true(shows(&j, "END"));
    assert_true(shows(&j, "warn  kvm"));
    type(&j, "y");
    assert_int_equal(j.control.requests, REQUEST_SAVE_ROW);
    j.control.requests = 0;
    key(&j, KEY_CODE_UP);
    assert_int_equal(j.control.overlay, OVERLAY_READING);
    assert_string_equal(j.control.reading.text, "the newest");
    key(&j, KEY_CODE_DOWN);
    assert_string_equal(j.control.reading.text, text);
    key(&j, KEY_CODE_ESCAPE);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_string_equal(panel(&j), "log");
    type(&j, "y");
    assert_int_equal(j.control.requests, REQUEST_SAVE_ROW);
    /* no line, nothing to read */
    j.board.log_count = 0;
    control_clamp(&j.control, &j.board, j.h, j.w);
    key(&j, KEY_CODE_ENTER);
    says(&j, "nothing to open here", false);
    end(&j);
}

/* What the verdict says is more than its box holds: Tab goes there, sentences scroll, and one is
 * read whole. */
static void verdict_sentences(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_verdict, "verdict");
    j.h = 24;
    j.w = 80;
    assert_true(shows(&j, "exit code 1"));
    assert_true(shows(&j, "Look next: vmtax run sys.sig_install --on container"));
    assert_true(shows(&j, "Would have been found with 80 % probability or more"));
    assert_true(shows(&j, "row; on native itself of 3.2 and 30.3 %."));
    j.h = 16;
    j.w = 60;
    assert_true(shows(&j, "exit code 1"));
    assert_false(shows(&j, "Look next"));
    key(&j, KEY_CODE_TAB);
    assert_true(shows(&j, "↓5 more")); /* the mark in the frame */
    for (size_t i = 0; i < 2; i++)
        key(&j, KEY_CODE_DOWN);
    assert_true(shows(&j, "Look next: vmtax run sys.sig_install --on container"));
    key(&j, KEY_CODE_END);
    assert_true(shows(&j, "warn: the kernel changed from 6.1.0-17-amd64"));
    j.h = 24;
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.control.overlay, OVERLAY_READING);
    assert_string_equal(j.control.reading.title, "what else changed");
    assert_true(shows(&j, "WORSE, exit code 1"));
    assert_true(shows(&j, "context switches may differ"));
    key(&j, KEY_CODE_ESCAPE);
    key(&j, KEY_CODE_HOME);
    key(&j, KEY_CODE_ENTER);
    assert_string_equal(j.control.reading.title, "verdict");
    assert_non_null(strstr(j.control.reading.text, "The hypervisor changed"));
    end(&j);
}

/* A replay comes to the verdict: it is shown, as to who made the check. Before it there is none,
 * and who has looked elsewhere since is not called back but by c. */
static void verdict_in_a_replay(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_verdict, "memory");
    const struct check *verdict = j.board.check.verdict; /* the fixture has it for good */
    snapshot_set_verdict(&j.board, NULL);
    j.board.replayed = true;
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "memory");
    type(&j, "c");
    says(&j, "this is a recording", true);
    assert_string_equal(panel(&j), "memory");
    snapshot_set_verdict(&j.board, verdict);
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "verdict");
    assert_true(shows(&j, "exit code 1"));
    assert_true(shows(&j, "kernel changed from 6.1.0-17-amd64"));
    assert_false(shows(&j, "Export")); /* no key is offered that could not act */
    /* elsewhere, and back */
    type(&j, "3");
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "memory");
    type(&j, "c");
    assert_string_equal(panel(&j), "verdict");
    assert_int_equal(j.checks, 0);
    type(&j, "c"); /* no new one */
    says(&j, "this is a recording", true);
    assert_int_equal(j.checks, 0);
    /* before it */
    snapshot_set_verdict(&j.board, NULL);
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "memory");
    /* the next check: how far it is, where somebody looks at it, and then its verdict */
    snapshot_set_verdict(&j.board, verdict);
    control_follow(&j.control, &j.board);
    j.board.check.active = true;
    j.board.check.session = j.board.check.sessions = 1;
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "verdict");
    type(&j, "3");
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "memory");
    j.board.check.active = false;
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "verdict");
    end(&j);
    /* what is live stays where it is looked at */
    begin(&j, fixture_verdict, "memory");
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "memory");
    type(&j, "c");
    assert_true(shows(&j, "Export"));
    end(&j);
}

/* One of a check comes to that, as to who made it, and says how far it is. One that was cut short
 * goes back. */
static void check_in_a_replay(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_checking, "memory");
    j.board.replayed = true;
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "verdict");
    assert_true(shows(&j, "session 2 of 3"));
    type(&j, "3");
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "memory");
    type(&j, "c");
    assert_string_equal(panel(&j), "verdict");
    j.board.check.active = false;
    control_follow(&j.control, &j.board);
    assert_string_equal(panel(&j), "memory");
    end(&j);
}

/* Before the first row it says what it is and how one moves, and of no key that does nothing. */
static void beginning_of_a_replay(void **state)
{
    (void)state;
    static const char *const dead[] = {"Press",  "Run all",     "r or p",
                                       "un all", "waiting for", "records a session"};
    static const char *const places[] = {"host", "whitebox", "memory", "web", "log", "overview"};
    struct journey j;
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        if (p)
            end(&j);
        begin(&j, fixture_empty, places[p]);
        j.board.replayed = true;
        snprintf(j.board.title, sizeof j.board.title, "node7 2026-11-22  0:00/1:30  paused");
        for (size_t i = 0; i < sizeof dead / sizeof *dead; i++)
            if (shows(&j, dead[i]))
                fail_msg("the %s of a replay says: %s", places[p], dead[i]);
    }
    assert_true(shows(&j, "This is a recording."));
    assert_true(shows(&j, "Recorded on node7 2026-11-22"));
    assert_true(shows(&j, "Space pauses"));
    type(&j, "v");
    assert_true(shows(&j, "Nothing runs at this moment"));
    assert_false(shows(&j, "runs the quick comparison"));
    key(&j, KEY_CODE_ESCAPE);
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.start_count, 0);
    end(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves),
        cmocka_unit_test(opens_and_goes_back),
        cmocka_unit_test(every_tab_has_a_panel),
        cmocka_unit_test(why_goes_to_the_white_box),
        cmocka_unit_test(a_line_of_the_log_is_read),
        cmocka_unit_test(verdict_in_a_replay),
        cmocka_unit_test(check_in_a_replay),
        cmocka_unit_test(beginning_of_a_replay),
        cmocka_unit_test(verdict_sentences),
    };
    setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* settings are saved nowhere */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
