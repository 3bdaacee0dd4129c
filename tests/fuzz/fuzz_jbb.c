/* fuzz_jbb.c - a line of the JVM of jbb.
 *
 * Held beside "no sanitizer complains": numbers are in their ranges, texts end and hold no control
 * characters. */
#include <config.h>

#include "tests/fuzz/fuzz.h"
#include "workloads/jbb/answer.h"

#include <string.h>

static void require_clean(const char *text, size_t size)
{
    size_t length = strnlen(text, size);
    if (length == size)
        abort();
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jbb_answer a;
    struct error e;
    char *line = malloc(size + 1);
    if (!line)
        return 0;
    memcpy(line, data, size);
    if (jbb_answer_parse(line, size, &a, &e) == 0) {
        if (a.rate < 1 || a.rate > JBB_RATE_MAX ||
            ((a.kind == JBB_DONE || a.kind == JBB_TIME) && a.ops < 1) || a.ns > INT64_MAX)
            abort();
        require_clean(a.name, sizeof a.name);
        require_clean(a.version, sizeof a.version);
        require_clean(a.text, sizeof a.text);
    }
    free(line);
    return 0;
}
