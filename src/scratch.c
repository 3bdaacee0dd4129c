#include "scratch.h"

#include "clock.h"
#include "filesystem.h"
#include "target/undo.h"
#include "text.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PREFIX "vmtax-"
/* Time enough to lock what was just made. */
#define SWEEP_AGE_S 60.0

/* The number in "vmtax-PID"; 0 if it is no such name. */
static pid_t owner_of(const char *name)
{
    if (strncmp(name, PREFIX, sizeof PREFIX - 1) != 0)
        return 0;
    const char *digits = name + sizeof PREFIX - 1;
    size_t n = strspn(digits, "0123456789");
    return n == 0 || n > 9 || digits[n] || digits[0] == '0' ? 0 : (pid_t)strtol(digits, NULL, 10);
}

/* The number alone would not do: it may be of another pid namespace that shares the directory.
 * There the lock says that the owner lives, and the age that it had the time to take it. */
static bool is_dead(int fd, pid_t owner, double age_s)
{
    struct stat st;
    if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 07777) != 0700)
        return false;
    return clock_is_old(st.st_mtime, age_s) && kill(owner, 0) < 0 && errno == ESRCH &&
           flock(fd, LOCK_EX | LOCK_NB) == 0;
}

size_t scratch_sweep(const char *parent, double age_s)
{
    size_t removed = 0;
    DIR *d = opendir(parent);
    if (!d)
        return 0;
    for (struct dirent *item = readdir(d); item; item = readdir(d)) {
        pid_t owner = owner_of(item->d_name);
        int fd = owner ? openat(dirfd(d), item->d_name,
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                       : -1;
        if (fd < 0)
            continue;
        struct error e;
        char *path = xasprintf("%s/%s", parent, item->d_name);
        if (is_dead(fd, owner, age_s)) {
            if (undo_directory(path, &e) == 0)
                removed++;
            else
                fprintf(stderr, "vmtax: left by an earlier run: %s\n", e.text);
        }
        free(path);
        close(fd);
    }
    closedir(d);
    return removed;
}

static int make_below(const char *parent, struct ledger *l, struct scratch *out, struct error *e)
{
    int used = snprintf(out->path, sizeof out->path, "%s/" PREFIX "%d", parent, (int)getpid());
    if (used < 0 || (size_t)used >= sizeof out->path)
        return error_set(e, ERROR_USAGE, "the name of the scratch directory is too long");
    out->swept = scratch_sweep(parent, SWEEP_AGE_S);
    if (ledger_add(l, LEDGER_DIRECTORY, out->path, e) < 0)
        return -1;
    if (mkdir(out->path, 0700) < 0) {
        error_errno(e, errno, "cannot make the scratch directory %s", out->path);
        ledger_forget(l, LEDGER_DIRECTORY, out->path); /* one that is there is another's */
        return -1;
    }
    /* Not every file system has locks; then the process number alone tells. */
    out->lock = open(out->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (out->lock >= 0)
        flock(out->lock, LOCK_EX | LOCK_NB);
    return 0;
}

int scratch_check(const char *wanted, struct error *e)
{
    struct stat st;
    char clean[256];
    text_clean(clean, sizeof clean, *wanted ? wanted : "\"\"");
    if (stat(wanted, &st) < 0)
        return error_errno(e, errno, "--scratch %s", clean);
    if (!S_ISDIR(st.st_mode))
        return error_set(e, ERROR_USAGE, "--scratch %s: that is no directory", clean);
    if (access(wanted, W_OK | X_OK) < 0)
        return error_errno(e, errno, "--scratch %s: cannot write there", clean);
    if (filesystem_in_memory(wanted))
        return error_set(e, ERROR_USAGE,
                         "--scratch %s: it is on %s, which has no disk: disk workloads there would "
                         "measure no disk; name a directory on a disk",
                         clean, filesystem_name(wanted));
    return 0;
}

int scratch_find(const char *wanted, char out[PATH_MAX], struct error *e)
{
    if (wanted) {
        if (!realpath(wanted, out))
            return error_errno(e, errno, "the scratch directory %s", wanted);
        if (filesystem_in_memory(out))
            return error_set(e, ERROR_USAGE,
                             "%s is on %s, which has no disk: disk workloads there would measure "
                             "no disk; name a directory on a disk",
                             wanted, filesystem_name(out));
        return 0;
    }
    const char *home = getenv("HOME");
    char cache[PATH_MAX] = "";
    if (home && home[0] == '/')
        snprintf(cache, sizeof cache, "%s/.cache", home);
    const char *candidates[] = {"/var/tmp", cache, home && home[0] == '/' ? home : ""};
    error_set(e, ERROR_USAGE,
              "no directory on a disk was found for scratch files: name one by "
              "--scratch DIR");
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++)
        if (candidates[i][0] && access(candidates[i], W_OK | X_OK) == 0 &&
            !filesystem_in_memory(candidates[i])) {
            text_copy(out, PATH_MAX, candidates[i]);
            return 0;
        }
    return -1;
}

bool scratch_room(const char *below, uint64_t *bytes)
{
    struct statvfs fs;
    if (statvfs(below, &fs) < 0)
        return false;
    *bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
    return true;
}

int scratch_make(const char *wanted, struct ledger *l, struct scratch *out, struct error *e)
{
    char below[PATH_MAX];
    *out = (struct scratch){.lock = -1};
    return scratch_find(wanted, below, e) < 0 ? -1 : make_below(below, l, out, e);
}
