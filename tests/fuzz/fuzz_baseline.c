/* fuzz_baseline.c - sessions of a baseline, each a document, with NUL bytes between them; the last
 * is what was measured now.
 *
 * Held beside "no sanitizer complains": whatever of them can be read can be checked, compared and
 * shown; the exit codes are those of statistics, and a figure that is shown is one. */
#include <config.h>

#include "analysis.h"
#include "check.h"
#include "store.h"
#include "tests/fuzz/fuzz.h"
#include "xalloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SESSIONS_MAX 6

static void check_code(int code)
{
    require(code == 0 || code == 1 || code == 3 || code == 4);
}

static void judge(const struct baseline *b, const struct result *now)
{
    struct check check;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    require(out != NULL);
    check_init(&check);
    check_results(&check, b, now, 1, 0.1, NULL);
    check_advise(&check, b, now, 1);
    check_code(check_exit(&check));
    for (const struct check_form *f = check_forms; f->id; f++)
        f->write(&check, 1790000000, out);
    check_redact(&check, b, now, 1);
    check_write_html(&check, 1790000000, out);
    fclose(out);
    free(text);
    check_release(&check);
}

static void compare(const struct baseline *b, const struct result *now)
{
    struct compare c;
    compare_init(&c);
    compare_results(&c, b->sessions, b->count, now, 1);
    check_code(compare_exit(&c));
    compare_release(&c);
}

static void show(const struct baseline *b, const struct result *now)
{
    struct snapshot *s = xcalloc(1, sizeof *s);
    snapshot_set_result(s, now);
    baseline_show(b, now, now->started, s);
    snapshot_release(s);
    free(s);
    for (size_t i = 0; i < now->metric_count; i++) {
        double value, low, high;
        if (baseline_native(b, now, now->metrics[i].workload, now->metrics[i].params, &value, &low,
                            &high))
            require(isfinite(value) && low <= high);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct result sessions[SESSIONS_MAX];
    struct baseline b = {.name = "input", .sessions = sessions};
    struct error e;
    for (size_t at = 0; at < size && b.count < SESSIONS_MAX;) {
        const uint8_t *end = memchr(data + at, 0, size - at);
        size_t length = end ? (size_t)(end - data) - at : size - at;
        result_init(&sessions[b.count]);
        if (store_from_json(&sessions[b.count], (const char *)data + at, length, "input", &e) == 0)
            analysis_update(&sessions[b.count++]);
        at += length + 1;
    }
    if (b.count >= 2) {
        const struct result *now = &sessions[--b.count];
        judge(&b, now);
        compare(&b, now);
        show(&b, now);
        b.count++;
    }
    while (b.count > 0)
        result_release(&sessions[--b.count]);
    return 0;
}
