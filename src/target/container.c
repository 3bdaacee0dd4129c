/* Operating-system-level virtualization: the agent in namespaces of its own over the host's own
 * files, under cgroup limits. The work is done by vmtax-container (src/container/box.h says why it
 * is a program of its own); what outlives a process, the cgroups and the host's end of the network,
 * is made and unmade here. As root by liblxc, else, or when that fails, by namespaces alone. */
#include "config.h"

#include "clock.h"
#include "mountinfo.h"
#include "target/kinds.h"
#include "target/network.h"
#include "target/rights.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM    "vmtax-container"
#define PATIENCE_S 3.0
#define GRACE_S    1.0
#define PROBE_S    3.0

static bool read_flag(const char *path, long *out)
{
    char text[32];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    *out = strtol(text, NULL, 10);
    return true;
}

/* A root that was entered by chroot only is not the root of any mount. */
static bool in_plain_chroot(void)
{
    struct mountinfo m;
    struct mount_entry mount;
    bool found = false;
    if (!mountinfo_open(&m, NULL))
        return false;
    while (!found && mountinfo_next(&m, &mount))
        found = !strcmp(mount.point, "/");
    mountinfo_close(&m);
    return !found;
}

/* What to do about a failed try, from the switches that kernels have for it. */
static void find_remedy(char *out, size_t size)
{
    long value;
    if (in_plain_chroot())
        snprintf(out, size,
                 "this root was entered by chroot, which allows no namespaces: enter it by "
                 "pivot_root (unshare, systemd-nspawn) instead");
    else if (geteuid() == 0)
        snprintf(out, size,
                 "run vmtax where root may make namespaces and mounts (CAP_SYS_ADMIN), and load "
                 "the overlay module (modprobe overlay)");
    else if (read_flag("/proc/sys/kernel/unprivileged_userns_clone", &value) && value == 0)
        snprintf(out, size,
                 "run vmtax as root, or allow it: sysctl -w kernel.unprivileged_userns_clone=1");
    else if (read_flag("/proc/sys/user/max_user_namespaces", &value) && value == 0)
        snprintf(out, size,
                 "run vmtax as root, or allow it: sysctl -w user.max_user_namespaces=10000");
    else if (read_flag("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", &value) && value)
        snprintf(out, size,
                 "run vmtax as root, or allow it: sysctl -w "
                 "kernel.apparmor_restrict_unprivileged_userns=0");
    else
        snprintf(out, size, "run vmtax as root");
}

/* --- probing -----------------------------------------------------------------------------------
 */

/* Makes namespaces and root for real, without an agent. Nothing of it outlives the process. */
static bool try_it(const char *program, char *why, size_t size)
{
    const char *argv[] = {program, "how=own", "name=vmtax-probe", "directory=/tmp", NULL};
    struct spawn_options how = {.argv = argv, .pass_fd = -1};
    struct error e = {0};
    struct spawn *s = spawn_new(&how, &e);
    if (!s) {
        snprintf(why, size, "%s", e.text);
        return false;
    }
    bool ended = spawn_wait_end(s, PROBE_S);
    int code = spawn_exit_code(s);
    char words[200];
    spawn_last_line(s, words, sizeof words);
    snprintf(why, size, "%s", ended ? words : "trying to make a container takes too long");
    spawn_free(s);
    return ended && code == 0;
}

static void probe(const struct target_kind *kind, const struct target_options *options,
                  struct target_probe *out)
{
    (void)kind;
    char program[PATH_MAX], cgroup[32], why[200];
    memset(out, 0, sizeof *out);
    snprintf(out->how, sizeof out->how, "none");
    out->use = TARGET_UNUSABLE;
    if (!local_find_program(PROGRAM, options->agent_path, program, sizeof program)) {
        snprintf(out->reason, sizeof out->reason, "the program " PROGRAM " is not installed");
        snprintf(out->remedy, sizeof out->remedy, "make install, or run vmtax from its build tree");
        return;
    }
    if (!try_it(program, why, sizeof why)) {
        snprintf(out->reason, sizeof out->reason, "no container can be made here: %s", why);
        find_remedy(out->remedy, sizeof out->remedy);
        return;
    }
    bool root = rights_for_container();
    out->limits = cgroup_usable(cgroup, sizeof cgroup, out->reason, sizeof out->reason);
    out->use = out->limits && root ? TARGET_USABLE : TARGET_LIMITED;
#ifdef HAVE_LXC
    const char *by = root ? "liblxc" : "namespaces, rootless";
#else
    const char *by = root ? "namespaces" : "namespaces, rootless";
#endif
    snprintf(out->how, sizeof out->how, "%s, %s", by, out->limits ? cgroup : "no limits");
    if (out->use == TARGET_USABLE)
        return;
    if (out->limits)
        snprintf(
            out->reason, sizeof out->reason,
            "without the rights of root (CAP_SYS_ADMIN, CAP_NET_ADMIN) the container's network "
            "does not reach the host");
    snprintf(out->remedy, sizeof out->remedy, "run vmtax as root%s",
             root || out->limits ? ""
                                 : ", or for limits on a system with cgroup v2 by systemd-run "
                                   "--user --scope -p Delegate=yes vmtax");
}

/* --- starting ----------------------------------------------------------------------------------
 */

static void stop(struct target *t)
{
    struct local *local = (struct local *)t;
    local_release(local, GRACE_S);
    free(local);
}

/* What the program says about itself: "liblxc 5.0.2". */
static void read_report(int fd, char *out, size_t size)
{
    ssize_t n = fcntl(fd, F_SETFL, O_NONBLOCK) == 0 ? read(fd, out, size - 1) : -1;
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

static struct target *attempt(const char *program, const char *how,
                              const struct target_options *options, struct ledger *ledger,
                              struct error *e)
{
    double from = clock_now_s();
    struct local *local = xcalloc(1, sizeof *local);
    char name[64], *words[9] = {NULL};
    int report[2] = {-1, -1}, number = -1, failed = -1;
    size_t used = 0;
    if (local_init(local, &target_container, options, ledger, name, sizeof name, e) < 0)
        goto out;
    if (local->cgroup && strcmp(how, "lxc") != 0 && cgroup_nest(local->cgroup, e) < 0)
        goto out;
    snprintf(local->target.facts.network, sizeof local->target.facts.network,
             "none: rootless, loopback inside only");
    if (rights_for_container() && (number = local_network(local, e)) < 0)
        goto out;
    if (pipe2(report, O_CLOEXEC) < 0) {
        error_errno(e, errno, "no pipe for " PROGRAM);
        goto out;
    }
    words[used++] = xstrdup(program);
    words[used++] = xasprintf("how=%s", how);
    words[used++] = xasprintf("name=%s", name);
    words[used++] = xasprintf("directory=%s", ledger_directory(ledger));
    words[used++] = xasprintf("agent=%s", options->agent_path);
    words[used++] = xasprintf("memory=%" PRIu64, options->memory_bytes);
    if (options->scratch)
        words[used++] = xasprintf("scratch=%s", options->scratch);
    if (number >= 0 && number != LOCAL_NO_NETWORK)
        words[used++] = xasprintf("network=%d", number);
    failed = local_launch(local, options, (const char *const *)words, report[1], PATIENCE_S, e);
    if (!failed) {
        struct target_facts *facts = &local->target.facts;
        read_report(report[0], facts->how, sizeof facts->how);
        facts->start_s = clock_now_s() - from;
    }
out:
    for (size_t i = 0; i < used; i++)
        free(words[i]);
    for (size_t i = 0; i < 2; i++)
        if (report[i] >= 0)
            close(report[i]);
    if (!failed)
        return &local->target;
    stop(&local->target);
    return NULL;
}

static struct target *start(const struct target_kind *kind, const struct target_options *options,
                            struct ledger *ledger, struct error *e)
{
    (void)kind;
    char program[PATH_MAX];
    if (!local_find_program(PROGRAM, options->agent_path, program, sizeof program)) {
        error_set(e, ERROR_SYSTEM,
                  "the program " PROGRAM " is not installed: make install, or run vmtax from its "
                  "build tree");
        return NULL;
    }
#ifdef HAVE_LXC
    if (rights_for_container()) {
        struct error first = {0}, second = {0};
        struct target *t = attempt(program, "lxc", options, ledger, &first);
        if (t)
            return t;
        /* An agent that fails in the one will fail in the other, and then the first sentence is the
         * one to tell; else the other way is as good, and says so. */
        t = attempt(program, "own", options, ledger, &second);
        if (t)
            snprintf(t->facts.how, sizeof t->facts.how, "namespaces (liblxc failed)");
        else if (e)
            *e = first;
        return t;
    }
#endif
    return attempt(program, "own", options, ledger, e);
}

const struct target_kind target_container = {
    .id = "container",
    .title = "container",
    .what = "namespaces and limits over the host's own files, copy-on-write",
    .probe = probe,
    .start = start,
    .counters = local_counters,
    .last_words = local_last_words,
    .stop = stop,
};
