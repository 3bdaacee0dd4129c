/* How it is shown: filter, order, units and ranges, the other views. */
#include <config.h>

#include "tests/unit/journey.h"
#include "text.h"
#include "ui/list.h"

#include <stdlib.h>
#include <string.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters),         cmocka_unit_test(settings_hold_everywhere),
        cmocka_unit_test(sorts),           cmocka_unit_test(sorts_by_loss_alone),
        cmocka_unit_test(who_is_left_out),
    };
    setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* settings are saved nowhere */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
