/* The container by liblxc, in the foreground: the monitor is the first process of a pid namespace
 * around it, the agent the container's first process with our standard streams. liblxc asks the
 * kernel to kill the container when its monitor dies, but not from the first moment: a monitor
 * killed while it starts left a process behind that waited for it for ever. The namespace around
 * both ends that. */
#include "config.h"

#include "container/box.h"

#ifdef HAVE_LXC

#include <errno.h>
#include <limits.h>
#include <lxc/lxccontainer.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const struct {
    const char *key, *value;
    bool optional; /* not every version or build knows it */
} fixed[] = {
    {"lxc.uts.name", "vmtax", false},
    {"lxc.console.path", "none", false},
    {"lxc.tty.max", "0", false},
    {"lxc.autodev", "1", false},
    {"lxc.pty.max", "64", false},
    {"lxc.mount.auto", "proc:rw sys:ro", false},
    {"lxc.mount.entry", "vmtax dev/shm tmpfs nosuid,nodev,mode=1777,create=dir 0 0", false},
    {"lxc.cap.drop",
     "sys_module sys_rawio sys_time sys_boot mac_admin mac_override syslog wake_alarm sys_pacct "
     "block_suspend audit_control",
     false},
    /* The limits are those of the group that we are in; what liblxc makes lies inside. */
    {"lxc.cgroup.relative", "1", false},
    {"lxc.apparmor.profile", "unconfined", true},
    {"lxc.log.level", "ERROR", false},
};

static bool set(struct lxc_container *c, const char *key, const char *value, struct error *e)
{
    if (c->set_config_item(c, key, value))
        return true;
    error_set(e, ERROR_SYSTEM, "liblxc %s does not take %s = %s", lxc_get_version(), key, value);
    return false;
}

static bool set_network(struct lxc_container *c, const struct box *b, struct error *e)
{
    char address[32];
    if (!b->has_network)
        return set(c, "lxc.net.0.type", "empty", e);
    snprintf(address, sizeof address, "%s/%d", b->network.guest_address, b->network.prefix);
    return set(c, "lxc.net.0.type", "phys", e) && set(c, "lxc.net.0.link", b->network.guest, e) &&
           set(c, "lxc.net.0.name", "eth0", e) && set(c, "lxc.net.0.flags", "up", e) &&
           set(c, "lxc.net.0.ipv4.address", address, e);
}

static bool configure(struct lxc_container *c, const struct box *b, const char *log,
                      struct error *e)
{
    char path[PATH_MAX + 8];
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (!set(c, fixed[i].key, fixed[i].value, e) && !fixed[i].optional)
            return false;
    snprintf(path, sizeof path, "dir:%s", b->root);
    if (!set(c, "lxc.rootfs.path", path, e))
        return false;
    snprintf(path, sizeof path, "%.4000s/mount", b->directory);
    mkdir(path, 0755);
    if (!set(c, "lxc.rootfs.mount", path, e) || !set(c, "lxc.log.file", log, e))
        return false;
    for (char **at = environ; *at; at++)
        if (!set(c, "lxc.environment", *at, e))
            return false;
    return set_network(c, b, e);
}

/* The first error that liblxc wrote down is the cause; the rest follows from it. */
static void first_error(const char *log, char *out, size_t size)
{
    char line[1024];
    *out = '\0';
    FILE *file = fopen(log, "re");
    if (!file)
        return;
    while (!*out && fgets(line, sizeof line, file)) {
        /* lxc NAME TIME ERROR    place - file.c:function:line - text */
        const char *text = strstr(line, "ERROR");
        for (int i = 0; text && i < 2; i++)
            text = strstr(text + 1, " - ");
        if (text)
            snprintf(out, size, "%.*s", (int)strcspn(text + 3, "\n"), text + 3);
    }
    fclose(file);
}

static int monitor(struct box *b, struct error *e)
{
    char lxcpath[PATH_MAX], log[PATH_MAX];
    /* Of this pid namespace: liblxc looks its children up there. */
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return error_errno(e, errno, "no private /proc for liblxc");
    snprintf(lxcpath, sizeof lxcpath, "%.4000s/lxc", b->directory);
    snprintf(log, sizeof log, "%.4000s/lxc.log", b->directory);
    if (mkdir(lxcpath, 0700) < 0)
        return error_errno(e, errno, "%s could not be made", lxcpath);
    struct lxc_container *c = lxc_container_new(b->name, lxcpath);
    if (!c)
        return error_set(e, ERROR_SYSTEM, "liblxc %s gives no container", lxc_get_version());
    if (!configure(c, b, log, e))
        return -1;
    c->want_daemonize(c, false);
    c->want_close_all_fds(c, true);
    char *argv[BOX_WORDS];
    box_words(b, argv);
    if (!c->start(c, 0, argv)) {
        char why[200];
        first_error(log, why, sizeof why);
        return error_set(e, ERROR_SYSTEM, "liblxc %s could not start the container%s%s",
                         lxc_get_version(), *why ? ": " : "", why);
    }
    /* As waitpid() gives it, but who was killed looks like one who was stopped. */
    int status = c->error_num;
    return WIFSTOPPED(status) ? 128 + WSTOPSIG(status) : WEXITSTATUS(status);
}

int lxc_run(struct box *b, struct error *e)
{
    static const struct ward around = {.namespaces = CLONE_NEWNS, .first_process = monitor};
    if (rootfs_enter(b, e) < 0 || rootfs_make(b, e) < 0 || rootfs_private_run(b, e) < 0)
        return -1;
    return ward_run(b, &around, e);
}

const char *lxc_describe(void)
{
    static char text[48];
    snprintf(text, sizeof text, "liblxc %s", lxc_get_version());
    return text;
}

#else

const char *lxc_describe(void)
{
    return "no liblxc";
}

int lxc_run(struct box *b, struct error *e)
{
    (void)b;
    return error_set(e, ERROR_SYSTEM, "this build has no liblxc");
}

#endif
