/* fuzz_spec.c - a raw result file of SPEC CPU.
 *
 * Held beside "no sanitizer complains": a time is finite, positive and bounded, and stands behind a
 * status of its own line; whatever is not one has a sentence without control characters. */
#include <config.h>

#include "tests/fuzz/fuzz.h"
#include "workloads/spec/result.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const benchmarks[] = {"429.mcf", "505.mcf_r"};
    for (size_t i = 0; i < sizeof benchmarks / sizeof *benchmarks; i++) {
        struct spec_result r = {.seconds = -1};
        struct error e = {ERROR_NONE, ""};
        if (spec_result_parse((const char *)data, size, benchmarks[i], &r, &e) == 0) {
            require(isfinite(r.seconds) && r.seconds > 0 && r.seconds <= SPEC_SECONDS_MAX);
            require(memmem(data, size, ".base.000.valid:", 16) != NULL);
            require(memmem(data, size, ".base.000.reported_time:", 24) != NULL);
            continue;
        }
        require(strncmp(e.text, benchmarks[i], strlen(benchmarks[i])) == 0);
        require_shown(e.text);
    }
    return 0;
}
