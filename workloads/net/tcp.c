/* net.tcp.tx and net.tcp.rx: records through one connection without a pause, as NetIO does. The
 * direction is the target's: tx, it transmits.
 *
 * An operation is one record. Both ends are at it from the lead-in on, so what lies in buffers when
 * the time begins is what lies there when it ends. */
#include <config.h>

#include "workloads/net/wire.h"

#include <errno.h>
#include <stdlib.h>

struct tcp {
    struct link link;
    uint64_t number, wrong; /* of the next record; of records that came wrong */
};

static int prepare(struct work *w, enum wire_kind kind)
{
    struct tcp *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    w->state = s;
    return link_open(w, &s->link, (struct wire_hello){.kind = kind, .size = w->param[0]}, -1);
}

static int tx_prepare(struct work *w)
{
    return prepare(w, WIRE_TCP_TX);
}

static int rx_prepare(struct work *w)
{
    return prepare(w, WIRE_TCP_RX);
}

/* The target transmits: we receive. */
WORK_TIMED static int tx_run(struct work *w, uint64_t count)
{
    struct tcp *s = w->state;
    const struct link *l = &s->link;
    for (uint64_t i = 0; i < count; i++) {
        if (wire_receive(l->fd, l->record, l->size) < 0)
            return link_failed(w, errno);
        s->wrong += wire_numbered(l->record) != s->number;
        if (s->number++ % WIRE_SAMPLE == 0)
            s->wrong += !wire_equal(l->record, l->model, l->size);
    }
    w->bytes += count * l->size;
    return 0;
}

static int tx_verify(struct work *w)
{
    const struct tcp *s = w->state;
    return s->wrong ? link_wrong(w, s->number) : 0;
}

WORK_TIMED static int rx_run(struct work *w, uint64_t count)
{
    struct tcp *s = w->state;
    const struct link *l = &s->link;
    for (uint64_t i = 0; i < count; i++) {
        wire_number(l->record, s->number++);
        if (wire_send(l->fd, l->record, l->size) < 0)
            return link_failed(w, errno);
    }
    w->bytes += count * l->size;
    return 0;
}

/* The receiver says what came. */
static int rx_verify(struct work *w)
{
    struct tcp *s = w->state;
    const struct link *l = &s->link;
    struct wire_report report;
    wire_number(l->record, WIRE_END);
    if (wire_send(l->fd, l->record, l->size) < 0 || wire_receive(l->fd, &report, sizeof report) < 0)
        return link_failed(w, errno);
    if (report.records != s->number)
        return error_set(w->error, ERROR_GUEST,
                         "%s: the target received %llu records of the %llu that were sent",
                         w->workload->id, (unsigned long long)report.records,
                         (unsigned long long)s->number);
    return report.wrong ? link_wrong(w, s->number) : 0;
}

static void release(struct work *w)
{
    struct tcp *s = w->state;
    if (s)
        link_close(&s->link);
    free(s);
}

const struct workload_ops net_tcp_tx = {.id = "net.tcp.tx",
                                        .serve = &net_serve,
                                        .prepare = tx_prepare,
                                        .run = tx_run,
                                        .verify = tx_verify,
                                        .release = release};
const struct workload_ops net_tcp_rx = {.id = "net.tcp.rx",
                                        .serve = &net_serve,
                                        .prepare = rx_prepare,
                                        .run = rx_run,
                                        .verify = rx_verify,
                                        .release = release};
