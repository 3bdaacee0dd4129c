/* fuzz_sysbench.c - what sysbench prints, and a database server's greeting.
 *
 * Held beside "no sanitizer complains": a report that is taken is of a known version, of at least
 * one transaction and of a finite time; what is refused has a sentence without control characters.
 */
#include <config.h>

#include "tests/fuzz/fuzz.h"
#include "workloads/database/greeting.h"
#include "workloads/database/sysbench_output.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sysbench_report r;
    struct error e = {ERROR_NONE, ""};
    char version[GREETING_VERSION];
    sysbench_report_init(&r, NULL);
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t length = end ? (size_t)(end - data) - at : size - at;
        sysbench_report_line(&r, (const char *)data + at, length);
        at += length + 1;
    }
    if (sysbench_report_check(&r, &e) == 0) {
        require(strncmp(r.version, "1.0.", 4) == 0 && !r.fatal[0]);
        require(r.transactions > 0 && isfinite(r.total_s) && r.total_s > 0);
        require(r.histogram_events == r.transactions);
    } else {
        require(e.text[0]);
        require_shown(e.text);
    }
    if (greeting_version(data, size, version))
        require(version[0] && !version[strspn(version, "0123456789.")]);
    return 0;
}
