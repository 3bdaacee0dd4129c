/* fuzz_baseline_file.c - a baseline as a file. The digest in its first line is put right first:
 * what stands behind it is what is looked at.
 *
 * Held beside "no sanitizer complains": what is read has as many sessions as the file says, newest
 * first, each with a figure, and a name that the store takes; written and read again it is the
 * same, byte for byte. */
#include <config.h>

#include "baseline_file.h"
#include "sha256.h"
#include "store.h"
#include "tests/fuzz/fuzz.h"
#include "xalloc.h"

#include <stdlib.h>
#include <string.h>

#define KEY "\"sha256\":\""

static void put_digest(char *text, size_t size)
{
    char hex[65], *line_end = memchr(text, '\n', size);
    char *at = line_end ? memmem(text, (size_t)(line_end - text), KEY, strlen(KEY)) : NULL;
    if (!at || line_end - at < (ptrdiff_t)strlen(KEY) + 64)
        return;
    sha256_bytes(line_end + 1, size - (size_t)(line_end + 1 - text), hex);
    memcpy(at + strlen(KEY), hex, 64);
}

static char *written(const struct baseline *b, size_t *size)
{
    char *text = NULL;
    struct error e;
    FILE *out = open_memstream(&text, size);
    require(out != NULL);
    require(baseline_file_write(b, out, &e) == 0);
    fclose(out);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct baseline b, again;
    struct error e;
    char *text = xcalloc(size + 1, 1);
    memcpy(text, data, size);
    put_digest(text, size);
    if (baseline_file_parse(&b, text, size, "input", &e) == 0) {
        size_t first_size, second_size;
        require(b.count > 0 && b.count <= BASELINE_MAX && store_check_name(b.name, NULL) == 0);
        for (size_t i = 0; i < b.count; i++) {
            require(result_any_figure(&b.sessions[i]) && !b.sessions[i].partial);
            require(i == 0 || b.sessions[i - 1].started >= b.sessions[i].started);
        }
        char *first = written(&b, &first_size);
        require(baseline_file_parse(&again, first, first_size, "again", &e) == 0);
        char *second = written(&again, &second_size);
        require(first_size == second_size && memcmp(first, second, first_size) == 0);
        free(first);
        free(second);
        baseline_release(&again);
    }
    baseline_release(&b);
    free(text);
    return 0;
}
