/* The load's end of the connection. */
#include <config.h>

#include "workloads/net/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

WORK_FAILED int link_failed(struct work *w, int cause)
{
    const struct endpoint *to = &w->endpoint;
    if (cause == 0 || cause == ECONNRESET || cause == EPIPE)
        return error_set(w->error, ERROR_GUEST,
                         "the server of %s at %s port %u hung up: did the target end?",
                         w->workload->id, to->address, (unsigned)to->ports[0]);
    if (cause == EAGAIN || cause == EWOULDBLOCK || cause == EINPROGRESS || cause == ETIMEDOUT)
        return error_set(w->error, ERROR_GUEST,
                         "nothing came or went between the peer and %s for %d s: are the "
                         "interfaces at both ends up, with the same MTU, and no firewall between?",
                         to->address, WIRE_SILENCE_S);
    if (cause == ENETUNREACH || cause == EHOSTUNREACH || cause == ENETDOWN)
        return error_set(w->error, ERROR_GUEST,
                         "no way leads to %s: are the interfaces at both ends up?", to->address);
    return error_errno(w->error, cause, "%s to %s port %u", w->workload->id, to->address,
                       (unsigned)to->ports[0]);
}

WORK_FAILED int link_wrong(struct work *w, uint64_t number)
{
    return error_set(w->error, ERROR_GUEST, "%s: record %llu came with wrong bytes",
                     w->workload->id, (unsigned long long)number);
}

/* Calls by datagrams, which may be lost, until the server answers. 0; or -1 with errno. */
static int call(const struct link *l, int udp, const struct sockaddr_in *to, uint64_t seed)
{
    if (connect(udp, (const struct sockaddr *)to, sizeof *to) < 0)
        return -1;
    for (int ms = 0; ms < WIRE_SILENCE_S * 1000; ms += WIRE_CALL_MS) {
        /* One that comes before the server's socket is there is refused, which the next one is told
         * in place of being sent. */
        if (send(udp, &seed, sizeof seed, 0) < 0 &&
            (errno != ECONNREFUSED || send(udp, &seed, sizeof seed, 0) < 0))
            return -1;
        if (wire_readable(l->fd, WIRE_CALL_MS))
            return 0;
    }
    errno = ETIMEDOUT;
    return -1;
}

int link_open(struct work *w, struct link *l, struct wire_hello hello, int udp)
{
    uint32_t answer = 0;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(w->endpoint.ports[0])};
    *l = (struct link){.fd = -1, .size = hello.size};
    hello.magic = WIRE_MAGIC;
    hello.seed = w->seed;
    l->model = malloc(l->size);
    l->record = malloc(l->size);
    if (!l->model || !l->record)
        return error_set(w->error, ERROR_SYSTEM, "no memory for the records of %s",
                         w->workload->id);
    wire_fill(l->model, l->size, hello.seed);
    wire_fill(l->record, l->size, hello.seed);
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l->fd < 0)
        return error_errno(w->error, errno, "no socket for %s", w->workload->id);
    wire_tune(l->fd);
    wire_impatient(l->fd);
    if (inet_pton(AF_INET, w->endpoint.address, &to.sin_addr) != 1)
        return error_set(w->error, ERROR_USAGE, "%s is no address", w->endpoint.address);
    if (connect(l->fd, (struct sockaddr *)&to, sizeof to) < 0 ||
        wire_send(l->fd, &hello, sizeof hello) < 0 ||
        (udp >= 0 && call(l, udp, &to, hello.seed) < 0) ||
        wire_receive(l->fd, &answer, sizeof answer) < 0)
        return link_failed(w, errno);
    if (answer != WIRE_MAGIC)
        return error_set(w->error, ERROR_GUEST, "what listens at %s port %u is no server of ours",
                         w->endpoint.address, (unsigned)w->endpoint.ports[0]);
    return 0;
}

void link_close(struct link *l)
{
    if (l->fd >= 0)
        close(l->fd);
    free(l->model);
    free(l->record);
    *l = (struct link){.fd = -1};
}
