#include <config.h>

#include "workloads/agent/boot.h"

#include "protocol.h"
#include "text.h"

#include <string.h>

#define PREFIX "vmtax."

/* The words that are ours as one record: "boot root=hostroot shell=1". */
static int as_record(struct record *r, char line[BOOT_COMMAND_LINE_MAX], const char *command_line,
                     struct error *e)
{
    size_t used = strlen("boot"), prefix = strlen(PREFIX);
    memcpy(line, "boot", used);
    for (const char *at = command_line; *at;) {
        at += strspn(at, " \t\n");
        size_t length = strcspn(at, " \t\n");
        if (length > prefix && memcmp(at, PREFIX, prefix) == 0) {
            size_t kept = length - prefix;
            if (used + 1 + kept >= BOOT_COMMAND_LINE_MAX)
                return error_set(e, ERROR_USAGE, "the kernel's command line is too long");
            line[used++] = ' ';
            memcpy(line + used, at + prefix, kept);
            used += kept;
        }
        at += length;
    }
    return record_parse(r, line, used, e);
}

/* An absent key leaves out empty. */
static int take(const struct record *r, const char *key, char *out, size_t size, struct error *e)
{
    const char *value = record_text(r, key);
    if (!text_copy(out, size, value ? value : ""))
        return error_set(e, ERROR_USAGE, PREFIX "%s= is longer than %zu bytes", key, size - 1);
    return 0;
}

static int take_number(const struct record *r, const char *key, unsigned max, unsigned *out,
                       struct error *e)
{
    uint64_t value = 0;
    if (record_text(r, key) && record_u64(r, key, 0, max, &value, e) < 0)
        return -1;
    *out = (unsigned)value;
    return 0;
}

int boot_parse(struct boot *b, const char *command_line, struct error *e)
{
    char line[BOOT_COMMAND_LINE_MAX + 1];
    struct record r;
    unsigned shell, xen;
    memset(b, 0, sizeof *b);
    if (as_record(&r, line, command_line, e) < 0 ||
        take(&r, "root", b->root, sizeof b->root, e) < 0 ||
        take(&r, "scratch", b->scratch, sizeof b->scratch, e) < 0 ||
        take(&r, "address", b->address, sizeof b->address, e) < 0 ||
        take(&r, "gateway", b->gateway, sizeof b->gateway, e) < 0 ||
        take(&r, "term", b->term, sizeof b->term, e) < 0 ||
        take_number(&r, "prefix", 32, &b->prefix, e) < 0 ||
        take_number(&r, "shell", 1, &shell, e) < 0 || take_number(&r, "xen", 1, &xen, e) < 0 ||
        take_number(&r, "rows", 1000, &b->rows, e) < 0 ||
        take_number(&r, "columns", 1000, &b->columns, e) < 0)
        return -1;
    b->shell = shell;
    b->xen = xen;
    if (!b->root[0])
        return error_set(e, ERROR_USAGE, PREFIX "root= is missing on the kernel's command line");
    if (b->scratch[0] && b->scratch[0] != '/')
        return error_set(e, ERROR_USAGE, PREFIX "scratch= is no absolute path");
    if (b->address[0] && !b->prefix)
        return error_set(e, ERROR_USAGE, PREFIX "address= needs " PREFIX "prefix=");
    return 0;
}
