#include <config.h>

#include "workloads/net/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

WORK_TIMED int wire_send(int fd, const void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        long n = syscall(SYS_sendto, fd, (const char *)data + done, size - done, MSG_NOSIGNAL, NULL,
                         0);
        if (__builtin_expect(n < 0, 0)) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        done += (size_t)n;
    }
    return 0;
}

WORK_TIMED int wire_receive(int fd, void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        long n = syscall(SYS_recvfrom, fd, (char *)data + done, size - done, MSG_WAITALL, NULL,
                         NULL);
        if (__builtin_expect(n <= 0, 0)) {
            if (n < 0 && errno == EINTR)
                continue;
            if (n == 0)
                errno = 0;
            return -1;
        }
        done += (size_t)n;
    }
    return 0;
}

void wire_fill(unsigned char *record, size_t size, uint64_t seed)
{
    uint64_t x = seed | 1;
    for (size_t i = 0; i < size; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        record[i] = (unsigned char)(x >> 32);
    }
}

WORK_TIMED bool wire_equal(const unsigned char *record, const unsigned char *model, size_t size)
{
    uint64_t differ = 0;
    size_t i = WIRE_NUMBER;
    for (; i + 8 <= size; i += 8)
        differ |= *(const uint64_t *)(const void *)(record + i) ^
                  *(const uint64_t *)(const void *)(model + i);
    for (; i < size; i++)
        differ |= (uint64_t)(record[i] ^ model[i]);
    return differ == 0;
}

void wire_tune(int fd)
{
    static const int buffer = WIRE_BUFFER, on = 1;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void wire_impatient(int fd)
{
    static const struct timeval silence = {.tv_sec = WIRE_SILENCE_S};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
}

bool wire_readable(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, ms) > 0;
}

WORK_TIMED int wire_send_datagram(int fd, const void *data, size_t size)
{
    for (;;) {
        long n = syscall(SYS_sendto, fd, data, size, MSG_NOSIGNAL, NULL, 0);
        if (__builtin_expect(n >= 0, 1))
            return 0;
        if (errno != EINTR && errno != ENOBUFS)
            return -1;
    }
}

struct wire_pace wire_pace_of(uint64_t size, uint64_t bytes_per_s)
{
    return (struct wire_pace){.gap_ns = bytes_per_s ? size * UINT64_C(1000000000) / bytes_per_s
                                                    : 0};
}

/* Between two looks at the clock, as iperf3's --pacing-timer. */
#define PACE_TICK_NS UINT64_C(1000000)

WORK_TIMED bool wire_pace_wait(struct wire_pace *p)
{
    if (!p->gap_ns)
        return false;
    uint64_t now = work_now_ns();
    if (p->next_ns == 0)
        p->next_ns = now;
    bool early = now < p->next_ns;
    if (early) {
        uint64_t left = p->next_ns - now;
        left = left > PACE_TICK_NS ? left : PACE_TICK_NS;
        struct timespec t = {.tv_sec = (time_t)(left / 1000000000),
                             .tv_nsec = (long)(left % 1000000000)};
        syscall(SYS_nanosleep, &t, NULL);
    }
    p->next_ns += p->gap_ns;
    return early;
}

WORK_TIMED bool wire_take(struct wire_order_seen *seen, const unsigned char *record,
                          const unsigned char *model, size_t n, size_t size)
{
    if (n != size)
        return false;
    uint64_t number = wire_numbered(record);
    if (number < seen->next)
        seen->reordered++;
    else
        seen->next = number + 1;
    return seen->records++ % WIRE_SAMPLE != 0 || wire_equal(record, model, size);
}
