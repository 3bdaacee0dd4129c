/* A new result over an earlier one: which rows stand, and what the whole says of itself. */
#include <config.h>

#include "unit.h"

#include "analysis.h"
#include "overlay.h"
#include "report/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void begin(struct result *r, const char *agent)
{
    static const char *const ids[] = {"native", "container"};
    result_init(r);
    for (size_t t = 0; t < 2; t++) {
        snprintf(r->targets[t].id, sizeof r->targets[t].id, "%s", ids[t]);
        snprintf(r->targets[t].kind, sizeof r->targets[t].kind, "%s", ids[t]);
        r->targets[t].clock_rate = 1;
        r->targets[t].cpus = 2;
        r->targets[t].memory_mib = 1536;
    }
    r->target_count = 2;
    snprintf(r->agent_sha256, sizeof r->agent_sha256, "%s", agent);
    snprintf(r->tool_version, sizeof r->tool_version, "9.9");
    snprintf(r->profile, sizeof r->profile, "quick");
    r->elapsed_s = 12;
}

/* A row, with two blocks of so many microseconds if us is not 0. */
static void row(struct result *r, const char *workload, double us)
{
    static const char *const positions[] = {"N1", "G1", "G2", "N2", "G1", "N1", "N2", "G2"};
    size_t metric = result_add_metric(r, workload_find(workload), "");
    for (uint32_t i = 0; us > 0 && i < 8; i++) {
        struct slot *s = result_add_slot(r);
        s->metric = metric;
        s->target = positions[i][0] == 'G';
        s->block = i / 4;
        snprintf(s->position, sizeof s->position, "%s", positions[i]);
        s->host_s = s->agent_s = 0.1;
        s->ops = 1000;
        s->value = us * (1 + 0.001 * i);
        s->measured = true;
    }
    analysis_update(r);
}

static double value(const struct result *r, const char *workload)
{
    size_t metric = result_find_metric(r, workload, "");
    assert_true(metric < r->metric_count);
    size_t found = 0;
    for (size_t i = 0; i < r->figure_count; i++)
        found += r->figures[i].metric == metric && r->figures[i].target == 0;
    assert_true(found <= 1); /* never two figures of one row */
    const struct figure_value *f = result_figure(r, metric, 0);
    return f && f->measured ? f->value : 0;
}

static int64_t taken_from(const struct result *r, const char *workload)
{
    size_t metric = result_find_metric(r, workload, "");
    assert_true(metric < r->metric_count);
    return r->metrics[metric].taken_from;
}

static void test_rows(void **state)
{
    (void)state;
    struct result below, now, shown;
    begin(&below, "aa");
    row(&below, "sys.read", 1);
    row(&below, "sys.write", 2);
    row(&below, "sys.stat", 3);
    begin(&now, "aa");
    below.started = 1000;
    now.started = 5000;
    row(&now, "sys.stat", 30);
    row(&now, "sys.write", 0); /* planned; the run was stopped before it */
    now.partial = true;
    result_add_fact(&now, "kernel", "6.1");
    result_init(&shown);
    overlay_make(&shown, &below, &now);
    /* Rows of the new result keep their numbers. */
    assert_int_equal(result_find_metric(&shown, "sys.stat", ""), 0);
    assert_int_equal(result_find_metric(&shown, "sys.write", ""), 1);
    assert_int_equal(shown.metric_count, 3);
    assert_true(value(&shown, "sys.stat") > 29);
    assert_true(value(&shown, "sys.write") > 1.9 && value(&shown, "sys.write") < 2.1);
    assert_true(value(&shown, "sys.read") > 0.9);
    for (size_t i = 0; i < 3; i++)
        assert_non_null(result_comparison(&shown, i, 1));
    /* What is not of now says from when it is, also once more below a third result. */
    assert_int_equal(shown.metrics[0].taken_from, 0);
    assert_int_equal(shown.metrics[1].taken_from, 1000);
    assert_int_equal(shown.metrics[2].taken_from, 1000);
    struct result third, over;
    begin(&third, "aa");
    third.started = 9000;
    row(&third, "sys.write", 5);
    result_init(&over);
    overlay_make(&over, &shown, &third);
    assert_int_equal(taken_from(&over, "sys.write"), 0);
    assert_int_equal(taken_from(&over, "sys.stat"), 5000);
    assert_int_equal(taken_from(&over, "sys.read"), 1000);
    assert_int_equal(over.started, 9000);
    result_release(&over);
    result_release(&third);
    assert_int_equal(shown.comparison_count, 3);
    /* A report of it says what it is of. */
    assert_string_equal(shown.tool_version, "9.9");
    assert_string_equal(shown.agent_sha256, "aa");
    assert_string_equal(shown.profile, "quick");
    assert_true(shown.elapsed_s == 12 && shown.partial);
    assert_string_equal(result_fact(&shown, "kernel"), "6.1");
    result_release(&shown);
    result_release(&now);
    result_release(&below);
}

/* A mean over rows that are shown below another run is judged as it was before that run: by the
 * rule of the session that measured them. */
static void test_rule_of_carried_rows(void **state)
{
    static const bool staged[] = {true, false};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct result below, now, shown;
        char method[256];
        begin(&below, "aa");
        below.two_stage = staged[i];
        row(&below, "sys.read", 1);
        /* By one rule it is slower, by the other, which needs more, nothing was seen. */
        struct comparison *c = &below.comparisons[0];
        c->estimate = (struct stats_estimate){
            .n = 12, .centre = -0.05, .low = -0.09, .high = -0.01, .level = 0.95, .bounded = true};
        c->variance = 0.018 * 0.018;
        c->stage = staged[i];
        c->verdict = staged[i] ? VERDICT_NO_SIGN : VERDICT_SLIGHTLY_WORSE;
        begin(&now, "aa");
        now.two_stage = !staged[i];
        below.started = 1000;
        now.started = 5000;
        row(&now, "linpack", 30);
        enum verdict before = analysis_subsystem(&below, SUBSYSTEM_SYSOPS, 1).verdict;
        assert_int_equal(before, c->verdict);
        result_init(&shown);
        overlay_make(&shown, &below, &now);
        assert_int_equal(analysis_subsystem(&shown, SUBSYSTEM_SYSOPS, 1).verdict, before);
        assert_non_null(strstr(report_method(&shown, method), "Rows of earlier runs keep"));
        assert_null(strstr(report_method(&below, method), "Rows of earlier runs"));
        result_release(&shown);
        result_release(&now);
        result_release(&below);
    }
}

static size_t rows_shown(const struct result *below, const struct result *now)
{
    struct result shown;
    result_init(&shown);
    overlay_make(&shown, below, now);
    size_t count = shown.metric_count;
    result_release(&shown);
    return count;
}

/* What ran on another core type of OpenBLAS goes, the other rows stay; a run that has not chosen
 * one yet shows the earlier one beside the earlier rows. */
static void test_other_work(void **state)
{
    (void)state;
    struct result below, now, shown;
    begin(&below, "aa");
    row(&below, "linpack", 40);
    row(&below, "sys.read", 1);
    result_add_fact(&below, "engine.linpack.core", "SkylakeX");
    begin(&now, "aa");
    row(&now, "sys.stat", 30);
    result_init(&shown);
    overlay_make(&shown, &below, &now);
    assert_int_equal(shown.metric_count, 3);
    assert_true(value(&shown, "linpack") > 39);
    assert_string_equal(result_fact(&shown, "engine.linpack.core"), "SkylakeX");
    result_release(&shown);
    result_add_fact(&now, "engine.linpack.core", "Haswell");
    result_init(&shown);
    overlay_make(&shown, &below, &now);
    assert_int_equal(shown.metric_count, 2);
    assert_int_equal(result_find_metric(&shown, "linpack", ""), shown.metric_count);
    assert_true(value(&shown, "sys.read") > 0.9);
    assert_string_equal(result_fact(&shown, "engine.linpack.core"), "Haswell");
    result_release(&shown);
    result_release(&now);
    result_release(&below);
}

static void test_other_conditions(void **state)
{
    (void)state;
    struct result below, now;
    begin(&below, "aa");
    row(&below, "sys.read", 1);
    begin(&now, "aa");
    row(&now, "sys.stat", 30);
    assert_int_equal(rows_shown(&below, &now), 2);
    now.targets[1].memory_mib = 256;
    assert_int_equal(rows_shown(&below, &now), 1);
    now.targets[0].cpus = now.targets[1].cpus = 0; /* not started yet: nothing known of it */
    assert_int_equal(rows_shown(&below, &now), 2);
    snprintf(now.agent_sha256, sizeof now.agent_sha256, "bb");
    assert_int_equal(rows_shown(&below, &now), 1);
    now.agent_sha256[0] = '\0';
    assert_int_equal(rows_shown(&below, &now), 2);
    snprintf(below.targets[0].kernel, sizeof below.targets[0].kernel, "6.1");
    snprintf(now.targets[0].kernel, sizeof now.targets[0].kernel, "6.2");
    assert_int_equal(rows_shown(&below, &now), 1);
    /* The words for a kernel are a condition, as is that there are none. */
    snprintf(now.targets[0].kernel, sizeof now.targets[0].kernel, "6.1");
    assert_int_equal(rows_shown(&below, &now), 2);
    snprintf(below.targets[0].append, sizeof below.targets[0].append, "mitigations=off");
    assert_int_equal(rows_shown(&below, &now), 1);
    snprintf(now.targets[0].append, sizeof now.targets[0].append, "mitigations=off");
    snprintf(now.targets[0].devices, sizeof now.targets[0].devices, "virtio, disk cache none");
    assert_int_equal(rows_shown(&below, &now), 2); /* older documents have no devices */
    snprintf(below.targets[0].devices, sizeof below.targets[0].devices,
             "virtio, disk cache unsafe");
    assert_int_equal(rows_shown(&below, &now), 1);
    now.targets[0].kernel[0] = now.targets[0].devices[0] = '\0';
    assert_int_equal(rows_shown(&below, &now), 2);
    now.target_count = 1;
    assert_int_equal(rows_shown(&below, &now), 1);
    result_release(&now);
    result_release(&below);
}

/* Asked for as kvm, stored as tcg: until it is known which of the two starts, and when none does,
 * the older rows stay, and never under kvm's name. */
static void test_a_guest_that_may_be_emulated(void **state)
{
    (void)state;
    struct result below, now, shown;
    begin(&below, "aa");
    snprintf(below.targets[1].id, sizeof below.targets[1].id, "tcg");
    snprintf(below.targets[1].kernel, sizeof below.targets[1].kernel, "6.1");
    below.targets[1].emulated = true;
    row(&below, "sys.read", 1);
    begin(&now, "aa");
    snprintf(now.targets[1].id, sizeof now.targets[1].id, "kvm");
    row(&now, "sys.stat", 0);
    result_init(&shown);
    overlay_make(&shown, &below, &now);
    assert_int_equal(shown.metric_count, 2);
    assert_string_equal(shown.targets[1].id, "tcg");
    assert_true(shown.targets[1].emulated);
    result_release(&shown);
    /* It came up by KVM: another guest. */
    snprintf(now.targets[1].kernel, sizeof now.targets[1].kernel, "6.1");
    assert_int_equal(rows_shown(&below, &now), 1);
    /* It came up emulated: the same guest. */
    snprintf(now.targets[1].id, sizeof now.targets[1].id, "tcg");
    assert_int_equal(rows_shown(&below, &now), 2);
    /* Nor do kvm's rows stay below a run that asks for tcg. */
    snprintf(below.targets[1].id, sizeof below.targets[1].id, "kvm");
    below.targets[1].emulated = false;
    now.targets[1].kernel[0] = '\0';
    assert_int_equal(rows_shown(&below, &now), 1);
    result_release(&now);
    result_release(&below);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_rule_of_carried_rows),
        cmocka_unit_test(test_other_work),
        cmocka_unit_test(test_other_conditions),
        cmocka_unit_test(test_a_guest_that_may_be_emulated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
