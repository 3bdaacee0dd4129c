/* The catalogue is data that stored results depend on: its ids, its parameters' text, and that
 * every row is complete. */
#include <config.h>

#include "tests/unit/unit.h"
#include "workloads/catalog.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t param_count(const struct workload *w)
{
    size_t n = 0;
    while (w->params && w->params[n].name)
        n++;
    return n;
}

static void rows_are_complete(void **state)
{
    (void)state;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        assert_ptr_equal(workload_find(w->id), w); /* so ids are unique, too */
        assert_true(strlen(w->id) < WORKLOAD_ID_MAX);
        assert_true(w->subsystem < SUBSYSTEM_COUNT);
        const struct workload *next = workload_next(w);
        assert_true(!next || (workload_before(w, next) && !workload_before(next, w)));
        assert_non_null(w->title);
        assert_non_null(w->mirrors);
        assert_non_null(w->method);
        if (w->patience_s > 0) { /* one long operation, without lead-in; never quick if estimated */
            assert_true(w->patience_s > 10 * w->slot_s && w->lead_s <= 0);
            assert_true(w->timed || !(w->profiles & PROFILE_QUICK));
        } else {
            assert_true(w->slot_s >= 0.05 && w->slot_s <= 2);
            assert_true(w->lead_s >= 0.02 && w->lead_s <= 0.05);
        }
        assert_true(workload_margin(w) >= 0.03);
        assert_true(param_count(w) <= PARAMS_MAX);
        for (size_t i = 0; i < param_count(w); i++) {
            const struct param *p = &w->params[i];
            assert_non_null(p->help);
            assert_true(p->min <= p->initial && p->initial <= p->max);
            assert_true((p->type == PARAM_CHOICE) == (p->choices != NULL));
        }
    }
}

static void points_are_canonical_and_within_the_row(void **state)
{
    (void)state;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        unsigned seen = 0;
        for (const struct point *p = w->points; p && p->params; p++) {
            uint64_t values[PARAMS_MAX];
            char text[PARAMS_TEXT];
            struct error e = {ERROR_NONE, ""};
            if (params_parse(w, p->params, values, &e) < 0)
                fail_msg("%s: %s", w->id, e.text);
            params_format(w, values, text);
            assert_string_equal(text, p->params);
            for (const struct point *other = w->points; other != p; other++)
                assert_string_not_equal(other->params, p->params);
            seen |= p->profiles;
        }
        for (const struct point *p = w->beyond; p && p->params; p++) {
            uint64_t values[PARAMS_MAX];
            char text[PARAMS_TEXT];
            struct error e = {ERROR_NONE, ""};
            if (params_parse(w, p->params, values, &e) < 0 || params_find(w, "size") == PARAMS_MAX)
                fail_msg("%s: %s", w->id, e.text);
            params_format(w, values, text);
            assert_string_equal(text, p->params);
            for (const struct point *other = w->points; other->params; other++)
                assert_string_not_equal(other->params, p->params);
            seen |= p->profiles;
        }
        /* A profile that the row takes part in has points, and no others. */
        if (w->points)
            assert_true((seen & ~w->profiles) == 0);
    }
}

/* Stored results are found by these. A change of this list breaks every baseline. */
static void ids_are_the_fixed_ones(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "null",
        "cint.interpreter",
        "cint.bzip2",
        "cint.compiler",
        "cint.mincost",
        "cint.go",
        "cint.viterbi",
        "cint.chess",
        "cint.quantum",
        "cint.video",
        "cint.events",
        "cint.path",
        "cint.xml",
        "cfp.implicit",
        "cfp.scf",
        "cfp.lattice",
        "cfp.mhd",
        "cfp.water",
        "cfp.relativity",
        "cfp.euler",
        "cfp.atoms",
        "cfp.fem",
        "cfp.lp",
        "cfp.raytrace",
        "cfp.elastic",
        "cfp.fdtd",
        "cfp.density",
        "cfp.lbm",
        "cfp.weather",
        "cfp.speech",
        "linpack",
        "kbuild",
        "spec.int2006",
        "spec.fp2006",
        "spec.int2017",
        "spec.fp2017",
        "ram.int.copy",
        "ram.int.scale",
        "ram.int.add",
        "ram.int.triad",
        "ram.float.copy",
        "ram.float.scale",
        "ram.float.add",
        "ram.float.triad",
        "ram.vector.copy",
        "ram.vector.scale",
        "ram.vector.add",
        "ram.vector.triad",
        "membw.frd",
        "membw.fwr",
        "membw.rd",
        "membw.wr",
        "file.write",
        "file.rewrite",
        "file.read",
        "file.reread",
        "file.randread",
        "file.randwrite",
        "bonnie.output",
        "bonnie.rewrite",
        "bonnie.input",
        "bonnie.seeks",
        "net.tcp.tx",
        "net.tcp.rx",
        "net.udp.tx",
        "net.udp.rx",
        "net.rr",
        "web",
        "web.rate",
        "oltp",
        "jbb",
        "sys.syscall",
        "sys.read",
        "sys.write",
        "sys.stat",
        "sys.fstat",
        "sys.open_close",
        "sys.fork_exit",
        "sys.fork_exec",
        "sys.fork_sh",
        "sys.sig_install",
        "sys.sig_handle",
        "sys.pipe",
        "ctx.2p0k",
        "ctx.2p16k",
        "ctx.2p64k",
        "ctx.4p0k",
        "ctx.4p16k",
        "ctx.4p64k",
        "ctx.8p0k",
        "ctx.8p16k",
        "ctx.8p64k",
        "ctx.16p16k",
        "ctx.16p64k",
        "ctx.64p16k",
        "ctx.64p64k",
        "exit.pio",
        "exit.mmio",
        "exit.hlt",
        "exit.cpuid",
    };
    size_t i = 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w), i++) {
        assert_true(i < sizeof ids / sizeof *ids);
        assert_string_equal(w->id, ids[i]);
    }
    assert_int_equal(i, sizeof ids / sizeof *ids);
}

/* Three minutes for everything: the metrics of `quick` are about forty, and one slot of each of
 * them must leave room for blocks, targets and starts. */
static void quick_is_quick(void **state)
{
    (void)state;
    size_t metrics = 0, of[SUBSYSTEM_COUNT] = {0};
    double slots_s = 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        size_t of_row = 0;
        if (!w->points)
            of_row = (w->profiles & PROFILE_QUICK) != 0;
        for (const struct point *p = w->points; p && p->params; p++)
            of_row += (p->profiles & PROFILE_QUICK) != 0;
        metrics += of_row;
        of[w->subsystem] += of_row;
        slots_s += (double)of_row * (w->slot_s + w->lead_s);
    }
    assert_in_range(metrics, 30, 49);
    assert_true(slots_s < 14);
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        assert_true((of[s] > 0) == (s != SUBSYSTEM_EXITS));
}

static void subsystems_have_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUBSYSTEM_COUNT; i++) {
        assert_non_null(subsystems[i].title);
        assert_non_null(subsystems[i].instruments);
        assert_int_equal(subsystem_find(subsystems[i].id), i);
        assert_true(subsystems[i].margin >= 0.03);
    }
    assert_int_equal(subsystem_find("memry"), SUBSYSTEM_COUNT);
    assert_null(workload_find("sys.nothing"));
}

static void parameters_round_trip(void **state)
{
    (void)state;
    static const struct {
        const char *id, *text, *canonical;
    } cases[] = {
        {"sys.syscall", "", ""},
        {"sys.syscall", "  , ", ""},
        {"ram.int.copy", "", "size=128M cpus=1"},
        {"ram.int.copy", "cpus=0", "size=128M cpus=0"},
        {"ram.int.copy", "cpus=2,size=4096", "size=4K cpus=2"},
        {"ram.int.copy", "size=1536k, cpus=3", "size=1536K cpus=3"},
        {"ram.int.copy", "size=1G", "size=1G cpus=1"},
        {"membw.frd", "size=1000", "size=1000 cpus=1"},
        {"sys.pipe", "placement=cross", "placement=cross"},
        {"file.write", "direct=yes sync=fsync record=1024K size=64G",
         "size=64G record=1M sync=fsync direct=yes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct workload *w = workload_find(cases[i].id);
        uint64_t values[PARAMS_MAX], again[PARAMS_MAX];
        char text[PARAMS_TEXT];
        struct error e = {ERROR_NONE, ""};
        assert_int_equal(params_parse(w, cases[i].text, values, &e), 0);
        params_format(w, values, text);
        assert_string_equal(text, cases[i].canonical);
        assert_int_equal(params_parse(w, text, again, &e), 0);
        assert_memory_equal(values, again, sizeof values);
    }
}

static void bad_parameters_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *id, *text, *says;
    } cases[] = {
        {"sys.syscall", "size=1", "no parameters"},
        {"ram.int.copy", "sise=1M", "did you mean \"size\""},
        {"ram.int.copy", "size", "no value"},
        {"ram.int.copy", "size=", "size such as"},
        {"ram.int.copy", "=1", "no parameter \"\""},
        {"ram.int.copy", "size=1M size=2M", "twice"},
        {"ram.int.copy", "size=12Q", "size such as"},
        {"ram.int.copy", "size=M", "size such as"},
        {"ram.int.copy", "size=-4K", "size such as"},
        {"ram.int.copy", "size=1M1", "size such as"},
        {"ram.int.copy", "size=1", "range 4K to 8G"},
        {"ram.int.copy", "size=99999999T", "4K to 8G"},
        {"ram.int.copy", "size=99999999999999999999999", "4K to 8G"},
        {"ram.int.copy", "cpus=1K", "must be a number from 0 to 1024"},
        {"ram.int.copy", "cpus=1025", "range 0 to 1024"},
        {"sys.pipe", "placement=there", "one of same|cross"},
        {"sys.pipe", "placement=sam", "one of same|cross"},
        {"file.read", "direct=yes=no", "one of no|yes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t values[PARAMS_MAX];
        struct error e = {ERROR_NONE, ""};
        assert_int_equal(params_parse(workload_find(cases[i].id), cases[i].text, values, &e), -1);
        assert_int_equal(e.kind, ERROR_USAGE);
        if (!strstr(e.text, cases[i].says))
            fail_msg("'%s' says: %s", cases[i].text, e.text);
    }
}

/* What the agent would refuse when the slot begins; what the catalogue measures fits. */
static void parameters_go_together(void **state)
{
    (void)state;
    static const struct {
        const char *id, *text, *says;
    } cases[] = {
        {"file.write", "size=4K", "file.write: size=4K is no multiple of record=64K"},
        {"file.read", "size=1M record=384K", "size=1M is no multiple of record=384K"},
        {"file.read", "size=6000 record=6000", "record=6000 is no multiple of 4K"},
        {"file.read", "size=512000 record=1000", "record=1000 is no multiple of 512"},
        {"bonnie.output", "size=4K", "size=4K is no multiple of chunk=8K"},
        {"membw.frd", "size=1000", "size=1000 is no multiple of 512"},
        {"file.read", "sync=fsync", "file.read: sync=fsync counts the flush of what was written"},
        {"bonnie.input", "sync=fsync", "this has none"},
        {"bonnie.seeks", "sync=fsync", "this has none"},
        {"bonnie.rewrite", "sync=fsync", NULL},
        {"file.write", "size=4K record=4K", NULL},
        {"file.write", "size=4608 record=512", NULL},
        {"file.write", "size=36K record=12K", NULL},
    };
    uint64_t values[PARAMS_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {ERROR_NONE, ""};
        const struct workload *w = workload_find(cases[i].id);
        assert_int_equal(params_parse(w, cases[i].text, values, &e), 0);
        assert_int_equal(params_fit(w, values, &e), cases[i].says ? -1 : 0);
        if (cases[i].says && !strstr(e.text, cases[i].says))
            fail_msg("'%s' says: %s", cases[i].text, e.text);
    }
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        for (const struct point *p = w->points; p && p->params; p++) {
            struct error e;
            assert_int_equal(params_parse(w, p->params, values, &e), 0);
            assert_int_equal(params_fit(w, values, &e), 0);
        }
}

/* A row of a large file is not given up while a slow disk still moves it, nor one of a large system
 * while a slow processor solves it. */
static void large_files_have_their_time(void **state)
{
    (void)state;
    static const struct {
        const char *id, *params;
        double seconds;
    } cases[] = {{"file.write", "size=64M", 0},
                 {"file.write", "size=2G", 1984 * 1.048576 / 30},
                 {"bonnie.input", "size=64G", 65472 * 1.048576 / 30},
                 {"membw.frd", "size=8G", 0},
                 {"net.tcp.tx", "size=32K", 0},
                 {"linpack", "size=6000", (2.0 / 3 * 6000 + 2) * 6000 * 6000 / 2e8},
                 {"sys.read", "", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t values[PARAMS_MAX];
        struct error e;
        const struct workload *w = workload_find(cases[i].id);
        assert_int_equal(params_parse(w, cases[i].params, values, &e), 0);
        double off = workload_pass_s(w, values) - cases[i].seconds;
        assert_true(off < 1e-6 && off > -1e-6);
    }
}

static void a_rate_is_said(void **state)
{
    (void)state;
    char out[METHOD_MAX];
    const struct workload *tx = workload_find("net.udp.tx"), *rx = workload_find("net.udp.rx");
    assert_string_equal(workload_method(tx, "size=1K rate=100", out),
                        "NetIO: the target sends datagrams at 100 Mbit/s; what the host received");
    assert_string_equal(workload_method(rx, "size=1K rate=8", out),
                        "NetIO: the host sends datagrams at 8 Mbit/s; what the target received");
    assert_ptr_equal(workload_method(tx, "size=1K rate=0", out), tx->method);
    assert_true(workload_paced(tx, "size=1K rate=100"));
    assert_false(workload_paced(tx, "size=1K rate=0"));
    assert_false(workload_paced(workload_find("net.tcp.tx"), "size=1K"));
    /* The figure is a latency. */
    assert_false(workload_paced(workload_find("web.rate"), "clients=4 rate=500"));
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w))
        if (w->method && strstr(w->method, "without a pause"))
            assert_true(strlen(w->method) + 16 < METHOD_MAX);
    assert_ptr_equal(workload_method(workload_find("sys.read"), "", out),
                     workload_find("sys.read")->method);
}

static void one_parameter_of_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *id, *text, *name;
        uint64_t value;
    } cases[] = {
        {"file.write", "size=8M record=4K", "size", 8 << 20},
        {"file.write", "record=4K", "size", 64 << 20}, /* its usual one */
        {"file.write", "size=8M", "rate", 77},         /* it has none */
        {"file.write", "size=8M siz=1", "size", 77},   /* no text of its */
        {"exit.pio", "", "cpus", 77},                  /* it has no parameters */
        {"ram.int.add", "cpus=0", "cpus", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(params_value(workload_find(cases[i].id), cases[i].text, cases[i].name, 77),
                         cases[i].value);
    assert_int_equal(params_value(NULL, "size=8M", "size", 77), 77);
    const struct workload *w = workload_find("file.write");
    assert_string_equal(w->params[params_find(w, "record")].name, "record");
    assert_int_equal(params_find(w, "recor"), PARAMS_MAX);
}

static void needs_follow_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *id, *text;
        unsigned needs;
    } cases[] = {
        {"sys.pipe", "", 0},
        {"sys.pipe", "placement=cross", NEED_TWO_CPUS},
        {"ram.int.add", "cpus=0", 0},
        {"ram.int.add", "cpus=2", NEED_TWO_CPUS},
        {"file.read", "", NEED_SCRATCH},
        {"exit.pio", "", NEED_KVM},
        {"exit.hlt", "placement=cross", NEED_KVM | NEED_TWO_CPUS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct workload *w = workload_find(cases[i].id);
        uint64_t values[PARAMS_MAX];
        assert_int_equal(params_parse(w, cases[i].text, values, NULL), 0);
        assert_int_equal(workload_needs(w, values), cases[i].needs);
    }
}

/* A system of equations is what HPL counts, and its matrix the memory that it takes. */
static void systems_have_a_size(void **state)
{
    (void)state;
    const struct workload *dense = workload_find("linpack"), *other = workload_find("sys.read");
    uint64_t values[PARAMS_MAX];
    assert_int_equal(params_parse(dense, "size=3000 cpus=0", values, NULL), 0);
    assert_true(workload_solution(dense, values) == 2.0 / 3 * 27e9 + 2 * 9e6);
    assert_int_equal(workload_matrix(dense, values), 9000000 * 8);
    assert_true(workload_solution(other, values) == 0);
    assert_int_equal(workload_matrix(other, values), 0);
}

static void values_follow_counts(void **state)
{
    (void)state;
    const struct workload *time = workload_find("sys.read"), *rate = workload_find("ram.int.add");
    const struct workload *brief = workload_find("exit.pio");
    struct workload ops = *time;
    ops.figure = FIGURE_OPS_PER_S;
    const struct workload *dense = workload_find("linpack");
    assert_true(fabs(workload_value(dense, 2, 3e10, 1.5) - 20) < 1e-9);
    assert_true(isnan(workload_value(dense, 2, 0, 1.5)));
    assert_false(workload_lower_is_better(dense));
    assert_string_equal(workload_unit(dense), "GFLOPS");
    assert_true(fabs(workload_value(brief, 4e5, 0, 1) - 2500) < 1e-9);
    assert_true(isnan(workload_value(brief, 0, 0, 1)));
    assert_true(workload_lower_is_better(brief));
    assert_string_equal(workload_unit(brief), "ns");
    assert_true(fabs(workload_value(time, 4e6, 0, 1) - 0.25) < 1e-12);
    assert_true(fabs(workload_value(rate, 7, 3e9, 1.5) - 2000) < 1e-9);
    assert_true(fabs(workload_value(&ops, 300, 0, 1.5) - 200) < 1e-9);
    assert_true(isnan(workload_value(time, 0, 0, 1)));
    assert_true(isnan(workload_value(rate, 1, 0, 1)));
    assert_true(isnan(workload_value(workload_find("null"), 1e9, 0, 1)));
    assert_true(workload_lower_is_better(time) && !workload_lower_is_better(rate));
    assert_string_equal(workload_unit(time), "µs");
    assert_string_equal(workload_unit(rate), "MB/s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(points_are_canonical_and_within_the_row),
        cmocka_unit_test(ids_are_the_fixed_ones),
        cmocka_unit_test(quick_is_quick),
        cmocka_unit_test(subsystems_have_words),
        cmocka_unit_test(parameters_round_trip),
        cmocka_unit_test(bad_parameters_are_named),
        cmocka_unit_test(parameters_go_together),
        cmocka_unit_test(large_files_have_their_time),
        cmocka_unit_test(a_rate_is_said),
        cmocka_unit_test(one_parameter_of_a_text),
        cmocka_unit_test(needs_follow_parameters),
        cmocka_unit_test(systems_have_a_size),
        cmocka_unit_test(values_follow_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
