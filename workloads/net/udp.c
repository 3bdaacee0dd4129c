/* net.udp.tx and net.udp.rx: datagrams as fast as the sender can, as NetIO does, or at a rate. The
 * direction is the target's: tx, it transmits. The figure is what arrived, in the time of the slot.
 *
 * What was lost is counted from the first datagram of the lead-in to the last of the slot, and only
 * when nothing has come for a while: what is on its way when the sender stops is not lost (NetIO
 * counts it as if it were). That none arrived is a loss like others, of 100 %: a receiver that has
 * too much to do comes to that. */
#include <config.h>

#include "workloads/net/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { UDP_SIZE, UDP_RATE }; /* order of the parameters */

/* Waiting for what is on its way. */
#define QUIET_MS 50
/* Datagrams between two looks for the report. */
#define TAKE_BATCH 64

struct udp {
    struct link link;
    int fd;
    bool started;
    uint64_t sent, wrong;
    uint64_t from_ns; /* since when this end sends */
    struct wire_pace pace;
    struct wire_order_seen seen;
};

static int prepare(struct work *w, enum wire_kind kind)
{
    struct udp *s = calloc(1, sizeof *s);
    struct wire_hello hello = {
        .kind = kind, .size = w->param[UDP_SIZE], .rate = w->param[UDP_RATE] * 125000};
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    w->state = s;
    s->link.fd = -1;
    s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0)
        return error_errno(w->error, errno, "no socket for %s", w->workload->id);
    wire_tune(s->fd);
    wire_impatient(s->fd);
    s->pace = wire_pace_of(hello.size, hello.rate);
    w->gap_ns = s->pace.gap_ns;
    return link_open(w, &s->link, hello, s->fd);
}

static int tx_prepare(struct work *w)
{
    return prepare(w, WIRE_UDP_TX);
}

static int rx_prepare(struct work *w)
{
    return prepare(w, WIRE_UDP_RX);
}

/* Both ends begin to count. */
WORK_TIMED static int start(struct work *w)
{
    struct udp *s = w->state;
    uint32_t order = WIRE_START;
    s->sent = s->wrong = 0;
    s->seen = (struct wire_order_seen){.next = 0};
    s->pace.next_ns = 0;
    s->started = true;
    if (wire_send(s->link.fd, &order, sizeof order) < 0 ||
        wire_receive(s->link.fd, &order, sizeof order) < 0)
        return link_failed(w, errno);
    s->from_ns = work_now_ns();
    return 0;
}

static int order_stop(struct work *w)
{
    struct udp *s = w->state;
    uint32_t order = WIRE_STOP;
    s->started = false;
    return wire_send(s->link.fd, &order, sizeof order) < 0 ? link_failed(w, errno) : 0;
}

static int take_report(struct work *w, struct wire_report *report)
{
    const struct udp *s = w->state;
    return wire_receive(s->link.fd, report, sizeof *report) < 0 ? link_failed(w, errno) : 0;
}

WORK_TIMED static int take(struct work *w, int flags)
{
    struct udp *s = w->state;
    struct link *l = &s->link;
    long n;
    do {
        n = syscall(SYS_recvfrom, s->fd, l->record, l->size, flags | MSG_TRUNC, NULL, NULL);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -1;
    if (!wire_take(&s->seen, l->record, l->model, (size_t)n, l->size))
        s->wrong++;
    return 0;
}

WORK_TIMED static int tx_run(struct work *w, uint64_t count)
{
    struct udp *s = w->state;
    if (!s->started && start(w) < 0)
        return -1;
    for (uint64_t i = 0; i < count; i++)
        if (take(w, 0) < 0)
            return link_failed(w, errno);
    w->bytes += count * s->link.size;
    return 0;
}

WORK_TIMED static int rx_run(struct work *w, uint64_t count)
{
    struct udp *s = w->state;
    const struct link *l = &s->link;
    if (!s->started && start(w) < 0)
        return -1;
    for (uint64_t i = 0; i < count; i++) {
        wire_pace_wait(&s->pace);
        wire_number(l->record, s->sent);
        if (wire_send_datagram(s->fd, l->record, l->size) < 0)
            return link_failed(w, errno);
        s->sent++;
    }
    w->bytes += count * l->size;
    return 0;
}

/* ns: in which so many were sent. */
static int judge(struct work *w, uint64_t sent, uint64_t ns, uint64_t received, uint64_t reordered,
                 uint64_t wrong)
{
    if (wrong)
        return link_wrong(w, received);
    if (received > sent)
        return error_set(w->error, ERROR_GUEST, "%s: %llu datagrams arrived, %llu were sent",
                         w->workload->id, (unsigned long long)received, (unsigned long long)sent);
    w->delivery.sent = sent;
    w->delivery.ns = ns;
    w->delivery.received = received;
    w->delivery.reordered = reordered;
    return 0;
}

/* Until the report is there the sender may still be at it. Who does not take what it sends loses
 * it, and on a busy machine that may be more than was lost before. */
static void take_until_report(struct work *w)
{
    const struct udp *s = w->state;
    for (int silent_ms = 0; silent_ms < WIRE_SILENCE_S * 1000;) {
        for (int i = 0; i < TAKE_BATCH && take(w, MSG_DONTWAIT) == 0; i++)
            silent_ms = 0;
        if (wire_readable(s->link.fd, 0))
            return;
        if (!wire_readable(s->fd, 1))
            silent_ms++;
    }
}

static int tx_verify(struct work *w)
{
    struct udp *s = w->state;
    struct wire_report report;
    if (order_stop(w) < 0)
        return -1;
    take_until_report(w);
    if (take_report(w, &report) < 0)
        return -1;
    while (wire_readable(s->fd, QUIET_MS) && take(w, MSG_DONTWAIT) == 0)
        ;
    return judge(w, report.records, report.ns, s->seen.records, s->seen.reordered, s->wrong);
}

static int rx_verify(struct work *w)
{
    const struct udp *s = w->state;
    uint64_t ns = work_now_ns() - s->from_ns;
    struct wire_report report;
    if (order_stop(w) < 0 || take_report(w, &report) < 0)
        return -1;
    w->delivery.by_load = true;
    return judge(w, s->sent, ns, report.records, report.reordered, report.wrong);
}

static void release(struct work *w)
{
    struct udp *s = w->state;
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    link_close(&s->link);
    free(s);
}

const struct workload_ops net_udp_tx = {.id = "net.udp.tx",
                                        .serve = &net_serve,
                                        .prepare = tx_prepare,
                                        .run = tx_run,
                                        .verify = tx_verify,
                                        .release = release};
const struct workload_ops net_udp_rx = {.id = "net.udp.rx",
                                        .serve = &net_serve,
                                        .prepare = rx_prepare,
                                        .run = rx_run,
                                        .verify = rx_verify,
                                        .release = release};
