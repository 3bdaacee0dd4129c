/* The paper's figures: the file of the sources, every row of the catalogue, damaged files. */
#include <config.h>

#include "unit.h"

#include "fixture_files.h"
#include "paper.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_the_file(void **state)
{
    (void)state;
    struct paper p;
    struct error e;
    if (paper_load_file(&p, SOURCE_DATA "/paper.json", &e) < 0)
        fail_msg("%s", e.text);
    assert_int_equal(p.row_count, 12 + 13);
    const struct paper_row *row = paper_find(&p, workload_find("sys.fork_exec"));
    assert_non_null(row);
    assert_true(row->us[PAPER_NATIVE] == 349.87 && row->us[PAPER_OPENVZ] == 357.38);
    assert_true(row->us[PAPER_XEN] == 1074.2 && row->us[PAPER_KVM] == 2193);
    assert_true(fabs(paper_ratio(row, PAPER_KVM) - 349.87 / 2193) < 1e-12);
    assert_true(p.stated_count >= 10);
    assert_true(p.stated[0].value == 0.8431 && p.stated[0].subsystem == SUBSYSTEM_PROCESSOR);
    assert_non_null(strstr(p.title, "OpenVZ, Xen and KVM"));
    /* Of those in the catalogue that name a row of the paper, the operations have it in a table; of
     * the programs the paper printed figures only, and one relation in its text. */
    size_t named = 0, programs = 0;
    for (const struct workload *w = workload_next(NULL); w; w = workload_next(w)) {
        if (!w->paper)
            continue;
        bool table = w->subsystem == SUBSYSTEM_SYSOPS || w->subsystem == SUBSYSTEM_CTXSW;
        if (table && !paper_find(&p, w))
            fail_msg("%s names the row %s, which the paper does not have", w->id, w->paper);
        named += table;
        programs += !table && isfinite(paper_relation(&p, w, "", PAPER_KVM));
    }
    assert_int_equal(named, 25);
    assert_true(programs >= 1);
    assert_int_equal(paper_column_of("container"), PAPER_OPENVZ);
    assert_int_equal(paper_column_of("kvm"), PAPER_KVM);
    assert_int_equal(paper_column_of("ssh:host"), PAPER_COLUMNS);
}

/* The closest of the authors' explanations: of the row, of its kind, of its subsystem, of all. */
static void test_explanations(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        enum paper_column column;
        const char *words;
    } cases[] = {
        {"cfp.implicit", PAPER_KVM, "Updating a large matrix"},
        {"linpack", PAPER_KVM, "Updating a large matrix"},
        {"linpack", PAPER_XEN, "On two processors the peak"},
        {"cint.go", PAPER_KVM, "Processor virtualization is no bottleneck"},
        {"sys.fork_exec", PAPER_XEN, "register their own page tables"},
        {"sys.syscall", PAPER_XEN, "Processor virtualization is no bottleneck"},
        {"file.read", PAPER_OPENVZ, "two-level I/O scheduler"},
        {"net.tcp.rx", PAPER_XEN, "shared ring"},
        {"net.udp.rx", PAPER_KVM, "most of them are lost"},
        {"membw.frd", PAPER_KVM, "hardly touches memory bandwidth"},
        {"ctx.2p0k", PAPER_OPENVZ, "latency equals native"},
    };
    struct paper p;
    struct error e;
    assert_int_equal(paper_load_file(&p, SOURCE_DATA "/paper.json", &e), 0);
    assert_int_equal(p.explained_count, 22);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct workload *w = workload_find(cases[i].id);
        if (!w)
            fail_msg("no %s", cases[i].id);
        const struct paper_explained *x = paper_explain(&p, w, cases[i].column);
        if (!x || !strstr(x->text, cases[i].words))
            fail_msg("%s: %s", cases[i].id, x ? x->text : "nothing");
    }
    /* Every one of them speaks of something that there is. */
    for (size_t i = 0; i < p.explained_count; i++) {
        bool met = false;
        for (const struct workload *w = workload_next(NULL); w && !met; w = workload_next(w))
            for (int c = PAPER_OPENVZ; c <= PAPER_COLUMNS; c++)
                met |= paper_explain(&p, w, (enum paper_column)c) == &p.explained[i];
        if (!met)
            fail_msg("of no row: %s", p.explained[i].text);
    }
}

/* What the text states of a row and a guest, and the sentence of nobody alone. */
static void test_relations(void **state)
{
    (void)state;
    static const struct workload linpack = {.id = "linpack"}, kbuild = {.id = "kbuild"};
    struct paper p;
    struct error e;
    assert_int_equal(paper_load_file(&p, SOURCE_DATA "/paper.json", &e), 0);
    const struct workload *bwaves = workload_find("cfp.implicit");
    assert_non_null(bwaves);
    assert_true(paper_relation(&p, bwaves, "", PAPER_KVM) == 0.8431);
    assert_true(isnan(paper_relation(&p, bwaves, "", PAPER_XEN)));
    assert_true(isnan(paper_relation(&p, bwaves, "", PAPER_COLUMNS)));
    assert_true(paper_relation(&p, &linpack, "", PAPER_OPENVZ) == 0.9994);
    assert_true(paper_relation(&p, &linpack, "", PAPER_XEN) == 0.9927);
    assert_true(paper_relation(&p, &linpack, "", PAPER_KVM) == 0.7835);
    /* a row of the tables: from them */
    const struct workload *fork = workload_find("sys.fork_exec");
    assert_true(fabs(paper_relation(&p, fork, "", PAPER_KVM) - 349.87 / 2193) < 1e-12);
    assert_null(paper_stated_find(&p, &kbuild, "", PAPER_KVM));
    assert_non_null(paper_stated_find(&p, &kbuild, "", PAPER_COLUMNS));
    assert_non_null(strstr(paper_stated_find(&p, &kbuild, "", PAPER_COLUMNS)->text, "KVM slowest"));
    assert_null(paper_stated_find(&p, workload_find("cint.go"), "", PAPER_COLUMNS));
    /* on all processors it is not the text's figure */
    assert_true(paper_relation(&p, bwaves, "cpus=1", PAPER_KVM) == 0.8431);
    assert_true(isnan(paper_relation(&p, bwaves, "cpus=0", PAPER_KVM)));
    /* the program itself, of the user's own SPEC, and no other member */
    const struct workload *spec = workload_find("spec.fp2006");
    assert_true(paper_relation(&p, spec, "benchmark=410.bwaves", PAPER_KVM) == 0.8431);
    assert_true(isnan(paper_relation(&p, spec, "benchmark=410.bwaves", PAPER_XEN)));
    assert_true(isnan(paper_relation(&p, spec, "benchmark=410.bwaves cpus=0", PAPER_KVM)));
    assert_true(isnan(paper_relation(&p, spec, "benchmark=470.lbm", PAPER_KVM)));
    assert_true(isnan(paper_relation(&p, spec, "benchmark=nothing", PAPER_KVM)));
    assert_true(isnan(
        paper_relation(&p, workload_find("spec.fp2017"), "benchmark=503.bwaves_r", PAPER_KVM)));
    /* Sentences of a kind of rows and of a subsystem; every one has its rows. */
    static const struct {
        const char *id, *words;
    } sentences[] = {{"membw.frd", "alike in all four"},
                     {"file.read", "KVM lowest"},
                     {"net.tcp.tx", "OpenVZ best"},
                     {"web", "levels off above 8"},
                     {"oltp", "Xen highest"},
                     {"jbb", "all below native"}};
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        const struct workload *w = workload_find(sentences[i].id);
        assert_non_null(w);
        const struct paper_stated *s = paper_stated_find(&p, w, "", PAPER_COLUMNS);
        assert_non_null(s);
        assert_non_null(strstr(s->text, sentences[i].words));
        assert_true(
            isnan(paper_relation(&p, w, "", PAPER_KVM))); /* no figure of it is in the text */
    }
    for (size_t i = 0; i < p.stated_count; i++)
        if (!p.stated[i].of[0])
            fail_msg("of no row: %s", p.stated[i].text);
    assert_null(paper_stated_find(&p, workload_find("bonnie.output"), "", PAPER_COLUMNS));
    const struct workload *udp = workload_find("net.udp.rx");
    assert_non_null(udp);
    assert_true(paper_loss(&p, udp, PAPER_KVM, 1024) == 0.53);
    assert_true(paper_loss(&p, udp, PAPER_KVM, 32768) == 0.99);
    assert_true(isnan(paper_loss(&p, udp, PAPER_KVM, 4096)));
    assert_true(isnan(paper_loss(&p, udp, PAPER_XEN, 1024)));
    assert_true(isnan(paper_loss(&p, workload_find("net.tcp.rx"), PAPER_KVM, 1024)));
    assert_null(paper_stated_find(&p, udp, "", PAPER_KVM)); /* a loss is no relation */
}

static void test_stated_damage(void **state)
{
    (void)state;
    static const char tables[] =
        "\"table1_system_operations_us\":{\"columns\":[\"kvm\",\"xen\",\"openvz\",\"native\"]},"
        "\"table2_context_switch_us\":{\"columns\":[\"kvm\",\"xen\",\"openvz\",\"native\"]}";
    static const struct {
        const char *keys;
        bool sound;
    } cases[] = {
        {"\"of\":\"linpack\",\"column\":\"kvm\",\"value\":0.5", true},
        {"\"of\":\"linpack\",\"column\":\"vmware\",\"value\":0.5", false},
        {"\"of\":\"linpack\",\"column\":\"kvm\"", false},
        {"\"of\":\"linpack\",\"column\":\"kvm\",\"value\":0", false},
        {"\"column\":\"kvm\",\"value\":0.5", false},
        {"\"of\":7,\"value\":0.5", false},
        {"\"of\":\"net.udp\",\"column\":\"kvm\",\"size\":1024,\"lost\":0.5", true},
        {"\"of\":\"net.udp\",\"column\":\"kvm\",\"lost\":0.5", false},
        {"\"of\":\"net.udp\",\"column\":\"kvm\",\"size\":1024,\"lost\":1.5", false},
    };
    char home[64];
    fixture_home(home, sizeof home);
    char *path = xasprintf("%s/paper.json", home);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct paper p;
        struct error e;
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fprintf(
            f,
            "{\"title\":\"t\",\"stated\":[{\"subsystem\":\"processor\",\"metric\":\"m\",%s}],%s}\n",
            cases[i].keys, tables);
        fclose(f);
        int status = paper_load_file(&p, path, &e);
        assert_int_equal(status, cases[i].sound ? 0 : -1);
        assert_int_equal(p.stated_count, cases[i].sound);
    }
    fixture_remove(home);
    free(path);
}

static void test_damage(void **state)
{
    (void)state;
    static const char head[] = "{\"title\":\"t\",\"stated\":[],";
    static const char one[] = "\"table1_system_operations_us\":";
    static const char two[] = "\"table2_context_switch_us\":";
    static const char fine[] =
        "{\"columns\":[\"kvm\",\"xen\",\"openvz\",\"native\"],\"r\":[4,3,2,1]}";
    static const struct {
        const char *table, *says; /* says NULL: sound */
    } cases[] = {
        {fine, NULL},
        {"7", "must be an object"},
        {"{}", "columns: is missing"},
        {"{\"columns\":[\"native\",\"xen\",\"kvm\"]}", "must name"},
        {"{\"columns\":[\"kvm\",\"xen\",\"openvz\",\"native\"],\"r\":[4,3,2]}", "four figures"},
        {"{\"columns\":[\"kvm\",\"xen\",\"openvz\",\"native\"],\"r\":[4,3,2,0]}", "positive"},
        {"{\"columns\":[\"kvm\",\"xen\",\"openvz\",\"native\"],\"r\":[4,3,2,\"1\"]}", "positive"},
        {"{\"columns\":[\"kvm\",\"xen\",\"openvz\",\"native\"],"
         "\"a key that is far too long\":[4,3,2,1]}",
         "has a row"},
        {"{", "damaged at line 1"},
    };
    char home[64];
    fixture_home(home, sizeof home);
    char *path = xasprintf("%s/paper.json", home);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct paper p;
        struct error e;
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fprintf(f, "%s%s%s,%s%s}\n", head, one, cases[i].table, two, fine);
        fclose(f);
        setenv("VMTAX_DATADIR", home, 1);
        int status = paper_load(&p, &e);
        assert_int_equal(status, cases[i].says ? -1 : 0);
        if (!cases[i].says) {
            assert_true(p.rows[0].us[PAPER_NATIVE] == 1 && p.rows[0].us[PAPER_KVM] == 4);
            assert_int_equal(p.row_count, 2);
        } else if (!strstr(e.text, cases[i].says) || !strstr(e.text, path)) {
            fail_msg("%s", e.text);
        } else {
            assert_int_equal(p.row_count, 0);
        }
    }
    struct paper p;
    struct error e;
    assert_int_equal(paper_load_file(&p, "/nowhere/paper.json", &e), -1);
    assert_non_null(strstr(e.text, "/nowhere/paper.json"));
    unsetenv("VMTAX_DATADIR");
    fixture_remove(home);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_file),  cmocka_unit_test(test_explanations),
        cmocka_unit_test(test_relations), cmocka_unit_test(test_stated_damage),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
