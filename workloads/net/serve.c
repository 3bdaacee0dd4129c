/* serve.c - the server of all network workloads: one port, one load at a time.
 *
 * Each connection gets a process of its own, which may block as it likes: whatever became of its
 * load, it is gone when the next one comes, or when the server ends. It runs on the first processor
 * of the target, as single-lane workloads do. */
#include <config.h>

#include "workloads/child.h"
#include "workloads/net/transfer.h"
#include "workloads/net/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int serve_open(struct work *w)
{
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t size = sizeof here;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    w->state = (void *)(intptr_t)fd;
    if (fd < 0)
        return error_errno(w->error, errno, "no socket for the server of %s", w->workload->id);
    /* Buffers count from the handshake on: accepted sockets have them from this one. */
    wire_tune(fd);
    inet_pton(AF_INET, w->endpoint.address, &here.sin_addr);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0 || listen(fd, 8) < 0 ||
        getsockname(fd, (struct sockaddr *)&here, &size) < 0)
        return error_errno(w->error, errno, "the server of %s cannot listen at %s", w->workload->id,
                           w->endpoint.address);
    w->endpoint.ports[0] = ntohs(here.sin_port);
    return 0;
}

/* In the child. Who does not speak as our loads do is left. */
static _Noreturn void attend_load(struct work *w, int fd)
{
    struct wire_hello hello;
    wire_tune(fd);
    child_pin(child_cpu(w, PLACEMENT_SAME, 0));
    if (wire_receive(fd, &hello, sizeof hello) == 0 && hello.magic == WIRE_MAGIC &&
        hello.kind < WIRE_KINDS && hello.size > 0 && hello.size <= WIRE_SIZE_MAX)
        transfer(fd, &hello);
    child_exit(0);
}

static int serve_attend(struct work *w, int end)
{
    int listening = (int)(intptr_t)w->state;
    pid_t child = 0;
    int rc = 0;
    for (;;) {
        struct pollfd p[2] = {{.fd = end, .events = POLLIN}, {.fd = listening, .events = POLLIN}};
        if (poll(p, 2, -1) < 0 && errno != EINTR) {
            rc = error_errno(w->error, errno, "the server of %s cannot wait", w->workload->id);
            break;
        }
        if (p[0].revents)
            break;
        int fd = p[1].revents ? accept4(listening, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (fd < 0)
            continue; /* it left again */
        child_end(&child);
        child = child_fork(w);
        if (child == 0)
            attend_load(w, fd);
        close(fd);
        if (child < 0) {
            rc = -1;
            break;
        }
    }
    child_end(&child);
    return rc;
}

static void serve_close(struct work *w)
{
    int fd = (int)(intptr_t)w->state;
    child_close(&fd);
}

const struct serve_ops net_serve = {
    .open = serve_open, .attend = serve_attend, .close = serve_close};
