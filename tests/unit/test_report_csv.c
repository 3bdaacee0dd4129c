/* CSV by a strict parser of ours; CSV and JSON also by those of Python, where it is installed. */
#include <config.h>

#include "unit.h"

#include "fixture.h"
#include "foreign.h"
#include "written.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const argv[] = {"python3", "-c", cases[i].script, "FILE", NULL};
        struct result r;
        fixture_result(&r);
        char *text = written(cases[i].format, &r);
        result_release(&r);
        foreign_reads(text, cases[i].format, i, argv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_independent_parsers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
