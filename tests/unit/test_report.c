/* Every format from one document with everything in it; JSON and CSV are read by python3's own
 * parsers where it is installed. */
#include <config.h>

#include "cost.h"
#include "unit.h"

#include "fixture.h"
#include "report/format.h"
#include "store.h"
#include "text.h"
#include "ui/glyph.h"
#include "xalloc.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char *written(const char *format, const struct result *r)
{
    char *text = NULL;
    size_t size = 0;
    struct error e;
    FILE *out = open_memstream(&text, &size);
    const struct report_format *f = report_find(format);
    assert_non_null(out);
    assert_non_null(f);
    if (f->write(r, out, &e) < 0)
        fail_msg("%s", e.text);
    fclose(out);
    return text;
}

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

/* ---- CSV ---- */

struct table {
    char *cell[64][64];
    size_t rows, columns[64];
};

/* RFC 4180, strictly: CRLF, quotes doubled, nothing after a closing quote. */
static void parse_csv(char *text, struct table *t)
{
    memset(t, 0, sizeof *t);
    while (*text) {
        assert_true(t->rows < 64);
        for (;;) {
            assert_true(t->columns[t->rows] < 64);
            char *out = text;
            t->cell[t->rows][t->columns[t->rows]++] = out;
            if (*text == '"') {
                for (text++;; text++) {
                    assert_true(*text != '\0');
                    if (*text == '"' && *++text != '"')
                        break;
                    *out++ = *text;
                }
            } else {
                while (*text && !strchr(",\r\n\"", *text))
                    *out++ = *text++;
            }
            char end = *text;
            assert_true(end == ',' || end == '\r');
            text++;
            *out = '\0';
            if (end == '\r') {
                assert_int_equal(*text++, '\n');
                t->rows++;
                break;
            }
        }
    }
}

static const char *cell(const struct table *t, size_t row, const char *column)
{
    for (size_t i = 0; i < t->columns[0]; i++)
        if (strcmp(t->cell[0][i], column) == 0)
            return t->cell[row][i];
    fail_msg("no column %s", column);
    return NULL;
}

static void test_csv(void **state)
{
    (void)state;
    struct result r;
    struct table t;
    fixture_result(&r);
    snprintf(r.figures[4].reason, sizeof r.figures[4].reason, "=cmd(\"x\"), really");
    char *text = written("csv", &r);
    parse_csv(text, &t);
    assert_int_equal(t.rows, 1 + r.metric_count * r.target_count);
    for (size_t i = 1; i < t.rows; i++)
        assert_int_equal(t.columns[i], t.columns[0]);
    assert_string_equal(cell(&t, 2, "workload"), "sys.read");
    assert_string_equal(cell(&t, 2, "target"), "container");
    assert_string_equal(cell(&t, 2, "reference"), "native");
    assert_string_equal(cell(&t, 2, "verdict"), "worse");
    assert_string_equal(cell(&t, 2, "flags"), "SN");
    assert_true(fabs(strtod(cell(&t, 2, "ratio"), NULL) - exp(-0.2)) < 1e-8);
    assert_true(fabs(strtod(cell(&t, 2, "ratio_low"), NULL) - exp(-0.21)) < 1e-8);
    assert_string_equal(cell(&t, 1, "ratio"), "");
    assert_string_equal(cell(&t, 5, "value"), "");
    assert_string_equal(cell(&t, 5, "reason"), "'=cmd(\"x\"), really");
    assert_string_equal(cell(&t, 3, "reason"), "the guest is emulated");
    assert_string_equal(cell(&t, 7, "unit"), "");
    assert_string_equal(cell(&t, 1, "cpu_s_per_s"), "0.98");
    assert_string_equal(cell(&t, 1, "exits_per_s"), "");
    assert_string_equal(cell(&t, 1, "counted_s_per_op"), "");
    assert_string_equal(cell(&t, 2, "cpu_s_per_s"), "");
    assert_string_equal(cell(&t, 9, "throttled_s_per_s"), "");
    assert_string_equal(cell(&t, 9, "exits_by"), "halt=3200.5 io=308");
    assert_string_equal(cell(&t, 9, "counted_s_per_op"), "3.33333333e-07");
    free(text);
    result_release(&r);
}

/* ---- for people ---- */

static void each_line(const char *text, void (*check)(const char *line, size_t length))
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        check(text, length);
        text += length + (text[length] == '\n');
    }
}

static void fits(const char *line, size_t length)
{
    int width = 0;
    for (size_t at = 0; at < length;) {
        uint32_t code;
        size_t n = text_decode(line + at, length - at, &code);
        assert_true(n > 0);
        assert_true(code >= 32);
        width += text_width(code);
        at += n;
    }
    if (width > 80)
        fail_msg("%d columns: %.*s", width, (int)length, line);
    assert_true(length == 0 || line[length - 1] != ' ');
}

static void test_text(void **state)
{
    (void)state;
    static const char *const locales[] = {"C.UTF-8", "C"};
    for (size_t i = 0; i < 2; i++) {
        struct result r;
        fixture_result(&r);
        if (!setlocale(LC_ALL, locales[i]))
            fail_msg("no locale %s", locales[i]);
        char *text = written("text", &r);
        each_line(text, fits);
        const char *order[] = {"What does it cost?",
                               "container",
                               "Sysops",
                               "Where it hurts most",
                               "sys.read",
                               "Every row",
                               "Not measured",
                               "How to read it",
                               "To know",
                               "interrupted",
                               "itself a guest (kvm)",
                               "emulated in software",
                               "Machine"};
        const char *at = text;
        for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
            const char *found = strcasestr(at, order[k]);
            if (!found)
                fail_msg("%s is not where it should be:\n%s", order[k], text);
            at = found;
        }
        assert_non_null(strstr(text, " ~22.3 ")); /* emulated: as a row and as its subsystem */
        assert_non_null(strstr(text, "~ before a number: emulated"));
        assert_non_null(strstr(at, "devices virtio, disk 256 MiB, cache none"));
        assert_non_null(strstr(at, "vm: EMULATED, because there is no /dev/kvm"));
        assert_non_null(strstr(text, "/bin/sh is not there"));
        assert_null(strstr(text, "earlier runs"));
        assert_null(strstr(text, "not quiet"));
        assert_non_null(strstr(text, "quantum.entangle size=64K cpus=2"));
        if (i == 1)
            for (const char *c = text; *c; c++)
                assert_true((unsigned char)*c < 128);
        else
            assert_non_null(strstr(text, "▼"));
        r.two_stage = false;
        r.metrics[1].taken_from = 1795256304;
        char *exploring = written("text", &r);
        assert_non_null(strstr(exploring, "about 1 row in 20"));
        assert_non_null(strstr(exploring, "1 of 3 rows are from earlier runs"));
        assert_non_null(strstr(exploring, "2026-11-21T10:18:24Z"));
        free(exploring);
        free(text);
        result_release(&r);
    }
    setlocale(LC_ALL, "C");
}

/* Of a sweep over orders the best is told, on one processor and on all; one order alone is no
 * sweep. */
static void test_peaks(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        double value[2]; /* native, container */
    } rows[] = {{"size=1000 cpus=1 core=auto", {30, 29}},
                {"size=4000 cpus=1 core=auto", {42.5, 41}},
                {"size=8000 cpus=1 core=auto", {42, 41.5}},
                {"size=4000 cpus=0 core=auto", {80, 79}}};
    struct result r;
    fixture_result(&r);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t m = result_add_metric(&r, workload_find("linpack"), rows[i].params);
        for (size_t t = 0; t < 2; t++) {
            XGROW(r.figures, r.figure_count, r.figure_room);
            r.figures[r.figure_count++] = (struct figure_value){
                .metric = m, .target = t, .n = 4, .value = rows[i].value[t], .measured = true};
        }
    }
    char *text = written("text", &r);
    /* lines are folded */
    for (char *c = text; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    char *at = strstr(text, "linpack on one processor");
    assert_non_null(at);
    char folded[200];
    size_t used = 0;
    for (; *at && used < sizeof folded - 1; at++)
        if (*at != ' ' || used == 0 || folded[used - 1] != ' ')
            folded[used++] = *at;
    folded[used] = '\0';
    if (!strstr(folded,
                "the best of its orders: native 42.50 GFLOPS at 4000, container 41.50 GFLOPS "
                "at 8000 "))
        fail_msg("%s", folded);
    assert_null(strstr(text, "linpack on all processors"));
    free(text);
    result_release(&r);
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
    each_line(text, fits);
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

/* A "-" of its own in a line, other than between the two ends of an interval. */
static size_t lone_dashes(const char *line, size_t length)
{
    size_t count = 0;
    for (size_t i = 1; i < length; i++) {
        if (line[i] != '-' || line[i - 1] != ' ' || (i + 1 < length && line[i + 1] != ' '))
            continue;
        const char *before = line + i - 1, *after = line + i + 1;
        while (before > line && *before == ' ')
            before--;
        while (after < line + length && *after == ' ')
            after++;
        count += !(isdigit((unsigned char)*before) && after < line + length &&
                   isdigit((unsigned char)*after));
    }
    return count;
}

/* In ASCII a dash is the sign of "slightly worse", and of nothing else. */
static void test_a_dash_is_a_verdict(void **state)
{
    (void)state;
    for (int v = 0; v < VERDICT_COUNT; v++)
        for (int w = 0; w < v; w++) {
            assert_string_not_equal(report_signs[v].utf8, report_signs[w].utf8);
            assert_string_not_equal(report_signs[v].ascii, report_signs[w].ascii);
        }
    struct result r;
    fixture_result(&r);
    r.comparisons[0].verdict = VERDICT_SLIGHTLY_WORSE;
    for (size_t i = 0; i < r.figure_count; i++)
        if (r.figures[i].metric == r.comparisons[2].metric)
            r.figures[i].measured = false;
    char *text = written("text", &r);
    size_t rows = 0, dashes = 0;
    for (const char *at = strstr(text, "Every row"); at; at = strstr(at + 1, "Every row"))
        for (const char *line = at + strcspn(at, "\n") + 1; *line && *line != '\n';) {
            size_t length = strcspn(line, "\n"), lone = lone_dashes(line, length);
            assert_true(lone == 0 || strncmp(line, "  sys.read ", 11) == 0);
            rows += strncmp(line, "  sys.", 6) == 0;
            dashes += lone;
            line += length + (line[length] == '\n');
        }
    free(text);
    assert_int_equal(rows, 4);
    assert_int_equal(dashes, 1);

    /* Native alone: figures and noise that there are not. */
    size_t kept = 0;
    for (size_t i = 0; i < r.figure_count; i++)
        if (r.figures[i].target == 0)
            r.figures[kept++] = r.figures[i];
    r.figure_count = kept;
    r.target_count = 1;
    r.comparison_count = r.slot_count = 0;
    text = written("text", &r);
    const char *line = strstr(text, "  sys.fork_sh");
    assert_non_null(line);
    assert_int_equal(lone_dashes(line, strcspn(line, "\n")), 0);
    assert_non_null(memmem(line, strcspn(line, "\n"), "n/a", 3));
    free(text);
    result_release(&r);
}

/* Nanoseconds are told in ticks, too, of every target that knows them; other units are not. */
static void test_ticks(void **state)
{
    (void)state;
    struct result r;
    struct table t;
    fixture_result(&r);
    r.metrics[0].row = workload_find("exit.pio");
    for (size_t i = 0; i < r.figure_count; i++)
        if (r.figures[i].metric == 0 && r.figures[i].target < 2) {
            r.figures[i].value = 10312.4;
            r.figures[i].tsc_per_op = r.figures[i].target ? 99999999 : 23700.2;
        }
    result_add_fact(&r, "kvm", "kvm_pvm");
    char *text = written("text", &r);
    each_line(text, fits);
    assert_non_null(strstr(text, "The exits are those of kvm_pvm"));
    assert_non_null(strstr(text, "    native 10312 ns, 23700 TSC ticks\n"));
    assert_non_null(strstr(text, "    container 10312 ns, 99999999 TSC ticks\n"));
    free(text);
    text = written("csv", &r);
    parse_csv(text, &t);
    assert_string_equal(cell(&t, 1, "tsc_per_op"), "23700.2");
    assert_string_equal(cell(&t, 3, "tsc_per_op"), "");
    free(text);
    r.metrics[0].row = workload_find("sys.read");
    text = written("text", &r);
    assert_null(strstr(text, "TSC"));
    assert_null(strstr(text, "kvm_pvm"));
    free(text);
    result_release(&r);
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

/* The flag P has causes that differ: which of them it was here is told. */
static void test_placement(void **state)
{
    (void)state;
    struct result r;
    fixture_result(&r);
    char *text = written("md", &r);
    assert_non_null(strstr(text, "container may have run on other processors than native (P)"));
    assert_null(strstr(text, "had every processor that there is"));
    free(text);

    r.targets[1].flags = 0;
    r.comparisons[0].flags |= FLAG_PLACEMENT;
    text = written("md", &r);
    assert_non_null(strstr(text, "- 1 row had every processor that there is"));
    assert_null(strstr(text, "may have run on other processors"));
    assert_null(strstr(text, "by another path"));
    free(text);

    r.metrics[r.comparisons[0].metric].row = workload_find("net.rr");
    snprintf(r.targets[0].path, sizeof r.targets[0].path, "loopback");
    snprintf(r.targets[1].path, sizeof r.targets[1].path, "veth");
    text = written("md", &r);
    assert_non_null(
        strstr(text, "container is reached by another path than native (veth, loopback)"));
    assert_null(strstr(text, "had every processor that there is"));
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
    each_line(text, fits);
    assert_non_null(strstr(text, "    native lost 0.10 % of 1000000 datagrams, 0.10 %"));
    assert_non_null(strstr(text, "    container lost 75.00 % of 2000 MB/s sent, 0.00 %"));
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
    assert_non_null(strstr(text, " Native lost 0.10 percent of its datagrams. container lost 75.00 "
                                 "percent of its datagrams."));
    free(text);

    /* None arrived: no figure, and a loss all the same. */
    r.targets[1].emulated = false;
    r.figures[1].measured = false;
    r.figures[1].arrival.received = 0;
    text = written("text", &r);
    assert_non_null(strstr(text, "    container lost all of 2000 MB/s sent\n"));
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

/* Beside the rows that hurt: what was counted, or that nothing was. */
/* Whatever its unit, a row's figures stand on one line, with a guest and without. */
static void test_a_unit_breaks_no_line(void **state)
{
    (void)state;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        struct result r;
        char together[64], unit[16];
        const char *name = workload_unit(w);
        snprintf(unit, sizeof unit, "%s%*s", name,
                 strncmp(name, "µ", 2) == 0 ? 4 : 6 - (int)strlen(name), "");
        fixture_result(&r);
        r.metrics[0].row = w;
        r.figures[0].value = 51.66;
        r.figures[1].value = 51.63;
        r.comparisons[0].flags |= FLAG_PLACEMENT | FLAG_THROTTLED;
        setlocale(LC_ALL, "C.UTF-8");
        char *text = written("text", &r);
        each_line(text, fits);
        snprintf(together, sizeof together, "51.66  51.63 %s  81.9  81.1 -  83.5  6  1.2 ", unit);
        if (!strstr(text, together))
            fail_msg("no \"%s\" in:\n%s", together, text);
        free(text);
        r.target_count = r.figure_count = 1; /* native alone */
        r.slot_count = r.comparison_count = 0;
        text = written("text", &r);
        each_line(text, fits);
        snprintf(together, sizeof together, " 51.66 %s ", unit);
        if (!strstr(text, together))
            fail_msg("no \"%s\" in:\n%s", together, text);
        free(text);
        result_release(&r);
    }
    setlocale(LC_ALL, "C");
}

static void test_counters_in_text(void **state)
{
    (void)state;
    struct result r;
    fixture_result(&r);
    char *text = written("text", &r);
    const char *container = strstr(text, "\ncontainer\n");
    assert_non_null(container);
    const char *none = strstr(container, "  " COST_NONE "\n");
    assert_non_null(none);
    assert_true(none < strstr(container, "Every row"));
    free(text);

    struct figure_cost *c = &r.figures[1].cost; /* sys.read on the container; native knows cpu */
    c->known = 1u << COUNTER_CPU | 1u << COUNTER_EXITS;
    c->s_per_op = 1e-5;
    c->per_s[COUNTER_CPU] = 0.5;
    c->per_s[COUNTER_EXITS] = 100000;
    text = written("text", &r);
    each_line(text, fits);
    container = strstr(text, "\ncontainer\n");
    assert_non_null(container);
    const char *said = strstr(container, "  - sys.read: cpu 50.00 % [98.00 %]; exits 1.000/op\n");
    assert_non_null(said);
    assert_true(said < strstr(container, "Every row"));
    assert_non_null(strstr(container, "are those of all that ran on the kernel; [native])\n"));
    free(text);

    /* Nothing emulated is judged: its slowest rows have them. */
    r.targets[1].emulated = true;
    text = written("text", &r);
    container = strstr(text, "\ncontainer (EMULATED)\n");
    assert_non_null(container);
    assert_non_null(strstr(container, "nothing emulated is judged"));
    said = strstr(container, "  - sys.read: cpu 50.00 % [98.00 %]; exits 1.000/op\n");
    assert_non_null(said);
    assert_true(said < strstr(container, "Every row"));
    free(text);
    result_release(&r);
}

/* From two blocks that differ: no number of that size, in text and Markdown alike. */
static void test_vague_interval(void **state)
{
    (void)state;
    struct result r;
    fixture_result(&r);
    struct stats_estimate *e = &r.comparisons[0].estimate;
    e->n = 2;
    e->bounded = e->approximate = true;
    e->low = -3;
    e->high = 3;
    char *text = written("text", &r);
    each_line(text, fits);
    assert_non_null(strstr(text, " +-? 2 "));
    assert_non_null(strstr(text, "  - +-?: "
                                 "from so few blocks"));
    assert_null(strstr(text, "2009"));
    free(text);
    text = written("md", &r);
    assert_non_null(strstr(text, " | ±? | 2 | "));
    free(text);
    result_release(&r);
}

static void test_markdown(void **state)
{
    (void)state;
    struct result r;
    fixture_result(&r);
    result_add_fact(&r, "evil", "a|b <script> `x` *y*");
    char *text = written("md", &r);
    assert_non_null(strstr(text, "| sys.read | µs |"));
    assert_non_null(strstr(text, "▼ worse"));
    assert_non_null(strstr(text, "## vm (EMULATED)"));
    assert_non_null(strstr(text, "| ~22.3 |"));
    assert_non_null(strstr(text, "| virtio, disk 256 MiB, cache none |"));
    assert_non_null(strstr(text, "\nvm: EMULATED, because there is no /dev/kvm\n"));
    assert_non_null(strstr(text, "a\\|b \\<script\\> \\`x\\` \\*y\\*"));
    /* In a table every line has as many bars as its head. */
    int bars = 0;
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        int n = 0;
        if (line[0] == '|') {
            for (size_t i = 0; i < length; i++)
                n += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
            if (bars && n != bars)
                fail_msg("%d bars, not %d: %.*s", n, bars, (int)length, line);
        }
        bars = n;
        line += length + (line[length] == '\n');
    }
    free(text);
    result_release(&r);
}

/* Nothing measured, native alone, a target without rows: no format stumbles. */
/* A sentence a line, in words, and every row that was compared has its own. */
static void test_plain(void **state)
{
    (void)state;
    struct result r;
    size_t rows = 0, wanted = 0;
    fixture_result(&r);
    char *text = written("plain", &r), *rest = NULL;
    for (size_t i = 0; i < r.comparison_count; i++)
        wanted += r.comparisons[i].estimate.n > 0;
    assert_true(wanted > 0);
    assert_non_null(strstr(text, "\ncontainer, everything together: "));
    assert_non_null(strstr(text, "\ncontainer, SysOps: "));
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        size_t length = strlen(line);
        rows += strstr(line, " block") && strstr(line, " on ") && strstr(line, ". Native ");
        assert_true(strchr(".?!", line[length - 1]) != NULL);
        assert_null(strstr(line, "  "));
        for (const char *c = line; *c; c++)
            if (*c < ' ' || *c > '~' || strchr("|=~#*<>", *c))
                fail_msg("'%c' in: %s", *c, line);
    }
    assert_int_equal(rows, wanted);
    free(text);
    result_release(&r);
}

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

static void test_full_disk(void **state)
{
    (void)state;
    struct result r;
    struct error e;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    fixture_result(&r);
    for (const struct report_format *const *f = report_formats; *f; f++) {
        assert_int_equal((*f)->write(&r, full, &e), -1);
        assert_non_null(strstr(e.text, "cannot write the output"));
        clearerr(full);
    }
    fclose(full);
    result_release(&r);
}

/* ---- python3 ---- */

static int python(const char *script, const char *path)
{
    char *code = xstrdup(script), *file = xstrdup(path);
    char name[] = "python3", option[] = "-c";
    char *const argv[] = {name, option, code, file, NULL};
    pid_t pid;
    int status;
    int failed = posix_spawnp(&pid, name, NULL, NULL, argv, environ);
    free(code);
    free(file);
    if (failed)
        return failed == ENOENT ? 127 : -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_independent_parsers(void **state)
{
    (void)state;
    static const struct {
        const char *format, *script;
    } cases[] = {
        {"json", "import json,sys\n"
                 "def bad(c): raise ValueError(c)\n"
                 "d=json.load(open(sys.argv[1],encoding='utf-8'),parse_constant=bad)\n"
                 "assert d['schema']=='vmtax.result/1'\n"
                 "assert len(d['slots'])==6 and len(d['metrics'])==9\n"
                 "assert abs(d['comparisons'][0]['ratio']-0.8187307530779818)<1e-12\n"
                 "assert d['slots'][4]['value'] is None\n"
                 "assert 'reason: /bin/sh is not there' in d['slots'][4]['flags']\n"
                 "assert int(d['slots'][0]['ops'])==2**64-2\n"},
        {"csv", "import csv,sys\n"
                "rows=list(csv.DictReader(open(sys.argv[1],newline='',encoding='utf-8'),"
                "strict=True))\n"
                "assert len(rows)==9,len(rows)\n"
                "assert abs(float(rows[1]['ratio'])-0.81873075)<1e-6\n"
                "assert all(None not in r and None not in r.values() for r in rows)\n"},
    };
    if (python("import json,csv", "") == 127) {
        print_message("python3 is not installed\n");
        skip();
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r;
        struct error e;
        char path[] = "/tmp/vmtax-report-XXXXXX";
        int fd = mkstemp(path);
        FILE *out = fdopen(fd, "w");
        assert_non_null(out);
        fixture_result(&r);
        assert_int_equal(report_find(cases[i].format)->write(&r, out, &e), 0);
        fclose(out);
        int status = python(cases[i].script, path);
        unlink(path);
        if (status)
            fail_msg("python3 refuses the %s report", cases[i].format);
        result_release(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_signs_are_those_of_the_screens),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_peaks),
        cmocka_unit_test(test_ticks),
        cmocka_unit_test(test_a_reason_is_not_cut),
        cmocka_unit_test(test_placement),
        cmocka_unit_test(test_a_failure_of_native_is_told_once),
        cmocka_unit_test(test_loss_and_latency),
        cmocka_unit_test(test_out_of_time),
        cmocka_unit_test(test_a_dash_is_a_verdict),
        cmocka_unit_test(test_a_unit_breaks_no_line),
        cmocka_unit_test(test_counters_in_text),
        cmocka_unit_test(test_vague_interval),
        cmocka_unit_test(test_markdown),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_little),
        cmocka_unit_test(test_locale),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_independent_parsers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
