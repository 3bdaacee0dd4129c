#include "config.h"

#include "target/undo.h"

#include "target/network.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Directories nested deeper than this are not ours. */
#define DEPTH_MAX 128
#define ROUND_MS  10

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

uint64_t undo_process_start(pid_t pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    /* The name in parentheses may hold anything; the start time is the 20th word after it. */
    char *at = strrchr(text, ')');
    if (at && (at[2] == 'Z' || at[2] == 'X'))
        return 0; /* ended, only not waited for yet */
    for (int word = 0; at && word < 20; word++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

int undo_process(pid_t pid, uint64_t start, double patience_s, struct error *e)
{
    if (pid <= 1 || start == 0)
        return error_set(e, ERROR_DATA, "process %d is not one that a run can have started",
                         (int)pid);
    /* The descriptor pins the process, so the number cannot be reused between look and kill. */
    int pinned = (int)syscall(SYS_pidfd_open, pid, 0);
    if (undo_process_start(pid) != start) {
        if (pinned >= 0)
            close(pinned);
        return 0;
    }
    if (getpgid(pid) == pid && pid != getpgrp())
        kill(-pid, SIGKILL);
    int failed = pinned >= 0 ? (int)syscall(SYS_pidfd_send_signal, pinned, SIGKILL, NULL, 0)
                             : kill(pid, SIGKILL);
    int cause = errno;
    if (pinned >= 0)
        close(pinned);
    if (failed && cause != ESRCH)
        return error_errno(e, cause, "process %d could not be ended (kill -9 %d)", (int)pid,
                           (int)pid);
    for (int i = 0;; i++) {
        if (undo_process_start(pid) != start)
            return 0;
        if (i * ROUND_MS >= patience_s * 1e3)
            break;
        pause_ms(ROUND_MS);
    }
    return error_set(
        e, ERROR_SYSTEM,
        "process %d does not end: it waits in the kernel, as a rule for a disk; once it has "
        "ended, the next vmtax removes what is left (see ps %d)",
        (int)pid, (int)pid);
}

static bool environment_has(pid_t pid, const char *variable, const char *label, int is_prefix)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    /* Ours is set first by spawn.c, so a bounded look is enough even in a huge environment. */
    static const size_t size = 65536;
    char *text = malloc(size);
    ssize_t n = text ? read(fd, text, size - 1) : -1;
    close(fd);
    bool found = false;
    if (n > 0) {
        text[n] = '\0';
        size_t variable_length = strlen(variable), label_length = strlen(label);
        for (const char *at = text; at < text + n && !found; at += strlen(at) + 1) {
            if (strncmp(at, variable, variable_length) != 0 || at[variable_length] != '=')
                continue;
            const char *value = at + variable_length + 1;
            found = is_prefix ? strncmp(value, label, label_length) == 0 : !strcmp(value, label);
        }
    }
    free(text);
    return found;
}

void undo_labelled(const char *variable, const char *label, int is_prefix)
{
    /* Twice, because a process may have forked while we looked; the second look finds nothing in
     * nearly every case and then ends the loop. */
    for (int round = 0; round < 5; round++) {
        DIR *proc = opendir("/proc");
        if (!proc)
            return;
        bool any = false;
        struct dirent *entry;
        while ((entry = readdir(proc))) {
            char *end;
            long pid = strtol(entry->d_name, &end, 10);
            if (*end || pid <= 1 || pid == getpid())
                continue;
            uint64_t start = undo_process_start((pid_t)pid);
            if (!environment_has((pid_t)pid, variable, label, is_prefix))
                continue;
            any = true;
            undo_process((pid_t)pid, start, 0.2, NULL);
        }
        closedir(proc);
        if (!any)
            return;
    }
}

int undo_mount(const char *path, struct error *e)
{
    if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 || errno == EINVAL || errno == ENOENT)
        return 0;
    return error_errno(e, errno, "%s could not be unmounted (umount -l %s)", path, path);
}

/* Ends what is in the group at this directory. */
static void cgroup_kill(int directory)
{
    int fd = openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        bool done = write(fd, "1", 1) == 1;
        close(fd);
        if (done)
            return;
    }
    fd = openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (!file) {
        if (fd >= 0)
            close(fd);
        return;
    }
    int pid;
    while (fscanf(file, "%d", &pid) == 1) {
        if (pid > 1 && pid != getpid())
            kill(pid, SIGKILL);
    }
    fclose(file);
}

/* One round: kill, children first, remove. 0 when the directory is gone. */
static int cgroup_remove(int parent, const char *name, int depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    cgroup_kill(fd);
    int copy = depth < DEPTH_MAX ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;
    DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
    if (directory) {
        struct dirent *entry;
        while ((entry = readdir(directory))) {
            struct stat st;
            if (entry->d_name[0] == '.' ||
                fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
                continue;
            cgroup_remove(fd, entry->d_name, depth + 1);
        }
        closedir(directory);
    } else if (copy >= 0) {
        close(copy);
    }
    close(fd);
    return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
}

int undo_cgroup(const char *path, double patience_s, struct error *e)
{
    for (int i = 0;; i++) {
        if (cgroup_remove(AT_FDCWD, path, 0) == 0)
            return 0;
        if (errno == EROFS || errno == EACCES || errno == EPERM || i * ROUND_MS >= patience_s * 1e3)
            break;
        pause_ms(ROUND_MS);
    }
    int cause = errno;
    return error_errno(e, cause, "cgroup %s could not be removed (find %s -depth -type d -delete)",
                       path, path);
}

int undo_link(const char *name, struct error *e)
{
    return network_delete(name, e);
}

/* Which mount a directory lies on, so that a bind mount of the same device is noticed too. */
static uint64_t mount_of(int fd)
{
#ifdef STATX_MNT_ID
    struct statx sx;
    if (statx(fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_MNT_ID, &sx) == 0 &&
        (sx.stx_mask & STATX_MNT_ID))
        return sx.stx_mnt_id;
#endif
    struct stat st;
    return fstat(fd, &st) == 0 ? (uint64_t)st.st_dev : 0;
}

static int remove_entry(int fd, const char *name, uint64_t mount, int depth);

/* Without memory of its own: it may be the lack of it that ends the program. */
static int remove_contents(int fd, uint64_t mount, int depth)
{
    _Alignas(struct dirent64) char entries[4096];
    int cause = 0;
    ssize_t n;
    while ((n = getdents64(fd, entries, sizeof entries)) > 0)
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(entries + at);
            at += entry->d_reclen;
            if (remove_entry(fd, entry->d_name, mount, depth) < 0)
                cause = errno;
        }
    if (n < 0)
        cause = errno;
    errno = cause;
    return cause ? -1 : 0;
}

static int remove_entry(int fd, const char *name, uint64_t mount, int depth)
{
    if (!strcmp(name, ".") || !strcmp(name, "..") || unlinkat(fd, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    int child = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (child < 0 && errno == EACCES) {
        /* Overlay leaves a working directory without any right; it is ours. */
        fchmodat(fd, name, 0700, 0);
        child = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }
    if (child < 0)
        return -1;
    int bad = 0;
    if (mount_of(child) != mount)
        bad = EXDEV;
    else if (depth >= DEPTH_MAX)
        bad = ELOOP;
    else if (remove_contents(child, mount, depth + 1) < 0)
        bad = errno;
    close(child);
    if (!bad && unlinkat(fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
        bad = errno;
    errno = bad;
    return bad ? -1 : 0;
}

int undo_directory(const char *path, struct error *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return 0;
        return error_errno(e, errno, "%s is not the directory that was made and was left alone",
                           path);
    }
    /* A directory that we made lies on the mount of its parent; else something covers it. */
    int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool covered = parent < 0 || mount_of(parent) != mount_of(fd);
    if (parent >= 0)
        close(parent);
    if (covered) {
        close(fd);
        return error_set(e, ERROR_SYSTEM, "%s has something mounted on it (umount -l %s)", path,
                         path);
    }
    int failed = remove_contents(fd, mount_of(fd), 0);
    int cause = errno;
    close(fd);
    if (!failed && (rmdir(path) == 0 || errno == ENOENT))
        return 0;
    if (!failed)
        cause = errno;
    return error_errno(e, cause, "%s could not be removed (rm -r --one-file-system %s)", path,
                       path);
}

int undo_file(const char *path, struct error *e)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    return error_errno(e, errno, "%s could not be removed (rm %s)", path, path);
}
