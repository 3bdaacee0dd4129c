/* SPEC's raw result files, as both products write them and as nobody should; the user's directory,
 * which may be anything; the suites, whose members are the catalogue's choices. */
#include <config.h>

#include "fixture_files.h"
#include "plan.h"
#include "spec.h"
#include "unit.h"
#include "workloads/catalog.h"
#include "workloads/spec/result.h"
#include "workloads/spec/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the result file ---- */

#define R06 "spec.cpu2006.results.400_perlbench.base.000."
#define R17 "spec.cpu2017.results.500_perlbench_r.base.000."

static int parse(const char *text, const char *benchmark, struct spec_result *r, struct error *e)
{
    /* On the heap and without an end: bytes beyond it are seen. */
    size_t size = strlen(text);
    char *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, text, size);
    int rc = spec_result_parse(exact, size, benchmark, r, e);
    free(exact);
    return rc;
}

static void right_results_have_a_time(void **state)
{
    (void)state;
    static const struct {
        const char *text, *benchmark;
        double seconds;
        uint64_t copies;
    } cases[] = {
        {"spec.cpu2006.size: ref\n"
         "spec.cpu2006.errors000: 'reportable' flag not set during run\n"
         "spec.cpu2006.results.400_perlbench.base.copies: 1\n" R06 "benchmark: 400.perlbench\n" R06
         "ratio: 19.7\n" R06 "reported_time: 494.970123\n" R06 "selected: 1\n" R06 "valid: S\n"
         "spec.cpu2006.results.401_bzip2.base.000.valid: RE\n",
         "400.perlbench", 494.970123, 0},
        {R17 "benchmark: 500.perlbench_r\r\n" R17 "copies: 64\r\n" R17 "reported_time:  612\r\n" R17
             "valid: S\r\n",
         "500.perlbench_r", 612, 64},
        /* Without an end of the last line, behind lines of any bytes. */
        {"spec.cpu2017.cfg:\x80\xff binary\n\n::..\n" R17 "valid:S\n" R17 "reported_time:.5",
         "500.perlbench_r", 0.5, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spec_result r;
        struct error e = {ERROR_NONE, ""};
        if (parse(cases[i].text, cases[i].benchmark, &r, &e) < 0)
            fail_msg("case %zu: %s", i, e.text);
        assert_true(r.seconds > cases[i].seconds - 1e-9 && r.seconds < cases[i].seconds + 1e-9);
        assert_int_equal(r.copies, cases[i].copies);
    }
}

static void what_is_not_right_is_no_figure(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "has nothing on it"},
        {"spec.cpu2006.results.401_bzip2.base.000.valid: S\n", "has nothing on it"},
        {"spec.cpu2000.results.400_perlbench.base.000.valid: S\n", "has nothing on it"},
        {R06 "reported_time: 5\n", "SPEC says nothing of its validity"},
        {R06 "valid: RE\n" R06 "errors000: Output has 3 errors\n",
         "SPEC says RE, it failed while it ran: Output has 3 errors"},
        {R06 "valid: VE\n" R06 "reported_time: 5\n", "SPEC says VE, its output is not right"},
        {R06 "valid: CE\n", "SPEC says CE, it could not be built"},
        {R06 "valid: NR\n" R06 "reported_time: NR\n", "SPEC says NR, it was not run"},
        {R06 "valid: XY\n" R06 "errors: \033[31mred\n",
         "SPEC says XY, it is not valid: \u00b7[31mred"},
        {R06 "valid: S\n" R06 "reported_time: --\n", "gives no time"},
        {R06 "valid: S\n" R06 "reported_time: \n", "gives no time"},
        {R06 "valid: S\n" R06 "reported_time: 0\n", "gives no time"},
        {R06 "valid: S\n" R06 "reported_time: -3\n", "gives no time"},
        {R06 "valid: S\n" R06 "reported_time: 1e3\n", "gives no time"},
        {R06 "valid: S\n" R06 "reported_time: inf\n", "gives no time"},
        {R06 "valid: S\n" R06 "reported_time: 3.4.5\n", "gives no time"},
        {R06 "valid: S\n" R06 "reported_time: 99999999\n", "gives no time"},
        {R06 "valid: S\n" R06 "valid: S\n" R06 "reported_time: 5\n", "contradicts itself"},
        {R06 "valid: S\n" R06 "reported_time: 5\n" R06 "reported_time: 6\n", "contradicts itself"},
        {R06 "valid: S\n" R06 "reported_time: 5\n"
             "spec.cpu2006.results.400_perlbench.base.001.valid: S\n",
         "more than once"},
        {R06 "valid: S\n" R06 "reported_time: 5\n"
             "spec.cpu2006.results.400_perlbench.peak.000.valid: S\n",
         "with another tuning"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct spec_result r;
        struct error e = {ERROR_NONE, ""};
        assert_int_equal(parse(cases[i].text, "400.perlbench", &r, &e), -1);
        if (!strstr(e.text, cases[i].says) || strncmp(e.text, "400.perlbench: ", 15) != 0)
            fail_msg("case %zu: \"%s\" does not say \"%s\"", i, e.text, cases[i].says);
    }
}

/* ---- the suites ---- */

static void the_catalogue_has_every_member(void **state)
{
    (void)state;
    size_t found = 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        const struct spec_suite *s = spec_suite_find(w->id);
        assert_int_equal(s != NULL, (w->needs & NEED_SPEC) != 0);
        if (!s)
            continue;
        const struct param *p = params_each(w, "");
        char last[40], expected[40];
        const char *bar = strrchr(s->members, '|');
        assert_non_null(p);
        assert_string_equal(p->choices, s->members);
        param_word(p, p->max, last, sizeof last);
        snprintf(expected, sizeof expected, "%s", bar + 1);
        assert_string_equal(last, expected);
        found++;
    }
    assert_int_equal(found, 4);
}

static void a_suite_without_a_member_means_all(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        size_t rows;
    } cases[] = {
        {"spec.int2006", 12}, {"spec.fp2006", 17},
        {"spec.int2017", 10}, {"spec.fp2017:size=test", 13},
        {"spec", 52},         {"spec.int2006:benchmark=429.mcf", 1},
        {"spec.*", 0},        {"spec.int2006:size=test benchmark=429.mcf,cpus=0", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan p;
        struct error e = {ERROR_NONE, ""};
        plan_init(&p);
        int rc = plan_add(&p, cases[i].word, &e);
        if (cases[i].rows == 0)
            assert_int_equal(p.row_count, 0);
        else if (rc < 0 || p.row_count != cases[i].rows)
            fail_msg("%s: %zu rows, %s", cases[i].word, p.row_count, e.text);
        plan_release(&p);
    }
    /* Neither all nor the subsystem means days of SPEC, whatever --spec says. */
    static const char *const others[] = {"all", "processor"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct plan p;
        struct error e;
        plan_init(&p);
        p.options.spec = "/opt/spec";
        assert_int_equal(plan_add(&p, others[i], &e), 0);
        for (size_t k = 0; k < p.row_count; k++)
            assert_null(spec_suite_find(p.rows[k].workload->id));
        plan_release(&p);
    }
}

/* ---- the user's directory ---- */

static char top[64];

static void make(const char *name, bool directory)
{
    if (directory)
        fixture_directory(top, name);
    else
        fixture_put(top, name, "");
}

static int temporary(void **state)
{
    (void)state;
    fixture_private(top, sizeof top);
    return 0;
}

static int removed(void **state)
{
    (void)state;
    return fixture_remove(top);
}

static void finds(const char *config, const char *name)
{
    struct spec s;
    struct error e = {ERROR_NONE, ""};
    char expected[256];
    if (spec_find(top, config, &s, &e) < 0)
        fail_msg("%s", e.text);
    snprintf(expected, sizeof expected, "%s/config/%s", s.directory, name);
    assert_string_equal(s.config, expected);
}

static void refuses(const char *config, const char *says)
{
    struct spec s;
    struct error e = {ERROR_NONE, ""};
    assert_int_equal(spec_find(top, config, &s, &e), -1);
    if (!strstr(e.text, says))
        fail_msg("\"%s\" does not say \"%s\"", e.text, says);
}

static void a_directory_becomes_usable_step_by_step(void **state)
{
    (void)state;
    refuses(NULL, "no shrc");
    make("shrc", false);
    refuses(NULL, "neither SPEC CPU2006");
    make("bin", true);
    make("bin/runcpu", false);
    refuses(NULL, "neither SPEC CPU2006");
    make("benchspec", true);
    make("benchspec/CPU", true);
    refuses(NULL, "there is no config file");
    make("config", true);
    make("config/Example-gcc-linux-x86.cfg", false);
    make("config/flags", true);
    make("config/README", false);
    refuses(NULL, "which config file? Name it by --spec-config: SPEC's directory config has "
                  "Example-gcc-linux-x86.cfg");
    finds("Example-gcc-linux-x86", "Example-gcc-linux-x86.cfg");
    make("config/mine.cfg", false);
    finds(NULL, "mine.cfg");
    finds("mine", "mine.cfg");
    finds("mine.cfg", "mine.cfg");
    refuses("min", "there is no such file in SPEC's directory config, but Example");
    refuses("../config/mine", "there is no such file");
    make("config/other.cfg", false);
    refuses(NULL, "Example-gcc-linux-x86.cfg, mine.cfg, other.cfg");

    struct spec s;
    struct error e;
    assert_int_equal(spec_find(top, "mine", &s, &e), 0);
    assert_string_equal(s.product, "SPEC CPU2017");
    assert_int_equal(s.built, 0);
    assert_int_equal(s.members, 23);
    make("benchspec/CPU/519.lbm_r", true);
    make("benchspec/CPU/519.lbm_r/exe", true);
    make("benchspec/CPU/519.lbm_r/exe/lbm_r_base.mine", false);
    assert_int_equal(spec_find(top, "mine", &s, &e), 0);
    assert_int_equal(s.built, 1);
}

static void many_config_files_are_cut_short(void **state)
{
    (void)state;
    char name[64];
    make("shrc", false);
    make("bin", true);
    make("bin/runspec", false);
    make("benchspec", true);
    make("benchspec/CPU2006", true);
    make("config", true);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "config/linux64-amd64-gcc%02d.cfg", i);
        make(name, false);
    }
    refuses(NULL, " more");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_results_have_a_time),
        cmocka_unit_test(what_is_not_right_is_no_figure),
        cmocka_unit_test(the_catalogue_has_every_member),
        cmocka_unit_test(a_suite_without_a_member_means_all),
        cmocka_unit_test_setup_teardown(a_directory_becomes_usable_step_by_step, temporary,
                                        removed),
        cmocka_unit_test_setup_teardown(many_config_files_are_cut_short, temporary, removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
