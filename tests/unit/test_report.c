/* What holds for every format of a report, or for several, from one document with everything in it.
 */
#include <config.h>

#include "unit.h"

#include "fallback.h"
#include "fixture.h"
#include "report/format.h"
#include "store.h"
#include "text.h"
#include "ui/glyph.h"
#include "written.h"
#include "xalloc.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_formats(void **state)
{
    (void)state;
    assert_null(report_find("no such format"));
    for (const struct report_format *const *f = report_formats; *f; f++) {
        assert_ptr_equal(report_find((*f)->id), *f);
        assert_true(strlen((*f)->what) > 10);
    }
}

static void test_signs_are_those_of_the_screens(void **state)
{
    (void)state;
    for (int v = 0; v < VERDICT_COUNT; v++) {
        char utf8[5] = "", ascii[5] = "";
        enum glyph g = glyph_of_verdict((enum verdict)v);
        utf8[text_encode(glyph(GLYPHS_BRAILLE, g), utf8)] = '\0';
        ascii[text_encode(glyph(GLYPHS_ASCII, g), ascii)] = '\0';
        assert_string_equal(report_signs[v].utf8, utf8);
        assert_string_equal(report_signs[v].ascii, ascii);
    }
}

/* Nothing measured, native alone, a target without rows: no format stumbles. */
static void test_little(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        for (const struct report_format *const *f = report_formats; *f; f++) {
            struct result r;
            if (kind == 0) {
                result_init(&r);
            } else {
                fixture_result(&r);
                r.comparison_count = 0;
                if (kind == 1) {
                    r.target_count = 1;
                    r.slot_count = 1;
                    r.figure_count = 1;
                } else {
                    r.slot_count = r.figure_count = 0;
                }
            }
            char *text = written((*f)->id, &r);
            assert_true(strlen(text) > 10);
            free(text);
            result_release(&r);
        }
    }
}

/* Numbers have a point in every locale, and the locale is the user's again afterwards. */
static void test_locale(void **state)
{
    (void)state;
    struct result r;
    fixture_result(&r);
    for (const struct report_format *const *f = report_formats; *f; f++) {
        setlocale(LC_ALL, "C.UTF-8");
        char *plain = written((*f)->id, &r);
        if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
            free(plain);
            result_release(&r);
            setlocale(LC_ALL, "C");
            print_message("no locale with a decimal comma is installed\n");
            skip();
        }
        char *comma = written((*f)->id, &r);
        assert_string_equal(plain, comma);
        assert_string_equal(localeconv()->decimal_point, ",");
        free(plain);
        free(comma);
    }
    setlocale(LC_ALL, "C");
    result_release(&r);
}

/* More than any buffer holds. */
static void make_large(struct result *r)
{
    fixture_result(r);
    for (size_t i = 0, count = r->slot_count; i < 4000; i++) {
        struct slot *slot = result_add_slot(r);
        *slot = r->slots[i % count];
    }
    for (int i = 0; i < 2000; i++) {
        char params[PARAMS_TEXT];
        snprintf(params, sizeof params, "size=%d", i);
        result_add_metric(r, workload_find("ram.int.copy"), params);
    }
}

/* Whenever in a report the disk is full: the error says so, and not that something else is wrong. A
 * buffer of each size is one of another moment; without any all has failed before the end. */
static void test_full_disk(void **state)
{
    (void)state;
    struct result small, large;
    struct error e;
    fixture_result(&small);
    make_large(&large);
    for (const struct report_format *const *f = report_formats; *f; f++) {
        char *whole = written((*f)->id, &small);
        const size_t sizes[] = {0, 64, 4096, BUFSIZ, strlen(whole) - 1, strlen(whole)};
        free(whole);
        for (size_t i = 0; i < 2 * sizeof sizes / sizeof *sizes; i++) {
            FILE *full = fopen("/dev/full", "w");
            if (!full)
                skip();
            char *buffer = xcalloc(1, sizes[i / 2] + 1);
            setvbuf(full, buffer, sizes[i / 2] ? _IOFBF : _IONBF, sizes[i / 2]);
            assert_int_equal((*f)->write(i % 2 ? &large : &small, full, &e), -1);
            assert_string_equal(e.text, "cannot write the output: No space left on device");
            fclose(full);
            free(buffer);
        }
    }
    result_release(&small);
    result_release(&large);
}

/* The longest reason there may be stands whole in every format that tells reasons: its end is what
 * to do. */
static void test_a_reason_is_not_cut(void **state)
{
    (void)state;
    static const char *const formats[] = {"text", "plain", "json", "csv", "md", "html"};
    struct result r, again;
    struct error e;
    fixture_result(&r);
    char *reason = r.figures[4].reason; /* of sys.fork_sh on the container */
    for (size_t i = 0; i < REASON_MAX - 1; i++)
        reason[i] = i % 8 == 7 ? ' ' : 'x';
    memcpy(reason + REASON_MAX - 5, "DIR?", 5);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = written(formats[i], &r);
        if (!strstr(text, "DIR?"))
            fail_msg("%s cuts a reason:\n%s", formats[i], text);
        if (strcmp(formats[i], "json") == 0) {
            result_init(&again);
            assert_int_equal(store_from_json(&again, text, strlen(text), "a file", &e), 0);
            assert_string_equal(again.figures[4].reason, reason);
            result_release(&again);
        }
        free(text);
    }
    result_release(&r);
}

/* What native failed by is told once, as native's; a guest's own reason stays. */
static void test_a_failure_of_native_is_told_once(void **state)
{
    (void)state;
    static const char *const formats[] = {"text", "md", "html", "plain"};
    static const char why[] = "nothing came or went between the peer and it";
    struct result r;
    fixture_result(&r);
    r.figures[0].measured = false;
    snprintf(r.figures[0].reason, sizeof r.figures[0].reason, "%s", why);
    struct comparison *c = &r.comparisons[0]; /* the same metric, on the container */
    c->estimate.n = 0;
    c->verdict = VERDICT_CANNOT;
    snprintf(c->reason, sizeof c->reason, "native: %s", why);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = written(formats[i], &r), *at = strstr(text, "nothing came or went");
        assert_non_null(at);
        if (strstr(at + 1, "nothing came or went"))
            fail_msg("%s tells it twice:\n%s", formats[i], text);
        free(text);
    }
    char *text = written("csv", &r); /* a line is read alone: it keeps its reason */
    struct table t;
    parse_csv(text, &t);
    assert_string_equal(cell(&t, 2, "reason"), c->reason);
    free(text);
    snprintf(c->reason, sizeof c->reason, "native: it was another thing");
    text = written("md", &r);
    assert_non_null(strstr(text, "on container: native: it was another thing"));
    free(text);
    result_release(&r);
}

/* What a bandwidth hides stands in every format that is passed on: datagrams that were lost, and of
 * a disk row its operations and their latency; native's as well as a guest's. */
static void test_loss_and_latency(void **state)
{
    (void)state;
    struct result r;
    struct table t;
    fixture_result(&r);
    r.metrics[0].row = workload_find("net.udp.rx");
    snprintf(r.metrics[0].params, sizeof r.metrics[0].params, "size=1K rate=0");
    r.figures[0].arrival = (struct arrival){.sent = 1000000, .received = 999000, .reordered = 999};
    /* What was sent follows from what was counted, whatever arrived: 1.953 million KiB a second. */
    r.figures[1].arrival = (struct arrival){.sent = 4000000, .received = 1000000, .sent_s = 2.048};
    r.metrics[1].row = workload_find("file.write");
    snprintf(r.metrics[1].params, sizeof r.metrics[1].params, "size=64M record=64K");
    struct figure_value *disk = &r.figures[3]; /* of native; the container has none */
    disk->latency = (struct latency){
        .known = true, .count = 9, .p50_us = 12.5, .p90_us = 33, .p99_us = 871, .max_us = 9000};
    disk->value = 655.36;

    char *text = written("text", &r);
    lines_fit(text);
    assert_non_null(strstr(text, "    native lost 0.10 % of 1000000 datagrams, 0.10 %"));
    assert_non_null(
        strstr(text, "    container lost 75.00 % of 2000 MB/s sent, lead-ins too, 0.00 %"));
    assert_non_null(
        strstr(text, "    native 10000 IOPS\n    native 12.50 us p50, 33.00 p90, 871.0 p99\n"));
    free(text);

    text = written("csv", &r);
    parse_csv(text, &t);
    assert_string_equal(cell(&t, 1, "datagrams_sent"), "1000000");
    assert_string_equal(cell(&t, 1, "datagrams_reordered"), "999");
    assert_string_equal(cell(&t, 2, "datagrams_received"), "1000000");
    assert_string_equal(cell(&t, 2, "datagrams_loss"), "0.75");
    assert_string_equal(cell(&t, 1, "sent_mb_per_s"), "");
    assert_string_equal(cell(&t, 2, "sent_mb_per_s"), "2000");
    assert_string_equal(cell(&t, 2, "iops"), "");
    assert_string_equal(cell(&t, 4, "iops"), "10000");
    assert_string_equal(cell(&t, 4, "datagrams_sent"), "");
    free(text);

    /* Columns of which no line knows anything are left out: the container has no such figure. */
    text = written("md", &r);
    assert_non_null(
        strstr(text, "| workload | target | lost | out of order | sent | sender's rate |\n"));
    assert_non_null(strstr(
        text,
        "| sys.read size=1K rate=0 | native | 0.10 % | 0.10 % | 1000000 | — |\n"
        "| sys.read size=1K rate=0 | container | 75.00 % | 0.00 % | 4000000 | 2000 MB/s |\n"));
    assert_non_null(strstr(text, "| workload | target | IOPS | p50 | p90 | p99 |\n"));
    assert_non_null(strstr(text, "| native | 10000 | 12.50 µs | 33.00 µs | 871.0 µs |\n"));
    free(text);
    r.targets[1].emulated = true;
    text = written("html", &r);
    const char *network = strstr(text, "<h2>Network</h2>"), *lost = strstr(text, ">lost</th>");
    assert_true(network && lost && network < lost);
    assert_null(strstr(lost + 1, ">lost</th>"));
    assert_non_null(strstr(lost, "<td>0.10 %</td>"));
    assert_non_null(strstr(lost, "<td>~75.00 %</td>"));
    assert_non_null(
        strstr(text, "<td>10000</td><td>12.50 µs</td><td>33.00 µs</td><td>871.0 µs</td>"));
    free(text);
    text = written("openmetrics", &r);
    assert_non_null(strstr(text, "vmtax_datagram_loss_ratio{"));
    assert_non_null(strstr(text, "vmtax_datagram_disorder_ratio{"));
    assert_non_null(strstr(text, "vmtax_io_per_second{"));
    assert_non_null(strstr(text, "vmtax_latency_p99_seconds{"));
    free(text);
    text = written("plain", &r);
    assert_non_null(strstr(text, " Native lost 0.10 percent of its datagrams, those of lead-ins "
                                 "counted. container lost 75.00 percent of its datagrams, those "
                                 "of lead-ins counted."));
    free(text);

    /* None arrived: no figure, and a loss all the same. */
    r.targets[1].emulated = false;
    r.figures[1].measured = false;
    r.figures[1].arrival.received = 0;
    text = written("text", &r);
    assert_non_null(strstr(text, "    container lost all of 2000 MB/s sent, lead-ins too\n"));
    free(text);
    text = written("md", &r);
    assert_non_null(strstr(
        text, "| sys.read size=1K rate=0 | container | 100.00 % | — | 4000000 | 2000 MB/s |\n"));
    free(text);

    /* Nothing may be lost, nothing is timed: no such table. */
    for (size_t i = 0; i < r.figure_count; i++) {
        r.figures[i].arrival = (struct arrival){.sent = 0};
        r.figures[i].latency.known = false;
        r.figures[i].measured = false;
    }
    text = written("md", &r);
    assert_null(strstr(text, "## Datagrams"));
    assert_null(strstr(text, "## Latency"));
    free(text);
    result_release(&r);
}

/* A line of CSV by the key of its column, without the header. */
static bool has_errors(const struct table *t, size_t line, const char *errors, const char *reads,
                       const char *engine)
{
    return strcmp(cell(t, line, "errors"), errors) == 0 &&
           strcmp(cell(t, line, "reads_per_s"), reads) == 0 &&
           strcmp(cell(t, line, "engine"), engine) == 0;
}

/* Errors of requests, statements of a database, and by what the work was done stand in every format
 * that is passed on; an engine is of those targets alone that have a figure by it. */
static void test_errors_and_engines(void **state)
{
    (void)state;
    struct result r;
    struct table t;
    fixture_result(&r);
    r.metrics[0].row = workload_find("web");
    snprintf(r.metrics[0].workload, sizeof r.metrics[0].workload, "web");
    snprintf(r.metrics[0].params, sizeof r.metrics[0].params, "clients=1 cpus=1");
    r.metrics[1].row = workload_find("oltp");
    snprintf(r.metrics[1].workload, sizeof r.metrics[1].workload, "oltp");
    snprintf(r.metrics[1].params, sizeof r.metrics[1].params, "threads=1 engine=auto");
    r.figures[1].statements.errors = 1;
    r.figures[3].value = 100; /* of native; the container has none */
    r.figures[3].statements = (struct statements){
        .transactions = 50, .reads = 700, .writes = 200, .others = 100, .errors = 2};
    result_add_fact(&r, "engine.web", "nginx 1.22.1");
    result_add_fact(&r, "engine.oltp", "MariaDB 10.11.6 durable, sysbench 1.0.20");

    char *text = written("csv", &r);
    parse_csv(text, &t);
    assert_true(has_errors(&t, 1, "0", "", "nginx 1.22.1"));
    assert_true(has_errors(&t, 2, "1", "", "nginx 1.22.1"));
    assert_true(has_errors(&t, 4, "2", "1400", "MariaDB 10.11.6 durable, sysbench 1.0.20"));
    free(text);
    text = written("md", &r);
    assert_non_null(strstr(text, "| workload | target | errors | reads | writes | others |\n"));
    assert_non_null(strstr(text, "| native | 2 | 1400/s | 400.0/s | 200.0/s |\n"));
    assert_non_null(strstr(text, "| container | 1 | — | — | — |\n"));
    free(text);
    text = written("html", &r);
    assert_non_null(strstr(text, "<td>2</td><td>1400/s</td><td>400.0/s</td><td>200.0/s</td>"));
    free(text);
    text = written("openmetrics", &r);
    assert_non_null(strstr(text, "vmtax_errors{"));
    free(text);
    text = written("plain", &r);
    assert_non_null(strstr(text, " Native had no errors. container had 1 error."));
    assert_non_null(strstr(text, "\nweb: nginx 1.22.1 in every target.\n"));
    assert_non_null(
        strstr(text, "\noltp: MariaDB 10.11.6 durable, sysbench 1.0.20 in native, vm.\n"));
    free(text);
    text = written("text", &r);
    assert_non_null(strstr(text, "    container 1 request was an error\n"));
    free(text);
    result_release(&r);
}

/* What took the place of the usual engine is told to whoever reads the figures, with the reason;
 * not what the row itself asked for. */
static void test_fallbacks(void **state)
{
    static const char web[] = "web runs on libmicrohttpd 0.9.75, as nginx is not installed there: "
                              "apt-get install nginx.";
    static const char *const formats[] = {"text", "plain", "md", "html"};
    (void)state;
    struct result r;
    char said[FALLBACK_TEXT];
    fixture_result(&r);
    result_add_fact(&r, "engine.web", "libmicrohttpd 0.9.75");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = written(formats[i], &r), *from, *to;
        for (from = to = text; *from; from++) /* of wrapped lines one */
            if ((*from != ' ' && *from != '\n') || (to > text && to[-1] != ' '))
                *to++ = *from == '\n' ? ' ' : *from;
        *to = '\0';
        if (!strstr(text, web))
            fail_msg("%s: %s", formats[i], text);
        free(text);
    }
    result_release(&r);
    assert_true(fallback_sentence("engine.oltp", "SQLite 3.40.1 durable, no server", said));
    assert_string_equal(said, "oltp runs on SQLite 3.40.1 durable, as MariaDB or sysbench is not "
                              "installed there: apt-get install mariadb-server-core sysbench");
    assert_true(fallback_sentence("engine.web.rate", "libmicrohttpd 0.9.75", said));
    assert_false(fallback_sentence("engine.oltp.sqlite", "SQLite 3.40.1 durable, no server", said));
    assert_false(fallback_sentence("engine.web", "nginx 1.22.1", said));
}

/* A run whose time ran out: each format says so, of the run and of each row. */
static void test_out_of_time(void **state)
{
    (void)state;
    struct result r;
    fixture_result(&r);
    r.partial = false;
    r.late.rows = 1;
    r.late.looks = 1;
    r.load = (struct result_load){12, 7, 0.625, "cc1 uses 83 % of a processor"};
    size_t m = result_add_metric(&r, workload_find("sys.stat"), "");
    for (size_t t = 1; t < r.target_count; t++) {
        XGROW(r.comparisons, r.comparison_count, r.comparison_room);
        r.comparisons[r.comparison_count++] = (struct comparison){
            .metric = m, .target = t, .verdict = VERDICT_NOT_MEASURED, .reason = "out of time"};
    }
    result_add_fact(&r, "other_vmtax", "pid 4711");
    r.comparisons[0].verdict = VERDICT_INCONCLUSIVE;
    snprintf(r.comparisons[0].reason, sizeof r.comparisons[0].reason,
             "out of time: not among the rows measured again");
    setlocale(LC_ALL, "C.UTF-8");
    char *text = written("text", &r);
    lines_fit(text);
    assert_non_null(strstr(text, "native: out of time: sys.stat\n"));
    assert_non_null(strstr(text, "container: out of time: sys.stat\n"));
    assert_non_null(strstr(text,
                           "Without a verdict or an interval\n  - container: out of time: not "
                           "among the rows measured again: sys.read\n"));
    const char *know = strstr(text, "To know");
    assert_non_null(know);
    assert_non_null(strstr(know, "The time ran out: 1 of 4 rows were not measured"));
    assert_non_null(strstr(text, "of 3: then"));
    assert_non_null(strstr(know, "The machine was not quiet in 7 of 12 looks during the run"));
    assert_non_null(strstr(know, "Another vmtax was running at the same time (pid 4711)"));
    free(text);
    text = written("md", &r);
    assert_non_null(strstr(text, "- sys.stat on native: out of time\n"));
    assert_non_null(
        strstr(text, "## Without a verdict or an interval\n\n- sys.read on container: out"));
    assert_non_null(strstr(text, "- The time ran out: 1 of 4 rows"));
    free(text);
    struct table t;
    text = written("csv", &r);
    parse_csv(text, &t);
    assert_string_equal(cell(&t, 2, "reason"), "out of time: not among the rows measured again");
    assert_string_equal(cell(&t, 10, "reason"), "out of time");
    free(text);
    text = written("json", &r);
    assert_non_null(strstr(text, "\"second_looks\":"));
    free(text);
    result_release(&r);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_signs_are_those_of_the_screens),
        cmocka_unit_test(test_a_reason_is_not_cut),
        cmocka_unit_test(test_a_failure_of_native_is_told_once),
        cmocka_unit_test(test_loss_and_latency),
        cmocka_unit_test(test_errors_and_engines),
        cmocka_unit_test(test_fallbacks),
        cmocka_unit_test(test_out_of_time),
        cmocka_unit_test(test_little),
        cmocka_unit_test(test_locale),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
