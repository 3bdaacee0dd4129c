#include "config.h"

#include "target/ledger.h"

#include "target/forward.h"
#include "target/undo.h"
#include "target/vzctl.h"
#include "target/xl.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The file: "CHECKSUM header ...", then "CHECKSUM NUMBER KIND ARGUMENT" for a promise and
 * "CHECKSUM NUMBER done" when it was undone, one per line. Arguments hold no newline. "CHECKSUM 0
 * told": the user knows that something of it still runs. */
#define HEADER         "vmtax-ledger-1"
#define LINE_MAX_BYTES (PATH_MAX + 64)
#define FILE_MAX_BYTES (4u << 20)
#define RUN_PREFIX     "run-"
#define PATIENCE_S     2.0
/* A domain takes a second; Xen's scripts for its devices, on a machine that is busy, far more. */
#define DOMAIN_PATIENCE_S 20.0
#define LOCK_PATIENCE     200 /* tries, 50 ms apart */

struct entry {
    unsigned number;
    enum ledger_kind kind;
    char *argument;
    const struct ledger *owner; /* branch that promised it */
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

static const char *const kind_names[] = {
    [LEDGER_PROCESS] = "process",     [LEDGER_MOUNT] = "mount",
    [LEDGER_CGROUP] = "cgroup",       [LEDGER_LINK] = "link",
    [LEDGER_DIRECTORY] = "directory", [LEDGER_FILE] = "file",
    [LEDGER_OPENVZ] = "openvz",       [LEDGER_DOMAIN] = "domain",
    [LEDGER_TABLE] = "table",         [LEDGER_FORWARDING] = "forwarding",
};
#define KIND_COUNT (sizeof kind_names / sizeof kind_names[0])

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

/* May a line of this run ask for the removal of path? */
static bool is_ours(const char *directory, const char *path)
{
    if (path[0] != '/' || strstr(path, "/../") || strchr(path, '\n'))
        return false;
    const char *last = strrchr(path, '/') + 1;
    if (!strcmp(last, "..") || !strcmp(last, ".") || !*last)
        return false;
    size_t length = strlen(directory);
    return !strncmp(last, "vmtax", 5) ||
           (strncmp(path, directory, length) == 0 && path[length] == '/');
}

static bool acceptable(const char *directory, enum ledger_kind kind, const char *argument)
{
    switch (kind) {
    case LEDGER_PROCESS:
        return argument[0] >= '1' && argument[0] <= '9' && strchr(argument, ' ');
    case LEDGER_LINK:
        return !strncmp(argument, "vmtax", 5) && strlen(argument) < 16 && !strchr(argument, '\n');
    case LEDGER_OPENVZ:
        return vzctl_is_ours(argument);
    case LEDGER_DOMAIN: {
        const char *blank = strchr(argument, ' ');
        return blank && strncmp(argument, "vmtax", 5) == 0 && !strchr(argument, '/') &&
               xl_is_uuid(blank + 1);
    }
    case LEDGER_TABLE:
        return forward_is_table(argument);
    case LEDGER_FORWARDING:
        return forward_is_switch(argument);
    default:
        return is_ours(directory, argument);
    }
}

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

static int undo(enum ledger_kind kind, const char *argument, double patience_s, struct error *e)
{
    switch (kind) {
    case LEDGER_PROCESS: {
        char *end;
        long pid = strtol(argument, &end, 10);
        return undo_process((pid_t)pid, strtoull(end, NULL, 10), patience_s, e);
    }
    case LEDGER_MOUNT:
        return undo_mount(argument, e);
    case LEDGER_CGROUP:
        return undo_cgroup(argument, patience_s, e);
    case LEDGER_LINK:
        return undo_link(argument, e);
    case LEDGER_DIRECTORY:
        return undo_directory(argument, e);
    case LEDGER_FILE:
        return undo_file(argument, e);
    case LEDGER_OPENVZ:
        return vzctl_remove(argument, e);
    case LEDGER_DOMAIN: {
        char *name = xstrdup(argument), *uuid = strchr(name, ' ');
        *uuid++ = '\0';
        int rc = xl_destroy(name, uuid, DOMAIN_PATIENCE_S, e);
        free(name);
        return rc;
    }
    case LEDGER_TABLE:
        return forward_undo_table(argument, e);
    case LEDGER_FORWARDING:
        return forward_undo_switch(argument, e);
    }
    BUG("a ledger entry of no kind");
}

/* What could not be undone, in a line. A process that does not end keeps its cgroups, one for every
 * controller: of all those the first line says it, and no later start says it again. ledger: the
 * file's descriptor. */
static void tell_left(struct shared *s, int ledger, enum ledger_kind kind, const char *head,
                      const struct error *e)
{
    bool running = kind == LEDGER_PROCESS || kind == LEDGER_CGROUP;
    if (running && s->told)
        return;
    fprintf(stderr, "vmtax: %s%s\n", head, e->text);
    if (running) {
        s->told = true;
        (void)write_line(ledger, "0 told"); /* else it is told once more */
    }
}

/* --- what dead runs left ---------------------------------------------------------------------- */

/* Split the valid lines of a dead run's ledger into entries; done ones are dropped. */
static void parse(struct shared *s, char *text, bool *numbers_hold)
{
    char here[160];
    where_numbers_hold(here, sizeof here);
    *numbers_hold = false;
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
            *numbers_hold = !strcmp(rest + sizeof HEADER, here);
            continue;
        }
        char *word;
        unsigned number = (unsigned)strtoul(rest, &word, 10);
        if (*word++ != ' ')
            continue;
        if (!strcmp(word, "done")) {
            for (size_t i = 0; i < s->count; i++)
                if (s->entries[i].number == number) {
                    free(s->entries[i].argument);
                    s->entries[i].argument = NULL;
                }
            continue;
        }
        if (!strcmp(word, "told"))
            s->told = true;
        for (size_t kind = 0; kind < KIND_COUNT; kind++) {
            size_t length = strlen(kind_names[kind]);
            if (strncmp(word, kind_names[kind], length) != 0 || word[length] != ' ' ||
                !acceptable(s->directory, (enum ledger_kind)kind, word + length + 1))
                continue;
            XGROW(s->entries, s->count, s->room);
            s->entries[s->count++] = (struct entry){.number = number,
                                                    .kind = (enum ledger_kind)kind,
                                                    .argument = xstrdup(word + length + 1)};
        }
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

/* Undo one run directory if its owner is gone. 1 cleaned, 0 alive or not ours. */
static int sweep_one(const char *base, const char *name)
{
    struct shared s = {.directory = xasprintf("%s/%s", base, name)};
    char *path = xasprintf("%s/ledger", s.directory);
    int result = 0;
    struct stat st;
    if (lstat(s.directory, &st) < 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
        goto out;
    int fd = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
        close(fd);
        goto out;
    }
    struct error e = {0};
    size_t failures = 0;
    if (fd >= 0) {
        bool numbers_hold = false;
        char *text = read_all(fd);
        if (text)
            parse(&s, text, &numbers_hold);
        free(text);
        char *label = xasprintf("%s:", s.directory);
        undo_labelled(LEDGER_VARIABLE, label, true);
        free(label);
        struct timespec from;
        clock_gettime(CLOCK_MONOTONIC, &from);
        for (size_t i = s.count; i-- > 0;) {
            const struct entry *entry = &s.entries[i];
            if (!entry->argument || (entry->kind == LEDGER_PROCESS && !numbers_hold))
                continue;
            if (undo(entry->kind, entry->argument, patience_left(&from), &e) < 0) {
                failures++;
                tell_left(&s, fd, entry->kind, "left by an earlier run: ", &e);
            }
        }
    }
    /* Keep the ledger while something of it remains: the next start tries again. */
    if (!failures && undo_directory(s.directory, &e) < 0)
        fprintf(stderr, "vmtax: left by an earlier run: %s\n", e.text);
    if (fd >= 0)
        close(fd);
    result = !failures;
out:
    for (size_t i = 0; i < s.count; i++)
        free(s.entries[i].argument);
    free(s.entries);
    free(s.directory);
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
    char header[256], where[160];
    where_numbers_hold(where, sizeof where);
    snprintf(header, sizeof header, HEADER " %s", where);
    struct shared *s = NULL;
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || write_line(fd, header) < 0) {
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
    if (!acceptable(s->directory, kind, argument))
        return error_set(
            e, ERROR_SYSTEM,
            "%s \"%s\" cannot be taken into the run's ledger: its name must begin with "
            "vmtax",
            kind_names[kind], argument);
    pthread_mutex_lock(&s->lock);
    unsigned number = s->next_number++;
    char *text = xasprintf("%u %s %s", number, kind_names[kind], argument);
    int failed = write_line(s->fd, text);
    int cause = errno;
    if (!failed) {
        XGROW(s->entries, s->count, s->room);
        s->entries[s->count++] = (struct entry){
            .number = number, .kind = kind, .argument = xstrdup(argument), .owner = l};
        if (kind == LEDGER_PROCESS)
            l->any_process = s->any_process = true;
    }
    pthread_mutex_unlock(&s->lock);
    free(text);
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
                        const char *argument, struct entry *out)
{
    bool found = false;
    pthread_mutex_lock(&s->lock);
    for (size_t i = s->count; i-- > 0 && !found;) {
        const struct entry *e = &s->entries[i];
        if ((owner && e->owner != owner) ||
            (argument && (e->kind != kind || strcmp(e->argument, argument) != 0)))
            continue;
        *out = s->entries[i];
        memmove(&s->entries[i], &s->entries[i + 1], (s->count - i - 1) * sizeof *s->entries);
        s->count--;
        found = true;
    }
    pthread_mutex_unlock(&s->lock);
    return found;
}

static void write_done(struct shared *s, unsigned number)
{
    char text[32];
    snprintf(text, sizeof text, "%u done", number);
    pthread_mutex_lock(&s->lock);
    (void)write_line(s->fd, text); /* else it is undone once more, which does no harm */
    pthread_mutex_unlock(&s->lock);
}

void ledger_forget(struct ledger *l, enum ledger_kind kind, const char *argument)
{
    struct entry entry;
    if (take_newest(l->shared, l, kind, argument, &entry)) {
        write_done(l->shared, entry.number);
        free(entry.argument);
    }
}

static void undo_all(struct ledger *l)
{
    struct shared *s = l->shared;
    struct entry entry;
    struct timespec from;
    clock_gettime(CLOCK_MONOTONIC, &from);
    /* Everything of a run carries its label; "DIRECTORY:" is the beginning of every branch's. */
    if (l->is_branch ? l->any_process : s->any_process)
        undo_labelled(LEDGER_VARIABLE, l->label, !l->is_branch);
    while (take_newest(s, l->is_branch ? l : NULL, LEDGER_FILE, NULL, &entry)) {
        struct error e = {0};
        if (undo(entry.kind, entry.argument, patience_left(&from), &e) < 0) {
            pthread_mutex_lock(&s->lock);
            tell_left(s, s->fd, entry.kind, "", &e);
            s->failures++;
            pthread_mutex_unlock(&s->lock);
        } else {
            write_done(s, entry.number);
        }
        free(entry.argument);
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
