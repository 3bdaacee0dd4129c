/* The container without any runtime: namespaces, the root of rootfs.c, the agent as the first
 * process. The way of ordinary users, and of root where liblxc is missing or fails. */
#include "config.h"

#include "container/box.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

/* Rights over the machine and not over the container. */
static const int dropped[] = {CAP_SYS_MODULE, CAP_SYS_RAWIO,     CAP_SYS_TIME,     CAP_SYS_BOOT,
                              CAP_MAC_ADMIN,  CAP_MAC_OVERRIDE,  CAP_SYSLOG,       CAP_WAKE_ALARM,
                              CAP_SYS_PACCT,  CAP_BLOCK_SUSPEND, CAP_AUDIT_CONTROL};

static int mount_kernel_views(const struct box *b, struct error *e)
{
    char target[PATH_MAX];
    snprintf(target, sizeof target, "%.4000s/proc", b->root);
    mkdir(target, 0755);
    if (mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return error_errno(e, errno, "/proc of the container could not be mounted");
    snprintf(target, sizeof target, "%.4000s/sys", b->root);
    mkdir(target, 0755);
    if (mount("sysfs", target, "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL) < 0 &&
        mount("/sys", target, NULL, MS_BIND | MS_REC, NULL) < 0)
        return error_errno(e, errno, "/sys of the container could not be mounted");
    return 0;
}

static int enter_root(const struct box *b, struct error *e)
{
    if (chdir(b->root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return error_errno(e, errno, "the container's root could not be entered");
    /* The old root lies on top of the new one now. */
    if (umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return error_errno(e, errno, "the host's root could not be left");
    return 0;
}

static int first_process(const struct box *b, struct error *e)
{
    if (unshare(CLONE_NEWCGROUP) < 0 && errno != EINVAL)
        return error_errno(e, errno, "no cgroup namespace can be made");
    (void)sethostname("vmtax", 5);
    if (b->has_network ? network_configure(&b->network, e) < 0 : network_loopback(e) < 0)
        return -1;
    if (mount_kernel_views(b, e) < 0 || rootfs_devices(b, e) < 0 || enter_root(b, e) < 0)
        return -1;
    for (size_t i = 0; i < sizeof dropped / sizeof dropped[0]; i++)
        (void)prctl(PR_CAPBSET_DROP, dropped[i], 0, 0, 0); /* unknown to an old kernel */
    if (!b->agent)
        return 0;
    char *argv[BOX_WORDS];
    box_words(b, argv);
    execv(b->agent, argv);
    return error_errno(e, errno, "%s could not be started in the container", b->agent);
}

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

/* The kernel tells nobody of a parent that died before its child asked to die with it, and in a pid
 * namespace of its own the child cannot ask who its parent is. So it says when it has asked, and
 * the keeper lets it go only after that: whoever was let go will die with the keeper, and whoever
 * was not hears the end of the keeper's. */
static _Noreturn void child(const struct box *b, int gate)
{
    struct error e = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!say(gate) || !hear(gate))
        _exit(2);
    close(gate);
    int failed = first_process(b, &e);
    if (failed)
        fprintf(stderr, "%s\n", e.text);
    fflush(stderr);
    _exit(failed ? 2 : 0);
}

int own_run(struct box *b, struct error *e)
{
    int gate[2]; /* the keeper's end, the child's */
    if (rootfs_enter(b, e) < 0 || rootfs_make(b, e) < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0)
        return error_errno(e, errno, "no sockets");
    pid_t pid = (pid_t)syscall(SYS_clone, NAMESPACES | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid < 0)
        return error_errno(e, errno, "no namespaces can be made");
    if (pid == 0) {
        close(gate[0]);
        child(b, gate[1]);
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
    if (b->has_network && network_move(&b->network, pid, e) < 0) {
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
