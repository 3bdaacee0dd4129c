/* fuzz_stager.c - what a shell in a foreign guest says while the agent is brought into it.
 *
 * The input lies in a socket whose other end has hung up. Held beside "no sanitizer complains": it
 * ends at once, and what is told of the guest may be shown. */
#include <config.h>

#include "clock.h"
#include "target/stager.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_MAX 65536
#define LIMIT_S   2.0

/* The agent, a program beside it, and a file for its disk. */
static char path[32];
static const struct stager_file files[] = {
    {.path = path, .name = "agent"},
    {.path = path, .name = "tool"},
    {.path = path, .name = "kernel.tar", .scratch = true},
};

static void make_file(void)
{
    static const char bytes[] = "#!/bin/sh\n";
    if (path[0])
        return;
    int fd = memfd_create("agent", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, bytes, sizeof bytes - 1) == (ssize_t)sizeof bytes - 1);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
}

static void talk(const uint8_t *data, size_t size, int to,
                 int (*stages)(struct stager *s, struct error *e))
{
    struct error e = {0};
    int in[2];
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, in) == 0);
    require(write(in[1], data, size) == (ssize_t)size);
    close(in[1]);
    struct stager s = {.name = "test", .to = to, .from = in[0], .interrupt = -1, .patience_s = 0.2};
    if (stages(&s, &e) < 0) {
        require(e.text[0]);
        require_shown(e.text);
    }
    require(memchr(s.said, 0, sizeof s.said) != NULL);
    require_shown(s.said);
    close(in[0]);
}

static int bring(struct stager *s, struct error *e)
{
    return stager_bring(s, files, sizeof files / sizeof files[0], e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int to = open("/dev/null", O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    uint64_t begun = clock_now_ns();
    size = size < INPUT_MAX ? size : INPUT_MAX;
    require(to >= 0);
    make_file();
    talk(data, size, to, stager_look);
    talk(data, size, to, bring);
    require((double)(clock_now_ns() - begun) * 1e-9 < LIMIT_S);
    close(to);
    return 0;
}
