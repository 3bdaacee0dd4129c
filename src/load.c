#include <config.h>

#include "load.h"

#include "host.h"
#include "text.h"

#include <string.h>
#include <unistd.h>

#define LOOK_EVERY_S 5.0
#define LOOK_LEAST_S 1.0

static bool look(struct load *l)
{
    struct host_ticks t;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (!host_ticks_read(&t))
        return false;
    quiet_look(&l->quiet, "/proc", getpid(), cpus > 0 ? (size_t)cpus : 1, t.busy, t.total, t.steal);
    return true;
}

void load_begin(struct load *l, double now_s)
{
    memset(l, 0, sizeof *l);
    quiet_init(&l->quiet);
    l->last_s = now_s;
    look(l);
}

void load_count(struct load *l, double span_s)
{
    const struct quiet *q = &l->quiet;
    struct result_load *seen = &l->seen;
    if (!q->known)
        return;
    seen->looks++;
    l->others_s += q->others * span_s;
    l->span_s += span_s;
    seen->others = l->others_s / l->span_s;
    if (q->calm)
        return;
    if (seen->busy++ == 0 || q->others > l->worst) {
        l->worst = q->others;
        text_copy(seen->why, sizeof seen->why, q->why);
    }
}

void load_look(struct load *l, double now_s, bool last)
{
    double span_s = now_s - l->last_s;
    if (span_s < (last ? LOOK_LEAST_S : LOOK_EVERY_S))
        return;
    l->last_s = now_s;
    if (look(l))
        load_count(l, span_s);
}

void load_release(struct load *l)
{
    quiet_release(&l->quiet);
}
