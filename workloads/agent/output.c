#include <config.h>

#include "workloads/agent/output.h"

#include "workloads/workload.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

int output_init(struct output *o, int fd)
{
    struct stat st;
    *o = (struct output){.fd = fd};
    o->is_socket = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
    o->queue = malloc(OUTPUT_SIZE);
    return o->queue ? 0 : -1;
}

void output_release(struct output *o)
{
    free(o->queue);
    o->queue = NULL;
}

struct record_writer *output_begin(struct output *o, const char *verb)
{
    record_begin(&o->writer, o->line, sizeof o->line, verb);
    record_add_u64(&o->writer, "seq", o->next_seq);
    record_add_u64(&o->writer, "t", work_now_ns());
    return &o->writer;
}

int output_end(struct output *o)
{
    long length = record_end(&o->writer);
    if (length < 0 || (size_t)length > OUTPUT_SIZE - o->length)
        BUG("a record does not fit");
    o->next_seq++;
    if (o->begin + o->length + (size_t)length > OUTPUT_SIZE) {
        memmove(o->queue, o->queue + o->begin, o->length);
        o->begin = 0;
    }
    memcpy(o->queue + o->begin + o->length, o->line, (size_t)length);
    o->length += (size_t)length;
    return output_flush(o);
}

bool output_has_room_for_ticks(const struct output *o)
{
    return o->length < OUTPUT_SIZE / 4;
}

bool output_has_room_for_requests(const struct output *o)
{
    return o->length < OUTPUT_SIZE / 2;
}

/* The descriptor is not made non-blocking: that would change it for everyone who shares it, a
 * user's terminal perhaps. A pipe that is ready takes PIPE_BUF bytes without blocking. */
static ssize_t write_some(struct output *o)
{
    size_t n = o->length < PIPE_BUF ? o->length : PIPE_BUF;
    if (o->is_socket)
        return send(o->fd, o->queue + o->begin, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    return write(o->fd, o->queue + o->begin, n);
}

static int flush(struct output *o, int timeout_ms)
{
    while (o->length > 0) {
        struct pollfd p = {.fd = o->fd, .events = POLLOUT};
        int n = poll(&p, 1, timeout_ms);
        if (n == 0 || (n < 0 && errno == EINTR))
            return 0;
        if (n < 0 || !(p.revents & POLLOUT))
            return -1;
        ssize_t written = write_some(o);
        if (written < 0) {
            if (errno == EINTR || errno == EAGAIN)
                return 0;
            return -1;
        }
        o->begin += (size_t)written;
        o->length -= (size_t)written;
    }
    o->begin = 0;
    return 0;
}

int output_flush(struct output *o)
{
    return flush(o, 0);
}

void output_drain(struct output *o, int timeout_ms)
{
    uint64_t until = work_now_ns() + (uint64_t)timeout_ms * 1000000u;
    for (uint64_t now; o->length > 0 && (now = work_now_ns()) < until;)
        if (flush(o, (int)((until - now) / 1000000u) + 1) < 0)
            return;
}
