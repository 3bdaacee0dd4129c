/* How a check spends its time: how many sessions, of which rows, and what each of them is given. */
#include <config.h>

#include "unit.h"

#include "check_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct plan quick_plan(size_t targets)
{
    struct plan p;
    struct error e;
    plan_init(&p);
    p.profile = PROFILE_QUICK;
    p.blocks = 2;
    p.slot_scale = 0.5;
    p.target_count = targets;
    for (size_t t = 0; t < targets; t++)
        p.targets[t] = target_kinds[t];
    p.budget_s = INFINITY;
    assert_int_equal(plan_add(&p, "all", &e), 0);
    return p;
}

static size_t subsystems_in(const struct plan *p, size_t rows[SUBSYSTEM_COUNT])
{
    size_t n = 0;
    memset(rows, 0, SUBSYSTEM_COUNT * sizeof *rows);
    for (size_t i = 0; i < p->row_count; i++)
        n += rows[p->rows[i].workload->subsystem]++ == 0;
    return n;
}

/* What is announced is within the budget; a session more, or a row more, would not be. */
static void test_a_plan_adds_up(void **state)
{
    (void)state;
    static const double budgets[] = {20, 60, 120, CHECK_BUDGET_S, 300, 3600};
    static const double paces[] = {1, 1.3, 4, 10};
    size_t full = 0, cut = 0;
    for (size_t i = 0; i < 6 * 4 * 3; i++) {
        size_t rows[SUBSYSTEM_COUNT];
        struct error e;
        struct check_plan p = {
            .plan = quick_plan(1 + i % 3), .budget_s = budgets[i / 3 % 6], .pace = paces[i / 18]};
        for (size_t s = 0; s < SUBSYSTEM_COUNT; s++)
            p.absent[s] = true;
        size_t all = p.plan.row_count, whole = subsystems_in(&p.plan, rows);
        double time = 0.97 * p.budget_s;
        if (check_plan_fit(&p, &e) < 0) {
            /* Not even the dearest row of all is planned twice in less. */
            assert_true(p.budget_s < 60 * p.pace);
            assert_non_null(strstr(e.text, "two sessions of anything do not fit into"));
            check_plan_release(&p);
            continue;
        }
        assert_int_equal(p.left_out + p.plan.row_count, all);
        assert_true(fabs(p.session_s - plan_seconds(&p.plan) * p.pace) < 1e-9);
        assert_true(p.sessions >= CHECK_SESSIONS_MIN && p.sessions <= CHECK_SESSIONS);
        assert_true((double)p.sessions * p.session_s <= time + 1e-9);
        if (p.sessions < CHECK_SESSIONS)
            assert_true(CHECK_SESSIONS * p.session_s > time);
        size_t present = subsystems_in(&p.plan, rows);
        for (size_t s = 0; s < SUBSYSTEM_COUNT; s++)
            assert_int_equal(p.absent[s], rows[s] == 0);
        /* None is given up whole as long as another has two. */
        if (present < whole)
            assert_int_equal(p.plan.row_count, present);
        full += !p.left_out;
        cut += p.left_out > 0;
        check_plan_release(&p);
    }
    assert_true(full > 0 && cut > 0);
}

/* By default: the whole quick look on native and a guest, all nine subsystems, in three minutes. */
static void test_three_minutes_hold_everything(void **state)
{
    (void)state;
    size_t rows[SUBSYSTEM_COUNT];
    struct error e;
    struct check_plan p = {.plan = quick_plan(2), .budget_s = CHECK_BUDGET_S, .pace = 1};
    char text[256], announced[64];
    assert_int_equal(CHECK_BUDGET_S, 180);
    assert_int_equal(check_plan_fit(&p, &e), 0);
    assert_int_equal(p.left_out, 0);
    assert_int_equal(subsystems_in(&p.plan, rows), 9);
    check_plan_text(&p, text, sizeof text);
    unsigned minutes, seconds;
    const char *sum = strstr(text, "to start), ");
    assert_non_null(sum);
    assert_int_equal(sscanf(sum, "to start), %u:%u of %63s", &minutes, &seconds, announced), 3);
    assert_string_equal(announced, "3:00");
    assert_true(fabs(60 * minutes + seconds - (double)p.sessions * p.session_s) <= 1);
    check_plan_release(&p);
}

/* Whatever sessions take, as long as each keeps to what it was given: all of them keep to the
 * budget, and one that cannot be whole any more is not begun. */
static void test_the_budget_is_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < 400; i++) {
        struct check_plan p = {
            .sessions = 2 + i % 2, .budget_s = CHECK_BUDGET_S, .session_s = (i % 2 ? 58.0 : 87.0)};
        double used = 0;
        size_t done = 0;
        for (double given; (given = check_plan_budget(&p, done, used)) > 0; done++) {
            double wants = p.session_s * (0.5 + 0.01 * (double)((i * 37 + done * 61) % 150));
            assert_true(done < p.sessions);
            if (done >= CHECK_SESSIONS_MIN)
                assert_true(given >= 0.7 * p.session_s);
            assert_true(used + given <= p.budget_s);
            used += fmin(wants, given);
        }
        assert_true(done >= CHECK_SESSIONS_MIN && done <= p.sessions);
        assert_true(used <= p.budget_s);
    }
    struct check_plan p = {.sessions = 3, .budget_s = 180, .session_s = 58};
    /* The first gets its share, the last all that is left. */
    assert_true(fabs(check_plan_budget(&p, 0, 0) - 180 * 0.985 / 3) < 1e-9);
    assert_true(fabs(check_plan_budget(&p, 2, 100) - (180 * 0.985 - 100)) < 1e-9);
    assert_true(check_plan_budget(&p, 3, 100) == 0);
    /* The border of what is begun: seven tenths of a session. */
    double last = 180 * 0.985 - 0.7 * 58;
    assert_true(check_plan_budget(&p, 2, last - 0.1) > 0);
    assert_true(check_plan_budget(&p, 2, last + 0.1) == 0);
    /* The second takes the third's time when both together would be cut. */
    assert_true(fabs(check_plan_budget(&p, 1, 80) - (180 * 0.985 - 80)) < 1e-9);
    assert_true(fabs(check_plan_budget(&p, 1, 60) - (180 * 0.985 - 60) / 2) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plan_adds_up),
        cmocka_unit_test(test_three_minutes_hold_everything),
        cmocka_unit_test(test_the_budget_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
