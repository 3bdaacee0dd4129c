#include <config.h>

#include "workloads/net/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
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
    static const struct timeval silence = {.tv_sec = WIRE_SILENCE_S};
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
}
