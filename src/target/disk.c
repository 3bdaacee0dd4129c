#include "config.h"

#include "target/disk.h"

#include "executable.h"
#include "target/boot_files.h"
#include "target/spawn.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)4 << 20)
/* So much at a time goes to the disk: as long as that takes, nobody hears that it shall end. */
#define SYNC_BYTES ((uint64_t)64 << 20)
#define MKE2FS_S   30.0
/* Beside the largest file: the file system itself, its journal, and small files. */
#define SLACK_BYTES (UINT64_C(64) << 20)

/* What must be free before a disk of so many bytes is made. */
static uint64_t room_for(uint64_t bytes)
{
    return bytes + bytes / 10;
}

static int look_for_space(const char *path, uint64_t bytes, struct error *e)
{
    char directory[4096];
    struct statvfs fs;
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length == 0 || length >= sizeof directory)
        return error_set(e, ERROR_SYSTEM, "no place for a scratch disk: %s", path);
    memcpy(directory, path, length);
    directory[length] = '\0';
    if (statvfs(directory, &fs) < 0)
        return error_errno(e, errno, "%s", directory);
    uint64_t unused = (uint64_t)fs.f_bavail * fs.f_frsize;
    if (unused < room_for(bytes))
        return error_set(e, ERROR_SYSTEM,
                         "a scratch disk of %" PRIu64 " MiB needs more than the %" PRIu64
                         " MiB that are free below %s: make room there, or name another place "
                         "with --scratch DIR",
                         bytes >> 20, unused >> 20, directory);
    return 0;
}

/* Marsaglia's xorshift: nothing compresses it, and it is faster than any disk. */
static void fill(uint64_t *words, size_t count, uint64_t *state)
{
    uint64_t x = *state;
    for (size_t i = 0; i < count; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        words[i] = x;
    }
    *state = x;
}

static int to_disk(int fd, int interrupt, const char *path, struct error *e)
{
    struct pollfd p = {.fd = interrupt, .events = POLLIN};
    if (fdatasync(fd) < 0)
        return error_errno(e, errno, "the scratch disk %s could not be written", path);
    return poll(&p, 1, 0) > 0 ? error_set(e, ERROR_INTERRUPTED, "interrupted") : 0;
}

static int write_all(int fd, uint64_t bytes, int interrupt, const char *path, struct error *e)
{
    uint64_t *buffer = malloc(BUFFER_BYTES), state = UINT64_C(0x9e3779b97f4a7c15);
    int rc = buffer ? 0 : error_set(e, ERROR_SYSTEM, "out of memory for the scratch disk");
    for (uint64_t left = bytes; rc == 0 && left > 0;) {
        size_t piece = left < BUFFER_BYTES ? (size_t)left : BUFFER_BYTES;
        fill(buffer, BUFFER_BYTES / sizeof *buffer, &state);
        for (size_t done = 0; rc == 0 && done < piece;) {
            ssize_t n = write(fd, (const char *)buffer + done, piece - done);
            if (n < 0 && errno != EINTR)
                rc = error_errno(e, errno, "the scratch disk %s could not be written", path);
            else if (n > 0)
                done += (size_t)n;
        }
        left -= piece;
        if (rc == 0 && (left == 0 || left % SYNC_BYTES < BUFFER_BYTES))
            rc = to_disk(fd, interrupt, path, e);
    }
    free(buffer);
    return rc;
}

static int make_file_system(const char *path, const char *seed, struct ledger *ledger,
                            struct error *e)
{
    static const char *const places[] = {"/usr/sbin/mke2fs", "/sbin/mke2fs", "/usr/bin/mke2fs",
                                         NULL};
    const char *program = executable_first(places);
    if (!program)
        return error_set(e, ERROR_SYSTEM, "a scratch disk needs mke2fs: install e2fsprogs");
    /* nodiscard: what has been written stays written. */
    const char *const argv[] = {program,
                                "-q",
                                "-F",
                                "-t",
                                "ext4",
                                "-m",
                                "0",
                                "-E",
                                "nodiscard,lazy_itable_init=0,lazy_journal_init=0",
                                seed ? "-d" : path,
                                seed,
                                seed ? path : NULL,
                                NULL};
    struct spawn_options how = {.argv = argv, .ledger = ledger, .pass_fd = -1};
    struct spawn *s = spawn_new(&how, e);
    if (!s)
        return -1;
    bool ended = spawn_wait_end(s, MKE2FS_S);
    int code = spawn_exit_code(s);
    char words[300];
    spawn_last_words(s, words, sizeof words);
    spawn_free(s);
    if (!ended || code != 0)
        return error_set(e, ERROR_SYSTEM, "mke2fs on the scratch disk %s", words);
    return 0;
}

int disk_make(const char *path, uint64_t bytes, const char *seed, struct ledger *ledger,
              int interrupt, struct error *e)
{
    if (look_for_space(path, bytes, e) < 0)
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_errno(e, errno, "the scratch disk %s could not be made", path);
    int rc = 0, cause = posix_fallocate(fd, 0, (off_t)bytes);
    if (cause)
        rc = error_errno(e, cause, "no %" PRIu64 " MiB for the scratch disk %s", bytes >> 20, path);
    if (rc == 0)
        rc = write_all(fd, bytes, interrupt, path, e);
    close(fd);
    if (rc == 0)
        rc = make_file_system(path, seed, ledger, e);
    if (rc < 0)
        unlink(path);
    return rc;
}

uint64_t disk_bytes(uint64_t scratch_bytes)
{
    return scratch_bytes + scratch_bytes / 8 + SLACK_BYTES;
}

bool disk_fits(uint64_t scratch_bytes, uint64_t room)
{
    return room >= room_for(disk_bytes(scratch_bytes));
}

char *disk_make_scratch(const struct target_options *o, struct ledger *branch, struct error *e)
{
    uint64_t bytes = disk_bytes(o->scratch_bytes);
    /* The branch's label ends in its number: one image for each machine of a run. */
    const char *label = ledger_label(branch), *number = strrchr(label, ':');
    char *path = xasprintf("%s/vmtax-disk-%s.img", o->scratch, number ? number + 1 : "0");
    int interrupt = o->waiter ? o->waiter->interrupt_fd : -1;
    boot_stage(o, "writing the scratch disk");
    if (ledger_add(branch, LEDGER_FILE, path, e) == 0 &&
        disk_make(path, bytes, o->scratch_seed, branch, interrupt, e) == 0)
        return path;
    free(path);
    return NULL;
}
