/* net.rr: one byte, or more, there and back over one connection, as in netperf's TCP_RR. */
#include <config.h>

#include "workloads/net/wire.h"

#include <errno.h>
#include <stdlib.h>

struct rr {
    struct link link;
    uint64_t turns, wrong;
};

static int rr_prepare(struct work *w)
{
    struct rr *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    w->state = s;
    return link_open(w, &s->link, (struct wire_hello){.kind = WIRE_ECHO, .size = w->param[0]}, -1);
}

/* The last byte of each record is the number of its turn. */
WORK_TIMED static int rr_run(struct work *w, uint64_t count)
{
    struct rr *s = w->state;
    struct link *l = &s->link;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t from = work_sample_begin(w);
        unsigned char turn = (unsigned char)++s->turns;
        l->record[l->size - 1] = turn;
        if (wire_send(l->fd, l->record, l->size) < 0)
            return link_failed(w, errno);
        l->record[l->size - 1] = (unsigned char)~turn;
        if (wire_receive(l->fd, l->record, l->size) < 0)
            return link_failed(w, errno);
        s->wrong += l->record[l->size - 1] != turn;
        work_sample_end(w, from);
    }
    w->bytes += 2 * count * l->size;
    return 0;
}

static int rr_verify(struct work *w)
{
    struct rr *s = w->state;
    struct link *l = &s->link;
    l->model[l->size - 1] = l->record[l->size - 1];
    bool same = l->size <= WIRE_NUMBER || wire_equal(l->record, l->model, l->size);
    return s->wrong || !same ? link_wrong(w, s->turns) : 0;
}

static void rr_release(struct work *w)
{
    struct rr *s = w->state;
    if (s)
        link_close(&s->link);
    free(s);
}

const struct workload_ops net_rr = {.id = "net.rr",
                                    .serve = &net_serve,
                                    .prepare = rr_prepare,
                                    .run = rr_run,
                                    .verify = rr_verify,
                                    .release = rr_release};
