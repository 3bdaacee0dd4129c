#include <config.h>

#include "workloads/tool.h"

#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG     "tool.log"
#define LOG_MAX ((size_t)64 << 10) /* of its end: what went wrong is said last */

int tool_cannot(struct work *w, const char *what)
{
    return error_errno(w->error, errno, "%s cannot %s", w->workload->id, what);
}

int tool_open(struct tool *t, struct work *w, uint64_t cpus)
{
    *t = (struct tool){.cpus = cpus && cpus < w->cpu_count ? (size_t)cpus : w->cpu_count};
    for (size_t i = 0; i < t->cpus; i++)
        t->mask[(size_t)w->cpus[i] / TOOL_LONG_BITS] |= 1ul << (size_t)w->cpus[i] % TOOL_LONG_BITS;
    t->scratch = open(w->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (t->scratch < 0)
        return tool_cannot(w, "open the scratch directory");
    int n = snprintf(t->home, sizeof t->home, "HOME=%s", w->scratch);
    int m = snprintf(t->temporary, sizeof t->temporary, "TMPDIR=%s", w->scratch);
    if (n < 0 || m < 0 || (size_t)n >= sizeof t->home || (size_t)m >= sizeof t->temporary)
        return error_set(w->error, ERROR_SYSTEM, "%s: the name of its directory is too long",
                         w->workload->id);
    return 0;
}

void tool_close(struct tool *t)
{
    if (t->scratch < 0)
        return;
    unlinkat(t->scratch, LOG, 0);
    close(t->scratch);
    t->scratch = -1;
}

/* In the child: its output, its processors, then the program. Standard input is the worker's, which
 * holds nothing. */
WORK_TIMED static int child_becomes(const struct tool *t, const struct tool_command *c, int out)
{
    int log = out >= 0 ? out
                       : openat(t->scratch, LOG, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log < 0 || syscall(SYS_fchdir, t->scratch) < 0)
        return 126;
    /* The change of user undoes what becomes of us when the worker dies. */
    if (c->user && (syscall(SYS_setgroups, 0, NULL) < 0 || syscall(SYS_setgid, c->user) < 0 ||
                    syscall(SYS_setuid, c->user) < 0))
        return 126;
    if (syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ||
        syscall(SYS_sched_setaffinity, 0, sizeof t->mask, t->mask) < 0 ||
        syscall(SYS_dup3, log, STDOUT_FILENO, 0) < 0 ||
        syscall(SYS_dup3, log, STDERR_FILENO, 0) < 0)
        return 126;
    for (size_t i = 0; c->files[i]; i++)
        execve(c->files[i], c->argv, c->envp);
    return 127;
}

void tool_says(const struct tool *t, int (*rank)(const char *line), char *why, size_t size)
{
    char *text = calloc(1, LOG_MAX + 1);
    int fd = openat(t->scratch, LOG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    ssize_t n = -1;
    if (fd >= 0 && text)
        n = pread(fd, text, LOG_MAX, end > (off_t)LOG_MAX ? end - (off_t)LOG_MAX : 0);
    int best = -1;
    char *rest = NULL;
    for (char *line = n > 0 ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest))
        if (rank(line) > best) {
            best = rank(line);
            text_clean(why, size, line);
        }
    if (fd >= 0)
        close(fd);
    free(text);
}

WORK_FAILED static int tool_failed(const struct tool *t, struct work *w,
                                   const struct tool_command *c, int status)
{
    char why[120] = "it said nothing";
    tool_says(t, c->rank, why, sizeof why);
    if (WIFSIGNALED(status))
        return error_set(w->error, ERROR_SYSTEM, "%s: %s was killed by signal %d%s",
                         w->workload->id, c->name, WTERMSIG(status),
                         WTERMSIG(status) == SIGKILL ? ": is there enough memory?" : "");
    return error_set(w->error, ERROR_SYSTEM, "%s: %s failed (%d): %s", w->workload->id, c->name,
                     WEXITSTATUS(status), why);
}

WORK_FAILED static int cannot_fork(struct work *w)
{
    return tool_cannot(w, "start a program (is there a limit of processes?)");
}

WORK_TIMED pid_t tool_start(const struct tool *t, struct work *w, const struct tool_command *c,
                            int out)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(child_becomes(t, c, out));
    return pid < 0 ? cannot_fork(w) : pid;
}

WORK_TIMED int tool_run(const struct tool *t, struct work *w, const struct tool_command *c)
{
    pid_t got, pid = tool_start(t, w, c, -1);
    int status = 0;
    if (pid < 0)
        return -1;
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    if (got != pid || status != 0)
        return tool_failed(t, w, c, status);
    return 0;
}
