/* The file that disk workloads share (datafile.h). */
#include <config.h>

#include "workloads/datafile.h"

#include "filesystem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define POOL_BYTES  (UINT64_C(1) << 20)
#define POOL_FEW    (UINT64_C(256) << 10)
#define HUGE_BYTES  (UINT64_C(2) << 20)
#define STAMP_BYTES UINT64_C(4096)
#define ALIGN_BYTES UINT64_C(512) /* the least that O_DIRECT may ask for */
#define PLACE_MAX   160
#define SPACE_BYTES (UINT64_C(8) << 20) /* stay free beside the file */

/* How many bytes of a path come before its last component that begins so; all if none does. */
WORK_FAILED static int before(const char *path, int length, const char *component)
{
    const char *last = NULL;
    for (const char *at = path; (at = strstr(at, component)) && at - path < length; at++)
        last = at;
    return last ? (int)(last - path) : length;
}

/* The place as the user knows it: what --scratch named, or a machine's own disk, and the file
 * system there. The directories that a run makes below it are nobody's to look at. */
WORK_FAILED static char *place_of(const struct work *w, char out[PLACE_MAX])
{
    const struct datafile *s = w->state;
    const char *name = filesystem_name(w->scratch);
    int length = before(w->scratch, PLACE_MAX - 32, "/worker-");
    if (s && s->own_kernel)
        snprintf(out, PLACE_MAX, "the machine's scratch disk (%s)", name);
    else
        snprintf(out, PLACE_MAX, "%.*s (%s)", before(w->scratch, length, "/vmtax-"), w->scratch,
                 name);
    return out;
}

WORK_FAILED static int file_error(struct work *w, const char *what)
{
    int error = errno;
    char place[PLACE_MAX];
    const struct datafile *s = w->state;
    const char *remedy = "";
    if (error == ENOSPC && s && s->own_kernel)
        remedy = "; take a smaller size: that disk is made for what the plan needs";
    else if (error == ENOSPC || error == EDQUOT || error == EFBIG)
        remedy = "; free some space, take a smaller size, or name another directory with --scratch";
    else if (error == EROFS || error == EACCES || error == EPERM)
        remedy = "; name a directory that can be written with --scratch";
    else if (error == EINVAL && w->param[DATAFILE_DIRECT])
        remedy = "; this file system or this record size may not allow direct=yes";
    return error_set(w->error, ERROR_SYSTEM, "%s: cannot %s its file on %s: %s%s", w->workload->id,
                     what, place_of(w, place), strerror(error), remedy);
}

static uint64_t datafile_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* What the stamp at an offset of the file says in a pass; never what was there in another. */
WORK_TIMED static uint64_t stamp_of(uint64_t pass, uint64_t offset)
{
    return (pass << 40) ^ offset ^ UINT64_C(0x76d7a5f11e000000);
}

WORK_TIMED static unsigned char *stamped(struct datafile *s, uint64_t offset, uint64_t pass)
{
    unsigned char *record = s->pool + offset % s->pool_bytes;
    for (uint64_t i = 0; i < s->record; i += s->stamp)
        *(uint64_t *)(void *)(record + i) = stamp_of(pass, offset + i);
    return record;
}

WORK_TIMED unsigned char *datafile_stamped(struct datafile *s, uint64_t offset)
{
    return stamped(s, offset, s->pass);
}

WORK_FAILED static int stamp_wrong(struct work *w, uint64_t offset)
{
    return error_set(w->error, ERROR_SYSTEM,
                     "%s: what was read at byte %" PRIu64 " is not what was written there",
                     w->workload->id, offset);
}

WORK_TIMED int datafile_stamps(struct work *w, uint64_t offset, uint64_t pass)
{
    const struct datafile *s = w->state;
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < s->record; i += s->stamp)
        wrong |= *(const uint64_t *)(const void *)(s->buffer + i) ^ stamp_of(pass, offset + i);
    return __builtin_expect(wrong != 0, 0) ? stamp_wrong(w, offset) : 0;
}

WORK_TIMED int datafile_open(struct work *w, int flags)
{
    struct datafile *s = w->state;
    if (s->direct)
        flags |= O_DIRECT;
    if (flags & O_CREAT)
        s->exists = true; /* a file system without O_DIRECT makes the file and then refuses it */
    s->fd = openat(s->directory, DATAFILE_NAME, flags | O_CLOEXEC, 0600);
    return s->fd < 0 ? file_error(w, flags & O_CREAT ? "create" : "open") : 0;
}

WORK_TIMED int datafile_close(struct work *w)
{
    struct datafile *s = w->state;
    int fd = s->fd;
    s->fd = -1;
    return fd >= 0 && close(fd) < 0 ? file_error(w, "close") : 0;
}

WORK_TIMED int datafile_create(struct work *w)
{
    struct datafile *s = w->state;
    s->pass++;
    if (s->exists && unlinkat(s->directory, DATAFILE_NAME, 0) < 0)
        return file_error(w, "remove");
    return datafile_open(w, O_WRONLY | O_CREAT | O_EXCL);
}

WORK_TIMED int datafile_transfer(struct work *w, long call, unsigned char *data)
{
    struct datafile *s = w->state;
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

WORK_TIMED int datafile_seek(struct work *w, uint64_t offset)
{
    const struct datafile *s = w->state;
    return lseek(s->fd, (off_t)offset, SEEK_SET) < 0 ? file_error(w, "seek in") : 0;
}

WORK_TIMED int datafile_flush(struct work *w)
{
    const struct datafile *s = w->state;
    return fsync(s->fd) < 0 ? file_error(w, "flush") : 0;
}

static int no_space(struct work *w, uint64_t free_bytes)
{
    const struct datafile *s = w->state;
    char place[PLACE_MAX];
    return error_set(w->error, ERROR_USAGE,
                     "%s: %" PRIu64 " MiB are free on %s, %" PRIu64 " are needed: %s",
                     w->workload->id, free_bytes >> 20, place_of(w, place),
                     (s->size + SPACE_BYTES + (1 << 20) - 1) >> 20,
                     s->own_kernel ? "take a smaller size"
                                   : "free some there, take a smaller size, or name another "
                                     "directory with --scratch DIR");
}

/* Is there room for the file, and can a file be made? Said before anything is measured. */
static int check_space(struct work *w)
{
    struct datafile *s = w->state;
    struct statvfs v;
    if (fstatvfs(s->directory, &v) < 0)
        return file_error(w, "ask for the free space beside");
    uint64_t free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
    if (free_bytes < SPACE_BYTES || free_bytes - SPACE_BYTES < s->size)
        return no_space(w, free_bytes);
    return 0;
}

static size_t whole_pages(uint64_t bytes)
{
    return (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
}

void *datafile_memory(uint64_t bytes)
{
    size_t size = whole_pages(bytes);
    unsigned char *p = mmap(NULL, size + HUGE_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    size_t above = (uintptr_t)p % HUGE_BYTES, ahead = above ? HUGE_BYTES - above : 0;
    if (ahead)
        munmap(p, ahead);
    munmap(p + ahead + size, HUGE_BYTES - ahead);
    madvise(p + ahead, size, MADV_HUGEPAGE);
    return p + ahead;
}

void datafile_memory_free(void *p, uint64_t bytes)
{
    if (p)
        munmap(p, whole_pages(bytes));
}

/* The words of vmtax on the kernel's command line (agent/boot.h): this kernel is the target's own.
 */
static bool kernel_is_ours(void)
{
    char line[4096];
    int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof line - 1);
    if (fd >= 0)
        close(fd);
    line[n > 0 ? n : 0] = '\0';
    return strstr(line, "vmtax.root=") != NULL;
}

int datafile_prepare(struct work *w, size_t state_bytes)
{
    struct datafile *s = calloc(1, state_bytes);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    s->directory = s->fd = -1;
    w->state = s;
    s->size = w->param[DATAFILE_SIZE];
    s->record = w->param[DATAFILE_RECORD];
    s->stamp = s->record < STAMP_BYTES ? s->record : STAMP_BYTES;
    const char *record = w->workload->params[DATAFILE_RECORD].name;
    if (s->size % s->record || s->record % s->stamp || s->record % ALIGN_BYTES)
        return error_set(w->error, ERROR_USAGE,
                         "%s: size must be a multiple of %s, and %s of 4K (of 512 below)",
                         w->workload->id, record, record);
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

    bool small = s->size <= POOL_BYTES && !w->param[DATAFILE_DIRECT] && !w->param[DATAFILE_SYNC];
    uint64_t pool_bytes = small ? POOL_FEW : POOL_BYTES;
    s->pool_bytes = (pool_bytes + s->record - 1) / s->record * s->record;
    s->pool = datafile_memory(s->pool_bytes);
    s->buffer = datafile_memory(s->record);
    if (!s->pool || !s->buffer)
        return error_set(w->error, ERROR_SYSTEM, "no memory for the records of %s",
                         w->workload->id);
    uint64_t random = w->seed;
    for (uint64_t i = 0; i < s->pool_bytes; i += 8)
        *(uint64_t *)(void *)(s->pool + i) = datafile_random(&random);

    if (unlinkat(s->directory, DATAFILE_NAME, 0) < 0 && errno != ENOENT)
        return file_error(w, "remove");
    s->direct = w->param[DATAFILE_DIRECT];
    s->own_kernel = kernel_is_ours();
    return check_space(w);
}

/* What is on the disk need not stay in memory: who reads next asks the device. */
static void let_go(const struct datafile *s)
{
    posix_fadvise(s->fd, 0, 0, POSIX_FADV_DONTNEED);
}

/* All clean pages of the target's own kernel. Where that is not allowed they stay. */
static bool drop_caches(void)
{
    int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t written = write(fd, "1", 1);
    close(fd);
    return written == 1;
}

static int write_all(struct work *w)
{
    struct datafile *s = w->state;
    if (datafile_create(w) < 0)
        return -1;
    for (uint64_t offset = 0; offset < s->size; offset += s->record)
        if (datafile_transfer(w, SYS_write, datafile_stamped(s, offset)) < 0)
            return -1;
    return datafile_flush(w);
}

int datafile_fill(struct work *w)
{
    struct datafile *s = w->state;
    s->direct = false;
    int result = write_all(w);
    s->direct = w->param[DATAFILE_DIRECT];
    if (result < 0)
        return -1;
    if (s->direct)
        let_go(s);
    return datafile_close(w);
}

static int compare(struct work *w)
{
    struct datafile *s = w->state;
    struct stat st;
    if (fstat(s->fd, &st) < 0)
        return file_error(w, "ask for");
    if ((uint64_t)st.st_size != s->size)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: the file has %" PRIu64 " bytes instead of %" PRIu64, w->workload->id,
                         (uint64_t)st.st_size, s->size);
    for (uint64_t offset = 0; offset < s->size; offset += s->record) {
        bool older = s->older && s->older[offset / s->record];
        unsigned char *record = stamped(s, offset, s->pass - older);
        if (datafile_transfer(w, SYS_read, s->buffer) < 0)
            return -1;
        if (s->marked)
            memcpy(s->buffer + sizeof(uint64_t), record + sizeof(uint64_t), sizeof(uint64_t));
        if (memcmp(s->buffer, record, s->record) != 0)
            return stamp_wrong(w, offset);
    }
    return 0;
}

int datafile_check(struct work *w)
{
    struct datafile *s = w->state;
    if (datafile_close(w) < 0)
        return -1;
    if (!s->exists) /* nothing was measured yet */
        return 0;
    /* What was to be on the disk is read from there. A read was of the cache, or past it, and its
     * stamps were checked then. */
    bool evict = w->param[DATAFILE_SYNC] || w->param[DATAFILE_DIRECT];
    s->direct = false;
    if (datafile_open(w, O_RDONLY) < 0)
        return -1;
    if (evict)
        let_go(s);
    int result = compare(w);
    /* Not where that would begin to write what nobody wanted flushed. */
    w->dropped = DROPPED_NOTHING;
    if (evict || !(w->workload->disk & DISK_WRITES)) {
        let_go(s);
        w->dropped = DROPPED_FILE;
    }
    s->direct = w->param[DATAFILE_DIRECT];
    if (w->drop && drop_caches())
        w->dropped = DROPPED_ALL;
    return datafile_close(w) < 0 ? -1 : result;
}

void datafile_release(struct work *w)
{
    struct datafile *s = w->state;
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    if (s->exists)
        unlinkat(s->directory, DATAFILE_NAME, 0);
    if (s->directory >= 0)
        close(s->directory);
    datafile_memory_free(s->pool, s->pool_bytes);
    datafile_memory_free(s->buffer, s->record);
    if (s->ignoring)
        sigaction(SIGXFSZ, &s->action, NULL);
    free(s);
    w->state = NULL;
}
