#include <config.h>

#include "workloads/agent/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define PIECE 4096

static bool parse(const char *text, unsigned *rows, unsigned *columns)
{
    unsigned h, w;
    char rest;
    if (sscanf(text, "%4u;%4u%c", &h, &w, &rest) != 2 || h < 1 || w < 1)
        return false;
    *rows = h;
    *columns = w;
    return true;
}

size_t console_take(struct console_record *r, char *bytes, size_t n, unsigned *rows,
                    unsigned *columns, bool *changed)
{
    size_t kept = 0;
    *changed = false;
    for (size_t i = 0; i < n; i++) {
        if (!r->inside && bytes[i] == CONSOLE_SIZE) {
            r->inside = true;
            r->used = 0;
        } else if (!r->inside) {
            bytes[kept++] = bytes[i];
        } else if (bytes[i] == '\n' || r->used + 1 == sizeof r->text) {
            r->inside = false;
            r->text[r->used] = '\0';
            *changed = parse(r->text, rows, columns) || *changed;
        } else {
            r->text[r->used++] = bytes[i];
        }
    }
    return kept;
}

struct relay {
    int console, master, ended; /* ended: readable when the shell has */
    bool sized;
    struct console_record record;
    char keys[PIECE]; /* that the terminal has not taken yet */
    size_t from, to;
};

static void set_size(int fd, unsigned rows, unsigned columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    ioctl(fd, TIOCSWINSZ, &size); /* whoever is in the foreground hears of it */
}

/* False: nobody types any more. */
static bool read_keys(struct relay *r)
{
    unsigned rows, columns;
    bool changed = false;
    ssize_t n = read(r->console, r->keys, sizeof r->keys);
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0)
        return false;
    r->from = 0;
    r->to = (size_t)n;
    if (r->sized)
        r->to = console_take(&r->record, r->keys, r->to, &rows, &columns, &changed);
    if (changed)
        set_size(r->master, rows, columns);
    return true;
}

static void type_keys(struct relay *r)
{
    ssize_t n = write(r->master, r->keys + r->from, r->to - r->from);
    if (n > 0)
        r->from += (size_t)n;
    else if (n < 0 && errno != EAGAIN && errno != EINTR)
        r->from = r->to;
}

/* What the terminal shows goes out. False: there is nothing now. */
static bool show(struct relay *r)
{
    char bytes[PIECE];
    ssize_t n = read(r->master, bytes, sizeof bytes);
    for (ssize_t done = 0, w; done < n; done += w)
        if ((w = write(r->console, bytes + done, (size_t)(n - done))) < 0) {
            if (errno != EINTR)
                return false;
            w = 0;
        }
    return n > 0;
}

static void relay(struct relay *r)
{
    bool typing = true;
    for (;;) {
        bool full = r->from < r->to;
        struct pollfd p[] = {{.fd = typing && !full ? r->console : -1, .events = POLLIN},
                             {.fd = r->master, .events = POLLIN | (full ? POLLOUT : 0)},
                             {.fd = r->ended, .events = POLLIN}};
        if (poll(p, 3, -1) < 0 && errno != EINTR)
            return;
        if (p[0].revents)
            typing = read_keys(r);
        if (r->from < r->to)
            type_keys(r);
        if (p[1].revents & POLLIN)
            show(r);
        if (p[2].revents)
            break;
    }
    while (show(r)) { /* its last words */
    }
}

/* In the child. */
static void run_in(const char *terminal, const sigset_t *mask, void (*shell)(void))
{
    sigprocmask(SIG_SETMASK, mask, NULL);
    for (int i = 1; i < NSIG;
         i++) /* ^C would not reach what a shell runs that was told to ignore it */
        signal(i, SIG_DFL);
    setsid();
    int fd = open(terminal, O_RDWR); /* the first one of a session becomes its terminal */
    if (fd < 0)
        _exit(126);
    for (int i = 0; i <= 2; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
    shell();
    _exit(126);
}

int console_run(int console, unsigned rows, unsigned columns, void (*shell)(void))
{
    struct relay r = {.console = console, .sized = rows && columns};
    struct termios raw;
    char terminal[64];
    sigset_t child, before;
    r.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (r.master < 0 || unlockpt(r.master) < 0 ||
        ptsname_r(r.master, terminal, sizeof terminal) != 0)
        return -1;
    if (r.sized)
        set_size(r.master, rows, columns);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    r.ended = signalfd(-1, &child, SFD_CLOEXEC);
    pid_t pid = r.ended < 0 ? -1 : fork();
    if (pid < 0)
        return -1;
    if (pid == 0)
        run_in(terminal, &before, shell);
    if (tcgetattr(console, &raw) == 0) {
        cfmakeraw(&raw);
        tcsetattr(console, TCSANOW, &raw);
    }
    relay(&r);
    int status;
    if (waitpid(pid, &status, 0) == pid)
        dprintf(console, CONSOLE_ENDED "%d\n",
                WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
    tcdrain(console);
    return 0;
}
