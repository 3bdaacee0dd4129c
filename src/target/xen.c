/* Xen, of whose dom0 vmtax is a program. xen and pvh: xl makes a domain of the kernel and the first
 * files that KVM's guests have, para-virtual (xen) or in the hardware's virtualization without
 * emulated devices (pvh). The files are those of dom0, read-only under a layer in the domain's
 * memory.
 *
 * xl stays as a child and ends when the domain does; the agent's stream is the socket of a channel
 * (xl_config.h). native is dom0 itself, which runs under Xen, too.
 *
 * xen:NAME is a domain that runs already, reached by a command (reach.h). */
#include "config.h"

#include "clock.h"
#include "stats.h"
#include "target/boot_files.h"
#include "target/boot_watch.h"
#include "target/disk.h"
#include "target/kinds.h"
#include "target/loop.h"
#include "target/modules.h"
#include "target/reach.h"
#include "target/reached.h"
#include "target/xen_probe.h"
#include "target/xen_root.h"
#include "target/xen_stats.h"
#include "target/xl.h"
#include "target/xl_config.h"
#include "text.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* xl does not come to an end with making a domain: longer than it waits itself for the device
 * model and the scripts of two devices. */
#define CREATE_S 150.0
#define ROUND_S  0.05
#define LOOK_S   2.0
/* A look that takes long takes the domain's processors, too. */
#define LOOK_SHARE 10
#define DESTROY_S  10.0
/* Without a domain xl has nothing left to do. */
#define XL_END_S 1.0
/* How xl tells the end of a domain. */
#define FATE "reason code "

struct xen {
    struct reached reached; /* first */
    char name[64], uuid[XL_UUID_SIZE], version[40];
    struct xen_stats *stats; /* NULL: its number is not known yet */
    int to_xl, from_xl;      /* held, so that it can write */
    int loop;                /* of the scratch disk; -1: none */
    bool promised;           /* the domain, to the ledger */
};

/* --- what is there ------------------------------------------------------------------------------
 */

static bool is_pvh(const struct target_kind *kind)
{
    return kind == &target_pvh;
}

static int need_root(struct error *e)
{
    return geteuid() == 0 ? 0
                          : error_set(e, ERROR_SYSTEM, "xl needs root's rights: run vmtax as root");
}

static int look_at_dom0(struct xen *x, struct error *e)
{
    return xen_probe_dom0("", x->version, sizeof x->version, e) < 0 ? -1 : need_root(e);
}

/* A domain that somebody else made: there, and able to answer. command: the way to it. */
static int look_at_running(struct xen *x, const struct target_kind *kind,
                           struct reach_command *command, struct xl_domain *is, struct error *e)
{
    char clean[64];
    if (look_at_dom0(x, e) < 0 || reach_command(kind, command, e) < 0)
        return -1;
    int found = xl_look_named(command->guest, is, x->uuid, e);
    text_clean(clean, sizeof clean, command->guest);
    if (found == 0)
        return error_set(e, ERROR_USAGE,
                         "there is no domain %s of Xen: xl list names those that there are", clean);
    if (found > 0 && is->id == 0)
        return error_set(e, ERROR_USAGE, "%s is dom0 itself: native measures it", clean);
    if (found > 0 && is->ended)
        return error_set(e, ERROR_SYSTEM, "the domain %s has ended: xl create makes it anew",
                         clean);
    if (found > 0 && is->paused)
        return error_set(e, ERROR_SYSTEM, "the domain %s is paused: xl unpause %s", clean, clean);
    return found > 0 ? 0 : -1;
}

/* The way of xen:NAME, and the guest that it leads to if there is one. */
static int probe_running(const struct target_kind *kind, struct target_probe *out, struct error *e)
{
    struct xen x = {.name = ""};
    struct xl_domain is;
    struct reach_command c;
    if ((kind->where ? look_at_running(&x, kind, &c, &is, e) : look_at_dom0(&x, e)) < 0)
        return -1;
    snprintf(out->how, sizeof out->how, "Xen %.24s", x.version);
    snprintf(out->reason, sizeof out->reason, "the domain's limits are its own");
    return 0;
}

static int probe_made(const struct target_kind *kind, const struct target_options *o,
                      struct target_probe *out, struct error *e)
{
    struct kernel k;
    char version[40];
    if (xen_probe("", is_pvh(kind), version, sizeof version, e) < 0 ||
        boot_kernel_find(o, &k, e) < 0 || need_root(e) < 0)
        return -1;
    snprintf(out->how, sizeof out->how, "Xen %.16s, Linux %.30s", version, k.version);
    out->limits = true;
    snprintf(out->reason, sizeof out->reason,
             "native is dom0, which runs under Xen, too: what both pay for it is not seen");
    return 0;
}

static void probe(const struct target_kind *kind, const struct target_options *o,
                  struct target_probe *out)
{
    struct error e = {0};
    memset(out, 0, sizeof *out);
    snprintf(out->how, sizeof out->how, "none");
    out->use = TARGET_LIMITED;
    if ((kind->way ? probe_running(kind, out, &e) : probe_made(kind, o, out, &e)) < 0) {
        out->use = TARGET_UNUSABLE;
        boot_tell_probe(&e, out);
    }
}

/* --- a domain -----------------------------------------------------------------------------------
 */

static unsigned choose_modules(const struct target_options *o)
{
    return MODULES_ROOT_XEN | MODULES_OVERLAY |
           (o->scratch ? MODULES_SCRATCH_FS | MODULES_DISK_XEN : 0) |
           (o->network ? MODULES_NET_XEN : 0);
}

static int plan_disk(struct xen *x, const struct target_options *o, char device[LOOP_PATH_MAX],
                     struct xl_plan *p, struct error *e)
{
    if (!o->scratch)
        return 0;
    bool direct = !o->machine.cache || boot_is(o->machine.cache, "none");
    char *path = disk_make_scratch(o, x->reached.local.ledger, e);
    if (!path)
        return -1;
    x->loop = loop_new(path, &direct, device, e);
    free(path);
    if (x->loop < 0)
        return -1;
    p->disk = device;
    p->scratch = o->scratch;
    snprintf(x->reached.local.target.facts.devices, sizeof x->reached.local.target.facts.devices,
             "vbd, loop device %s", direct ? "past the page cache" : "through the page cache");
    return 0;
}

static int plan_network(struct xen *x, const struct target_options *o, struct network_pair *pair,
                        struct xl_plan *p, struct error *e)
{
    struct target_facts *facts = &x->reached.local.target.facts;
    if (!o->network) {
        snprintf(facts->network, sizeof facts->network, "none");
        return 0;
    }
    snprintf(facts->path, sizeof facts->path, "vif, bridge");
    int number = local_make_network(&x->reached.local, network_make_bridge, pair, e);
    if (number == LOCAL_NO_NETWORK)
        return error_set(e, ERROR_SYSTEM, "no bridge for the domain's network: modprobe bridge");
    p->bridge = pair->host;
    p->address = pair->guest_address;
    p->gateway = pair->host_address;
    p->prefix = (unsigned)pair->prefix;
    return number < 0 ? -1 : 0;
}

static int write_config(const char *path, const struct xl_plan *p, struct error *e)
{
    char *text = xl_config(p, e);
    if (!text)
        return -1;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc = 0;
    size_t size = strlen(text);
    if (fd < 0 || write(fd, text, size) != (ssize_t)size)
        rc = error_errno(e, errno, "%s, the configuration of a domain", path);
    if (fd >= 0)
        close(fd);
    free(text);
    return rc;
}

static int promise(struct xen *x, struct error *e)
{
    if (xl_new_uuid(x->uuid, e) < 0)
        return -1;
    char *both = xasprintf("%s %s", x->name, x->uuid);
    int rc = ledger_add(x->reached.local.ledger, LEDGER_DOMAIN, both, e);
    free(both);
    x->promised = rc == 0;
    return rc;
}

static int launch(struct xen *x, const struct target_options *o, const char *config,
                  struct error *e)
{
    const char *const argv[] = {xl_find(), "create", "-F", "-q", config, NULL};
    struct target *t = &x->reached.local.target;
    /* The device model is xl's child, and no part of the workload. */
    struct target_options anywhere = *o;
    anywhere.cpu_count = 0;
    anywhere.scratch = NULL;
    if (!argv[0])
        return error_set(e, ERROR_SYSTEM, "xl is not installed any more");
    x->reached.local.telling = FATE;
    int rc = local_launch(&x->reached.local, &anywhere, argv, -1, 0, e);
    x->to_xl = t->to_agent;
    x->from_xl = t->from_agent;
    t->to_agent = t->from_agent = -1;
    return rc;
}

/* --- the wait for it ----------------------------------------------------------------------------
 */

/* Waits a moment, for fd if that is not -1. 1: readable, or ended; 0: not yet; -1: interrupted. */
static int wait_a_moment(const struct target_options *o, int fd, struct error *e)
{
    int interrupt = o->waiter ? o->waiter->interrupt_fd : -1;
    struct pollfd p[2] = {{.fd = fd, .events = POLLIN}, {.fd = interrupt, .events = POLLIN}};
    int n = poll(p, 2, (int)(ROUND_S * 1000));
    if (n > 0 && p[1].revents)
        return error_set(e, ERROR_INTERRUPTED, "interrupted");
    return n > 0 && p[0].revents ? 1 : 0;
}

static const char *fate(unsigned long reason)
{
    /* xen/include/public/sched.h */
    static const char *const by_reason[] = {"powered off", "restarted", "was suspended", "crashed",
                                            "was stopped by a watchdog"};
    return reason < sizeof by_reason / sizeof by_reason[0] ? by_reason[reason] : "ended";
}

/* What became of the domain, by xl's last words; xl itself may be a while at clearing up. */
static void tell_end(struct xen *x, char *out, size_t size)
{
    char line[200], how[300];
    spawn_wait_end(x->reached.local.child, XL_END_S);
    spawn_last_line(x->reached.local.child, line, sizeof line);
    spawn_last_words(x->reached.local.child, how, sizeof how);
    const char *code = strstr(line, FATE);
    if (code)
        snprintf(out, size, "the domain %s", fate(strtoul(code + sizeof FATE - 1, NULL, 10)));
    else
        snprintf(out, size, "xl %s", how);
}

static int no_domain(struct xen *x, const char *what, struct error *e)
{
    char words[320];
    tell_end(x, words, sizeof words);
    return error_set(e, ERROR_GUEST, "%s: %s", what, words);
}

static int not_made(struct error *e)
{
    return error_set(e, ERROR_SYSTEM, "xl has not made the domain within %.0f s", CREATE_S);
}

/* The device model listens some time after xl began, and before the domain runs. */
static int connect_channel(struct xen *x, const struct target_options *o, const char *path,
                           struct error *e)
{
    struct target *t = &x->reached.local.target;
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!text_copy(to.sun_path, sizeof to.sun_path, path))
        return error_set(e, ERROR_USAGE, "%s is too long for the path of a socket", path);
    boot_stage(o, "waiting for xl to make the domain");
    for (double until = clock_now_s() + CREATE_S; clock_now_s() < until;) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
            return error_errno(e, errno, "no socket for the domain's channel");
        if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0) {
            t->to_agent = t->from_agent = fd;
            return 0;
        }
        close(fd);
        if (spawn_wait_end(x->reached.local.child, 0))
            return no_domain(x, "the domain could not be made", e);
        if (wait_a_moment(o, -1, e) < 0)
            return -1;
    }
    return not_made(e);
}

/* By the hypervisor's own account, if its library is here and the domain's number known; else xl
 * is asked, which is slow. */
static bool look(struct xen *x, uint64_t *cpu_ns, bool *paused)
{
    struct xl_domain domain;
    struct error ignored;
    if (x->stats && xen_stats_look(x->stats, cpu_ns, paused))
        return true;
    if (xl_look(x->uuid, &domain, &ignored) != 1)
        return false;
    if (!x->stats)
        x->stats = xen_stats_new("", domain.id, x->version);
    *cpu_ns = domain.cpu_ns;
    *paused = domain.paused;
    return true;
}

/* The device model answers before Xen's scripts have set up the network; until then the domain is
 * paused. xl itself gives up a script that hangs. */
static int look_at_domain(struct xen *x, struct boot_watch *watch, double begun_s, struct error *e)
{
    struct boot_signs signs = {.answered = true};
    signs.work_known = look(x, &signs.work_ns, &signs.held);
    if (signs.held && clock_now_s() - begun_s >= CREATE_S)
        return not_made(e);
    return boot_watch_judge(watch, clock_now_s(), &signs, e);
}

static int wait_for_guest(struct xen *x, const struct target_options *o, struct error *e)
{
    static const char stage[] = "waiting for the domain's kernel";
    char text[80];
    struct boot_watch watch;
    double from = clock_now_s(), next_s = from + LOOK_S;
    boot_watch_begin(&watch, clock_now_s());
    boot_stage(o, stage);
    for (;;) {
        int rc = wait_a_moment(o, x->reached.local.target.from_agent, e);
        if (rc < 0)
            return -1;
        char first;
        if (rc > 0 && recv(x->reached.local.target.from_agent, &first, 1, MSG_PEEK) > 0)
            return 0;
        if (rc > 0)
            return no_domain(x, "the domain did not come up", e);
        if (boot_watch_tell(&watch, clock_now_s(), stage, text, sizeof text))
            boot_stage(o, text);
        if (clock_now_s() < next_s)
            continue;
        double begun_s = clock_now_s();
        if (look_at_domain(x, &watch, from, e) < 0)
            return -1;
        next_s = clock_now_s() + fmax(LOOK_S, LOOK_SHARE * (clock_now_s() - begun_s));
    }
}

/* --- the kinds ----------------------------------------------------------------------------------
 */

static void describe(struct xen *x, const struct xl_plan *p)
{
    struct target_facts *facts = &x->reached.local.target.facts;
    snprintf(facts->how, sizeof facts->how, "Xen %.24s, %s domain", x->version,
             p->pvh ? "PVH" : "PV");
    snprintf(facts->limits, sizeof facts->limits, "%u vCPU%s, memory %" PRIu64 " MiB of its own",
             p->cpus, p->cpus == 1 ? "" : "s", p->memory_bytes >> 20);
    snprintf(facts->append, sizeof facts->append, "%s", p->append ? p->append : "");
    facts->limited = true;
}

/* Names of what lies in the run's directory, by the number of the target. */
struct places {
    char *root, *config, *channel;
};

static int make(struct xen *x, const struct target_options *o, bool pvh,
                const struct places *places, struct error *e)
{
    struct kernel k;
    struct network_pair pair;
    char image[PATH_MAX], initramfs[PATH_MAX], device[LOOP_PATH_MAX];
    struct xl_plan p = {.name = x->name,
                        .uuid = x->uuid,
                        .pvh = pvh,
                        .kernel = image,
                        .initramfs = initramfs,
                        .cpus = (unsigned)o->cpu_count,
                        .memory_bytes = o->memory_bytes,
                        .root = places->root,
                        .channel = places->channel,
                        .append = o->machine.append};
    if (xen_probe("", pvh, x->version, sizeof x->version, e) < 0 ||
        boot_kernel_find(o, &k, e) < 0 ||
        boot_kernel_make(o, &k, choose_modules(o), image, initramfs, e) < 0)
        return -1;
    double from = clock_now_s();
    if (xen_root_make(places->root, x->reached.local.ledger, e) < 0 ||
        plan_disk(x, o, device, &p, e) < 0 || plan_network(x, o, &pair, &p, e) < 0 ||
        promise(x, e) < 0 || write_config(places->config, &p, e) < 0 ||
        launch(x, o, places->config, e) < 0 || connect_channel(x, o, places->channel, e) < 0)
        return -1;
    describe(x, &p);
    boot_made(o, &x->reached.local.target.facts, &k);
    if (wait_for_guest(x, o, e) < 0)
        return -1;
    x->reached.local.target.facts.start_s = clock_now_s() - from;
    uint64_t ns;
    bool paused;
    look(x, &ns, &paused); /* the domain's number, before a slot has to wait for xl */
    return 0;
}

static int make_in_run(struct xen *x, const struct target_options *o, struct ledger *ledger,
                       struct error *e)
{
    const char *directory = ledger_directory(ledger);
    const char *number = strrchr(x->name, '.');
    number = number ? number + 1 : "0";
    struct places places = {.root = xasprintf("%s/root-%s", directory, number),
                            .config = xasprintf("%s/domain-%s.cfg", directory, number),
                            .channel = xasprintf("%s/channel-%s", directory, number)};
    int rc = make(x, o, is_pvh(x->reached.local.target.kind), &places, e);
    free(places.root);
    free(places.config);
    free(places.channel);
    return rc;
}

/* A domain that runs already. */
static int enter(struct xen *x, const struct target_kind *kind, const struct target_options *o,
                 struct error *e)
{
    struct target_facts *facts = &x->reached.local.target.facts;
    struct reach_command c;
    struct xl_domain is;
    double from = clock_now_s();
    if (look_at_running(x, kind, &c, &is, e) < 0)
        return -1;
    x->stats = xen_stats_new("", is.id, x->version);
    x->reached.text = c.option && strcmp(c.option, "console") == 0;
    if (reached_enter(&x->reached, kind, o, e) < 0)
        return -1;
    snprintf(facts->how, sizeof facts->how, "Xen %.24s, by %s", x->version,
             x->reached.text ? "its console" : "ssh");
    facts->start_s = clock_now_s() - from;
    return 0;
}

static void stop(struct target *t)
{
    struct xen *x = (struct xen *)t;
    struct error e;
    /* Before xl and the device model are ended, whom it still asks. What fails here is told when
     * the ledger tries again. */
    if (x->promised) {
        if (t->to_agent >= 0)
            close(t->to_agent);
        t->to_agent = t->from_agent = -1;
        xl_destroy(x->name, x->uuid, DESTROY_S, &e);
        local_release(&x->reached.local, XL_END_S);
    } else {
        reached_end(&x->reached);
    }
    xen_stats_free(x->stats);
    int *const held[] = {&x->to_xl, &x->from_xl, &x->loop};
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        if (*held[i] >= 0)
            close(*held[i]);
    free(x);
}

static struct target *start(const struct target_kind *kind, const struct target_options *o,
                            struct ledger *ledger, struct error *e)
{
    struct xen *x = xcalloc(1, sizeof *x);
    x->to_xl = x->from_xl = x->loop = -1;
    /* Without limits of ours: the domain is the limit. */
    if (reached_init(&x->reached, kind, o, ledger, x->name, sizeof x->name, e) == 0 &&
        (kind->way ? enter(x, kind, o, e) : make_in_run(x, o, ledger, e)) == 0)
        return &x->reached.local.target;
    stop(&x->reached.local.target);
    return NULL;
}

static void counters(struct target *t, struct counters *out)
{
    struct xen *x = (struct xen *)t;
    uint64_t ns;
    bool paused;
    if (look(x, &ns, &paused))
        counters_add(out, COUNTER_VCPU_CPU, ns);
    if (x->stats)
        xen_stats_count(x->stats, out);
}

static void last_words(struct target *t, char *out, size_t size)
{
    struct xen *x = (struct xen *)t;
    *out = '\0';
    if (!x->promised)
        local_last_words(t, out, size);
    else if (x->reached.local.child)
        tell_end(x, out, size);
}

const struct target_kind target_xen = {
    .id = "xen",
    .title = "Xen",
    .what = "a para-virtual domain of Xen with dom0's own files; vmtax runs in dom0",
    .own_disk = true,
    .start_s = 5,
    .probe = probe,
    .start = start,
    .counters = counters,
    .last_words = last_words,
    .stop = stop,
};

const struct target_kind target_pvh = {
    .id = "pvh",
    .title = "Xen PVH",
    .what = "the domain of xen in the processor's own virtualization",
    .only_by_name = true,
    .own_disk = true,
    .start_s = 5,
    .probe = probe,
    .start = start,
    .counters = counters,
    .last_words = last_words,
    .stop = stop,
};
