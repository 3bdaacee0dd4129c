/* What rows and targets say of themselves: why there is no figure and what would give one, the
 * state of a target; and sentences that are wrapped whole. */
#include <config.h>

#include "tests/fixture_board.h"
#include "tests/unit/unit.h"
#include "text.h"
#include "ui/card.h"
#include "ui/curve.h"
#include "ui/detail.h"
#include "ui/panel.h"
#include "ui/prose.h"
#include "ui/row.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The remedy is one that there is: no key in a recording or beside a stored result, of which a
 * picture may be all that is seen. */
static void what_is_missing_says_why(void **state)
{
    static const struct {
        bool active, stored, replayed;
        const char *reason, *sentence;
    } cases[] = {
        {false, false, false, "", "not measured yet; r measures it"},
        {false, false, false, "out of time", "not measured: out of time; r measures it"},
        {true, false, false, "", "not measured yet: its turn comes"},
        {true, false, false, "it failed", "not measured: it failed"},
        {false, true, false, "",
         "not measured in this stored result; `vmtax run sys.read` measures it"},
        {false, true, false, "out of time",
         "not measured: out of time; `vmtax run sys.read` measures it"},
        {true, false, true, "",
         "not measured by this moment of the recording; `vmtax run sys.read` measures it"},
        {true, false, true, "its turn comes", "not measured: its turn comes"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot s = {0};
        char why[REASON_TEXT];
        fixture_stored(&s);
        s.stored = cases[i].stored;
        s.replayed = cases[i].replayed;
        s.run.active = cases[i].active;
        s.run.metric = 2;
        size_t rows[] = {0, 1};
        for (size_t k = 0; k < 2; k++) {
            memset(s.metrics[k].cell, 0, sizeof s.metrics[k].cell);
            if (k == 1)
                text_copy(s.metrics[k].cell[1].figure.reason,
                          sizeof s.metrics[k].cell[1].figure.reason, cases[i].reason);
        }
        row_missing(&s, rows, 2, "sys.read", NULL, why);
        assert_string_equal(why, cases[i].sentence);
        row_missing(&s, NULL, 0, "sys.read", NULL, why);
        if (!cases[i].reason[0])
            assert_string_equal(why, cases[i].sentence);
        snapshot_release(&s);
    }
}

/* The row that is being measured: what it waits for, then its latest tick. */
static void what_runs_says_how_far_it_is(void **state)
{
    static const struct {
        const char *id, *phase;
        bool tick, slot; /* a tick of the slot has come; the slot has ended */
        size_t target;   /* whose tick it is; guests' slots run */
        const char *words;
    } cases[] = {
        {"jbb", BOARD_PHASE_PREPARE, false, false, 1, "prepare; the JVM is started and warmed"},
        {"jbb", BOARD_PHASE_PREPARE, true, false, 1, "prepare; the JVM is started and warmed"},
        {"sys.read", BOARD_PHASE_PREPARE, false, false, 1, "prepare"},
        {"jbb", BOARD_PHASE_MEASURE, false, false, 1, "measure"},
        {"jbb", BOARD_PHASE_MEASURE, true, false, 1, "250 op/s now"},
        {"jbb", BOARD_PHASE_MEASURE, true, false, 0, "measure"}, /* the slot before this one */
        {"jbb", BOARD_PHASE_MEASURE, true, true, 1, "measure"},
        {"jbb", BOARD_PHASE_VERIFY, true, false, 1, "verify"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot s = {0};
        char words[REASON_TEXT], reason[REASON_TEXT], sentence[REASON_TEXT + 40];
        fixture_container(&s);
        size_t m = 0;
        while (strcmp(s.metrics[m].workload->id, cases[i].id) != 0)
            m++;
        memset(s.metrics[m].cell, 0, sizeof s.metrics[m].cell);
        s.run.metric = m;
        s.run.target = 1;
        text_copy(s.run.phase, sizeof s.run.phase, cases[i].phase);
        s.run.rate_count = cases[i].tick;
        s.run.rate_first = BOARD_RATE_MAX - 1;
        s.run.rate[s.run.rate_first] = (struct board_rate){
            .value = 250, .target = (uint8_t)cases[i].target, .slot = cases[i].slot};
        assert_true(row_running(&s, m, words));
        assert_string_equal(words, cases[i].words);
        struct row native = row_read(&s, m, 0), guest = row_read(&s, m, 1);
        snprintf(sentence, sizeof sentence, "being measured: container, %s", words);
        row_reason(&s, &native, NULL, reason);
        assert_string_equal(reason, sentence);
        row_own_reason(&s, &native, NULL, reason);
        assert_string_equal(reason, "not yet: container runs");
        row_own_reason(&s, &guest, NULL, reason);
        assert_string_equal(reason, sentence);
        s.metrics[m].cell[1].compared = true; /* of blocks of which none is whole */
        text_copy(s.metrics[m].cell[1].comparison.reason, REASON_MAX, "its turn comes");
        row_own_reason(&s, &guest, NULL, reason);
        assert_string_equal(reason, sentence);
        s.metrics[m].cell[1].compared = false;
        row_missing(&s, &m, 1, "jbb", NULL, reason);
        assert_string_equal(reason, sentence);
        assert_false(row_running(&s, m + 1, words));
        s.run.active = false;
        assert_false(row_running(&s, m, words));
        snapshot_release(&s);
    }
}

static void a_target_that_was_measured(void **state)
{
    (void)state;
    struct snapshot s = {0};
    char text[CARD_TEXT];
    fixture_stored(&s);
    s.targets[0].state = BOARD_TARGET_OFF;
    assert_string_equal(card_state(text, &s, 0), "measured");
    for (size_t i = 0; i < s.metric_count; i++)
        s.metrics[i].cell[0].figure.measured = false;
    assert_string_equal(card_state(text, &s, 0), "not started");
    snapshot_release(&s);
}

/* Every character of it is there, in as many rows as were told. */
static void a_long_word_is_wrapped(void **state)
{
    static const char text[] = "see /a/path/that/is/longer/than/any/line/of/the/box and more";
    (void)state;
    for (int w = 3; w < 70; w++) {
        struct canvas c;
        char kept[sizeof text] = "", wanted[sizeof text] = "";
        size_t used = 0, want = 0;
        canvas_init(&c, GLYPHS_BRAILLE);
        canvas_resize(&c, 40, w);
        int rows = prose_rows(&c, w, text);
        assert_int_equal(prose_whole(&c, (struct rect){0, 0, 40, w}, STYLE_TEXT, 0, text), rows);
        for (int i = 0; i < 40 * w && used + 1 < sizeof kept; i++)
            if (c.cells[i].ch != ' ') {
                assert_true(i / w < rows);
                kept[used++] = (char)c.cells[i].ch;
            }
        for (const char *p = text; *p; p++)
            if (*p != ' ')
                wanted[want++] = *p;
        assert_string_equal(kept, wanted);
        canvas_release(&c);
    }
}

/* A point of the database's curve; 0: not measured. */
static void put_point(struct snapshot *s, int threads, int cpus, int rows, double native,
                      double guest)
{
    char params[PARAMS_TEXT];
    snprintf(params, sizeof params, "threads=%d cpus=%d rows=%d engine=auto", threads, cpus, rows);
    struct board_metric *m = snapshot_metric(s, workload_find("oltp"), params);
    const double values[] = {native, guest};
    for (size_t t = 0; t < 2; t++) {
        m->cell[t].figure.value = values[t];
        m->cell[t].figure.measured = values[t] > 0;
    }
}

/* What all processors bring is told of equal work only: at one x, with the same parameters, of one
 * session, and of the guest where native's is. */
static void a_gain_is_of_equal_work(void **state)
{
    static const struct curve curve = {
        .id = "oltp", .x = "threads", .one = "thread", .many = "threads"};
    struct snapshot s = {.target_count = 2};
    struct curve_points p;
    struct curve_gain gain;
    (void)state;
    put_point(&s, 1, 1, 1000, 100, 90);
    put_point(&s, 2, 1, 1000, 150, 140);
    put_point(&s, 4, 1, 1000, 200, 0);
    put_point(&s, 1, 0, 10000, 900, 900);
    put_point(&s, 2, 0, 10000, 990, 990);
    curve_read(&curve, &s, false, &p);
    curve_gain(&curve, &s, &p, &gain);
    assert_false(gain.known);
    assert_true(isnan(gain.ratio[0]) && isnan(gain.ratio[1]));

    put_point(&s, 8, 0, 1000, 900, 700); /* at which one processor was not measured */
    put_point(&s, 4, 0, 1000, 500, 400);
    curve_gain(&curve, &s, &p, &gain);
    assert_true(gain.known && gain.x == 4 && gain.ratio[0] == 2.5 && isnan(gain.ratio[1]));
    put_point(&s, 1, 0, 1000, 200, 90);
    put_point(&s, 2, 0, 1000, 300, 210);
    for (int smp = 0; smp < 2; smp++) {
        curve_read(&curve, &s, smp, &p);
        curve_gain(&curve, &s, &p, &gain);
        assert_true(gain.known && gain.x == 2 && gain.ratio[0] == 2 && gain.ratio[1] == 1.5);
    }
    /* Of an earlier result there is only the other. */
    for (size_t i = 0; i < s.metric_count; i++)
        s.metrics[i].cell[0].taken_over = strstr(s.metrics[i].params, "cpus=1 ") != NULL;
    curve_gain(&curve, &s, &p, &gain);
    assert_false(gain.known);
    snapshot_release(&s);
}

static void a_panel_has_its_tabs_names(void **state)
{
    (void)state;
    assert_ptr_equal(panel_find("java"), panel_find("jvm"));
    assert_ptr_equal(panel_find("Db"), panel_find("database"));
    assert_ptr_equal(panel_find("CtxSwitch"), panel_find("ctxsw"));
    assert_non_null(panel_find("verdict"));
    assert_null(panel_find("jv"));
    assert_null(panel_find(""));
}

/* What went of a target's page cache is told as each row has it; of a result that does not tell, as
 * it follows from the target and the row. */
static void dropped_pages_of_the_row(void **state)
{
    (void)state;
    static const struct {
        const char *caches, *sync, *says;
        enum dropped dropped;
    } cases[] = {
        {"its file's alone: others may use the rest", "none", NULL, DROPPED_NOTHING},
        {"its file's alone: others may use the rest", "none", NULL, DROPPED_UNKNOWN},
        {"its file's alone: others may use the rest", "fsync", "its file's alone: ot",
         DROPPED_UNKNOWN},
        {"its file's alone: others may use the rest", "none", "its file's alone: ot", DROPPED_FILE},
        {RESULT_ALL_DROPPED, "none", RESULT_ALL_DROPPED, DROPPED_UNKNOWN},
        {RESULT_ALL_DROPPED, "fsync", "its file's alone", DROPPED_FILE},
        {RESULT_ALL_DROPPED, "fsync", NULL, DROPPED_NOTHING},
        {"its file's alone: others may use the rest", "none", RESULT_ALL_DROPPED, DROPPED_ALL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snapshot s = {0};
        struct canvas c;
        struct view view = {.target = 1};
        size_t m = 0;
        fixture_container(&s);
        while (strcmp(s.metrics[m].workload->id, "file.write") != 0)
            m++;
        snprintf(s.metrics[m].params, sizeof s.metrics[m].params,
                 "size=64M record=64K sync=%s direct=no", cases[i].sync);
        snprintf(s.targets[1].caches, sizeof s.targets[1].caches, "%s", cases[i].caches);
        s.metrics[m].cell[1].figure.dropped = cases[i].dropped;
        canvas_init(&c, GLYPHS_ASCII);
        canvas_resize(&c, 60, 120);
        detail_draw(&c, (struct rect){0, 0, 60, 120}, &s, &view, m);
        char *text = canvas_to_text(&c);
        const char *line = strstr(text, "dropped ");
        assert_int_equal(line != NULL, cases[i].says != NULL);
        if (cases[i].says)
            assert_non_null(strstr(line, cases[i].says));
        free(text);
        canvas_release(&c);
        snapshot_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_missing_says_why),
        cmocka_unit_test(what_runs_says_how_far_it_is),
        cmocka_unit_test(a_target_that_was_measured),
        cmocka_unit_test(a_long_word_is_wrapped),
        cmocka_unit_test(a_gain_is_of_equal_work),
        cmocka_unit_test(a_panel_has_its_tabs_names),
        cmocka_unit_test(dropped_pages_of_the_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
