/* fuzz_result.c - a result document from anywhere.
 *
 * Held beside "no sanitizer complains": what was read can be analysed, written and read again, and
 * the second writing is the first; every report format takes it. */
#include <config.h>

#include "analysis.h"
#include "report/report.h"
#include "store.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

static void check_reports(const struct result *r)
{
    struct error e;
    for (const struct report_format *const *f = report_formats; *f; f++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        require(out && (*f)->write(r, out, &e) == 0);
        fclose(out);
        free(text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct result r, again;
    struct error e;
    result_init(&r);
    result_init(&again);
    if (store_from_json(&r, (const char *)data, size, "input", &e) < 0) {
        require(e.text[0] && r.slot_count == 0 && r.metric_count == 0);
        return 0;
    }
    char *first = store_to_json(&r, true);
    require(store_from_json(&again, first, strlen(first), "again", &e) == 0);
    char *second = store_to_json(&again, true);
    require(store_from_json(&r, second, strlen(second), "once more", &e) == 0);
    free(first);
    free(second);
    analysis_update(&r);
    check_reports(&r);
    result_release(&r);
    result_release(&again);
    return 0;
}
