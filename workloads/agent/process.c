/* process.c - a worker as its supervisor sees it.
 *
 * That nothing survives rests on three things. The worker leads a process group, which is killed as
 * a whole. The kernel kills the worker when the supervisor dies, however that happens. And the
 * supervisor adopts what the worker leaves behind (it is a subreaper), so it knows when the last
 * one is gone, and says "stopped" only then. */
#include <config.h>

#include "workloads/agent/process.h"

#include "text.h"
#include "workloads/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file in memory that two processes can map; on kernels without memfd_create() an unlinked one.
 */
static int memory_file(void)
{
    int fd = memfd_create("vmtax-worker", MFD_CLOEXEC);
    static const char *const patterns[] = {"/dev/shm/vmtax-XXXXXX", "/tmp/vmtax-XXXXXX"};
    for (size_t i = 0; fd < 0 && i < sizeof patterns / sizeof patterns[0]; i++) {
        char path[32];
        text_copy(path, sizeof path, patterns[i]);
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    return fd;
}

/* After fork(), in the child: become the worker. Whatever fails is told in the way of the worker.
 */
static _Noreturn void become_worker(struct worker_shared *shared, int sock, int memory,
                                    const struct process_plan *plan, pid_t parent)
{
    static char name[] = "vmtax-agent";
    static char argument[] = WORKER_ARGUMENT;
    char *argv[] = {name, argument, NULL};
    /* The same in every target, for the environment is part of a new process's memory. */
    static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    static char locale[] = "LC_ALL=C";
    char *envp[8] = {path, locale};
    const char *what = "leave the agent's session";
    sigset_t none;

    /* A sanitizer in the agent takes its options from here; nothing else reads them. */
    static const char *const passed[] = {
        "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "TSAN_OPTIONS=", "LSAN_OPTIONS="};
    for (size_t i = 0, n = 2; i < sizeof passed / sizeof passed[0]; i++)
        for (char **v = environ; v && *v; v++)
            if (strncmp(*v, passed[i], strlen(passed[i])) == 0)
                envp[n++] = *v;

    if (setpgid(0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        goto fail;
    if (getppid() != parent)
        _exit(1); /* it died before the line above */
    what = "give it the processors of the target";
    if (sched_setaffinity(0, plan->cpu_mask_size, plan->cpu_mask) < 0)
        goto fail;
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    /* When memory runs out, the kernel shall take the worker and not the one that can tell. */
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, "1000", 4) < 0) {
        /* then as likely as any other */
    }

    what = "arrange its descriptors";
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    sock = fcntl(sock, F_DUPFD_CLOEXEC, 16);
    memory = fcntl(memory, F_DUPFD_CLOEXEC, 16);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || sock < 0 || memory < 0 ||
        dup2(sock, WORKER_SOCKET_FD) < 0 || dup2(memory, WORKER_MEMORY_FD) < 0)
        goto fail;
    sock = WORKER_SOCKET_FD;
    /* What the agent itself was started with: equal tables of descriptors for all targets. */
#ifdef SYS_close_range
    if (syscall(SYS_close_range, WORKER_MEMORY_FD + 1, ~0U, 0) == 0)
        fd = -1;
    else
#endif
        for (fd = WORKER_MEMORY_FD + 1; fd < 1024; fd++)
            close(fd);

    what = "execute its own file, /proc/self/exe";
    execve("/proc/self/exe", argv, envp);
fail:
    snprintf(shared->reason, sizeof shared->reason, "the agent cannot start a worker: %s: %s", what,
             strerror(errno));
    char byte = WORKER_FAILED;
    send(sock, &byte, 1, MSG_NOSIGNAL);
    _exit(1);
}

static int make_scratch(struct process *p, const char *where, struct error *e)
{
    int n = snprintf(p->scratch, sizeof p->scratch, "%s/worker-XXXXXX", where);
    if (n < 0 || (size_t)n >= sizeof p->scratch) {
        p->scratch[0] = '\0';
        return error_set(e, ERROR_SYSTEM, "the name of the scratch directory is too long");
    }
    if (!mkdtemp(p->scratch)) {
        int failed = errno;
        p->scratch[0] = '\0';
        return error_errno(e, failed, "cannot make a directory in the scratch directory %s", where);
    }
    return 0;
}

int process_start(struct process *p, const struct process_plan *plan, struct error *e)
{
    int sockets[2] = {-1, -1};
    int memory = -1;

    *p = (struct process){.socket = -1, .workload = plan->workload, .shared = MAP_FAILED};
    p->shared_size = worker_shared_size(plan->lanes);
    if (plan->scratch && make_scratch(p, plan->scratch, e) < 0)
        return -1;
    memory = memory_file();
    if (memory < 0 || ftruncate(memory, (off_t)p->shared_size) < 0) {
        error_errno(e, errno, "cannot make shared memory for a worker");
        goto fail;
    }
    p->shared = mmap(NULL, p->shared_size, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (p->shared == MAP_FAILED) {
        error_errno(e, errno, "cannot map shared memory for a worker");
        goto fail;
    }
    text_copy(p->shared->workload, sizeof p->shared->workload, plan->workload->id);
    memcpy(p->shared->param, plan->param, sizeof p->shared->param);
    text_copy(p->shared->scratch, sizeof p->shared->scratch, p->scratch);
    if (!text_copy(p->shared->payloads, sizeof p->shared->payloads,
                   plan->payloads ? plan->payloads : "")) {
        error_set(e, ERROR_SYSTEM, "the name of the directory of payloads is too long");
        goto fail;
    }
    text_copy(p->shared->tree, sizeof p->shared->tree, plan->tree);
    p->shared->warm = plan->warm;
    p->shared->drop = plan->drop;
    p->shared->role = plan->role;
    if (plan->role != ROLE_SELF)
        p->shared->endpoint = *plan->endpoint;
    p->shared->lanes = plan->lanes;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
        error_errno(e, errno, "cannot make a socket for a worker");
        goto fail;
    }

    pid_t parent = getpid();
    p->pid = fork();
    if (p->pid == 0)
        become_worker(p->shared, sockets[1], memory, plan, parent);
    if (p->pid < 0) {
        p->pid = 0;
        error_errno(e, errno, "cannot start a worker process (is there a limit of processes?)");
        goto fail;
    }
    setpgid(p->pid, p->pid); /* both sides do it, so that neither has to wait for the other */
    close(sockets[1]);
    close(memory);
    p->socket = sockets[0];
    return 0;

fail:
    if (memory >= 0)
        close(memory);
    for (int i = 0; i < 2; i++)
        if (sockets[i] >= 0)
            close(sockets[i]);
    process_release(p);
    return -1;
}

int process_run(struct process *p, const struct worker_slot *slot)
{
    char byte = WORKER_RUN;
    p->shared->slot = *slot;
    atomic_store(&p->shared->stop, 0);
    return send(p->socket, &byte, 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int process_message(struct process *p)
{
    char byte;
    ssize_t n;
    do {
        n = recv(p->socket, &byte, 1, MSG_DONTWAIT);
    } while (n < 0 && errno == EINTR);
    return n == 1 ? byte : 0;
}

void process_ask_end(struct process *p)
{
    atomic_store(&p->shared->stop, 1);
    shutdown(p->socket, SHUT_WR);
}

void process_kill(struct process *p)
{
    kill(-p->pid, SIGKILL);
    /* in case it is so young that it is in no group of its own yet */
    if (!p->reaped)
        kill(p->pid, SIGKILL);
}

bool process_gone(struct process *p)
{
    int status;
    pid_t pid;
    /* Every child: the worker, and what it left behind and we adopted. */
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == p->pid) {
            p->reaped = true;
            p->wait_status = status;
        }
    }
    if (!p->reaped)
        return false;
    return kill(-p->pid, SIGKILL) < 0 && errno == ESRCH;
}

void process_reap_strays(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

void process_describe(const struct process *p, char *out, size_t size)
{
    if (WIFSIGNALED(p->wait_status)) {
        int signal_number = WTERMSIG(p->wait_status);
        snprintf(out, size, "died of signal %d (%s)%s", signal_number, strsignal(signal_number),
                 signal_number == SIGKILL ? ": is there enough memory?" : "");
    } else {
        snprintf(out, size, "ended unexpectedly with status %d", WEXITSTATUS(p->wait_status));
    }
}

void process_release(struct process *p)
{
    if (p->socket >= 0)
        close(p->socket);
    if (p->shared != MAP_FAILED)
        munmap(p->shared, p->shared_size);
    if (p->scratch[0])
        remove_tree(AT_FDCWD, p->scratch);
    *p = (struct process){.socket = -1, .shared = MAP_FAILED};
}
