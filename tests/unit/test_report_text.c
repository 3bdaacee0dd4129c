/* Reports for people: the text, within 80 columns, and the plain sentences. */
#include <config.h>

#include "unit.h"

#include "cost.h"
#include "fixture.h"
#include "report/format.h"
#include "written.h"
#include "xalloc.h"

#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        lines_fit(text);
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
    lines_fit(text);
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
        lines_fit(text);
        snprintf(together, sizeof together, "51.66  51.63 %s  81.9  81.1 -  83.5  6  1.2 ", unit);
        if (!strstr(text, together))
            fail_msg("no \"%s\" in:\n%s", together, text);
        free(text);
        r.target_count = r.figure_count = 1; /* native alone */
        r.slot_count = r.comparison_count = 0;
        text = written("text", &r);
        lines_fit(text);
        snprintf(together, sizeof together, " 51.66 %s ", unit);
        if (!strstr(text, together))
            fail_msg("no \"%s\" in:\n%s", together, text);
        free(text);
        result_release(&r);
    }
    setlocale(LC_ALL, "C");
}

/* Beside the rows that hurt: what was counted, or that nothing was. */
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
    lines_fit(text);
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
    lines_fit(text);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_peaks),
        cmocka_unit_test(test_ticks),
        cmocka_unit_test(test_a_dash_is_a_verdict),
        cmocka_unit_test(test_a_unit_breaks_no_line),
        cmocka_unit_test(test_counters_in_text),
        cmocka_unit_test(test_vague_interval),
        cmocka_unit_test(test_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
