/* The document of a result: every field survives, damage is named. */
#include <config.h>

#include "unit.h"

#include "fixture.h"
#include "same_result.h"
#include "store.h"
#include "xalloc.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_round_trip(void **state)
{
    (void)state;
    struct result a, b;
    struct error e;
    fixture_result(&a);
    a.slots[0].statements = a.figures[0].statements = (struct statements){
        .transactions = 10, .reads = 140, .writes = 39, .others = 21, .errors = 1};
    a.slots[0].arrival = a.figures[0].arrival = (struct arrival){
        .sent = 4000, .received = 3990, .reordered = 5, .sent_s = 0.375};
    a.slots[1].arrival = (struct arrival){.sent = 40}; /* none arrived; from an older version */
    /* Of a web server. */
    a.slots[1].statements.errors = 2;
    a.slots[0].dropped = DROPPED_NOTHING;
    a.slots[1].dropped = a.figures[0].dropped = DROPPED_FILE;
    a.figures[1].dropped = DROPPED_ALL;
    a.figures[1].statements.errors = 3;
    a.slots[0].tsc_per_op = 2370.25;
    a.figures[0].tsc_per_op = 2371.5;
    a.late.rows = 3;
    a.late.looks = 2;
    a.load = (struct result_load){12, 7, 0.625, "cc1 uses 83 % of a processor"};
    result_init(&b);
    for (int pretty = 0; pretty < 2; pretty++) {
        char *text = store_to_json(&a, pretty);
        if (store_from_json(&b, text, strlen(text), "document", &e) < 0)
            fail_msg("%s", e.text);
        assert_same_result(&a, &b);
        char *again = store_to_json(&b, pretty);
        assert_string_equal(text, again);
        free(text);
        free(again);
    }
    result_release(&a);
    result_release(&b);
}

/* No error of a web server is a figure; of what has none, or was not measured, nothing is said. */
static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *workload;
        bool measured;
        uint64_t errors;
        const char *said;
    } cases[] = {
        {"web", true, 0, "\"errors\":0,"},
        {"web", true, 2, "\"errors\":2,"},
        {"web.rate", true, 0, "\"errors\":0,"},
        {"web", false, 0, NULL},
        {"sys.read", true, 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r;
        fixture_result(&r);
        struct slot *slot = &r.slots[0];
        r.metrics[slot->metric].row = workload_find(cases[i].workload);
        slot->measured = cases[i].measured;
        slot->statements = (struct statements){.errors = cases[i].errors};
        char *text = store_slot_to_json(&r, slot);
        if (cases[i].said)
            assert_non_null(strstr(text, cases[i].said));
        else
            assert_null(strstr(text, "\"errors\""));
        free(text);
        result_release(&r);
    }
}

/* Two blocks of a noisy machine can be a thousand orders of magnitude wide. What is written is read
 * again: a bound that no file may have is an interval that is not known. */
static void test_endless_intervals(void **state)
{
    (void)state;
    static const double bounds[][2] = {{-1, 42}, {-1, 800}, {-800, 1}, {-800, 800}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        struct result a, b;
        struct error e;
        fixture_result(&a);
        result_init(&b);
        a.comparisons[0].estimate.bounded = true;
        a.comparisons[0].estimate.low = bounds[i][0];
        a.comparisons[0].estimate.high = bounds[i][1];
        char *text = store_to_json(&a, true);
        if (store_from_json(&b, text, strlen(text), "document", &e) < 0)
            fail_msg("%s", e.text);
        assert_false(b.comparisons[0].estimate.bounded);
        free(text);
        result_release(&a);
        result_release(&b);
    }
}

static void test_empty(void **state)
{
    (void)state;
    struct result a, b;
    struct error e;
    result_init(&a);
    result_init(&b);
    char *text = store_to_json(&a, true);
    assert_int_equal(store_from_json(&b, text, strlen(text), "document", &e), 0);
    assert_same_result(&a, &b);
    free(text);
    /* A plan that ran nothing keeps its rows. */
    result_add_metric(&a, workload_find("sys.read"), "");
    text = store_to_json(&a, true);
    assert_int_equal(store_from_json(&b, text, strlen(text), "document", &e), 0);
    assert_int_equal(b.metric_count, 1);
    free(text);
    result_release(&a);
    result_release(&b);
}

static void test_not_a_number_is_never_printed(void **state)
{
    (void)state;
    struct result r, b;
    struct error e;
    fixture_result(&r);
    result_init(&b);
    r.slots[0].value = NAN;
    r.slots[0].latency.p99_us = INFINITY;
    r.slots[1].host_s = -INFINITY;
    r.figures[0].value = INFINITY;
    r.comparisons[0].estimate.low = -INFINITY;
    r.comparisons[0].estimate.centre = NAN;
    r.comparisons[0].detectable = INFINITY;
    r.targets[1].clock_bound = INFINITY;
    r.targets[1].machine = 3;
    snprintf(r.targets[1].given_up, sizeof r.targets[1].given_up, "it fell");
    r.targets[1].start_s = NAN;
    r.elapsed_s = NAN;
    char *text = store_to_json(&r, false);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    assert_non_null(strstr(text, "the figure is not a number"));
    if (store_from_json(&b, text, strlen(text), "document", &e) < 0)
        fail_msg("%s", e.text);
    assert_false(b.slots[0].measured);
    assert_true(isinf(b.targets[1].clock_bound));
    assert_int_equal(b.targets[1].machine, 3);
    assert_string_equal(b.targets[1].given_up, "it fell");
    free(text);
    result_release(&r);
    result_release(&b);
}

/* In a locale with a decimal comma the document is the same. */
static void test_locale(void **state)
{
    (void)state;
    struct result r, b;
    struct error e;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8")) {
        print_message("no locale with a decimal comma is installed\n");
        skip();
    }
    fixture_result(&r);
    result_init(&b);
    char *text = store_to_json(&r, false);
    setlocale(LC_NUMERIC, "C");
    char *plain = store_to_json(&r, false);
    assert_string_equal(text, plain);
    setlocale(LC_NUMERIC, "de_DE.UTF-8");
    assert_int_equal(store_from_json(&b, text, strlen(text), "document", &e), 0);
    assert_same_result(&r, &b);
    setlocale(LC_NUMERIC, "C");
    free(text);
    free(plain);
    result_release(&r);
    result_release(&b);
}

/* The document with the first occurrence of `from` replaced; the caller frees. */
static char *edited(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (!at)
        fail_msg("the document does not hold %s", from);
    return xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void test_damage(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        const char *place; /* in the message */
        enum error_kind kind;
    } cases[] = {
        /* grammar */
        {"{", "", "line 2, byte 11", ERROR_DATA},
        {"}", "", "line", ERROR_DATA},
        {"61.25", "061.25", "byte", ERROR_DATA},
        {"61.25", "61.", "a digit is missing", ERROR_DATA},
        {"61.25", "+61", "a value was expected", ERROR_DATA},
        {"61.25", "NaN", "a value was expected", ERROR_DATA},
        {"61.25", "1e999", "elapsed_s", ERROR_DATA},
        {"61.25", "61.2500000000000000000000000000000000000000000000000000000000000000",
         "60 characters", ERROR_DATA},
        {"\"quick\"", "\"qu\tick\"", "control character", ERROR_DATA},
        {"\"quick\"", "\"qu\\xick\"", "unknown escape", ERROR_DATA},
        {"\"quick\"", "\"qu\\u0000ick\"", "NUL", ERROR_DATA},
        {"\"quick\"", "\"qu\\ud800ick\"", "surrogate", ERROR_DATA},
        {"\"quick\"", "\"qu\xc0\xafick\"", "not UTF-8", ERROR_DATA},
        {"\"quick\"", "\"qu\xff\"", "not UTF-8", ERROR_DATA},
        {"\"quick\"", "\"a\", \"profile\": \"b\"", "stands twice", ERROR_DATA},
        {"\"quick\"", "\"a\", \"\\u0070rofile\": \"b\"", "stands twice", ERROR_DATA},
        {"\"quick\"", "[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]", "too deeply", ERROR_DATA},
        /* types and ranges */
        {"\"quick\"", "7", "profile: must be a string", ERROR_DATA},
        {"61.25", "\"61\"", "elapsed_s: must be a number", ERROR_DATA},
        {"61.25", "-1", "elapsed_s", ERROR_DATA},
        {"\"partial\":\ttrue", "\"partial\": 1", "partial: must be true or false", ERROR_DATA},
        {"2026-11-22T10:18:24Z", "2026-02-30T10:18:24Z", "started", ERROR_DATA},
        {"2026-11-22T10:18:24Z", "yesterday", "started", ERROR_DATA},
        {"\"targets\":\t[", "\"targets\": [7, ", "targets[0]", ERROR_DATA},
        {"\"targets\":\t[", "\"targets\": [{}, ", "targets[0].id: is missing", ERROR_DATA},
        {"\"id\":\t\"container\"", "\"id\": \"native\"", "targets[1].id", ERROR_DATA},
        {"\"id\":\t\"container\"", "\"id\": \"a\\u001bb\"", "targets[1].id", ERROR_DATA},
        {"\"id\":\t\"container\"", "\"id\": \"guest\"", "names a target", ERROR_DATA},
        {"\"cpus\":\t2", "\"cpus\": 2.5", "targets[0].cpus: must be a whole", ERROR_DATA},
        {"\"cpus\":\t2", "\"cpus\": -2", "targets[0].cpus", ERROR_DATA},
        {"\"ops\":\t\"18446744073709551614\"", "\"ops\": \"18446744073709551616\"", "slots[0].ops",
         ERROR_DATA},
        {"\"ops\":\t\"18446744073709551614\"", "\"ops\": 18446744073709551614", "slots[0].ops",
         ERROR_DATA},
        {"\"ops\":\t\"18446744073709551614\"", "\"ops\": \"\"", "slots[0].ops", ERROR_DATA},
        {"\"block\":\t1", "\"block\": 1024", "slots[4].block", ERROR_DATA},
        {"\"position\":\t\"G1\"", "\"position\": \"G3\"", "slots[1].position", ERROR_DATA},
        {"\"position\":\t\"G1\"", "\"position\": \"GUEST\"", "slots[1].position", ERROR_DATA},
        {"\"position\":\t\"N2\"", "\"position\": \"N1\"", "position: is that of another",
         ERROR_DATA},
        {"\"steal\":\t0.0125", "\"steal\": 1.5", "slots[0].steal", ERROR_DATA},
        {"\"window_s\":\t0.2015", "\"window_s\": 0", "slots[0].window_s", ERROR_DATA},
        {"\"window_s\":\t0.2015", "\"window\": 1", "window_s: is missing", ERROR_DATA},
        {"\"cpu_s\":\t0.199123456", "\"cpu_s\": -1", "slots[0].cpu_s", ERROR_DATA},
        {"\"cpu_s\":\t0.199123456", "\"cpu_s\": 1e10", "slots[0].cpu_s", ERROR_DATA},
        {"\"counters\":\t{", "\"counters\": 7, \"x\": {", "counters: must be an object",
         ERROR_DATA},
        {"\"halt\":\t800", "\"halt\": -1", "halt: must be a whole", ERROR_DATA},
        {"\"halt\":\t800", "\"Halt\": 1", "exits_by", ERROR_DATA},
        {"\"halt\":\t3200.5", "\"a b\": 1", "exits_by", ERROR_DATA},
        {"\"per_s\":\t{", "\"per_s\": [], \"x\": {", "per_s: must be an object", ERROR_DATA},
        {"sys.read", "sys read", "slots[0].workload", ERROR_DATA},
        {"sys.read", "", "slots[0].workload", ERROR_DATA},
        {"sys.read", "sys.readreadreadreadreadreadreadread", "slots[0].workload", ERROR_DATA},
        {"\"worse\"", "\"dreadful\"", "comparisons[0].verdict", ERROR_DATA},
        {"\"reference\":\t\"native\"", "\"reference\": \"moon\"", "comparisons[0].reference",
         ERROR_DATA},
        {"\"slots\"", "\"slotz\"", "slots: is missing", ERROR_DATA},
        {"\"steal\", \"nested\"", "7", "flags: must hold strings", ERROR_DATA},
        /* not damage */
        {"vmtax.result/1", "vmtax.result/2", "use the version that wrote it", ERROR_USAGE},
        {"vmtax.result/1", "something", "not a result of vmtax", ERROR_USAGE},
    };
    struct result r, b;
    fixture_result(&r);
    result_init(&b);
    char *whole = store_to_json(&r, true);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        char *text = edited(whole, cases[i].from, cases[i].to);
        if (store_from_json(&b, text, strlen(text), "there.json", &e) == 0)
            fail_msg("case %zu: %s was accepted", i, cases[i].to);
        if (!strstr(e.text, "there.json") || !strstr(e.text, cases[i].place))
            fail_msg("case %zu: %s", i, e.text);
        assert_int_equal(e.kind, cases[i].kind);
        assert_int_equal(b.slot_count + b.metric_count + b.target_count + b.fact_count, 0);
        free(text);
    }
    /* Cut anywhere, it is damaged and nothing else. */
    size_t length = strlen(whole);
    for (size_t cut = 0; cut < length; cut += cut < 200 ? 1 : 61) {
        struct error e = {0};
        char *text = xcalloc(cut + 1, 1); /* exact, so that a read beyond it is seen */
        memcpy(text, whole, cut);
        assert_int_equal(store_from_json(&b, text, cut, "there.json", &e), -1);
        assert_int_equal(e.kind, ERROR_DATA);
        free(text);
    }
    free(whole);
    result_release(&r);
}

static void test_foreign_but_sound(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"{", "{\"future\": {\"a\": [1, 2, {\"b\": null}]}, "},
        {"\"quick\"", "null"},
        {"\"quick\"", "\"a name that is much too long for the field\""},
        {"\"quick\"", "\"\\ud83d\\ude00 \\u001b[31m\""},
        {"\"host\":\t{", "\"host\": {\"count\": 7, "},
        {"\"flags\":\t[\"steal\"", "\"flags\": [\"of the future\", \"steal\""},
        {"\"window_s\":\t", "\"tea_s\": [7], \"window_s\":"},
        {"\"counters\"", "\"beans\""},
    };
    struct result r, b;
    fixture_result(&r);
    result_init(&b);
    char *whole = store_to_json(&r, true);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        char *text = edited(whole, cases[i].from, cases[i].to);
        if (store_from_json(&b, text, strlen(text), "there.json", &e) < 0)
            fail_msg("case %zu: %s", i, e.text);
        assert_int_equal(b.slot_count, r.slot_count);
        assert_null(strchr(b.profile, 27));
        free(text);
    }
    free(whole);
    result_release(&r);
    result_release(&b);
}

static void test_too_many_keys_and_rows(void **state)
{
    (void)state;
    struct result b;
    struct error e;
    char *text;
    size_t size;
    result_init(&b);
    FILE *out = open_memstream(&text, &size);
    fputc('{', out);
    for (int i = 0; i < 600; i++)
        fprintf(out, "\"k%d\":0,", i);
    fputs("\"schema\":\"vmtax.result/1\"}", out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(store_from_json(&b, text, size, "there.json", &e), -1);
    assert_non_null(strstr(e.text, "too many keys"));
    free(text);
    out = open_memstream(&text, &size);
    fputs("{\"schema\":\"vmtax.result/1\",\"started\":\"2026-11-22T10:18:24Z\",\"targets\":[", out);
    for (int i = 0; i < 9; i++)
        fprintf(out, "%s{\"id\":\"t%d\",\"kind\":\"native\"}", i ? "," : "", i);
    fputs("],\"slots\":[],\"metrics\":[],\"comparisons\":[]}", out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(store_from_json(&b, text, size, "there.json", &e), -1);
    assert_non_null(strstr(e.text, "targets: has more than 8"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_endless_intervals),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_not_a_number_is_never_printed),
        cmocka_unit_test(test_locale),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_foreign_but_sound),
        cmocka_unit_test(test_too_many_keys_and_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
