#include <config.h>

#include "cache.h"

#include "sha256.h"
#include "tempfile.h"
#include "text.h"
#include "xalloc.h"
#include "xdg.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- where ---- */

static int too_long(struct error *e, const char *path)
{
    return error_set(e, ERROR_USAGE,
                     "the path %.200s... is too long: set XDG_CACHE_HOME to a shorter one", path);
}

int cache_directory(char *out, size_t size, struct error *e)
{
    struct stat st;
    if (xdg_directory(XDG_CACHE, "unpacked kernels", out, size, e) < 0 || xdg_make(out, e) < 0)
        return -1;
    if (stat(out, &st) < 0)
        return error_errno(e, errno, "cannot use the directory %s", out);
    if (!S_ISDIR(st.st_mode))
        return error_set(e, ERROR_SYSTEM, "%s is not a directory: move it away", out);
    if (st.st_uid != geteuid())
        return error_set(e, ERROR_SYSTEM,
                         "%s belongs to another user, and what lies there would be booted: set "
                         "XDG_CACHE_HOME to a directory of your own",
                         out);
    if (st.st_mode & 022)
        return error_set(e, ERROR_SYSTEM,
                         "others may write in %s, and what lies there would be booted: chmod 700 "
                         "it, or remove it",
                         out);
    return 0;
}

/* ---- names ---- */

void cache_key(const char *text, char key[CACHE_KEY_SIZE])
{
    char hex[65];
    sha256_bytes(text, strlen(text), hex);
    memcpy(key, hex, CACHE_KEY_SIZE - 1);
    key[CACHE_KEY_SIZE - 1] = '\0';
}

/* Sum of the words of a file, each stirred in by a multiplication; fast enough to be taken before
 * every boot. */
static int sum_file(int fd, uint64_t *size, uint64_t *sum)
{
    union {
        uint64_t words[8192];
        char bytes[65536];
    } buffer;
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15), total = 0;
    if (lseek(fd, 0, SEEK_SET) < 0)
        return -1;
    for (;;) {
        size_t got = 0;
        while (got < sizeof buffer) {
            ssize_t n = read(fd, buffer.bytes + got, sizeof buffer - got);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return -1;
            if (n == 0)
                break;
            got += (size_t)n;
        }
        if (got == 0)
            break;
        total += got;
        memset(buffer.bytes + got, 0, (8 - got % 8) % 8);
        for (size_t i = 0; i < (got + 7) / 8; i++) {
            h = (h ^ buffer.words[i]) * UINT64_C(0xff51afd7ed558ccd);
            h ^= h >> 32;
        }
        if (got < sizeof buffer)
            break;
    }
    h = (h ^ total) * UINT64_C(0xc4ceb9fe1a85ec53);
    *size = total;
    *sum = h ^ h >> 29;
    return 0;
}

/* The parts behind "FAMILY-KEY-" in a name. */
static bool parse_tail(const char *tail, uint64_t *size, uint64_t *sum)
{
    static const char digits[] = "0123456789abcdef";
    if (strlen(tail) != 33 || strspn(tail, digits) != 16 || tail[16] != '-' ||
        strspn(tail + 17, digits) != 16)
        return false;
    *size = strtoull(tail, NULL, 16);
    *sum = strtoull(tail + 17, NULL, 16);
    return true;
}

static bool whole(int fd, uint64_t size, uint64_t sum)
{
    struct stat st;
    uint64_t real_size, real_sum;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
           (uint64_t)st.st_size == size && sum_file(fd, &real_size, &real_sum) == 0 &&
           real_size == size && real_sum == sum;
}

/* ---- reading ---- */

bool cache_find(const char *directory, const char *family, const char *key, char *out, size_t size)
{
    char prefix[128];
    size_t length = (size_t)snprintf(prefix, sizeof prefix, "%s-%s-", family, key);
    DIR *d = opendir(directory);
    struct dirent *entry;
    bool found = false;
    while (d && !found && (entry = readdir(d))) {
        uint64_t bytes, sum;
        if (strncmp(entry->d_name, prefix, length) != 0)
            continue;
        int n = snprintf(out, size, "%s/%s", directory, entry->d_name);
        if (n < 0 || (size_t)n >= size)
            continue;
        int fd = open(out, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        found = fd >= 0 && parse_tail(entry->d_name + length, &bytes, &sum) &&
                whole(fd, bytes, sum);
        if (found)
            futimens(fd, NULL);
        else
            unlink(out);
        if (fd >= 0)
            close(fd);
    }
    if (d)
        closedir(d);
    return found;
}

/* ---- writing ---- */

int cache_begin(struct cache_writer *w, const char *directory, struct error *e)
{
    w->fd = -1;
    if (!text_copy(w->directory, sizeof w->directory, directory))
        return too_long(e, directory);
    w->fd = tempfile_open(directory, w->temporary, sizeof w->temporary, e);
    if (w->fd < 0)
        return -1;
    return fchmod(w->fd, 0644) < 0 ? error_errno(e, errno, "%s", w->temporary) : 0;
}

static int cannot_write(const struct cache_writer *w, int failed, struct error *e)
{
    return error_errno(e, failed,
                       "cannot write in %s (free some space, or set XDG_CACHE_HOME to another "
                       "directory)",
                       w->directory);
}

int cache_write(struct cache_writer *w, const void *data, size_t size, struct error *e)
{
    return tempfile_write(w->fd, data, size) < 0 ? cannot_write(w, errno, e) : 0;
}

void cache_abort(struct cache_writer *w)
{
    if (w->fd < 0)
        return;
    close(w->fd);
    unlink(w->temporary);
    w->fd = -1;
}

struct aged {
    char name[256];
    struct timespec used;
};

static int newest_first(const void *a, const void *b)
{
    const struct timespec *x = &((const struct aged *)a)->used,
                          *y = &((const struct aged *)b)->used;
    if (x->tv_sec != y->tv_sec)
        return x->tv_sec < y->tv_sec ? 1 : -1;
    if (x->tv_nsec != y->tv_nsec)
        return x->tv_nsec < y->tv_nsec ? 1 : -1;
    return 0;
}

/* Entries of the family beyond the newest, never the one just made. */
static void prune(const char *directory, const char *family, const char *keep)
{
    DIR *d = opendir(directory);
    if (!d)
        return;
    struct aged *list = NULL;
    size_t count = 0, room = 0, length = strlen(family);
    struct dirent *entry;
    /* time() lags by up to a tick, and would put what was used just now into the future. */
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    while ((entry = readdir(d))) {
        struct stat st;
        const char *name = entry->d_name;
        if (fstatat(dirfd(d), name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
            continue;
        if (strncmp(name, family, length) == 0 && name[length] == '-' && strcmp(name, keep) != 0) {
            XGROW(list, count, room);
            /* Used in the future: the clock was set back, and nobody has used it since. */
            list[count].used = st.st_mtime > now.tv_sec ? (struct timespec){0} : st.st_mtim;
            text_copy(list[count].name, sizeof list[count].name, name);
            count++;
        }
    }
    if (count)
        qsort(list, count, sizeof *list, newest_first);
    for (size_t i = CACHE_KEEP - 1; i < count; i++)
        unlinkat(dirfd(d), list[i].name, 0);
    free(list);
    closedir(d);
}

int cache_commit(struct cache_writer *w, const char *family, const char *key, char *out,
                 size_t size, struct error *e)
{
    uint64_t bytes, sum;
    char name[160];
    if (fsync(w->fd) < 0 || sum_file(w->fd, &bytes, &sum) < 0) {
        int failed = errno;
        cache_abort(w);
        return cannot_write(w, failed, e);
    }
    snprintf(name, sizeof name, "%s-%s-%016" PRIx64 "-%016" PRIx64, family, key, bytes, sum);
    int n = snprintf(out, size, "%s/%s", w->directory, name);
    if (n < 0 || (size_t)n >= size) {
        cache_abort(w);
        return too_long(e, w->directory);
    }
    if (rename(w->temporary, out) < 0) {
        int failed = errno;
        cache_abort(w);
        return error_errno(e, failed, "cannot put %s in place", out);
    }
    close(w->fd);
    w->fd = -1;
    tempfile_sync(w->directory);
    prune(w->directory, family, name);
    return 0;
}
