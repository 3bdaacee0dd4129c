#include <config.h>

#include "target/threads.h"

#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND_NS UINT64_C(1000000000)

struct thread {
    pid_t tid;
    bool vcpu, seen;
    uint64_t ns; /* when last seen */
};

struct threads {
    pid_t pid;
    struct thread *list;
    size_t count, room;
    uint64_t ended_ns; /* of others that are gone */
};

struct times {
    uint64_t ns, delay_ns;
    bool delay_known;
};

static int slurp(pid_t pid, pid_t tid, const char *file, char *out, size_t size)
{
    char path[80];
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/%s", (long)pid, (long)tid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, out, size - 1);
    int cause = errno;
    close(fd);
    errno = n == 0 ? ESRCH : cause;
    out[n > 0 ? n : 0] = '\0';
    return n > 0 ? 0 : -1;
}

/* utime and stime: the 14th and 15th field. The second one, the name, may hold anything. */
static int read_stat(pid_t pid, pid_t tid, struct times *out)
{
    char text[1024];
    uint64_t user, system;
    if (slurp(pid, tid, "stat", text, sizeof text) < 0)
        return -1;
    const char *rest = strrchr(text, ')');
    if (!rest || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
                        &user, &system) != 2) {
        errno = EPROTO;
        return -1;
    }
    uint64_t tick_ns = SECOND_NS / (uint64_t)sysconf(_SC_CLK_TCK);
    *out = (struct times){.ns = (user + system) * tick_ns};
    return 0;
}

static int read_times(pid_t pid, pid_t tid, struct times *out)
{
    char text[128];
    uint64_t run, delay, slices;
    if (slurp(pid, tid, "schedstat", text, sizeof text) == 0 &&
        sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &run, &delay, &slices) == 3 &&
        (run || delay || slices)) {
        *out = (struct times){.ns = run, .delay_ns = delay, .delay_known = true};
        return 0;
    }
    return read_stat(pid, tid, out);
}

static struct thread *find(struct threads *t, pid_t tid)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->list[i].tid == tid)
            return &t->list[i];
    return NULL;
}

static struct thread *add(struct threads *t, pid_t tid, bool vcpu)
{
    XGROW(t->list, t->count, t->room);
    struct thread *new = &t->list[t->count++];
    *new = (struct thread){.tid = tid, .vcpu = vcpu};
    return new;
}

struct threads *threads_new(pid_t pid, const pid_t *vcpus, size_t count)
{
    struct threads *t = xcalloc(1, sizeof *t);
    t->pid = pid;
    for (size_t i = 0; i < count && i < THREADS_MAX; i++)
        if (!find(t, vcpus[i]))
            add(t, vcpus[i], true);
    return t;
}

void threads_free(struct threads *t)
{
    if (!t)
        return;
    free(t->list);
    free(t);
}

static int read_vcpus(struct threads *t, uint64_t *ns, uint64_t *delay_ns, bool *delay_known,
                      struct error *e)
{
    for (size_t i = 0; i < t->count; i++) {
        struct times now;
        if (!t->list[i].vcpu)
            continue;
        if (read_times(t->pid, t->list[i].tid, &now) < 0)
            return error_errno(e, errno, "cannot read the times of thread %ld of process %ld",
                               (long)t->list[i].tid, (long)t->pid);
        *ns += now.ns;
        *delay_ns += now.delay_ns;
        *delay_known = *delay_known && now.delay_known;
    }
    return 0;
}

/* A thread's number may have been given to another one since: then its time went back. */
static void see_other(struct threads *t, pid_t tid)
{
    struct times now;
    struct thread *known = find(t, tid);
    if ((known && known->vcpu) || (!known && t->count >= THREADS_MAX) ||
        read_times(t->pid, tid, &now) < 0)
        return;
    if (!known)
        known = add(t, tid, false);
    if (now.ns < known->ns)
        t->ended_ns += known->ns;
    known->ns = now.ns;
    known->seen = true;
}

static int read_others(struct threads *t, uint64_t *ns, struct error *e)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/task", (long)t->pid);
    DIR *tasks = opendir(path);
    if (!tasks)
        return error_errno(e, errno, "cannot read the threads of process %ld", (long)t->pid);
    for (size_t i = 0; i < t->count; i++)
        t->list[i].seen = t->list[i].vcpu;
    for (struct dirent *d = readdir(tasks); d; d = readdir(tasks)) {
        long tid = strtol(d->d_name, NULL, 10);
        if (tid > 0)
            see_other(t, (pid_t)tid);
    }
    closedir(tasks);
    size_t kept = 0;
    for (size_t i = 0; i < t->count; i++) {
        if (t->list[i].seen)
            t->list[kept++] = t->list[i];
        else
            t->ended_ns += t->list[i].ns;
    }
    t->count = kept;
    *ns = t->ended_ns;
    for (size_t i = 0; i < t->count; i++)
        if (!t->list[i].vcpu)
            *ns += t->list[i].ns;
    return 0;
}

int threads_read(struct threads *t, struct counters *c, struct error *e)
{
    uint64_t vcpu_ns = 0, delay_ns = 0, other_ns = 0;
    bool delay_known = true;
    if (read_vcpus(t, &vcpu_ns, &delay_ns, &delay_known, e) < 0 || read_others(t, &other_ns, e) < 0)
        return -1;
    counters_add(c, COUNTER_VCPU_CPU, vcpu_ns);
    counters_add(c, COUNTER_VMM_CPU, other_ns);
    if (delay_known)
        counters_add(c, COUNTER_RUN_DELAY, delay_ns);
    return 0;
}
