/* pty.h - a program in a terminal of our own, byte by byte: for tests and benches of the dashboard.
 */
#ifndef VMTAX_TESTS_PTY_H
#define VMTAX_TESTS_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

struct pty {
    int fd;
    pid_t pid;
    struct termios before; /* settings before the program had it */
    char *out;             /* everything it wrote; owned */
    size_t length, room;
};

/* Start argv (path first) with TERM=term and LC_ALL=C.UTF-8. False with errno. */
bool pty_start(struct pty *p, int h, int w, const char *term, char *const argv[]);
/* The same with another LC_ALL than C.UTF-8. */
bool pty_start_in(struct pty *p, int h, int w, const char *term, const char *locale,
                  char *const argv[]);
void pty_resize(struct pty *p, int h, int w);
void pty_send(struct pty *p, const void *bytes, size_t n);
/* Read what comes until nothing came for quiet_ms, or limit_ms are over, or the program is gone
 * (false). */
bool pty_read(struct pty *p, int quiet_ms, int limit_ms);
/* Wait for text in what comes from offset on. False after limit_ms. */
bool pty_expect(struct pty *p, size_t offset, const char *text, int limit_ms);
/* Exit status as of waitpid; after limit_ms the program is killed and it is -1. Keeps out. */
int pty_wait(struct pty *p, int limit_ms);
void pty_release(struct pty *p);
double pty_now_s(void);

#endif
