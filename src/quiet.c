#include <config.h>

#include "quiet.h"

#include "text.h"
#include "xalloc.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PF_KTHREAD 0x00200000u /* of field 9, flags (include/linux/sched.h) */
#define CHAIN_MAX  256         /* parents that are followed: a loop in a torn reading must end */

void quiet_init(struct quiet *q)
{
    memset(q, 0, sizeof *q);
    text_copy(q->why, sizeof q->why, "not known yet");
}

void quiet_release(struct quiet *q)
{
    free(q->before);
    free(q->now);
    quiet_init(q);
}

/* The next space-separated number; false at the end. Negative numbers count as 0. */
static bool next_number(const char **at, const char *end, uint64_t *out)
{
    const char *p = *at;
    while (p < end && *p == ' ')
        p++;
    bool negative = p < end && *p == '-';
    p += negative;
    if (p >= end || *p < '0' || *p > '9')
        return false;
    uint64_t value = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (uint64_t)(*p - '0');
    *out = negative ? 0 : value;
    *at = p;
    return true;
}

bool quiet_parse(const char *text, size_t length, struct quiet_process *out)
{
    const char *end = text + length, *at = text;
    uint64_t field[23] = {0}; /* numbered as in proc(5) */
    if (!next_number(&at, end, &field[1]))
        return false;
    /* The name may hold anything, also spaces and brackets: it ends with the last bracket. */
    const char *open = memchr(at, '(', (size_t)(end - at));
    const char *close = memrchr(at, ')', (size_t)(end - at));
    if (!open || !close || close < open || end - close < 4)
        return false;
    char name[64];
    text_clean_n(name, sizeof name, open + 1, (size_t)(close - open - 1));
    text_clean(out->name, sizeof out->name, name);
    at = close + 3; /* ") S" */
    for (int i = 4; i <= 22; i++)
        if (!next_number(&at, end, &field[i]))
            return false;
    out->pid = (pid_t)field[1];
    out->parent = (pid_t)field[4];
    out->kernel = field[9] & PF_KTHREAD;
    out->own = field[14] + field[15];
    out->children = field[16] + field[17];
    out->start = field[22];
    return true;
}

static int by_pid(const void *a, const void *b)
{
    const struct quiet_process *x = a, *y = b;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

static struct quiet_process *find(struct quiet_process *list, size_t count, pid_t pid)
{
    struct quiet_process key = {.pid = pid};
    return count ? bsearch(&key, list, count, sizeof *list, by_pid) : NULL;
}

static void read_processes(struct quiet *q, const char *proc)
{
    q->now_count = 0;
    DIR *d = opendir(proc);
    if (!d)
        return;
    for (struct dirent *item = readdir(d); item; item = readdir(d)) {
        char path[sizeof item->d_name + 8], text[512];
        struct quiet_process p = {0};
        if (item->d_name[0] < '1' || item->d_name[0] > '9')
            continue;
        snprintf(path, sizeof path, "%s/stat", item->d_name);
        int fd = openat(dirfd(d), path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            continue; /* gone meanwhile */
        ssize_t n = read(fd, text, sizeof text);
        close(fd);
        if (n <= 0 || !quiet_parse(text, (size_t)n, &p))
            continue;
        XGROW(q->now, q->now_count, q->now_room);
        q->now[q->now_count++] = p;
    }
    closedir(d);
    if (q->now_count)
        qsort(q->now, q->now_count, sizeof *q->now, by_pid);
}

static bool descends(struct quiet *q, const struct quiet_process *p, pid_t self)
{
    for (int i = 0; p && i < CHAIN_MAX; i++) {
        if (p->pid == self)
            return true;
        p = find(q->now, q->now_count, p->parent);
    }
    return false;
}

/* Ticks that p used since the last look, with those of children that ended meanwhile, as far as
 * they were not counted while they lived. More than all processors had in that time, span, is the
 * history of somebody who was not seen before: of another namespace, or handed on to a reaper. */
static uint64_t used(struct quiet *q, const struct quiet_process *p, const uint64_t *inherited,
                     uint64_t span)
{
    const struct quiet_process *old = find(q->before, q->before_count, p->pid);
    uint64_t own = p->own, children = p->children;
    if (old && old->start == p->start) {
        uint64_t counted = old->children + inherited[old - q->before];
        own = own > old->own ? own - old->own : 0;
        children = children > counted ? children - counted : 0;
    }
    return (own > span ? 0 : own) + (children > span ? 0 : children);
}

static bool alive(struct quiet *q, const struct quiet_process *old)
{
    const struct quiet_process *p = find(q->now, q->now_count, old->pid);
    return p && p->start == old->start;
}

/* For each process of the last look: what those of its descendants that are gone now had used by
 * then. It goes to the nearest ancestor that lives: a whole chain may have ended meanwhile. */
static uint64_t *inherited_ticks(struct quiet *q)
{
    uint64_t *ticks = xcalloc(q->before_count, sizeof *ticks);
    for (size_t i = 0; i < q->before_count; i++) {
        const struct quiet_process *p = &q->before[i], *heir = p;
        if (alive(q, p))
            continue;
        for (int n = 0; heir && n < CHAIN_MAX && !alive(q, heir); n++)
            heir = find(q->before, q->before_count, heir->parent);
        if (heir)
            ticks[heir - q->before] += p->own + p->children;
    }
    return ticks;
}

static double per(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static void judge(struct quiet *q, pid_t self, size_t cpus, uint64_t busy, uint64_t total,
                  uint64_t steal)
{
    uint64_t *inherited = inherited_ticks(q);
    uint64_t others = 0, seen = 0, most = 0;
    uint64_t span = total > q->total ? total - q->total : 0;
    const struct quiet_process *busiest = NULL;
    for (size_t i = 0; i < q->now_count; i++) {
        const struct quiet_process *p = &q->now[i];
        uint64_t ticks = used(q, p, inherited, span);
        seen += ticks;
        if (p->kernel || descends(q, p, self))
            continue;
        others += ticks;
        if (ticks > most) {
            most = ticks;
            busiest = p;
        }
    }
    free(inherited);

    uint64_t spent = busy > q->busy ? busy - q->busy : 0;
    double count = cpus ? (double)cpus : 1;
    double unseen = spent > seen ? per(spent - seen, span) : 0;
    double stolen = steal > q->steal ? per(steal - q->steal, span) : 0;
    q->known = span > 0;
    q->others = per(others, span) * count;
    q->calm = false;
    if (!q->known)
        text_copy(q->why, sizeof q->why, "/proc/stat does not tell");
    else if (stolen > QUIET_STEAL)
        snprintf(q->why, sizeof q->why, "the hypervisor below took %.0f %% of the time",
                 100 * stolen);
    else if (q->others > QUIET_OTHERS && busiest)
        snprintf(q->why, sizeof q->why, "%s uses %.0f %% of a processor", busiest->name,
                 100 * per(most, span) * count);
    else if (unseen > QUIET_UNSEEN)
        snprintf(q->why, sizeof q->why, "something unseen from here uses %.0f %% of the machine",
                 100 * unseen);
    else {
        q->calm = true;
        snprintf(q->why, sizeof q->why, "other processes use %.1f %% of a processor",
                 100 * q->others);
    }
}

void quiet_look(struct quiet *q, const char *proc, pid_t self, size_t cpus, uint64_t busy,
                uint64_t total, uint64_t steal)
{
    read_processes(q, proc);
    q->processes = q->now_count;
    if (q->started)
        judge(q, self, cpus, busy, total, steal);
    struct quiet_process *list = q->before;
    size_t room = q->before_room;
    q->before = q->now;
    q->before_count = q->now_count;
    q->before_room = q->now_room;
    q->now = list;
    q->now_count = 0;
    q->now_room = room;
    q->busy = busy;
    q->total = total;
    q->steal = steal;
    q->started = true;
}
