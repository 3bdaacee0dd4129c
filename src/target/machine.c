#include "config.h"

#include "target/machine.h"

#include "clock.h"
#include "target/boot_files.h"
#include "target/boot_watch.h"
#include "target/disk.h"
#include "target/kvm_health.h"
#include "target/kvm_stats.h"
#include "target/network.h"
#include "target/qmp.h"
#include "target/rights.h"
#include "target/threads.h"
#include "text.h"
#include "workloads/agent/boot.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/capability.h>
#include <math.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM   BOOT_PROGRAM
#define WORDS_MAX 128
#define GRACE_S   2.0
#define MONITOR_S 5.0
/* In all until the accelerator is confirmed, if it is KVM: one that hangs in making the machine is
 * noticed in time, and TCG tried. */
#define KVM_MONITOR_S 3.5
/* Between slots; a monitor that takes longer leaves a slot without its statistics. */
#define COUNTERS_S 0.5

/* How often QEMU is asked whether a guest that boots gets anywhere: each question takes it away
 * from emulating devices for a moment. */
#define LOOK_S        0.25
#define LOOK_TCG_S    1.0

#define NETWORK_TRIES 64

struct machine {
    struct local local; /* first */
    struct qmp *qmp;
    struct threads *threads;
    bool kvm;
    double confirm_until_s; /* on the time line of clock_now_s() */
    struct network_pair network;
    pthread_mutex_t lock;
    char why[160]; /* what QEMU said about the guest's end; under lock */
};

int machine_look(const struct target_options *o, struct target_probe *out)
{
    struct boot_files *f = xcalloc(1, sizeof *f);
    struct error e = {0};
    int rc = boot_files_find(o, f, &e);
    if (rc == 0)
        snprintf(out->how, sizeof out->how, "QEMU, Linux %.48s", f->kernel.version);
    else
        boot_tell_probe(&e, out);
    free(f);
    return rc;
}

/* --- network and disk ---------------------------------------------------------------------------
 */

/* May this process make a tap interface in its own network? */
static bool may_make_tap(void)
{
    return rights_have(CAP_NET_ADMIN) && access("/dev/net/tun", R_OK | W_OK) == 0;
}

static bool may_make_private_tap(void)
{
    return geteuid() != 0 && access("/dev/net/tun", R_OK | W_OK) == 0;
}

/* A number whose name and addresses are free. The interface itself is made by vmtax-machine. */
static int plan_tap(struct machine *m, bool in_our_network, unsigned *number, struct error *e)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    *number = (unsigned)getpid() * 8 + (unsigned)(t.tv_nsec >> 10) % 8;
    for (int i = 0; i < NETWORK_TRIES; i++, ++*number)
        if (network_plan(*number, &m->network) && !if_nametoindex(m->network.host))
            return in_our_network ? ledger_add(m->local.ledger, LEDGER_LINK, m->network.host, e)
                                  : 0;
    return error_set(e, ERROR_SYSTEM, "no free addresses for the guest's network in 10.213/16");
}

static int plan_network(struct machine *m, const struct target_options *o, struct qemu_plan *p,
                        char **tap_word, char **private_word, struct error *e)
{
    struct target_facts *facts = &m->local.target.facts;
    unsigned number;
    if (!o->network) {
        snprintf(facts->network, sizeof facts->network, "none");
        return 0;
    }
    bool ours = may_make_tap(), private_one = !ours && may_make_private_tap();
    if (plan_tap(m, ours, &number, e) < 0)
        return -1;
    p->address = m->network.guest_address;
    p->gateway = m->network.host_address;
    p->prefix = (unsigned)m->network.prefix;
    if (ours || private_one) {
        p->net = QEMU_NET_TAP;
        *tap_word = xasprintf("tap=%u", number);
        if (private_one)
            *private_word = xstrdup("private=1");
    } else {
        p->net = QEMU_NET_USER;
    }
    snprintf(facts->path, sizeof facts->path, "%s, %s", p->emulated_devices ? "e1000" : "virtio",
             ours          ? "tap"
             : private_one ? "tap in a namespace"
                           : "user-mode");
    snprintf(facts->network, sizeof facts->network, "%s %s - %s", facts->path,
             m->network.host_address, m->network.guest_address);
    if (ours || private_one)
        text_copy(facts->address, sizeof facts->address, m->network.guest_address);
    return 0;
}

static int plan_disk(struct machine *m, const struct target_options *o, struct qemu_plan *p,
                     char **disk_word, struct error *e)
{
    struct target_facts *facts = &m->local.target.facts;
    snprintf(facts->devices, sizeof facts->devices, "%s, disk cache %s",
             p->emulated_devices ? "emulated (IDE, e1000)" : "virtio", qemu_cache_name(p->cache));
    snprintf(facts->append, sizeof facts->append, "%s", p->append ? p->append : "");
    if (!o->scratch)
        return 0;
    char *path = disk_make_scratch(o, m->local.ledger, e);
    if (!path)
        return -1;
    *disk_word = xasprintf("disk=%s", path);
    free(path);
    p->disk = true;
    p->scratch = o->scratch;
    return 0;
}

/* --- QEMU ---------------------------------------------------------------------------------------
 */

/* On the monitor's thread. What stops the guest ends QEMU, so that whoever reads the guest's stream
 * comes to its end at once. */
static void monitor_event(void *context, const char *name, const cJSON *data)
{
    struct machine *m = context;
    char why[sizeof m->why] = "";
    const cJSON *reason = cJSON_GetObjectItemCaseSensitive(data, "reason");
    char clean[64];
    text_clean(clean, sizeof clean, cJSON_IsString(reason) ? reason->valuestring : "");
    if (strcmp(name, "SHUTDOWN") == 0 && strcmp(clean, "guest-reset") == 0)
        snprintf(why, sizeof why, "the guest's kernel panicked or restarted");
    else if (strcmp(name, "SHUTDOWN") == 0 && strcmp(clean, "guest-shutdown") == 0)
        snprintf(why, sizeof why, MACHINE_POWERED_OFF);
    else if (strcmp(name, "SHUTDOWN") == 0)
        snprintf(why, sizeof why, "the machine was shut down (%.40s)", clean);
    else if (strcmp(name, "GUEST_PANICKED") == 0)
        snprintf(why, sizeof why, "the guest's kernel panicked");
    else if (strcmp(name, "STOP") == 0)
        snprintf(why, sizeof why, "QEMU stopped the guest by itself");
    else if (strcmp(name, "BLOCK_IO_ERROR") == 0)
        snprintf(why, sizeof why, "the scratch disk failed: is the host's disk full?");
    else
        return;
    pthread_mutex_lock(&m->lock);
    if (!m->why[0])
        text_copy(m->why, sizeof m->why, why);
    pthread_mutex_unlock(&m->lock);
    if (strcmp(name, "STOP") == 0 || strcmp(name, "GUEST_PANICKED") == 0)
        spawn_kill(m->local.child);
}

void machine_last_words(struct target *t, char *out, size_t size)
{
    struct machine *m = (struct machine *)t;
    char line[200] = "", how[300] = "";
    /* The end of the stream comes a moment before QEMU's own end. */
    if (m->local.child) {
        spawn_wait_end(m->local.child, 0.5);
        spawn_last_line(m->local.child, line, sizeof line);
        spawn_last_words(m->local.child, how, sizeof how);
    }
    pthread_mutex_lock(&m->lock);
    if (m->why[0])
        snprintf(out, size, "%s%s%s", m->why, line[0] ? ": " : "", line);
    else
        snprintf(out, size, "QEMU %s", how);
    pthread_mutex_unlock(&m->lock);
}

/* The group whose members may open /dev/kvm, when that is not everybody. False: only root may. */
static bool kvm_group(char **keep_word)
{
    struct stat st;
    *keep_word = NULL;
    if (stat("/dev/kvm", &st) < 0)
        return false;
    if ((st.st_mode & 0006) == 0006)
        return true;
    if ((st.st_mode & 0060) != 0060 || st.st_gid == 0)
        return false;
    *keep_word = xasprintf("keep=%u", (unsigned)st.st_gid);
    return true;
}

static int launch(struct machine *m, const struct target_options *o, const struct boot_files *f,
                  struct qemu_plan *p, int monitor, struct error *e)
{
    char *words[WORDS_MAX] = {xstrdup(f->program)}, *keep = NULL;
    size_t used = 1;
    char *mine[3] = {NULL};
    int rc = -1;
    if (plan_network(m, o, p, &mine[0], &mine[1], e) < 0 || plan_disk(m, o, p, &mine[2], e) < 0)
        goto out;
    char **qemu = qemu_words(p, e);
    if (!qemu)
        goto out;
    for (size_t i = 0; i < 3; i++)
        if (mine[i])
            words[used++] = mine[i];
    if (qemu_disk_is_direct(p))
        words[used++] = xstrdup("direct=1");
    words[used++] = xasprintf("kernel=%s", f->image);
    words[used++] = xasprintf("initrd=%s", f->initramfs);
    if (geteuid() == 0 && (p->accel == QEMU_TCG || kvm_group(&keep))) {
        words[used++] = xstrdup("user=give-up");
        if (keep)
            words[used++] = keep;
    }
    words[used++] = xstrdup("--");
    for (size_t i = 0; qemu[i]; i++) {
        if (used + 1 >= WORDS_MAX)
            BUG("more words for " PROGRAM " than planned");
        words[used++] = qemu[i];
    }
    free(qemu);
    bool in_private = mine[1] != NULL;
    memset(mine, 0, sizeof mine);
    /* Free to use every processor: those of the guest are told theirs by thread, below. */
    struct target_options anywhere = *o;
    anywhere.cpu_count = 0;
    anywhere.scratch = NULL;
    m->local.telling = "Kernel panic";
    rc = local_launch(&m->local, &anywhere, (const char *const *)words, monitor, 0, e);
    if (rc == 0 && in_private)
        m->local.target.facts.network_of = spawn_pid(m->local.child);
out:
    for (size_t i = 0; i < 3; i++)
        free(mine[i]);
    for (size_t i = 0; i < used; i++)
        free(words[i]);
    return rc;
}

static bool truth(const cJSON *object, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* For the monitor's next word before the accelerator is confirmed. */
static double confirm_s(const struct machine *m)
{
    return fmax(0.1, m->confirm_until_s - clock_now_s());
}

/* Does QEMU itself say that it is what we asked for? */
static int confirm_accel(struct machine *m, enum qemu_accel accel, struct error *e)
{
    cJSON *reply;
    if (qmp_command(m->qmp, "query-kvm", NULL, confirm_s(m), &reply, e) < 0)
        return -1;
    bool kvm = truth(reply, "enabled") && truth(reply, "present");
    cJSON_Delete(reply);
    if (kvm != (accel == QEMU_KVM))
        return error_set(e, ERROR_SYSTEM, "QEMU's monitor says that it %s KVM",
                         kvm ? "uses" : "does not use");
    return 0;
}

/* The threads of the virtual processors, by query-cpus-fast. Their number, or -1. */
static int find_threads(struct machine *m, pid_t *threads, size_t max, struct error *e)
{
    cJSON *reply;
    int found = 0;
    if (qmp_command(m->qmp, "query-cpus-fast", NULL, MONITOR_S, &reply, e) < 0)
        return -1;
    const cJSON *cpu;
    cJSON_ArrayForEach(cpu, reply)
    {
        const cJSON *thread = cJSON_GetObjectItemCaseSensitive(cpu, "thread-id");
        if (cJSON_IsNumber(thread) && thread->valuedouble >= 2 && thread->valuedouble < INT_MAX &&
            (size_t)found < max)
            threads[found++] = (pid_t)thread->valuedouble;
    }
    cJSON_Delete(reply);
    return found;
}

/* Each virtual processor gets one of the workload's to itself; QEMU's other threads stay where
 * vmtax is. What QEMU says of its threads is checked: pinning is done with our rights. */
static int pin_threads(struct machine *m, const struct target_options *o, struct error *e)
{
    pid_t thread[TARGET_CPUS_MAX];
    int found = find_threads(m, thread, TARGET_CPUS_MAX, e);
    if (found < 0)
        return -1;
    if ((size_t)found != o->cpu_count)
        return error_set(e, ERROR_GUEST, "QEMU runs %d virtual processors instead of %zu", found,
                         o->cpu_count);
    for (size_t i = 0; i < o->cpu_count; i++) {
        char path[64];
        cpu_set_t set;
        snprintf(path, sizeof path, "/proc/%d/task/%d", (int)spawn_pid(m->local.child),
                 (int)thread[i]);
        if (access(path, F_OK) < 0)
            return error_set(e, ERROR_GUEST, "QEMU names a thread that is not its own");
        CPU_ZERO(&set);
        CPU_SET((size_t)o->cpus[i], &set);
        if (sched_setaffinity(thread[i], sizeof set, &set) < 0)
            return error_errno(e, errno, "the guest's processor %zu could not be pinned", i);
    }
    m->threads = threads_new(spawn_pid(m->local.child), thread, o->cpu_count);
    return 0;
}

/* One wait of at most LOOK_S. 1: the guest has spoken, 0: not yet, -1: ended or interrupted. */
static int listen_a_moment(struct machine *m, const struct target_options *o, struct error *e)
{
    int interrupt = o->waiter ? o->waiter->interrupt_fd : -1;
    struct pollfd p[2] = {{.fd = m->local.target.from_agent, .events = POLLIN},
                          {.fd = interrupt, .events = POLLIN}};
    int n = poll(p, 2, (int)(LOOK_S * 1000));
    if (n > 0 && p[1].revents)
        return error_set(e, ERROR_INTERRUPTED, "interrupted");
    if (n > 0 && (p[0].revents & POLLIN))
        return 1;
    if (n > 0 && p[0].revents) {
        char words[300];
        machine_last_words(&m->local.target, words, sizeof words);
        return error_set(e, ERROR_GUEST, "the guest did not come up: %s", words);
    }
    return 0;
}

/* Is there any use in waiting longer? -1: no. */
static int look_at_guest(struct machine *m, struct boot_watch *watch, struct kvm_health *health,
                         struct error *e)
{
    struct boot_signs signs = {0};
    struct counters c = {0};
    struct error ignored;
    if (kvm_health_status(m->qmp, &signs.answered, e) < 0)
        return -1;
    signs.work_known = signs.own_known = threads_read(m->threads, &c, &ignored) == 0;
    if (m->kvm && signs.answered && kvm_health_look(health, m->qmp, clock_now_s(), &c, e) < 0)
        return -1;
    signs.own_ns = c.value[COUNTER_VMM_CPU];
    signs.work_ns = c.value[COUNTER_VCPU_CPU] + c.value[COUNTER_RUN_DELAY];
    return boot_watch_judge(watch, clock_now_s(), &signs, e);
}

static int wait_for_guest(struct machine *m, const struct target_options *o,
                          enum machine_failure *failure, struct error *e)
{
    const char *stage = m->kvm ? "waiting for the guest's kernel"
                               : "waiting for the guest's kernel, emulated";
    char text[80];
    struct kvm_health health = {.cpus = (unsigned)o->cpu_count};
    struct boot_watch watch;
    double look_s = m->kvm ? LOOK_S : LOOK_TCG_S, next_s = clock_now_s() + look_s;
    boot_watch_begin(&watch, clock_now_s());
    boot_stage(o, stage);
    for (;;) {
        int spoken = listen_a_moment(m, o, e);
        if (spoken > 0)
            return 0;
        if (spoken < 0) {
            *failure = e->kind == ERROR_INTERRUPTED ? MACHINE_OTHER : MACHINE_ACCEL;
            return -1;
        }
        if (boot_watch_tell(&watch, clock_now_s(), stage, text, sizeof text))
            boot_stage(o, text);
        if (clock_now_s() < next_s)
            continue;
        if (look_at_guest(m, &watch, &health, e) < 0) {
            *failure = MACHINE_ACCEL;
            return -1;
        }
        next_s = clock_now_s() + look_s;
    }
}

static int open_monitor(struct machine *m, int fd, struct error *e)
{
    struct qmp_hooks hooks = {.context = m, .event = monitor_event};
    m->qmp = qmp_new(fd, &hooks, confirm_s(m), e);
    if (m->qmp)
        return 0;
    /* A QEMU that does not like its arguments, or its accelerator, says so and is gone. */
    if (spawn_wait_end(m->local.child, 0.5)) {
        char words[300];
        spawn_last_words(m->local.child, words, sizeof words);
        return error_set(e, ERROR_SYSTEM, "the guest did not come up: QEMU %s", words);
    }
    return -1;
}

static void describe(struct machine *m, const struct qemu_plan *p)
{
    struct target_facts *facts = &m->local.target.facts;
    snprintf(facts->how, sizeof facts->how, "QEMU %.12s %s, %s", qmp_version(m->qmp),
             p->accel == QEMU_KVM ? "KVM" : "TCG", qemu_machine_name(p->machine));
    snprintf(facts->limits, sizeof facts->limits, "%u vCPU%s, memory %" PRIu64 " MiB of its own",
             p->cpus, p->cpus == 1 ? "" : "s", p->memory_bytes >> 20);
    facts->limited = true;
    facts->emulated = p->accel == QEMU_TCG;
}

#if defined(__x86_64__)
/* The time-stamp counter at a time of the clock: of a few readings the one that was interrupted
 * least. */
static uint64_t read_tsc(double *at)
{
    uint64_t tsc = 0, least = UINT64_MAX;
    *at = 0;
    for (int i = 0; i < 16; i++) {
        uint64_t before = __builtin_ia32_rdtsc();
        double now = clock_now_s();
        uint64_t took = __builtin_ia32_rdtsc() - before;
        if (took >= least)
            continue;
        least = took;
        tsc = before + took / 2;
        *at = now;
    }
    return tsc;
}
#endif

/* Rate of the host's time-stamp counter, against the clock, over some milliseconds: good to a few
 * parts in a hundred thousand. 0: this machine has none. */
static uint64_t host_tsc_khz(void)
{
#if defined(__x86_64__)
    double from, to;
    uint64_t before = read_tsc(&from);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    uint64_t after = read_tsc(&to);
    return (uint64_t)llround((double)(after - before) / (to - from) * 1e-3);
#else
    return 0;
#endif
}

static int begin(struct machine *m, const struct target_options *o, enum qemu_accel accel,
                 const struct machine_terminal *terminal, enum machine_failure *failure,
                 struct error *e)
{
    struct boot_files *f = xcalloc(1, sizeof *f);
    int pair[2] = {-1, -1}, rc = -1;
    if (boot_files_make(o, f, e) < 0)
        goto out;
    struct qemu_plan p = {
        .program = f->qemu,
        .accel = accel,
        .machine = boot_machine(o),
        .emulated_devices = boot_is(o->machine.devices, "emulated"),
        .cpus = (unsigned)o->cpu_count,
        .memory_bytes = o->memory_bytes,
        .append = o->machine.append,
        .tsc_khz = host_tsc_khz(),
        .cache = boot_is(o->machine.cache, "writeback") ? QEMU_CACHE_WRITEBACK
                 : boot_is(o->machine.cache, "unsafe")  ? QEMU_CACHE_UNSAFE
                                                        : QEMU_CACHE_NONE,
        .shell = terminal != NULL,
        .term = terminal ? terminal->term : NULL,
        .rows = terminal ? terminal->rows : 0,
        .columns = terminal ? terminal->columns : 0,
    };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        error_errno(e, errno, "no socket for QEMU's monitor");
        goto out;
    }
    double from = clock_now_s();
    boot_stage(o, "starting QEMU");
    if (launch(m, o, f, &p, pair[1], e) < 0)
        goto out;
    close(pair[1]);
    pair[1] = -1;
    int monitor = pair[0];
    pair[0] = -1;
    *failure = MACHINE_ACCEL;
    m->confirm_until_s = clock_now_s() + (accel == QEMU_KVM ? KVM_MONITOR_S : 2 * MONITOR_S);
    if (open_monitor(m, monitor, e) < 0 || confirm_accel(m, accel, e) < 0)
        goto out;
    *failure = MACHINE_OTHER;
    if (pin_threads(m, o, e) < 0)
        goto out;
    m->kvm = accel == QEMU_KVM;
    describe(m, &p);
    boot_made(o, &m->local.target.facts, &f->kernel);
    if (wait_for_guest(m, o, failure, e) < 0)
        goto out;
    m->local.target.facts.start_s = clock_now_s() - from;
    rc = 0;
out:
    for (size_t i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
    free(f);
    return rc;
}

struct target *machine_start(const struct target_kind *kind, const struct target_options *o,
                             enum qemu_accel accel, const struct machine_terminal *terminal,
                             struct ledger *ledger, enum machine_failure *failure, struct error *e)
{
    struct machine *m = xcalloc(1, sizeof *m);
    char name[64];
    struct target_options no_group = *o;
    no_group.limits = false; /* the machine is the limit */
    pthread_mutex_init(&m->lock, NULL);
    *failure = MACHINE_OTHER;
    if (local_init(&m->local, kind, &no_group, ledger, name, sizeof name, e) == 0 &&
        begin(m, o, accel, terminal, failure, e) == 0)
        return &m->local.target;
    /* There is nothing in it that would be worth a peaceful end. */
    if (m->local.child)
        spawn_kill(m->local.child);
    machine_stop(&m->local.target);
    return NULL;
}

void machine_counters(struct target *t, struct counters *out)
{
    struct machine *m = (struct machine *)t;
    struct error ignored;
    if (m->threads)
        threads_read(m->threads, out, &ignored);
    if (!m->kvm || !m->qmp)
        return;
    cJSON *reply, *question = kvm_stats_question("vcpu");
    if (qmp_command(m->qmp, "query-stats", question, COUNTERS_S, &reply, &ignored) == 0) {
        kvm_stats_add(out, reply, &ignored);
        cJSON_Delete(reply);
    }
    cJSON_Delete(question);
}

void machine_stop(struct target *t)
{
    struct machine *m = (struct machine *)t;
    /* Closing the guest's stream makes its agent end and the guest power off; what does not is
     * killed. */
    local_end_process(&m->local, GRACE_S);
    qmp_free(m->qmp);
    threads_free(m->threads);
    local_release(&m->local, GRACE_S);
    pthread_mutex_destroy(&m->lock);
    free(m);
}
