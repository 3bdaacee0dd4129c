/* What keys do, without a terminal: journeys over a board that is filled by hand. */
#include <config.h>

#include "tests/unit/journey.h"
#include "text.h"
#include "ui/control_parts.h"
#include "ui/list.h"

#include <stdint.h>
#include <stdio.h>
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

static void filters(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    view(&j)->box = 2;
    key(&j, KEY_CODE_END);
    struct ranked ranked[RANKED_MAX];
    size_t all = list_rank(&j.board, view(&j), ranked);
    type(&j, "/");
    assert_int_equal(j.control.overlay, OVERLAY_FILTER);
    type(&j, "sysX"); /* keys are text now, also those that act */
    key(&j, KEY_CODE_BACKSPACE);
    type(&j, ".");
    assert_string_equal(view(&j)->filter, "sys.");
    size_t some = list_rank(&j.board, view(&j), ranked);
    assert_true(some > 0 && some < all);
    assert_true(view(&j)->row[2] < some); /* the cursor came along */
    key(&j, KEY_CODE_ENTER);
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    type(&j, "q"); /* a key again */
    assert_int_equal(j.control.overlay, OVERLAY_QUIT);
    key(&j, KEY_CODE_ESCAPE);
    key(&j, KEY_CODE_ESCAPE);
    assert_string_equal(view(&j)->filter, "");
    assert_int_equal(list_rank(&j.board, view(&j), ranked), all);
    /* Esc while typing drops it; a wide character goes as a whole; too much is not taken */
    type(&j, "/abc");
    key(&j, KEY_CODE_ESCAPE);
    assert_string_equal(view(&j)->filter, "");
    type(&j, "/");
    key(&j, 0x6F22);
    key(&j, 0xE9);
    assert_string_equal(view(&j)->filter, "漢é");
    key(&j, KEY_CODE_BACKSPACE);
    key(&j, KEY_CODE_BACKSPACE);
    assert_string_equal(view(&j)->filter, "");
    for (int i = 0; i < 100; i++)
        key(&j, 0x6F22);
    assert_true(strlen(view(&j)->filter) < sizeof view(&j)->filter);
    assert_int_equal(strlen(view(&j)->filter) % 3, 0);
    end(&j);
}

static void settings_hold_everywhere(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_all, NULL);
    type(&j, "u");
    assert_int_equal(view(&j)->unit, UNIT_TIMES);
    type(&j, " ");
    assert_true(view(&j)->frozen);
    type(&j, "P+");
    says(&j, "2 minutes", false);
    type(&j, "t");
    says(&j, "target:", false);
    size_t target = view(&j)->target;
    assert_int_equal(target, 2);
    type(&j, "9"); /* the same in the other panels */
    assert_int_equal(view(&j)->unit, UNIT_TIMES);
    assert_true(view(&j)->frozen && view(&j)->paper && view(&j)->span_s == 120);
    assert_int_equal(view(&j)->target, target);
    type(&j, " uu");
    assert_false(view(&j)->frozen);
    assert_int_equal(view(&j)->unit, UNIT_PERCENT); /* once round */
    type(&j, "++++");
    says(&j, "10 minutes", false);
    type(&j, "-----");
    says(&j, "30 seconds", false);
    /* of one panel alone: order, box over the screen, the box's other view and axis */
    type(&j, "1sSe");
    assert_true(view(&j)->sort == 1 && view(&j)->reverse && view(&j)->expanded);
    type(&j, "o"); /* what the box does not have is not remembered either */
    says(&j, "no box here has another view", false);
    assert_false(view(&j)->other_view[0]);
    /* From a list without one, the curves beside it change together, also where one was ahead. */
    type(&j, "4");
    size_t list = view(&j)->box;
    type(&j, "o");
    size_t shown = 0;
    for (size_t b = 0; b < sizeof view(&j)->other_view; b++)
        shown += view(&j)->other_view[b];
    assert_int_equal(shown, 2);
    assert_int_equal(view(&j)->box, list);
    key(&j, '\t');
    type(&j, "o");
    view(&j)->box = list;
    type(&j, "o");
    shown = 0;
    for (size_t b = 0; b < sizeof view(&j)->other_view; b++)
        shown += view(&j)->other_view[b];
    assert_true(shown == 0 || shown == 2);
    type(&j, "1");
    type(&j, "9");
    assert_true(view(&j)->sort == 0 && !view(&j)->reverse && !view(&j)->expanded);
    type(&j, "1");
    key(&j, KEY_CODE_ESCAPE); /* back from the whole screen first */
    assert_false(view(&j)->expanded);
    /* round all targets; native is none of them */
    for (size_t i = 0; i < 2 * j.board.target_count; i++) {
        type(&j, "t");
        assert_in_range(view(&j)->target, 1, j.board.target_count - 1);
    }
    end(&j);
}

static void sorts(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    struct ranked before[RANKED_MAX], after[RANKED_MAX];
    size_t count = list_rank(&j.board, view(&j), before);
    assert_true(count > 10);
    for (size_t i = 1; i < count; i++)
        assert_true(
            before[i - 1].group < before[i].group ||
            (before[i - 1].group == before[i].group && before[i - 1].ratio <= before[i].ratio));
    type(&j, "S");
    assert_int_equal(list_rank(&j.board, view(&j), after), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(after[i].metric, before[count - 1 - i].metric);
    type(&j, "Ss");
    assert_int_equal(list_rank(&j.board, view(&j), after), count);
    for (size_t i = 1; i < count; i++)
        assert_true(strcmp(j.board.metrics[after[i - 1].metric].workload->title,
                           j.board.metrics[after[i].metric].workload->title) <= 0);
    type(&j, "s");
    list_rank(&j.board, view(&j), after);
    for (size_t i = 1; i < count; i++)
        assert_true(after[i - 1].metric <= after[i].metric);
    end(&j);
}

/* Every verdict in one list: the greatest loss is first, and no gain stands before a loss, whatever
 * was decided. */
static void sorts_by_loss_alone(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_slow, NULL);
    struct ranked ranked[RANKED_MAX];
    size_t count = list_rank(&j.board, view(&j), ranked);
    bool seen[VERDICT_COUNT] = {false};
    assert_true(count > 10);
    for (size_t i = 0; i < count; i++) {
        const struct comparison *c =
            &j.board.metrics[ranked[i].metric].cell[ranked[i].target].comparison;
        seen[c->verdict] = true;
        if (i == 0 || c->verdict == VERDICT_NOT_COMPARABLE)
            continue;
        assert_true(ranked[i - 1].ratio <= ranked[i].ratio);
    }
    assert_true(seen[VERDICT_WORSE] && seen[VERDICT_INCONCLUSIVE] && seen[VERDICT_BETTER]);
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
    begin(&j, fixture_stored, NULL); /* nothing runs: no question */
    type(&j, "q");
    assert_int_equal(j.control.requests, REQUEST_QUIT);
    end(&j);
}

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

/* `w` on a row goes to what it took beside its operations. */
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

/* Why there is no virtual machine stands beside the answer, not only in the log. */
static void who_is_left_out(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    j.board.run.active = false;
    assert_false(shows(&j, "kvm is left out"));
    text_copy(j.board.left_out, sizeof j.board.left_out, "kvm is left out, it would be emulated");
    assert_true(shows(&j, "kvm is left out"));
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

static void help_pages(void **state)
{
    (void)state;
    struct journey j;
    begin(&j, fixture_container, NULL);
    j.control.help_last = 30;
    type(&j, "?");
    assert_int_equal(j.control.overlay, OVERLAY_HELP);
    type(&j, "jjj");
    assert_int_equal(j.control.help_first, 3);
    key(&j, KEY_CODE_END);
    assert_int_equal(j.control.help_first, 30);
    type(&j, "?");
    assert_int_equal(j.control.help_page, 1);
    assert_int_equal(j.control.help_first, 0);
    key(&j, KEY_CODE_LEFT);
    key(&j, KEY_CODE_LEFT);
    assert_int_equal(j.control.help_page, 2);
    type(&j, "x"); /* nothing acts below */
    assert_int_equal(j.aborts, 0);
    type(&j, "q"); /* leaves the help, not the program */
    assert_int_equal(j.control.overlay, OVERLAY_NONE);
    assert_int_equal(j.control.requests, REQUEST_NONE);
    end(&j);
}

static void welcome(void **state)
{
    static const char *const lines[] = {"What does a container cost here?", NULL};
    static const struct {
        int key;
        size_t started;
        const char *panel;
    } cases[] = {
        {KEY_CODE_ENTER, 1, "overview"}, {KEY_CODE_ESCAPE, 0, "overview"}, {'3', 0, "memory"}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct journey j;
        struct app_options options = {.welcome = lines};
        begin(&j, fixture_empty, NULL);
        control_init(&j.control, &options, &j.actions);
        assert_int_equal(j.control.overlay, OVERLAY_WELCOME);
        key(&j, cases[i].key);
        assert_int_equal(j.control.overlay, OVERLAY_NONE);
        assert_int_equal(j.start_count, cases[i].started);
        assert_string_equal(panel(&j), cases[i].panel);
        end(&j);
    }
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
        cmocka_unit_test(who_is_left_out),
        cmocka_unit_test(long_runs_are_asked_for_twice),
        cmocka_unit_test(moves),
        cmocka_unit_test(a_small_terminal_refuses),
        cmocka_unit_test(a_small_terminal_asks),
        cmocka_unit_test(a_line_of_the_log_is_read),
        cmocka_unit_test(points_of_a_curve_are_clicked),
        cmocka_unit_test(opens_and_goes_back),
        cmocka_unit_test(filters),
        cmocka_unit_test(settings_hold_everywhere),
        cmocka_unit_test(sorts),
        cmocka_unit_test(sorts_by_loss_alone),
        cmocka_unit_test(asks_before_quitting_a_run),
        cmocka_unit_test(runs_rows),
        cmocka_unit_test(processor_panel),
        cmocka_unit_test(leaving_a_check_asks),
        cmocka_unit_test(why_goes_to_the_white_box),
        cmocka_unit_test(keys_that_cannot_act_say_why),
        cmocka_unit_test(what_can_act_acts),
        cmocka_unit_test(copies_rows),
        cmocka_unit_test(verdict_keys),
        cmocka_unit_test(verdict_sentences),
        cmocka_unit_test(every_key_acts_or_says_why),
        cmocka_unit_test(what_is_shown_can_be_clicked),
        cmocka_unit_test(help_pages),
        cmocka_unit_test(welcome),
        cmocka_unit_test(every_tab_has_a_panel),
        cmocka_unit_test(mouse),
        cmocka_unit_test(survives_any_keys),
    };
    setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* settings are saved nowhere */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
