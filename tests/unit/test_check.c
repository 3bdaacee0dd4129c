/* A check against a baseline: what is decided, by whom it was caused, which exit code follows. How
 * often it is right tests/sim_check.c says. */
#include <config.h>

#include "unit.h"

#include "analysis.h"
#include "check.h"
#include "check_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS  6
#define AFTER 3

static struct workload sysops = {
    .id = "sys.test", .subsystem = SUBSYSTEM_SYSOPS, .figure = FIGURE_TIME_US};
static struct workload memory = {
    .id = "ram.test", .subsystem = SUBSYSTEM_MEMORY, .figure = FIGURE_MB_PER_S};

/* Spread of sessions without a pattern: -1 .. 1. */
static double spread(size_t row, size_t session)
{
    return sin(12.9898 * (double)(row + 1) + 78.233 * (double)(session + 1) +
               (double)(row * session));
}

/* Two subsystems of ROWS rows on native and a guest; of sysops, native moves by host and the guest
 * against it by guest. */
static void judge(struct check *c, size_t before, double noise, double host, double guest)
{
    struct series s;
    series_init(&s, before, AFTER);
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < 2 * ROWS; i++) {
            char params[16];
            snprintf(params, sizeof params, "size=%u", (unsigned)i % ROWS);
            const struct workload *w = i < ROWS ? &sysops : &memory;
            double *values = series_add(&s, w, params, t ? "container" : "native");
            for (size_t k = 0; k < before + AFTER; k++)
                values[k] = 2 + noise * spread(t * 100 + i, k) +
                            (k >= before && w == &sysops ? (t ? guest : host) : 0);
        }
    check_init(c);
    check_judge(c, &s, CHECK_FIND);
    series_release(&s);
}

static const struct check_group *group_of(const struct check *c, enum subsystem s,
                                          const char *target)
{
    for (size_t g = 0; g < c->group_count; g++)
        if (c->groups[g].subsystem == s && strcmp(c->groups[g].target, target) == 0)
            return &c->groups[g];
    fail_msg("no group");
    return NULL;
}

static void test_nothing_changed(void **state)
{
    (void)state;
    struct check c;
    judge(&c, 5, 0.005, 0, 0);
    assert_int_equal(c.group_count, 4);
    assert_int_equal(c.cause, CHECK_NOBODY);
    assert_int_equal(check_exit(&c), 0);
    assert_true(c.power.known);
    assert_true(c.power.subsystem < c.find);
    assert_true(c.power.row >= c.power.subsystem);
    assert_string_equal(check_headline(&c), "NOTHING WORSE");
    check_release(&c);
}

static void test_a_slower_guest_is_the_hypervisors_doing(void **state)
{
    (void)state;
    struct check c;
    size_t order[4 * ROWS];
    judge(&c, 5, 0.005, 0, log(0.85));
    assert_int_equal(group_of(&c, SUBSYSTEM_SYSOPS, "container")->verdict, VERDICT_WORSE);
    assert_int_not_equal(group_of(&c, SUBSYSTEM_SYSOPS, "native")->verdict, VERDICT_WORSE);
    assert_int_equal(c.cause, CHECK_HYPERVISOR);
    assert_int_equal(c.verdicts[VERDICT_WORSE], ROWS);
    assert_int_equal(check_changed(&c, order), ROWS);
    assert_string_equal(c.rows[order[0]].target, "container");
    assert_int_equal(check_exit(&c), 1);
    check_release(&c);
}

static void test_a_slower_host_is_its_own_doing(void **state)
{
    (void)state;
    struct check c;
    judge(&c, 5, 0.005, log(0.8), 0);
    assert_int_equal(c.cause, CHECK_HOST);
    assert_int_equal(check_exit(&c), 1);
    check_release(&c);
    judge(&c, 5, 0.005, log(0.8), log(0.8));
    assert_int_equal(c.cause, CHECK_BOTH);
    check_release(&c);
}

static void test_faster_is_not_worse(void **state)
{
    (void)state;
    struct check c;
    judge(&c, 5, 0.005, 0, log(1.2));
    assert_int_equal(c.verdicts[VERDICT_BETTER], ROWS);
    assert_int_equal(check_exit(&c), 0);
    check_release(&c);
}

static void test_a_change_within_the_margin_is_none(void **state)
{
    (void)state;
    struct check c;
    judge(&c, 10, 0.001, 0, log(0.98));
    assert_true(group_of(&c, SUBSYSTEM_SYSOPS, "container")->moved);
    assert_int_equal(group_of(&c, SUBSYSTEM_SYSOPS, "container")->verdict, VERDICT_SAME);
    assert_int_equal(check_exit(&c), 0);
    check_release(&c);
}

static void test_noise_that_could_hide_ten_percent_is_inconclusive(void **state)
{
    (void)state;
    struct check c;
    judge(&c, 4, 0.2, 0, 0);
    assert_true(c.power.subsystem > c.find);
    assert_int_equal(check_exit(&c), 3);
    check_release(&c);
}

static void test_a_young_baseline_judges_nothing(void **state)
{
    (void)state;
    struct check c;
    judge(&c, 1, 0.005, 0, log(0.5));
    assert_int_equal(c.more, 2);
    assert_int_equal(c.group_count, 0);
    assert_int_equal(c.verdicts[VERDICT_INCONCLUSIVE], 4 * ROWS);
    for (size_t i = 0; i < c.count; i++) {
        assert_true(c.rows[i].flags & FLAG_YOUNG);
        assert_true(c.rows[i].change.bounded);
    }
    assert_int_equal(check_exit(&c), 3);
    check_release(&c);
}

static void test_a_session_without_a_row_is_no_hole(void **state)
{
    (void)state;
    struct series s;
    struct check c;
    series_init(&s, 5, 2);
    for (size_t i = 0; i < ROWS; i++) {
        char params[16];
        snprintf(params, sizeof params, "size=%u", (unsigned)i);
        double *values = series_add(&s, &sysops, params, "native");
        for (size_t k = 0; k < 7; k++)
            values[k] = (double)i + 0.002 * spread(i, k);
        values[i % 2] = NAN;
    }
    check_init(&c);
    check_judge(&c, &s, CHECK_FIND);
    assert_int_equal(c.group_count, 1);
    assert_int_equal(c.rows[0].change.n, 4);
    assert_true(fabs(c.groups[0].change.centre) < 0.005);
    assert_int_equal(check_exit(&c), 0);
    check_release(&c);
    series_release(&s);
}

/* --- from documents -------------------------------------------------------------------------- */

/* A row's blocks of both targets in one stage; a second stage that must not count. */
static void add_row(struct result *r, const char *workload, double guest_us, uint32_t blocks)
{
    size_t metric = result_add_metric(r, workload_find(workload), "");
    for (uint8_t stage = 1; stage <= 2; stage++)
        for (uint32_t b = 0; b < blocks; b++)
            for (size_t i = 0; i < 4; i++) {
                struct slot *s = result_add_slot(r);
                s->metric = metric;
                s->stage = stage;
                s->block = b;
                s->target = i == 1 || i == 2;
                s->host_s = s->agent_s = 0.1;
                s->ops = 1000;
                s->value = (s->target ? guest_us : 1.0) * (stage == 2 ? 3 : b >= 2 ? 2 : 1);
                s->measured = true;
            }
}

/* Native and a container, one row. */
static void session(struct result *r, double guest_us, uint32_t blocks, const char *agent)
{
    result_init(r);
    snprintf(r->agent_sha256, sizeof r->agent_sha256, "%s", agent);
    r->two_stage = true;
    r->target_count = 2;
    for (size_t t = 0; t < 2; t++) {
        struct result_target *target = &r->targets[t];
        const char *name = t ? "container" : "native";
        snprintf(target->id, sizeof target->id, "%s", name);
        snprintf(target->kind, sizeof target->kind, "%s", name);
        target->clock_rate = 1;
    }
    add_row(r, "sys.read", guest_us, blocks);
    analysis_update(r);
}

static void sessions_release(struct result before[3], struct result *now)
{
    for (size_t i = 0; i < 3; i++)
        result_release(&before[i]);
    result_release(now);
}

static void test_series_take_the_same_blocks_of_each_session(void **state)
{
    (void)state;
    struct result before[3], now;
    struct series s;
    session(&before[0], 2, 4, "a");
    session(&before[1], 2, 2, "a");
    session(&before[2], 2, 2, "a");
    session(&now, 4, 2, "a");
    series_make(&s, before, 3, &now, 1);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.rows[0].blocks, 2);
    assert_string_equal(s.rows[1].target, "container");
    for (size_t k = 0; k < 3; k++) {
        assert_true(fabs(series_values(&s, 0)[k]) < 1e-9);
        assert_true(fabs(series_values(&s, 1)[k] + log(2)) < 1e-9);
    }
    assert_true(fabs(series_values(&s, 1)[3] + log(4)) < 1e-9);
    series_release(&s);
    sessions_release(before, &now);
}

static void test_another_agent_is_not_comparable(void **state)
{
    (void)state;
    struct result before[3], now;
    struct check c;
    struct baseline b = {.name = "default", .sessions = before, .count = 3};
    for (size_t i = 0; i < 3; i++)
        session(&before[i], 2, 2, "a");
    session(&now, 4, 2, "b");
    check_results(&c, &b, &now, 1, CHECK_FIND, NULL);
    assert_true(c.fatal);
    assert_int_equal(check_exit(&c), 4);
    assert_int_equal(c.verdicts[VERDICT_WORSE], 0);
    assert_non_null(strstr(c.differences[0].sentence, "agent"));
    check_release(&c);
    sessions_release(before, &now);
}

static void test_a_guest_without_figures_is_lost(void **state)
{
    (void)state;
    struct result before[3], now;
    struct check c;
    struct baseline b = {.name = "default", .sessions = before, .count = 3};
    for (size_t i = 0; i < 3; i++)
        session(&before[i], 2, 2, "a");
    session(&now, 2, 2, "a");
    for (size_t i = 0; i < now.slot_count; i++)
        now.slots[i].measured = now.slots[i].target == 0;
    analysis_update(&now);
    check_results(&c, &b, &now, 1, CHECK_FIND, NULL);
    assert_int_equal(c.lost_targets, 1);
    assert_int_equal(check_exit(&c), 4);
    check_release(&c);
    sessions_release(before, &now);
}

/* Another runtime is of that guest alone. */
static void test_a_changed_guest_is_flagged(void **state)
{
    (void)state;
    struct result before[3], now;
    struct check c;
    struct baseline b = {.name = "default", .sessions = before, .count = 3};
    for (size_t i = 0; i < 3; i++) {
        session(&before[i], 2, 2, "a");
        snprintf(before[i].targets[1].how, sizeof before[i].targets[1].how, "liblxc 5");
    }
    session(&now, 2, 2, "a");
    snprintf(now.targets[1].how, sizeof now.targets[1].how, "liblxc 6");
    check_results(&c, &b, &now, 1, CHECK_FIND, NULL);
    assert_int_equal(c.count, 2);
    for (size_t i = 0; i < c.count; i++)
        assert_int_equal(c.rows[i].flags,
                         strcmp(c.rows[i].target, "native") == 0 ? 0 : FLAG_FINGERPRINT);
    check_release(&c);
    sessions_release(before, &now);
}

static bool advises(const struct check *c, const char *words)
{
    for (size_t i = 0; i < c->advice_count; i++)
        if (strstr(c->advice[i], words))
            return true;
    return false;
}

/* Rows of another library's core type now are not judged, and not forgotten either. */
static void test_other_work_is_not_nothing(void **state)
{
    (void)state;
    struct result before[3], now;
    struct check c;
    struct baseline b = {.name = "default", .sessions = before, .count = 3};
    for (size_t i = 0; i < 3; i++) {
        session(&before[i], 2, 2, "a");
        add_row(&before[i], "linpack", 2, 2);
        result_add_fact(&before[i], "engine.linpack.core", i == 2 ? "Haswell" : "Nehalem");
        analysis_update(&before[i]);
    }
    session(&now, 2, 2, "a");
    add_row(&now, "linpack", 2, 2);
    result_add_fact(&now, "engine.linpack.core", "Haswell");
    analysis_update(&now);
    check_results(&c, &b, &now, 1, CHECK_FIND, NULL);
    assert_int_equal(c.count, 4); /* one session of before is of the same work */
    assert_int_equal(c.other_rows, 0);
    check_release(&c);
    result_add_fact(&before[2], "engine.linpack.core", "SkylakeX");
    check_results(&c, &b, &now, 1, CHECK_FIND, NULL);
    assert_int_equal(c.count, 2);
    assert_int_equal(c.other_rows, 2);
    assert_int_equal(c.lost_rows, 0);
    assert_int_equal(check_exit(&c), 3);
    assert_true(advises(&c, "2 rows are not judged: what does the work is other work now"));
    check_release(&c);
    sessions_release(before, &now);
}

/* A session of another agent among those of the baseline: its figures do not stand for before. */
static void test_every_session_must_be_comparable(void **state)
{
    (void)state;
    struct result before[3], now;
    struct check c;
    struct baseline b = {.name = "default", .sessions = before, .count = 3};
    for (size_t i = 0; i < 3; i++)
        session(&before[i], 2, 2, i == 2 ? "b" : "a");
    session(&now, 2, 2, "a");
    check_results(&c, &b, &now, 1, CHECK_FIND, NULL);
    assert_true(c.fatal);
    assert_int_equal(check_exit(&c), 4);
    check_release(&c);
    sessions_release(before, &now);
}

/* What was not even begun is said with its reason. */
static void test_what_a_plan_left_out_is_told(void **state)
{
    (void)state;
    struct result before[3], now;
    struct check c;
    struct baseline b = {.name = "default", .sessions = before, .count = 3};
    struct check_absent absent = {.targets = 1, .rows = 7, .why = "kvm: no /dev/kvm"};
    struct check_absent whole = {.why = "", .subsystems[SUBSYSTEM_JAVA] = true};
    struct check_absent young = {.why = "", .young = 3};
    for (size_t i = 0; i < 3; i++)
        session(&before[i], 2, 2, "a");
    session(&now, 2, 2, "a");
    check_results(&c, &b, &now, 1, CHECK_FIND, &absent);
    assert_int_equal(check_exit(&c), 4);
    assert_true(
        advises(&c, "1 guest of the baseline could not be measured now: kvm: no /dev/kvm."));
    assert_true(advises(&c, "7 rows of the baseline were left out"));
    check_release(&c);
    /* A whole subsystem is a question that is left open; single rows are only told. */
    check_results(&c, &b, &now, 1, 0.99, NULL);
    assert_int_equal(check_exit(&c), 0);
    check_release(&c);
    check_results(&c, &b, &now, 1, 0.99, &young);
    assert_int_equal(check_exit(&c), 0);
    assert_true(advises(&c, "3 rows of the baseline are in fewer than 3 of its sessions"));
    check_release(&c);
    check_results(&c, &b, &now, 1, 0.99, &whole);
    assert_int_equal(check_exit(&c), 3);
    assert_true(advises(&c, "Nothing of java was measured, which the baseline has"));
    check_release(&c);
    sessions_release(before, &now);
}

/* Sessions that were cut off: what only one of them reached is lost, however far off it is. */
static void test_one_figure_of_now_decides_nothing(void **state)
{
    (void)state;
    struct result before[3], now[3];
    struct check c;
    struct baseline b = {.name = "default", .sessions = before, .count = 3};
    for (size_t i = 0; i < 3; i++) {
        session(&before[i], 2 + 0.001 * (double)i, 2, "a");
        add_row(&before[i], "sys.stat", 2 + 0.001 * (double)i, 2);
        session(&now[i], 2, 2, "a");
        if (i == 1)
            add_row(&now[i], "sys.stat", 8, 2);
        analysis_update(&before[i]);
        analysis_update(&now[i]);
    }
    check_results(&c, &b, now, 3, CHECK_FIND, NULL);
    assert_int_equal(c.count, 2);
    assert_int_equal(c.lost_rows, 2);
    assert_int_equal(c.cause, CHECK_NOBODY);
    assert_int_equal(check_exit(&c), 3);
    check_release(&c);
    add_row(&now[2], "sys.stat", 8, 2);
    analysis_update(&now[2]);
    check_results(&c, &b, now, 3, CHECK_FIND, NULL);
    assert_int_equal(c.count, 4);
    assert_int_equal(c.lost_rows, 0);
    check_release(&c);
    for (size_t i = 0; i < 3; i++) {
        result_release(&before[i]);
        result_release(&now[i]);
    }
}

/* How long sessions take is known of those that there were. */
static void test_the_pace_of_a_baseline(void **state)
{
    (void)state;
    struct result sessions[4];
    struct baseline b = {.name = "default", .sessions = sessions, .count = 3};
    static const double took[] = {90, 110, 100, 5};
    for (size_t i = 0; i < 4; i++) {
        session(&sessions[i], 2, 2, "a");
        sessions[i].elapsed_s = took[i];
    }
    assert_true(fabs(check_pace(&b, 1, 2, 50) - 2) < 1e-9);
    assert_true(fabs(check_pace(&b, 1, 2, 200) - 1) < 1e-9); /* never faster than planned */
    assert_true(fabs(check_pace(&b, 1, 2, 1) - 10) < 1e-9);
    assert_true(fabs(check_pace(&b, 2, 2, 50) - 1) < 1e-9); /* other rows, other targets */
    assert_true(fabs(check_pace(&b, 1, 3, 50) - 1) < 1e-9);
    sessions[3].late.rows = 4; /* that was cut off */
    b.count = 4;
    assert_true(fabs(check_pace(&b, 1, 2, 50) - 2) < 1e-9);
    for (size_t i = 0; i < 4; i++)
        result_release(&sessions[i]);
}

/* Native's own figures may hide as much as a guest's: both bind. */
static void test_what_native_hides_counts_too(void **state)
{
    (void)state;
    struct check c;
    judge(&c, 5, 0.005, 0, 0);
    assert_int_equal(check_exit(&c), 0);
    double guests = c.power.subsystem, native = c.native_power.subsystem;
    c.power.subsystem = 2 * c.find;
    assert_int_equal(check_exit(&c), 3);
    c.power.subsystem = guests;
    c.native_power.subsystem = 2 * c.find;
    assert_int_equal(check_exit(&c), 3);
    c.native_power.subsystem = c.find;
    assert_int_equal(check_exit(&c), 0);
    c.native_power.subsystem = native;
    c.power.known = false; /* native alone was measured */
    assert_int_equal(check_exit(&c), 0);
    c.native_power.known = false;
    assert_int_equal(check_exit(&c), 3);
    check_release(&c);
}

/* ---- files for other programs; validators read them in tests/e2e/check.sh ---- */

static char *written(struct check *c, const char *form)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    snprintf(c->baseline, sizeof c->baseline, "before \"6.1\"");
    check_form_find(form)->write(c, 1790000000, f);
    fclose(f);
    return text;
}

static size_t occurrences(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n++;
    return n;
}

static void holds(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("no %s in %s", words, text);
}

static void test_files_say_worse(void **state)
{
    (void)state;
    struct check c;
    judge(&c, 5, 0.01, 0, -0.3);
    assert_int_equal(check_exit(&c), 1);
    char *text = written(&c, "openmetrics");
    holds(
        text,
        "vmtax_check{baseline=\"before \\\"6.1\\\"\",verdict=\"WORSE\",cause=\"hypervisor\"} 1\n");
    holds(text, "\nvmtax_check_exit_code 1\n");
    holds(text, "\nvmtax_check_time_seconds 1790000000\n");
    holds(text,
          "\nvmtax_check_verdict{subsystem=\"sysops\",target=\"container\",verdict=\"worse\"} 1\n");
    holds(text, "\nvmtax_check_change_ratio{subsystem=\"sysops\",target=\"container\"} 0.7");
    assert_int_equal(occurrences(text, "\nvmtax_check_row_change_ratio{"), 4 * ROWS);
    assert_null(strstr(text, "nan"));
    free(text);

    text = written(&c, "junit");
    size_t worse = c.verdicts[VERDICT_WORSE] + c.verdicts[VERDICT_SLIGHTLY_WORSE];
    assert_int_equal(worse, ROWS);
    assert_int_equal(occurrences(text, "<failure"),
                     1 + 1 + worse); /* the whole, a mean, its rows */
    assert_int_equal(occurrences(text, "<testcase"), 1 + 4 + 4 * ROWS);
    holds(
        text,
        "<testsuites name=\"vmtax check\" tests=\"29\" failures=\"8\" errors=\"0\" skipped=\"0\">");
    holds(text, "<testsuite name=\"native\" timestamp=\"2026-09-21T");
    holds(text, "classname=\"container.sysops\" name=\"mean\"");
    free(text);
    check_release(&c);
}

static void test_files_say_that_nothing_is_judged(void **state)
{
    (void)state;
    struct check c;
    judge(&c, 2, 0.01, 0, 0);
    char *text = written(&c, "junit");
    assert_int_equal(occurrences(text, "<failure"), 0);
    assert_int_equal(occurrences(text, "<skipped"), 1 + 4 * ROWS);
    free(text);
    check_release(&c);
    /* Another agent: no row at all, and the reason. */
    check_init(&c);
    c.fatal = true;
    c.difference_count = 1;
    c.differences[0] = (struct fingerprint_difference){.class = FACT_FATAL, .sentence = "a < b"};
    text = written(&c, "junit");
    holds(text, "tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\"");
    holds(text, "<skipped message=\"NOT COMPARABLE: a &lt; b\"/>");
    free(text);
    text = written(&c, "openmetrics");
    holds(text, "\nvmtax_check_exit_code 4\n");
    holds(text, "\nvmtax_check_differences{class=\"fatal\"} 1\n");
    assert_null(strstr(text, "ratio"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_changed),
        cmocka_unit_test(test_a_slower_guest_is_the_hypervisors_doing),
        cmocka_unit_test(test_a_slower_host_is_its_own_doing),
        cmocka_unit_test(test_faster_is_not_worse),
        cmocka_unit_test(test_a_change_within_the_margin_is_none),
        cmocka_unit_test(test_noise_that_could_hide_ten_percent_is_inconclusive),
        cmocka_unit_test(test_a_young_baseline_judges_nothing),
        cmocka_unit_test(test_a_session_without_a_row_is_no_hole),
        cmocka_unit_test(test_series_take_the_same_blocks_of_each_session),
        cmocka_unit_test(test_another_agent_is_not_comparable),
        cmocka_unit_test(test_a_guest_without_figures_is_lost),
        cmocka_unit_test(test_a_changed_guest_is_flagged),
        cmocka_unit_test(test_other_work_is_not_nothing),
        cmocka_unit_test(test_every_session_must_be_comparable),
        cmocka_unit_test(test_what_a_plan_left_out_is_told),
        cmocka_unit_test(test_one_figure_of_now_decides_nothing),
        cmocka_unit_test(test_the_pace_of_a_baseline),
        cmocka_unit_test(test_what_native_hides_counts_too),
        cmocka_unit_test(test_files_say_worse),
        cmocka_unit_test(test_files_say_that_nothing_is_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
