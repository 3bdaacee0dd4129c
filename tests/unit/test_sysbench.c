/* What sysbench 1.0.20 printed here, in the forms that it has and in some that it must not have;
 * the greeting of a database server. */
#include <config.h>

#include "unit.h"
#include "workloads/database/greeting.h"
#include "workloads/database/sysbench_output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char whole[] =
    "sysbench 1.0.20 (using system LuaJIT 2.1.0-beta3)\n"
    "\n"
    "Running the test with following options:\n"
    "Number of threads: 2\n"
    "Report intermediate results every 1 second(s)\n"
    "Initializing random number generator from seed (7).\n"
    "\n"
    "Threads started!\n"
    "\n"
    "[ 1s ] thds: 2 tps: 606.40 qps: 12156.49 (r/w/o: 8516.10/2425.62/1214.77) lat (ms,95%): 6.91 "
    "err/s: 0.00 reconn/s: 0.00\n"
    "[ 2s ] thds: 2 tps: 711.85 qps: 14225.74 (r/w/o: 9954.65/2847.39/1423.70) lat (ms,95%): 6.67 "
    "err/s: 0.00 reconn/s: 0.00\n"
    "Latency histogram (values are in milliseconds)\n"
    "       value  ------------- distribution ------------- count\n"
    "       1.608 |**                                       5\n"
    "      16.115 |****                                     4\n"
    "      44.976 |**                                       1\n"
    " \n"
    "SQL statistics:\n"
    "    queries performed:\n"
    "        read:                            140\n"
    "        write:                           40\n"
    "        other:                           20\n"
    "        total:                           200\n"
    "    transactions:                        10     (4.95 per sec.)\n"
    "    queries:                             200    (99.00 per sec.)\n"
    "    ignored errors:                      0      (0.00 per sec.)\n"
    "    reconnects:                          0      (0.00 per sec.)\n"
    "\n"
    "General statistics:\n"
    "    total time:                          2.0200s\n"
    "    total number of events:              10\n"
    "\n"
    "Latency (ms):\n"
    "         min:                                    1.61\n"
    "         avg:                                    3.31\n"
    "         max:                                   45.00\n"
    "         95th percentile:                       44.98\n"
    "         sum:                                   33.10\n"
    "\n"
    "Threads fairness:\n"
    "    events (avg/stddev):           5.0000/0.50\n"
    "    execution time (avg/stddev):   2.0168/0.00\n"
    "\n";

/* Every line on the heap and without an end: bytes beyond it are seen. */
static void feed(struct sysbench_report *r, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        char *line = malloc(n ? n : 1);
        assert_non_null(line);
        memcpy(line, text, n);
        sysbench_report_line(r, line, n);
        free(line);
        text += n + (text[n] == '\n');
    }
}

/* The whole report with one text replaced by another. */
static int check_with(const char *old, const char *new, struct sysbench_report *r, struct error *e)
{
    char text[2 * sizeof whole];
    const char *at = strstr(whole, old);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, new, at + strlen(old));
    sysbench_report_init(r, NULL);
    feed(r, text);
    return sysbench_report_check(r, e);
}

static void a_whole_report(void **state)
{
    (void)state;
    struct sysbench_report r;
    struct error e = {ERROR_NONE, ""};
    struct histogram *h = calloc(1, sizeof *h);
    uint64_t median = 0;
    assert_non_null(h);
    sysbench_report_init(&r, h);
    feed(&r, whole);
    assert_int_equal(sysbench_report_check(&r, &e), 0);
    assert_string_equal(r.version, "1.0.20");
    assert_int_equal(r.intervals, 2);
    assert_true(r.so_far_s == 2 && fabs(r.so_far - (r.interval_tps + 606.4)) < 1e-6);
    assert_true(fabs(r.interval_tps - 711.85) < 1e-9);
    assert_true(fabs(r.interval_p95_ms - 6.67) < 1e-9);
    assert_int_equal(r.transactions, 10);
    assert_int_equal(r.reads, 140);
    assert_int_equal(r.writes, 40);
    assert_int_equal(r.others, 20);
    assert_int_equal(r.queries, 200);
    assert_true(fabs(r.total_s - 2.02) < 1e-9);
    assert_true(fabs(r.avg_ms - 3.31) < 1e-9);
    assert_true(fabs(r.p95_ms - 44.98) < 1e-9);
    assert_int_equal(atomic_load(&h->count), 10);
    assert_true(histogram_quantile(h, 0.5, &median));
    assert_true(median > 1500000 && median < 1700000);
    free(h);
}

static void what_is_no_figure(void **state)
{
    (void)state;
    static const struct {
        const char *old, *new, *says;
    } cases[] = {
        {"sysbench 1.0.20", "sysbench 1.1.0", "sysbench 1.1.0, whose output is not known"},
        {"sysbench 1.0.20", "sysbench 0.4.12", "sysbench 0.4.12, whose output is not known"},
        {"sysbench 1.0.20 (", "(", "did not say which version"},
        {"Threads started!", "FATAL: unable to\x1b[31m connect", "sysbench failed: unable to"},
        {"        read:     ", "        reads:     ", "without \"read:\""},
        {"total time:", "time:", "without \"total time:\""},
        {"2.0200s", "-2.02s", "without \"total time:\""},
        {"2.0200s", "1e9s\ntotal time: 2s", "twice"},
        {"2.0200s", "0.0000s", "no transaction ended"},
        {"2.0200s", "99999999999999999999s", "without \"total time:\""},
        {"read:                            140", "read:                            139", "sums"},
        {"other:                           20", "other:                           19", "sums"},
        {"|**                                       5", "|**    99999999999", "sums"},
        {"events:              10", "events:              11", "sums"},
        {"avg:                                    3.31", "avg: 46", "sums"},
        {"reconnects:                          0", "reconnects: 1", "lost its connections"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sysbench_report r;
        struct error e = {ERROR_NONE, ""};
        assert_int_equal(check_with(cases[i].old, cases[i].new, &r, &e), -1);
        if (!strstr(e.text, cases[i].says))
            fail_msg("\"%s\" is not in \"%s\"", cases[i].says, e.text);
        assert_null(strchr(e.text, 0x1b));
    }
}

/* A transaction that met a deadlock is begun again, and its queries count twice. */
static void deadlocks_are_within_the_sums(void **state)
{
    (void)state;
    struct sysbench_report r;
    struct error e = {ERROR_NONE, ""};
    assert_int_equal(check_with("read:                            140\n"
                                "        write:                           40\n"
                                "        other:                           20\n"
                                "        total:                           200\n"
                                "    transactions:                        10     (4.95 per sec.)\n"
                                "    queries:                             200    (99.00 per sec.)\n"
                                "    ignored errors:                      0 ",
                                "read: 154\nwrite: 42\nother: 21\ntotal: 217\n"
                                "transactions: 10\nignored errors: 1 ",
                                &r, &e),
                     0);
    assert_int_equal(r.errors, 1);
}

static void greetings(void **state)
{
    (void)state;
#define GREETING(version) "Y\0\0\0\n" version "\0\1\0\0\0"
    static const struct {
        const char *packet;
        size_t length;
        const char *version; /* NULL: none */
    } cases[] = {
        {GREETING("5.5.5-10.11.19-MariaDB-0+deb12u1"), 42, "10.11.19"},
        {GREETING("11.8.2-MariaDB-1"), 26, "11.8.2"},
        {GREETING("8.0.40"), 16, NULL},
        {GREETING("-MariaDB"), 18, NULL},
        {GREETING("1234567890.1234567890.1234567890-MariaDB"), 50, NULL},
        {"Y\0\0\0\n10.11.19-MariaDB", 21, NULL}, /* its end is missing */
        {"Y\0\0\0\t10.11.19-MariaDB\0", 22, NULL},
        {"Y\0\0\0\n", 5, NULL},
        {"", 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char version[GREETING_VERSION];
        unsigned char *exact = malloc(cases[i].length ? cases[i].length : 1);
        assert_non_null(exact);
        memcpy(exact, cases[i].packet, cases[i].length);
        assert_int_equal(greeting_version(exact, cases[i].length, version),
                         cases[i].version != NULL);
        assert_string_equal(version, cases[i].version ? cases[i].version : "");
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_report),
        cmocka_unit_test(what_is_no_figure),
        cmocka_unit_test(deadlocks_are_within_the_sums),
        cmocka_unit_test(greetings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
