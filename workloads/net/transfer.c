#include <config.h>

#include "workloads/net/transfer.h"

#include "workloads/child.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* After so long without a datagram none is on its way any more. */
#define QUIET_US 50000
/* Between two looks for an order: datagrams. */
#define LOOK_EVERY 16

struct transfer {
    int fd, udp;
    const struct wire_hello *hello;
    unsigned char *record, *model;
    struct wire_report report;
};

WORK_TIMED static void echo(struct transfer *t)
{
    size_t size = t->hello->size;
    while (wire_receive(t->fd, t->record, size) == 0 && wire_send(t->fd, t->record, size) == 0)
        ;
}

WORK_TIMED static void send_records(struct transfer *t)
{
    uint64_t number = 0;
    do {
        wire_number(t->record, number++);
    } while (wire_send(t->fd, t->record, t->hello->size) == 0);
}

WORK_TIMED static void take_records(struct transfer *t)
{
    size_t size = t->hello->size;
    struct wire_report *r = &t->report;
    while (wire_receive(t->fd, t->record, size) == 0) {
        if (__builtin_expect(wire_numbered(t->record) == WIRE_END, 0)) {
            if (wire_send(t->fd, r, sizeof *r) < 0)
                return;
            continue;
        }
        r->wrong += wire_numbered(t->record) != r->records;
        if (r->records++ % WIRE_SAMPLE == 0)
            r->wrong += !wire_equal(t->record, t->model, size);
    }
}

/* --- datagrams ---------------------------------------------------------------------------------
 */

/* From now on the socket is the load's that called. False: nobody did, for so long. */
static bool take_call(const struct transfer *t)
{
    uint64_t seed = 0;
    struct sockaddr_in from;
    while (wire_readable(t->udp, WIRE_SILENCE_S * 1000)) {
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(t->udp, &seed, sizeof seed, MSG_DONTWAIT | MSG_TRUNC,
                             (struct sockaddr *)&from, &size);
        if (n == (ssize_t)sizeof seed && seed == t->hello->seed)
            return connect(t->udp, (struct sockaddr *)&from, size) == 0;
    }
    return false;
}

/* At the address and the number of port by which the load came. */
static bool make_udp(struct transfer *t)
{
    struct sockaddr_in here;
    socklen_t size = sizeof here;
    struct timeval quiet = {.tv_usec = QUIET_US};
    if (getsockname(t->fd, (struct sockaddr *)&here, &size) < 0)
        return false;
    t->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    wire_tune(t->udp);
    setsockopt(t->udp, SOL_SOCKET, SO_RCVTIMEO, &quiet, sizeof quiet);
    return t->udp >= 0 && bind(t->udp, (struct sockaddr *)&here, sizeof here) == 0 && take_call(t);
}

/* Is there an order, or has the load hung up? */
WORK_TIMED static bool told(struct transfer *t)
{
    char byte;
    return syscall(SYS_recvfrom, t->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) >= 0;
}

WORK_TIMED static void send_datagrams(struct transfer *t)
{
    struct wire_pace pace = wire_pace_of(t->hello->size, t->hello->rate);
    uint64_t from = work_now_ns();
    do {
        bool slept = false;
        for (int i = 0; i < LOOK_EVERY && !slept; i++) {
            slept = wire_pace_wait(&pace);
            wire_number(t->record, t->report.records);
            if (wire_send_datagram(t->udp, t->record, t->hello->size) == 0)
                t->report.records++;
        }
    } while (!told(t));
    t->report.ns = work_now_ns() - from;
}

WORK_TIMED static void take_datagrams(struct transfer *t)
{
    struct wire_order_seen seen = {.next = 0};
    for (;;) {
        long n = syscall(SYS_recvfrom, t->udp, t->record, WIRE_SIZE_MAX, 0, NULL, NULL);
        if (n < 0) {
            if (told(t))
                break;
            continue;
        }
        if (!wire_take(&seen, t->record, t->model, (size_t)n, t->hello->size))
            t->report.wrong++;
    }
    t->report.records = seen.records;
    t->report.reordered = seen.reordered;
}

/* Of the slot before, and further calls. */
static void drain(struct transfer *t)
{
    while (recv(t->udp, t->record, WIRE_SIZE_MAX, MSG_DONTWAIT) >= 0)
        ;
}

static void obey(struct transfer *t)
{
    uint32_t order;
    while (wire_receive(t->fd, &order, sizeof order) == 0 && order == WIRE_START) {
        t->report = (struct wire_report){.records = 0};
        drain(t);
        if (wire_send(t->fd, &order, sizeof order) < 0)
            return;
        if (t->hello->kind == WIRE_UDP_TX)
            send_datagrams(t);
        else
            take_datagrams(t);
        if (wire_receive(t->fd, &order, sizeof order) < 0 || order != WIRE_STOP ||
            wire_send(t->fd, &t->report, sizeof t->report) < 0)
            return;
    }
}

void transfer(int fd, const struct wire_hello *hello)
{
    struct transfer t = {.fd = fd, .udp = -1, .hello = hello};
    uint32_t answer = WIRE_MAGIC;
    bool udp = hello->kind == WIRE_UDP_TX || hello->kind == WIRE_UDP_RX;
    t.record = malloc(WIRE_SIZE_MAX);
    t.model = malloc(WIRE_SIZE_MAX);
    if (!t.record || !t.model || (hello->kind != WIRE_ECHO && hello->size < WIRE_NUMBER))
        return;
    wire_fill(t.record, hello->size, hello->seed);
    wire_fill(t.model, hello->size, hello->seed);
    if ((udp && !make_udp(&t)) || wire_send(fd, &answer, sizeof answer) < 0)
        return;
    switch (hello->kind) {
    case WIRE_ECHO:
        echo(&t);
        break;
    case WIRE_TCP_TX:
        send_records(&t);
        break;
    case WIRE_TCP_RX:
        take_records(&t);
        break;
    default:
        obey(&t);
    }
}
