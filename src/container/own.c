/* The container without any runtime: namespaces, the root of rootfs.c, the agent as the first
 * process. The way of ordinary users, and of root where liblxc is missing or fails. */
#include "config.h"

#include "container/box.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMESPACES (CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)

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

static int first_process(struct box *b, struct error *e)
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

static int take_network(const struct box *b, pid_t pid, struct error *e)
{
    return b->has_network ? network_move(&b->network, pid, e) : 0;
}

int own_run(struct box *b, struct error *e)
{
    static const struct ward namespaces = {
        .namespaces = NAMESPACES, .first_process = first_process, .furnish = take_network};
    if (rootfs_enter(b, e) < 0 || rootfs_make(b, e) < 0)
        return -1;
    return ward_run(b, &namespaces, e);
}
