/* fuzz_request.c - what comes to an agent: one line with a request for a slot.
 *
 * Held beside "no sanitizer complains": what is accepted is a workload of the catalogue, with
 * parameters and lanes inside of their ranges; what is refused has a sentence. */
#include <config.h>

#include "tests/fuzz/fuzz.h"
#include "workloads/agent/request.h"

#include <string.h>

static void check_request(const struct request *r, const struct facts *facts)
{
    require(r->workload != NULL);
    for (size_t i = 0; r->workload->params && r->workload->params[i].name; i++)
        require(r->param[i] >= r->workload->params[i].min &&
                r->param[i] <= r->workload->params[i].max);
    require(r->lanes >= 1 && r->lanes <= WORKER_LANES_MAX && r->lanes <= facts->cpu_count);
    require(strnlen(r->tree, sizeof r->tree) < sizeof r->tree);
    require(r->job.lead_ns < UINT64_C(1) << 50 && r->job.time_ns < UINT64_C(1) << 50);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int cpus[] = {0, 1, 2, 3};
    const struct facts facts = {.memory_kib = UINT64_C(1536) << 10, .cpus = cpus, .cpu_count = 4};
    struct request request = {.slot = 0};
    struct record record;
    struct error e = {0};
    char *line = malloc(size + 1);
    require(line != NULL);
    memcpy(line, data, size);
    if (record_parse(&record, line, size, &e) == 0) {
        if (request_slot(&record, &request.slot, &e) == 0 &&
            request_parse(&request, &record, &facts, "/scratch", &e) == 0)
            check_request(&request, &facts);
        else
            require(e.text[0]);
    }
    free(line);
    return 0;
}
