/* tinyvm_probe.c - why there is no machine, and whether one is worth having.
 *
 * /dev/kvm alone proves nothing. There are KVMs (kvm_pvm, or one on a processor state that it
 * cannot run) that accept every request and then interpret each instruction of the guest, a few
 * hundred nanoseconds apiece: a kernel takes minutes there to fail. So a loop of two instructions
 * is run and looked at. A processor turns it in about a nanosecond, nested or not, because nothing
 * in it leaves the guest; and KVM counts what it interprets.
 *
 * The count, where there is one (since Linux 5.14), decides alone: half of the iterations or more
 * were interpreted, or they were not. Otherwise the time does: 50 ns an iteration is fifty times
 * what slow processors need and a tenth of what an interpreter does. A thread that lost its
 * processor in the middle would look like that, too, so the fastest of several tries counts. */
#include <config.h>

#include "workloads/tinyvm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#if defined __x86_64__
#include <cpuid.h>
#endif
#include <linux/kvm.h>

#define NS_LIMIT       50.0
#define TRIES          3
#define TRIES_SLOW     8 /* while only the time speaks, and against */
#define LIMIT_MS       1000

#define STATISTICS_MAX 4096
#define NAME_BYTES_MAX 256

static void read_processor(struct tinyvm_facts *f)
{
#if defined __x86_64__
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        f->vmx = c >> 5 & 1;
        f->hypervisor = c >> 31 & 1;
    }
    if (__get_cpuid(0x80000001, &a, &b, &c, &d))
        f->svm = c >> 2 & 1;
#else
    (void)f;
#endif
}

void tinyvm_facts(struct tinyvm_facts *f)
{
    char name[64];
    int minor;
    struct stat st;
    *f = (struct tinyvm_facts){.root = geteuid() == 0,
                               .pvm = access("/sys/module/kvm_pvm", F_OK) == 0};
    f->group = stat("/dev/kvm", &st) == 0 && (st.st_mode & 060) == 060 && st.st_gid != 0;
    read_processor(f);
    FILE *misc = fopen("/proc/misc", "re");
    while (misc && !f->registered && fscanf(misc, "%d %63s", &minor, name) == 2)
        f->registered = strcmp(name, "kvm") == 0;
    if (misc)
        fclose(misc);
}

/* There is no KVM: how to get one. */
static void missing(const char *what, const struct tinyvm_facts *f, struct tinyvm_trouble *t)
{
    if (f->vmx || f->svm) {
        snprintf(t->reason, sizeof t->reason, "%s", what);
        snprintf(t->remedy, sizeof t->remedy,
                 "modprobe %s; if that is refused, switch on %s in the firmware",
                 f->svm ? "kvm_amd" : "kvm_intel", f->svm ? "AMD-V (SVM)" : "VT-x");
    } else if (f->hypervisor) {
        snprintf(t->reason, sizeof t->reason,
                 "%s: this machine is itself a guest, without VT-x or AMD-V", what);
        snprintf(t->remedy, sizeof t->remedy,
                 "switch on nested virtualization in the hypervisor below");
    } else {
        snprintf(t->reason, sizeof t->reason, "%s: the processor shows no VT-x or AMD-V", what);
        snprintf(t->remedy, sizeof t->remedy, "switch it on in the firmware, if it has it");
    }
}

static void cannot_open(int cause, const char *device, const struct tinyvm_facts *f,
                        struct tinyvm_trouble *t)
{
    char what[128];
    switch (cause) {
    case ENOENT:
    case ENOTDIR:
        if (!f->registered) {
            snprintf(what, sizeof what, "there is no %.64s", device);
            missing(what, f, t);
            break;
        }
        snprintf(t->reason, sizeof t->reason, "there is no %.64s here, though the kernel has KVM",
                 device);
        snprintf(t->remedy, sizeof t->remedy, "pass it into the container, or mknod %.64s c 10 232",
                 device);
        break;
    case ENXIO:
    case ENODEV:
        snprintf(what, sizeof what, "nothing is behind %.64s", device);
        missing(what, f, t);
        break;
    case EACCES:
    case EPERM:
        snprintf(t->reason, sizeof t->reason, "no right to open %.64s", device);
        snprintf(t->remedy, sizeof t->remedy,
                 f->root    ? "allow it to this container (device cgroup, nodev)"
                 : f->group ? "join its group (usermod -aG kvm USER, then log in anew) or be root"
                            : "be root, or let root give it to a group (chgrp kvm %.64s, chmod 660 "
                              "%.64s) that you are in",
                 device, device);
        break;
    case EBUSY:
        snprintf(t->reason, sizeof t->reason, "%.64s is in use", device);
        snprintf(t->remedy, sizeof t->remedy, "end the other hypervisor that holds it");
        break;
    default:
        snprintf(t->reason, sizeof t->reason, "cannot open %.64s: %s", device, strerror(cause));
    }
}

void tinyvm_explain(enum tinyvm_step step, int cause, const char *device,
                    const struct tinyvm_facts *f, struct tinyvm_trouble *t)
{
    static const char *const requests[] = {
        [TINYVM_OPEN] = "open",
        [TINYVM_VERSION] = "KVM_GET_API_VERSION",
        [TINYVM_CREATE_VM] = "KVM_CREATE_VM",
        [TINYVM_SET_MEMORY] = "KVM_SET_USER_MEMORY_REGION",
        [TINYVM_CREATE_IRQCHIP] = "KVM_CREATE_IRQCHIP",
        [TINYVM_CREATE_VCPU] = "KVM_CREATE_VCPU",
        [TINYVM_SET_STATE] = "KVM_SET_CPUID2 or KVM_SET_SREGS",
        [TINYVM_SET_TIMER] = "timer_create",
    };
    *t = (struct tinyvm_trouble){.reason = ""};
    if (step == TINYVM_OPEN) {
        cannot_open(cause, device, f, t);
    } else if (step == TINYVM_VERSION && cause > 0) {
        snprintf(t->reason, sizeof t->reason,
                 "%.64s speaks version %d of KVM's interface, vmtax speaks %d", device, cause,
                 KVM_API_VERSION);
        snprintf(t->remedy, sizeof t->remedy, "Linux 2.6.22 and later speaks that one");
    } else if (step == TINYVM_VERSION) {
        snprintf(t->reason, sizeof t->reason, "%.64s is not a KVM device (%s)", device,
                 strerror(-cause));
        snprintf(t->remedy, sizeof t->remedy, "the real one is character device 10, 232");
    } else if (step == TINYVM_CREATE_VM && cause == EBUSY) {
        snprintf(t->reason, sizeof t->reason,
                 "another hypervisor holds the processors' virtualization");
        snprintf(t->remedy, sizeof t->remedy, "end it (VirtualBox, VMware) and unload its module");
    } else if (step == TINYVM_CREATE_IRQCHIP) {
        snprintf(t->reason, sizeof t->reason,
                 "this KVM has no interrupt controller in the kernel (%s): nothing wakes a halted "
                 "guest there",
                 strerror(cause));
    } else {
        snprintf(t->reason, sizeof t->reason, "KVM makes no virtual machine: %s: %s",
                 requests[step], strerror(cause));
        if (cause == ENOMEM)
            snprintf(t->remedy, sizeof t->remedy, "free some memory or raise the limit");
    }
}

/* KVM's file of statistics: a header that says where, descriptors of equal size, values. */
bool tinyvm_statistic_at(int fd, const char *name, uint64_t *value)
{
#ifdef KVM_GET_STATS_FD
    struct kvm_stats_header h;
    struct kvm_stats_desc d;
    char one[sizeof d + NAME_BYTES_MAX + 1]; /* the descriptor, its name, and an end for that */
    if (pread(fd, &h, sizeof h, 0) != sizeof h || h.num_desc > STATISTICS_MAX ||
        h.name_size > NAME_BYTES_MAX)
        return false;
    size_t size = sizeof d + h.name_size;
    for (uint32_t i = 0; i < h.num_desc; i++) {
        memset(one, 0, sizeof one);
        if (pread(fd, one, size, (off_t)(h.desc_offset + i * size)) != (ssize_t)size)
            return false;
        memcpy(&d, one, sizeof d);
        if (strcmp(one + sizeof d, name) == 0)
            return pread(fd, value, sizeof *value, (off_t)h.data_offset + d.offset) ==
                   sizeof *value;
    }
#else
    (void)fd;
    (void)name;
    (void)value;
#endif
    return false;
}

static bool interpreted(const struct tinyvm_measure *m)
{
    if (m->emulated_known)
        return m->emulated >= TINYVM_ITERATIONS / 2;
    return m->ns_per_iteration > NS_LIMIT;
}

void tinyvm_judge(const struct tinyvm_measure *m, const struct tinyvm_facts *facts,
                  struct tinyvm_verdict *v)
{
    *v = (struct tinyvm_verdict){.measured = true,
                                 .ns_per_iteration = m->ns_per_iteration,
                                 .emulated_known = m->emulated_known,
                                 .emulated_instructions = m->emulated};
    if (!interpreted(m)) {
        v->usable = true;
        return;
    }
    snprintf(v->reason, sizeof v->reason,
             "KVM is there, but it interprets every instruction of a guest (%.0f ns for a loop of "
             "two instructions); stock kernels do not boot on it%s",
             m->ns_per_iteration, facts->pvm ? " (kvm_pvm, made for kernels that know it)" : "");
    snprintf(v->remedy, sizeof v->remedy, "%s",
             facts->vmx || facts->svm
                 ? "use the processor's own virtualization: modprobe kvm_intel or kvm_amd"
                 : "needs VT-x or AMD-V, nested if this machine is itself a guest");
}

static const unsigned char loop[] = {
    0xff, 0xc9,             /* 1: dec %ecx */
    0x75, 0xfc,             /*    jnz 1b */
    0x89, 0xc8,             /*    mov %ecx,%eax */
    0xe7, TINYVM_PORT_DONE, /*    out %eax,... */
};

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int turn(struct tinyvm *vm, double *ns, struct error *e)
{
    const struct tinyvm_registers r = {.rcx = TINYVM_ITERATIONS};
    uint32_t left = 0;
    if (tinyvm_begin(vm, 0, &r) < 0)
        return error_errno(e, errno, "the guest's registers cannot be set");
    uint64_t from = now_ns();
    int rc = tinyvm_enter(vm);
    int cause = errno;
    *ns = (double)(now_ns() - from) / TINYVM_ITERATIONS;
    if (rc < 0 || !tinyvm_done(vm, &left))
        return tinyvm_unexpected(vm, rc, cause, e);
    if (left != 0)
        return error_set(e, ERROR_SYSTEM, "a loop in the guest was left before its end");
    return 0;
}

/* Instructions that were interpreted so far, or that could not be. */
static bool read_emulated(const struct tinyvm *vm, uint64_t *count)
{
    uint64_t failed = 0;
    if (!tinyvm_statistic(vm, "insn_emulation", count))
        return false;
    tinyvm_statistic(vm, "insn_emulation_fail", &failed);
    *count += failed;
    return true;
}

static int measure(struct tinyvm *vm, struct tinyvm_measure *m, struct error *e)
{
    tinyvm_load(vm, loop, sizeof loop, 0);
    if (tinyvm_arm(vm, LIMIT_MS) < 0)
        return error_errno(e, errno, "no alarm can be set");
    for (int i = 0; i < TRIES || (!m->emulated_known && interpreted(m) && i < TRIES_SLOW); i++) {
        double ns = 0;
        uint64_t before, after;
        bool known = read_emulated(vm, &before);
        if (turn(vm, &ns, e) < 0)
            return -1;
        known = known && read_emulated(vm, &after);
        if (i == 0 || ns < m->ns_per_iteration)
            *m = (struct tinyvm_measure){.ns_per_iteration = ns,
                                         .emulated_known = known,
                                         .emulated = known ? after - before : 0};
        if (known && interpreted(m))
            break; /* that is no accident */
    }
    return 0;
}

void tinyvm_probe(const char *device, struct tinyvm_verdict *v)
{
    struct tinyvm vm;
    struct tinyvm_facts facts;
    struct tinyvm_measure m = {.ns_per_iteration = 0};
    struct error e;
    *v = (struct tinyvm_verdict){.usable = false};
    tinyvm_facts(&facts);
    if (tinyvm_open(&vm, device, false, &e) < 0) {
        memcpy(v->reason, vm.trouble.reason, sizeof v->reason);
        memcpy(v->remedy, vm.trouble.remedy, sizeof v->remedy);
    } else if (measure(&vm, &m, &e) < 0) {
        snprintf(v->reason, sizeof v->reason, "KVM is there, but it runs no guest: %.200s", e.text);
        snprintf(v->remedy, sizeof v->remedy, "see the kernel's log (dmesg)");
    } else {
        tinyvm_judge(&m, &facts, v);
    }
    tinyvm_release(&vm);
}
