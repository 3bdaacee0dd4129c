#include "config.h"

#include "target/ledger_file.h"

#include "target/ledger_kind.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER         "vmtax-ledger-1"
#define LINE_MAX_BYTES (PATH_MAX + 64)
#define FILE_MAX_BYTES (4u << 20)

static uint64_t checksum(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

/* Process numbers mean something only in the boot and the pid namespace that gave them. */
static void where_numbers_hold(char *out, size_t size)
{
    char boot[64] = "?", space[64] = "?";
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t n = read(fd, boot, sizeof boot - 1);
        boot[n > 0 ? n : 0] = '\0';
        boot[strcspn(boot, "\n")] = '\0';
        close(fd);
    }
    ssize_t n = readlink("/proc/self/ns/pid", space, sizeof space - 1);
    space[n > 0 ? n : 0] = '\0';
    snprintf(out, size, "%s %s", boot, space);
}

/* ---- writing ---- */

static int write_line(int fd, const char *text)
{
    char line[LINE_MAX_BYTES];
    int length = snprintf(line, sizeof line, "%016" PRIx64 " %s\n", checksum(text), text);
    if (length < 0 || (size_t)length >= sizeof line) {
        errno = ENAMETOOLONG;
        return -1;
    }
    ssize_t n = write(fd, line, (size_t)length);
    if (n == length)
        return 0;
    if (n >= 0)
        errno = ENOSPC;
    return -1;
}

int ledger_file_begin(int fd)
{
    char header[256], where[160];
    where_numbers_hold(where, sizeof where);
    snprintf(header, sizeof header, HEADER " %s", where);
    return write_line(fd, header);
}

int ledger_file_promise(int fd, unsigned number, enum ledger_kind kind, const char *argument)
{
    char *text = xasprintf("%u %s %s", number, ledger_kind_name(kind), argument);
    int failed = write_line(fd, text);
    int cause = errno;
    free(text);
    errno = cause;
    return failed;
}

int ledger_file_done(int fd, unsigned number)
{
    char text[32];
    snprintf(text, sizeof text, "%u done", number);
    return write_line(fd, text);
}

int ledger_file_told(int fd)
{
    return write_line(fd, "0 told");
}

/* ---- reading ---- */

/* Split the valid lines of a dead run's ledger into promises; done ones are dropped. */
static void parse(struct ledger_file *f, char *text, const char *directory)
{
    char here[160];
    where_numbers_hold(here, sizeof here);
    char *line, *save = NULL;
    /* A last line without its newline was cut off while it was written: what it promised was never
     * made. */
    char *last = strrchr(text, '\n');
    if (!last)
        return;
    *last = '\0';
    for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char *rest;
        if (strlen(line) < 18 || strtoull(line, &rest, 16) != checksum(line + 17) ||
            rest != line + 16)
            continue;
        rest = line + 17;
        if (!strncmp(rest, HEADER " ", sizeof HEADER)) {
            f->numbers_hold = !strcmp(rest + sizeof HEADER, here);
            continue;
        }
        char *word;
        unsigned number = (unsigned)strtoul(rest, &word, 10);
        if (*word++ != ' ')
            continue;
        if (!strcmp(word, "done")) {
            for (size_t i = 0; i < f->count; i++)
                if (f->promises[i].number == number) {
                    free(f->promises[i].argument);
                    f->promises[i].argument = NULL;
                }
            continue;
        }
        if (!strcmp(word, "told"))
            f->told = true;
        enum ledger_kind kind;
        const char *argument;
        if (!ledger_kind_find(word, &kind, &argument) ||
            !ledger_kind_accepts(kind, directory, argument))
            continue;
        XGROW(f->promises, f->count, f->room);
        f->promises[f->count++] = (struct ledger_promise){
            .number = number, .kind = kind, .argument = xstrdup(argument)};
    }
}

static char *read_all(int fd)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return NULL;
    size_t size = st.st_size < FILE_MAX_BYTES ? (size_t)st.st_size : FILE_MAX_BYTES;
    char *text = xcalloc(size + 1, 1);
    size_t used = 0;
    ssize_t n;
    while (used < size && (n = pread(fd, text + used, size - used, (off_t)used)) > 0)
        used += (size_t)n;
    for (size_t i = 0; i < used; i++)
        if (!text[i])
            text[i] = '?'; /* breaks the checksum of its line, and only that */
    return text;
}

void ledger_file_read(struct ledger_file *f, int fd, const char *directory)
{
    *f = (struct ledger_file){0};
    char *text = read_all(fd);
    if (text)
        parse(f, text, directory);
    free(text);
}

void ledger_file_release(struct ledger_file *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->promises[i].argument);
    free(f->promises);
    *f = (struct ledger_file){0};
}
