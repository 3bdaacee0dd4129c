#include <config.h>

#include "workloads/kbuild/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK        512
#define TAR_NAME_MAX 256 /* prefix, slash, name */
#define PIECE        ((size_t)256 << 10)
#define CHECK_AT     148
#define CHECK_SIZE   8

struct reader {
    int fd, directory;
    struct error *error;
    uint64_t files, bytes;
    unsigned char *piece;
    size_t have, used; /* of piece */
};

static int refuse(struct reader *r, const char *why)
{
    return error_set(r->error, ERROR_DATA, "the archive of the kernel's sources %s", why);
}

/* Up to size bytes that are next, *got of them: at least 1. */
static int next_bytes(struct reader *r, size_t size, const unsigned char **out, size_t *got)
{
    if (r->used == r->have) {
        ssize_t n;
        do
            n = read(r->fd, r->piece, PIECE);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return error_errno(r->error, errno, "cannot read the archive of the kernel's sources");
        if (n == 0)
            return refuse(r, "ends too early");
        r->have = (size_t)n;
        r->used = 0;
    }
    *got = r->have - r->used < size ? r->have - r->used : size;
    *out = r->piece + r->used;
    r->used += *got;
    return 0;
}

static int next_block(struct reader *r, unsigned char block[BLOCK])
{
    for (size_t done = 0; done < BLOCK;) {
        const unsigned char *bytes;
        size_t got;
        if (next_bytes(r, BLOCK - done, &bytes, &got) < 0)
            return -1;
        memcpy(block + done, bytes, got);
        done += got;
    }
    return 0;
}

/* A field of octal digits, ended by a blank or NUL. False if it is anything else. */
static bool octal(const unsigned char *field, size_t size, uint64_t *value)
{
    size_t i = 0;
    *value = 0;
    while (i < size && field[i] == ' ')
        i++;
    size_t first = i;
    for (; i < size && field[i] >= '0' && field[i] <= '7'; i++) {
        if (*value >> 60)
            return false;
        *value = *value * 8 + (uint64_t)(field[i] - '0');
    }
    return i > first && (i == size || field[i] == ' ' || field[i] == '\0');
}

static bool checksum_is_right(const unsigned char block[BLOCK])
{
    uint64_t wanted, sum = 0;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= CHECK_AT && i < CHECK_AT + CHECK_SIZE ? ' ' : block[i];
    return octal(block + CHECK_AT, CHECK_SIZE, &wanted) && wanted == sum;
}

static bool all_zero(const unsigned char block[BLOCK])
{
    for (size_t i = 0; i < BLOCK; i++)
        if (block[i])
            return false;
    return true;
}

/* Relative, of parts that are neither empty nor "." nor "..". */
static bool name_is_safe(const char *name)
{
    for (;;) {
        size_t length = strcspn(name, "/");
        if (length == 0 || (length == 1 && name[0] == '.') ||
            (length == 2 && name[0] == '.' && name[1] == '.'))
            return false;
        if (!name[length])
            return true;
        name += length + 1;
    }
}

static void take_name(const unsigned char block[BLOCK], char name[TAR_NAME_MAX + 1])
{
    size_t used = strnlen((const char *)block + 345, 155);
    memcpy(name, block + 345, used);
    if (used)
        name[used++] = '/';
    size_t length = strnlen((const char *)block, 100);
    memcpy(name + used, block, length);
    name[used + length] = '\0';
}

static int make_parents(struct reader *r, char *name)
{
    for (char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int rc = mkdirat(r->directory, name, 0755);
        int failed = errno;
        *slash = '/';
        if (rc < 0 && failed != EEXIST)
            return error_errno(r->error, failed, "cannot unpack the kernel's sources");
    }
    return 0;
}

/* O_EXCL: a name that comes twice is refused, and no link is followed at its end. Nothing but this
 * makes entries there, and it makes no links, so none is followed before its end either. */
static int open_file(struct reader *r, char *name, mode_t mode)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int fd = openat(r->directory, name, flags, mode);
    if (fd < 0 && errno == ENOENT) {
        if (make_parents(r, name) < 0)
            return -1;
        fd = openat(r->directory, name, flags, mode);
    }
    if (fd < 0)
        return error_errno(r->error, errno, "cannot unpack the kernel's sources");
    return fd;
}

static int write_all(struct reader *r, int fd, const unsigned char *bytes, size_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(r->error, errno, "cannot unpack the kernel's sources");
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

static int take_file(struct reader *r, char *name, mode_t mode, uint64_t size)
{
    int fd = open_file(r, name, mode);
    int rc = fd < 0 ? -1 : 0;
    uint64_t padded = (size + BLOCK - 1) / BLOCK * BLOCK;
    while (rc == 0 && padded) {
        const unsigned char *bytes;
        size_t got;
        rc = next_bytes(r, padded < PIECE ? (size_t)padded : PIECE, &bytes, &got);
        if (rc < 0)
            break;
        rc = write_all(r, fd, bytes, got < size ? got : (size_t)size);
        size -= got < size ? got : size;
        padded -= got;
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

static int take_entry(struct reader *r, const unsigned char block[BLOCK])
{
    char name[TAR_NAME_MAX + 1];
    uint64_t mode, size;
    if (memcmp(block + 257, "ustar", 5) != 0 || !checksum_is_right(block) ||
        !octal(block + 100, 8, &mode) || !octal(block + 124, 12, &size))
        return refuse(r, "is damaged");
    if (block[156] != '0' && block[156] != '\0')
        return refuse(r, "holds something that is no file");
    take_name(block, name);
    if (!name_is_safe(name))
        return refuse(r, "has a name that leads out of it");
    if (r->files >= TAR_FILES_MAX || size > TAR_BYTES_MAX - r->bytes)
        return refuse(r, "is too large");
    r->files++;
    r->bytes += size;
    return take_file(r, name, mode & 0100 ? 0755 : 0644, size);
}

int tar_unpack(int fd, int directory, uint64_t *files, struct error *e)
{
    unsigned char block[BLOCK];
    struct reader r = {.fd = fd, .directory = directory, .error = e, .piece = malloc(PIECE)};
    int rc = r.piece ? 0 : error_set(e, ERROR_SYSTEM, "no memory to unpack the kernel's sources");
    for (;;) {
        if (rc == 0)
            rc = next_block(&r, block);
        if (rc < 0 || all_zero(block))
            break;
        rc = take_entry(&r, block);
    }
    if (rc == 0 && r.files == 0)
        rc = refuse(&r, "is empty");
    free(r.piece);
    if (files)
        *files = r.files;
    return rc;
}
