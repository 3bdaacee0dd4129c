/* System calls and signals: the single-process rows of the paper's Table I, by the method of
 * lmbench's lat_syscall and lat_sig (fork, exec, sh and pipe are in process.c).
 *
 * An operation is one call in a loop, on one pinned processor. Calls are made by syscall() where
 * the C library would do something of its own first: be a cancellation point whose path depends on
 * the number of threads (read, write, open, close), or ask in another way (fstat is newfstatat with
 * an empty path in some versions). Every result is compared inside the loop, by a compare and a
 * branch that is never taken; a wrong one ends the run.
 *
 * stat, fstat and open/close use a file of their own with a relative name in the scratch directory,
 * which becomes the working directory, so that the depth of that directory, different in every
 * target, is not walked in every call. */
#include <config.h>

#include "workloads/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SYS_FILE "vmtax-sys"

struct sys_state {
    struct pinned pinned;
    int fd;
    int home; /* the working directory before, -1: not changed */
    bool file;
    pid_t parent;
    ino_t inode;
    unsigned char byte;
    uint64_t handled; /* signals before this run */
    bool signals;     /* the two below are to be put back */
    struct sigaction action;
    sigset_t mask;
};

/* The only thing that a signal handler can count in. Written by the thread that signals itself. */
static volatile uint64_t sys_signals;

WORK_TIMED static void sys_handler(int signal_number)
{
    (void)signal_number;
    sys_signals = sys_signals + 1;
}

/* Not made in the timed function: a compiler may copy it there by memcpy. */
static const struct sigaction sys_action = {.sa_handler = sys_handler};

WORK_FAILED static int sys_wrong(struct work *w, const char *call)
{
    return error_errno(w->error, errno, "%s did not do what it should in %s", call,
                       w->workload->id);
}

static int sys_prepare(struct work *w)
{
    struct sys_state *s = calloc(1, sizeof *s);
    if (!s)
        return error_set(w->error, ERROR_SYSTEM, "no memory for %s", w->workload->id);
    s->fd = s->home = -1;
    w->state = s;
    return child_pin_self(w, &s->pinned);
}

static void sys_release(struct work *w)
{
    struct sys_state *s = w->state;
    if (!s)
        return;
    child_close(&s->fd);
    if (s->file)
        unlink(SYS_FILE);
    if (s->home >= 0 && fchdir(s->home) < 0)
        error_errno(w->error, errno, "cannot return to the working directory");
    child_close(&s->home);
    if (s->signals) {
        sigaction(SIGUSR1, &s->action, NULL);
        pthread_sigmask(SIG_SETMASK, &s->mask, NULL);
    }
    child_unpin_self(&s->pinned);
    free(s);
    w->state = NULL;
}

/* getppid: enters the kernel and returns one number; neither cached nor in the vDSO. */

static int sys_syscall_prepare(struct work *w)
{
    if (sys_prepare(w) < 0)
        return -1;
    struct sys_state *s = w->state;
    s->parent = getppid();
    return 0;
}

WORK_TIMED static int sys_syscall_run(struct work *w, uint64_t count)
{
    struct sys_state *s = w->state;
    pid_t parent = s->parent;
    for (uint64_t i = 0; i < count; i++)
        if (__builtin_expect(getppid() != parent, 0))
            return sys_wrong(w, "getppid()");
    return 0;
}

static int sys_syscall_verify(struct work *w)
{
    struct sys_state *s = w->state;
    return syscall(SYS_getppid) == s->parent ? 0 : sys_wrong(w, "getppid()");
}

/* read: one byte from /dev/zero. */

static int sys_device_open(struct work *w, const char *path, int flags)
{
    struct sys_state *s = w->state;
    s->fd = open(path, flags | O_CLOEXEC);
    if (s->fd < 0)
        return error_errno(w->error, errno, "cannot open %s for %s", path, w->workload->id);
    struct stat st;
    if (fstat(s->fd, &st) < 0 || !S_ISCHR(st.st_mode))
        return error_set(w->error, ERROR_SYSTEM, "%s is not a device here; %s needs the real one",
                         path, w->workload->id);
    return 0;
}

static int sys_read_prepare(struct work *w)
{
    return sys_prepare(w) < 0 ? -1 : sys_device_open(w, "/dev/zero", O_RDONLY);
}

WORK_TIMED static int sys_read_run(struct work *w, uint64_t count)
{
    struct sys_state *s = w->state;
    int fd = s->fd;
    for (uint64_t i = 0; i < count; i++) {
        s->byte = 0xff;
        if (__builtin_expect(syscall(SYS_read, fd, &s->byte, (size_t)1) != 1 || s->byte != 0, 0))
            return sys_wrong(w, "reading a byte of /dev/zero");
    }
    return 0;
}

static int sys_write_prepare(struct work *w)
{
    return sys_prepare(w) < 0 ? -1 : sys_device_open(w, "/dev/null", O_WRONLY);
}

/* write: one byte to /dev/null. */
WORK_TIMED static int sys_write_run(struct work *w, uint64_t count)
{
    struct sys_state *s = w->state;
    int fd = s->fd;
    for (uint64_t i = 0; i < count; i++)
        if (__builtin_expect(syscall(SYS_write, fd, &s->byte, (size_t)1) != 1, 0))
            return sys_wrong(w, "writing a byte to /dev/null");
    return 0;
}

/* The descriptor is still what was measured. */
static int sys_device_verify(struct work *w)
{
    struct sys_state *s = w->state;
    struct stat st;
    return fstat(s->fd, &st) == 0 && S_ISCHR(st.st_mode) ? 0 : sys_wrong(w, "the device");
}

/* stat, fstat, open and close: of a new, empty, regular file. */

static int sys_file_prepare(struct work *w)
{
    if (sys_prepare(w) < 0)
        return -1;
    struct sys_state *s = w->state;
    if (!w->scratch)
        return error_set(w->error, ERROR_USAGE,
                         "%s needs a directory on a disk of the target; name one with --scratch",
                         w->workload->id);
    s->home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->home < 0)
        return error_errno(w->error, errno, "cannot open the working directory");
    if (chdir(w->scratch) < 0)
        return error_errno(w->error, errno, "cannot enter the scratch directory %s", w->scratch);
    s->fd = open(SYS_FILE, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (s->fd < 0)
        return error_errno(w->error, errno,
                           "cannot create a file in %s; name another directory with --scratch",
                           w->scratch);
    s->file = true;
    struct stat st;
    if (fstat(s->fd, &st) < 0)
        return error_errno(w->error, errno, "cannot ask for the file in %s", w->scratch);
    s->inode = st.st_ino;
    return 0;
}

WORK_TIMED static int sys_stat_run(struct work *w, uint64_t count)
{
    struct sys_state *s = w->state;
    struct stat st;
    for (uint64_t i = 0; i < count; i++)
        if (__builtin_expect(stat(SYS_FILE, &st) != 0 || st.st_ino != s->inode, 0))
            return sys_wrong(w, "stat()");
    return 0;
}

WORK_TIMED static int sys_fstat_run(struct work *w, uint64_t count)
{
    struct sys_state *s = w->state;
    struct stat st;
    for (uint64_t i = 0; i < count; i++) {
#if defined __x86_64__ && defined SYS_fstat
        bool failed = syscall(SYS_fstat, s->fd, &st) != 0;
#else
        bool failed = fstat(s->fd, &st) != 0;
#endif
        if (__builtin_expect(failed || st.st_ino != s->inode, 0))
            return sys_wrong(w, "fstat()");
    }
    return 0;
}

WORK_TIMED static int sys_open_close_run(struct work *w, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        long fd = syscall(SYS_openat, AT_FDCWD, SYS_FILE, O_RDONLY, 0);
        if (__builtin_expect(fd < 0 || syscall(SYS_close, fd) != 0, 0))
            return sys_wrong(w, "open() and close()");
    }
    return 0;
}

/* The file that was asked for is the one that was made, and still empty. */
static int sys_file_verify(struct work *w)
{
    struct sys_state *s = w->state;
    struct stat st, by_name;
    if (fstat(s->fd, &st) < 0 || stat(SYS_FILE, &by_name) < 0)
        return sys_wrong(w, "the file");
    if (st.st_ino != s->inode || by_name.st_ino != s->inode || st.st_size != 0)
        return error_set(w->error, ERROR_SYSTEM, "the file of %s was changed while it was measured",
                         w->workload->id);
    return 0;
}

/* Signals. */

static int sys_signal_prepare(struct work *w)
{
    if (sys_prepare(w) < 0)
        return -1;
    struct sys_state *s = w->state;
    struct sigaction initial = {.sa_handler = SIG_DFL};
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    if (sigaction(SIGUSR1, &initial, &s->action) < 0 ||
        pthread_sigmask(SIG_UNBLOCK, &one, &s->mask) != 0)
        return error_errno(w->error, errno, "cannot take over SIGUSR1");
    s->signals = true;
    return 0;
}

WORK_TIMED static int sys_install_run(struct work *w, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (__builtin_expect(sigaction(SIGUSR1, &sys_action, NULL) != 0, 0))
            return sys_wrong(w, "sigaction()");
    return 0;
}

/* The handler is the installed one, and it works. */
static int sys_install_verify(struct work *w)
{
    struct sigaction now;
    if (sigaction(SIGUSR1, NULL, &now) < 0 || now.sa_handler != sys_handler)
        return error_set(w->error, ERROR_SYSTEM, "the installed signal handler is not in place");
    uint64_t before = sys_signals;
    if (raise(SIGUSR1) != 0 || sys_signals != before + 1)
        return error_set(w->error, ERROR_SYSTEM, "the installed signal handler did not run");
    return 0;
}

static int sys_handle_prepare(struct work *w)
{
    if (sys_signal_prepare(w) < 0)
        return -1;
    if (sigaction(SIGUSR1, &sys_action, NULL) < 0)
        return error_errno(w->error, errno, "cannot install a signal handler");
    return 0;
}

/* kill() returns after the handler ran: of the signals pending for the caller, at least one is
 * delivered before, and only one is pending. So the count is exact. */
WORK_TIMED static int sys_handle_run(struct work *w, uint64_t count)
{
    pid_t self = getpid();
    uint64_t before = sys_signals;
    for (uint64_t i = 0; i < count; i++)
        if (__builtin_expect(kill(self, SIGUSR1) != 0, 0))
            return sys_wrong(w, "kill()");
    if (sys_signals - before != count)
        return process_miscounted(w, "handled signals", sys_signals - before, count);
    return 0;
}

WORK_TIMED static int sys_handle_overhead(struct work *w, uint64_t count)
{
    pid_t self = getpid();
    for (uint64_t i = 0; i < count; i++)
        if (__builtin_expect(kill(self, 0) != 0, 0))
            return sys_wrong(w, "kill()");
    return 0;
}

static const struct workload_ops sys_syscall_ops = {
    .id = "sys.syscall",
    .prepare = sys_syscall_prepare,
    .run = sys_syscall_run,
    .verify = sys_syscall_verify,
    .release = sys_release,
};
static const struct workload_ops sys_read_ops = {
    .id = "sys.read",
    .prepare = sys_read_prepare,
    .run = sys_read_run,
    .verify = sys_device_verify,
    .release = sys_release,
};
static const struct workload_ops sys_write_ops = {
    .id = "sys.write",
    .prepare = sys_write_prepare,
    .run = sys_write_run,
    .verify = sys_device_verify,
    .release = sys_release,
};
static const struct workload_ops sys_stat_ops = {
    .id = "sys.stat",
    .prepare = sys_file_prepare,
    .run = sys_stat_run,
    .verify = sys_file_verify,
    .release = sys_release,
};
static const struct workload_ops sys_fstat_ops = {
    .id = "sys.fstat",
    .prepare = sys_file_prepare,
    .run = sys_fstat_run,
    .verify = sys_file_verify,
    .release = sys_release,
};
static const struct workload_ops sys_open_close_ops = {
    .id = "sys.open_close",
    .prepare = sys_file_prepare,
    .run = sys_open_close_run,
    .verify = sys_file_verify,
    .release = sys_release,
};
static const struct workload_ops sys_sig_install_ops = {
    .id = "sys.sig_install",
    .prepare = sys_signal_prepare,
    .run = sys_install_run,
    .verify = sys_install_verify,
    .release = sys_release,
};
static const struct workload_ops sys_sig_handle_ops = {
    .id = "sys.sig_handle",
    .prepare = sys_handle_prepare,
    .run = sys_handle_run,
    .overhead = sys_handle_overhead,
    .verify = sys_install_verify,
    .release = sys_release,
};

const struct workload_ops *const workload_ops_sys[] = {
    &sys_syscall_ops,    &sys_read_ops,  &sys_write_ops, &sys_stat_ops, &sys_fstat_ops,
    &sys_open_close_ops, &fork_exit_ops, &fork_exec_ops, &fork_sh_ops,  &sys_sig_install_ops,
    &sys_sig_handle_ops, &pipe_ops,      NULL,
};
