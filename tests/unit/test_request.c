/* Requests, as the agent takes them or refuses them before anything is made: what a machine has no
 * memory for would end the worker, or more, without a word. */
#include <config.h>

#include "tests/unit/unit.h"
#include "workloads/agent/request.h"
#include "workloads/program/program.h"

#include <stdio.h>
#include <string.h>

#define MIB UINT64_C(1024) /* in KiB */

/* The answer to a request there; the words of a refusal are in e. */
static int ask(const char *id, const char *params, size_t cpus, uint64_t memory_kib,
               struct error *e)
{
    char line[256];
    struct facts facts = {.memory_kib = memory_kib, .cpu_count = cpus};
    struct request request = {.slot = 0};
    struct record record;
    int length = snprintf(line, sizeof line,
                          "run workload=%s params=%s lead_us=0 time_us=1000 tick_us=0 fresh=1 "
                          "seed=1",
                          id, params);
    assert_int_equal(record_parse(&record, line, (size_t)length, e), 0);
    return request_parse(&request, &record, &facts, "/var/tmp", e);
}

static void refused(const char *id, const char *params, size_t cpus, uint64_t memory_kib,
                    const char *words)
{
    struct error e = {0};
    assert_int_equal(ask(id, params, cpus, memory_kib, &e), -1);
    if (!strstr(e.text, words))
        fail_msg("it says: %s", e.text);
}
static void taken(const char *id, const char *params, size_t cpus, uint64_t memory_kib)
{
    struct error e = {0};
    if (ask(id, params, cpus, memory_kib, &e) < 0)
        fail_msg("%s", e.text);
}

static void copies_are_counted(void **unused)
{
    (void)unused;
    taken("cint.mincost", "cpus%3D0", 2, 1536 * MIB);
    taken("cint.mincost", "cpus%3D1", 64, 1536 * MIB);
    refused("cint.mincost", "cpus%3D0", 64, 1536 * MIB,
            "on each of 64 processors, and may take 1152 of the 1536 MiB here");
    refused("cint.mincost", "cpus%3D0", 64, 1536 * MIB,
            "give more --memory or choose smaller parameters");
    /* The JVM's heap is the same whatever is asked for. */
    struct error e = {0};
    assert_int_equal(ask("jbb", "warehouses%3D8%20cpus%3D1", 2, 64 * MIB, &e), -1);
    assert_string_equal(e.text, "jbb takes 704 MiB, and may take 48 of the 64 MiB here: give more "
                                "--memory");
    refused("cint.mincost", "cpus%3D1", 64, 128 * MIB, "MiB, and may take 96 of the 128 MiB here");
    taken("cint.mincost", "cpus%3D0", 64, 0); /* not known how much there is */
    taken("cfp.scf", "cpus%3D0", 64, 1536 * MIB);
}

/* The paper's machine has room for every program on both of its processors. */
static void programs_fit_the_paper(void **unused)
{
    (void)unused;
    static const struct program *const *const suites[] = {programs_cint, programs_cfp};
    for (size_t i = 0; i < 2; i++)
        for (const struct program *const *p = suites[i]; *p; p++)
            taken((*p)->id, "cpus%3D0", 2, 1536 * MIB);
}

static void other_memory(void **unused)
{
    (void)unused;
    refused("membw.frd", "size%3D256M%20cpus%3D0", 8, 1536 * MIB, "256 MiB on each of 8");
    taken("membw.frd", "size%3D256M%20cpus%3D0", 4, 1536 * MIB);
    taken("ram.int.triad", "size%3D384M%20cpus%3D0", 8, 1536 * MIB); /* shared out: 1152 MiB */
    refused("ram.int.triad", "size%3D385M%20cpus%3D0", 8, 1536 * MIB, "144 MiB on each of 8");
    taken("ram.int.copy", "size%3D385M%20cpus%3D0", 8, 1536 * MIB); /* an array less */
    refused("linpack", "size%3D13000%20cpus%3D0", 8, 1536 * MIB, "takes 1289 MiB, and may take");
    taken("linpack", "size%3D12000%20cpus%3D0", 8, 1536 * MIB);
}

/* MariaDB would be killed when it is filled, or later. */
static void a_server_needs_memory(void **unused)
{
    (void)unused;
    refused("oltp", "threads%3D1%20engine%3Dmariadb", 2, 128 * MIB,
            "oltp takes 104 MiB, and may take 96 of the 128 MiB here: give more --memory");
    refused("oltp", "threads%3D16%20engine%3Dmariadb", 2, 160 * MIB, "oltp takes 126 MiB");
    refused("oltp", "rows%3D1000000%20engine%3Dmariadb", 2, 256 * MIB, "oltp takes 229 MiB");
    taken("oltp", "threads%3D16%20rows%3D1000000%20engine%3Dmariadb", 2, 1536 * MIB);
    taken("oltp", "engine%3Dsqlite", 2, 64 * MIB);
}

/* A request of kbuild with more fields, where the agent has a scratch directory, or none. */
static int ask_more(const char *fields, const char *scratch, struct request *r, struct error *e)
{
    char line[512];
    struct facts facts = {.memory_kib = 1536 * MIB, .cpu_count = 2};
    struct record record;
    int length = snprintf(line, sizeof line,
                          "run workload=kbuild params= lead_us=0 time_us=1000 tick_us=0 fresh=1 "
                          "seed=1%s",
                          fields);
    *r = (struct request){.slot = 0};
    assert_int_equal(record_parse(&record, line, (size_t)length, e), 0);
    return request_parse(r, &record, &facts, scratch, e);
}

/* What it works on is a file of the scratch directory, or named from the root on; nowhere else. */
static void trees(void **unused)
{
    (void)unused;
    struct request r;
    struct error e;
    static const char *const wrong[] = {" tree=..",   " tree=.",       " tree=a/b",
                                        " tree=../b", " tree=/a/../b", " tree="};
    assert_int_equal(ask_more(" tree=kernel.tar", "/var/tmp/x", &r, &e), 0);
    assert_string_equal(r.tree, "/var/tmp/x/kernel.tar");
    assert_int_equal(ask_more(" tree=/opt/cpu/config/a.cfg", "/var/tmp/x", &r, &e), 0);
    assert_string_equal(r.tree, "/opt/cpu/config/a.cfg");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(ask_more(wrong[i], "/var/tmp/x", &r, &e), -1);
        assert_non_null(strstr(e.text, "tree="));
    }
    assert_int_equal(ask_more("", "/var/tmp/x", &r, &e), -1);
    assert_non_null(strstr(e.text, "names none"));
    assert_int_equal(ask_more(" tree=kernel.tar", NULL, &r, &e), -1);
    assert_non_null(strstr(e.text, "needs a directory on a disk"));
}

static void warm_servers(void **unused)
{
    (void)unused;
    struct request r;
    struct error e;
    assert_int_equal(ask_more(" tree=x", "/var/tmp/x", &r, &e), 0);
    assert_false(r.warm);
    assert_int_equal(ask_more(" tree=x warm=1", "/var/tmp/x", &r, &e), 0);
    assert_true(r.warm);
    assert_int_equal(ask_more(" tree=x warm=2", "/var/tmp/x", &r, &e), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_counted),    cmocka_unit_test(programs_fit_the_paper),
        cmocka_unit_test(other_memory),          cmocka_unit_test(trees),
        cmocka_unit_test(a_server_needs_memory), cmocka_unit_test(warm_servers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
