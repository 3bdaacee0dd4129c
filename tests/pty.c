#include <config.h>

#include "tests/pty.h"

#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double pty_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void become(int terminal, const char *term, const char *locale, char *const argv[])
{
    setsid();
    ioctl(terminal, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++)
        dup2(terminal, fd);
    if (terminal > 2)
        close(terminal);
    setenv("TERM", term, 1);
    setenv("LC_ALL", locale, 1);
    unsetenv("NO_COLOR");
    execv(argv[0], argv);
    _exit(127);
}

bool pty_start(struct pty *p, int h, int w, const char *term, char *const argv[])
{
    return pty_start_in(p, h, w, term, "C.UTF-8", argv);
}

bool pty_start_in(struct pty *p, int h, int w, const char *term, const char *locale,
                  char *const argv[])
{
    *p = (struct pty){.fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), .pid = -1};
    if (p->fd < 0 || grantpt(p->fd) || unlockpt(p->fd))
        return false;
    const char *name = ptsname(p->fd);
    int terminal = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
    if (terminal < 0)
        return false;
    pty_resize(p, h, w);
    tcgetattr(terminal, &p->before);
    p->pid = fork();
    if (p->pid == 0)
        become(terminal, term, locale, argv);
    close(terminal);
    return p->pid > 0;
}

void pty_resize(struct pty *p, int h, int w)
{
    struct winsize size = {.ws_row = (unsigned short)h, .ws_col = (unsigned short)w};
    ioctl(p->fd, TIOCSWINSZ, &size);
}

void pty_send(struct pty *p, const void *bytes, size_t n)
{
    ssize_t written = write(p->fd, bytes, n);
    (void)written; /* a program that is gone is noticed by reading */
}

bool pty_read(struct pty *p, int quiet_ms, int limit_ms)
{
    double end = pty_now_s() + limit_ms / 1e3;
    for (;;) {
        struct pollfd fd = {p->fd, POLLIN, 0};
        int left = (int)((end - pty_now_s()) * 1e3);
        if (left < 0 || poll(&fd, 1, left < quiet_ms ? left : quiet_ms) <= 0)
            return true;
        if (p->room - p->length < 65536 + 1) {
            p->room = 2 * p->room + 131072;
            p->out = xrealloc_array(p->out, p->room, 1);
        }
        ssize_t n = read(p->fd, p->out + p->length, 65536);
        if (n <= 0)
            return n < 0 && errno == EINTR;
        p->length += (size_t)n;
        p->out[p->length] = '\0';
    }
}

bool pty_expect(struct pty *p, size_t offset, const char *text, int limit_ms)
{
    double end = pty_now_s() + limit_ms / 1e3;
    size_t n = strlen(text);
    do {
        if (p->length > offset && memmem(p->out + offset, p->length - offset, text, n))
            return true;
        if (!pty_read(p, 1, 20))
            return p->length > offset && memmem(p->out + offset, p->length - offset, text, n);
    } while (pty_now_s() < end);
    return false;
}

int pty_wait(struct pty *p, int limit_ms)
{
    double end = pty_now_s() + limit_ms / 1e3;
    int status;
    for (;;) {
        pid_t got = waitpid(p->pid, &status, WNOHANG);
        if (got == p->pid)
            break;
        if (pty_now_s() > end) {
            kill(p->pid, SIGKILL);
            waitpid(p->pid, &status, 0);
            p->pid = -1;
            return -1;
        }
        pty_read(p, 5, 10);
    }
    p->pid = -1;
    pty_read(p, 5, 100);
    return status;
}

void pty_release(struct pty *p)
{
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    if (p->fd >= 0)
        close(p->fd);
    free(p->out);
    *p = (struct pty){.fd = -1, .pid = -1};
}
