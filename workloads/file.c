/* Files: IOzone's write, rewrite and read.
 *
 * An operation is one pass over the file by records. What counts, as in the original, is the loop
 * of write() or read() calls, and with sync=fsync the flush after it (its option -e); opening,
 * creating, closing, and everything else around a pass do not:
 *
 *     write    the file is new: the last one is removed and a new one created before the pass
 *     rewrite  the file is there, with all its blocks
 *     read     the file is there; before the pass one record is read, then back to the start
 *
 * So with direct=no and a file that fits the memory these are figures of the target's page cache,
 * in the original and in the paper too. direct=yes is O_DIRECT (option -I) and reaches the device,
 * or what the target takes for one. Two departures: IOzone flushes a file outside the time before
 * the next pass; here the unflushed file of the pass before is removed (write) or written again
 * (rewrite), so that short slots do not wait for a disk whose time would not count. And the
 * original reads and then re-reads; after the first pass of a slot both are the same thing, so
 * there is no separate re-read.
 *
 * Data are incompressible and no two blocks are equal, or a file system that compresses or shares
 * blocks would be measured instead: records are taken in turn from a pool of at least 1 MiB of
 * pseudo-random bytes, and the first eight bytes of every 4 KiB (of every record, if it is smaller)
 * are a stamp that says which part of the file, in which pass, this is. Stamping is one store for
 * 4 KiB of copying. Reading checks the stamps as the data arrive; after a slot the whole file is
 * read back, from the device if the system lets go of its pages, and compared byte by byte. */
#include <config.h>

#include "workloads/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILE_NAME   "vmtax-file"
#define FILE_POOL   (UINT64_C(1) << 20)
#define FILE_STAMP  UINT64_C(4096)
#define FILE_ALIGN  UINT64_C(512) /* the least that O_DIRECT may ask for */
#define FILE_MARGIN (UINT64_C(8) << 20)

enum { FILE_SIZE, FILE_RECORD, FILE_SYNC, FILE_DIRECT }; /* order of the parameters */

struct file_state {
    int directory, fd;
    bool exists;
    bool direct;             /* of the next open */
    struct sigaction action; /* of SIGXFSZ, valid if ignoring */
    bool ignoring;
    uint64_t size, record, stamp; /* bytes */
    uint64_t pool_bytes;
    unsigned char *pool;   /* whole records */
    unsigned char *buffer; /* one record, for reading */
    uint64_t pass;         /* stamps of what the file holds now */
};

WORK_FAILED static int file_error(struct work *w, const char *what)
{
    int error = errno;
    const char *remedy = "";
    if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        remedy = "; free some space, take a smaller size, or name another directory with --scratch";
    else if (error == EROFS || error == EACCES || error == EPERM)
        remedy = "; name a directory that can be written with --scratch";
    else if (error == EINVAL && w->param[FILE_DIRECT])
        remedy = "; this file system or this record size may not allow direct=yes";
    return error_set(w->error, ERROR_SYSTEM, "%s: cannot %s %s/%s: %s%s", w->workload->id, what,
                     w->scratch, FILE_NAME, strerror(error), remedy);
}

static uint64_t file_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* What the stamp at an offset of the file says in a pass; never what was there in another. */
WORK_TIMED static uint64_t file_stamp(uint64_t pass, uint64_t offset)
{
    return (pass << 40) ^ offset ^ UINT64_C(0x76d7a5f11e000000);
}

WORK_TIMED static unsigned char *file_record(struct file_state *s, uint64_t offset)
{
    return s->pool + offset % s->pool_bytes;
}

WORK_TIMED static void file_stamp_record(struct file_state *s, unsigned char *record,
                                         uint64_t offset)
{
    for (uint64_t i = 0; i < s->record; i += s->stamp)
        *(uint64_t *)(void *)(record + i) = file_stamp(s->pass, offset + i);
}

WORK_TIMED static bool file_stamps_right(const struct file_state *s, const unsigned char *record,
                                         uint64_t offset)
{
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < s->record; i += s->stamp)
        wrong |= *(const uint64_t *)(const void *)(record + i) ^ file_stamp(s->pass, offset + i);
    return wrong == 0;
}

WORK_TIMED static int file_open(struct work *w, int flags)
{
    struct file_state *s = w->state;
    if (s->direct)
        flags |= O_DIRECT;
    if (flags & O_CREAT)
        s->exists = true; /* a file system without O_DIRECT makes the file and then refuses it */
    s->fd = openat(s->directory, FILE_NAME, flags | O_CLOEXEC, 0600);
    return s->fd < 0 ? file_error(w, flags & O_CREAT ? "create" : "open") : 0;
}

WORK_TIMED static int file_close(struct work *w)
{
    struct file_state *s = w->state;
    int fd = s->fd;
    s->fd = -1;
    return fd >= 0 && close(fd) < 0 ? file_error(w, "close") : 0;
}

/* A whole record; a file system may take or give it in parts, and end of file is an error. */
WORK_TIMED static int file_transfer(struct work *w, long call, unsigned char *data)
{
    struct file_state *s = w->state;
    for (uint64_t done = 0; done < s->record;) {
        long n = syscall(call, s->fd, data + done, (size_t)(s->record - done));
        if (__builtin_expect(n <= 0, 0)) {
            if (n < 0 && errno == EINTR)
                continue;
            if (n == 0)
                errno = EIO;
            return file_error(w, call == SYS_read ? "read" : "write");
        }
        done += (uint64_t)n;
    }
    return 0;
}

WORK_TIMED static int file_write_records(struct work *w)
{
    struct file_state *s = w->state;
    for (uint64_t offset = 0; offset < s->size; offset += s->record) {
        unsigned char *record = file_record(s, offset);
        file_stamp_record(s, record, offset);
        uint64_t from = work_sample_begin(w);
        if (file_transfer(w, SYS_write, record) < 0)
            return -1;
        work_sample_end(w, from);
    }
    if (w->param[FILE_SYNC] && fsync(s->fd) < 0)
        return file_error(w, "flush");
    return 0;
}

WORK_FAILED static int file_stamp_wrong(struct work *w, uint64_t offset)
{
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: what was read at byte %" PRIu64 " is not what was written there",
                     w->workload->id, offset);
}

WORK_TIMED static int file_read_records(struct work *w)
{
    struct file_state *s = w->state;
    for (uint64_t offset = 0; offset < s->size; offset += s->record) {
        uint64_t from = work_sample_begin(w);
        if (file_transfer(w, SYS_read, s->buffer) < 0)
            return -1;
        work_sample_end(w, from);
        if (__builtin_expect(!file_stamps_right(s, s->buffer, offset), 0))
            return file_stamp_wrong(w, offset);
    }
    if (w->param[FILE_SYNC] && fsync(s->fd) < 0)
        return file_error(w, "flush");
    return 0;
}

WORK_TIMED static int file_write_run(struct work *w, uint64_t count)
{
    struct file_state *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        work_exclude_begin(w);
        s->pass++;
        int made = s->exists && unlinkat(s->directory, FILE_NAME, 0) < 0
                       ? file_error(w, "remove")
                       : file_open(w, O_WRONLY | O_CREAT | O_EXCL);
        work_exclude_end(w);
        if (made < 0 || file_write_records(w) < 0)
            return -1;
        work_exclude_begin(w);
        int closed = file_close(w);
        work_exclude_end(w);
        if (closed < 0)
            return -1;
        w->bytes += s->size;
    }
    return 0;
}

WORK_TIMED static int file_rewrite_run(struct work *w, uint64_t count)
{
    struct file_state *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        work_exclude_begin(w);
        s->pass++;
        int opened = file_open(w, O_WRONLY);
        work_exclude_end(w);
        if (opened < 0 || file_write_records(w) < 0)
            return -1;
        work_exclude_begin(w);
        int closed = file_close(w);
        work_exclude_end(w);
        if (closed < 0)
            return -1;
        w->bytes += s->size;
    }
    return 0;
}

/* Open, one record to prime, back to the start. */
WORK_TIMED static int file_open_primed(struct work *w)
{
    struct file_state *s = w->state;
    if (file_open(w, O_RDONLY) < 0 || file_transfer(w, SYS_read, s->buffer) < 0)
        return -1;
    return lseek(s->fd, 0, SEEK_SET) == 0 ? 0 : file_error(w, "seek in");
}

WORK_TIMED static int file_read_run(struct work *w, uint64_t count)
{
    struct file_state *s = w->state;
    for (uint64_t i = 0; i < count; i++) {
        work_exclude_begin(w);
        int opened = file_open_primed(w);
        work_exclude_end(w);
        if (opened < 0 || file_read_records(w) < 0)
            return -1;
        work_exclude_begin(w);
        int closed = file_close(w);
        work_exclude_end(w);
        if (closed < 0)
            return -1;
        w->bytes += s->size;
    }
    return 0;
}

/* Is there room for the file, and can a file be made? Said before anything is measured. */
static int file_check_space(struct work *w)
{
    struct file_state *s = w->state;
    struct statvfs v;
    if (fstatvfs(s->directory, &v) < 0)
        return file_error(w, "ask for the free space of");
    uint64_t free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
    if (free_bytes < FILE_MARGIN || free_bytes - FILE_MARGIN < s->size)
        return error_set(w->error, ERROR_USAGE,
                         "%s: %" PRIu64 " MiB are free, %" PRIu64
                         " are needed: take a smaller size or another --scratch than %s",
                         w->workload->id, free_bytes >> 20,
                         (s->size + FILE_MARGIN + (1 << 20) - 1) >> 20, w->scratch);
    return 0;
}

static void *file_memory(uint64_t bytes) /* page-aligned, for O_DIRECT */
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static int file_prepare(struct work *w)
{
    struct file_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    s->directory = s->fd = -1;
    w->state = s;
    s->size = w->param[FILE_SIZE];
    s->record = w->param[FILE_RECORD];
    s->stamp = s->record < FILE_STAMP ? s->record : FILE_STAMP;
    if (s->size % s->record || s->record % s->stamp || s->record % FILE_ALIGN)
        return error_set(w->error, ERROR_USAGE,
                         "%s: size must be a multiple of record, and record of 4K (of 512 below)",
                         w->workload->id);
    if (!w->scratch)
        return error_set(w->error, ERROR_USAGE,
                         "%s needs a directory on a disk of the target; name one with --scratch",
                         w->workload->id);
    s->directory = open(w->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->directory < 0)
        return error_errno(w->error, errno, "%s: cannot open the scratch directory %s",
                           w->workload->id, w->scratch);
    /* Beyond a limit of file sizes write() must fail, not kill. */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (sigaction(SIGXFSZ, &ignore, &s->action) < 0)
        return error_errno(w->error, errno, "cannot ignore SIGXFSZ");
    s->ignoring = true;

    s->pool_bytes = (FILE_POOL + s->record - 1) / s->record * s->record;
    s->pool = file_memory(s->pool_bytes);
    s->buffer = file_memory(s->record);
    if (!s->pool || !s->buffer)
        return error_set(w->error, ERROR_SYSTEM, "no memory for the records of %s",
                         w->workload->id);
    uint64_t random = w->seed;
    for (uint64_t i = 0; i < s->pool_bytes; i += 8)
        *(uint64_t *)(void *)(s->pool + i) = file_random(&random);

    if (unlinkat(s->directory, FILE_NAME, 0) < 0 && errno != ENOENT)
        return file_error(w, "remove an earlier");
    s->direct = w->param[FILE_DIRECT];
    return file_check_space(w);
}

/* What is on the disk need not stay in memory: who reads next asks the device. */
static void file_let_go(const struct file_state *s)
{
    posix_fadvise(s->fd, 0, 0, POSIX_FADV_DONTNEED);
}

/* For rewrite and read: the file is written once before it is measured, and flushed, so that its
 * blocks are where they will be. */
static int file_prepare_written(struct work *w)
{
    if (file_prepare(w) < 0)
        return -1;
    struct file_state *s = w->state;
    struct histogram *latency = w->latency;
    uint64_t excluded = w->excluded_ns;
    w->latency = NULL;
    s->direct = false;
    int result = file_write_run(w, 1);
    w->latency = latency;
    w->excluded_ns = excluded;
    w->bytes = 0;
    if (result < 0 || file_open(w, O_RDONLY) < 0)
        return -1;
    s->direct = w->param[FILE_DIRECT];
    if (fsync(s->fd) < 0)
        return file_error(w, "flush");
    if (s->direct)
        file_let_go(s);
    return file_close(w);
}

static int file_compare(struct work *w)
{
    struct file_state *s = w->state;
    struct stat st;
    if (fstat(s->fd, &st) < 0)
        return file_error(w, "ask for");
    if ((uint64_t)st.st_size != s->size)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: the file has %" PRIu64 " bytes instead of %" PRIu64, w->workload->id,
                         (uint64_t)st.st_size, s->size);
    for (uint64_t offset = 0; offset < s->size; offset += s->record) {
        unsigned char *record = file_record(s, offset);
        file_stamp_record(s, record, offset);
        if (file_transfer(w, SYS_read, s->buffer) < 0)
            return -1;
        if (memcmp(s->buffer, record, s->record) != 0)
            return file_stamp_wrong(w, offset);
    }
    return 0;
}

static int file_verify(struct work *w)
{
    struct file_state *s = w->state;
    if (!s->exists) /* nothing was measured yet */
        return 0;
    /* What was to be on the disk is read from there. A read was of the cache, or past it, and its
     * stamps were checked then. */
    bool evict = w->param[FILE_SYNC] || w->param[FILE_DIRECT];
    s->direct = false;
    if (file_open(w, O_RDONLY) < 0)
        return -1;
    if (evict)
        file_let_go(s);
    int result = file_compare(w);
    if (w->param[FILE_DIRECT])
        file_let_go(s);
    s->direct = w->param[FILE_DIRECT];
    return file_close(w) < 0 ? -1 : result;
}

static void file_release(struct work *w)
{
    struct file_state *s = w->state;
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    if (s->exists)
        unlinkat(s->directory, FILE_NAME, 0);
    if (s->directory >= 0)
        close(s->directory);
    if (s->pool)
        munmap(s->pool, s->pool_bytes);
    if (s->buffer)
        munmap(s->buffer, s->record);
    if (s->ignoring)
        sigaction(SIGXFSZ, &s->action, NULL);
    free(s);
    w->state = NULL;
}

static const struct workload_ops file_write_ops = {
    .id = "file.write",
    .prepare = file_prepare,
    .run = file_write_run,
    .verify = file_verify,
    .release = file_release,
};
static const struct workload_ops file_rewrite_ops = {
    .id = "file.rewrite",
    .prepare = file_prepare_written,
    .run = file_rewrite_run,
    .verify = file_verify,
    .release = file_release,
};
static const struct workload_ops file_read_ops = {
    .id = "file.read",
    .prepare = file_prepare_written,
    .run = file_read_run,
    .verify = file_verify,
    .release = file_release,
};

const struct workload_ops *const workload_ops_file[] = {
    &file_write_ops,
    &file_rewrite_ops,
    &file_read_ops,
    NULL,
};
