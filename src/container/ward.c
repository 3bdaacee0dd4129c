/* The first process of namespaces of its own, which never outlives its keeper.
 *
 * The kernel tells nobody of a parent that died before its child asked to die with it, and in a pid
 * namespace of its own the child cannot ask who its parent is. So it says when it has asked, and
 * the keeper lets it go only after that: whoever was let go will die with the keeper, and whoever
 * was not hears the end of the keeper's. With it the kernel ends the whole pid namespace, so
 * nothing that it started, at whatever moment, is left either. */
#include "config.h"

#include "container/box.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* One byte each way, and no signal where the other is gone. */
static bool say(int fd)
{
    return send(fd, "", 1, MSG_NOSIGNAL) == 1;
}

static bool hear(int fd)
{
    char byte;
    ssize_t n;
    do
        n = recv(fd, &byte, 1, 0);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

static _Noreturn void child(struct box *b, const struct ward *w, int gate)
{
    struct error e = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!say(gate) || !hear(gate))
        _exit(2);
    close(gate);
    int status = w->first_process(b, &e);
    if (status < 0) {
        fprintf(stderr, "%s\n", e.text);
        status = 2;
    }
    fflush(stderr);
    /* Not exit(): liblxc keeps memory that checkers of leaks would complain of. */
    _exit(status);
}

int ward_run(struct box *b, const struct ward *w, struct error *e)
{
    int gate[2]; /* the keeper's end, the child's */
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0)
        return error_errno(e, errno, "no sockets");
    pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | w->namespaces | SIGCHLD, NULL, NULL, NULL,
                               NULL);
    if (pid < 0)
        return error_errno(e, errno, "no namespaces can be made");
    if (pid == 0) {
        close(gate[0]);
        child(b, w, gate[1]);
    }
    close(gate[1]);
    /* The streams are the agent's alone from here on, so that both ends see its end. */
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        return error_errno(e, errno, "/dev/null");
    if (!hear(gate[0])) {
        kill(pid, SIGKILL);
        return error_set(e, ERROR_SYSTEM, "the container's first process died at its birth");
    }
    if (w->furnish && w->furnish(b, pid, e) < 0) {
        kill(pid, SIGKILL);
        return -1;
    }
    if (!say(gate[0])) {
        kill(pid, SIGKILL);
        return error_errno(e, errno, "the container could not be let go");
    }
    close(gate[0]);
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return error_errno(e, errno, "the container was lost");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
