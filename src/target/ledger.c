#include "config.h"

#include "target/ledger.h"

#include "target/ledger_file.h"
#include "target/ledger_kind.h"
#include "target/undo.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RUN_PREFIX    "run-"
#define PATIENCE_S    2.0
#define LOCK_PATIENCE 200 /* tries, 50 ms apart */

struct entry {
    struct ledger_promise promise;
    const struct ledger *owner; /* branch that made it */
};

/* Shared by a ledger and its branches. */
struct shared {
    pthread_mutex_t lock;
    char *directory;
    int fd; /* of the ledger file, locked as long as we live */
    unsigned next_number, next_branch;
    struct entry *entries;
    size_t count, room;
    bool any_process;
    bool told;       /* that a process, or a cgroup with one in it, is left */
    size_t failures; /* what branches could not undo */
};

struct ledger {
    struct shared *shared;
    bool is_branch, any_process;
    char *label;
    struct guard *guard; /* of the run's own, not of a branch */
};

/* Whoever calls exit() in the middle of a run, as where memory could not be had, closes it. */
struct guard {
    struct ledger *ledger; /* NULL: it is closed */
    pid_t owner;
};

/* What is left of PATIENCE_S since from, so that a machine that hangs costs it once and not for
 * each thing. */
static double patience_left(const struct timespec *from)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double used = (double)(now.tv_sec - from->tv_sec) +
                  (double)(now.tv_nsec - from->tv_nsec) * 1e-9;
    return used < PATIENCE_S ? PATIENCE_S - used : 0;
}

/* What could not be undone, in a line. A process that does not end keeps its cgroups, one for every
 * controller: of all those the first line says it, and no later start says it again. fd: of the
 * ledger file. */
static void tell_left(bool *told, int fd, enum ledger_kind kind, const char *head,
                      const struct error *e)
{
    bool running = kind == LEDGER_PROCESS || kind == LEDGER_CGROUP;
    if (running && *told)
        return;
    fprintf(stderr, "vmtax: %s%s\n", head, e->text);
    if (running) {
        *told = true;
        (void)ledger_file_told(fd); /* else it is told once more */
    }
}

/* --- what dead runs left ---------------------------------------------------------------------- */

/* Undo one run directory if its owner is gone. 1 cleaned, 0 alive or not ours. */
static int sweep_one(const char *base, const char *name)
{
    struct ledger_file left = {0};
    char *run = xasprintf("%s/%s", base, name);
    char *path = xasprintf("%s/ledger", run);
    int result = 0;
    struct stat st;
    if (lstat(run, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
        goto out;
    int fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        goto out;
    }
    struct error e = {0};
    size_t failures = 0;
    if (fd >= 0) {
        ledger_file_read(&left, fd, run);
        char *label = xasprintf("%s:", run);
        undo_labelled(LEDGER_VARIABLE, label, true);
        free(label);
        struct timespec from;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (size_t i = left.count; i-- > 0;) {
            const struct ledger_promise *p = &left.promises[i];
            if (!p->argument || (p->kind == LEDGER_PROCESS && !left.numbers_hold))
                continue;
            if (ledger_kind_undo(p->kind, p->argument, patience_left(&from), &e) < 0) {
                failures++;
                tell_left(&left.told, fd, p->kind, "left by an earlier run: ", &e);
            }
        }
    }
    /* Keep the ledger while something of it remains: the next start tries again. */
    if (!failures && undo_directory(run, &e) < 0)
        fprintf(stderr, "vmtax: left by an earlier run: %s\n", e.text);
    if (fd >= 0)
        close(fd);
    result = !failures;
out:
    ledger_file_release(&left);
    free(run);
    free(path);
    return result;
}

static size_t sweep(const char *base)
{
    size_t cleaned = 0;
    DIR *directory = opendir(base);
    if (!directory)
        return 0;
    struct dirent *entry;
    while ((entry = readdir(directory)))
        if (!strncmp(entry->d_name, RUN_PREFIX, sizeof RUN_PREFIX - 1))
            cleaned += (size_t)sweep_one(base, entry->d_name);
    closedir(directory);
    return cleaned;
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Make base if need be; is it a private directory of ours? */
static bool base_usable(const char *base)
{
    struct stat st;
    if (mkdir(base, 0700) < 0 && errno != EEXIST)
        return false;
    return lstat(base, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           (st.st_mode & 022) == 0 && access(base, W_OK | X_OK) == 0;
}

static char *choose_base(struct error *e)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    struct stat st;
    if (runtime && runtime[0] == '/' && stat(runtime, &st) == 0 && st.st_uid == geteuid()) {
        char *base = xasprintf("%s/vmtax", runtime);
        if (base_usable(base))
            return base;
        free(base);
    }
    if (geteuid() == 0 && base_usable("/run/vmtax"))
        return xstrdup("/run/vmtax");
    char *base = xasprintf("/tmp/vmtax-%u", (unsigned)geteuid());
    if (base_usable(base))
        return base;
    error_set(e, ERROR_SYSTEM,
              "no private directory for the run: %s is not a directory of this user alone; remove "
              "it or set XDG_RUNTIME_DIR",
              base);
    free(base);
    return NULL;
}

/* The lock of the base keeps a directory that is being made from being taken for a dead one, and
 * the base from being removed under it. -1 with errno; ENOENT: the base was removed, make it again.
 */
static int lock_base(const char *base)
{
    char *path = xasprintf("%s/lock", base);
    int fd = -1;
    for (int i = 0; i < LOCK_PATIENCE; i++) {
        struct stat held, there;
        fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
            break;
        bool locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
        /* Who removed the base removed the file that we may have waited for. */
        if (locked && fstat(fd, &held) == 0 && lstat(path, &there) == 0 &&
            held.st_ino == there.st_ino && held.st_dev == there.st_dev)
            break;
        close(fd);
        fd = -1;
        errno = EBUSY;
        if (!locked)
            nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    int cause = errno;
    free(path);
    errno = cause;
    return fd;
}

/* The last run of this user takes the base along. The caller holds its lock. */
static void remove_base(const char *base)
{
    DIR *directory = opendir(base);
    if (!directory)
        return;
    size_t others = 0;
    struct dirent *entry;
    while ((entry = readdir(directory)))
        others += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") &&
                  strcmp(entry->d_name, "lock");
    closedir(directory);
    if (others)
        return;
    char *path = xasprintf("%s/lock", base);
    unlink(path);
    free(path);
    rmdir(base);
}

/* A new run directory with its locked ledger, in a base whose lock is held. */
static struct shared *make_run(const char *base, struct error *e)
{
    char *directory = xasprintf("%s/" RUN_PREFIX "%d-XXXXXX", base, (int)getpid());
    if (!mkdtemp(directory)) {
        error_errno(e, errno, "the run directory %s could not be made", directory);
        free(directory);
        return NULL;
    }
    char *path = xasprintf("%s/ledger", directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    struct shared *s = NULL;
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || ledger_file_begin(fd) < 0) {
        error_errno(e, errno, "%s could not be written", path);
        if (fd >= 0) {
            close(fd);
            unlink(path);
        }
        rmdir(directory); /* also when there is no descriptor left to look into it */
        free(directory);
    } else {
        s = xcalloc(1, sizeof *s);
        s->directory = directory;
        s->fd = fd;
        pthread_mutex_init(&s->lock, NULL);
    }
    free(path);
    return s;
}

/* In a child that had no time to become another program it is not ours. Within the ledger's own
 * work nothing can be done: the next start does it. */
static void close_at_exit(int status, void *argument)
{
    struct guard *g = argument;
    struct ledger *l = g->owner == getpid() ? g->ledger : NULL;
    (void)status;
    if (l && pthread_mutex_trylock(&l->shared->lock) == 0) {
        pthread_mutex_unlock(&l->shared->lock);
        ledger_close(l);
    }
    free(g);
}

struct ledger *ledger_open(size_t *swept, struct error *e)
{
    char *base = NULL;
    int lock = -1;
    for (int i = 0; i < 10 && lock < 0; i++) {
        free(base);
        base = choose_base(e);
        if (!base)
            return NULL;
        lock = lock_base(base);
        if (lock < 0 && errno != ENOENT)
            break;
    }
    if (lock < 0) {
        error_errno(e, errno, "%s could not be locked; is another vmtax hanging?", base);
        free(base);
        return NULL;
    }
    size_t cleaned = sweep(base);
    if (swept)
        *swept = cleaned;
    struct shared *s = make_run(base, e);
    close(lock);
    free(base);
    if (!s)
        return NULL;
    struct ledger *l = xcalloc(1, sizeof *l);
    l->shared = s;
    l->label = xasprintf("%s:", s->directory);
    l->guard = xcalloc(1,
                       sizeof *l->guard); /* stays: what is called at the end cannot be withdrawn */
    *l->guard = (struct guard){.ledger = l, .owner = getpid()};
    on_exit(close_at_exit, l->guard);
    return l;
}

struct ledger *ledger_branch(struct ledger *l)
{
    struct ledger *branch = xcalloc(1, sizeof *branch);
    branch->shared = l->shared;
    branch->is_branch = true;
    pthread_mutex_lock(&l->shared->lock);
    branch->label = xasprintf("%s:%u", l->shared->directory, ++l->shared->next_branch);
    pthread_mutex_unlock(&l->shared->lock);
    return branch;
}

const char *ledger_directory(const struct ledger *l)
{
    return l->shared->directory;
}

const char *ledger_label(const struct ledger *l)
{
    return l->label;
}

/* Does its owner live? "run-PID-XXXXXX"; the lock of the base is held. */
static bool is_alive(const char *base, const char *name)
{
    char *path = xasprintf("%s/%s/ledger", base, name);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    bool alive = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    if (fd >= 0)
        close(fd);
    free(path);
    return alive;
}

size_t ledger_others(const struct ledger *l, pid_t *pids, size_t room)
{
    size_t count = 0;
    char *base = xstrdup(l->shared->directory);
    char *own = strrchr(base, '/');
    *own++ = '\0';
    char *path = xasprintf("%s/lock", base);
    /* Without it a ledger that is just being made could not be locked by its owner. */
    int lock = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0 ? opendir(base) : NULL;
    struct dirent *entry;
    while (directory && count < room && (entry = readdir(directory))) {
        if (strncmp(entry->d_name, RUN_PREFIX, sizeof RUN_PREFIX - 1) != 0 ||
            strcmp(entry->d_name, own) == 0 || !is_alive(base, entry->d_name))
            continue;
        pids[count++] = (pid_t)strtol(entry->d_name + sizeof RUN_PREFIX - 1, NULL, 10);
    }
    if (directory)
        closedir(directory);
    if (lock >= 0)
        close(lock);
    free(path);
    free(base);
    return count;
}

int ledger_add(struct ledger *l, enum ledger_kind kind, const char *argument, struct error *e)
{
    struct shared *s = l->shared;
    if (!ledger_kind_accepts(kind, s->directory, argument))
        return error_set(
            e, ERROR_SYSTEM,
            "%s \"%s\" cannot be taken into the run's ledger: its name must begin with "
            "vmtax",
            ledger_kind_name(kind), argument);
    pthread_mutex_lock(&s->lock);
    unsigned number = s->next_number++;
    int failed = ledger_file_promise(s->fd, number, kind, argument);
    int cause = errno;
    if (!failed) {
        XGROW(s->entries, s->count, s->room);
        s->entries[s->count++] = (struct entry){{number, kind, xstrdup(argument)}, l};
        if (kind == LEDGER_PROCESS)
            l->any_process = s->any_process = true;
    }
    pthread_mutex_unlock(&s->lock);
    if (failed)
        return error_errno(e, cause, "the ledger of the run in %s could not be written",
                           s->directory);
    return 0;
}

int ledger_add_process(struct ledger *l, pid_t pid, struct error *e)
{
    char argument[64];
    uint64_t start = undo_process_start(pid);
    if (!start)
        return error_set(e, ERROR_SYSTEM, "process %d ended before it could be written down",
                         (int)pid);
    snprintf(argument, sizeof argument, "%d %" PRIu64, (int)pid, start);
    return ledger_add(l, LEDGER_PROCESS, argument, e);
}

/* Take the newest entry out of the list: of owner (NULL: of anybody), with this kind and argument
 * (NULL: any).
 */
static bool take_newest(struct shared *s, const struct ledger *owner, enum ledger_kind kind,
                        const char *argument, struct ledger_promise *out)
{
    bool found = false;
    pthread_mutex_lock(&s->lock);
    for (size_t i = s->count; i-- > 0 && !found;) {
        const struct ledger_promise *p = &s->entries[i].promise;
        if ((owner && s->entries[i].owner != owner) ||
            (argument && (p->kind != kind || strcmp(p->argument, argument) != 0)))
            continue;
        *out = *p;
        memmove(&s->entries[i], &s->entries[i + 1], (s->count - i - 1) * sizeof *s->entries);
        s->count--;
        found = true;
    }
    pthread_mutex_unlock(&s->lock);
    return found;
}

static void write_done(struct shared *s, unsigned number)
{
    pthread_mutex_lock(&s->lock);
    (void)ledger_file_done(s->fd, number); /* else it is undone once more, which does no harm */
    pthread_mutex_unlock(&s->lock);
}

void ledger_forget(struct ledger *l, enum ledger_kind kind, const char *argument)
{
    struct ledger_promise p;
    if (take_newest(l->shared, l, kind, argument, &p)) {
        write_done(l->shared, p.number);
        free(p.argument);
    }
}

static void undo_all(struct ledger *l)
{
    struct shared *s = l->shared;
    struct ledger_promise p;
    struct timespec from;
    clock_gettime(CLOCK_MONOTONIC, &from);
    /* Everything of a run carries its label; "DIRECTORY:" is the beginning of every branch's. */
    if (l->is_branch ? l->any_process : s->any_process)
        undo_labelled(LEDGER_VARIABLE, l->label, !l->is_branch);
    while (take_newest(s, l->is_branch ? l : NULL, LEDGER_FILE, NULL, &p)) {
        struct error e = {0};
        if (ledger_kind_undo(p.kind, p.argument, patience_left(&from), &e) < 0) {
            pthread_mutex_lock(&s->lock);
            tell_left(&s->told, s->fd, p.kind, "", &e);
            s->failures++;
            pthread_mutex_unlock(&s->lock);
        } else {
            write_done(s, p.number);
        }
        free(p.argument);
    }
}

void ledger_close(struct ledger *l)
{
    if (!l)
        return;
    if (l->guard)
        l->guard->ledger = NULL;
    undo_all(l);
    if (!l->is_branch) {
        struct shared *s = l->shared;
        struct error e = {0};
        /* With something left over the ledger stays too, and the next start tries again. */
        char *base = xstrdup(s->directory);
        *strrchr(base, '/') = '\0';
        int lock = lock_base(base);
        if (!s->failures && undo_directory(s->directory, &e) < 0)
            fprintf(stderr, "vmtax: %s\n", e.text);
        if (lock >= 0) {
            remove_base(base);
            close(lock);
        }
        free(base);
        close(s->fd);
        pthread_mutex_destroy(&s->lock);
        free(s->entries);
        free(s->directory);
        free(s);
    }
    free(l->label);
    free(l);
}
