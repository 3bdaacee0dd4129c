/* Sessions as a baseline: median, spread, strength, damaged sessions; and how a result and a
 * baseline reach the board. */
#include <config.h>

#include "unit.h"

#include "analysis.h"
#include "baseline_file.h"
#include "baseline_words.h"
#include "board.h"
#include "fixture.h"
#include "fixture_files.h"
#include "store.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A session in which native sys.read takes so many microseconds, and the container twice that. */
static void session(struct result *r, double us, int64_t started)
{
    static const char *const positions[2][4] = {{"N1", "G1", "G2", "N2"}, {"G1", "N1", "N2", "G2"}};
    fixture_result(r);
    r->started = started;
    r->partial = r->two_stage = false;
    r->slot_count = r->figure_count = r->comparison_count = 0;
    r->metric_count = 1;
    r->target_count = 2;
    r->targets[1].clock_stepped = false;
    for (uint32_t block = 0; block < 6; block++) {
        for (int i = 0; i < 4; i++) {
            const char *position = positions[block % 2][i];
            bool native = position[0] == 'N';
            struct slot *s = result_add_slot(r);
            s->target = native ? 0 : 1;
            s->block = block;
            snprintf(s->position, sizeof s->position, "%s", position);
            s->host_s = s->agent_s = 0.1;
            s->ops = 1000;
            s->value = (native ? us : 2 * us) * (1 + 0.001 * block);
            s->measured = true;
        }
    }
    analysis_update(r);
}

static void test_median_and_strength(void **state)
{
    (void)state;
    static const double us[] = {0.30, 0.10, 0.20, 0.25, 0.15};
    static const char *const strength[] = {"too young to judge, 2 more sessions",
                                           "too young to judge, 1 more session", "3 sessions",
                                           "4 sessions", "5 sessions"};
    char home[64], path[STORE_PATH_MAX], text[64];
    struct baseline b;
    struct error e;
    fixture_home(home, sizeof home);
    assert_int_equal(baseline_load(&b, "default", &e), -1);
    assert_non_null(strstr(e.text, "vmtax record --name default"));
    assert_int_equal(baseline_load(&b, "../x", &e), -1);
    for (int i = 0; i < 5; i++) {
        double value, low, high;
        struct result r;
        session(&r, us[i], 1795342704 + i);
        assert_int_equal(store_save_baseline(&r, "default", path, sizeof path, &e), 0);
        if (baseline_load(&b, "default", &e) < 0)
            fail_msg("%s", e.text);
        assert_int_equal(b.count, i + 1);
        assert_true(b.sessions[0].started == 1795342704 + i); /* newest first */
        baseline_strength(&b, text, sizeof text);
        assert_string_equal(text, strength[i]);
        assert_true(baseline_native(&b, &r, "sys.read", "", &value, &low, &high));
        assert_true(low <= value && value <= high);
        if (i == 4) {
            assert_true(fabs(value - 0.20) < 0.001);
            assert_true(fabs(low - 0.10) < 0.001 && fabs(high - 0.30) < 0.001);
        }
        assert_false(baseline_native(&b, &r, "sys.stat", "", &value, &low, &high));
        baseline_release(&b);
        result_release(&r);
    }
    /* A damaged session is set aside, the others stay. */
    assert_int_equal(truncate(path, 400), 0);
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    fputs("}\n", f);
    fclose(f);
    assert_int_equal(baseline_load(&b, "default", &e), 0);
    assert_int_equal(b.count, 4);
    assert_int_equal(access(path, F_OK), -1);
    baseline_release(&b);
    fixture_remove(home);
}

/* A date in the future is no age: it is said, here and on the board. */
static void test_dates(void **state)
{
    (void)state;
    static const struct {
        int64_t first, last; /* seconds before now */
        const char *age;
    } cases[] = {
        {30, 30, "all just now"},
        {0, -30, "all just now"}, /* a clock that was set */
        {86400, 3600, "the first 1 day ago, the last 1 hour ago"},
        {3 * 86400, -90, "the first 3 days ago, the last dated 1 minute in the future"},
        {-1800 * 86400, -1800 * 86400, "all dated 1800 days in the future"},
    };
    static const int64_t now = 1795342704;
    struct result sessions[2], today;
    struct baseline b = {.name = "default", .sessions = sessions, .count = 2};
    session(&sessions[0], 10, now);
    session(&sessions[1], 10, now);
    result_init(&today);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[96];
        struct snapshot s = {0};
        sessions[0].started = now - cases[i].last;
        sessions[1].started = now - cases[i].first;
        baseline_age(&b, now, text, sizeof text);
        assert_string_equal(text, cases[i].age);
        baseline_show(&b, &today, now, &s);
        assert_int_equal(baseline_is_future(s.baseline.age_s), cases[i].last <= -60);
        snapshot_release(&s);
    }
    result_release(&today);
    for (size_t i = 0; i < 2; i++)
        result_release(&sessions[i]);
}

/* A session on another core type of OpenBLAS has no figure for linpack of today. */
static void test_other_work_is_left_out(void **state)
{
    (void)state;
    static const char *const core[] = {"SkylakeX", "Haswell", "Haswell"};
    struct result sessions[3], today;
    struct baseline b = {.name = "default", .sessions = sessions, .count = 3};
    struct snapshot s = {0};
    double value, low, high;
    for (int i = 0; i < 3; i++) {
        session(&sessions[i], 10 + i, 1795342704 - i);
        sessions[i].metrics[0].row = workload_find("linpack");
        snprintf(sessions[i].metrics[0].workload, sizeof sessions[i].metrics[0].workload,
                 "linpack");
        result_add_fact(&sessions[i], "engine.linpack.core", core[i]);
    }
    result_init(&today);
    /* Not measured yet: it may become any. */
    assert_true(baseline_native(&b, &today, "linpack", "", &value, &low, &high));
    assert_true(low < 10.5 && high > 11.5);
    result_add_fact(&today, "engine.linpack.core", "Haswell");
    assert_true(baseline_native(&b, &today, "linpack", "", &value, &low, &high));
    assert_true(low > 10.5 && high > 11.5);
    result_release(&today);
    result_init(&today);
    result_add_fact(&today, "engine.linpack.core", "Nehalem");
    assert_false(baseline_native(&b, &today, "linpack", "", &value, &low, &high));
    baseline_show(&b, &today, 1795342704 + 100, &s);
    for (size_t i = 0; i < s.metric_count; i++)
        assert_false(s.metrics[i].baseline_known);
    bool said = false;
    for (size_t i = 0; i < s.baseline.difference_count; i++)
        said |= strstr(s.baseline.differences[i], "core type of OpenBLAS changed from SkylakeX") !=
                NULL;
    assert_true(said);
    result_release(&today);
    for (int i = 0; i < 3; i++)
        result_release(&sessions[i]);
}

/* Before anything is measured only facts are known of today, and they are the same. */
static void test_a_machine_as_it_was(void **state)
{
    (void)state;
    struct result before, today;
    struct baseline b = {.name = "default", .sessions = &before, .count = 1};
    struct snapshot s = {0};
    session(&before, 0.1, 1795342704);
    snprintf(before.agent_sha256, sizeof before.agent_sha256, "%064d", 7);
    snprintf(before.tool_version, sizeof before.tool_version, "0.1.0");
    snprintf(before.profile, sizeof before.profile, "quick");
    result_add_fact(&before, "kernel", "6.1.0-30-amd64");
    result_init(&today);
    result_add_fact(&today, "kernel", "6.1.0-30-amd64");
    baseline_show(&b, &today, 1795342704 + 100, &s);
    assert_int_equal(s.baseline.difference_total, 0);
    result_release(&before);
    result_release(&today);
    snapshot_release(&s);
}

static void test_on_the_board(void **state)
{
    (void)state;
    struct result sessions[3], today;
    struct baseline b = {.name = "default", .sessions = sessions, .count = 3};
    struct snapshot s = {0};
    for (int i = 0; i < 3; i++)
        session(&sessions[i], 0.1 + 0.01 * i, 1795342704 - i);
    session(&today, 0.2, 1795350000);
    result_add_fact(&today, "kernel", "6.1.0-30-amd64");

    /* The baseline alone: its rows are there, without figures of today. */
    baseline_show(&b, &today, 1795342704 + 100, &s);
    assert_true(s.baseline.known);
    assert_true(s.baseline.age_s == 100);
    assert_int_equal(s.baseline.difference_total, 1);
    assert_non_null(strstr(s.baseline.differences[0], "6.1.0-30"));
    assert_int_equal(s.metric_count, 1);
    assert_false(s.metrics[0].cell[0].figure.measured);
    assert_true(fabs(s.metrics[0].baseline_value - 0.11) < 0.001);

    /* Today's result comes: the baseline stays beside it. */
    snapshot_set_result(&s, &today);
    assert_int_equal(s.metric_count, 1);
    assert_int_equal(s.target_count, 2);
    assert_true(s.metrics[0].baseline_known);
    const struct board_cell *native = &s.metrics[0].cell[0], *guest = &s.metrics[0].cell[1];
    assert_true(native->figure.measured && native->live && !native->compared);
    assert_true(fabs(native->figure.value - 0.2) < 0.002);
    assert_true(guest->compared && guest->live);
    assert_true(fabs(exp(guest->comparison.estimate.centre) - 0.5) < 0.001);
    assert_int_equal(guest->comparison.verdict, VERDICT_WORSE);
    const struct subsystem_summary_cell *cell = &s.summary.cell[SUBSYSTEM_SYSOPS][1];
    assert_true(cell->known && fabs(cell->ratio - 0.5) < 0.001);
    assert_int_equal(s.summary.cell[SUBSYSTEM_SYSOPS][0].rows, 1);
    assert_true(s.summary.cell[SUBSYSTEM_COUNT][1].known);

    /* The same guest, emulated: its rows are there, and no mean of them. */
    today.targets[1].emulated = true;
    snprintf(today.targets[1].devices, sizeof today.targets[1].devices, "virtio");
    snprintf(today.targets[1].remark, sizeof today.targets[1].remark, "EMULATED, because");
    analysis_update(&today);
    snapshot_set_result(&s, &today);
    assert_true(!cell->known && !isfinite(cell->ratio) && cell->rows == 1);
    assert_int_equal(cell->verdict, VERDICT_NOT_COMPARABLE);
    assert_false(s.summary.cell[SUBSYSTEM_COUNT][1].known);
    assert_true(s.targets[1].emulated);
    assert_string_equal(s.targets[1].devices, "virtio");
    assert_string_equal(s.targets[1].remark, "EMULATED, because");
    today.targets[1].emulated = false;

    /* A failed target keeps its reason; an unknown workload stays off the board. */
    s.targets[1].state = BOARD_TARGET_FAILED;
    snprintf(s.targets[1].reason, sizeof s.targets[1].reason, "it died");
    result_add_metric_id(&today, "quantum.entangle", NULL, "");
    analysis_update(&today);
    snapshot_set_result(&s, &today);
    assert_int_equal(s.metric_count, 1);
    assert_int_equal(s.targets[1].state, BOARD_TARGET_FAILED);
    assert_string_equal(s.targets[1].reason, "it died");

    /* A row of an earlier run is not live, in a session that is. */
    today.started = 5000;
    today.metrics[0].taken_from = 1000;
    snapshot_set_result(&s, &today);
    assert_true(s.metrics[0].cell[1].taken_over && !s.metrics[0].cell[1].live);
    assert_int_equal(s.metrics[0].cell[1].measured_at, 1000);
    today.metrics[0].taken_from = 0;

    /* A stored result is not live. */
    s.stored = true;
    snapshot_set_result(&s, &today);
    assert_false(s.metrics[0].cell[0].live || s.metrics[0].cell[0].taken_over);
    assert_int_equal(s.metrics[0].cell[0].measured_at, 5000);
    assert_int_equal(s.targets[1].state, BOARD_TARGET_OFF);
    snapshot_release(&s);
    for (int i = 0; i < 3; i++)
        result_release(&sessions[i]);
    result_release(&today);
}

/* ---- whole ones: from a file, into the store, out of it ---- */

static void sessions_of(struct baseline *b, struct result *sessions, size_t count)
{
    *b = (struct baseline){.name = "default", .sessions = sessions, .count = count};
    for (size_t i = 0; i < count; i++) /* newest first */
        session(&sessions[i], 0.1 + 0.01 * (double)i, 1795342704 - 3600 * (int64_t)i);
}

static void release_all(struct result *sessions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        result_release(&sessions[i]);
}

static void test_to_a_file_and_back(void **state)
{
    (void)state;
    struct result sessions[3];
    struct baseline b, again;
    struct error e;
    char *text = NULL;
    size_t size;
    sessions_of(&b, sessions, 3);
    FILE *f = open_memstream(&text, &size);
    assert_int_equal(baseline_file_write(&b, f, &e), 0);
    fclose(f);
    if (baseline_file_parse(&again, text, size, "it", &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(again.name, "default");
    assert_int_equal(again.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(again.sessions[i].started == sessions[i].started);
        assert_true(fabs(result_figure(&again.sessions[i], 0, 1)->value /
                             result_figure(&sessions[i], 0, 1)->value -
                         1) < 1e-8);
    }
    baseline_release(&again);
    /* Every byte counts. */
    for (size_t at = 0; at < size; at += 1 + size / 97) {
        char kept = text[at];
        text[at] = kept == '7' ? '8' : '7';
        assert_int_equal(baseline_file_parse(&again, text, size, "it", &e), -1);
        assert_int_equal(again.count, 0);
        text[at] = kept;
    }
    for (size_t cut = 0; cut < size; cut += 1 + size / 97)
        assert_int_equal(baseline_file_parse(&again, text, cut, "it", &e), -1);
    free(text);
    release_all(sessions, 3);
}

static size_t stored(const char *name)
{
    struct store_entry *entries;
    size_t count;
    struct error e;
    assert_int_equal(store_list_sessions(name, &entries, &count, &e), 0);
    free(entries);
    return count;
}

/* One that is there twice says as much as once; two that began in the same second are two. */
static void test_copies_do_not_count(void **state)
{
    (void)state;
    struct baseline b = {.sessions = calloc(5, sizeof *b.sessions), .count = 5}, again;
    struct error e;
    char *text = NULL;
    size_t size;
    session(&b.sessions[0], 1, 1000);
    session(&b.sessions[1], 1, 1000);
    session(&b.sessions[2], 2, 1000);
    session(&b.sessions[3], 1, 900);
    session(&b.sessions[4], 2, 1000);
    FILE *f = open_memstream(&text, &size);
    assert_int_equal(baseline_file_write(&b, f, &e), 0);
    fclose(f);
    assert_int_equal(baseline_file_parse(&again, text, size, "it", &e), -1);
    assert_non_null(strstr(e.text, "it has a session more than once"));
    free(text);
    assert_int_equal(baseline_drop_copies(&b), 2);
    assert_int_equal(b.count, 3);
    assert_int_equal(b.sessions[0].started, 1000);
    assert_true(result_figure(&b.sessions[1], 0, 0)->value >
                1.5 * result_figure(&b.sessions[0], 0, 0)->value);
    assert_int_equal(b.sessions[2].started, 900);
    assert_int_equal(baseline_drop_copies(&b), 0);
    baseline_release(&b);
}

/* Who lists counts what who judges counts, and knows how many files more there are. */
static void test_copies_are_counted(void **state)
{
    (void)state;
    char home[64], path[STORE_PATH_MAX];
    struct result one, other;
    struct baseline b;
    struct error e;
    size_t copies;
    fixture_home(home, sizeof home);
    session(&one, 1, 1000);
    session(&other, 2, 2000);
    assert_int_equal(baseline_read(&b, "x", &copies, &e), -1);
    assert_int_equal(copies, 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(store_save_baseline(&one, "x", path, sizeof path, &e), 0);
    assert_int_equal(store_save_baseline(&other, "x", path, sizeof path, &e), 0);
    assert_int_equal(stored("x"), 4);
    assert_int_equal(baseline_read(&b, "x", &copies, &e), 0);
    assert_int_equal(copies, 2);
    assert_int_equal(b.count, 2);
    assert_int_equal(b.sessions[0].started, 2000);
    baseline_release(&b);
    assert_int_equal(baseline_load(&b, "x", &e), 0);
    assert_int_equal(b.count, 2);
    baseline_release(&b);
    result_release(&one);
    result_release(&other);
    fixture_remove(home);
}

static void test_put_and_removed_as_a_whole(void **state)
{
    (void)state;
    struct result sessions[3];
    struct baseline b;
    struct error e;
    char home[64], kept[64];
    fixture_home(home, sizeof home);
    sessions_of(&b, sessions, 3);
    assert_int_equal(store_put_baseline("x", sessions, 3, false, kept, sizeof kept, &e), 0);
    assert_string_equal(kept, "");
    assert_int_equal(stored("x"), 3);
    /* What is there stays. */
    assert_int_equal(store_put_baseline("x", sessions, 2, false, kept, sizeof kept, &e), -1);
    assert_non_null(strstr(e.text, "--new"));
    assert_int_equal(stored("x"), 3);
    assert_int_equal(store_put_baseline("x", sessions, 2, true, kept, sizeof kept, &e), 0);
    assert_string_equal(kept, "x-1");
    assert_int_equal(stored("x"), 2);
    assert_int_equal(stored("x-1"), 3);
    /* A session that cannot be stored: none of them is. */
    sessions[1].started = INT64_MAX / 2;
    assert_int_equal(store_put_baseline("y", sessions, 3, false, kept, sizeof kept, &e), -1);
    assert_int_equal(stored("y"), 0);
    assert_int_equal(store_put_baseline("x", sessions, 3, true, kept, sizeof kept, &e), -1);
    assert_int_equal(stored("x"), 2);
    assert_int_equal(stored("x-2"), 0);
    assert_int_equal(store_put_baseline("../y", sessions, 1, false, kept, sizeof kept, &e), -1);
    /* An empty directory, as of a recording that came to nothing, is no baseline. */
    assert_int_equal(store_prepare_baseline("z", &e), 0);
    assert_int_equal(store_put_baseline("z", sessions, 1, false, kept, sizeof kept, &e), 0);
    assert_int_equal(stored("z"), 1);

    assert_int_equal(store_remove_baseline("x", &e), 0);
    assert_int_equal(stored("x"), 0);
    assert_int_equal(stored("x-1"), 3);
    assert_int_equal(store_remove_baseline("x", &e), -1);
    assert_non_null(strstr(e.text, "there is no baseline \"x\""));
    assert_int_equal(store_remove_baseline("..", &e), -1);
    /* What another put there stays, and with it all of it. */
    char *notes = xasprintf("%s/.local/state/vmtax/baselines/x-1/notes.json", home);
    FILE *f = fopen(notes, "w");
    assert_non_null(f);
    fputs("{}", f);
    fclose(f);
    assert_int_equal(store_remove_baseline("x-1", &e), -1);
    assert_non_null(strstr(e.text, "notes.json is not vmtax's"));
    assert_int_equal(stored("x-1"), 3);
    assert_int_equal(unlink(notes), 0);
    assert_int_equal(store_remove_baseline("x-1", &e), 0);
    assert_int_equal(stored("x-1"), 0);
    free(notes);
    char *left = xasprintf("%s/.local/state/vmtax/baselines/.x.gone", home);
    assert_int_not_equal(access(left, F_OK), 0);
    free(left);
    release_all(sessions, 3);
    fixture_remove(home);
}

static void test_fits_or_not(void **state)
{
    (void)state;
    struct result sessions[2], today;
    struct baseline b;
    struct baseline_fit *f = xcalloc(1, sizeof *f);
    sessions_of(&b, sessions, 2);
    session(&today, 0.1, 1795342704);
    today.target_count = 0;
    baseline_fit_look(f, &b, &today, 2, UINT64_C(8) << 30);
    assert_false(f->fatal);
    /* More processors than there are cannot be had. */
    baseline_fit_look(f, &b, &today, 1, UINT64_C(8) << 30);
    assert_true(f->fatal);
    assert_non_null(strstr(f->differences[0].sentence, "native had 2 processors, and here are 1"));
    sessions[1].targets[0].memory_mib = 1536;
    baseline_fit_look(f, &b, &today, 2, UINT64_C(1) << 30);
    assert_true(f->fatal);
    assert_non_null(strstr(f->differences[0].sentence, "native had 1536 MiB of memory"));
    /* One session of another agent is enough, and is said first. */
    snprintf(sessions[1].agent_sha256, sizeof sessions[1].agent_sha256, "%064d", 1);
    result_add_fact(&today, "kernel", "9.9");
    baseline_fit_look(f, &b, &today, 2, UINT64_C(8) << 30);
    assert_true(f->fatal);
    assert_true(f->difference_count >= 2);
    assert_int_equal(f->differences[0].class, FACT_FATAL);
    assert_non_null(strstr(f->differences[0].sentence, "the agent is another program"));
    free(f);
    release_all(sessions, 2);
    result_release(&today);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_median_and_strength),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_other_work_is_left_out),
        cmocka_unit_test(test_a_machine_as_it_was),
        cmocka_unit_test(test_on_the_board),
        cmocka_unit_test(test_to_a_file_and_back),
        cmocka_unit_test(test_copies_do_not_count),
        cmocka_unit_test(test_copies_are_counted),
        cmocka_unit_test(test_put_and_removed_as_a_whole),
        cmocka_unit_test(test_fits_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
