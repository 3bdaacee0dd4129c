#include "config.h"

#include "clock.h"
#include "target/spawn.h"

#include "target/cgroup.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLEANUP_NS    500000000
#define LAST_LINE_MAX 200
#define THREAD_STACK  (256u << 10)
#define PATIENCE_S    1.5
/* Of its standard error after it has ended: more than a pipe holds. */
#define LAST_READS 32

extern char **environ;

struct spawn {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pid_t pid;      /* 0 until forked, -1 when fork failed */
    int fork_errno; /* then */
    bool reaped;
    bool asked; /* to end; under lock */
    int status; /* of waitpid, once reaped */
    int ended_fd;
    int to, from, errors;
    bool leaves_group;
    const char *telling;
    char last_line[LAST_LINE_MAX];
    char line[LAST_LINE_MAX]; /* being collected */
    size_t line_length;

    /* What the child needs, made ready before the fork because after it only async-signal-safe
     * functions may be called. */
    char **argv, **environment;
    cpu_set_t *cpus;
    size_t cpus_size;
    int child_in, child_out, child_err, gate_read, report_write, pass_fd;
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* --- the child ---------------------------------------------------------------------------------
 */

static _Noreturn void child_give_up(const struct spawn *s)
{
    int cause = errno;
    ssize_t n = write(s->report_write, &cause, sizeof cause);
    _exit(n == sizeof cause ? 126 : 125);
}

static int keep_as(int fd, int number)
{
    if (fd == number) {
        int flags = fcntl(fd, F_GETFD);
        return flags < 0 ? -1 : fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
    }
    return dup2(fd, number);
}

/* Descriptors that others opened without close-on-exec must not reach a guest. */
static void close_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0u, 4 /* CLOSE_RANGE_CLOEXEC */) == 0)
        return;
#endif
    struct rlimit limit;
    int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur
                                                                              : 65536;
    for (int fd = first; fd < end; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static _Noreturn void child_run(struct spawn *s, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(125);
    /* A group of its own, and no terminal that it could ask for a password on. */
    setsid();
    /* The system call, because the library keeps 32 and 33 to itself and would leave them ignored
     * if they were. All zeros is SIG_DFL without flags on every architecture. */
    static const unsigned long by_default[16];
    for (int number = 1; number < NSIG; number++)
        syscall(SYS_rt_sigaction, number, by_default, NULL, NSIG / 8);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    /* Wait until we are written down and in our cgroup. No byte: the parent gave up. */
    char byte;
    ssize_t n;
    do
        n = read(s->gate_read, &byte, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1)
        _exit(125);
    if (s->cpus && sched_setaffinity(0, s->cpus_size, s->cpus) < 0)
        child_give_up(s);
    /* All of the parent's ends have numbers above 3, see high_fd(). */
    if (keep_as(s->child_in, 0) < 0 || keep_as(s->child_out, 1) < 0 ||
        keep_as(s->child_err, 2) < 0 || (s->pass_fd >= 0 && keep_as(s->pass_fd, 3) < 0))
        child_give_up(s);
    close_from(s->pass_fd >= 0 ? 4 : 3);
    execve(s->argv[0], s->argv, s->environment);
    child_give_up(s);
}

/* --- its thread --------------------------------------------------------------------------------
 */

static void collect(struct spawn *s, const char *bytes, size_t length)
{
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n') {
            if (s->line_length && !(s->telling && strstr(s->last_line, s->telling))) {
                text_clean_n(s->last_line, sizeof s->last_line, s->line, s->line_length);
            }
            s->line_length = 0;
        } else if (bytes[i] != '\r' && s->line_length + 1 < sizeof s->line) {
            s->line[s->line_length++] = bytes[i];
        }
    }
    pthread_mutex_unlock(&s->lock);
}

/* Reads standard error until the child has ended. */
static void attend(struct spawn *s, pid_t pid)
{
    int pinned = (int)syscall(SYS_pidfd_open, pid, 0);
    char buffer[4096];
    int left = LAST_READS; /* a process of its own that it left behind may write for ever */
    for (bool ended = false;;) {
        struct pollfd fds[2] = {{.fd = s->errors, .events = POLLIN},
                                {.fd = pinned, .events = POLLIN}};
        /* Kernels before 5.3 have no such descriptor: look every 50 ms instead. */
        poll(fds, 2, ended ? 0 : pinned >= 0 ? -1 : 50);
        ssize_t n = fds[0].revents ? read(s->errors, buffer, sizeof buffer) : -2;
        if (n > 0)
            collect(s, buffer, (size_t)n);
        else if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
            close_fd(&s->errors);
        if (ended && (n <= 0 || left-- == 0))
            break;
        siginfo_t info = {0};
        if (!ended && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
            info.si_pid == pid)
            ended = true; /* once more round, for what it said last */
    }
    close_fd(&pinned);
    collect(s, "\n", 1);
}

static void *thread_main(void *argument)
{
    struct spawn *s = argument;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        child_run(s, parent);
    int cause = errno;
    pthread_mutex_lock(&s->lock);
    s->fork_errno = cause;
    s->pid = pid < 0 ? -1 : pid;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (pid < 0)
        return NULL;
    attend(s, pid);
    /* What it left behind in its group goes while its own number still keeps the group's. Shells of
     * a group that was asked to end may still be cleaning up. */
    pthread_mutex_lock(&s->lock);
    bool asked = s->asked;
    pthread_mutex_unlock(&s->lock);
    if (asked)
        nanosleep(&(struct timespec){.tv_nsec = CLEANUP_NS}, NULL);
    if (!s->leaves_group)
        kill(-pid, SIGKILL);
    pthread_mutex_lock(&s->lock);
    while (waitpid(pid, &s->status, 0) < 0 && errno == EINTR) {
    }
    s->reaped = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    uint64_t one = 1;
    (void)!write(s->ended_fd, &one, sizeof one);
    return NULL;
}

/* --- the caller --------------------------------------------------------------------------------
 */

/* A pipe, close-on-exec, with numbers above those that the child's own streams take. */
static int high_fd(int fd)
{
    if (fd < 0 || fd > 9)
        return fd;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
    int cause = errno;
    close(fd);
    errno = cause;
    return high;
}

static int high_pipe(int *read_end, int *write_end)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return -1;
    *read_end = high_fd(fds[0]);
    *write_end = high_fd(fds[1]);
    return *read_end < 0 || *write_end < 0 ? -1 : 0;
}

static char **make_environment(const struct spawn_options *o)
{
    size_t count = 0;
    while (environ && environ[count])
        count++;
    char **out = xcalloc(count + 4, sizeof *out);
    size_t used = 0;
    if (o->ledger)
        out[used++] = xasprintf(LEDGER_VARIABLE "=%s", ledger_label(o->ledger));
    if (o->scratch)
        out[used++] = xasprintf("TMPDIR=%s", o->scratch);
    for (size_t i = 0; i < count; i++) {
        if (!strncmp(environ[i], LEDGER_VARIABLE "=", sizeof LEDGER_VARIABLE) ||
            (o->scratch && !strncmp(environ[i], "TMPDIR=", 7)))
            continue;
        out[used++] = xstrdup(environ[i]);
    }
    return out;
}

static char **copy_words(const char *const *from)
{
    size_t count = 0;
    while (from[count])
        count++;
    char **out = xcalloc(count + 1, sizeof *out);
    for (size_t i = 0; i < count; i++)
        out[i] = xstrdup(from[i]);
    return out;
}

static void free_words(char **words)
{
    for (char **at = words; at && *at; at++)
        free(*at);
    free(words);
}

static int make_pipes(struct spawn *s, int *gate_write, int *report_read)
{
    if (high_pipe(&s->child_in, &s->to) < 0 || high_pipe(&s->from, &s->child_out) < 0 ||
        high_pipe(&s->errors, &s->child_err) < 0 || high_pipe(&s->gate_read, gate_write) < 0 ||
        high_pipe(report_read, &s->report_write) < 0)
        return -1;
    if (fcntl(s->to, F_SETFL, O_NONBLOCK) < 0 || fcntl(s->from, F_SETFL, O_NONBLOCK) < 0 ||
        fcntl(s->errors, F_SETFL, O_NONBLOCK) < 0)
        return -1;
    s->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return s->ended_fd < 0 ? -1 : 0;
}

static void fill_cpus(struct spawn *s, const struct spawn_options *o)
{
    int highest = 0;
    for (size_t i = 0; i < o->cpu_count; i++)
        highest = o->cpus[i] > highest ? o->cpus[i] : highest;
    s->cpus_size = CPU_ALLOC_SIZE(highest + 1);
    s->cpus = CPU_ALLOC(highest + 1);
    if (!s->cpus)
        return;
    CPU_ZERO_S(s->cpus_size, s->cpus);
    for (size_t i = 0; i < o->cpu_count; i++)
        CPU_SET_S((size_t)o->cpus[i], s->cpus_size, s->cpus);
}

/* Forks by the child's own thread and waits for the number. */
static int fork_in_thread(struct spawn *s, struct error *e)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int cause = pthread_create(&s->thread, &attributes, thread_main, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (cause)
        return error_errno(e, cause, "no thread could be started for %s", s->argv[0]);
    pthread_mutex_lock(&s->lock);
    while (!s->pid)
        pthread_cond_wait(&s->changed, &s->lock);
    bool failed = s->pid < 0;
    pthread_mutex_unlock(&s->lock);
    if (!failed)
        return 0;
    pthread_join(s->thread, NULL);
    s->pid = 0;
    return error_errno(e, s->fork_errno, "no process could be started for %s", s->argv[0]);
}

/* Written down, limited, then let go; returns once it has executed its file. */
static int launch(struct spawn *s, const struct spawn_options *o, int *gate_write, int report_read,
                  struct error *e)
{
    if (o->ledger && ledger_add_process(o->ledger, s->pid, e) < 0)
        return -1;
    if (o->cgroup && cgroup_attach(o->cgroup, s->pid, e) < 0)
        return -1;
    if (write(*gate_write, "", 1) != 1)
        return error_errno(e, errno, "%s could not be let go", s->argv[0]);
    close_fd(gate_write);
    int cause;
    ssize_t n;
    do
        n = read(report_read, &cause, sizeof cause);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        return 0;
    return error_errno(e, n == sizeof cause ? cause : EIO, "%s could not be started", s->argv[0]);
}

struct spawn *spawn_new(const struct spawn_options *o, struct error *e)
{
    struct spawn *s = xcalloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    clock_condition_init(&s->changed);
    s->ended_fd = s->to = s->from = s->errors = -1;
    s->child_in = s->child_out = s->child_err = s->gate_read = s->report_write = -1;
    s->argv = copy_words(o->argv);
    s->environment = make_environment(o);
    s->pass_fd = o->pass_fd;
    s->leaves_group = o->leaves_group;
    s->telling = o->telling;
    if (o->cpus && o->cpu_count)
        fill_cpus(s, o);
    int gate_write = -1, report_read = -1;
    bool ok = false;
    if (make_pipes(s, &gate_write, &report_read) < 0) {
        error_errno(e, errno, "no pipes for %s", s->argv[0]);
    } else if (fork_in_thread(s, e) == 0) {
        /* Our copies of the child's ends go first, so that its end of file reaches us. */
        close_fd(&s->child_in);
        close_fd(&s->child_out);
        close_fd(&s->child_err);
        close_fd(&s->gate_read);
        close_fd(&s->report_write);
        ok = launch(s, o, &gate_write, report_read, e) == 0;
    }
    close_fd(&gate_write);
    close_fd(&report_read);
    if (!ok) {
        spawn_free(s);
        return NULL;
    }
    return s;
}

pid_t spawn_pid(const struct spawn *s)
{
    return s->pid;
}

void spawn_take_streams(struct spawn *s, int *to, int *from)
{
    *to = s->to;
    *from = s->from;
    s->to = s->from = -1;
}

static int remaining_ms(const struct timespec *until)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    long long ms = (until->tv_sec - now.tv_sec) * 1000LL + (until->tv_nsec - now.tv_nsec) / 1000000;
    return ms <= 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

static struct timespec deadline(double seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)seconds;
    t.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    if (t.tv_nsec >= 1000000000) {
        t.tv_nsec -= 1000000000;
        t.tv_sec++;
    }
    return t;
}

int spawn_wait_readable(struct spawn *s, int fd, double seconds)
{
    struct timespec until = deadline(seconds);
    for (;;) {
        struct pollfd fds[2] = {{.fd = fd, .events = POLLIN},
                                {.fd = s->ended_fd, .events = POLLIN}};
        int wait = remaining_ms(&until);
        int n = poll(fds, 2, wait);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n > 0 && (fds[0].revents & POLLIN))
            return 1;
        if (n > 0 && fds[1].revents)
            return 0;
        if (n > 0 && fds[0].revents)
            return spawn_wait_end(s, 0.5) ? 0 : -1; /* it closed its output */
        if (!wait)
            return -1;
    }
}

bool spawn_wait_end(struct spawn *s, double seconds)
{
    struct timespec until = deadline(seconds);
    pthread_mutex_lock(&s->lock);
    while (!s->reaped)
        if (pthread_cond_timedwait(&s->changed, &s->lock, &until) == ETIMEDOUT)
            break;
    bool ended = s->reaped;
    pthread_mutex_unlock(&s->lock);
    return ended;
}

static void signal_group(struct spawn *s, int number)
{
    pthread_mutex_lock(&s->lock);
    if (s->pid > 0 && !s->reaped) {
        kill(-s->pid, number);
        kill(s->pid, number); /* it may not have its own group yet */
    }
    pthread_mutex_unlock(&s->lock);
}

void spawn_terminate(struct spawn *s)
{
    pthread_mutex_lock(&s->lock);
    s->asked = true;
    pthread_mutex_unlock(&s->lock);
    signal_group(s, SIGTERM);
}

void spawn_kill(struct spawn *s)
{
    signal_group(s, SIGKILL);
}

void spawn_last_words(struct spawn *s, char *out, size_t size)
{
    char how[64] = "still runs";
    /* Who was killed did not say why: what stands last is only what it happened to say before. */
    const char *between = ": ";
    pthread_mutex_lock(&s->lock);
    if (s->reaped && WIFSIGNALED(s->status)) {
        snprintf(how, sizeof how, "was ended by signal %d", WTERMSIG(s->status));
        between = "; the last line before that: ";
    }
    if (s->reaped && WIFEXITED(s->status))
        snprintf(how, sizeof how, "ended with exit code %d", WEXITSTATUS(s->status));
    bool shot = s->reaped && WIFSIGNALED(s->status) && WTERMSIG(s->status) == SIGKILL;
    bool tells = s->last_line[0] && !shot; /* it had no moment to say anything of that */
    snprintf(out, size, "%s%s%s", how, tells ? between : "", tells ? s->last_line : "");
    pthread_mutex_unlock(&s->lock);
}

void spawn_last_line(struct spawn *s, char *out, size_t size)
{
    pthread_mutex_lock(&s->lock);
    snprintf(out, size, "%s", s->last_line);
    pthread_mutex_unlock(&s->lock);
}

int spawn_exit_code(struct spawn *s)
{
    pthread_mutex_lock(&s->lock);
    int code = !s->reaped               ? -1
               : WIFSIGNALED(s->status) ? 128 + WTERMSIG(s->status)
                                        : WEXITSTATUS(s->status);
    pthread_mutex_unlock(&s->lock);
    return code;
}

void spawn_free(struct spawn *s)
{
    if (!s)
        return;
    if (s->pid > 0) {
        spawn_kill(s);
        if (!spawn_wait_end(s, PATIENCE_S)) {
            /* It waits in the kernel, nobody can help it. Its thread keeps what it needs. */
            pthread_detach(s->thread);
            return;
        }
        pthread_join(s->thread, NULL);
    }
    int *const fds[] = {&s->to,        &s->from,      &s->errors,    &s->ended_fd,    &s->child_in,
                        &s->child_out, &s->child_err, &s->gate_read, &s->report_write};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        close_fd(fds[i]);
    free_words(s->argv);
    free_words(s->environment);
    if (s->cpus)
        CPU_FREE(s->cpus);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
