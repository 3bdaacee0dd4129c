#include <config.h>

#include "unpack.h"

#include "text.h"
#include "xalloc.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct kind {
    const char *name;
    uint8_t magic[6];
    size_t length;
    int (*enable)(struct archive *);
} kinds[] = {
    {"gzip", {0x1f, 0x8b}, 2, archive_read_support_filter_gzip},
    {"xz", {0xfd, '7', 'z', 'X', 'Z', 0}, 6, archive_read_support_filter_xz},
    {"zstd", {0x28, 0xb5, 0x2f, 0xfd}, 4, archive_read_support_filter_zstd},
    /* The kernel's lz4 is the legacy framing. */
    {"lz4", {0x02, 0x21, 0x4c, 0x18}, 4, archive_read_support_filter_lz4},
    {"lz4", {0x04, 0x22, 0x4d, 0x18}, 4, archive_read_support_filter_lz4},
    {"bzip2", {'B', 'Z', 'h'}, 3, archive_read_support_filter_bzip2},
    {"lzma", {0x5d, 0, 0}, 3, archive_read_support_filter_lzma},
    {"lzo", {0x89, 'L', 'Z', 'O'}, 4, NULL},
};

static const struct kind *find_kind(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (size >= kinds[i].length && memcmp(data, kinds[i].magic, kinds[i].length) == 0)
            return &kinds[i];
    return NULL;
}

const char *unpack_kind(const uint8_t *data, size_t size)
{
    const struct kind *kind = find_kind(data, size);
    return kind ? kind->name : NULL;
}

struct block {
    uint8_t *bytes;
    size_t size, room, limit;
};

static bool append(struct block *b, const void *data, size_t size)
{
    if (size > b->limit - b->size)
        return false;
    while (b->room - b->size < size + 1) {
        b->room = b->room ? 2 * b->room : (size_t)1 << 20;
        b->bytes = xrealloc_array(b->bytes, b->room, 1);
    }
    memcpy(b->bytes + b->size, data, size);
    b->size += size;
    b->bytes[b->size] = 0;
    return true;
}

static int damaged(struct archive *a, const char *name, const char *kind, struct error *e)
{
    const char *why = archive_error_string(a);
    char clean[160];
    return error_set(e, ERROR_DATA, "%s: its %s data is damaged (%s)", name, kind,
                     text_clean(clean, sizeof clean, why ? why : "no reason given"));
}

/* part: what was read before the damage is good. */
static int read_all(struct archive *a, struct block *b, const char *name, const char *kind,
                    bool *part, struct error *e)
{
    struct archive_entry *entry;
    if (archive_read_next_header(a, &entry) != ARCHIVE_OK)
        return damaged(a, name, kind, e);
    for (;;) {
        const void *data;
        size_t size;
        la_int64_t offset;
        int status = archive_read_data_block(a, &data, &size, &offset);
        if (status == ARCHIVE_EOF)
            return 0;
        if (status != ARCHIVE_OK) {
            *part = b->size > 0;
            return damaged(a, name, kind, e);
        }
        if (!append(b, data, size))
            return error_set(e, ERROR_DATA, "%s: unpacked it is larger than the %zu bytes allowed",
                             name, b->limit);
    }
}

/* 1 with a sentence: damaged behind what *out holds, which is something. */
static int unpack(const uint8_t *data, size_t size, size_t limit, const char *name, uint8_t **out,
                  size_t *out_size, struct error *e)
{
    const struct kind *kind = find_kind(data, size);
    *out = NULL;
    *out_size = 0;
    if (!kind)
        return error_set(e, ERROR_DATA, "%s: compressed in a way that vmtax does not know", name);
    struct archive *a = kind->enable ? archive_read_new() : NULL;
    /* Anything but ARCHIVE_OK: this libarchive would start a program to do it. */
    if (!a || kind->enable(a) != ARCHIVE_OK) {
        archive_read_free(a);
        return error_set(e, ERROR_SYSTEM,
                         "%s is compressed by %s, which libarchive cannot unpack here", name,
                         kind->name);
    }
    struct block b = {.limit = limit};
    int status = 0;
    bool part = false;
    if (archive_read_support_format_raw(a) != ARCHIVE_OK ||
        archive_read_open_memory(a, data, size) != ARCHIVE_OK)
        status = damaged(a, name, kind->name, e);
    if (status == 0)
        status = read_all(a, &b, name, kind->name, &part, e);
    archive_read_free(a);
    if (status == 0 && b.size == 0)
        status = error_set(e, ERROR_DATA, "%s: there is nothing in its %s data", name, kind->name);
    if (status < 0 && !part) {
        free(b.bytes);
        return -1;
    }
    *out = b.bytes;
    *out_size = b.size;
    return part;
}

int unpack_bytes(const uint8_t *data, size_t size, size_t limit, const char *name, uint8_t **out,
                 size_t *out_size, struct error *e)
{
    int status = unpack(data, size, limit, name, out, out_size, e);
    if (status <= 0)
        return status;
    free(*out);
    *out = NULL;
    *out_size = 0;
    return -1;
}

/* size bytes of fd; fewer if the file became shorter. */
static ssize_t read_whole(int fd, uint8_t *out, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = read(fd, out + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

int unpack_read(const char *path, size_t limit, uint8_t **out, size_t *out_size, struct error *e)
{
    *out = NULL;
    *out_size = 0;
    /* O_NONBLOCK: a FIFO must not hang us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) {
        error_errno(e, errno, "cannot read %s", path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    int status = 0;
    if (!S_ISREG(st.st_mode))
        status = error_set(e, ERROR_DATA, "%s is not a regular file", path);
    else if (st.st_size < 0 || (uintmax_t)st.st_size > limit)
        status = error_set(e, ERROR_DATA, "%s has %jd bytes, more than the %zu allowed", path,
                           (intmax_t)st.st_size, limit);
    if (status == 0) {
        uint8_t *bytes = xcalloc((size_t)st.st_size + 1, 1);
        ssize_t n = read_whole(fd, bytes, (size_t)st.st_size);
        if (n < 0) {
            status = error_errno(e, errno, "cannot read %s", path);
            free(bytes);
        } else {
            *out = bytes;
            *out_size = (size_t)n;
        }
    }
    close(fd);
    return status;
}

int unpack_part(const char *path, size_t limit, uint8_t **out, size_t *out_size, struct error *e)
{
    uint8_t *raw;
    size_t size;
    if (unpack_read(path, limit, &raw, &size, e) < 0) {
        *out = NULL;
        *out_size = 0;
        return -1;
    }
    if (!unpack_kind(raw, size)) {
        *out = raw;
        *out_size = size;
        return 0;
    }
    int status = unpack(raw, size, limit, path, out, out_size, e);
    free(raw);
    return status;
}

int unpack_file(const char *path, size_t limit, uint8_t **out, size_t *out_size, struct error *e)
{
    int status = unpack_part(path, limit, out, out_size, e);
    if (status <= 0)
        return status;
    free(*out);
    *out = NULL;
    *out_size = 0;
    return -1;
}
