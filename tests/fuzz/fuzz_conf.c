/* fuzz_conf.c - a vmtax.conf.
 *
 * Held beside "no sanitizer complains": what was taken is in the range of its row, and whatever was
 * not has a warning without control characters. */
#include <config.h>

#include "conf.h"
#include "option.h"
#include "tests/fuzz/fuzz.h"
#include "ui/keymap.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of a row with a number. */
static bool number_of(const struct options *o, const struct option_row *row, double *value)
{
    const char *at = (const char *)o + row->offset;
    if (row->type == OPTION_SECONDS || row->type == OPTION_PERCENT)
        memcpy(value, at, sizeof *value);
    else if (row->type == OPTION_COUNT || row->type == OPTION_EVEN || row->type == OPTION_BYTES)
        *value = (double)*(const uint64_t *)(const void *)at;
    else
        return false;
    return true;
}

/* Numbers are as in their row, or were not given and are as before. */
static void check_row(const struct options *o, const struct options *before,
                      const struct option_row *row)
{
    double value, untouched;
    if (!number_of(o, row, &value) || !number_of(before, row, &untouched))
        return;
    require(value == untouched || (value >= row->min && value <= row->max));
    require(row->type != OPTION_EVEN || (uint64_t)value % 2 == 0);
}

static void show(void *context, const char *sentence)
{
    (void)context;
    require_shown(sentence);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct options o, before;
    struct keymap map;
    struct error e = {0};
    char path[64], *said = NULL;
    size_t length = 0;
    int fd = memfd_create("conf", MFD_CLOEXEC);
    FILE *warnings = open_memstream(&said, &length);
    require(fd >= 0 && warnings && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    option_init(&o);
    option_init(&before);
    if (conf_read_file(&o, path, warnings, &e) < 0)
        require(e.text[0]);
    fclose(warnings);
    for (char *line = strtok(said, "\n"); line; line = strtok(NULL, "\n"))
        require_shown(line);
    for (const struct option_row *row = option_rows; row->name; row++)
        check_row(&o, &before, row);
    keymap_read(&map, o.keys, o.key_count, show, NULL);
    for (const struct key *k = keys; k->action; k++)
        require(key_codes(&map, k->action) != NULL);
    option_release(&o);
    option_release(&before);
    close(fd);
    free(said);
    return 0;
}
