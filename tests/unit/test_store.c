/* Results on disk: every field survives, damage is named and survived, files stay whole. */
#include <config.h>

#include "unit.h"

#include "fixture.h"
#include "store.h"
#include "xalloc.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Equal, or both unknown; ratios go through exp and log, so to a part in 10^12. */
static void same(double a, double b)
{
    if (isnan(a) || isnan(b) || isinf(a) || isinf(b))
        assert_true((isnan(a) && isnan(b)) || a == b);
    else
        assert_true(fabs(a - b) <= 1e-12 * fmax(1, fabs(a)));
}

static void same_latency(const struct latency *a, const struct latency *b)
{
    assert_int_equal(a->known, b->known);
    assert_true(a->count == b->count);
    same(a->p50_us, b->p50_us);
    same(a->p90_us, b->p90_us);
    same(a->p99_us, b->p99_us);
    same(a->p99_9_us, b->p99_9_us);
    same(a->max_us, b->max_us);
}

static void same_target(const struct result_target *a, const struct result_target *b)
{
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->kind, b->kind);
    assert_string_equal(a->how, b->how);
    assert_string_equal(a->network, b->network);
    assert_string_equal(a->limits, b->limits);
    assert_string_equal(a->devices, b->devices);
    assert_string_equal(a->remark, b->remark);
    assert_string_equal(a->kernel, b->kernel);
    assert_string_equal(a->clocksource, b->clocksource);
    assert_string_equal(a->virt, b->virt);
    assert_true(a->cpus == b->cpus && a->memory_mib == b->memory_mib);
    same(a->start_s, b->start_s);
    assert_int_equal(a->clock_known, b->clock_known);
    assert_int_equal(a->clock_stepped, b->clock_stepped);
    if (a->clock_known) {
        same(a->clock_rate, b->clock_rate);
        same(a->clock_bound, b->clock_bound);
        assert_int_equal(a->clock_stepped, b->clock_stepped);
    }
    assert_int_equal(a->emulated, b->emulated);
    assert_int_equal(a->flags, b->flags);
}

static void same_counters(const struct counters *a, const struct counters *b)
{
    assert_int_equal(a->known, b->known);
    for (size_t i = 0; i < COUNTER_COUNT; i++)
        assert_true(a->value[i] == b->value[i]);
    assert_int_equal(a->reason_count, b->reason_count);
    for (size_t i = 0; i < a->reason_count; i++) {
        assert_string_equal(a->reasons[i].name, b->reasons[i].name);
        assert_true(a->reasons[i].count == b->reasons[i].count);
    }
}

static void same_cost(const struct figure_cost *a, const struct figure_cost *b)
{
    assert_int_equal(a->known, b->known);
    if (!a->known)
        return;
    same(a->s_per_op, b->s_per_op);
    for (size_t i = 0; i < COUNTER_COUNT; i++)
        same(a->per_s[i], b->per_s[i]);
    assert_int_equal(a->reason_count, b->reason_count);
    for (size_t i = 0; i < a->reason_count; i++) {
        assert_string_equal(a->reasons[i].name, b->reasons[i].name);
        same(a->reasons[i].per_s, b->reasons[i].per_s);
    }
}

static void same_statements(const struct statements *a, const struct statements *b)
{
    assert_true(a->transactions == b->transactions && a->reads == b->reads &&
                a->writes == b->writes && a->others == b->others && a->errors == b->errors);
}

static void same_slot(const struct slot *a, const struct slot *b)
{
    assert_int_equal(a->metric, b->metric);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->block, b->block);
    assert_int_equal(a->stage, b->stage);
    assert_string_equal(a->position, b->position);
    same(a->at_s, b->at_s);
    same(a->host_s, b->host_s);
    same(a->agent_s, b->agent_s);
    assert_true(a->ops == b->ops);
    assert_int_equal(a->measured, b->measured);
    same(a->value, b->value);
    same(a->tsc_per_op, b->tsc_per_op);
    same_latency(&a->latency, &b->latency);
    same_statements(&a->statements, &b->statements);
    same(a->steal, b->steal);
    same(a->counted_s, b->counted_s);
    same_counters(&a->counters, &b->counters);
    assert_int_equal(a->flags, b->flags);
    assert_string_equal(a->reason, b->reason);
}

static void same_figure(const struct figure_value *a, const struct figure_value *b)
{
    assert_int_equal(a->metric, b->metric);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->measured, b->measured);
    assert_int_equal(a->bounded, b->bounded);
    same(a->value, b->value);
    if (a->bounded) {
        same(a->low, b->low);
        same(a->high, b->high);
    }
    same(a->noise, b->noise);
    assert_int_equal(a->verified, b->verified);
    same(a->tsc_per_op, b->tsc_per_op);
    same_latency(&a->latency, &b->latency);
    same_statements(&a->statements, &b->statements);
    same_cost(&a->cost, &b->cost);
    assert_string_equal(a->reason, b->reason);
}

static void same_comparison(const struct comparison *a, const struct comparison *b)
{
    assert_int_equal(a->metric, b->metric);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->reference, b->reference);
    assert_int_equal(a->estimate.n, b->estimate.n);
    same(a->estimate.centre, b->estimate.centre);
    same(a->estimate.low, b->estimate.low);
    same(a->estimate.high, b->estimate.high);
    same(a->estimate.level, b->estimate.level);
    assert_int_equal(a->estimate.bounded, b->estimate.bounded);
    assert_int_equal(a->estimate.approximate, b->estimate.approximate);
    assert_int_equal(a->estimate.outliers, b->estimate.outliers);
    same(a->detectable, b->detectable);
    same(a->p, b->p);
    same(a->variance, b->variance);
    assert_int_equal(a->stage, b->stage);
    assert_int_equal(a->verdict, b->verdict);
    assert_int_equal(a->flags, b->flags);
    assert_string_equal(a->reason, b->reason);
}

static void same_result(const struct result *a, const struct result *b)
{
    assert_string_equal(a->tool_version, b->tool_version);
    assert_string_equal(a->agent_sha256, b->agent_sha256);
    assert_string_equal(a->profile, b->profile);
    assert_string_equal(a->name, b->name);
    assert_true(a->started == b->started);
    same(a->elapsed_s, b->elapsed_s);
    assert_int_equal(a->partial, b->partial);
    assert_int_equal(a->two_stage, b->two_stage);
    assert_int_equal(a->late.rows, b->late.rows);
    assert_int_equal(a->late.looks, b->late.looks);
    assert_int_equal(a->load.looks, b->load.looks);
    assert_int_equal(a->load.busy, b->load.busy);
    same(a->load.others, b->load.others);
    assert_string_equal(a->load.why, b->load.why);
    same(a->self_cpu_s, b->self_cpu_s);
    assert_true(a->self_max_rss_kib == b->self_max_rss_kib && a->self_frames == b->self_frames);
    assert_int_equal(a->fact_count, b->fact_count);
    for (size_t i = 0; i < a->fact_count; i++) {
        assert_string_equal(a->facts[i].key, b->facts[i].key);
        assert_string_equal(a->facts[i].value, b->facts[i].value);
    }
    assert_int_equal(a->target_count, b->target_count);
    for (size_t i = 0; i < a->target_count; i++)
        same_target(&a->targets[i], &b->targets[i]);
    assert_int_equal(a->metric_count, b->metric_count);
    for (size_t i = 0; i < a->metric_count; i++) {
        assert_string_equal(a->metrics[i].workload, b->metrics[i].workload);
        assert_string_equal(a->metrics[i].params, b->metrics[i].params);
        assert_ptr_equal(a->metrics[i].row, b->metrics[i].row);
    }
    assert_int_equal(a->slot_count, b->slot_count);
    for (size_t i = 0; i < a->slot_count; i++)
        same_slot(&a->slots[i], &b->slots[i]);
    assert_int_equal(a->figure_count, b->figure_count);
    for (size_t i = 0; i < a->figure_count; i++)
        same_figure(&a->figures[i], &b->figures[i]);
    assert_int_equal(a->comparison_count, b->comparison_count);
    for (size_t i = 0; i < a->comparison_count; i++)
        same_comparison(&a->comparisons[i], &b->comparisons[i]);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct result a, b;
    struct error e;
    fixture_result(&a);
    a.slots[0].statements = a.figures[0].statements = (struct statements){
        .transactions = 10, .reads = 140, .writes = 39, .others = 21, .errors = 1};
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
        same_result(&a, &b);
        char *again = store_to_json(&b, pretty);
        assert_string_equal(text, again);
        free(text);
        free(again);
    }
    result_release(&a);
    result_release(&b);
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
    same_result(&a, &b);
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
    same_result(&r, &b);
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

/* ---- files ---- */

struct home {
    char path[64];
};

static int set_up(void **state)
{
    struct home *h = xcalloc(1, sizeof *h);
    fixture_home(h->path, sizeof h->path);
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct home *h = *state;
    fixture_remove(h->path);
    free(h);
    return 0;
}

static void test_save_and_load(void **state)
{
    struct home *h = *state;
    struct result a, b;
    struct error e;
    struct stat st;
    char path[STORE_PATH_MAX], second[STORE_PATH_MAX];
    fixture_result(&a);
    result_init(&b);
    if (store_save_result(&a, path, sizeof path, &e) < 0)
        fail_msg("%s", e.text);
    char *wanted = xasprintf("%s/.local/state/vmtax/results/20261122T101824Z-quick.json", h->path);
    assert_string_equal(path, wanted);
    free(wanted);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(store_load(&b, path, &e), 0);
    same_result(&a, &b);
    /* Another of the same second gets another name. */
    assert_int_equal(store_save_result(&a, second, sizeof second, &e), 0);
    assert_string_not_equal(path, second);
    result_release(&a);
    result_release(&b);
}

static void test_xdg(void **state)
{
    struct home *h = *state;
    char path[STORE_PATH_MAX];
    struct error e;
    setenv("XDG_STATE_HOME", "relative/path", 1);
    assert_int_equal(store_directory(STORE_RESULTS, path, sizeof path, &e), 0);
    assert_non_null(strstr(path, "/.local/state/vmtax/results"));
    setenv("XDG_STATE_HOME", "", 1);
    assert_int_equal(store_directory(STORE_RESULTS, path, sizeof path, &e), 0);
    assert_non_null(strstr(path, h->path));
    setenv("XDG_STATE_HOME", "/var/empty/state", 1);
    assert_int_equal(store_directory(STORE_BASELINES, path, sizeof path, &e), 0);
    assert_string_equal(path, "/var/empty/state/vmtax/baselines");
    unsetenv("XDG_STATE_HOME");
    unsetenv("HOME"); /* the password file answers */
    if (store_directory(STORE_RESULTS, path, sizeof path, &e) == 0)
        assert_int_equal(path[0], '/');
    else
        assert_non_null(strstr(e.text, "HOME"));
    char *longer = xcalloc(1, 1000);
    memset(longer, 'x', 900);
    longer[0] = '/';
    setenv("XDG_STATE_HOME", longer, 1);
    assert_int_equal(store_directory(STORE_RESULTS, path, sizeof path, &e), -1);
    assert_non_null(strstr(e.text, "too long"));
    free(longer);
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", h->path, 1);
}

static void spoil(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_damaged_files(void **state)
{
    struct home *h = *state;
    struct result r, b;
    struct error e;
    char path[STORE_PATH_MAX];
    fixture_result(&r);
    result_init(&b);
    assert_int_equal(store_save_result(&r, path, sizeof path, &e), 0);
    spoil(path, "{\n\"schema\": \"vmtax.result/1\",\n\"started\": oops }\n");
    assert_int_equal(store_load(&b, path, &e), -1);
    assert_int_equal(e.kind, ERROR_DATA);
    assert_non_null(strstr(e.text, "line 3, byte"));
    assert_non_null(strstr(e.text, ".json.damaged"));
    assert_int_equal(access(path, F_OK), -1);
    char *aside = xasprintf("%s.damaged", path);
    assert_int_equal(access(aside, F_OK), 0);
    free(aside);
    /* What the user named elsewhere stays where it is. */
    char *mine = xasprintf("%s/mine.json", h->path);
    spoil(mine, "[]");
    assert_int_equal(store_load(&b, mine, &e), -1);
    assert_int_equal(access(mine, F_OK), 0);
    /* A file of a later version is not damaged. */
    spoil(path, "{\"schema\": \"vmtax.result/9\"}");
    assert_int_equal(store_load(&b, path, &e), -1);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(store_load(&b, h->path, &e), -1);
    assert_non_null(strstr(e.text, "is not a file"));
    assert_int_equal(store_load(&b, "/nowhere/at/all.json", &e), -1);
    assert_non_null(strstr(e.text, "/nowhere/at/all.json"));
    /* Too large: a hole is enough. */
    assert_int_equal(truncate(mine, (off_t)STORE_FILE_MAX + 1), 0);
    assert_int_equal(store_load(&b, mine, &e), -1);
    assert_non_null(strstr(e.text, "larger than 64 MiB"));
    free(mine);
    result_release(&r);
}

/* A state directory that is a link is followed. */
static void test_links(void **state)
{
    struct home *h = *state;
    struct result r, b;
    struct error e;
    fixture_result(&r);
    result_init(&b);
    char *elsewhere = xasprintf("%s/elsewhere", h->path);
    char *state_link = xasprintf("%s/state", h->path);
    char path[STORE_PATH_MAX];
    assert_int_equal(mkdir(elsewhere, 0700), 0);
    assert_int_equal(symlink(elsewhere, state_link), 0);
    setenv("XDG_STATE_HOME", state_link, 1);
    assert_int_equal(store_save_result(&r, path, sizeof path, &e), 0);
    char *through = xasprintf("%s/vmtax/results/20261122T101824Z-quick.json", elsewhere);
    assert_int_equal(access(through, F_OK), 0);
    spoil(path, "{");
    assert_int_equal(store_load(&b, path, &e), -1);
    assert_int_equal(access(through, F_OK), -1); /* set aside through the link too */
    unsetenv("XDG_STATE_HOME");
    free(elsewhere);
    free(state_link);
    free(through);
    result_release(&r);
    result_release(&b);
}

/* A full disk, by the size limit of a process: what is stored stays, no temporary file is left. */
static void test_no_space(void **state)
{
    struct home *h = *state;
    struct result r;
    struct error e;
    struct rlimit old, small;
    char path[STORE_PATH_MAX], out[STORE_PATH_MAX], directory[STORE_PATH_MAX];
    fixture_result(&r);
    assert_int_equal(store_save_result(&r, path, sizeof path, &e), 0);
    char *before = fixture_slurp(path);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 100;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int status = store_save_result(&r, out, sizeof out, &e);
    setrlimit(RLIMIT_FSIZE, &old);
    assert_int_equal(status, -1);
    assert_non_null(strstr(e.text, path)); /* where it would have been, were the name free */
    assert_non_null(strstr(e.text, "nothing was changed"));
    char *after = fixture_slurp(path);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(store_directory(STORE_RESULTS, directory, sizeof directory, &e), 0);
    assert_int_equal(rmdir(directory), 0); /* nothing else is there */
    fixture_remove(h->path);
    /* A file where a directory is needed. */
    spoil(h->path, "in the way");
    assert_int_equal(store_save_result(&r, out, sizeof out, &e), -1);
    assert_non_null(strstr(e.text, h->path));
    result_release(&r);
}

static void test_list_and_find(void **state)
{
    struct home *h = *state;
    struct result r;
    struct error e;
    struct store_entry *entries;
    size_t count;
    char path[STORE_PATH_MAX], first[STORE_PATH_MAX], newest[STORE_PATH_MAX];
    fixture_result(&r);
    assert_int_equal(store_list(STORE_RESULTS, &entries, &count, &e), 0);
    assert_int_equal(count, 0);
    assert_int_equal(store_find("last", path, sizeof path, &e), -1);
    assert_non_null(strstr(e.text, "none is stored yet"));

    assert_int_equal(store_save_result(&r, first, sizeof first, &e), 0);
    r.started += 3600;
    snprintf(r.profile, sizeof r.profile, "standard");
    assert_int_equal(store_save_result(&r, newest, sizeof newest, &e), 0);
    for (int i = 0; i < 3; i++) {
        r.started += 60;
        assert_int_equal(store_save_baseline(&r, "default", path, sizeof path, &e), 0);
    }
    char *half = xasprintf("%s/.local/state/vmtax/results/20271122T101824Z-half.json", h->path);
    spoil(half, "{\"schema\": \"vmtax.result/1\", \"started");
    free(half);
    assert_int_equal(store_list(STORE_RESULTS, &entries, &count, &e), 0);
    assert_int_equal(count, 2);
    assert_string_equal(entries[0].name, "20261122T111824Z-standard");
    assert_true(entries[0].started == 1795342704 + 3600);
    free(entries);
    assert_int_equal(store_list(STORE_BASELINES, &entries, &count, &e), 0);
    assert_int_equal(count, 1);
    assert_string_equal(entries[0].name, "default");
    assert_int_equal(entries[0].sessions, 3);
    assert_string_equal(entries[0].path, path);
    free(entries);

    char found[STORE_PATH_MAX];
    assert_int_equal(store_find("last", found, sizeof found, &e), 0);
    assert_string_equal(found, newest);
    struct result none;
    fixture_result(&none);
    none.started = r.started + 7200;
    for (size_t i = 0; i < none.slot_count; i++)
        none.slots[i].measured = false;
    assert_int_equal(store_save_result(&none, path, sizeof path, &e), 0);
    assert_int_equal(store_find("last", found, sizeof found, &e), 0);
    assert_string_equal(found, newest);
    assert_int_equal(unlink(path), 0);
    result_release(&none);
    assert_int_equal(store_find("default", path, sizeof path, &e), 0);
    assert_int_equal(store_find("20261122T101824Z-quick", found, sizeof found, &e), 0);
    assert_string_equal(found, first);
    assert_int_equal(store_find("default", found, sizeof found, &e), 0);
    assert_string_equal(found, path);
    assert_int_equal(store_find(first, found, sizeof found, &e), 0);
    assert_string_equal(found, first);
    assert_int_equal(store_find("defualt", found, sizeof found, &e), -1);
    assert_non_null(strstr(e.text, "did you mean \"default\""));
    assert_int_equal(store_find("./nothing.json", found, sizeof found, &e), -1);
    for (size_t i = 0; i < 4; i++) {
        static const char *const bad[] = {"", "../up", ".hidden", "sp ace"};
        assert_int_equal(store_save_baseline(&r, bad[i], path, sizeof path, &e), -1);
        assert_non_null(strstr(e.text, "1 to 63"));
    }
    result_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_endless_intervals),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_not_a_number_is_never_printed),
        cmocka_unit_test(test_locale),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_foreign_but_sound),
        cmocka_unit_test(test_too_many_keys_and_rows),
        cmocka_unit_test_setup_teardown(test_save_and_load, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_xdg, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_space, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_list_and_find, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
