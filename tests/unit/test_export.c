/* What reports say to other programs: each format is read by a parser of others, on a result with
 * everything in it, on little, and on one whose every word is hostile. Golden files of the fixture
 * are tests/golden/report.FORMAT; `make golden-update` writes them anew. */
#include <config.h>

#include "unit.h"

#include "fixture.h"
#include "foreign.h"
#include "golden.h"
#include "report/chart.h"
#include "report/format.h"
#include "report/markup.h"
#include "report/picture.h"
#include "report/redact.h"
#include "text.h"
#include "written.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOSTILE "</text></svg><script src=\"http://x.example/\">'&amp;\\\"\n\033[31m|\xff"

/* ---- the results ---- */

static void full(struct result *r)
{
    fixture_result(r);
}

static void empty(struct result *r)
{
    result_init(r);
}

static void native_alone(struct result *r)
{
    fixture_result(r);
    r->target_count = r->figure_count = r->slot_count = 1;
    r->comparison_count = 0;
}

static void unmeasured(struct result *r)
{
    fixture_result(r);
    r->slot_count = r->figure_count = r->comparison_count = 0;
}

/* As no parser of ours would let it in. */
static void hostile(struct result *r)
{
    fixture_result(r);
    for (size_t i = 0; i < r->target_count; i++) {
        struct result_target *t = &r->targets[i];
        char *const words[] = {t->how, t->network, t->limits, t->remark, t->devices};
        snprintf(t->id, sizeof t->id, "<b>%zu&\"", i);
        snprintf(t->kernel, sizeof t->kernel, "<i>\"'&\\");
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            snprintf(words[k], 64, "%s", HOSTILE);
    }
    snprintf(r->metrics[2].workload, sizeof r->metrics[2].workload, "<u>\"x'&");
    snprintf(r->metrics[2].params, sizeof r->metrics[2].params, "%.63s", HOSTILE);
    snprintf(r->figures[4].reason, sizeof r->figures[4].reason, HOSTILE);
    snprintf(r->comparisons[1].reason, sizeof r->comparisons[1].reason, HOSTILE);
    snprintf(r->comparisons[2].reason, sizeof r->comparisons[2].reason, HOSTILE);
    snprintf(r->profile, sizeof r->profile, "<p>\"&'");
    result_add_fact(r, "<evil>", HOSTILE);
    result_add_fact(r, "hypervisor", HOSTILE);
}

/* Sizes of one workload, which are a sweep. */
static void swept(struct result *r)
{
    static const char *const sizes[] = {"size=8M cpus=1", "size=4K cpus=1", "size=512K cpus=1",
                                        "size=64K cpus=1"};
    fixture_result(r);
    for (size_t i = 0; i < 4; i++) {
        size_t m = result_add_metric(r, workload_find("membw.frd"), sizes[i]);
        for (size_t t = 0; t < 2; t++) {
            XGROW(r->figures, r->figure_count, r->figure_room);
            r->figures[r->figure_count++] = (struct figure_value){.metric = m,
                                                                  .target = t,
                                                                  .n = 4,
                                                                  .value = 9000 +
                                                                           100 * (double)(i + t),
                                                                  .low = 8900,
                                                                  .high = 9500,
                                                                  .bounded = true,
                                                                  .verified = true,
                                                                  .measured = true};
        }
    }
}

static void (*const results[])(struct result *r) = {full,       empty,   native_alone,
                                                    unmeasured, hostile, swept};
#define RESULTS (sizeof results / sizeof *results)

/* ---- parsers of others ---- */

/* Every result in the format must please the tool; argv's "FILE" stands for it. */
static void accepted(const char *format, const char *const *argv)
{
    for (size_t i = 0; i < RESULTS; i++) {
        struct result r;
        results[i](&r);
        char *text = written(format, &r);
        result_release(&r);
        foreign_reads(text, format, i, argv);
    }
}

static void python_accepts(const char *format, const char *probe, const char *script)
{
    const char *const argv[] = {FOREIGN_PYTHON, "-c", script, "FILE", SOURCE_DATA, NULL};
    foreign_needs_python(probe);
    accepted(format, argv);
}

static void test_html(void **state)
{
    (void)state;
    static const char *const argv[] = {"tidy", "-quiet", "-errors", "--show-info",
                                       "no",   "FILE",   NULL};
    accepted("html", argv);
}

static void test_svg(void **state)
{
    (void)state;
    static const char *const argv[] = {"xmllint", "--nonet", "--noout", "FILE", NULL};
    accepted("svg", argv);
}

static void test_junit(void **state)
{
    (void)state;
    static const char *const argv[] = {
        "xmllint", "--nonet", "--noout", "--schema", SOURCE_TESTS "/junit.xsd", "FILE", NULL};
    accepted("junit", argv);
}

static void test_openmetrics(void **state)
{
    (void)state;
    /* The first is the standard's; the second reads what node exporter's collector reads. */
    python_accepts("openmetrics", "import prometheus_client.openmetrics.parser",
                   "import sys\n"
                   "from prometheus_client import parser as old\n"
                   "from prometheus_client.openmetrics import parser as new\n"
                   "text=open(sys.argv[1],encoding='utf-8').read()\n"
                   "a=list(new.text_string_to_metric_families(text))\n"
                   "b=list(old.text_string_to_metric_families(text))\n"
                   "assert len(a)==len(b)>3\n"
                   "assert all(f.name.endswith('_'+f.unit) for f in a if f.unit)\n"
                   "assert all(f.documentation for f in a)\n"
                   "assert all(s.timestamp is None for f in a for s in f.samples)\n");
}

static void test_schema(void **state)
{
    (void)state;
    python_accepts("json", "import jsonschema",
                   "import json,sys,jsonschema\n"
                   "schema=json.load(open(sys.argv[2]+'/schema/result.json'))\n"
                   "judge=jsonschema.Draft202012Validator(schema)\n"
                   "judge.check_schema(schema)\n"
                   "d=json.load(open(sys.argv[1],encoding='utf-8',errors='replace'))\n"
                   "if d['targets'] or not d['metrics']: judge.validate(d)\n"
                   "for key in schema['required']:\n"
                   "    assert not judge.is_valid({k:v for k,v in d.items() if k!=key}),key\n"
                   "assert not judge.is_valid(dict(d,schema='vmtax.result/2'))\n");
}

/* ---- what they say ---- */

static void test_golden(void **state)
{
    (void)state;
    static const char *const formats[] = {"html", "svg", "openmetrics", "junit"};
    struct result r;
    swept(&r);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = written(formats[i], &r);
        if (!golden_matches("report", formats[i], text))
            fail_msg("the report is another than tests/golden/report.%s; see make golden-update",
                     formats[i]);
        free(text);
    }
    result_release(&r);
}

static void test_page_needs_nothing(void **state)
{
    (void)state;
    static const char *const never[] = {"<script", "src=", "href",   "url(",
                                        "@import", "<b>0", "<u>\"x", "\033"};
    static const char *const formats[] = {"html", "svg", "junit"};
    struct result r;
    hostile(&r);
    for (size_t i = 0; i < 3; i++) {
        char *text = written(formats[i], &r);
        for (size_t k = 0; k < sizeof never / sizeof *never; k++)
            if (strcasestr(text, never[k]) && strcmp(never[k], "src=") != 0)
                fail_msg("%s in %s", never[k], formats[i]);
        free(text);
    }
    result_release(&r);
    full(&r);
    char *text = written("html", &r);
    assert_null(strstr(text, "src="));
    assert_null(strstr(text, "http"));
    /* A chart has its figures beside it, for who cannot see it. */
    assert_non_null(strstr(text, "role=\"img\" aria-label=\"SysOps relative to native."));
    assert_non_null(strstr(text, "<th scope=\"row\">sys.read</th>"));
    assert_non_null(strstr(text, "prefers-color-scheme:dark"));
    assert_non_null(strstr(text, "OpenVZ in the paper: 99.3 %"));
    free(text);
    result_release(&r);
}

static void test_junit_outcomes(void **state)
{
    (void)state;
    struct result r;
    full(&r);
    char *text = written("junit", &r);
    assert_non_null(strstr(text,
                           "<testsuites name=\"vmtax\" tests=\"6\" failures=\"1\" errors=\"0\" "
                           "skipped=\"4\""));
    assert_non_null(strstr(text, "<failure type=\"worse\" message=\"worse: 81.9 % of native (81.1 "
                                 ".. 83.5), 6 blocks\">"));
    assert_non_null(strstr(text, "<skipped message=\"/bin/sh is not there\"/>"));
    free(text);
    r.comparisons[0].verdict = VERDICT_INCONCLUSIVE;
    text = written("junit", &r);
    assert_non_null(strstr(text, "failures=\"0\" errors=\"0\" skipped=\"5\""));
    assert_null(strstr(text, "<failure"));
    free(text);
    result_release(&r);
}

static void test_base_units(void **state)
{
    (void)state;
    struct result r;
    full(&r);
    char *text = written("openmetrics", &r);
    assert_non_null(strstr(text, "vmtax_time_seconds{workload=\"sys.read\",params=\"\",subsystem="
                                 "\"sysops\",target=\"container\"} 1.2e-07\n"));
    assert_non_null(strstr(text, "vmtax_performance_ratio{workload=\"sys.read\",params=\"\","
                                 "subsystem=\"sysops\",target=\"container\"} 0.818730753\n"));
    assert_non_null(strstr(text, "verdict=\"worse\",flags=\"SN\"} 1\n"));
    assert_null(strstr(text, "nan"));
    assert_string_equal(text + strlen(text) - 6, "# EOF\n");
    free(text);
    result_release(&r);
}

static void test_sweeps(void **state)
{
    (void)state;
    struct result r;
    struct error e;
    size_t count, size;
    char *text = NULL;
    swept(&r);
    struct chart_sweep *sweeps = chart_sweep_find(&r, SUBSYSTEM_MEMORY, &count);
    assert_int_equal(count, 1);
    assert_string_equal(sweeps[0].param->name, "size");
    assert_string_equal(sweeps[0].fixed, "cpus=1");
    assert_int_equal(sweeps[0].count, 4);
    for (size_t i = 1; i < 4; i++)
        assert_true(sweeps[0].points[i - 1].x < sweeps[0].points[i].x);
    assert_true(chart_sweep_has(sweeps, count, 3));
    assert_false(chart_sweep_has(sweeps, count, 0));
    free(sweeps);
    free(chart_sweep_find(&r, SUBSYSTEM_SYSOPS, &count));
    assert_int_equal(count, 0);

    FILE *out = open_memstream(&text, &size);
    assert_int_equal(picture_write(&r, SUBSYSTEM_MEMORY, out, &e), 0);
    fclose(out);
    assert_non_null(strstr(text, "Memory: sweeps"));
    assert_null(strstr(text, "SysOps"));
    free(text);
    result_release(&r);
}

static void test_markup(void **state)
{
    (void)state;
    char *text = NULL, words[700];
    size_t size;
    /* Long, so that pieces end within characters. */
    for (size_t i = 0; i + 3 <= sizeof words; i += 3)
        memcpy(words + i, "€", 3);
    words[sizeof words - sizeof words % 3] = '\0';
    FILE *out = open_memstream(&text, &size);
    markup_text(out, words);
    markup_text(out, "<a b=\"c\">'&\x01\xc3");
    fclose(out);
    assert_memory_equal(text, words, strlen(words));
    assert_string_equal(text + strlen(words), "&lt;a b=&quot;c&quot;&gt;&#39;&amp;··");
    free(text);
}

/* ---- without names ---- */

static void test_redact_text(void **state)
{
    (void)state;
    static const char *const names[] = {"laptop", "alice", NULL};
    static const char *const cases[][2] = {
        {"cannot read /home/alice/x: no such file", "cannot read (redacted) no such file"},
        {"/usr/bin/dash (sha256 f5adb8bf0100ed0f)", "/usr/bin/dash (sha256 f5adb8bf0100ed0f)"},
        {"veth 10.213.234.21 - 10.213.234.22", "veth (redacted) - (redacted)"},
        {"root=/dev/sda1 ip=1.2.3.4:80 quiet", "root=(redacted) ip=(redacted) quiet"},
        {"fe80::1%eth0 and 52:54:00:12:34:56, ::1", "(redacted) and (redacted), (redacted)"},
        {"UUID=0a1b2c3d-1111-2222-3333-0123456789ab", "UUID=(redacted)"},
        {"0a1b2c3d-1111-2222-3333-0123456789ab", "(redacted)"},
        {"disk serial number WD-42, hot", "disk serial number (redacted), hot"},
        {"serial: X7 fine", "serial: (redacted) fine"},
        {"on laptop.example:22 by alice", "on (redacted) by (redacted)"},
        {"mail bob@example.org", "mail (redacted)"},
        {"https://bob.example/x", "(redacted)"},
        {"~/vmtax and ~bob", "(redacted) and (redacted)"},
        {"the host is fine, so is its user", "the host is fine, so is its user"},
        {"at 12:40:00, kernel 6.1.0-28-amd64", "at 12:40:00, kernel 6.1.0-28-amd64"},
        {"cpus 0-1, memory 1536 MiB (cgroup v2)", "cpus 0-1, memory 1536 MiB (cgroup v2)"},
        {"QEMU 7.2.22 TCG, microvm", "QEMU 7.2.22 TCG, microvm"},
        {"16/16 rows, 1.5/op", "16/16 rows, 1.5/op"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        text_copy(text, sizeof text, cases[i][0]);
        redact_text(text, sizeof text, names);
        assert_string_equal(text, cases[i][1]);
    }
    char brief[8] = "/a /b";
    redact_text(brief, sizeof brief, NULL);
    assert_string_equal(brief, "(redact");
}

#define SECRET_PATH "/home/carol/vmtax"

static void test_redact_everywhere(void **state)
{
    (void)state;
    static const char *const secrets[] = {"carol",    "192.0.2.77", "SN-4711",    "52:54:00:aa",
                                          "2001:db8", "build-host", "secret-box", "peer-box"};
    struct result r;
    full(&r);
    result_add_fact(&r, "cmdline", "root=LABEL=carol quiet 192.0.2.77");
    result_add_fact(&r, "kernel.build", "#1 carol@build-host");
    result_add_fact(&r, "disk", "serial SN-4711");
    result_add_fact(&r, "peer", "ssh:peer-box");
    result_add_fact(&r, "peer.path", "eth0, 192.0.2.77");
    for (size_t i = 0; i < r.target_count; i++) {
        struct result_target *t = &r.targets[i];
        snprintf(t->network, sizeof t->network, "192.0.2.77 2001:db8:1:2:3::77");
        snprintf(t->devices, sizeof t->devices, "mac=52:54:00:aa:bb:cc");
        snprintf(t->remark, sizeof t->remark, "kept in '" SECRET_PATH "'");
        snprintf(t->append, sizeof t->append, "carol");
    }
    /* How a guest is reached tells where it is. */
    struct result_target *reached = &r.targets[r.target_count - 1];
    snprintf(reached->id, sizeof reached->id, "ssh:me@secret-box -p 22");
    snprintf(reached->kind, sizeof reached->kind, "ssh");
    snprintf(r.slots[5].reason, sizeof r.slots[5].reason, "the agent of %s is gone", reached->id);
    snprintf(r.slots[4].reason, sizeof r.slots[4].reason, SECRET_PATH ": full");
    snprintf(r.slots[3].reason, sizeof r.slots[3].reason, "the agent of ssh:peer-box ended");
    snprintf(r.figures[4].reason, sizeof r.figures[4].reason, SECRET_PATH ": full");
    snprintf(r.comparisons[1].reason, sizeof r.comparisons[1].reason, "on 192.0.2.77");
    snprintf(r.comparisons[2].reason, sizeof r.comparisons[2].reason, SECRET_PATH);
    r.load = (struct result_load){2, 1, 0.5, SECRET_PATH "/busy uses 83 %"};
    for (int pass = 0; pass < 2; pass++) {
        bool found[sizeof secrets / sizeof *secrets] = {false};
        for (const struct report_format *const *f = report_formats; *f; f++) {
            char *text = written((*f)->id, &r);
            for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
                found[i] |= strstr(text, secrets[i]) != NULL;
                if (pass && strstr(text, secrets[i]))
                    fail_msg("%s is in the redacted %s", secrets[i], (*f)->id);
            }
            free(text);
        }
        for (size_t i = 0; !pass && i < sizeof secrets / sizeof *secrets; i++)
            if (!found[i])
                fail_msg("%s is in no format: nothing is tested", secrets[i]);
        redact_result(&r);
    }
    result_release(&r);
}

int main(void)
{
    setenv("VMTAX_DATADIR", SOURCE_DATA, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_svg),
        cmocka_unit_test(test_junit),
        cmocka_unit_test(test_openmetrics),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_page_needs_nothing),
        cmocka_unit_test(test_junit_outcomes),
        cmocka_unit_test(test_base_units),
        cmocka_unit_test(test_sweeps),
        cmocka_unit_test(test_markup),
        cmocka_unit_test(test_redact_text),
        cmocka_unit_test(test_redact_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
