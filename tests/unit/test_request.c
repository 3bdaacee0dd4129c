/* What a machine has no memory for is refused before anything is made there: the kernel would end
 * the worker, or more, without a word. */
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
    return request_parse(&request, &record, &facts, NULL, e);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_counted),
        cmocka_unit_test(programs_fit_the_paper),
        cmocka_unit_test(other_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
