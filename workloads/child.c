#include <config.h>

#include "workloads/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t child_fork(struct work *w)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return error_errno(w->error, errno,
                           "cannot start a helper process for %s (is there a limit of processes?)",
                           w->workload->id);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            child_exit(1); /* it ended before the line above */
    }
    return pid;
}

void child_exit(int status)
{
    _exit(status);
}

#define USERS_FIRST 61184u
#define USERS_COUNT 4096u

/* As far as the one file tells that is there everywhere. */
static bool is_taken(unsigned user)
{
    FILE *f = fopen("/etc/passwd", "re");
    bool taken = false;
    for (struct passwd *p = f ? fgetpwent(f) : NULL; p && !taken; p = fgetpwent(f))
        taken = p->pw_uid == user || p->pw_gid == user;
    if (f)
        fclose(f);
    return taken;
}

unsigned child_user(void)
{
    unsigned at = 0;
    if (getrandom(&at, sizeof at, GRND_NONBLOCK) != sizeof at)
        at = (unsigned)getpid();
    for (unsigned i = 0; i < USERS_COUNT; i++)
        if (!is_taken(USERS_FIRST + (at + i) % USERS_COUNT))
            return USERS_FIRST + (at + i) % USERS_COUNT;
    return 65534; /* nobody */
}

bool child_give_up_root(unsigned user)
{
    char map[64] = "";
    unsigned inside, outside, count = 0;
    if (setgroups(0, NULL) == 0 && setgid(user) == 0 && setuid(user) == 0)
        return true;
    int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, map, sizeof map - 1) > 0)
        (void)sscanf(map, "%u %u %u", &inside, &outside, &count);
    if (fd >= 0)
        close(fd);
    return geteuid() == 0 && count > 0 && count <= user;
}

void child_keep_only(int a, int b)
{
    unsigned low = (unsigned)(a < b ? a : b), high = (unsigned)(a < b ? b : a);
    bool done = true;
#ifdef SYS_close_range
    if (low > 0)
        done = syscall(SYS_close_range, 0U, low - 1, 0) == 0;
    if (done && high > low + 1)
        done = syscall(SYS_close_range, low + 1, high - 1, 0) == 0;
    if (done)
        done = syscall(SYS_close_range, high + 1, ~0U, 0) == 0;
#else
    done = false;
#endif
    long limit = done ? 0 : sysconf(_SC_OPEN_MAX); /* kernels before 5.9 */
    for (long fd = 0; fd < limit; fd++)
        if (fd != a && fd != b)
            close((int)fd);
}

char *child_end_words(int status, char out[CHILD_END_TEXT])
{
    if (WIFSIGNALED(status))
        snprintf(out, CHILD_END_TEXT, "was killed by signal %d", WTERMSIG(status));
    else
        snprintf(out, CHILD_END_TEXT, "ended with exit code %d", WEXITSTATUS(status));
    return out;
}

bool child_was_killed(int status)
{
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

void child_end(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGKILL);
    while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *pid = 0;
}

int child_cpu(const struct work *w, enum placement placement, size_t i)
{
    if (!w->cpu_count)
        return -1;
    return placement == PLACEMENT_CROSS && w->cpu_count > 1 ? w->cpus[i % 2] : w->cpus[0];
}

int child_check_placement(struct work *w, enum placement placement)
{
    if (placement == PLACEMENT_CROSS && w->cpu_count < 2)
        return error_set(w->error, ERROR_USAGE,
                         "%s with placement=cross needs two processors, this target has %zu; give "
                         "it more with --cpus",
                         w->workload->id, w->cpu_count);
    return 0;
}

int child_pin(int cpu)
{
    if (cpu < 0)
        return 0;
    if (cpu >= CPU_SETSIZE) {
        errno = EINVAL;
        return -1;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return sched_setaffinity(0, sizeof one, &one);
}

int child_pin_self(struct work *w, struct pinned *p)
{
    int cpu = child_cpu(w, PLACEMENT_SAME, 0);
    p->changed = false;
    if (cpu < 0)
        return 0;
    if (sched_getaffinity(0, sizeof p->before, &p->before) < 0)
        return error_errno(w->error, errno, "cannot ask for the worker's processors");
    if (child_pin(cpu) < 0)
        return error_errno(w->error, errno, "cannot run %s on processor %d", w->workload->id, cpu);
    p->changed = true;
    return 0;
}

void child_unpin_self(struct pinned *p)
{
    if (p->changed)
        sched_setaffinity(0, sizeof p->before, &p->before);
    p->changed = false;
}

int child_pipe(struct work *w, int fds[2])
{
    if (pipe2(fds, O_CLOEXEC) == 0)
        return 0;
    fds[0] = fds[1] = -1;
    return error_errno(w->error, errno,
                       "cannot make a pipe for %s (is there a limit of open files?)",
                       w->workload->id);
}

void child_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}
