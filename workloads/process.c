/* Processes: fork+exit, fork+exec, fork+sh by the method of lmbench's lat_proc, and the pipe by its
 * lat_pipe.
 *
 * What is executed. lmbench compiles a `hello` for the machine that it measures; here every target
 * must execute the same bytes, so the program executes its own file again with an argument that
 * makes main() write twelve bytes to the closed descriptor 1 and return (workload_hello). The file
 * is reached through an inherited descriptor, /proc/self/fd/N: no second file has to be written, a
 * scratch directory mounted noexec does not matter, and sh can name it. The price is documented: it
 * is a static program with the C library's start-up, about a megabyte of which is mapped and little
 * touched: some 30 page faults to be executed (of which about 15 relocate it) and the processor
 * questions (CPUID, which traps in a virtual machine) that every program asks when it starts. That
 * is what starting a small program costs today; lmbench's own hello pays for the dynamic loader on
 * top of it. The empty environment of exec and the fixed one of sh are the same everywhere.
 *
 * A child tells by its exit status that it did what it should: fork+exit counts through a range of
 * values, hello returns HELLO_STATUS only if its write failed with EBADF. */
#include <config.h>

#include "workloads/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELLO_ARGUMENT "hello"
#define HELLO_STATUS   42

int workload_hello(int argc, char **argv)
{
    static const char text[12] = "Hello world\n";
    if (argc != 2 || strcmp(argv[1], HELLO_ARGUMENT) != 0)
        return -1;
    if (write(STDOUT_FILENO, text, sizeof text) < 0 && errno == EBADF)
        return HELLO_STATUS;
    return 1;
}

WORK_FAILED int process_miscounted(struct work *w, const char *what, uint64_t got, uint64_t wanted)
{
    return error_set(w->error, ERROR_SYSTEM, "%s: %" PRIu64 " %s instead of %" PRIu64,
                     w->workload->id, got, what, wanted);
}

struct process_state {
    struct pinned pinned;
    bool signals; /* child_action, pipe_action are to be put back */
    struct sigaction child_action, pipe_action;
    uint64_t children;

    /* fork+exec, fork+sh */
    int program; /* our own file, inherited by what is executed */
    char path[32];
    char command[48];
    const char *executes; /* for the sentence when it cannot */

    /* pipe */
    int to[2], from[2];
    pid_t helper;
    unsigned char byte;
};

static int process_prepare(struct work *w)
{
    struct process_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    s->program = s->to[0] = s->to[1] = s->from[0] = s->from[1] = -1;
    w->state = s;
    /* Children must be waited for, and a broken pipe must be an error, not our death. */
    struct sigaction by_default = {.sa_handler = SIG_DFL}, ignore = {.sa_handler = SIG_IGN};
    if (sigaction(SIGCHLD, &by_default, &s->child_action) < 0 ||
        sigaction(SIGPIPE, w->workload->params ? &ignore : &by_default, &s->pipe_action) < 0)
        return error_errno(w->error, errno, "cannot set signal actions for %s", w->workload->id);
    s->signals = true;
    return child_pin_self(w, &s->pinned);
}

static void process_release(struct work *w)
{
    struct process_state *s = w->state;
    if (!s)
        return;
    child_end(&s->helper);
    for (int i = 0; i < 2; i++) {
        child_close(&s->to[i]);
        child_close(&s->from[i]);
    }
    child_close(&s->program);
    if (s->signals) {
        sigaction(SIGCHLD, &s->child_action, NULL);
        sigaction(SIGPIPE, &s->pipe_action, NULL);
    }
    child_unpin_self(&s->pinned);
    free(s);
    w->state = NULL;
}

WORK_FAILED static int process_fork_failed(struct work *w)
{
    return error_errno(w->error, errno,
                       "%s cannot start a child process (is there a limit of processes?)",
                       w->workload->id);
}

WORK_FAILED static int process_status_wrong(struct work *w, int status, int wanted)
{
    if (WIFSIGNALED(status))
        return error_set(w->error, ERROR_SYSTEM, "a child of %s was killed by signal %d",
                         w->workload->id, WTERMSIG(status));
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127))
        return error_set(
            w->error, ERROR_SYSTEM,
            "%s cannot execute %s (exit status %d); is it there, and is /proc mounted?",
            w->workload->id, ((struct process_state *)w->state)->executes, WEXITSTATUS(status));
    return error_set(w->error, ERROR_SYSTEM, "a child of %s ended with status %d instead of %d",
                     w->workload->id, WIFEXITED(status) ? WEXITSTATUS(status) : status, wanted);
}

/* Wait for a child; its status must be the wanted one. */
WORK_TIMED static int process_wait(struct work *w, pid_t pid, int wanted)
{
    struct process_state *s = w->state;
    int status;
    pid_t got;
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    if (__builtin_expect(got != pid, 0))
        return process_fork_failed(w);
    if (__builtin_expect(!WIFEXITED(status) || WEXITSTATUS(status) != wanted, 0))
        return process_status_wrong(w, status, wanted);
    s->children++;
    return 0;
}

/* fork+exit */

WORK_TIMED static int fork_exit_run(struct work *w, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        int status = 1 + (int)(i % 100);
        uint64_t from = work_sample_begin(w);
        pid_t pid = fork();
        if (pid == 0)
            _exit(status);
        if (pid < 0)
            return process_fork_failed(w);
        if (process_wait(w, pid, status) < 0)
            return -1;
        work_sample_end(w, from);
    }
    return 0;
}

/* No child is left over, and none was lost. */
static int process_verify(struct work *w)
{
    if (waitpid(-1, NULL, WNOHANG) > 0)
        return error_set(w->error, ERROR_SYSTEM, "%s has a child that nobody waited for",
                         w->workload->id);
    return 0;
}

/* fork+exec, fork+sh */

static int program_prepare(struct work *w)
{
    if (process_prepare(w) < 0)
        return -1;
    struct process_state *s = w->state;
    s->program = open("/proc/self/exe", O_RDONLY);
    if (s->program < 0)
        return error_errno(w->error, errno,
                           "%s cannot open its own program by /proc/self/exe; is /proc mounted?",
                           w->workload->id);
    snprintf(s->path, sizeof s->path, "/proc/self/fd/%d", s->program);
    snprintf(s->command, sizeof s->command, "%s %s", s->path, HELLO_ARGUMENT);
    return 0;
}

WORK_TIMED static int fork_exec_run(struct work *w, uint64_t count)
{
    struct process_state *s = w->state;
    char argument[] = HELLO_ARGUMENT;
    char *const argv[] = {s->path, argument, NULL};
    char *const environment[] = {NULL};
    for (uint64_t i = 0; i < count; i++) {
        uint64_t from = work_sample_begin(w);
        pid_t pid = fork();
        if (pid == 0) {
            close(STDOUT_FILENO);
            execve(s->path, argv, environment);
            _exit(127);
        }
        if (pid < 0)
            return process_fork_failed(w);
        if (process_wait(w, pid, HELLO_STATUS) < 0)
            return -1;
        work_sample_end(w, from);
    }
    return 0;
}

WORK_TIMED static int fork_sh_run(struct work *w, uint64_t count)
{
    struct process_state *s = w->state;
    char shell[] = "sh", option[] = "-c", path[] = "PATH=/usr/bin:/bin";
    char *const argv[] = {shell, option, s->command, NULL};
    char *const environment[] = {path, NULL};
    for (uint64_t i = 0; i < count; i++) {
        uint64_t from = work_sample_begin(w);
        pid_t pid = fork();
        if (pid == 0) {
            close(STDOUT_FILENO);
            execve("/bin/sh", argv, environment);
            _exit(127);
        }
        if (pid < 0)
            return process_fork_failed(w);
        if (process_wait(w, pid, HELLO_STATUS) < 0)
            return -1;
        work_sample_end(w, from);
    }
    return 0;
}

/* Once, untimed: what cannot work says so before anything is measured. */
static int fork_exec_prepare(struct work *w)
{
    if (program_prepare(w) < 0)
        return -1;
    ((struct process_state *)w->state)->executes = "its own program by /proc/self/fd";
    return fork_exec_run(w, 1);
}

static int fork_sh_prepare(struct work *w)
{
    if (program_prepare(w) < 0)
        return -1;
    ((struct process_state *)w->state)->executes = "/bin/sh and its own program by /proc/self/fd";
    return fork_sh_run(w, 1);
}

/* The pipe: one byte there, its complement back; the figure is the whole round trip. */

WORK_FAILED static int pipe_ended(struct work *w)
{
    return error_set(w->error, ERROR_SYSTEM, "the other process of %s ended", w->workload->id);
}

WORK_TIMED static int pipe_run(struct work *w, uint64_t count)
{
    struct process_state *s = w->state;
    int out = s->to[1], in = s->from[0];
    for (uint64_t i = 0; i < count; i++) {
        unsigned char back = s->byte;
        uint64_t from = work_sample_begin(w);
        if (__builtin_expect(syscall(SYS_write, out, &s->byte, (size_t)1) != 1 ||
                                 syscall(SYS_read, in, &back, (size_t)1) != 1,
                             0))
            return pipe_ended(w);
        work_sample_end(w, from);
        if (__builtin_expect(back != (unsigned char)~s->byte, 0))
            return process_miscounted(w, "was the byte that came back", back,
                                      (unsigned char)~s->byte);
        s->byte++;
    }
    return 0;
}

WORK_TIMED static void pipe_helper(int in, int out)
{
    unsigned char byte;
    while (syscall(SYS_read, in, &byte, (size_t)1) == 1) {
        byte = (unsigned char)~byte;
        if (syscall(SYS_write, out, &byte, (size_t)1) != 1)
            break;
    }
}

static int pipe_prepare(struct work *w)
{
    enum placement placement = (enum placement)w->param[0];
    if (process_prepare(w) < 0 || child_check_placement(w, placement) < 0)
        return -1;
    struct process_state *s = w->state;
    if (child_pipe(w, s->to) < 0 || child_pipe(w, s->from) < 0)
        return -1;
    s->helper = child_fork(w);
    if (s->helper < 0)
        return -1;
    if (s->helper == 0) {
        child_keep_only(s->to[0], s->from[1]);
        if (child_pin(child_cpu(w, placement, 1)) < 0)
            child_exit(1);
        pipe_helper(s->to[0], s->from[1]);
        child_exit(0);
    }
    child_close(&s->to[0]);
    child_close(&s->from[1]);
    return pipe_run(w, 1);
}

/* The helper is alive and silent: as many bytes came back as were sent. */
static int pipe_verify(struct work *w)
{
    struct process_state *s = w->state;
    if (waitpid(s->helper, NULL, WNOHANG) == s->helper) {
        s->helper = 0;
        return pipe_ended(w);
    }
    int flags = fcntl(s->from[0], F_GETFL);
    unsigned char byte;
    fcntl(s->from[0], F_SETFL, flags | O_NONBLOCK);
    ssize_t extra = read(s->from[0], &byte, 1);
    fcntl(s->from[0], F_SETFL, flags);
    if (extra == 0)
        return pipe_ended(w);
    if (extra > 0)
        return error_set(w->error, ERROR_SYSTEM, "the pipe of %s held a byte too many",
                         w->workload->id);
    return 0;
}

const struct workload_ops fork_exit_ops = {
    .id = "sys.fork_exit",
    .prepare = process_prepare,
    .run = fork_exit_run,
    .verify = process_verify,
    .release = process_release,
};
const struct workload_ops fork_exec_ops = {
    .id = "sys.fork_exec",
    .prepare = fork_exec_prepare,
    .run = fork_exec_run,
    .verify = process_verify,
    .release = process_release,
};
const struct workload_ops fork_sh_ops = {
    .id = "sys.fork_sh",
    .prepare = fork_sh_prepare,
    .run = fork_sh_run,
    .verify = process_verify,
    .release = process_release,
};
const struct workload_ops pipe_ops = {
    .id = "sys.pipe",
    .prepare = pipe_prepare,
    .run = pipe_run,
    .verify = pipe_verify,
    .release = process_release,
};
