/* Recordings: what a screen shows comes back as it was, whatever came between; damage costs what is
 * behind it; foreign bytes stay within bounds. */
#include <config.h>

#include "check.h"
#include "check_shared.h"
#include "recording/delta.h"
#include "recording/player.h"
#include "recording/recorder.h"
#include "recording/recording.h"
#include "store.h"
#include "target/reach.h"
#include "tests/fixture_board.h"
#include "unit.h"
#include "wholefile.h"
#include "xalloc.h"

#include <ctype.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef void fixture(struct snapshot *);

static fixture *const fixtures[] = {
    fixture_empty,    fixture_container,  fixture_stored,  fixture_all,     fixture_older,
    fixture_starting, fixture_kvm,        fixture_tcg,     fixture_booting, fixture_unconfirmed,
    fixture_revived,  fixture_no_machine, fixture_native,  fixture_failed,  fixture_rows_failed,
    fixture_slow,     fixture_checking,   fixture_verdict, fixture_empty,
};

#define FIXTURES (sizeof fixtures / sizeof *fixtures)
#define ROUNDS   120

/* All of a snapshot that is recorded, as text. */
static char *text_of(const struct snapshot *s)
{
    cJSON *all = delta_make(s, NULL);
    char *text = cJSON_Print(all);
    cJSON_Delete(all);
    return text;
}

static struct snapshot *make(fixture *f, double now_s)
{
    struct snapshot *s = xcalloc(1, sizeof *s);
    f(s);
    s->now_s = now_s;
    return s;
}

static void drop(struct snapshot *s)
{
    snapshot_release(s);
    free(s);
}

static void write_line(char **text, cJSON *line)
{
    char *json = cJSON_PrintUnformatted(line), *longer = xasprintf("%s%s\n", *text, json);
    free(json);
    free(*text);
    cJSON_Delete(line);
    *text = longer;
}

/* As a file has it. */
static void apply(cJSON *line, struct snapshot *s)
{
    struct error e;
    char *text = cJSON_PrintUnformatted(line);
    cJSON_Delete(line);
    line = json_parse(text, strlen(text), "test", &e);
    if (!line || delta_apply(line, "test", s, &e) < 0)
        fail_msg("%s", e.text);
    cJSON_Delete(line);
    free(text);
}

/* A recording of the fixtures, one after the other, a second apart. */
static char *record_fixtures(void)
{
    char *text = xasprintf("{\"schema\":\"%s\",\"tool_version\":\"test\"}\n", RECORDING_SCHEMA);
    struct snapshot *was = NULL;
    for (size_t i = 0; i < FIXTURES; i++) {
        struct snapshot *now = make(fixtures[i], 100 + (double)i);
        /* A log grows. */
        now->log_total += was ? was->log_total : 0;
        write_line(&text, delta_make(now, was));
        if (was)
            drop(was);
        was = now;
    }
    drop(was);
    return text;
}

/* Log and samples add up over frames, and so does the graph unless it begins anew. */
static void forget_rings(struct snapshot *s)
{
    s->log_first = s->log_count = s->log_total = 0;
    s->run.rate_first = s->run.rate_count = 0;
    s->host.first = s->host.count = 0;
}

static void test_everything_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < FIXTURES; i++) {
        struct snapshot *s = make(fixtures[i], 5), *back = xcalloc(1, sizeof *back);
        apply(delta_make(s, NULL), back);
        char *wanted = text_of(s), *got = text_of(back);
        assert_string_equal(got, wanted);
        /* And then nothing differs. */
        assert_null(delta_make(s, s));
        free(wanted);
        free(got);
        drop(s);
        drop(back);
    }
}

static void test_any_order(void **state)
{
    struct recording r;
    struct error e;
    char *text = record_fixtures();
    (void)state;
    if (recording_parse(&r, text, strlen(text), "test.rec", &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(r.count, FIXTURES);
    assert_string_equal(r.remark, "");
    assert_true(fabs(recording_seconds(&r) - (FIXTURES - 1)) < 1e-6);
    assert_int_equal(recording_frame_at(&r, -1), 0);
    assert_int_equal(recording_frame_at(&r, 2.5), 2);
    assert_int_equal(recording_frame_at(&r, 1e9), FIXTURES - 1);
    struct snapshot *shown = xcalloc(1, sizeof *shown);
    for (int round = 0; round < 2; round++) /* the second begins where the first ended */
        for (size_t i = 0; i < r.count; i++) {
            struct snapshot *s = make(fixtures[i], 100 + (double)i);
            recording_apply(&r, i, shown);
            assert_int_equal(shown->metric_count, s->metric_count);
            struct snapshot *copy = xcalloc(1, sizeof *copy);
            *copy = *shown;
            forget_rings(copy);
            forget_rings(s);
            char *wanted = text_of(s), *got = text_of(copy);
            assert_string_equal(got, wanted);
            free(wanted);
            free(got);
            free(copy);
            drop(s);
        }
    drop(shown);
    recording_release(&r);
    free(text);
}

static void test_rings(void **state)
{
    struct snapshot *now = make(fixture_empty, 1), *was = xcalloc(1, sizeof *was);
    struct snapshot *back = xcalloc(1, sizeof *back);
    (void)state;
    forget_rings(now);
    for (int i = 0; i < 3000; i++) {
        size_t at = snapshot_ring_push(&now->run.rate_first, &now->run.rate_count, BOARD_RATE_MAX);
        if (i == 1700) { /* another row */
            now->run.rate_first = at = 0;
            now->run.rate_count = 1;
        }
        now->run.rate[at] = (struct board_rate){
            .at_s = i, .value = 2 * i, .stall = i % 3 == 0, .slot = i % 5 == 0};
        if (i % 4 == 0)
            now->host.cpu[snapshot_ring_push(&now->host.first, &now->host.count, BOARD_HOST_MAX)] =
                (float)i;
        if (i % 7 == 0)
            snapshot_log(now, BOARD_LOG_NOTE, "kvm", "line %d", i);
        if (i % 10 != 9)
            continue;
        now->now_s = i;
        apply(delta_make(now, was), back);
        *was = *now;
        assert_int_equal(back->run.rate_count, now->run.rate_count);
        assert_int_equal(back->host.count, now->host.count);
        assert_int_equal(back->log_count, now->log_count);
        for (size_t k = 0; k < now->run.rate_count; k++) {
            const struct board_rate *a = &now->run.rate[(now->run.rate_first + k) % BOARD_RATE_MAX],
                                    *b = &back->run
                                              .rate[(back->run.rate_first + k) % BOARD_RATE_MAX];
            assert_true(a->at_s == b->at_s && a->value == b->value && a->stall == b->stall &&
                        a->slot == b->slot);
        }
        for (size_t k = 0; k < now->host.count; k++)
            assert_true(now->host.cpu[(now->host.first + k) % BOARD_HOST_MAX] ==
                        back->host.cpu[(back->host.first + k) % BOARD_HOST_MAX]);
        for (size_t k = 0; k < now->log_count; k++)
            assert_string_equal(now->log[(now->log_first + k) % BOARD_LOG_MAX].text,
                                back->log[(back->log_first + k) % BOARD_LOG_MAX].text);
    }
    was->metrics = NULL; /* they are now's */
    drop(was);
    drop(now);
    drop(back);
}

/* ---- verdicts ---- */

static char *verdict_text(const struct check *c, const char *form)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    check_form_find(form)->write(c, 1790000000, out);
    fclose(out);
    return text;
}

/* All forms that print rounded figures say the same of it. */
static void same_verdict(const struct check *a, const struct check *b)
{
    static const char *const forms[] = {"text", "md", "html", "junit"};
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(check_exit(a), check_exit(b));
    assert_int_equal(a->cause, b->cause);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *x = verdict_text(a, forms[i]), *y = verdict_text(b, forms[i]);
        assert_string_equal(x, y);
        free(x);
        free(y);
    }
    assert_memory_equal(a->verdicts, b->verdicts, sizeof a->verdicts);
    assert_memory_equal(a->group_of, b->group_of, a->count * sizeof *a->group_of);
}

/* It is there from its moment on, and not before: forward, back and forward again. */
static void test_verdict_has_its_moment(void **state)
{
    struct recording r;
    struct error e;
    size_t at = 0;
    char *text = record_fixtures();
    (void)state;
    while (fixtures[at] != fixture_verdict)
        at++;
    assert_int_equal(recording_parse(&r, text, strlen(text), "test.rec", &e), 0);
    struct snapshot *shown = xcalloc(1, sizeof *shown), *wanted = make(fixture_verdict, 0);
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < r.count; i++) {
            recording_apply(&r, i, shown);
            if (i == at)
                same_verdict(wanted->check.verdict, shown->check.verdict);
            else
                assert_null(shown->check.verdict);
        }
    drop(wanted);
    drop(shown);
    recording_release(&r);
    free(text);
}

/* One that stays is written once, and one that comes after it is another. */
static void test_verdict_is_written_once(void **state)
{
    struct snapshot *was = make(fixture_verdict, 1), *now = make(fixture_verdict, 2);
    (void)state;
    cJSON *line = delta_make(was, NULL);
    assert_non_null(cJSON_GetObjectItem(line, "verdict"));
    cJSON_Delete(line);
    now->run.done = 0.5;
    line = delta_make(now, was);
    assert_null(cJSON_GetObjectItem(line, "verdict"));
    cJSON_Delete(line);
    struct check *none = check_new();
    snapshot_set_verdict(now, none);
    check_let_go(none);
    line = delta_make(now, was);
    apply(line, was);
    assert_int_equal(check_exit(was->check.verdict), 4);
    snapshot_set_verdict(now, NULL);
    line = delta_make(now, was);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(line, "verdict")));
    apply(line, was);
    assert_null(was->check.verdict);
    drop(was);
    drop(now);
}

/* A line with the verdict of the fixture, after change has damaged it. */
static void refused_verdict(void (*change)(cJSON *verdict), const char *why)
{
    struct snapshot *s = make(fixture_verdict, 1), *back = xcalloc(1, sizeof *back);
    struct error e = {ERROR_NONE, ""};
    cJSON *line = delta_make(s, NULL);
    const struct check *former = fixture_check();
    snapshot_set_verdict(back, former);
    change(cJSON_GetObjectItem(line, "verdict"));
    char *text = cJSON_PrintUnformatted(line);
    cJSON_Delete(line);
    line = json_parse(text, strlen(text), "x.rec", &e);
    assert_non_null(line);
    assert_int_equal(delta_apply(line, "x.rec", back, &e), -1);
    assert_int_equal(e.kind, ERROR_DATA);
    if (!strstr(e.text, why))
        fail_msg("\"%s\" does not say: %s", e.text, why);
    assert_ptr_equal(back->check.verdict, former);
    cJSON_Delete(line);
    free(text);
    drop(back);
    drop(s);
}

static cJSON *first_row(cJSON *verdict)
{
    return cJSON_GetArrayItem(cJSON_GetObjectItem(verdict, "rows"), 0);
}

static void other_exit(cJSON *verdict)
{
    cJSON_ReplaceItemInObject(verdict, "exit", cJSON_CreateNumber(0));
}

static void no_exit(cJSON *verdict)
{
    cJSON_DeleteItemFromObject(verdict, "exit");
}

static void no_workload(cJSON *verdict)
{
    cJSON_DeleteItemFromObject(first_row(verdict), "workload");
}

static void unknown_workload(cJSON *verdict)
{
    cJSON_ReplaceItemInObject(first_row(verdict), "workload", cJSON_CreateString("sys.nothing"));
}

static void unknown_verdict(cJSON *verdict)
{
    cJSON_DeleteItemFromObject(first_row(verdict), "verdict");
    cJSON_AddStringToObject(first_row(verdict), "verdict", "splendid");
}

static void no_change(cJSON *verdict)
{
    cJSON_ReplaceItemInObject(first_row(verdict), "change", cJSON_CreateNull());
}

static void huge_change(cJSON *verdict)
{
    cJSON *group = cJSON_GetArrayItem(cJSON_GetObjectItem(verdict, "subsystems"), 1);
    cJSON_ReplaceItemInObject(group, "change", cJSON_CreateNumber(1e9));
}

static void many_notes(cJSON *verdict)
{
    for (int i = 0; i <= CHECK_ADVICE_MAX; i++)
        cJSON_AddItemToArray(cJSON_GetObjectItem(verdict, "notes"), cJSON_CreateString("x"));
}

static void many_differences(cJSON *verdict)
{
    for (int i = 0; i <= COMPARE_DIFFERENCES_MAX; i++)
        cJSON_AddItemToArray(cJSON_GetObjectItem(verdict, "differences"), cJSON_CreateObject());
}

static void note_of_numbers(cJSON *verdict)
{
    cJSON_AddItemToArray(cJSON_GetObjectItem(verdict, "notes"), cJSON_CreateNumber(7));
}

static void row_of_text(cJSON *verdict)
{
    cJSON_AddItemToArray(cJSON_GetObjectItem(verdict, "rows"), cJSON_CreateString("sys.read"));
}

static void unknown_subsystem(cJSON *verdict)
{
    cJSON_AddItemToArray(cJSON_GetObjectItem(verdict, "left_out_subsystems"),
                         cJSON_CreateString("graphics"));
}

static void no_rows(cJSON *verdict)
{
    cJSON_DeleteItemFromObject(verdict, "rows");
}

static void test_damaged_verdicts(void **state)
{
    (void)state;
    refused_verdict(other_exit, "verdict.exit: does not follow");
    refused_verdict(no_exit, "verdict.exit: is missing");
    refused_verdict(no_workload, "verdict.rows[0].workload: a row without one");
    refused_verdict(unknown_workload, "verdict.rows[0].workload: a workload that this version");
    refused_verdict(unknown_verdict, "verdict.rows[0].verdict: a word that this version");
    refused_verdict(no_change, "verdict.rows[0].change: is none");
    refused_verdict(huge_change, "verdict.subsystems[1].change: is none");
    refused_verdict(many_notes, "verdict.notes: has more than 16");
    refused_verdict(many_differences, "verdict.differences: has more than 64");
    refused_verdict(note_of_numbers, "must be a text");
    refused_verdict(row_of_text, "must be an object");
    refused_verdict(unknown_subsystem, "verdict.left_out_subsystems[0]: a word that this version");
    refused_verdict(no_rows, "verdict.rows: is missing");
}

/* What a later version writes down beyond this one: passed over wherever it stands. */
static void test_unknown_members(void **state)
{
    struct snapshot *s = make(fixture_verdict, 1), *back = xcalloc(1, sizeof *back);
    (void)state;
    cJSON *line = delta_make(s, NULL), *verdict = cJSON_GetObjectItem(line, "verdict");
    cJSON_AddStringToObject(line, "weather", "fine");
    cJSON_AddNumberToObject(cJSON_GetObjectItem(line, "set"), "host.moon", 3);
    cJSON_AddArrayToObject(verdict, "omens");
    cJSON_AddTrueToObject(first_row(verdict), "foretold");
    apply(line, back);
    same_verdict(s->check.verdict, back->check.verdict);
    drop(back);
    drop(s);
}

/* Its sentences are somebody else's words. */
static void test_verdict_is_cleaned(void **state)
{
    struct snapshot *s = make(fixture_verdict, 1), *back = xcalloc(1, sizeof *back);
    (void)state;
    cJSON *line = delta_make(s, NULL), *verdict = cJSON_GetObjectItem(line, "verdict");
    cJSON_AddItemToArray(cJSON_GetObjectItem(verdict, "notes"), cJSON_CreateString("a\033[31mb"));
    cJSON_ReplaceItemInObject(verdict, "before", cJSON_CreateString("c\033]0;d\a"));
    apply(line, back);
    const struct check *c = back->check.verdict;
    assert_null(strchr(c->advice[c->advice_count - 1], '\033'));
    assert_null(strchr(c->before, '\033'));
    drop(back);
    drop(s);
}

static void load(struct recording *r, const char *name)
{
    struct error e;
    const char *sources = getenv("abs_top_srcdir");
    char *path = xasprintf("%s/%s", sources ? sources : ".", name);
    if (recording_load(r, path, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(r->remark, "");
    free(path);
}

/* That of an earlier version has none, and is shown to its end. */
static void test_recordings_without_verdict(void **state)
{
    struct recording r;
    struct snapshot *s = xcalloc(1, sizeof *s);
    (void)state;
    load(&r, "data/example.rec.gz");
    for (size_t i = 0; i < r.count; i++) {
        recording_apply(&r, i, s);
        assert_null(s->check.verdict);
    }
    assert_true(s->metric_count > 10);
    drop(s);
    recording_release(&r);
}

/* Written by hand, as those whom damage is tried on. */
static void test_verdicts_of_elsewhere(void **state)
{
    struct recording r;
    struct snapshot *s = xcalloc(1, sizeof *s);
    (void)state;
    load(&r, "tests/fuzz/seeds/recording/verdict");
    assert_int_equal(r.count, 2);
    recording_apply(&r, 0, s);
    assert_null(s->check.verdict);
    recording_apply(&r, 1, s);
    const struct check *c = s->check.verdict;
    assert_int_equal(check_exit(c), 1);
    assert_int_equal(c->cause, CHECK_HYPERVISOR);
    assert_int_equal(c->count, 3);
    assert_string_equal(c->rows[2].workload->id, "ram.int.copy");
    assert_string_equal(c->rows[2].params, "size=128M");
    assert_string_equal(c->rows[2].target, "container");
    assert_true(c->rows[1].before == 0.95 && c->rows[1].after == 0.82);
    assert_true(c->rows[1].change.bounded && c->rows[1].change.n == 5);
    assert_true(c->groups[1].moved && !c->groups[0].moved);
    assert_true(c->groups[1].rows == 2 && c->groups[1].detectable == 0.03);
    assert_true(c->power.known && c->power.row == 0.3 && c->native_power.subsystem == 0.02);
    assert_true(c->lost_rows == 1 && c->lost_targets == 1 && c->sessions_now == 3);
    assert_int_equal(c->verdicts[VERDICT_WORSE], 1);
    assert_int_equal(c->verdicts[VERDICT_INCONCLUSIVE], 1);
    assert_int_equal(c->group_of[1], 1);
    assert_int_equal(c->group_of[2], SIZE_MAX); /* its subsystem has no mean */
    assert_true(c->absent[SUBSYSTEM_EXITS] && !c->absent[SUBSYSTEM_DISK]);
    assert_true(isnan(c->rows[0].p) && c->rows[1].flags == FLAG_FINGERPRINT);
    assert_int_equal(c->differences[0].class, FACT_WARN);
    assert_string_equal(c->lost_why, "kvm: no permission");
    recording_release(&r);
    load(&r, "tests/fuzz/seeds/recording/verdict_after_verdict");
    static const int codes[] = {1, -1, 4};
    assert_int_equal(r.count, 3);
    for (size_t i = 0; i < r.count; i++) {
        recording_apply(&r, i, s);
        assert_int_equal(s->check.verdict ? check_exit(s->check.verdict) : -1, codes[i]);
    }
    drop(s);
    recording_release(&r);
}

static int parse(const char *lines, struct recording *r, struct error *e)
{
    return recording_parse(r, lines, strlen(lines), "x.rec", e);
}

#define HEADER "{\"schema\":\"" RECORDING_SCHEMA "\"}\n"
#define FRAME  "{\"at_s\":1,\"clock\":5,"

static void refused(const char *lines, enum error_kind kind, const char *why)
{
    struct recording r;
    struct error e = {ERROR_NONE, ""};
    assert_int_equal(parse(lines, &r, &e), -1);
    assert_int_equal(e.kind, kind);
    if (!strstr(e.text, why))
        fail_msg("\"%s\" does not say: %s", e.text, why);
    assert_null(r.text);
}

static void test_what_is_none(void **state)
{
    (void)state;
    refused("", ERROR_DATA, "x.rec");
    refused("hello\n", ERROR_DATA, "x.rec");
    refused("{\"schema\":\"vmtax.result/1\"}\n", ERROR_USAGE, "no recording");
    refused("{\"schema\":\"vmtax.recording/7\"}\n", ERROR_USAGE, "another version");
    refused("[]\n", ERROR_USAGE, "no recording");
    refused(HEADER, ERROR_DATA, "cut off");
    refused(HEADER "{\"at_s\":1", ERROR_DATA, "cut off");
    refused(HEADER "[]\n", ERROR_DATA, "must be an object");
    refused(HEADER "{\"clock\":5}\n", ERROR_DATA, "at_s");
    refused(HEADER FRAME "\"set\":{\"target_count\":9}}\n", ERROR_DATA, "target_count");
    refused(HEADER FRAME "\"set\":{\"row_count\":99999}}\n", ERROR_DATA, "row_count");
    refused(HEADER FRAME "\"set\":{\"row_count\":2}}\n", ERROR_DATA, "without a workload");
    refused(HEADER FRAME "\"set\":{\"run.block_count\":65}}\n", ERROR_DATA, "block_count");
    refused(HEADER FRAME "\"set\":{\"run.workload\":\"sys.nothing\"}}\n", ERROR_DATA,
            "does not know");
    refused(HEADER FRAME "\"targets\":[{\"target\":0}]}\n", ERROR_DATA, "beyond");
    refused(HEADER FRAME "\"rows\":[{\"row\":0}]}\n", ERROR_DATA, "beyond");
    refused(HEADER FRAME "\"cells\":[{\"row\":0,\"target\":0}]}\n", ERROR_DATA, "beyond");
    refused(HEADER FRAME "\"cells\":[5]}\n", ERROR_DATA, "must be an object");
    refused(HEADER FRAME "\"rate\":[{\"target\":8}]}\n", ERROR_DATA, "target");
    refused(HEADER FRAME "\"samples\":[[1,2,3,4,5,6]]}\n", ERROR_DATA, "five");
    refused(HEADER FRAME "\"log\":[{\"level\":\"loud\"}]}\n", ERROR_DATA, "does not know");
    refused(HEADER FRAME "\"set\":{\"run.block_ratios\":[\"x\"]}}\n", ERROR_DATA, "numbers");
}

static void test_damage_costs_what_is_behind_it(void **state)
{
    struct recording r;
    struct error e;
    (void)state;
    assert_int_equal(parse(HEADER "{\"at_s\":1,\"clock\":5}\n{\"at_s\":3,\"clock\":7}\n"
                                  "{\"at_s\":4,\"cl",
                           &r, &e),
                     0);
    assert_int_equal(r.count, 2);
    assert_string_equal(r.remark, ""); /* a crash leaves that */
    recording_release(&r);
    assert_int_equal(parse(HEADER "{\"at_s\":1,\"clock\":5}\n{\"at_s\":3,\"clock\":7}\n"
                                  "\1\2\n{\"at_s\":5,\"clock\":9}\n",
                           &r, &e),
                     0);
    assert_int_equal(r.count, 2);
    assert_non_null(strstr(r.remark, "line 4"));
    recording_release(&r);
    /* A clock that goes back does not. */
    assert_int_equal(parse(HEADER "{\"at_s\":9,\"clock\":5}\n{\"at_s\":3,\"clock\":4}\n", &r, &e),
                     0);
    assert_true(recording_seconds(&r) == 0);
    recording_release(&r);
}

/* Control characters do not reach a screen. */
/* A copy that was cut off is good up to there, as one that is not compressed. */
static void test_cut_off_though_compressed(void **state)
{
    (void)state;
    static uint8_t bytes[50000];
    const char *sources = getenv("abs_top_srcdir");
    char *whole_path = xasprintf("%s/data/example.rec.gz", sources ? sources : ".");
    char path[] = "/tmp/vmtax-test-XXXXXX";
    struct recording whole, part;
    struct error e;
    FILE *f = fopen(whole_path, "r");
    assert_non_null(f);
    assert_int_equal(fread(bytes, 1, sizeof bytes, f), sizeof bytes);
    fclose(f);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    assert_int_equal(recording_load(&whole, whole_path, &e), 0);
    assert_string_equal(whole.remark, "");
    assert_int_equal(recording_load(&part, path, &e), 0);
    assert_non_null(strstr(part.remark, "cut off after"));
    assert_true(part.count > whole.count / 3 && part.count < whole.count);
    const struct recording_frame *last = &part.frames[part.count - 1];
    assert_memory_equal(whole.text, part.text, last->at + last->length);
    recording_release(&part);
    recording_release(&whole);
    /* Of nothing there is no beginning: what is wrong is the compressed data. */
    assert_int_equal(ftruncate(fd, 1000), 0);
    close(fd);
    assert_int_equal(recording_load(&part, path, &e), -1);
    assert_int_equal(e.kind, ERROR_DATA);
    assert_non_null(strstr(e.text, "its gzip data is damaged"));
    unlink(path);
    free(whole_path);
}

static void test_texts_are_cleaned(void **state)
{
    struct recording r;
    struct error e;
    (void)state;
    assert_int_equal(parse(HEADER FRAME
                           "\"set\":{\"host.name\":\"a\\u001b[31mb\",\"target_count\":1},"
                           "\"log\":[{\"level\":\"ok\",\"text\":\"x\\u0007y\\u202ez\"}]}\n",
                           &r, &e),
                     0);
    struct snapshot *s = xcalloc(1, sizeof *s);
    recording_apply(&r, 0, s);
    assert_null(strchr(s->host.name, '\033'));
    assert_null(strchr(r.host, '\033'));
    assert_null(strchr(s->log[0].text, '\a'));
    assert_null(strstr(s->log[0].text, "\xe2\x80\xae"));
    drop(s);
    recording_release(&r);
}

/* Bytes damaged at random: what is read can be shown, from any frame to any other, and says so if
 * something is missing. */
static void test_flipped_bytes(void **state)
{
    char *text = record_fixtures();
    size_t length = strlen(text);
    uint64_t die = 88172645463325252u;
    struct snapshot *shown = xcalloc(1, sizeof *shown);
    int read = 0;
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char *copy = xcalloc(1, length + 1);
        struct recording r;
        struct error e;
        memcpy(copy, text, length);
        for (int k = 0; k < 3; k++) {
            die ^= die << 13;
            die ^= die >> 7;
            die ^= die << 17;
            copy[die % length] = (char)(die >> 32);
        }
        if (recording_parse(&r, copy, length, "x.rec", &e) == 0) {
            assert_in_range(r.count, 1, FIXTURES);
            assert_int_equal(r.count < FIXTURES, r.remark[0] != '\0');
            for (int round = 0; round < 2; round++)
                for (size_t k = 0; k < r.count; k++)
                    recording_apply(&r, k, shown);
            read++;
            recording_release(&r);
        } else {
            assert_true(e.text[0]);
        }
        free(copy);
    }
    assert_in_range(read, 1, ROUNDS);
    drop(shown);
    free(text);
}

/* What is shown has so many events, soon. */
static void await_events(struct board *screen, struct snapshot *s, size_t count)
{
    for (int i = 0; i < 1500 && s->log_count != count; i++, board_peek(screen, s))
        usleep(20000);
    assert_int_equal(s->log_count, count);
}

/* A state directory of a recorder's own, and its end, which nothing may be left in. */
static void home_begin(char *state_home)
{
    assert_non_null(mkdtemp(state_home));
    setenv("XDG_STATE_HOME", state_home, 1);
}
static void home_end(const char *state_home)
{
    char path[STORE_PATH_MAX];
    snprintf(path, sizeof path, "%s/vmtax/recordings", state_home);
    rmdir(path);
    snprintf(path, sizeof path, "%s/vmtax", state_home);
    rmdir(path);
    assert_int_equal(rmdir(state_home), 0);
}

/* The recorder and the player, as they are used. */
static void test_recorded_and_played(void **state)
{
    char state_home[] = "/tmp/vmtax-test-rec-XXXXXX", path[STORE_PATH_MAX], words[24];
    struct board board, screen;
    struct recording r;
    struct error e;
    (void)state;
    home_begin(state_home);
    assert_int_equal(board_init(&board, &e), 0);
    struct recorder *recorder = recorder_start(&board, NULL, &e);
    if (!recorder)
        fail_msg("%s", e.text);
    struct snapshot *s = xcalloc(1, sizeof *s);
    for (int i = 0; i < 3; i++) {
        usleep(600000);
        snapshot_log(board_edit(&board), BOARD_LOG_OK, "kvm", "event %d", i);
        board_publish(&board);
    }
    snapshot_set_verdict(board_edit(&board), fixture_check());
    board_publish(&board);
    board_peek(&board, s);
    assert_true(s->self.recording);
    recorder_stop(recorder, path, sizeof path);
    assert_true(path[0]);
    board_release(&board);
    if (recording_load(&r, path, &e) < 0)
        fail_msg("%s", e.text);
    assert_true(r.count >= 3);

    assert_int_equal(board_init(&screen, &e), 0);
    struct player *p = player_start(&r, &screen, &e);
    assert_non_null(p);
    board_peek(&screen, s);
    assert_true(s->replayed);
    assert_int_equal(s->log_count, 0);
    player_step(p, 1000, words, sizeof words);
    assert_string_equal(words, "at its end");
    await_events(&screen, s, 3);
    assert_string_equal(s->log[2].text, "event 2");
    same_verdict(fixture_check(), s->check.verdict);
    player_step(p, -1, words, sizeof words);
    assert_string_equal(words, "paused");
    player_seek(p, -1000, words, sizeof words);
    await_events(&screen, s, 0);
    assert_null(s->check.verdict);
    player_speed(p, 3, words, sizeof words);
    assert_string_equal(words, "8x");
    await_events(&screen, s, 3);
    player_stop(p);
    board_release(&screen);
    drop(s);
    recording_release(&r);
    unlink(path);
    home_end(state_home);
}

static bool holds_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at++)
        if ((at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[length]))
            return true;
    return false;
}

static struct target_kind kind_of(const char *id, const struct reach *way)
{
    return (struct target_kind){.id = id, .way = way};
}

/* A check that is recorded as another one's business: its targets, its sentences, its machine. */
static void fill_private(struct snapshot *s, const char *host)
{
    fixture_checking(s);
    s->host.known = true;
    snprintf(s->host.name, sizeof s->host.name, "%s", host);
    snprintf(s->targets[1].id, sizeof s->targets[1].id, "ssh:me@secret-box.example");
    snprintf(s->targets[1].kind, sizeof s->targets[1].kind, "ssh");
    snprintf(s->targets[1].reason, sizeof s->targets[1].reason,
             "secret-box: connection to 192.0.2.77 refused");
    snprintf(s->targets[1].how, sizeof s->targets[1].how, "disk serial number WD-42");
    snprintf(s->check.plan, sizeof s->check.plan, "4 rows on native, ssh:me@secret-box.example");
    snprintf(s->run.phase, sizeof s->run.phase, "starting ssh:me@secret-box.example");
    snprintf(s->baseline.differences[0], sizeof s->baseline.differences[0],
             "the peer changed from host to loader7");
    snapshot_log(s, BOARD_LOG_ERROR, "ssh:me@secret-box.example", "%s at /home/carol/x: gone",
                 host);
    snapshot_log(s, BOARD_LOG_NOTE, "", "unused-one was not chosen; it is at other-place");
    snprintf(s->queue[0].targets, sizeof s->queue[0].targets, "native, ssh:me@secret-box.example");
}

/* --redact: what tells whose machine it was is nowhere in the file, which is shown all the same. */
static void test_redacted(void **state)
{
    static const char *const secrets[] = {"secret-box",  "192.0.2.77", "WD-42",      "loader7",
                                          "/home/carol", "unused-one", "other-place"};
    char state_home[] = "/tmp/vmtax-test-rec-XXXXXX", path[STORE_PATH_MAX], host[256];
    struct board board;
    struct recording r;
    struct error e;
    (void)state;
    assert_int_equal(gethostname(host, sizeof host), 0);
    home_begin(state_home);
    struct target_kind native = kind_of("native", NULL), loader, box;
    box = kind_of("ssh:me@secret-box.example", reach_find("ssh:"));
    loader = kind_of("loader7", reach_find("ssh:"));
    struct option_target named = {"unused-one", "ssh:other-place"};
    struct options o = {.targets = &named, .target_count = 1};
    struct plan plan = {.targets = {&native, &box}, .target_count = 2, .peer = &loader};
    struct redacted *redacted = redacted_new(&plan, &o);
    assert_int_equal(board_init(&board, &e), 0);
    struct recorder *recorder = recorder_start(&board, redacted, &e);
    assert_non_null(recorder);
    fill_private(board_edit(&board), host);
    board_publish(&board);
    recorder_stop(recorder, path, sizeof path);
    board_release(&board);
    redacted_free(redacted);

    size_t length;
    char *text = wholefile_load(path, path, STORE_FILE_MAX, "a recording", &length, &e);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        if (strstr(text, secrets[i]))
            fail_msg("%s is in the recording", secrets[i]);
    if (holds_word(text, host))
        fail_msg("this host's name is in the recording");
    free(text);
    if (recording_load(&r, path, &e) < 0)
        fail_msg("%s", e.text);
    assert_string_equal(r.remark, "");
    struct snapshot *s = xcalloc(1, sizeof *s);
    for (size_t i = 0; i < r.count; i++)
        recording_apply(&r, i, s);
    assert_string_equal(s->targets[1].id, "ssh-1");
    assert_string_equal(s->check.plan, "4 rows on native, ssh-1");
    assert_string_equal(s->run.phase, "starting ssh-1");
    assert_string_equal(s->host.name, "(redacted)");
    assert_int_equal(s->check.session, 2);
    drop(s);
    recording_release(&r);
    unlink(path);
    home_end(state_home);
}

/* In place of the C library's: how often the recorder asked for it. */
static atomic_int syncs;
int fdatasync(int fd)
{
    assert_true(fd >= 0);
    atomic_fetch_add(&syncs, 1);
    return 0;
}

static void set_phase(struct board *board, bool active, const char *phase)
{
    struct snapshot *s = board_edit(board);
    s->run.active = active;
    snprintf(s->run.phase, sizeof s->run.phase, "%s", phase);
    board_publish_run(board);
}

/* What is written goes to the disk, but not beside a slot that is timed. */
static void test_synced_between_slots(void **state)
{
    char state_home[] = "/tmp/vmtax-test-rec-XXXXXX", path[STORE_PATH_MAX];
    struct board board;
    struct error e;
    (void)state;
    home_begin(state_home);
    assert_int_equal(board_init(&board, &e), 0);
    set_phase(&board, true, BOARD_PHASE_MEASURE);
    atomic_store(&syncs, 0);
    struct recorder *recorder = recorder_start(&board, NULL, &e);
    assert_non_null(recorder);
    for (int i = 0; i < 6; i++) {
        usleep(500000);
        board_log(&board, BOARD_LOG_OK, "", "event %d", i);
    }
    assert_int_equal(atomic_load(&syncs), 0);
    set_phase(&board, true, BOARD_PHASE_VERIFY);
    for (int i = 0; i < 1000 && !atomic_load(&syncs); i++)
        usleep(10000);
    assert_int_equal(atomic_load(&syncs), 1);
    recorder_stop(recorder, path, sizeof path);
    board_release(&board);
    unlink(path);
    home_end(state_home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_comes_back),
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_rings),
        cmocka_unit_test(test_verdict_has_its_moment),
        cmocka_unit_test(test_verdict_is_written_once),
        cmocka_unit_test(test_damaged_verdicts),
        cmocka_unit_test(test_recordings_without_verdict),
        cmocka_unit_test(test_verdicts_of_elsewhere),
        cmocka_unit_test(test_unknown_members),
        cmocka_unit_test(test_verdict_is_cleaned),
        cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_damage_costs_what_is_behind_it),
        cmocka_unit_test(test_cut_off_though_compressed),
        cmocka_unit_test(test_texts_are_cleaned),
        cmocka_unit_test(test_flipped_bytes),
        cmocka_unit_test(test_recorded_and_played),
        cmocka_unit_test(test_redacted),
        cmocka_unit_test(test_synced_between_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
